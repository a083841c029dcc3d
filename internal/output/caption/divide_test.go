package caption

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// TestLeast holds the cost of the division found against those of all others.
func TestLeast(t *testing.T) {
	words := []string{"the", "tower,", "of", "Amir", "Khoury", "and", "41", "metres", "stands.", "which", "灯塔", "a", "considerable", "–"}
	rapid.Check(t, func(t *rapid.T) {
		text := Line(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 9).Draw(t, "words"), " "))
		p, _ := Find(rapid.SampledFrom([]string{"netflix", "karaoke", "podcast"}).Draw(t, "profile"))
		p.Width = rapid.IntRange(12, 30).Draw(t, "width")
		p.Lines = rapid.IntRange(1, 4).Draw(t, "lines")
		const rate = pcm.Hz(8000)
		frames := int64(rate) * rapid.Int64Range(1, 12).Draw(t, "seconds")
		cue := timeline.Cue{Span: pcm.Span{End: frames}, Utterance: &script.Utterance{Text: text, Lang: "en"}}
		atoms := atomize(nil, text, p.Width)
		judge(atoms, text, languageOf("en"))
		clock := newClock(nil, &cue, text, nil)
		clock.time(atoms)
		d := newDivider(p, rate)
		d.atoms, d.after, d.label = atoms, frames+4000, rapid.IntRange(0, 5).Draw(t, "label")

		got := int64(0)
		cuts := append([]cut(nil), d.divide()...)
		for first, from := 0, 0; len(cuts) > 0; from, cuts = cuts[0].atom, cuts[1:] {
			got += d.lineOf(first, from, cuts[0])
			if cuts[0].last {
				got += d.captionCost(first, cuts[0].atom)
				first = cuts[0].atom
			}
		}
		if least := d.least(0, 0, 1); got != least || got != d.best[len(atoms)] {
			t.Fatalf("%q: %d found, %d told, %d is least", text, got, d.best[len(atoms)], least)
		}
	})
}

// lineOf is the cost of the line from atom m to c of a caption that begins at i.
func (d *divider) lineOf(i, m int, c cut) int64 {
	w, ok := d.lineWidth(i, m, c.atom)
	cost := d.lineCost(w, !c.last, m > i || !c.last)
	if !ok {
		cost = never
	}
	if !c.last {
		cost += int64(d.atoms[c.atom-1].cost)
	}
	return cost
}

// least tries all ways from the line-th line on, which begins with atom m, of a
// caption that begins with atom i.
func (d *divider) least(i, m, line int) int64 {
	n := len(d.atoms)
	if m == n {
		return 0
	}
	best := int64(never)
	for j := m + 1; j <= n; j++ {
		if _, ok := d.lineWidth(i, m, j); !ok {
			break
		}
		best = min(best, d.lineOf(i, m, cut{atom: j, last: true})+d.captionCost(i, j)+d.least(j, j, 1))
		if line < d.lines && j < n {
			best = min(best, d.lineOf(i, m, cut{atom: j})+d.least(i, j, line+1))
		}
	}
	return best
}

// TestLong: a sentence without end takes no more than its share of time.
func TestLong(t *testing.T) {
	for _, piece := range []string{"x", "灯", "e\u0301", "wort ", "a-", "a\u00A0", "\u3000", "–", "<", "ab, "} {
		text := strings.Repeat(piece, 40_000/len(piece))
		line := &timeline.Timeline{Rate: 8000, Frames: 80000, Chapters: []timeline.Chapter{{Cues: []timeline.Cue{
			{Span: pcm.Span{End: 80000}, Utterance: &script.Utterance{Text: text, Lang: "zh"}},
		}}}}
		for _, name := range []string{"netflix", "word"} {
			p, _ := Find(name)
			columns := 0
			for c := range Cues(&output.Edition{Timeline: line}, p) {
				columns += c.columns()
			}
			if want := Columns(strings.Join(strings.Fields(text), "")); columns < want {
				t.Errorf("%q, %s: %d columns of %d", piece, name, columns, want)
			}
		}
	}
	unit := output.Captions{Unit: output.Fitted, Longest: time.Millisecond}
	text := strings.Repeat("wort ", 4000)
	line := &timeline.Timeline{Rate: 8000, Frames: 80000, Chapters: []timeline.Chapter{{Cues: []timeline.Cue{
		{Span: pcm.Span{End: 80000}, Utterance: &script.Utterance{Text: text}},
	}}}}
	n := 0
	for range Cues(&output.Edition{Timeline: line}, unit) {
		n++
	}
	if n != 4000 {
		t.Errorf("%d captions", n)
	}
}
