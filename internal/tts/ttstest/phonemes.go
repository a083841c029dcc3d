package ttstest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
)

// pronounce is try with phonemes.
func (s *suite) pronounce(text string, phonemes ...tts.Phonemes) (tts.Clip, []int16, error) {
	r := tts.Request{Text: text, Voice: s.Voice, Phonemes: phonemes}
	clip, err := s.b.Synthesize(context.Background(), r)
	if err != nil {
		return tts.Clip{}, nil, err
	}
	if err := check.Clip(r, clip); err != nil {
		return tts.Clip{}, nil, err
	}
	reader, err := clip.Open()
	if err != nil {
		return tts.Clip{}, nil, err
	}
	samples, err := pcm.ReadAll(reader, clip.Frames)
	return clip, samples, errors.Join(err, reader.Close())
}

// testPhonemes holds Info.Phonemes against what is heard: a pronunciation that
// is obeyed changes the sound of its word alone and keeps all marks; one that
// is not leaves the written word.
func (s *suite) testPhonemes(t *testing.T) {
	const text = "Seven grey geese went over the hill."
	lo := strings.Index(text, "geese")
	geese := tts.Phonemes{Lo: lo, Hi: lo + len("geese")}
	written, plain, err := s.pronounce(text)
	if err != nil {
		t.Fatal(err)
	}
	with := func(ipa string) (tts.Clip, []int16) {
		t.Helper()
		p := geese
		p.IPA = ipa
		clip, samples, err := s.pronounce(text, p)
		if err != nil {
			t.Fatalf("%q: %v", ipa, err)
		}
		return clip, samples
	}
	words := func(c tts.Clip) (all []string) {
		for _, m := range c.Marks {
			all = append(all, text[m.Lo:m.Hi])
		}
		return all
	}
	const other = "baˈnaːna"
	clip, samples := with(other)
	if !s.info.Phonemes {
		if s.Repeatable && !slices.Equal(samples, plain) {
			t.Error("phonemes change the sound in spite of Info")
		}
		return
	}
	if err := tts.CheckPhonemes(t.Context(), s.b, s.Voice, other); err != nil {
		t.Errorf("%s: %v", other, err)
	}
	if slices.Equal(samples, plain) {
		t.Error("phonemes change nothing")
	}
	if clip.Frames < written.Frames*8/10 || clip.Frames > written.Frames*15/10 {
		t.Errorf("%d frames with phonemes for one word, %d without", clip.Frames, written.Frames)
	}
	if !slices.Equal(words(clip), words(written)) {
		t.Errorf("words %q, without phonemes %q", words(clip), words(written))
	}
	if again, same := with(other); s.Repeatable && (!slices.Equal(same, samples) || !slices.Equal(again.Marks, clip.Marks)) {
		t.Error("the same phonemes give another sound")
	}
	// Signs that are not of the alphabet, or that an engine might obey.
	for _, ipa := range []string{
		"", " ", "☃", "\x00", "\xff", "[[", "]]", "a]]b", "]] hello [[", "<break time='3600s'/>", "&", "-f/etc/hostname", "'; --", "$(x)", "%s",
		"\n", "a\nb", "漢字", strings.Repeat("a", 100_000), strings.Repeat("ˈ", 1000),
	} {
		judged := tts.CheckPhonemes(t.Context(), s.b, s.Voice, ipa)
		if judged != nil && !errors.Is(judged, tts.ErrPhonemes) {
			t.Errorf("%.40q: %v", ipa, judged)
		}
		clip, samples := with(ipa)
		if judged != nil && s.Repeatable && !slices.Equal(samples, plain) {
			t.Errorf("%.40q: the written word is not what is heard, though %v", ipa, judged)
		}
		if clip.Frames < written.Frames*7/10 {
			t.Errorf("%.40q: words around it were lost: %d frames, %d without it", ipa, clip.Frames, written.Frames)
		}
	}
	for _, bad := range [][]tts.Phonemes{
		{{Lo: -1, Hi: 2, IPA: "a"}}, {{Lo: 2, Hi: 2, IPA: "a"}}, {{Lo: 3, Hi: 2, IPA: "a"}}, {{Lo: 0, Hi: len(text) + 1, IPA: "a"}},
		{{Lo: 6, Hi: 10, IPA: "a"}, {Lo: 0, Hi: 5, IPA: "a"}}, {{Lo: 0, Hi: 5, IPA: "a"}, {Lo: 4, Hi: 8, IPA: "a"}},
	} {
		if _, _, err := s.pronounce(text, bad...); !errors.Is(err, tts.ErrText) {
			t.Errorf("%v: %v, want ErrText", bad, err)
		}
	}
	if _, _, err := s.pronounce("über", tts.Phonemes{Lo: 1, Hi: 3, IPA: "a"}); !errors.Is(err, tts.ErrText) {
		t.Errorf("phonemes for half a letter: %v, want ErrText", err)
	}
}
