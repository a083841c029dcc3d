// Package outputtest tests output formats: Edition builds programmes that are
// the same on every run, and Run is the conformance suite that every
// output.Format passes.
package outputtest

import (
	"math"
	"sort"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/voices"
)

// Spec describes a synthetic edition. Zero fields take the defaults named.
type Spec struct {
	Chapters, Cues int    // how many chapters, and cues in each; 1
	Rate           pcm.Hz // 22050
	Channels       int    // 1; both of 2 sound the same, but for the right one's half strength
	// Titles and Texts are used in turn; Titles and Texts of this package.
	Titles, Texts []string
	Words         bool // whether the cues have word times
	// Frames is the length of the i-th clip over all chapters; about 60 to
	// 200 ms, each different from its neighbours.
	Frames func(i int) int64
	// Pause between two cues; 25 ms. Negative is none.
	Pause    time.Duration
	Encoding output.Encoding // 64 kb/s, Opus half of that, quality 7
	Metadata output.Metadata // see Metadata
	Jobs     int             // 1
}

// Titles are chapter titles that break careless writers: markup, quotes,
// arrows, emoji, right-to-left text, overlong and empty ones, line breaks and
// control characters.
var Titles = []string{
	"Vorwort",
	`"Quoted" & 'so', <b>bold</b> &amp; more`,
	"00:00:01.000 --> 00:00:02.000",
	"Kaffee \U0001F469\u200D\U0001F680 und \u2615\uFE0F",
	"\u0641\u0635\u0644 \u0623\u0648\u0644 (\u05E4\u05E8\u05E7 1)",
	strings.Repeat("Sehr langer Titel. ", 16)[:300],
	"Tabulator\tund\x01 Steuer\x00zeichen\x1b[31m\x7f\u0085",
	"Zeile eins\r\n\r\nZeile zwei\u2028Zeile drei",
	`C:\CON/../nul|<>?*:=;#\`,
	"",
	" \t ",
	"[Section] ; comment # {\\an8}",
	"\u7B2C\u4E00\u7AE0\uFF1A\u5F00\u59CB",
	"-leading dash, .leading dot, trailing dot.",
}

// Texts are utterances of the same spirit.
var Texts = []string{
	"Der Zug f\u00E4hrt um acht Uhr ab.",
	"Is 3 < 4 & 5 > 4? \"Yes\", said <i>she</i> &lt;softly&gt;.",
	"From A --> B, then B ---> C and <!-- no --> further.",
	"Zeile eins\n\nZeile zwei\r\n\r\n7\n00:00:09,000 --> 00:00:10,000\nNicht echt",
	"{\\an8}Oben {b}fett{/b} <font color=\"red\">rot</font>",
	"Emoji \U0001F469\u200D\U0001F4BB, \u05E2\u05D1\u05E8\u05D9\u05EA, \u0627\u0644\u0639\u0631\u0628\u064A\u0629 und \u4E2D\u6587\u3002",
	"Steuer\x00zeichen \x01\x08\x0b\x0c\x1b[0m\x7f\u0085\u2028\u2029\uFEFF\uFFFE Ende.",
	"NOTE kein Kommentar",
	"WEBVTT",
	strings.Repeat("Ein sehr langer Satz ohne Ende, ", 30) + "fertig.",
	"\\N \\h \\n \\\\ ]]> %s %n $(x) `y`",
	"12",
}

// Edition builds the edition that spec describes: the first cue of a chapter
// is its heading, two voices alternate, each clip is a tone and each pause
// silence. The same spec gives the same edition.
func Edition(t testing.TB, spec Spec) output.Edition {
	t.Helper()
	spec = spec.defaults()
	s := &script.Script{
		Source: "artikel & \"mehr\".txt", Title: "Titel & \"so\" <b> \U0001F600 --> \u05D0",
		Author: "Ada & <Bob>", Lang: "de",
	}
	cast := []*voices.Voice{
		{Name: "de", Backend: "fake", Language: "de", Engine: "tone", Rate: 1, Pitch: 1, Volume: 1},
		{Name: "en-GB", Backend: "fake", Language: "en-GB", Engine: "tone/2", Rate: 1.25, Pitch: 0.9, Volume: 0.5},
	}
	var clips []*timeline.Clip
	var offset int64
	for i := range spec.Chapters {
		c := script.Chapter{Title: spec.Titles[i%len(spec.Titles)], Level: min(i, 1+i%3)}
		for j := range spec.Cues {
			n := len(clips)
			text := spec.Texts[n%len(spec.Texts)]
			kind := document.Paragraph
			if j == 0 {
				kind = document.Heading
			}
			u := script.Utterance{
				Kind: kind, Begins: j < 2 || j%3 == 0, Text: text, Spoken: text, Lang: cast[n%2].Language, Voice: cast[n%2], After: spec.Pause,
				Pos: document.Pos{File: s.Source, Offset: offset, Line: 1 + n, Col: 1 + n%5},
			}
			if rest, ok := strings.CutSuffix(text, "."); ok { // said in full: the text range of its words differs
				u.Spoken = rest + " Punkt."
				u.Edits = []script.Edit{{TextLo: len(rest), TextHi: len(text), SpokenLo: len(rest), SpokenHi: len(u.Spoken)}}
			}
			if n%5 == 4 { // a mark before the last word
				u.Marks = []script.Mark{{Name: "mark & <" + text[:1] + ">", Text: strings.LastIndexByte(text, ' ') + 1}}
			}
			offset += int64(len(text)) + 1
			clip := &timeline.Clip{Frames: spec.Frames(n)}
			if spec.Words {
				clip.Marks = marks(u.Spoken, clip.Frames)
			}
			c.Utterances = append(c.Utterances, u)
			clips = append(clips, clip)
		}
		s.Chapters = append(s.Chapters, c)
	}
	line, err := timeline.Build(s, spec.Rate, clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	return output.Edition{
		Timeline: line, Sound: newTones(line, spec.Channels), Channels: spec.Channels, Encoding: spec.Encoding, Metadata: spec.Metadata,
		Mastering: output.Mastering{Measure: output.Unchanged},
		Generator: "narrate 0.0-test", Jobs: spec.Jobs,
	}
}

func (s Spec) defaults() Spec {
	s.Chapters, s.Cues, s.Channels, s.Jobs = max(s.Chapters, 1), max(s.Cues, 1), max(s.Channels, 1), max(s.Jobs, 1)
	if s.Rate == 0 {
		s.Rate = 22050
	}
	if s.Titles == nil {
		s.Titles = Titles
	}
	if s.Texts == nil {
		s.Texts = Texts
	}
	if s.Frames == nil {
		rate := int64(s.Rate)
		s.Frames = func(i int) int64 { return rate*3/50 + int64(i%8)*rate/50 + int64(i%3) }
	}
	if s.Pause == 0 {
		s.Pause = 25 * time.Millisecond
	}
	s.Pause = max(s.Pause, 0)
	if s.Encoding == (output.Encoding{}) {
		s.Encoding = output.Encoding{MP3: 64000, AAC: 64000, Opus: 32000, Quality: 7}
	}
	return s
}

// marks spreads the words of text evenly over a clip.
func marks(text string, frames int64) []tts.Mark {
	var out []tts.Mark
	lo := 0
	for lo < len(text) {
		word := strings.Fields(text[lo:])
		if len(word) == 0 {
			break
		}
		lo += strings.Index(text[lo:], word[0])
		hi := lo + len(word[0])
		out = append(out, tts.Mark{Frame: frames * int64(lo) / int64(len(text)), Lo: lo, Hi: hi})
		lo = hi
	}
	return out
}

// tones is the sound of a timeline: a tone for each cue, silence between.
type tones struct {
	format pcm.Format
	frames int64
	spans  []pcm.Span // of the cues
}

func newTones(t *timeline.Timeline, channels int) *tones {
	s := &tones{format: pcm.Format{Rate: t.Rate, Channels: channels}, frames: t.Frames}
	for _, c := range t.Chapters {
		for _, cue := range c.Cues {
			s.spans = append(s.spans, cue.Span)
		}
	}
	return s
}

func (s *tones) Format() pcm.Format { return s.format }

func (s *tones) Frames() int64 { return s.frames }

func (s *tones) Open(span pcm.Span) (pcm.Reader, error) {
	if span.Start < 0 || span.End < span.Start || span.End > s.frames {
		return nil, errSpan
	}
	return &toneReader{tones: s, span: span, at: span.Start}, nil
}

// wave is one turn of a sine at a quarter of full scale.
var wave = func() (w [4096]int16) {
	for i := range w {
		w[i] = int16(math.Round(8192 * math.Sin(2*math.Pi*float64(i)/float64(len(w)))))
	}
	return w
}()

// fill writes the samples from frame at on.
func (s *tones) fill(dst []int16, at int64) {
	channels := s.format.Channels
	k := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].End > at })
	for i := range len(dst) / channels {
		f := at + int64(i)
		for k < len(s.spans) && f >= s.spans[k].End {
			k++
		}
		frame := dst[i*channels : (i+1)*channels]
		clear(frame)
		if k < len(s.spans) && f >= s.spans[k].Start {
			pitch := 220 + int64(k%24)*20 // Hz: below the Nyquist rate of 8 kHz
			turn := (f - s.spans[k].Start) * pitch * int64(len(wave)) / int64(s.format.Rate)
			for c := range frame {
				frame[c] = wave[turn%int64(len(wave))] / int16(1+c)
			}
		}
	}
}
