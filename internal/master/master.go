// Package master turns speech and music into the finished programme: mixed,
// ducked, brought to a loudness and kept below a true peak.
//
// The Programme is a pcm.Source whose every sample is a pure function of its
// absolute frame: filters run on a fixed grid, envelopes are computed from the
// frame, the limiter looks back and ahead over a bounded stretch, and dither is
// a hash of the frame. So readers that begin anywhere, in any number, give the
// samples of one that reads it all. Sums are in float64, with products rounded
// one by one (no fused multiply-add), so that they are the same on every
// machine.
package master

import (
	"fmt"
	"math"

	"narrate/internal/pcm"
)

// Track is music or a sound beside the speech.
type Track struct {
	// Source is of the programme's rate and of 1 or 2 channels.
	Source pcm.Source
	// At is where it sounds in the programme. It begins with its own frame 0,
	// and what is shorter and not looped ends before At does.
	At pcm.Span
	// Loop has it begin again, with a crossfade, until At is full.
	Loop bool
	// Gain is in dB.
	Gain float64
	// FadeIn and FadeOut are the lengths of raised cosines at both ends, in
	// frames.
	FadeIn, FadeOut int64
	// Duck is by how many dB (0 or more) it is lowered while speech sounds.
	Duck float64
}

// Mix is what a programme is made of.
type Mix struct {
	// Speech is mono and as long as the programme: silence where nothing is
	// said.
	Speech pcm.Source
	// Spoken is where it speaks, ascending and without overlap.
	Spoken []pcm.Span
	Tracks []Track
	// Channels of the programme, 1 or 2: tracks of two are folded to their mean,
	// what is mono is heard from both sides.
	Channels int
}

// Unit is what a level is measured in.
type Unit int

const (
	// None leaves the level as it is and limits nothing.
	None Unit = iota
	// LUFS is integrated loudness by ITU-R BS.1770-4.
	LUFS
	// RMS is the root mean square in dBFS, as audiobook publishers ask for.
	RMS
)

// Settings say how a Mix is mastered.
type Settings struct {
	Unit  Unit
	Level float64 // in Unit
	// Ceiling is the true peak in dBTP that nothing passes, from -40 to 0. With
	// None it is not used.
	Ceiling float64
	// HighPass is the corner in Hz below which speech is cut, 0 for none.
	HighPass float64
	// Declick is how many frames both ends of every spoken span are faded, so
	// that no joint clicks; 0 for none.
	Declick int64
}

// Limits of what is asked for.
const (
	lowestLevel   = -60.0
	lowestCeiling = -40.0
	mostDecibels  = 120.0
)

func (m *Mix) check() error {
	if m.Speech == nil {
		return fmt.Errorf("master: a mix without speech")
	}
	f := m.Speech.Format()
	if f.Channels != 1 {
		return fmt.Errorf("master: speech of %d channels, want one", f.Channels)
	}
	if f.Rate < 4000 || f.Rate > 384000 {
		return fmt.Errorf("master: a rate of %d Hz, want 4000 to 384000", f.Rate)
	}
	if m.Channels != 1 && m.Channels != 2 {
		return fmt.Errorf("master: a programme of %d channels, want 1 or 2", m.Channels)
	}
	frames, last := m.Speech.Frames(), int64(0)
	for _, s := range m.Spoken {
		if s.Start < last || s.End < s.Start || s.End > frames {
			return fmt.Errorf("master: frames %d to %d are spoken, in a programme of %d and after %d", s.Start, s.End, frames, last)
		}
		last = s.End
	}
	for i := range m.Tracks {
		if err := m.Tracks[i].check(f.Rate, frames); err != nil {
			return fmt.Errorf("master: track %d: %w", i+1, err)
		}
	}
	return nil
}

func (t *Track) check(rate pcm.Hz, frames int64) error {
	if t.Source == nil {
		return fmt.Errorf("it has no sound")
	}
	f := t.Source.Format()
	switch {
	case f.Rate != rate:
		return fmt.Errorf("its rate is %d Hz, the programme's %d: convert it before", f.Rate, rate)
	case f.Channels != 1 && f.Channels != 2:
		return fmt.Errorf("it has %d channels, want 1 or 2", f.Channels)
	case t.At.Start < 0 || t.At.End < t.At.Start || t.At.End > frames:
		return fmt.Errorf("it sounds from frame %d to %d of a programme of %d", t.At.Start, t.At.End, frames)
	case t.FadeIn < 0 || t.FadeOut < 0:
		return fmt.Errorf("fades of %d and %d frames", t.FadeIn, t.FadeOut)
	case !(math.Abs(t.Gain) <= mostDecibels):
		return fmt.Errorf("a gain of %g dB, want %g at most", t.Gain, mostDecibels)
	case !(t.Duck >= 0 && t.Duck <= mostDecibels):
		return fmt.Errorf("lowered by %g dB, want 0 to %g", t.Duck, mostDecibels)
	case t.Loop && t.Source.Frames() < t.At.Frames() && t.Source.Frames() < 2*rate.Frames(crossfade):
		return fmt.Errorf("it is to be looped, but is only %v long: want %v or more", rate.Duration(t.Source.Frames()), 2*crossfade)
	}
	return nil
}

func (s *Settings) check(rate pcm.Hz) error {
	switch {
	case s.Unit != None && s.Unit != LUFS && s.Unit != RMS:
		return fmt.Errorf("master: unit %d of the level is not known", s.Unit)
	case s.Unit != None && !(s.Level >= lowestLevel && s.Level <= 0):
		return fmt.Errorf("master: a level of %g, want %g to 0", s.Level, lowestLevel)
	case s.Unit != None && !(s.Ceiling >= lowestCeiling && s.Ceiling <= 0):
		return fmt.Errorf("master: a ceiling of %g dBTP, want %g to 0", s.Ceiling, lowestCeiling)
	case s.HighPass != 0 && !(s.HighPass >= 10 && s.HighPass <= float64(rate)/4):
		return fmt.Errorf("master: a high pass of %g Hz, want 10 to a quarter of the rate", s.HighPass)
	case s.Declick < 0:
		return fmt.Errorf("master: a declick of %d frames", s.Declick)
	}
	return nil
}

// Programme is the mastered sound.
type Programme struct {
	speech   speech
	tracks   []track
	channels int
	limiter  *limiter // nil with Unit None
	loud     loud
	report   Report
}

// loud is how loud a mix is made.
type loud struct {
	gain  float64 // factor
	limit float64 // that no peak passes, in units of a 16-bit sample; 0 for none
}

// Format is the programme's.
func (p *Programme) Format() pcm.Format {
	return pcm.Format{Rate: p.speech.src.Format().Rate, Channels: p.channels}
}

// Frames is the length of the programme: that of its speech.
func (p *Programme) Frames() int64 { return p.speech.src.Frames() }

// Report says what was measured and done.
func (p *Programme) Report() Report { return p.report }

// Open reads the mastered frames of span.
func (p *Programme) Open(span pcm.Span) (pcm.Reader, error) {
	if span.Start < 0 || span.End < span.Start || span.End > p.Frames() {
		return nil, fmt.Errorf("master: frames %d to %d of a programme of %d", span.Start, span.End, p.Frames())
	}
	if p.plain() {
		return p.speech.src.Open(span)
	}
	if span.Frames() == 0 {
		return pcm.Silence(p.Format(), 0), nil
	}
	return p.open(span, p.loud, nil)
}

// plain reports whether the programme is the speech as it came.
func (p *Programme) plain() bool {
	return p.limiter == nil && len(p.tracks) == 0 && p.speech.pass == nil && p.speech.declick == 0 && p.channels == 1
}

// factor is the factor of so many decibels.
func factor(db float64) float64 { return exact(math.Pow(10, db/20)) }

// exact drops the last digits of a number, which mathematical functions do not
// give alike on every machine.
func exact(x float64) float64 {
	if x == 0 || math.IsInf(x, 0) {
		return x
	}
	fraction, exponent := math.Frexp(x)
	return math.Ldexp(math.Round(fraction*(1<<36))/(1<<36), exponent)
}

// raised is a raised cosine: 0 at 0, 1 at 1.
func raised(x float64) float64 { return exact(0.5 - 0.5*math.Cos(math.Pi*x)) }
