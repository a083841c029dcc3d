package loudness

// Meter measures sound of one or two channels; one counts as one loudspeaker,
// as ffmpeg's ebur128 has it. It takes 80 bytes for a second of sound and some
// 100 KiB; a step is 100 ms, to the nearest frame.
type Meter struct {
	channels int
	step     int64 // frames
	all      int64 // frames
	weights  weighting
	filters  [2]memory // by channel

	tenth  sums // of the tenth of a step under way
	filled int64
	whole  sums // of the tenths that are whole, of the step under way
	tenths int64
	steps  []energy // of each whole step

	recent  []float64 // the weighted sums of the last tenths: a momentary block
	loudest float64   // of those blocks

	sample float64      // the largest magnitude of a sample
	peak   float64      // and between samples
	room   [2][]float64 // by channel: the last samples that were heard, and a block
	head   []float32    // the first samples, interleaved
}

// sums are those of squares of samples over frames and channels: weighted as
// people hear them, and plain.
type sums struct{ weighted, plain float64 }

const (
	// headSteps is how much of the start of its sound a meter keeps: as much as
	// it remembers itself. Filters ring and the interpolation reaches for less
	// than the block of momentary loudness.
	headSteps = momentary
	// tenthsAStep make a new momentary block begin every 10 ms.
	tenthsAStep = 10
	// blockFrames is how many frames are measured at a time.
	blockFrames = 2048
	// loudestSample is the magnitude that samples are held to, 96 dB above full scale,
	// so that no sum is infinite.
	loudestSample = 1 << 16
)

// Write measures further samples: interleaved, whole frames.
func (m *Meter) Write(samples []int16) {
	const unit = 1.0 / 32768
	for len(samples) >= m.channels {
		n := min(blockFrames, len(samples)/m.channels)
		left := m.block(0, n)
		if m.channels == 1 {
			for i, s := range samples[:len(left)] {
				left[i] = float64(s) * unit
			}
		} else {
			right := m.block(1, n)[:len(left)]
			both := samples
			for i := range left {
				left[i], right[i] = float64(both[0])*unit, float64(both[1])*unit
				both = both[2:]
			}
		}
		m.measure(n)
		samples = samples[n*m.channels:]
	}
}

// WriteFloat measures further samples of which 1 is full scale, which lossy
// sound may pass. What is no number counts as silence.
func (m *Meter) WriteFloat(samples []float32) {
	for len(samples) >= m.channels {
		n := min(blockFrames, len(samples)/m.channels)
		for c := range m.channels {
			block, at := m.block(c, n), c
			for i := range block {
				v := float64(samples[at])
				at += m.channels
				if !(v >= -loudestSample && v <= loudestSample) {
					v = held(v)
				}
				block[i] = v
			}
		}
		m.measure(n)
		samples = samples[n*m.channels:]
	}
}

func held(v float64) float64 {
	if v != v {
		return 0
	}
	return max(-loudestSample, min(loudestSample, v))
}

// block is room for n further samples of a channel, behind the last ones that
// were heard.
func (m *Meter) block(c, n int) []float64 {
	room := m.room[c]
	if cap(room) == 0 {
		room = make([]float64, 0, behind+blockFrames)
	}
	kept := min(behind, len(room))
	copy(room[:kept], room[len(room)-kept:])
	m.room[c] = room[:kept+n]
	return m.room[c][kept:]
}

// measure measures n frames that were put into the room.
func (m *Meter) measure(n int) {
	var blocks [2][]float64
	for c := range m.channels {
		blocks[c] = m.room[c][len(m.room[c])-n:]
		var sample float64
		sample, m.peak = peakOf(m.room[c], m.peak)
		m.sample = max(m.sample, sample)
	}
	m.keep(blocks, n)
	m.all += int64(n)
	for at := 0; at < n; {
		length := m.step*(m.tenths+1)/tenthsAStep - m.step*m.tenths/tenthsAStep
		end := at + int(min(int64(n-at), length-m.filled))
		var part sums
		if m.channels == 1 {
			part = m.weights.one(&m.filters[0], blocks[0][at:end])
		} else {
			part = m.weights.two(&m.filters, blocks[0][at:end], blocks[1][at:end])
		}
		m.tenth.weighted += part.weighted
		m.tenth.plain += part.plain
		m.filled += int64(end - at)
		at = end
		if m.filled == length {
			m.endTenth()
		}
	}
}

// keep keeps the first samples.
func (m *Meter) keep(blocks [2][]float64, n int) {
	n = int(min(int64(n), headSteps*m.step-m.all))
	for i := range n {
		for c := range m.channels {
			m.head = append(m.head, float32(blocks[c][i]))
		}
	}
}

// endTenth ends a tenth of a step.
func (m *Meter) endTenth() {
	for c := range m.channels {
		m.filters[c].rest()
	}
	const block = momentary * tenthsAStep
	if len(m.recent) == block {
		copy(m.recent, m.recent[1:])
		m.recent = m.recent[:block-1]
	}
	m.recent = append(m.recent, m.tenth.weighted)
	if len(m.recent) == block {
		sum := 0.0
		for _, v := range m.recent {
			sum += v
		}
		m.loudest = max(m.loudest, sum)
	}
	m.whole.weighted += m.tenth.weighted
	m.whole.plain += m.tenth.plain
	m.tenth, m.filled = sums{}, 0
	if m.tenths++; m.tenths == tenthsAStep {
		m.steps = append(m.steps, energy{
			float32(m.whole.weighted / float64(m.step)), float32(m.whole.plain / float64(m.step)),
		})
		m.whole, m.tenths = sums{}, 0
	}
}
