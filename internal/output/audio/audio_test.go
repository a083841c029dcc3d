package audio_test

import (
	"errors"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// short is a source that promises more than it has.
type short struct{ promised, has int64 }

func (s short) Format() pcm.Format { return pcm.Format{Rate: 22050, Channels: 2} }
func (s short) Frames() int64      { return s.promised }
func (s short) Open(span pcm.Span) (pcm.Reader, error) {
	return pcm.Silence(s.Format(), min(span.End, s.has)-span.Start), nil
}

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		source short
		span   pcm.Span
		ok     bool
	}{
		{short{1000, 1000}, pcm.Span{End: 1000}, true},
		{short{1000, 1000}, pcm.Span{Start: 999, End: 1000}, true},
		{short{1000, 1000}, pcm.Span{Start: 5, End: 5}, true},
		{short{1000, 999}, pcm.Span{End: 999}, true},
		{short{1000, 999}, pcm.Span{End: 1000}, false},
		{short{1000, 0}, pcm.Span{End: 1}, false},
	} {
		r, err := audio.Open(c.source, c.span)
		if err != nil {
			t.Fatal(err)
		}
		samples, err := pcm.ReadAll(r, 1000)
		if c.ok && (err != nil || int64(len(samples)) != 2*c.span.Frames()) || !c.ok && !errors.Is(err, pcm.ErrShort) {
			t.Errorf("%+v: %d samples, %v", c, len(samples), err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		line timeline.Timeline
		ok   bool
	}{
		{timeline.Timeline{Rate: 22050, Frames: 10}, true},
		{timeline.Timeline{Rate: 22050, Frames: 11}, false},
		{timeline.Timeline{Rate: 24000, Frames: 10}, false},
	} {
		if err := audio.Check(output.Edition{Timeline: &c.line, Sound: short{10, 10}}); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.line, err)
		}
	}
}
