package conform

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"narrate/internal/tts"
)

// phonemes holds Info.Phonemes against what is heard: a pronunciation that is
// obeyed changes the sound of its word alone and keeps all marks; one that is
// not leaves the written word.
func (s *Suite) phonemes(f *findings) error {
	const text = "Seven grey geese went over the hill."
	lo := strings.Index(text, "geese")
	with := func(ipa string) (tts.Clip, []int16, error) {
		clip, samples, err := s.say(f.ctx, s.b, tts.Request{Text: text, Voice: s.Voice, Phonemes: []tts.Phonemes{{Lo: lo, Hi: lo + len("geese"), IPA: ipa}}})
		if err != nil {
			err = fmt.Errorf("%.40q: %w", ipa, err)
		}
		return clip, samples, err
	}
	written, plain, err := s.try(f.ctx, text)
	if err != nil {
		return err
	}
	const other = "baˈnaːna"
	clip, samples, err := with(other)
	if err != nil {
		return err
	}
	if !s.about.Phonemes {
		if s.Repeatable && !slices.Equal(samples, plain) {
			f.errorf("phonemes change the sound, though it says that it has none")
		}
		return nil
	}
	if err := tts.CheckPhonemes(f.ctx, s.b, s.Voice, other); err != nil {
		f.errorf("%s: %v", other, err)
	}
	if slices.Equal(samples, plain) {
		f.errorf("phonemes change nothing")
	}
	if clip.Frames < written.Frames*8/10 || clip.Frames > written.Frames*15/10 {
		f.errorf("%d frames with phonemes for one word, %d without", clip.Frames, written.Frames)
	}
	if got, want := marked(text, clip), marked(text, written); !slices.Equal(got, want) {
		f.errorf("words %q, without phonemes %q", got, want)
	}
	again, same, err := with(other)
	if err != nil {
		return err
	}
	if s.Repeatable && (!slices.Equal(same, samples) || !slices.Equal(again.Marks, clip.Marks)) {
		f.errorf("the same phonemes give another sound")
	}
	// Signs that are not of the alphabet, or that an engine might obey.
	for _, ipa := range []string{
		"", " ", "☃", "\x00", "\xff", "[[", "]]", "a]]b", "]] hello [[", "<break time='3600s'/>", "&", "-f/etc/hostname", "'; --", "$(x)", "%s",
		"\n", "a\nb", "漢字", strings.Repeat("a", 100_000), strings.Repeat("ˈ", 1000),
	} {
		judged := tts.CheckPhonemes(f.ctx, s.b, s.Voice, ipa)
		if judged != nil && !errors.Is(judged, tts.ErrPhonemes) {
			f.errorf("%.40q: %v", ipa, judged)
		}
		clip, samples, err := with(ipa)
		if err != nil {
			return err
		}
		if judged != nil && s.Repeatable && !slices.Equal(samples, plain) {
			f.errorf("%.40q: the written word is not what is heard, though %v", ipa, judged)
		}
		if clip.Frames < written.Frames*7/10 {
			f.errorf("%.40q: words around it were lost: %d frames, %d without it", ipa, clip.Frames, written.Frames)
		}
	}
	refused := func(text string, bad ...tts.Phonemes) {
		_, _, err := s.say(f.ctx, s.b, tts.Request{Text: text, Voice: s.Voice, Phonemes: bad})
		if !errors.Is(err, tts.ErrText) {
			f.errorf("%v of %q: %v, want %q", bad, text, told(err), tts.ErrText)
		}
	}
	for _, bad := range [][]tts.Phonemes{
		{{Lo: -1, Hi: 2, IPA: "a"}},
		{{Lo: 2, Hi: 2, IPA: "a"}},
		{{Lo: 3, Hi: 2, IPA: "a"}},
		{{Lo: 0, Hi: len(text) + 1, IPA: "a"}},
		{{Lo: 6, Hi: 10, IPA: "a"}, {Lo: 0, Hi: 5, IPA: "a"}},
		{{Lo: 0, Hi: 5, IPA: "a"}, {Lo: 4, Hi: 8, IPA: "a"}},
	} {
		refused(text, bad...)
	}
	refused("über", tts.Phonemes{Lo: 1, Hi: 3, IPA: "a"}) // half a letter
	return nil
}
