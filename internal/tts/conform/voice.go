package conform

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

func (s *Suite) info(f *findings) error {
	info := s.about
	if s.b.Name() == "" {
		f.errorf("it has no name")
	}
	if info.Version == "" {
		f.errorf("no version")
	}
	if !info.Marks && info.MarksNote == "" {
		f.errorf("no word times, and no note why")
	}
	if info.MaxText < 0 || info.Parallel < 0 {
		f.errorf("limits of %d characters and %d requests at once", info.MaxText, info.Parallel)
	}
	names := make(map[string]bool)
	for _, v := range info.Voices {
		if v.Name == "" || v.Language == "" || names[v.Name] {
			f.errorf("voice %+v: no name, no language or listed twice", v)
		}
		names[v.Name] = true
	}
	if !names[s.Voice.Engine] {
		f.errorf("voice %q is not in the list", s.Voice.Engine)
	}
	again, err := s.b.Info(f.ctx)
	if err != nil || again.Version != info.Version || len(again.Voices) != len(info.Voices) {
		f.errorf("asked again, it is version %q with %d voices, %v; before, version %q with %d voices", again.Version, len(again.Voices), err, info.Version, len(info.Voices))
	}
	b := s.New()
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	if _, err := b.Info(ctx); !errors.Is(err, context.Canceled) {
		f.errorf("cancelled while it was asked: %v", err)
	}
	if other, err := b.Info(f.ctx); err != nil || other.Version != info.Version {
		f.errorf("started anew, it is version %q, %v; before, version %q", other.Version, err, info.Version)
	}
	return b.Close()
}

func (s *Suite) voice(f *findings) error {
	for _, name := range []string{
		"", "no-such-voice", "-h", "--version", "../../../etc/passwd", "/etc/passwd", "a\x00b", "\xff",
		s.Voice.Engine + "+no-such-variant", s.Voice.Engine + "/..", strings.Repeat("x", 10000),
	} {
		_, _, err := s.try(f.ctx, "Hello there.", func(v *voices.Voice) { v.Engine = name })
		if !errors.Is(err, tts.ErrVoice) {
			f.errorf("voice %.100q: %v, want %q", name, told(err), tts.ErrVoice)
		} else if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
			f.errorf("voice %.100q: not one line of a readable length, but %d bytes: %.200v", name, len(err.Error()), err)
		}
	}
	for _, rate := range []float64{-1, 1e-9, 1000, 1e300} {
		_, _, err := s.try(f.ctx, "Hello there.", func(v *voices.Voice) { v.Rate = rate })
		if err != nil && !tts.Permanent(err) {
			f.errorf("rate %g: %v, want sound or %q", rate, err, tts.ErrVoice)
		}
	}
	return nil
}

// check holds what a tts.Checker says of a voice against what speaking with it
// comes to.
func (s *Suite) check(f *findings) error {
	if _, ok := s.b.(tts.Checker); !ok {
		return skipped("the backend does not judge voices before it speaks")
	}
	factors := []float64{-1, 0, 1e-9, 0.1, 0.25, 0.45, 0.46, 1, 2, 2.57, 2.58, 4, 1000, math.NaN(), math.Inf(1)}
	var all []voices.Voice
	add := func(change func(*voices.Voice)) {
		v := s.Voice
		change(&v)
		all = append(all, v)
	}
	for _, name := range []string{s.Voice.Engine, strings.ToUpper(s.Voice.Engine), "", "no-such-voice", s.Voice.Engine + "+no-such-variant", "\xff"} {
		add(func(v *voices.Voice) { v.Engine = name })
	}
	for _, x := range factors {
		add(func(v *voices.Voice) { v.Rate = x })
		add(func(v *voices.Voice) { v.Pitch = x })
		add(func(v *voices.Voice) { v.Volume = x })
	}
	for _, v := range all {
		says := tts.CheckVoice(f.ctx, s.b, v)
		_, err := s.b.Synthesize(f.ctx, tts.Request{Text: "Hello there.", Voice: v})
		if !errors.Is(err, tts.ErrVoice) {
			err = nil // such as silence: not a matter of whether it has the voice
		}
		if fmt.Sprint(says) != fmt.Sprint(err) || errors.Is(says, tts.ErrVoice) != (err != nil) {
			f.errorf("voice %q, rate %g, pitch %g, volume %g: before speaking %v, when it is to speak %v", v.Engine, v.Rate, v.Pitch, v.Volume, says, err)
		}
	}
	for _, o := range s.about.Voices {
		v := s.Voice
		v.Engine = o.Name
		if tts.CheckVoice(f.ctx, s.b, v) != nil {
			continue // such as at the suite's factors
		}
		if own, err := tts.NameOf(f.ctx, s.b, v); err != nil || own != o.Name {
			f.errorf("voice %q of the list is named %q, %v", o.Name, own, err)
		}
	}
	b := s.New()
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	if err := tts.CheckVoice(ctx, b, s.Voice); !errors.Is(err, context.Canceled) {
		f.errorf("cancelled while it judged: %v", err)
	}
	return b.Close()
}

// prosody compares sounds with one factor changed. An engine that cannot change
// one refuses the voice.
func (s *Suite) prosody(f *findings) error {
	const text = "Seven grey geese went over the hill."
	plain, sound, err := s.try(f.ctx, text)
	if err != nil {
		return err
	}
	one, same, err := s.try(f.ctx, text, func(v *voices.Voice) { v.Rate, v.Pitch, v.Volume = 1, 1, 1 })
	if err != nil {
		return fmt.Errorf("factors of 1: %w", err)
	}
	v := s.Voice
	if v.Rate == 0 && v.Pitch == 0 && v.Volume == 0 && s.Repeatable && (one.Frames != plain.Frames || !slices.Equal(sound, same)) {
		f.errorf("factors of 1 are not the same as none")
	}
	refused := 0
	change := func(what string, change func(*voices.Voice), holds func(tts.Clip, []int16)) {
		clip, samples, err := s.try(f.ctx, text, func(v *voices.Voice) {
			v.Rate, v.Pitch, v.Volume = 1, 1, 1
			change(v)
		})
		switch {
		case errors.Is(err, tts.ErrVoice):
			refused++
		case err != nil:
			f.errorf("%s: %v, want sound or %q", what, err, tts.ErrVoice)
		default:
			holds(clip, samples)
		}
	}
	change("rate 1.5", func(v *voices.Voice) { v.Rate = 1.5 }, func(fast tts.Clip, _ []int16) {
		if fast.Frames > one.Frames*9/10 {
			f.errorf("%d frames at rate 1.5, %d at 1", fast.Frames, one.Frames)
		}
	})
	change("volume 0.5", func(v *voices.Voice) { v.Volume = 0.5 }, func(_ tts.Clip, soft []int16) {
		if pcm.Peak(soft) > pcm.Peak(same)*9/10 {
			f.errorf("peak %d at volume 0.5, %d at 1", pcm.Peak(soft), pcm.Peak(same))
		}
	})
	change("pitch 1.5", func(v *voices.Voice) { v.Pitch = 1.5 }, func(_ tts.Clip, high []int16) {
		if slices.Equal(high, same) {
			f.errorf("the pitch changes nothing")
		}
	})
	if refused == 3 {
		return skipped("the engine changes none of rate, pitch and volume")
	}
	return nil
}
