package chapters

import (
	"fmt"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// line is a timeline of one frame a second with chapters of those lengths in
// seconds; their titles are A, B, C and so on, their levels those given.
func line(lengths []int64, levels []int) *timeline.Timeline {
	t := &timeline.Timeline{Rate: 1, Title: "Whole"}
	for i, n := range lengths {
		c := timeline.Chapter{Title: string(rune('A' + i)), Number: i + 1, Span: pcm.Span{Start: t.Frames, End: t.Frames + n}}
		if levels != nil {
			c.Level = levels[i]
		}
		t.Chapters = append(t.Chapters, c)
		t.Frames += n
	}
	return t
}

func told(list []mark) string {
	s := ""
	for _, m := range list {
		s += fmt.Sprintf("%s %d-%d ", m.title, m.start, m.end)
	}
	return s
}

func same(frame int64) int64 { return frame }

func TestMarks(t *testing.T) {
	for _, c := range []struct {
		lengths []int64
		want    string
	}{
		{nil, ""},
		{[]int64{3}, "A 0-3 "},
		{[]int64{10, 10, 10}, "A 0-10 B 10-20 C 20-30 "},
		{[]int64{10, 9, 10}, "A 0-19 C 19-29 "},
		{[]int64{10, 9, 9, 10, 1}, "A 0-28 D 28-39 "},
		{[]int64{3, 10, 10}, "B 0-13 C 13-23 "},
		{[]int64{3, 3, 10, 10}, "C 0-16 D 16-26 "},
		{[]int64{6, 6, 10}, "A 0-12 C 12-22 "},
		{[]int64{3, 3}, "A 0-6 "},
	} {
		if got := told(marks(line(c.lengths, nil), same, 10)); got != c.want {
			t.Errorf("%v: %s, want %s", c.lengths, got, c.want)
		}
	}
}

func TestThin(t *testing.T) {
	lengths := []int64{1, 1, 1, 1, 1, 1}
	for _, c := range []struct {
		levels []int
		most   int
		want   string
	}{
		{[]int{1, 2, 2, 1, 2, 3}, 6, "A 0-1 B 1-2 C 2-3 D 3-4 E 4-5 F 5-6 "},
		{[]int{1, 2, 2, 1, 2, 3}, 5, "A 0-1 B 1-2 C 2-3 D 3-4 E 4-6 "},
		{[]int{1, 2, 2, 1, 2, 3}, 4, "A 0-3 D 3-6 "},
		{[]int{9, 2, 2, 1, 2, 3}, 2, "A 0-3 D 3-6 "},
		{[]int{1, 1, 1, 1, 1, 1}, 4, "A 0-1 B 1-3 D 3-4 E 4-6 "},
		{[]int{0, 0, 0, 0, 0, 0}, 1, "A 0-6 "},
	} {
		list := marks(line(lengths, c.levels), same, 0)
		if got := told(thin(list, c.most)); got != c.want {
			t.Errorf("%v, at most %d: %s, want %s", c.levels, c.most, got, c.want)
		}
	}
}
