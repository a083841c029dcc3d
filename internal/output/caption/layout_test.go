package caption_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

var pieces = []string{
	"der", "Turm", "und", "von", "Hinrich", "Petersen", "41", "Meter", "sagt er,", "„so", "nicht“,", "–", "z. B.", "Ende.", "Ja!",
	"the", "lighthouse", "which", "3.6", "million", "people", "well-known", "a\u00A0b", "\u2003", "(nie)", "«", "»", "…",
	"这座灯塔", "自1897年以来，", "立っていて、", "メートル", "「はい」", "한국어", "עברית", "العربية",
	"\U0001F469\u200D\U0001F680", "e\u0301te\u0301", "\u0301", "https://example.org/a/very/long/address?with=things&and=more#place",
	"Donaudampfschifffahrtsgesellschaftskapitänsmütze", "\x00", "\xff", "\n\n", "\u200B", "\u2028", "\u3000",
}

// drawn is a programme of random sentences at random times, some with times of
// words.
func drawn(t *rapid.T) *timeline.Timeline {
	rate := rapid.SampledFrom([]pcm.Hz{8000, 22050, 24000, 44100, 48000}).Draw(t, "rate")
	var texts []string
	for range rapid.IntRange(1, 6).Draw(t, "sentences") {
		texts = append(texts, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "text"), " "))
	}
	lang := rapid.SampledFrom([]string{"de", "en", "fr", "es", "it", "nl", "pl", "ru", "zh", "ja", "ko", ""}).Draw(t, "lang")
	line := spoken(lang, rate, rapid.Int64Range(5, 60).Draw(t, "speed"), texts)
	for i := range line.Chapters[0].Cues {
		if c := &line.Chapters[0].Cues[i]; rapid.Bool().Draw(t, "words") {
			c.Words = nil
		}
	}
	return line
}

func drawnRules(t *rapid.T) output.Captions {
	if rapid.Bool().Draw(t, "profile") {
		r, _ := caption.Find(rapid.SampledFrom(caption.Names()).Draw(t, "name"))
		if rapid.Bool().Draw(t, "video") {
			if err := caption.Set(&r, "fps", rapid.SampledFrom([]string{"25", "23.976", "24", "30", "60"}).Draw(t, "fps")); err != nil {
				t.Fatal(err)
			}
		}
		return r
	}
	ms := func(name string, most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Millisecond
	}
	return output.Captions{
		Unit:  rapid.SampledFrom([]output.CaptionUnit{output.Fitted, output.Fitted, output.Sentence, output.Word, ""}).Draw(t, "unit"),
		Width: rapid.IntRange(0, 70).Draw(t, "width"), Lines: rapid.IntRange(0, 4).Draw(t, "lines"),
		Shortest: ms("shortest", 2000), Longest: ms("longest", 8000), Linger: ms("linger", 2000), Gap: ms("gap", 300),
		Speed: rapid.Float64Range(0, 30).Draw(t, "speed"), Offset: ms("offset", 2000),
	}
}

// letters is text without its white space, and without what Line takes out.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, caption.Line(text))
}

// TestNothingIsLost: all text comes once and in order, whatever the rules;
// captions are in order and do not overlap; words lie where their text is; the
// same comes again; and where a limit is broken Report says so.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line, rules := drawn(t), drawnRules(t)
		cues := laid(line, rules)
		if again := laid(line, rules); !reflect.DeepEqual(cues, again) {
			t.Fatal("another layout the second time")
		}
		var got, want strings.Builder
		for i := range line.Chapters[0].Cues {
			want.WriteString(letters(line.Chapters[0].Cues[i].Utterance.Text))
		}
		broken := map[string]bool{}
		note := func(kind caption.Kind, n int) { broken[fmt.Sprint(kind, n)] = true }
		ms := caption.Milliseconds{Rate: line.Rate}
		free, lastEnd := int64(0), int64(0)
		for i, c := range cues {
			if c.Number != i+1 || c.Span.Start < free || c.Span.End <= c.Span.Start || len(c.Lines) == 0 {
				t.Fatalf("caption %d of %d: %v after %d, %d lines", c.Number, i+1, c.Span, free, len(c.Lines))
			}
			free = c.Span.End
			start, end := ms.Of(c.Span)
			columns := 0
			for _, l := range c.Lines {
				if l.Text == "" || l.Text != caption.Line(l.Text) {
					t.Fatalf("caption %d has the line %q", c.Number, l.Text)
				}
				got.WriteString(letters(l.Text))
				columns += caption.Columns(l.Text)
				if rules.Width > 0 && caption.Columns(l.Text) > rules.Width {
					note(caption.TooWide, c.Number)
					if rules.Unit == output.Fitted && rules.Width > 1 {
						t.Fatalf("%q is wider than %d", l.Text, rules.Width)
					}
				}
				checkWords(t, &c, l)
			}
			if rules.Lines > 0 && len(c.Lines) > rules.Lines {
				t.Fatalf("caption %d has %d lines", c.Number, len(c.Lines))
			}
			if end-start < rules.Shortest.Milliseconds()-1 {
				note(caption.TooShort, c.Number)
			}
			if longest := rules.Longest.Milliseconds(); longest > 0 && end-start > longest+1 {
				note(caption.TooLong, c.Number)
			}
			if i > 0 && start-lastEnd < rules.Gap.Milliseconds()-1 {
				note(caption.TooClose, c.Number)
			}
			if rules.Speed > 0 && float64(columns)*1000 > rules.Speed*float64(end-start+1) {
				note(caption.TooFast, c.Number)
			}
			lastEnd = end
		}
		if got.String() != want.String() {
			t.Fatalf("shown\n%q, written\n%q", got.String(), want.String())
		}
		reported := map[string]bool{}
		for _, f := range caption.Report(&output.Edition{Timeline: line, Captions: rules}).Faults {
			reported[fmt.Sprint(f.Kind, f.Cue)] = true
		}
		if !reflect.DeepEqual(reported, broken) {
			t.Fatalf("reported %v, broken %v", reported, broken)
		}
	})
}

func checkWords(t *rapid.T, c *caption.Cue, l caption.Text) {
	at, frame := 0, c.Span.Start
	for _, w := range l.Words {
		if w.Lo < at || w.Hi <= w.Lo || w.Hi > len(l.Text) {
			t.Fatalf("word %+v of %q after byte %d", w, l.Text, at)
		}
		if w.Span.Start < frame || w.Span.End < w.Span.Start || w.Span.End > c.Span.End {
			t.Fatalf("word %+v of a caption at %v after %d", w, c.Span, frame)
		}
		at, frame = w.Hi, w.Span.Start
	}
}

// TestGap: the gap is kept wherever a caption can still be seen, and what
// follows shortly enough to flicker follows at the gap.
func TestGap(t *testing.T) {
	rules := find(t, "netflix")
	if err := caption.Set(&rules, "fps", "25"); err != nil {
		t.Fatal(err)
	}
	line := spoken("en", 48000, 15, []string{"One two three four.", "Five six seven eight.", "Nine ten eleven twelve."})
	cues := laid(line, rules)
	const frame = 48000 / 25
	for i, c := range cues {
		if c.Span.Start%frame != 0 || c.Span.End%frame != 0 {
			t.Errorf("caption %d at %v is not on the frames of 25 a second", i+1, c.Span)
		}
		if i > 0 && c.Span.Start-cues[i-1].Span.End != 2*frame {
			t.Errorf("%d frames of sound between captions %d and %d, want two of video", c.Span.Start-cues[i-1].Span.End, i, i+1)
		}
	}
}

// TestHostile: the texts that break formats are laid out by all profiles.
func TestHostile(t *testing.T) {
	for _, name := range caption.Names() {
		e := outputtest.Edition(t, outputtest.Spec{Cues: len(outputtest.Texts), Words: true, Frames: func(int) int64 { return 100000 }})
		n := 0
		for c := range caption.Cues(&e, find(t, name)) {
			n += len(c.Lines)
		}
		if n < len(outputtest.Texts) {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}

// TestOffset: captions move, and what would be before the start is cut.
func TestOffset(t *testing.T) {
	line := spoken("en", 8000, 10, []string{"0123456789.", "0123456789.", "0123456789."}) // each 1.1 s from 0.5, 2, 3.5 s
	cues := laid(line, output.Captions{Offset: 500 * time.Millisecond})
	if len(cues) != 3 || cues[0].Span != (pcm.Span{Start: 8000, End: 16800}) {
		t.Errorf("got %+v", cues)
	}
	cues = laid(line, output.Captions{Offset: -2500 * time.Millisecond})
	if len(cues) != 2 || cues[0].Span != (pcm.Span{Start: 0, End: 4800}) || cues[0].Number != 1 || cues[1].Span.Start != 8000 {
		t.Errorf("got %+v", cues)
	}
	for _, w := range cues[0].Lines[0].Words {
		if w.Span.Start < 0 || w.Span.End > 4800 {
			t.Errorf("word %+v", w)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"Wer – nun ja – kommt?": "Wer –|nun|ja –|kommt?",
		"„Ein well-known Turm“": "„Ein|well-known|Turm“",
		"— Да, — сказал он.":    "— Да, —|сказал|он.",
		"5 % von 3 €":           "5 %|von|3|€",
	} {
		var got []string
		for _, c := range laid(spoken("de", 8000, 15, []string{text}), find(t, "word")) {
			got = append(got, c.Lines[0].Text)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%q is %q, want %q", text, s, want)
		}
	}
}

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "äöü": 3, "e\u0301": 1, "灯塔": 4, "ｱ": 1, "Ａ": 2, "한국": 4, "\U0001F469\u200D\U0001F680": 2,
		"☕️": 2, "❤️": 2, "❤": 1, "🇩🇪": 2, "a\u200Bb": 2, "„…“": 3, "a灯\u0301b": 4, "ไทย": 3, "x\u0301y": 2,
	} {
		if got := caption.Columns(text); got != want {
			t.Errorf("Columns(%q) = %d, want %d", text, got, want)
		}
	}
}

// TestBreaks: what belongs together stays together where it can.
func TestBreaks(t *testing.T) {
	rules := find(t, "netflix")
	for _, c := range []struct{ lang, text, never string }{
		{"de", "Gestern kam am späten Abend nach langer Fahrt Hinrich Petersen wieder zurück nach Hause.", "Hinrich|Petersen"},
		{"de", "Der Turm auf der Sandbank vor der Küste ist 41 Meter hoch und von weitem sehr schmal.", "41|Meter"},
		{"de", "Das Feuer wird zum letzten Mal am Abend des 3. Oktober von Hand im Turm gelöscht.", "3.|Oktober"},
		{"de", "Man kann dort heute noch vieles, z. B. alte Karten, Lampen und Uhren ansehen.", "z.|B."},
		{"en", "When the heating fails in the middle of it all, somebody calls Dr. Amir Khoury for help.", "Dr.|Amir"},
		{"en", "It takes four years to build one of them, and it will cost 3.2 million euros to run.", "3.2|million"},
		{"fr", "La lampe de la tour, disait-il toujours, ne coûte pas plus de 12 euros par an à la ville.", "12|euros"},
		{"ru", "Общество собрало много денег, говорит нам вчера вечером Иван Сидоров о музее у моря.", "Иван|Сидоров"},
	} {
		first, second, _ := strings.Cut(c.never, "|")
		for _, cue := range laid(spoken(c.lang, 24000, 15, []string{c.text}), rules) {
			for _, l := range cue.Lines {
				if strings.HasSuffix(l.Text, first) || strings.HasPrefix(l.Text, second) {
					t.Errorf("%s parts %s:\n%s", c.text, c.never, l.Text)
				}
			}
		}
	}
}

// TestSpeaker: who speaks is told only where several do.
func TestSpeaker(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Cues: 4, Texts: []string{"Ja.", "Nein."}})
	rules := find(t, "podcast")
	for i, c := range laid(e.Timeline, rules) {
		if want := []string{"de", "en-GB"}[i%2]; c.Speaker != want || !c.Introduces {
			t.Errorf("caption %d is of %q, introduced: %v", i+1, c.Speaker, c.Introduces)
		}
	}
	for i := range e.Timeline.Chapters[0].Cues {
		e.Timeline.Chapters[0].Cues[i].By = e.Timeline.Chapters[0].Cues[0].Utterance.Voice
	}
	for i, c := range laid(e.Timeline, rules) {
		if c.Speaker != "" || c.Introduces {
			t.Errorf("caption %d is of %q, though nobody else speaks", i+1, c.Speaker)
		}
	}
}

// book is a book of 20 hours.
func book(b *testing.B, lang string) *timeline.Timeline {
	text := map[string]string{
		"de": "Ein Verein mit 312 Mitgliedern hat genug Geld gesammelt, um die Platten neu zu streichen und ein kleines Museum einzurichten.",
		"ja": "この灯台は1897年から砂州の上に立っていて、高さは41メートル、遠くから見ると鉛筆のように細く見えます。",
	}[lang]
	texts := make([]string, 12000)
	for i := range texts {
		texts[i] = text
	}
	return spoken(lang, 24000, 15, texts)
}

func BenchmarkBook(b *testing.B) {
	for _, lang := range []string{"de", "ja"} {
		line := book(b, lang)
		for _, name := range caption.Names() {
			b.Run(lang+"/"+name, func(b *testing.B) {
				rules := find(b, name)
				for b.Loop() {
					for range caption.Cues(&output.Edition{Timeline: line}, rules) {
					}
				}
			})
		}
	}
}
