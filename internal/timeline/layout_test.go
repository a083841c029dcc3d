package timeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"narrate/internal/script"
	"narrate/internal/timeline"
)

// music writes what sounds besides speech as "intro 0-10, bed 10-20".
func music(t *timeline.Timeline) string {
	var all []string
	for _, m := range t.Music {
		all = append(all, fmt.Sprintf("%s %d-%d", m.Sound, m.Span.Start, m.Span.End))
	}
	return strings.Join(all, ", ")
}

func TestLayout(t *testing.T) {
	// 8000 Hz: 10 ms are 80 frames. Two chapters, the first of two cues of 100
	// frames 80 apart, the second of one of 50.
	insert := func(pause, under time.Duration) *timeline.Insert {
		return &timeline.Insert{Track: timeline.Track{Frames: 800}, Pause: pause, Under: under}
	}
	for name, c := range map[string]struct {
		layout       timeline.Layout
		spans, music string
	}{
		"nothing": {
			timeline.Layout{},
			"C0 0-360 [0:0-100 1:180-280], C1 360-410 [2:360-410]", "",
		},
		"silence at both ends": {
			timeline.Layout{Head: 10 * ms, Tail: 20 * ms},
			"C0 0-440 [0:80-180 1:260-360], C1 440-650 [2:440-490]", "",
		},
		"a chapter a file": {
			timeline.Layout{Head: 10 * ms, Tail: 20 * ms, PerChapter: true},
			"C0 0-520 [0:80-180 1:260-360], C1 520-810 [2:600-650]", "",
		},
		"intro": {
			timeline.Layout{Intro: insert(10*ms, 0)},
			"C0 0-1240 [0:880-980 1:1060-1160], C1 1240-1290 [2:1240-1290]", "intro 0-800",
		},
		"intro that goes on": {
			timeline.Layout{Head: 10 * ms, Intro: insert(10*ms, 20*ms)},
			"C0 0-1080 [0:720-820 1:900-1000], C1 1080-1130 [2:1080-1130]", "intro 80-880",
		},
		"intro that begins with speech": {
			timeline.Layout{Intro: insert(0, time.Hour)},
			"C0 0-360 [0:0-100 1:180-280], C1 360-800 [2:360-410]", "intro 0-800",
		},
		"outro": {
			timeline.Layout{Tail: 10 * ms, Outro: insert(20*ms, 0)},
			"C0 0-360 [0:0-100 1:180-280], C1 360-1450 [2:360-410]", "outro 570-1370",
		},
		"outro that begins before": {
			timeline.Layout{Outro: insert(20*ms, 5*ms)},
			"C0 0-360 [0:0-100 1:180-280], C1 360-1170 [2:360-410]", "outro 370-1170",
		},
		"outro that begins before its chapter would": {
			timeline.Layout{Outro: insert(20*ms, time.Hour)},
			"C0 0-360 [0:0-100 1:180-280], C1 360-1160 [2:360-410]", "outro 360-1160",
		},
		"sting": {
			timeline.Layout{Sting: insert(10*ms, 0)},
			"C0 0-1240 [0:0-100 1:180-280], C1 1240-1290 [2:1240-1290]", "sting 360-1160",
		},
		"sting, a chapter a file": {
			timeline.Layout{Sting: insert(10*ms, 0), Head: 10 * ms, Tail: 20 * ms, PerChapter: true},
			"C0 0-1400 [0:80-180 1:260-360], C1 1400-1690 [2:1480-1530]", "sting 440-1240",
		},
		"bed": {
			timeline.Layout{Bed: &timeline.Bed{Lead: 20 * ms, Tail: 5 * ms}},
			"C0 0-520 [0:160-260 1:340-440], C1 520-570 [2:520-570]", "bed 0-480",
		},
		"bed until the next chapter": {
			timeline.Layout{Intro: insert(10*ms, 0), Bed: &timeline.Bed{Tail: time.Hour}},
			"C0 0-1240 [0:880-980 1:1060-1160], C1 1240-1290 [2:1240-1290]", "intro 0-800, bed 880-1240",
		},
	} {
		got, err := timeline.Build(article(0, 10*ms, 2, 1), 8000, clips(100, 100, 50), c.layout)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if spans(got) != c.spans || music(got) != c.music {
			t.Errorf("%s: %s with %s, want %s with %s", name, spans(got), music(got), c.spans, c.music)
		}
	}
	alone, err := timeline.Build(article(0, 0, 1), 8000, clips(100), timeline.Layout{Bed: &timeline.Bed{Lead: 10 * ms, Tail: 10 * ms}})
	if err != nil || alone.Frames != 260 || music(alone) != "bed 0-260" {
		t.Errorf("a bed under the only chapter: %d frames with %s, %v", alone.Frames, music(alone), err)
	}
}

// book is a script with a chapter for each level, of one utterance each.
func book(levels ...int) *script.Script {
	s := article(0, 10*ms)
	for i, level := range levels {
		s.Chapters = append(s.Chapters, script.Chapter{
			Title: string(rune('A' + i)), Level: level, Utterances: []script.Utterance{{Text: "x", Spoken: "x", After: 10 * ms}},
		})
	}
	return s
}

// outline writes a timeline's chapters as "title(number<origin:cues)".
func outline(t *timeline.Timeline) string {
	var all []string
	for _, c := range t.Chapters {
		all = append(all, fmt.Sprintf("%s(%d<%d:%d)", c.Title, c.Number, c.Origin, len(c.Cues)))
	}
	return strings.Join(all, " ")
}

func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		script *script.Script
		frames []int64
		rules  timeline.Rules
		want   string
	}{
		"none":                 {book(1, 2), []int64{1, 1}, timeline.Rules{}, "A(1<1:1) B(2<2:1)"},
		"levels":               {book(1, 2, 3, 1), []int64{9, 9, 9, 9}, timeline.Rules{Levels: 1}, "A(1<1:3) D(2<4:1)"},
		"levels, a deep start": {book(3, 1), []int64{9, 9}, timeline.Rules{Levels: 1}, "A(1<1:1) B(2<2:1)"},
		"introduction":         {book(0, 1), []int64{9, 9}, timeline.Rules{Introduction: "Intro", Number: true}, "1. Intro(1<1:1) 2. B(2<2:1)"},
		"short ones":           {book(1, 1, 1), []int64{800, 80, 800}, timeline.Rules{Shortest: 50 * ms}, "A(1<1:2) C(2<3:1)"},
		"short, a part":        {book(1, 2, 2, 1, 2), []int64{80, 800, 800, 80, 800}, timeline.Rules{Shortest: 50 * ms}, "A \u2013 B(1<1:2) C(2<3:1) D \u2013 E(3<4:2)"},
		"short, at first":      {book(1, 1), []int64{80, 800}, timeline.Rules{Shortest: 50 * ms}, "A \u2013 B(1<1:2)"},
		"all short":            {book(1, 1, 1), []int64{8, 8, 8}, timeline.Rules{Shortest: time.Second}, "A(1<1:3)"},
		"long":                 {article(0, 10*ms, 4, 1), []int64{800, 800, 800, 800, 9}, timeline.Rules{Longest: 220 * ms}, "C0 (1/2)(1<1:2) C0 (2/2)(2<1:2) C1(3<2:1)"},
		"long sentences":       {article(0, 0, 2), []int64{8000, 8000}, timeline.Rules{Longest: 10 * ms}, "C0 (1/2)(1<1:1) C0 (2/2)(2<1:1)"},
		"long sentence":        {article(0, 0, 1), []int64{8000}, timeline.Rules{Longest: 10 * ms}, "C0(1<1:1)"},
	} {
		got, err := timeline.Build(c.script, 8000, clips(c.frames...), timeline.Layout{Rules: c.rules})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if s := outline(got); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// TestDivideAtParagraphs: a long chapter is divided where a paragraph begins,
// if one begins near enough.
func TestDivideAtParagraphs(t *testing.T) {
	s := article(0, 10*ms, 10)
	s.Chapters[0].Utterances[4].Begins = true
	all := make([]int64, 10)
	for i := range all {
		all[i] = 80000
	}
	got, err := timeline.Build(s, 8000, clips(all...), timeline.Layout{Rules: timeline.Rules{Longest: 70 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	if s := outline(got); s != "C0 (1/2)(1<1:4) C0 (2/2)(2<1:6)" {
		t.Error(s)
	}
}

// TestLayoutKeepsAll: whatever the layout, every clip is heard once and in
// order, chapters lie end to end, and all music lies inside.
func TestLayoutKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		duration := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(0, 300).Draw(t, name)) * ms
		}
		insert := func(name string) *timeline.Insert {
			if !rapid.Bool().Draw(t, name) {
				return nil
			}
			return &timeline.Insert{Track: timeline.Track{Frames: rapid.Int64Range(1, 5000).Draw(t, name)}, Pause: duration(name), Under: duration(name)}
		}
		layout := timeline.Layout{
			Head: duration("head"), Tail: duration("tail"), PerChapter: rapid.Bool().Draw(t, "files"),
			Intro: insert("intro"), Outro: insert("outro"), Sting: insert("sting"),
			Rules: timeline.Rules{
				Levels: rapid.IntRange(0, 3).Draw(t, "levels"), Shortest: duration("shortest"), Longest: duration("longest"),
				Number: rapid.Bool().Draw(t, "number"),
			},
		}
		if rapid.Bool().Draw(t, "bed") {
			layout.Bed = &timeline.Bed{Lead: duration("lead"), Tail: duration("bed tail")}
		}
		var counts []int
		var all []int64
		for range rapid.IntRange(1, 6).Draw(t, "chapters") {
			n := rapid.IntRange(1, 8).Draw(t, "cues")
			counts = append(counts, n)
			for range n {
				all = append(all, rapid.Int64Range(1, 4000).Draw(t, "frames"))
			}
		}
		line, err := timeline.Build(article(0, 10*ms, counts...), 8000, clips(all...), layout)
		if err != nil {
			t.Fatal(err)
		}
		next, at, clip := int64(0), int64(0), 0
		for i, c := range line.Chapters {
			if c.Span.Start != next || c.Span.End <= c.Span.Start {
				t.Fatalf("chapter %d is %v after %d", i+1, c.Span, next)
			}
			if c.Number != i+1 {
				t.Fatalf("chapter %d has number %d", i+1, c.Number)
			}
			next = c.Span.End
			for _, cue := range c.Cues {
				if cue.Clip != clip || cue.Span.Frames() != all[clip] || cue.Span.Start < max(at, c.Span.Start) || cue.Span.End > c.Span.End {
					t.Fatalf("cue of clip %d at %v in %v", cue.Clip, cue.Span, c.Span)
				}
				at = cue.Span.End
				clip++
			}
		}
		if next != line.Frames || clip != len(all) {
			t.Fatalf("%d frames of %d, %d clips of %d", next, line.Frames, clip, len(all))
		}
		start := int64(0)
		for _, m := range line.Music {
			if m.Span.Start < start || m.Span.End < m.Span.Start || m.Span.End > line.Frames {
				t.Fatalf("%s at %v of %d", m.Sound, m.Span, line.Frames)
			}
			start = m.Span.Start
		}
	})
}
