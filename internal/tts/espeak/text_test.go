package espeak

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"narrate/internal/tts"
)

func TestHarmless(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"Schöne Grüße – an alle! [1]", "Schöne Grüße – an alle! [1]"},
		{"a\x00b\x01c\x1bd\te\nf\rg\x7fh\u0085i\u009bj", "a b c d e f g h i j"},
		{"[[", "[ "},
		{"[[[", "[ ["},
		{"[[[[x]]]]", "[ [ x]]]]"},
		{"[\x00[", "[ ["},
		{"a\u2028b\u2029c\ufffdd\ue000e\U000f1234f", "a b c d e f"},
		{"<audio src=\"x\"> & </audio>", "<audio src=\"x\"> & </audio>"},
		{"-x --y", "-x --y"},
	}
	for _, test := range tests {
		if got := harmless(test.text); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestPlace(t *testing.T) {
	type w = word
	tests := []struct {
		text  string
		words []w
		want  []string // word@frame
		at    []int64
	}{
		{"", nil, nil, nil},
		{"Ja.", []w{{0, 1}}, []string{"Ja"}, []int64{0}},
		// What espeak-ng 1.51 reports for these.
		{
			"12.345 Euro, 14:30 Uhr",
			[]w{{0, 1}, {97, 2}, {196, 4}, {327, 5}, {398, 5}, {539, 8}, {657, 14}, {764, 16}, {788, 17}, {887, 20}},
			[]string{"12.345", "Euro", "14:30", "Uhr"},
			[]int64{0, 539, 657, 887},
		},
		{
			"„Nord-Süd“-Achse (oh) 😀 ja",
			[]w{{0, 2}, {300, 19}, {400, 23}, {500, 24}, {600, 25}},
			[]string{"Nord-Süd“-Achse", "oh", "😀", "ja"},
			[]int64{0, 300, 400, 600},
		},
		{
			"今天很好,我们",
			[]w{{0, 1}, {82, 2}, {182, 3}, {282, 4}, {400, 6}, {500, 7}},
			[]string{"今", "天", "很", "好", "我", "们"},
			[]int64{0, 82, 182, 282, 400, 500},
		},
		{"在2023年", []w{{0, 1}, {10, 2}, {20, 3}, {30, 6}}, []string{"在", "2023", "年"}, []int64{0, 10, 30}},
		{"eins–zwei…drei", []w{{0, 1}, {10, 6}, {20, 11}}, []string{"eins", "zwei", "drei"}, []int64{0, 10, 20}},
		{"a & b", []w{{0, 1}, {10, 3}, {20, 5}}, []string{"a", "&", "b"}, []int64{0, 10, 20}},
		// Position 0, past the end, at white space, out of order, at one time,
		// past the sound.
		{
			"a b c d",
			[]w{{0, 0}, {0, 9}, {0, -1}, {0, 2}, {5, 3}, {6, 1}, {5, 5}, {2, 5}, {7, 5}, {1000, 7}},
			[]string{"b", "c"},
			[]int64{5, 7},
		},
	}
	for _, test := range tests {
		_, offsets := compose(test.text, nil)
		marks := place(test.text, offsets, test.words, 1000)
		var got []string
		var at []int64
		for _, m := range marks {
			got, at = append(got, test.text[m.Lo:m.Hi]), append(at, m.Frame)
		}
		if !slices.Equal(got, test.want) || !slices.Equal(at, test.at) {
			t.Errorf("%q: %q at %v, want %q at %v", test.text, got, at, test.want, test.at)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range sentences {
		f.Add(s.text, "\x01\x05\x03\x02\x09\x07\x10")
	}
	f.Add("[[\x00[[ \u2028\ufffd", "\x00\x01\x01\xff")
	f.Add("漢字かな—交じり、123文。", "\x01\x02\x03\x04\x05\x06\x07\x08")
	f.Fuzz(func(t *testing.T, text, events string) {
		if !utf8.ValidString(text) {
			return
		}
		safe := harmless(text)
		if utf8.RuneCountInString(safe) != utf8.RuneCountInString(text) {
			t.Fatalf("%q became %q: positions moved", text, safe)
		}
		if strings.Contains(safe, "[[") || strings.ContainsFunc(safe, unicode.IsControl) {
			t.Fatalf("%q is not harmless", safe)
		}
		if harmless(safe) != safe {
			t.Fatalf("%q is changed again", safe)
		}
		end := 0
		for _, k := range tokenize(text) {
			if k.start < end || k.lo < k.start || k.hi <= k.lo || k.end < k.hi || k.end > len(text) || !utf8.ValidString(text[k.lo:k.hi]) {
				t.Fatalf("%q: token %+v after %d", text, k, end)
			}
			end = k.end
		}
		var words []word
		for i := range len(events) {
			words = append(words, word{Frame: int64(i * 3 % 17), Position: int(events[i]) - 1})
		}
		_, offsets := compose(text, nil)
		last := tts.Mark{Frame: -1}
		for _, m := range place(text, offsets, words, 16) {
			if m.Frame <= last.Frame || m.Frame >= 16 || m.Lo < last.Hi || m.Hi <= m.Lo || m.Hi > len(text) {
				t.Fatalf("%q: mark %+v after %+v", text, m, last)
			}
			last = m
		}
	})
}
