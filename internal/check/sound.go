package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"narrate/internal/ffmpeg"
	"narrate/internal/pcm"
	"narrate/internal/pcm/loudness"
)

// Numbers of what is looked for in the sound.
const (
	// Softer than this, in dBFS RMS over a window, is silence: a room that
	// passes the rule of -60 dB peaks some dB above that, and what is softer
	// than this of a word is not heard.
	silence       = -50
	silenceWindow = 10 * time.Millisecond

	// A sample at full scale is one, or more, of 16 bits; three in a row are no
	// coincidence but a wave without its top.
	fullScale  = 32767.0 / 32768
	clippedRun = 3

	// A dropout is digital silence of so long that begins and ends in the midst
	// of a wave. What is longer is a pause, which a hard gate may have made.
	dropoutLeast = time.Millisecond
	dropoutMost  = 200 * time.Millisecond
	dropoutEdge  = 0.03 // of full scale

	// A channel that never passes this (-80 dBFS) is empty.
	deadPeak = 1e-4
)

// soundFacts are what was measured of the sound.
type soundFacts struct {
	format pcm.Format
	frames int64

	loudness, loudRange        float64 // LUFS, LU
	hasLoudness, hasRange      bool
	truePeak, rms, noiseFloor  float64 // dBTP, dBFS, dBFS
	samplePeak                 float64 // dBFS
	head, tail, pause          time.Duration
	clipped, dropouts, deadOut int
	silent                     bool
}

func (s *soundFacts) length() time.Duration { return s.format.Rate.Duration(s.frames) }

// blocks are how many pieces of sound are under way between the decoder and the
// meter, and blockSamples how large one is.
const (
	blocks       = 4
	blockSamples = 16 << 10
)

// measureSound decodes the file once. A file that cannot be decoded to its end
// is an error of decode, all else one of its own. Of more than two channels the
// stereo sum is measured, which is what most people hear.
func measureSound(ctx context.Context, program *ffmpeg.Program, path string, channels int) (s *soundFacts, decode, err error) {
	in, err := program.Open(ctx, path, ffmpeg.OpenOptions{Channels: min(channels, 2)})
	if err != nil {
		return nil, err, nil
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	meter, err := loudness.NewMeter(in.Format())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	look := newLook(in.Format())

	// The meter is half of all the work; it has a goroutine of its own.
	free, full := make(chan []float32, blocks), make(chan []float32, blocks)
	for range blocks {
		free <- make([]float32, blockSamples)
	}
	metered := make(chan struct{})
	go func() {
		for block := range full {
			meter.WriteFloat(block)
			free <- block[:blockSamples]
		}
		close(metered)
	}()
	for decode == nil {
		block := <-free
		var n int
		if n, decode = in.Read(block); n > 0 {
			look.write(block[:n])
			full <- block[:n]
		}
	}
	close(full)
	<-metered
	if !errors.Is(decode, io.EOF) {
		return nil, decode, nil
	}
	s = look.end()
	s.loudness, s.hasLoudness = meter.Integrated()
	s.loudRange, s.hasRange = meter.Range()
	s.truePeak, s.rms, s.noiseFloor = meter.TruePeak(), meter.RMS(), meter.NoiseFloor()
	return s, nil, nil
}

// look goes through the samples once, for what is not a level of the whole.
type look struct {
	format pcm.Format
	frames int64

	window, filled     int64 // frames
	energy             []float64
	limit              float64 // mean square of silence
	firstLoud, endLoud int64   // frames; endLoud is 0 where there is none
	pause              int64   // the longest between two loud windows

	peak    []float32
	atTop   []int // samples in a row at full scale
	clipped int

	zeros    int64 // frames in a row
	edge     float32
	last     float32 // the largest of the frame before
	least    int64   // frames of a dropout
	most     int64
	dropouts int
}

func newLook(f pcm.Format) *look {
	return &look{
		format: f, window: max(1, f.Rate.Frames(silenceWindow)), limit: math.Pow(10, silence/10.0),
		energy: make([]float64, f.Channels), peak: make([]float32, f.Channels), atTop: make([]int, f.Channels),
		least: max(2, f.Rate.Frames(dropoutLeast)), most: f.Rate.Frames(dropoutMost),
	}
}

func (l *look) write(samples []float32) {
	channels := int64(l.format.Channels)
	for frames := int64(len(samples)) / channels; frames > 0; frames = int64(len(samples)) / channels {
		n := min(frames, l.window-l.filled)
		l.part(samples[:n*channels])
		samples = samples[n*channels:]
		l.frames += n
		if l.filled += n; l.filled == l.window {
			l.endWindow()
		}
	}
}

// part looks at frames of one window.
func (l *look) part(samples []float32) {
	channels := l.format.Channels
	for c := range channels {
		energy, peak := 0.0, l.peak[c]
		for i := c; i < len(samples); i += channels {
			v := samples[i]
			energy += float64(v) * float64(v)
			if v < 0 {
				v = -v
			}
			if v > peak {
				peak = v
			}
		}
		l.energy[c] += energy
		l.peak[c] = peak
		if l.atTop[c] > 0 || peak >= fullScale {
			l.clips(c, samples)
		}
	}
	for i := 0; i < len(samples); i += channels {
		frame := samples[i : i+channels]
		if largest(frame) == 0 {
			if l.zeros++; l.zeros == 1 {
				if l.edge = l.last; i > 0 {
					l.edge = largest(samples[i-channels : i])
				}
			}
		} else if l.zeros > 0 {
			if l.zeros >= l.least && l.zeros <= l.most && l.edge >= dropoutEdge && largest(frame) >= dropoutEdge {
				l.dropouts++
			}
			l.zeros = 0
		}
	}
	l.last = largest(samples[len(samples)-channels:])
}

// largest is the peak of a frame.
func largest(frame []float32) (most float32) {
	for _, v := range frame {
		if v < 0 {
			v = -v
		}
		if v > most {
			most = v
		}
	}
	return most
}

// clips counts where a channel stays at full scale.
func (l *look) clips(c int, samples []float32) {
	for i := c; i < len(samples); i += l.format.Channels {
		if v := samples[i]; v < fullScale && v > -fullScale {
			l.atTop[c] = 0
		} else if l.atTop[c]++; l.atTop[c] == clippedRun {
			l.clipped++
		}
	}
}

// endWindow notes whether the window that ends here is loud in any channel.
func (l *look) endWindow() {
	start := l.frames - l.filled
	for c, e := range l.energy {
		if e > l.limit*float64(l.filled) {
			if l.endLoud == 0 {
				l.firstLoud = start
			} else {
				l.pause = max(l.pause, start-l.endLoud)
			}
			l.endLoud = l.frames
		}
		l.energy[c] = 0
	}
	l.filled = 0
}

func (l *look) end() *soundFacts {
	if l.filled > 0 {
		l.endWindow()
	}
	s := &soundFacts{format: l.format, frames: l.frames, clipped: l.clipped, dropouts: l.dropouts, silent: l.endLoud == 0}
	if s.silent {
		l.firstLoud = l.frames
	}
	rate := l.format.Rate
	s.head, s.tail, s.pause = rate.Duration(l.firstLoud), rate.Duration(l.frames-l.endLoud), rate.Duration(l.pause)
	top := float32(0)
	for _, p := range l.peak {
		if top = max(top, p); p < deadPeak {
			s.deadOut++
		}
	}
	s.samplePeak = 20 * math.Log10(float64(top))
	return s
}
