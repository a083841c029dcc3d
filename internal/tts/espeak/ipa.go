package espeak

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/tts"
)

// maxIPA is the longest pronunciation that is accepted, in bytes: a name, a
// short phrase. The engine reads a clause into 800 bytes.
const maxIPA = 240

// spellings are other ways to write the same sound, and signs that change
// nothing that the engine could do.
var spellings = strings.NewReplacer(
	"g", "ɡ", "ʧ", "tʃ", "ʤ", "dʒ", "ʦ", "ts", "ʣ", "dz", "ʨ", "tɕ", "ʥ", "dʑ", "ɝ", "ɜ", "ɜ˞", "ɜ", "ə˞", "ɚ",
	":", "ː", "ˑ", "", "'", "ˈ", "ʼ", "",
	"\u0361", "", "\u035c", "", "\u0311", "", // ties, and what is no syllable of its own
	"i\u032f", "ɪ", "u\u032f", "ʊ", "y\u032f", "ʏ", "\u032f", "", "\u031a", "", "\u0306", "",
	".", "", "‿", "", "|", " ", "‖", " ", "(", "", ")", "", "ˀ", "ʔ",
)

// nearest gives for a sound that a voice may lack what comes next to it, best
// first. What is there for several at once is the way in which others write a
// diphthong.
var nearest = decomposed(map[string][]string{
	// Vowels.
	"ɑ": {"a", "æ", "ɒ"}, "a": {"ɑ", "æ", "ɐ"}, "æ": {"a", "ɛ"}, "ɐ": {"ɜ", "ə", "a"}, "ɒ": {"ɔ", "ɑ"}, "ʌ": {"a", "ɐ", "ə"},
	"ɜ": {"ɜː", "ə", "œ", "ɛ"}, "ɚ": {"ə", "ɜ"}, "ə": {"ɜ", "ɐ", "e", "ɛ"}, "ɘ": {"ə"}, "ɵ": {"ø", "o"}, "ɞ": {"œ", "ɜ"}, "ɤ": {"ə", "o"},
	"ɛ": {"e"}, "e": {"ɛ"}, "ɪ": {"i", "ᵻ"}, "i": {"ɪ"}, "ᵻ": {"ɪ"}, "ɨ": {"ɪ", "i"}, "y": {"ʏ", "ø", "i"}, "ʏ": {"y", "ɪ"},
	"ø": {"œ", "e"}, "œ": {"ø", "ɛ"}, "ɶ": {"œ"}, "o": {"ɔ"}, "ɔ": {"o", "ɒ"}, "ʊ": {"u"}, "u": {"ʊ"}, "ʉ": {"u", "y"}, "ɯ": {"ɨ", "u"},
	"aː": {"ɑː"}, "ɑː": {"aː"}, "ɒː": {"ɔː", "ɑː"}, "æː": {"ɛː", "aː"}, "ɛː": {"eː"}, "eː": {"ɛː"}, "oː": {"ɔː"}, "ɔː": {"oː"},
	"ɜː": {"œː", "əː", "øː"}, "øː": {"œː", "ɜː"}, "œː": {"øː"}, "yː": {"iː"}, "ʉː": {"uː", "yː"}, "ɪː": {"iː"}, "ʊː": {"uː"},
	"ɛ̃": {"æ̃", "ɛŋ"}, "æ̃": {"ɛ̃"}, "ɑ̃": {"ã", "ɔ̃", "ɑŋ"}, "ã": {"ɑ̃", "ɐ̃"}, "ɐ̃": {"ã", "ɑ̃"}, "ɔ̃": {"õ", "ɔŋ"}, "õ": {"ɔ̃"}, "œ̃": {"ɛ̃", "œŋ"},
	"aɪ": {"ai"}, "aʊ": {"au"}, "ɔʏ": {"ɔø", "ɔɪ"}, "ɔɪ": {"ɔø", "oɪ"}, "oɪ": {"ɔɪ"},
	"eɪ": {"ɛɪ"}, "oʊ": {"əʊ"}, "əʊ": {"oʊ"}, "eə": {"ɛə", "ɛɹ"}, "ɛə": {"eə", "ɛɹ"}, "ɪə": {"iə"}, "ʊə": {"ʊɹ"},
	// Consonants.
	"ɱ": {"m"}, "ɳ": {"n"}, "ɴ": {"ŋ"}, "ŋ": {"n"}, "ɲ": {"nj"}, "ʙ": {"b"}, "ʈ": {"t"}, "ɖ": {"d"}, "c": {"k"}, "ɟ": {"ɡ"}, "q": {"k"}, "ɢ": {"ɡ"},
	"ʔ": {""}, "ʡ": {"ʔ"}, "ɸ": {"f"}, "β": {"b"}, "ʋ": {"v", "w"}, "ʍ": {"w"}, "ɥ": {"j"}, "ɰ": {"ɣ", "w"}, "ð": {"d", "z"}, "θ": {"s"},
	"ʂ": {"ʃ"}, "ʐ": {"ʒ"}, "ɕ": {"ʃ"}, "ʑ": {"ʒ"}, "ʒ": {"ʃ"}, "ç": {"x", "ʃ"}, "ʝ": {"j"}, "x": {"χ", "h"}, "χ": {"x"}, "ɣ": {"ɡ"}, "ɧ": {"ʃ"},
	"ħ": {"h"}, "ʕ": {"ʔ"}, "ʜ": {"h"}, "ʢ": {"ʔ"}, "ɦ": {"h"}, "h": {"x"}, "r": {"ɾ", "ɹ", "ʁ"}, "ɾ": {"r", "ɹ", "ʁ"}, "ɹ": {"r", "ɾ", "ʁ"},
	"ʁ": {"ʀ", "r", "ɹ"}, "ʀ": {"ʁ", "r"}, "ɻ": {"ɹ"}, "ɽ": {"ɾ", "r"}, "ɺ": {"ɾ", "l"}, "ɫ": {"l"}, "ɭ": {"l"}, "ʟ": {"l"}, "ʎ": {"lj"}, "ɬ": {"l"}, "ɮ": {"l"},
	"ɓ": {"b"}, "ɗ": {"d"}, "ʄ": {"ɟ"}, "ɠ": {"ɡ"}, "ʛ": {"ɡ"},
})

// native are sounds that dictionaries of a language write in a way that
// another sound of the engine bears, which the language does not have.
var native = map[string]map[string]string{
	"de": {"ʁ": "r", "ʀ": "r", "ɹ": "r", "ʋ": "v", "ɫ": "l"},
	"nl": {"ʁ": "r", "ʀ": "r", "ɹ": "r"},
	"en": {"r": "ɹ", "ʁ": "ɹ", "ʀ": "ɹ", "e": "ɛ", "ɫ": "l"},
	"fr": {"r": "ʁ", "ʀ": "ʁ", "ɹ": "ʁ"},
	"it": {"ɹ": "r", "ʁ": "r"},
	"es": {"ɹ": "r", "ʁ": "r"},
}

// decomposed gives a table with its sounds in NFD.
func decomposed(table map[string][]string) map[string][]string {
	out := make(map[string][]string, len(table))
	for key, list := range table {
		for i := range list {
			list[i] = norm.NFD.String(list[i])
		}
		out[norm.NFD.String(key)] = list
	}
	return out
}

// modifiers change a sound less than a voice could tell: aspiration, release,
// colour. Marks below and above a letter are taken likewise.
const modifiers = "ʰʱʷˠˤⁿˡ˞ʴʵʶ˔˕˖˗"

const (
	tilde      = '\u0303'
	syllabic   = '\u0329'
	syllabicUp = '\u030d'
	mainStress = 'ˈ'
	lessStress = 'ˌ'
	longMark   = 'ː'
	palatal    = 'ʲ'
)

// say turns IPA into the engine's mnemonics: the voice's own sounds, for those
// it lacks the nearest. Stress, length, palatal and syllabic consonants are
// kept; ties, syllable marks, aspiration and the like are left out; spaces and
// "|" divide words. Slashes or brackets around the whole are no matter. It
// fails for signs that it does not know, tones among them, and then nothing is
// said in part.
func (s *sounds) say(ipa string) (string, error) {
	switch {
	case len(ipa) > maxIPA:
		return "", fmt.Errorf("%w: %d bytes of IPA; at most %d", tts.ErrPhonemes, len(ipa), maxIPA)
	case !utf8.ValidString(ipa):
		return "", fmt.Errorf("%w: %q is not valid UTF-8", tts.ErrPhonemes, ipa)
	}
	text := strings.TrimSpace(ipa)
	for _, pair := range []string{"//", "[]"} {
		if len(text) > 1 && text[0] == pair[0] && text[len(text)-1] == pair[1] {
			text = text[1 : len(text)-1]
		}
	}
	runes := []rune(spellings.Replace(norm.NFD.String(text)))
	var words []string
	var word []string // mnemonics with their stress
	var last sound    // of word
	stress := ""
	emit := func(all []sound) {
		for _, n := range all {
			m := n.mnemonic
			if n.vowel {
				m, stress = stress+m, ""
			}
			word, last = append(word, m), n
		}
	}
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.Join(word, "|"))
		}
		word, stress, last = nil, "", sound{}
	}
	for i := 0; i < len(runes); {
		n, found := s.match(runes[i:], stress != "")
		if n > 0 {
			emit(found)
			i += n
			continue
		}
		switch r := runes[i]; {
		case unicode.IsSpace(r):
			end()
		case r == mainStress:
			stress = "'"
		case r == lessStress:
			stress = ","
		case len(word) == 0:
			return "", fmt.Errorf("%w: no sound is known for %q in %q", tts.ErrPhonemes, r, ipa)
		case r == longMark:
			if s.has(":") && runes[i-1] != tilde {
				word = append(word, ":")
			}
		case r == palatal:
			if s.has(";") && !last.vowel {
				word = append(word, ";")
			}
		case r == tilde && last.vowel:
			if found := s.find("ŋ", false, maxSteps); found != nil {
				emit(found)
			}
		case r == syllabic || r == syllabicUp:
			if found := s.find("ə", stress != "", maxSteps); found != nil && !last.vowel {
				consonant := word[len(word)-1]
				word = word[:len(word)-1]
				emit(found)
				word = append(word, consonant)
			}
		case unicode.Is(unicode.Mn, r) || strings.ContainsRune(modifiers, r):
		default:
			return "", fmt.Errorf("%w: no sound is known for %q in %q", tts.ErrPhonemes, r, ipa)
		}
		i++
	}
	end()
	if len(words) == 0 {
		return "", fmt.Errorf("%w: no sound in %q", tts.ErrPhonemes, ipa)
	}
	return strings.Join(words, " "), nil
}

// longestPart is the longest key of nearest and native, in code points.
const longestPart = 3

// match finds the longest beginning of runes that is a sound or stands for one:
// first one that takes all the marks of its last letter with it.
func (s *sounds) match(runes []rune, stressed bool) (n int, found []sound) {
	most := min(len(runes), max(s.longest, longestPart))
	for _, whole := range []bool{true, false} {
		for n := most; n > 0; n-- {
			if n < len(runes) && (whole && (unicode.Is(unicode.Mn, runes[n]) || runes[n] == longMark) || n > 1 && linking(runes[n-1], runes[n])) {
				continue
			}
			if found := s.find(string(runes[:n]), stressed, maxSteps); found != nil {
				return n, found
			}
		}
	}
	return 0, nil
}

// linking reports a consonant that is part of the vowel before it, as in the
// English "er", unless a vowel follows, with which the engine would say it twice.
func linking(r, next rune) bool {
	return strings.ContainsRune("ɹrl", r) && strings.ContainsRune("aeiouyɑæɐɒʌɜɚəɛɪᵻɨʏøœɔʊʉˈˌ", next)
}

// maxSteps bounds the way from a sound to the nearest that a voice has.
const maxSteps = 4

// find gives the sounds that the voice has for a part of IPA: itself or what is
// nearest; nil for none.
func (s *sounds) find(part string, stressed bool, steps int) []sound {
	for _, p := range []string{native[s.language][part], part} {
		if own, ok := s.stressed[p]; ok && stressed {
			return []sound{own}
		}
		if own, ok := s.keys[p]; ok {
			return []sound{own}
		}
		if own, ok := s.stressed[p]; ok {
			return []sound{own}
		}
	}
	if steps == 0 {
		return nil
	}
next:
	for _, other := range nearest[part] {
		found := []sound{} // of "" is nothing, which is something
		for runes := []rune(other); len(runes) > 0; {
			n := len(runes)
			more := s.find(string(runes[:n]), stressed, steps-1)
			for more == nil && n > 1 {
				n--
				more = s.find(string(runes[:n]), stressed, steps-1)
			}
			if more == nil {
				continue next
			}
			found, runes = append(found, more...), runes[n:]
		}
		return found
	}
	return nil
}
