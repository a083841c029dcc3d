package cuefile

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

func TestClocks(t *testing.T) {
	for _, c := range []struct {
		ms                            int64
		clock, seconds, short, minute string
	}{
		{0, "00:00:00.000", "0.000", "0:00:00.00", "00:00.00"},
		{61_050, "00:01:01.050", "61.050", "0:01:01.05", "01:01.05"},
		{3_599_990, "00:59:59.990", "3599.990", "0:59:59.99", "59:59.99"},
		{360_000_000, "100:00:00.000", "360000.000", "100:00:00.00", "6000:00.00"},
	} {
		got := [4]string{Clock(c.ms, '.'), Seconds(c.ms), ShortClock(c.ms / 10), MinuteClock(c.ms / 10)}
		if want := [4]string{c.clock, c.seconds, c.short, c.minute}; got != want {
			t.Errorf("%d ms are %q, want %q", c.ms, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<40).Draw(t, "ms")
		if got, want := Clock(ms, ','), caption.Clock(ms, ','); got != want {
			t.Fatalf("%d ms are %q, want %q", ms, got, want)
		}
	})
}

func TestCentiseconds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cs := Centiseconds{Rate: pcm.Hz(rapid.IntRange(8000, 192000).Draw(t, "rate"))}
		frame, last := int64(0), int64(0)
		for range 20 {
			span := pcm.Span{Start: frame + rapid.Int64Range(0, 5000).Draw(t, "gap")}
			span.End = span.Start + rapid.Int64Range(1, 5000).Draw(t, "length")
			frame = span.End
			start, end := cs.Of(span)
			exact := float64(span.Start) * 100 / float64(cs.Rate)
			if start < last || end <= start || float64(cs.At(span.Start))-exact > 0.5 || exact-float64(cs.At(span.Start)) > 0.5 {
				t.Fatalf("%v at %d Hz is %d to %d after %d", span, cs.Rate, start, end, last)
			}
			last = end
		}
	})
}

func TestPieces(t *testing.T) {
	text := "\u201EJa\u201C, sagte sie (leise) \u2013 und\u2014ging"
	line := caption.Text{Text: text}
	for _, word := range []string{"Ja", "sagte", "sie", "leise", "und", "ging"} {
		lo := strings.Index(text, word)
		line.Words = append(line.Words, timeline.Word{Lo: lo, Hi: lo + len(word)})
	}
	var got []string
	for _, piece := range Pieces(line) {
		got = append(got, piece)
	}
	if want := "\u201EJa\u201C, |sagte |sie |(leise) \u2013 |und\u2014|ging"; strings.Join(got, "|") != want {
		t.Errorf("pieces %q, want %q", strings.Join(got, "|"), want)
	}
}

// TestJoiner: the lines of a sentence's cues are the sentence again.
func TestJoiner(t *testing.T) {
	texts := []string{
		"Als der Wind drehte, ging sie hinaus\u2014und kam nicht wieder, obwohl alle nach ihr riefen.",
		"\u5F53\u98CE\u8F6C\u5411\u65F6\uFF0C\u5979\u8D70\u5230\u60AC\u5D16\u4E0A\uFF0C\u4ECE\u6B64\u518D\u4E5F\u6CA1\u6709\u56DE\u6765\uFF0C\u5C3D\u7BA1\u6240\u6709\u4EBA\u90FD\u5728\u547C\u5524\u5979\u3002",
		"Die Die Die Die Die Die Die Die Die Die Die Die\nDie Die Die Die Die.",
	}
	e := outputtest.Edition(t, outputtest.Spec{Cues: len(texts), Texts: texts, Words: true, Frames: func(int) int64 { return 22050 * 6 }})
	e.Captions = output.Captions{Unit: output.Fitted, Width: 20, Lines: 2, Longest: 3 * time.Second}
	var join Joiner
	text := map[*timeline.Cue]string{}
	several := 0
	for c := range caption.Cues(&e, e.Captions) {
		if len(c.Lines) > 1 {
			several++
		}
		line := join.Line(&c)
		for _, w := range line.Words {
			if w.Lo < 0 || w.Hi > len(line.Text) || strings.TrimSpace(line.Text[w.Lo:w.Hi]) != line.Text[w.Lo:w.Hi] {
				t.Errorf("word %+v of %q", w, line.Text)
			}
		}
		if clean := caption.Line(c.Sentence.Utterance.Text); !strings.Contains(clean, line.Text) {
			t.Errorf("%q is not in %q", line.Text, clean)
		}
		text[c.Sentence] += line.Text
	}
	for cue, got := range text {
		if want := strings.ReplaceAll(caption.Line(cue.Utterance.Text), " ", ""); strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if several < 3 {
		t.Errorf("only %d cues of several lines", several)
	}
}

func TestJoint(t *testing.T) {
	for _, c := range [][3]string{
		{"Ja.", "Nein.", " "},
		{"\u597D\u3002", "\u597D", ""},
		{"OK.", "\u597D", " "},
		{"\u597D\uFF01", "\u300C\u597D\u300D", ""},
		{"\uC548\uB155.", "\uC548\uB155", " "},
		{"", "a", " "},
	} {
		if got := Joint(c[0], c[1]); got != c[2] {
			t.Errorf("%q stands between %q and %q", got, c[0], c[1])
		}
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string][2]string{
		"de": {"de", "ltr"}, "en-GB": {"en-GB", "ltr"}, "ar": {"ar", "rtl"}, "he-IL": {"he-IL", "rtl"}, "fa": {"fa", "rtl"},
		"az-Arab": {"az-Arab", "rtl"}, "": {"", "ltr"}, "en\"><b>": {"", "ltr"}, "e": {"", "ltr"}, strings.Repeat("en-abc", 30): {"", "ltr"},
	} {
		if got := [2]string{Language(tag), Direction(tag)}; got != want {
			t.Errorf("%q gives %q, want %q", tag, got, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range outputtest.Texts {
		f.Add(s)
	}
	f.Add("\xff\u2028</script>")
	f.Fuzz(func(t *testing.T, s string) {
		got := JSON(s)
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != strings.ToValidUTF8(s, "\uFFFD") && strings.ToValidUTF8(s, "") != strings.ReplaceAll(back, "\uFFFD", "") {
			t.Fatalf("%q is %s and read as %q: %v", s, got, back, err)
		}
		if strings.ContainsAny(got, "\n\u2028\u2029") {
			t.Fatalf("%q is %s", s, got)
		}
	})
}
