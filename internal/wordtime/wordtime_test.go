package wordtime

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"narrate/internal/pcm"
)

const rate pcm.Hz = 16000

// sound is tones of so many milliseconds, and where negative silence.
func sound(parts ...int) []int16 {
	var out []int16
	for _, ms := range parts {
		n := int(rate) * max(ms, -ms) / 1000
		for i := range n {
			v := 0.0
			if ms > 0 {
				v = 8000 * math.Sin(2*math.Pi*220*float64(i)/float64(rate))
			}
			out = append(out, int16(v))
		}
	}
	return out
}

func TestEstimate(t *testing.T) {
	for _, c := range []struct {
		text  string
		parts []int
		want  map[string]int // where words begin, in ms
	}{
		{"mama mama mama mama", []int{1000}, map[string]int{"mama": 0}},
		{"ja, mamamama", []int{-100, 300, -300, 900}, map[string]int{"ja": 100, "mamamama": 700}},
		{"mama mama, mama mama", []int{800, -200, 800}, map[string]int{}},
	} {
		marks := Estimate(sound(c.parts...), rate, c.text)
		if len(marks) != len(split(c.text)) {
			t.Fatalf("%q: %d marks", c.text, len(marks))
		}
		seen := map[string]bool{}
		for _, m := range marks {
			word := c.text[m.Lo:m.Hi]
			want, ok := c.want[word]
			if got := int(rate.Milliseconds(m.Frame)); ok && !seen[word] && (got < want-20 || got > want+20) {
				t.Errorf("%q: %q at %d ms, want %d", c.text, word, got, want)
			}
			seen[word] = true
		}
	}
	// The third word stands after the pause, not in its middle.
	marks := Estimate(sound(800, -200, 800), rate, "mama mama, mama mama")
	if ms := rate.Milliseconds(marks[2].Frame); ms < 990 || ms > 1010 {
		t.Errorf("the word after the pause is at %d ms", ms)
	}
	for _, nothing := range []struct {
		text    string
		samples []int16
	}{{"", sound(100)}, {"...", sound(100)}, {"a", nil}, {"a", sound(-100)}} {
		if m := Estimate(nothing.samples, rate, nothing.text); m != nil {
			t.Errorf("%q: %v", nothing.text, m)
		}
	}
}

// TestOrder: whatever text and sound, marks ascend, lie inside, and name words
// in their order.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab ,.éß漢字 -1\u200f\n"))).Draw(t, "text")
		parts := rapid.SliceOfN(rapid.IntRange(-300, 300), 0, 8).Draw(t, "parts")
		samples := sound(parts...)
		frame, hi := int64(-1), 0
		for _, m := range Estimate(samples, rate, text) {
			if m.Frame <= frame || m.Frame >= int64(len(samples)) || m.Lo < hi || m.Hi <= m.Lo || m.Hi > len(text) {
				t.Fatalf("mark %+v after frame %d and byte %d, of %d frames and %d bytes", m, frame, hi, len(samples), len(text))
			}
			frame, hi = m.Frame, m.Hi
		}
	})
}
