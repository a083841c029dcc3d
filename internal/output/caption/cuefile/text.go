package cuefile

import (
	"iter"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"narrate/internal/output/caption"
	"narrate/internal/timeline"
)

// Label is "Name: " where c introduces who speaks, for formats that have no other
// way to say it.
func Label(c *caption.Cue) string {
	if c.Introduces && c.Speaker != "" {
		return c.Speaker + ": "
	}
	return ""
}

// Joiner makes one line of each cue's lines, with a space where the sentence has
// one: Chinese has none, and none stands after a dash. It must see all cues in
// their order.
type Joiner struct {
	sentence *timeline.Cue
	text     string // what is left of the sentence
}

// Line is the text of a cue as one line.
func (j *Joiner) Line(c *caption.Cue) caption.Text {
	if len(c.Lines) == 1 && c.First && c.Last {
		return c.Lines[0]
	}
	if c.Sentence != j.sentence {
		j.sentence, j.text = c.Sentence, caption.Line(c.Sentence.Utterance.Text)
	}
	var text strings.Builder
	var words []timeline.Word
	for i, line := range c.Lines {
		gap := " "
		if at := strings.Index(j.text, line.Text); at >= 0 {
			gap, j.text = j.text[:at], j.text[at+len(line.Text):]
		}
		if i > 0 {
			text.WriteString(gap)
		}
		for _, w := range line.Words {
			w.Lo, w.Hi = w.Lo+text.Len(), w.Hi+text.Len()
			words = append(words, w)
		}
		text.WriteString(line.Text)
	}
	return caption.Text{Text: text.String(), Words: words}
}

// Pieces divides a line into one piece a word, which together are the line: a
// word takes along what stands before it up to a space, and what follows it up
// to the next one.
func Pieces(line caption.Text) iter.Seq2[timeline.Word, string] {
	return func(yield func(timeline.Word, string) bool) {
		lo := 0
		for i, w := range line.Words {
			hi := len(line.Text)
			if i+1 < len(line.Words) {
				next := line.Words[i+1].Lo
				hi = next
				if space := strings.LastIndexByte(line.Text[w.Hi:next], ' '); space >= 0 {
					hi = w.Hi + space + 1
				}
			}
			if !yield(w, line.Text[lo:hi]) {
				return
			}
			lo = hi
		}
	}
}

var tag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// Language is a tag that has the shape of a BCP 47 tag, and else "": it can stand
// in markup as it is.
func Language(lang string) string {
	if len(lang) > 64 || !tag.MatchString(lang) {
		return ""
	}
	return lang
}

// Other is the language of a cue as a tag where it is another one than the
// programme's, and else "".
func Other(c *caption.Cue, programme string) string {
	if c.Lang == programme {
		return ""
	}
	return Language(c.Lang)
}

// Direction is "rtl" for a language that is written from right to left, and else
// "ltr".
func Direction(lang string) string {
	script, _ := language.Make(lang).Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr", "Mend":
		return "rtl"
	}
	return "ltr"
}

// AppendJSON appends s as a JSON string.
func AppendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s { // an invalid byte comes as U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029':
			b = append(b, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

const hex = "0123456789abcdef"

// JSON is AppendJSON to nothing.
func JSON(s string) string { return string(AppendJSON(nil, s)) }

// Escape makes text of XML, HTML and WebVTT of plain text; without a ">" there is no
// "-->" either.
func Escape(s string) string { return escape.Replace(s) }

// Attribute is Escape for attributes in quotes.
func Attribute(s string) string { return attribute.Replace(s) }

var (
	escape    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
)
