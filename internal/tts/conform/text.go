package conform

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"narrate/internal/tts"
)

func (s *Suite) empty(f *findings) error {
	for _, text := range []string{"", " ", "\t\r\n", "\u00a0", "\u2003\u2028", "\x00", "\x1b\x07"} {
		if _, _, err := s.try(f.ctx, text); !errors.Is(err, tts.ErrEmpty) {
			f.errorf("%q: %v, want %q", text, told(err), tts.ErrEmpty)
		}
	}
	// Some engines call punctuation by name, which is sound.
	for _, text := range []string{".", "…", "?!", "—", "-", "--", "“”", "()", "[[", "]]", "[[]]", "<", "&", "*"} {
		if _, _, err := s.try(f.ctx, text); err != nil && !errors.Is(err, tts.ErrEmpty) {
			f.errorf("%q: %v, want sound or %q", text, err, tts.ErrEmpty)
		}
	}
	return nil
}

// told is what to call what came of a request that should have failed.
func told(err error) any {
	if err == nil {
		return "it is spoken"
	}
	return err
}

// hostile puts between words what engines have been seen to obey, and looks for
// the words around it.
func (s *Suite) hostile(f *findings) (err error) {
	const before, after = "Seven grey geese went over the hill, ", " and nobody ever saw them again."
	plain, _, err := s.try(f.ctx, before+after)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "conform-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	canary := filepath.Join(folder, "canary")
	texts := []string{
		"-f/etc/hostname", "--help", "-s 9999", "[[", "]]", "[[[[", "[[h@l'oU]]", "[ [", "[[_::_:]]",
		"<", ">", "&", "&amp;", "&#0;", "&lt", "<!--", "<![CDATA[", "</speak>", "<speak>", "<p>", "<br", "<mark name='x'/>",
		"<break time='3600s'/>", "<prosody rate='1%'>", "<voice name='xx'>", "<?xml version='1.0'?>",
		"<audio src='file:///dev/zero'/>", fmt.Sprintf(`<audio src="'$(touch %s)'">`, canary),
		fmt.Sprintf("`touch %s`", canary), fmt.Sprintf("$(touch %s)", canary), fmt.Sprintf("; touch %s;", canary),
		"%s%n", `\`, `"`, "'", "{", "|",
		"\x00", "\x01", "\x0180S", "\x01+10S", "\x01V", "\x1b", "\x1b[2J", "\x7f", "\u0080", "\u0085", "\u009b",
		"\n", "\n\n", "\r\n\r\n", "\t", "\v", "\f", "\u2028", "\u2029", "\ufeff", "\ufffd", "\u200b", "\u200d", "\u202e", "\u00ad",
		"\ue000", "\uf8ff", "\U000f0000", "\uffff", "\U0010ffff", "😀", "👩\u200d👩\u200d👧", "e\u0301\u0301\u0301",
		strings.Repeat("-", 100), strings.Repeat("[", 101), strings.Repeat("<", 50), strings.Repeat("\n", 100),
	}
	var group sync.WaitGroup
	limit := make(chan struct{}, 4)
	for i, text := range texts {
		// In front of the text for every third, between its words otherwise.
		whole := before + text + after
		if i%3 == 0 {
			whole = text + before + after
		}
		group.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			clip, _, err := s.try(f.ctx, whole)
			switch {
			case err != nil:
				f.errorf("%q: %v", whole, err)
			case clip.Frames < plain.Frames*8/10:
				f.errorf("%q: words around it were lost: %d frames, %d without it", whole, clip.Frames, plain.Frames)
			}
		})
	}
	group.Wait()
	if _, err := os.Stat(canary); err == nil {
		f.errorf("text was run as a command")
	}
	return nil
}

func (s *Suite) unusable(f *findings) error {
	for _, text := range []string{"\xff", "abc\xc3", "caf\xe9 noir", "\xed\xa0\x80", "\xf4\x90\x80\x80"} {
		if _, _, err := s.try(f.ctx, text); !errors.Is(err, tts.ErrText) {
			f.errorf("%q: %v, want %q", text, told(err), tts.ErrText)
		}
	}
	if most := s.about.MaxText; most > 0 {
		if _, _, err := s.try(f.ctx, strings.Repeat("ä", most+1)); !errors.Is(err, tts.ErrTooLong) {
			f.errorf("%d characters: %v, want %q", most+1, told(err), tts.ErrTooLong)
		}
		if _, _, err := s.try(f.ctx, strings.Repeat("word ", 1<<20)); !errors.Is(err, tts.ErrTooLong) {
			f.errorf("5 MB of text: %v, want %q", told(err), tts.ErrTooLong)
		}
	}
	return nil
}

// longest speaks as much as Info allows, in letters of two bytes.
func (s *Suite) longest(f *findings) error {
	most := s.about.MaxText
	if most == 0 {
		return skipped("the engine has no limit")
	}
	const part = 41 // a clause
	clip, _, err := s.try(f.ctx, long(most))
	if err != nil {
		return fmt.Errorf("%d characters: %w", most, err)
	}
	short, _, err := s.try(f.ctx, long(min(part, most)))
	if err != nil {
		return err
	}
	if want := short.Frames * int64(most/part) / 2; clip.Frames < want {
		f.errorf("%d characters give %d frames, fewer than %d", most, clip.Frames, want)
	}
	return nil
}
