package wav

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/pcm/wav"
)

// tags is what the file says of e: chapters as cue points with their titles as
// labels and their lengths as regions, as audio editors have them; a LIST INFO
// of what has a field there; and a bext chunk for broadcasters.
func tags(e output.Edition) wav.Tags {
	t, m := e.Timeline, &e.Metadata
	out := wav.Tags{
		Broadcast: &wav.Broadcast{
			Description: ascii(t.Title), Originator: ascii(cmp.Or(t.Author, m.Publisher)), Date: day(m.Date),
			Reference: e.At, History: history(e),
		},
		Info: []wav.Info{
			{ID: "INAM", Text: plain.Line(t.Title)},
			{ID: "IART", Text: plain.Line(t.Author)},
			{ID: "IPRD", Text: plain.Line(m.Album)},
			{ID: "ITRK", Text: track(t.Number)},
			{ID: "ICRD", Text: plain.Line(m.Date)},
			{ID: "IGNR", Text: plain.Line(m.Genre)},
			{ID: "ICOP", Text: plain.Line(m.Copyright)},
			{ID: "ICMT", Text: plain.Line(m.Description)},
			{ID: "ISFT", Text: plain.Line(e.Generator)},
		},
	}
	// The level is that of the whole, and says nothing of a part.
	if e.Level != nil && t.Number == 0 {
		b := out.Broadcast
		b.Measured, b.Loudness, b.Range, b.TruePeak = true, e.Level.Loudness, e.Level.Range, e.Level.TruePeak
	}
	for i := range t.Chapters {
		c := &t.Chapters[i]
		out.Cues = append(out.Cues, wav.Cue{Start: c.Span.Start, End: c.Span.End, Label: plain.Line(c.Title)})
	}
	return out
}

func track(number int) string {
	if number <= 0 {
		return ""
	}
	return strconv.Itoa(number)
}

// history is how the sound was made, in the words of EBU R 98.
func history(e output.Edition) string {
	f := e.Sound.Format()
	mode := map[int]string{1: "mono", 2: "stereo"}[f.Channels]
	if mode == "" {
		mode = "multichannel"
	}
	text := ascii(strings.ReplaceAll(e.Generator, ",", " "))
	return fmt.Sprintf("A=PCM,F=%d,W=16,M=%s,T=%s\r\n", f.Rate, mode, text)
}

var wholeDay = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// day is an ISO 8601 date that bext has room for: it knows no year alone.
func day(date string) string {
	if wholeDay.MatchString(date) {
		return date
	}
	return ""
}

// ascii is text as bext has it: letters without their accents, and a question
// mark for what has no letter there. INFO has the text itself.
func ascii(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(letters.Replace(plain.Line(text))) {
		switch {
		case r < unicode.MaxASCII:
			b.WriteRune(r)
		case unicode.Is(unicode.M, r):
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// letters have no accent that could be left out.
var letters = strings.NewReplacer(
	"\u00DF", "ss", "\u00C6", "AE", "\u00E6", "ae", "\u0152", "OE", "\u0153", "oe", "\u00D8", "O", "\u00F8", "o",
	"\u0141", "L", "\u0142", "l", "\u0110", "D", "\u0111", "d", "\u00DE", "Th", "\u00FE", "th", "\u00F0", "d",
	"\u2018", "'", "\u2019", "'", "\u201A", "'", "\u201C", `"`, "\u201D", `"`, "\u201E", `"`, "\u00AB", `"`, "\u00BB", `"`,
	"\u2013", "-", "\u2014", "-", "\u2026", "...")
