package timeline_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"narrate/internal/document"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/voices"
)

const ms = time.Millisecond

// article is a script of chapters with so many utterances each, with the same
// wishes for silence on either side of all of them.
func article(before, after time.Duration, counts ...int) *script.Script {
	s := &script.Script{Source: "a.txt", Title: "T", Author: "A", Lang: "de"}
	n := 0
	for i, count := range counts {
		c := script.Chapter{Title: fmt.Sprintf("C%d", i), Level: i}
		for range count {
			n++
			text := fmt.Sprintf("eins zwei %d", n)
			c.Utterances = append(c.Utterances, script.Utterance{
				Text: text, Spoken: text, Before: before, After: after, Pos: document.Pos{File: "a.txt", Line: n, Col: 1},
			})
		}
		s.Chapters = append(s.Chapters, c)
	}
	return s
}

func clips(frames ...int64) []*timeline.Clip {
	var out []*timeline.Clip
	for _, f := range frames {
		if f == 0 {
			out = append(out, nil)
		} else {
			out = append(out, &timeline.Clip{Frames: f})
		}
	}
	return out
}

// spans writes a timeline's chapters and cues as "chapter[cue cue]".
func spans(t *timeline.Timeline) string {
	var parts []string
	for _, c := range t.Chapters {
		var cues []string
		for _, cue := range c.Cues {
			cues = append(cues, fmt.Sprintf("%d:%d-%d", cue.Clip, cue.Span.Start, cue.Span.End))
		}
		parts = append(parts, fmt.Sprintf("%s %d-%d [%s]", c.Title, c.Span.Start, c.Span.End, strings.Join(cues, " ")))
	}
	return strings.Join(parts, ", ")
}

func TestBuild(t *testing.T) {
	// 8000 Hz: 10 ms are 80 frames.
	for name, c := range map[string]struct {
		script *script.Script
		clips  []*timeline.Clip
		want   string
		frames int64
	}{
		"one":                {article(0, 0, 1), clips(100), "C0 0-100 [0:0-100]", 100},
		"no outer pauses":    {article(10*ms, 20*ms, 1), clips(100), "C0 0-100 [0:0-100]", 100},
		"the longer wish":    {article(10*ms, 20*ms, 2), clips(100, 50), "C0 0-310 [0:0-100 1:260-310]", 310},
		"the other way":      {article(20*ms, 10*ms, 2), clips(100, 50), "C0 0-310 [0:0-100 1:260-310]", 310},
		"chapters":           {article(0, 10*ms, 2, 1), clips(1, 2, 3), "C0 0-163 [0:0-1 1:81-83], C1 163-166 [2:163-166]", 166},
		"a hole":             {article(0, 10*ms, 3), clips(1, 0, 3), "C0 0-84 [0:0-1 2:81-84]", 84},
		"a hole at first":    {article(0, 10*ms, 2), clips(0, 3), "C0 0-3 [1:0-3]", 3},
		"an unspoken start":  {article(0, 10*ms, 1, 1), clips(0, 3), "C1 0-3 [1:0-3]", 3},
		"an unspoken end":    {article(0, 10*ms, 1, 1), clips(3, 0), "C0 0-3 [0:0-3]", 3},
		"an unspoken middle": {article(0, 10*ms, 1, 2, 1), clips(3, 0, 0, 4), "C0 0-83 [0:0-3], C2 83-87 [3:83-87]", 87},
		"an empty chapter":   {article(0, 10*ms, 1, 0, 1), clips(3, 4), "C0 0-83 [0:0-3], C2 83-87 [1:83-87]", 87},
	} {
		got, err := timeline.Build(c.script, 8000, c.clips, timeline.Layout{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s := spans(got); s != c.want || got.Frames != c.frames {
			t.Errorf("%s: %s of %d frames, want %s of %d", name, s, got.Frames, c.want, c.frames)
		}
		if got.Source != "a.txt" || got.Title != "T" || got.Author != "A" || got.Lang != "de" || got.Rate != 8000 {
			t.Errorf("%s: %+v", name, got)
		}
		n := 0
		for _, chapter := range got.Chapters {
			n += len(chapter.Cues)
		}
		if got.Cues() != n {
			t.Errorf("%s: %d cues, want %d", name, got.Cues(), n)
		}
	}
}

// TestWhoSpeaks: a cue tells who is heard, and how much louder.
func TestWhoSpeaks(t *testing.T) {
	other := &voices.Voice{Name: "other"}
	line, err := timeline.Build(article(0, 0, 2), 8000, []*timeline.Clip{{Frames: 10}, {Frames: 10, By: other, Gain: -2.5}}, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	first, second := &line.Chapters[0].Cues[0], &line.Chapters[0].Cues[1]
	if first.Voice() != first.Utterance.Voice || first.Gain != 0 || second.Voice() != other || second.Gain != -2.5 {
		t.Errorf("%+v, %+v", first, second)
	}
}

func TestBuildFails(t *testing.T) {
	for name, c := range map[string]struct {
		script *script.Script
		clips  []*timeline.Clip
		want   string
	}{
		"too few":   {article(0, 0, 2), clips(1), "clips"},
		"too many":  {article(0, 0, 1), clips(1, 1), "2 clips for 1 utterances"},
		"none":      {article(0, 0), nil, "nothing was spoken"},
		"all holes": {article(0, 0, 2), clips(0, 0), "nothing was spoken"},
		"negative":  {article(0, 0, 2), clips(1, -5), "a.txt:2:1"},
		"too long":  {article(0, 0, 2), clips(1, math.MaxInt64-1), "a.txt:2:1"},
	} {
		if _, err := timeline.Build(c.script, 8000, c.clips, timeline.Layout{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	s := article(0, 10*ms, 2)
	// "Am 3. Mai (1999) um 12 km", said "Am dritten Mai so um zwölf Kilometer".
	u := &s.Chapters[0].Utterances[1]
	u.Text, u.Spoken = "Am 3. Mai (1999) um 12 km", "Am dritten Mai so um zwölf Kilometer"
	u.Edits = []script.Edit{
		{TextLo: 3, TextHi: 5, SpokenLo: 3, SpokenHi: 10},
		{TextLo: 9, TextHi: 16, SpokenLo: 14, SpokenHi: 17},
		{TextLo: 20, TextHi: 25, SpokenLo: 21, SpokenHi: 37},
	}
	var marks []tts.Mark
	at := 0
	for i, word := range strings.Fields(u.Spoken) {
		at += strings.Index(u.Spoken[at:], word)
		marks = append(marks, tts.Mark{Frame: int64(10 * i), Lo: at, Hi: at + len(word)})
		at += len(word)
	}
	line, err := timeline.Build(s, 8000, []*timeline.Clip{{Frames: 100}, {Frames: 75, Marks: marks}}, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	cues := line.Chapters[0].Cues
	if cues[0].Words != nil {
		t.Errorf("words without marks: %v", cues[0].Words)
	}
	var got []string
	for _, w := range cues[1].Words {
		got = append(got, fmt.Sprintf("%s %d-%d", u.Text[w.Lo:w.Hi], w.Span.Start, w.Span.End))
	}
	want := []string{"Am 180-190", "3. 190-200", "Mai 200-210", " (1999) 210-220", "um 220-230", "12 km 230-255"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("words %q, want %q", got, want)
	}
}

// TestWordsUnwritten: a word that is said but not written is no word, and its
// time goes to the one before.
func TestWordsUnwritten(t *testing.T) {
	s := article(0, 0, 1)
	u := &s.Chapters[0].Utterances[0]
	u.Text, u.Spoken = "a c", "a b c"
	u.Edits = []script.Edit{{TextLo: 2, TextHi: 2, SpokenLo: 2, SpokenHi: 4}}
	line, err := timeline.Build(s, 8000, []*timeline.Clip{{Frames: 30, Marks: []tts.Mark{
		{Frame: 0, Lo: 0, Hi: 1}, {Frame: 10, Lo: 2, Hi: 3}, {Frame: 20, Lo: 4, Hi: 5},
	}}}, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	want := []timeline.Word{{Span: pcm.Span{Start: 0, End: 20}, Lo: 0, Hi: 1}, {Span: pcm.Span{Start: 20, End: 30}, Lo: 2, Hi: 3}}
	if got := line.Chapters[0].Cues[0].Words; !reflect.DeepEqual(got, want) {
		t.Errorf("words %v, want %v", got, want)
	}
}

// TestMarks: a mark lies where the word after it begins.
func TestMarks(t *testing.T) {
	s := article(0, 10*ms, 1, 2)
	s.Chapters[0].Number, s.Chapters[1].Number = 3, 8
	names := []script.Mark{{Name: "start", Text: 0}, {Name: "inside", Text: 2}, {Name: "space", Text: 9}, {Name: "before 2", Text: 10}, {Name: "end", Text: 11}}
	for i := range s.Chapters {
		for j := range s.Chapters[i].Utterances {
			s.Chapters[i].Utterances[j].Marks = names
		}
	}
	marks := []tts.Mark{{Frame: 5, Lo: 0, Hi: 4}, {Frame: 10, Lo: 5, Hi: 9}, {Frame: 20, Lo: 10, Hi: 11}}
	line, err := timeline.Build(s, 8000, []*timeline.Clip{{Frames: 30, Marks: marks}, {Frames: 30}, {Frames: 30, Marks: marks}}, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	at := func(line *timeline.Timeline) string {
		var got []string
		for _, c := range line.Chapters {
			for _, cue := range c.Cues {
				frames := ""
				for _, m := range cue.Marks {
					frames += fmt.Sprintf(" %s %d", m.Name, m.Frame)
				}
				got = append(got, fmt.Sprintf("%d:%s", c.Number, frames))
			}
		}
		return strings.Join(got, "; ")
	}
	const whole = "3: start 5 inside 5 space 20 before 2 20 end 30; " +
		"8: start 110 inside 110 space 110 before 2 110 end 140; 8: start 225 inside 225 space 240 before 2 240 end 250"
	if got := at(line); got != whole {
		t.Errorf("marks %s, want %s", got, whole)
	}
	if got, want := at(line.Cut(pcm.Span{Start: 120, End: 245}, "")), "8: end 20; 8: start 105 inside 105 space 120 before 2 120"; got != want {
		t.Errorf("cut: marks %s, want %s", got, want)
	}
	if got := at(line); got != whole {
		t.Errorf("the whole is now %s", got)
	}
}

// build draws a timeline with words.
func build(t *rapid.T) *timeline.Timeline {
	pause := func(name string) time.Duration {
		return time.Duration(rapid.IntRange(0, 30_000_000).Draw(t, name)) // to 30 ms, of no round number of frames
	}
	counts := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 6).Draw(t, "counts")
	counts[0] = max(1, counts[0])
	s := article(pause("before"), pause("after"), counts...)
	var all []*timeline.Clip
	for _, c := range s.Chapters {
		for i := range c.Utterances {
			c.Utterances[i].Marks = []script.Mark{{Name: "a", Text: 0}, {Name: "b", Text: 5}, {Name: "c", Text: len(c.Utterances[i].Text)}}
			frames := rapid.Int64Range(3, 500).Draw(t, "frames")
			all = append(all, &timeline.Clip{Frames: frames, Marks: []tts.Mark{{Frame: 0, Lo: 0, Hi: 4}, {Frame: frames / 2, Lo: 5, Hi: 9}}})
			if len(all) > 1 && rapid.IntRange(0, 5).Draw(t, "hole") == 0 {
				all[len(all)-1] = nil
			}
		}
	}
	line, err := timeline.Build(s, pcm.Hz(rapid.SampledFrom([]int{8000, 22050, 44100}).Draw(t, "rate")), all, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// sound holds what is true of every timeline.
func sound(t *rapid.T, line *timeline.Timeline) {
	at, end := int64(0), int64(0)
	for _, c := range line.Chapters {
		if c.Span.Start != at || c.Span.End <= at {
			t.Fatalf("a chapter at %v after one that ends at %d", c.Span, at)
		}
		at = c.Span.End
		for _, cue := range c.Cues {
			if cue.Span.Start < max(end, c.Span.Start) || cue.Span.End <= cue.Span.Start || cue.Span.End > c.Span.End {
				t.Fatalf("a cue at %v in a chapter at %v after %d", cue.Span, c.Span, end)
			}
			end = cue.Span.End
			word := cue.Span.Start
			for _, w := range cue.Words {
				if w.Span.Start < word || w.Span.End < w.Span.Start || w.Span.End > cue.Span.End {
					t.Fatalf("a word at %v in a cue at %v after %d", w.Span, cue.Span, word)
				}
				word = w.Span.End
			}
			mark := cue.Span.Start
			for _, m := range cue.Marks {
				if m.Frame < mark || m.Frame > cue.Span.End {
					t.Fatalf("a mark at %d in a cue at %v after %d", m.Frame, cue.Span, mark)
				}
				mark = m.Frame
			}
		}
	}
	if at != line.Frames {
		t.Fatalf("the chapters end at %d of %d", at, line.Frames)
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := build(t)
		sound(t, line)
		if c := line.Chapters[len(line.Chapters)-1]; c.Cues[len(c.Cues)-1].Span.End != line.Frames {
			t.Fatal("silence at the end")
		}
		for _, c := range line.Chapters {
			if c.Cues[0].Span.Start != c.Span.Start {
				t.Fatal("a chapter begins with silence")
			}
		}

		// Any cut is a timeline, and loses none of what it holds.
		a := rapid.Int64Range(0, line.Frames-1).Draw(t, "from")
		b := rapid.Int64Range(a+1, line.Frames).Draw(t, "to")
		cut := line.Cut(pcm.Span{Start: a, End: b}, "cut")
		sound(t, cut)
		if cut.Frames != b-a || cut.Title != "cut" {
			t.Fatalf("%d frames titled %q", cut.Frames, cut.Title)
		}
		heard := func(line *timeline.Timeline, from, to int64) string { // which clip sounds where
			var s []string
			for _, c := range line.Chapters {
				for _, cue := range c.Cues {
					lo, hi := max(cue.Span.Start, from), min(cue.Span.End, to)
					if lo < hi {
						s = append(s, fmt.Sprint(lo-from, hi-from, cue.Clip))
					}
				}
			}
			return strings.Join(s, ", ")
		}
		if got, want := heard(cut, 0, b-a), heard(line, a, b); got != want {
			t.Fatalf("frames %d to %d sound like %s, want %s", a, b, got, want)
		}

		// A cut of a cut is a cut, and the cut of all is all.
		d := rapid.Int64Range(1, b-a).Draw(t, "again")
		if twice, once := cut.Cut(pcm.Span{Start: 0, End: d}, ""), line.Cut(pcm.Span{Start: a, End: a + d}, ""); !reflect.DeepEqual(twice, once) {
			t.Fatalf("cut twice %s, once %s", spans(twice), spans(once))
		}
		if all := line.Cut(pcm.Span{End: line.Frames}, line.Title); !reflect.DeepEqual(all, line) {
			t.Fatalf("cut of all %s, want %s", spans(all), spans(line))
		}
	})
}

func TestCut(t *testing.T) {
	line, err := timeline.Build(article(0, 10*ms, 2, 1), 8000, []*timeline.Clip{
		{Frames: 100, Marks: []tts.Mark{{Frame: 0, Lo: 0, Hi: 4}, {Frame: 50, Lo: 5, Hi: 9}}}, {Frames: 20}, {Frames: 30},
	}, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	const whole = "C0 0-280 [0:0-100 1:180-200], C1 280-310 [2:280-310]"
	for span, want := range map[pcm.Span]string{
		{Start: 0, End: 310}:   whole,
		{Start: 280, End: 310}: "C1 0-30 [2:0-30]",
		{Start: 70, End: 190}:  "C0 0-120 [0:0-30 1:110-120]",
		{Start: 100, End: 180}: "C0 0-80 []",
		{Start: 190, End: 290}: "C0 0-90 [1:0-10], C1 90-100 [2:90-100]",
	} {
		if got := spans(line.Cut(span, "")); got != want {
			t.Errorf("cut at %v: %s, want %s", span, got, want)
		}
	}
	want := []timeline.Word{{Span: pcm.Span{Start: 0, End: 30}, Lo: 5, Hi: 9}}
	if got := line.Cut(pcm.Span{Start: 70, End: 190}, "").Chapters[0].Cues[0].Words; !reflect.DeepEqual(got, want) {
		t.Errorf("words %v, want %v", got, want)
	}
	if got := spans(line); got != whole {
		t.Errorf("the whole is now %s", got)
	}
}

// TestSound: every stretch of the assembled sound is what the clips and their
// places say, in pieces of any size.
func TestSound(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 3})
	line := e.Timeline
	cues := map[int]pcm.Span{}
	for _, c := range line.Chapters {
		for _, cue := range c.Cues {
			cues[cue.Clip] = cue.Span
		}
	}
	open := 0
	src := timeline.NewSound(line, 1, func(clip int, part pcm.Span) (pcm.Reader, error) {
		at := cues[clip].Start
		r, err := e.Sound.Open(pcm.Span{Start: at + part.Start, End: at + part.End})
		if err != nil {
			return nil, err
		}
		open++
		return &counted{r, &open}, nil
	})
	if src.Format() != e.Sound.Format() || src.Frames() != line.Frames {
		t.Fatalf("%+v of %d frames", src.Format(), src.Frames())
	}
	whole := read(t, e.Sound, pcm.Span{End: line.Frames}, 4096)
	for _, cue := range cues { // at the seams
		for _, a := range []int64{cue.Start - 1, cue.Start, cue.Start + 1, cue.End - 1, cue.End, cue.End + 1} {
			span := pcm.Span{Start: max(0, min(a, line.Frames)), End: min(a+800, line.Frames)}
			if got := read(t, src, span, 300); !slices.Equal(got, whole[span.Start:span.End]) {
				t.Errorf("frames %v are not the programme's", span)
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		a := rapid.Int64Range(0, line.Frames).Draw(rt, "from")
		b := rapid.Int64Range(a, line.Frames).Draw(rt, "to")
		got := read(t, src, pcm.Span{Start: a, End: b}, rapid.SampledFrom([]int{1, 7, 1000, 1 << 20}).Draw(rt, "buffer"))
		if !slices.Equal(got, whole[a:b]) {
			rt.Fatalf("frames %d to %d are not the programme's", a, b)
		}
		if open != 0 {
			rt.Fatalf("%d clips left open", open)
		}
	})
	for _, bad := range []pcm.Span{{Start: -1, End: 1}, {Start: 2, End: 1}, {End: line.Frames + 1}} {
		if _, err := src.Open(bad); err == nil {
			t.Errorf("frames %v of %d can be opened", bad, line.Frames)
		}
	}
	r, err := src.Open(pcm.Span{Start: 5, End: line.Frames})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]int16, 10)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil || open != 0 {
		t.Errorf("closed midway: %v, %d clips open", err, open)
	}
}

type counted struct {
	pcm.Reader
	open *int
}

func (c *counted) Close() error {
	*c.open--
	return c.Reader.Close()
}

func read(t *testing.T, src pcm.Source, span pcm.Span, size int) []int16 {
	t.Helper()
	r, err := src.Open(span)
	if err != nil {
		t.Fatal(err)
	}
	var out []int16
	buf := make([]int16, size)
	for {
		n, err := r.Read(buf)
		out = append(out, buf[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSoundFails: what is wrong with a clip ends the programme with an error
// that names the utterance.
func TestSoundFails(t *testing.T) {
	line, err := timeline.Build(article(0, 10*ms, 2), 8000, clips(100, 100), timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	mono, broken := pcm.Format{Rate: 8000, Channels: 1}, errors.New("broken")
	for name, c := range map[string]struct {
		second func() (pcm.Reader, error)
		want   error
	}{
		"cannot be opened": {func() (pcm.Reader, error) { return nil, broken }, broken},
		"is short":         {func() (pcm.Reader, error) { return pcm.Silence(mono, 99), nil }, pcm.ErrShort},
		"has another rate": {func() (pcm.Reader, error) { return pcm.Silence(pcm.Format{Rate: 16000, Channels: 1}, 100), nil }, nil},
		"is stereo":        {func() (pcm.Reader, error) { return pcm.Silence(pcm.Format{Rate: 8000, Channels: 2}, 100), nil }, nil},
	} {
		src := timeline.NewSound(line, 1, func(clip int, part pcm.Span) (pcm.Reader, error) {
			if clip == 1 {
				return c.second()
			}
			return pcm.Silence(mono, part.Frames()), nil
		})
		r, err := src.Open(pcm.Span{End: line.Frames})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for buf := make([]int16, 64); err == nil; {
			var k int
			k, err = r.Read(buf)
			n += k
		}
		if err == io.EOF || !strings.Contains(err.Error(), "a.txt:2:1") || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("a clip that %s: %v", name, err)
		}
		if n < 180 {
			t.Errorf("a clip that %s: only %d frames before it", name, n)
		}
		if err := r.Close(); err != nil {
			t.Errorf("a clip that %s: close: %v", name, err)
		}
	}
}
