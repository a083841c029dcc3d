package espeak

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"narrate/internal/tts"
)

const (
	longestMnemonic = 4 // bytes
	// switchMnemonic is followed by the name of another language, whose
	// mnemonics then count.
	switchMnemonic = "_^_"
)

// has reports whether the voice has a mnemonic.
func (s *sounds) has(mnemonic string) bool {
	_, ok := s.kinds[mnemonic]
	return ok
}

// spell checks mnemonics that are given as they are, as the engine divides them
// (EncodePhonemes in dictionary.c): each time the longest that the voice has, "|"
// where two are to stay apart, "||" and spaces between words. It ignores what it
// does not know, with all that follows in the word, and a "]]" would end them: so
// anything else fails.
func (s *sounds) spell(native string) (string, error) {
	if len(native) > maxIPA {
		return "", fmt.Errorf("%w: %d bytes of mnemonics; at most %d", tts.ErrPhonemes, len(native), maxIPA)
	}
	words := strings.Fields(native)
	heard := false
	for _, word := range words {
		for at := 0; at < len(word); {
			if word[at] == '|' {
				at++
				continue
			}
			n := min(longestMnemonic, len(word)-at)
			for n > 0 && !s.has(word[at:at+n]) {
				n--
			}
			if n == 0 || word[at:at+n] == switchMnemonic || strings.Contains(word[at:at+n], "]") {
				r, _ := utf8.DecodeRuneInString(word[at:])
				return "", fmt.Errorf("%w: the voice has no mnemonic that begins with %q in %q", tts.ErrPhonemes, r, native)
			}
			kind := s.kinds[word[at:at+n]]
			heard = heard || kind >= kindVowel && kind <= kindNasal
			at += n
		}
	}
	if !heard {
		return "", fmt.Errorf("%w: no sound in %q", tts.ErrPhonemes, native)
	}
	return strings.Join(words, " "), nil
}
