package script

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSpeakerName is the most code points of a speaker's name.
	maxSpeakerName = 64
	// maxSpeakerLabel is how many bytes of a text are searched for a label's
	// colon: a name and a stage direction.
	maxSpeakerLabel = 400
)

// speakerKey is the form in which speakers' names are compared.
func speakerKey(name string) string { return strings.ToLower(plain(name)) }

// voiceWords open a speaker tag: "voice" in the languages that narrate has
// phrases in.
var voiceWords = []string{"voice", "stimme", "voix", "voz", "voce", "stem", "głos", "голос", "声音", "声"}

// speakerTag reads "[voice: anna]", which gives the text after it to a speaker,
// or "[/voice]", which gives it back (name ""), at the start of text. The name
// is a speakerKey; text[rest:] is what follows the tag and white space.
func speakerTag(text string) (name string, rest int, ok bool) {
	lo := skipSpace(text, 0)
	inside, found := strings.CutPrefix(text[lo:], "[")
	if !found {
		return "", 0, false
	}
	inside, _, found = strings.Cut(inside[:min(len(inside), maxSpeakerLabel)], "]")
	if !found {
		return "", 0, false
	}
	rest = skipSpace(text, lo+len("[")+len(inside)+len("]"))
	if word, closing := strings.CutPrefix(strings.TrimSpace(inside), "/"); closing {
		return "", rest, isVoiceWord(word)
	}
	at, size := colon(inside)
	if at < 0 || !isVoiceWord(inside[:at]) {
		return "", 0, false
	}
	name, ok = speakerName(inside[at+size:])
	return name, rest, ok
}

func isVoiceWord(s string) bool {
	key := speakerKey(s)
	for _, word := range voiceWords {
		if key == word {
			return true
		}
	}
	return false
}

// speakerLabel reads "Anna: ", "ANNA (softly): " or "Anna : " at the start of
// text, a line of dialogue. known says which names, as speakerKeys, are those of
// speakers; nothing else is a label. text[rest:] is what is spoken.
func speakerLabel(text string, known func(name string) bool) (name string, rest int, ok bool) {
	lo := skipSpace(text, 0)
	label := text[lo:]
	end := strings.IndexAny(label[:min(len(label), maxSpeakerLabel)], ":：(（[")
	if end < 0 {
		return "", 0, false
	}
	if name, ok = speakerName(label[:end]); !ok || !known(name) {
		return "", 0, false
	}
	at := end
	for _, direction := range []struct{ open, close string }{{"(", ")"}, {"（", "）"}, {"[", "]"}} {
		if inside, found := strings.CutPrefix(label[at:], direction.open); found {
			n := strings.Index(inside[:min(len(inside), maxSpeakerLabel)], direction.close)
			if n < 0 {
				return "", 0, false
			}
			at = skipSpace(label, at+len(direction.open)+n+len(direction.close))
		}
	}
	n, size := colon(label[at:])
	if n != 0 {
		return "", 0, false
	}
	at += size
	rest = skipSpace(label, at)
	if rest == at && size == 1 && !opensSpeech(label[at:]) {
		return "", 0, false // "anna://host", "Anna:12"
	}
	return name, lo + rest, true
}

// opensSpeech says whether speech may stand right behind a colon, without a
// space: nothing (it is in the next block), a quotation mark, a dash, or a
// script that writes no spaces.
func opensSpeech(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	return size == 0 || strings.ContainsRune(`"'`, r) ||
		unicode.In(r, unicode.Pi, unicode.Pf, unicode.Ps, unicode.Pd, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// colon finds the first colon, usual or full-width.
func colon(text string) (at, size int) {
	at = strings.IndexAny(text, ":：")
	if at < 0 {
		return -1, 0
	}
	_, size = utf8.DecodeRuneInString(text[at:])
	return at, size
}

// speakerName reads a name: letters, digits and what stands between them in
// names ("Dr. O’Neill-Weiß", "reader_2").
func speakerName(s string) (name string, ok bool) {
	name = speakerKey(s)
	if !hasSound(name) || utf8.RuneCountInString(name) > maxSpeakerName {
		return "", false
	}
	for _, r := range name {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N) && !strings.ContainsRune(" .-_'’·・", r) {
			return "", false
		}
	}
	return name, true
}

// skipSpace gives the offset of the first character from at on that is no white
// space.
func skipSpace(text string, at int) int {
	return len(text) - len(strings.TrimLeftFunc(text[at:], unicode.IsSpace))
}
