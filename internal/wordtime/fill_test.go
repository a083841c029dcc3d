package wordtime

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"narrate/internal/tts"
)

func TestFill(t *testing.T) {
	const text = "Put it on the table, now."
	for _, c := range []struct {
		name        string
		marks, want []tts.Mark
	}{
		{"none", nil, nil},
		{
			"whole",
			[]tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 10, Lo: 4, Hi: 6}, {Frame: 20, Lo: 7, Hi: 9}, {Frame: 30, Lo: 10, Hi: 13}, {Frame: 40, Lo: 14, Hi: 19}, {Frame: 90, Lo: 21, Hi: 24}},
			[]tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 10, Lo: 4, Hi: 6}, {Frame: 20, Lo: 7, Hi: 9}, {Frame: 30, Lo: 10, Hi: 13}, {Frame: 40, Lo: 14, Hi: 19}, {Frame: 90, Lo: 21, Hi: 24}},
		},
		{
			"one in the middle, one at the end",
			[]tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 10, Lo: 4, Hi: 6}, {Frame: 20, Lo: 7, Hi: 9}, {Frame: 120, Lo: 14, Hi: 19, End: 180}},
			[]tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 10, Lo: 4, Hi: 6}, {Frame: 20, Lo: 7, Hi: 9}, {Frame: 66, Lo: 10, Hi: 13}, {Frame: 120, Lo: 14, Hi: 19, End: 159}, {Frame: 159, Lo: 21, Hi: 24, End: 180}},
		},
		{
			"no time for it",
			[]tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 1, Lo: 7, Hi: 24}},
			[]tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 1, Lo: 7, Hi: 24}},
		},
		{"none before the first", []tts.Mark{{Frame: 5, Lo: 14, Hi: 24}}, []tts.Mark{{Frame: 5, Lo: 14, Hi: 24}}},
	} {
		if got := Fill(text, c.marks, 200); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v\nwant %v", c.name, got, c.want)
		}
	}
}

func TestFillAnyMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zäß]{1,8}[,.]? ){1,20}`).Draw(t, "text")
		var marks []tts.Mark
		frame := int64(0)
		for _, w := range split(text) {
			if rapid.Bool().Draw(t, "told") {
				frame += rapid.Int64Range(1, 50).Draw(t, "step")
				marks = append(marks, tts.Mark{Frame: frame, Lo: w.lo, Hi: w.hi})
			}
		}
		got := Fill(text, marks, frame+40)
		lo, at := 0, int64(-1)
		for _, m := range got {
			if m.Lo < lo || m.Hi <= m.Lo || m.Frame <= at || m.Frame >= frame+40 {
				t.Fatalf("%q: %v of %v", text, got, marks)
			}
			lo, at = m.Hi, m.Frame
		}
		for _, m := range marks {
			if !slices.Contains(got, m) {
				t.Fatalf("%v is lost in %v", m, got)
			}
		}
	})
}
