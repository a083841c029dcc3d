package master

import (
	"context"
	"math"
)

const (
	// near is how close to the level a programme must come.
	near = 0.05
	// passes is how often its gain is tried at most.
	passes = 4
	// room is kept below the ceiling for what a meter with other taps reads.
	room = 0.03
	// over is how far the measured peak may pass the ceiling: less than the
	// last digit that anyone shows.
	over = 0.005
	// steps is how far dither and rounding may lift a sample.
	steps = 2
	// raise is the most that the gain is corrected by: where the limiter takes
	// back all that is added, more would only harm the sound.
	raise = 6.0
	// sampled is of how many pieces one is tried first, in a programme of fewest
	// pieces or more.
	sampled = 8
	fewest  = 3 * sampled
)

// New measures the mix, on jobs cores at once, and finds the one gain that
// brings the programme to its level: by what the level is off first, and then
// by what the limiter has taken from it. progress, which may be nil, is told
// from one goroutine at a time how many frames have been measured so far; one
// pass over all frames where nothing reaches the ceiling, and mostly a little
// more than two where something does.
//
// Silence and sound of less than 400 ms have no level and get no gain. An error
// is that of a source, of ctx, or of settings that make no sense.
func New(ctx context.Context, mix Mix, settings Settings, jobs int, progress func(frames int64)) (*Programme, error) {
	if err := mix.check(); err != nil {
		return nil, err
	}
	rate := mix.Speech.Format().Rate
	if err := settings.check(rate); err != nil {
		return nil, err
	}
	p := &Programme{
		speech:   speech{src: mix.Speech, spoken: mix.Spoken, declick: settings.Declick},
		channels: mix.Channels,
		loud:     loud{gain: 1},
	}
	if len(mix.Spoken) == 0 {
		p.speech.declick = 0
	}
	if settings.HighPass > 0 {
		p.speech.pass = newHighPass(rate, settings.HighPass)
	}
	talk := talks(mix.Spoken, rate)
	for _, t := range mix.Tracks {
		p.tracks = append(p.tracks, newTrack(t, rate, talk))
	}
	if settings.Unit == None {
		return p, nil
	}
	p.limiter = newLimiter(rate)
	if p.Frames() == 0 {
		return p, nil
	}
	m := &measuring{p: p, settings: settings, jobs: max(1, jobs), progress: progress}
	if err := m.level(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// measuring finds the gain of a programme.
type measuring struct {
	p        *Programme
	settings Settings
	jobs     int
	progress func(frames int64)
	done     int64 // frames of the passes before

	before        Levels
	first         float64 // the gain without a limiter
	gain, ceiling float64
}

// level finds how loud the programme is made.
func (m *measuring) level(ctx context.Context) error {
	var err error
	var sample *measured
	if m.pieces() >= fewest {
		sample = new(measured)
	}
	if m.before, _, err = m.pass(ctx, loud{gain: 1}, 1, sample); err != nil {
		return err
	}
	s, report := m.settings, &m.p.report
	report.Before = m.before
	m.ceiling = s.Ceiling - room
	if m.before.Measured {
		m.first = hundredths(s.Level - m.before.in(s.Unit))
		m.gain = m.first
	}
	if after, ok := m.before.shifted(m.gain, m.ceiling); ok {
		m.p.loud = m.loud()
		report.After, report.Gain = after, m.gain
		return nil
	}
	if m.before.Measured && sample != nil {
		// What a sample of the programme loses to the limiter all of it does,
		// nearly: most of the search needs no more.
		if part := levels(sample.meter); part.Measured {
			if err := m.search(ctx, sampled, m.before.in(s.Unit)-part.in(s.Unit)); err != nil {
				return err
			}
		}
	}
	return m.search(ctx, 1, 0)
}

// search tries gains and ceilings on every so many pieces, which are louder by
// so much when all are heard, and reports the last.
func (m *measuring) search(ctx context.Context, every int64, louder float64) error {
	s, report := m.settings, &m.p.report
	var tried []try
	for range passes {
		m.p.loud, report.Gain = m.loud(), m.gain
		after, t, err := m.pass(ctx, m.p.loud, every, nil)
		if err != nil {
			return err
		}
		report.After, report.Reduction, report.Off = after, t.of(m.p.Frames()), 0
		now := try{m.gain, after.in(s.Unit) + louder}
		if m.before.Measured {
			report.Off = now.level - s.Level
		}
		above := after.TruePeak - s.Ceiling
		if above > over {
			m.ceiling -= above + over
		}
		tried = append(tried, now)
		if math.Abs(report.Off) > near {
			m.gain = hundredths(min(m.first+raise, next(tried, s.Level, m.before.in(s.Unit), m.before.TruePeak-m.ceiling)))
		}
		if above <= over && m.gain == now.gain {
			return nil
		}
	}
	return nil
}

// loud is the gain and the ceiling as they are now.
func (m *measuring) loud() loud {
	return loud{gain: factor(m.gain), limit: math.Max(1, exact(32768*math.Pow(10, m.ceiling/20))-steps)}
}

// try is a gain and the level that it has led to.
type try struct{ gain, level float64 }

// next is the gain to try after others: by the slope between the last two, and
// after the first by that of a limiter that takes the more the further peaks
// pass the ceiling, as the square of that.
func next(tried []try, level, before, passed float64) float64 {
	last := tried[len(tried)-1]
	slope := 1.0
	if len(tried) > 1 {
		if last2 := tried[len(tried)-2]; last.gain != last2.gain {
			slope = (last.level - last2.level) / (last.gain - last2.gain)
		}
	} else if passed += last.gain; passed > 0 {
		lost := last.gain - (last.level - before)
		slope = 1 - 2*lost/passed
	}
	return last.gain + (level-last.level)/max(0.25, min(1, slope))
}

// in is the level in a unit.
func (l Levels) in(unit Unit) float64 {
	if unit == RMS {
		return l.RMS
	}
	return l.Loudness
}

// shifted is what the levels become by a gain alone. ok is false where they may
// become something else: where the peaks would reach the ceiling, and where the
// absolute gate of loudness, at -70 LUFS, would cut at another place.
func (l Levels) shifted(gain, ceiling float64) (out Levels, ok bool) {
	const gate = -70 + 12
	if !l.Measured || l.TruePeak+gain > ceiling || l.Loudness < gate || l.Loudness+gain < gate {
		return Levels{}, false
	}
	l.Loudness += gain
	l.TruePeak += gain
	l.RMS += gain
	l.NoiseFloor += gain
	return l, true
}

// hundredths rounds, so that what differs from machine to machine in the last
// digits of a number does not change a sample.
func hundredths(x float64) float64 { return math.Round(x*100)/100 + 0 } // and no -0
