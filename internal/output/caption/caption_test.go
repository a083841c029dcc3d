package caption_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"narrate/internal/output/caption"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// line is a timeline of one chapter with a cue for each span and text.
func line(rate pcm.Hz, spans []pcm.Span, texts []string) *timeline.Timeline {
	c := timeline.Chapter{Span: pcm.Span{End: spans[len(spans)-1].End}}
	for i, s := range spans {
		c.Cues = append(c.Cues, timeline.Cue{Span: s, Utterance: &script.Utterance{Text: texts[i], Lang: "en"}})
	}
	return &timeline.Timeline{Rate: rate, Frames: c.Span.End, Chapters: []timeline.Chapter{c}}
}

func TestCaptions(t *testing.T) {
	spans := []pcm.Span{{Start: 0, End: 3}, {Start: 3, End: 5}, {Start: 5, End: 9}, {Start: 9, End: 44100}, {Start: 50000, End: 60000}}
	texts := []string{"a", "b", " \t\n", "c\nd", "e"}
	var got []caption.Caption
	next := 1
	for n, c := range caption.Captions(line(44100, spans, texts)) {
		if n != next {
			t.Errorf("caption %d comes as %d", next, n)
		}
		next++
		got = append(got, c)
	}
	want := []caption.Caption{
		{Start: 0, End: 1, Text: "a", Lang: "en"}, // 3 frames are no millisecond
		{Start: 1, End: 2, Text: "b", Lang: "en"}, // pushed by the one before
		{Start: 2, End: 1000, Text: "c d", Lang: "en"},
		{Start: 1134, End: 1361, Text: "e", Lang: "en"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d captions, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("caption %d: %+v, want %+v", i+1, got[i], want[i])
		}
	}
	for range caption.Captions(line(44100, spans, texts)) {
		break // a caller may stop early
	}
}

// TestTimes holds the promise of Caption's times, and that they are the
// cues' own to the millisecond wherever every cue lasts one.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := pcm.Hz(rapid.SampledFrom([]int{8000, 16000, 22050, 24000, 44100, 48000}).Draw(t, "rate"))
		shortest := rapid.SampledFrom([]int64{1, int64(rate)/1000 + 1}).Draw(t, "shortest")
		var spans []pcm.Span
		var texts []string
		at := int64(0)
		for range rapid.IntRange(1, 30).Draw(t, "cues") {
			start := at + rapid.Int64Range(0, 2000).Draw(t, "pause")
			at = start + rapid.Int64Range(shortest, 3*int64(rate)).Draw(t, "length")
			spans, texts = append(spans, pcm.Span{Start: start, End: at}), append(texts, "x")
		}
		last := int64(0)
		for n, c := range caption.Captions(line(rate, spans, texts)) {
			if c.Start < last || c.End <= c.Start {
				t.Fatalf("caption %d from %d to %d after %d", n, c.Start, c.End, last)
			}
			last = c.End
			span := spans[n-1]
			if shortest > 1 && (c.Start != rate.Milliseconds(span.Start) || c.End != rate.Milliseconds(span.End)) {
				t.Fatalf("caption %d from %d to %d for frames %v", n, c.Start, c.End, span)
			}
		}
	})
}

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		" \r\n\t ":                   "",
		"\u00A0\u2003":               "",
		"a":                          "a",
		"a\r\n\r\nb":                 "a b",
		"  a \x00\t b\u2028c\u0085":  "a b c",
		"\uFEFFa\uFFFEb":             "ab",
		"z.\u00A0B.":                 "z.\u00A0B.",
		"a\xffb":                     "a\uFFFDb",
		"\U0001F469\u200D\U0001F680": "\U0001F469\u200D\U0001F680",
	} {
		if got := caption.Line(text); got != want {
			t.Errorf("Line(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"a\n\nb", "\uFEFF \x00", "a\xff\u2029b", "1\u00A0000 \u200Fx"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := caption.Line(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not valid UTF-8", got)
		}
		if strings.ContainsFunc(got, unicode.IsControl) || strings.ContainsAny(got, "\u2028\u2029\uFEFF") {
			t.Fatalf("%q holds what ends a line", got)
		}
		if got != strings.TrimSpace(got) || strings.Contains(got, "  ") {
			t.Fatalf("%q has white space to spare", got)
		}
		if again := caption.Line(got); again != got {
			t.Fatalf("Line(%q) = %q", got, again)
		}
	})
}

func TestClock(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "00:00:00,000", 999: "00:00:00,999", 61_001: "00:01:01,001",
		3_599_999: "00:59:59,999", 359_999_999: "99:59:59,999", 360_000_000: "100:00:00,000",
	} {
		if got := caption.Clock(ms, ','); got != want {
			t.Errorf("Clock(%d) = %s, want %s", ms, got, want)
		}
	}
}

// TestClockBack reads clocks back.
func TestClockBack(t *testing.T) {
	form := regexp.MustCompile(`^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$`)
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<40).Draw(t, "ms")
		parts := form.FindStringSubmatch(caption.Clock(ms, '.'))
		if parts == nil {
			t.Fatalf("Clock(%d) = %q", ms, caption.Clock(ms, '.'))
		}
		var back int64
		for i, factor := range []int64{3_600_000, 60_000, 1000, 1} {
			var v int64
			for _, digit := range parts[i+1] {
				v = v*10 + int64(digit-'0')
			}
			back += v * factor
		}
		if back != ms {
			t.Fatalf("Clock(%d) reads as %d", ms, back)
		}
	})
}
