package command

import (
	"errors"
	"slices"
	"testing"

	"narrate/internal/tts"
)

func TestChars(t *testing.T) {
	say := load(t, "say").text
	for _, test := range []struct {
		rule       textRule
		text, want string
	}{
		{textRule{encoding: utf8Text}, "Grüße\x00\x1b\n\u2028\ufffd\ue000 漢 😀", "Grüße       漢 😀"},
		{textRule{encoding: "latin-1"}, "Grüße “zitiert” — 5 €…", `Grüße "zitiert"  -  5  euro ...`},
		{textRule{encoding: "ascii"}, "Grüße, Łódź, e\u0301tude, ﬁn, Œuvre, ½, soft\u00adhyphen", "Grusse, Lodz, etude, fin, Oeuvre, 12, softhyphen"},
		{textRule{encoding: "ascii"}, "a 😀 → b", "a     b"},
		{say, "say [[slnc 5000]] now, [[[x", "say [ slnc 5000 ] now, [ [x"},
		{textRule{encoding: utf8Text, replace: [][2]string{{"a", "aa"}}}, "baa", "baaaa"},
	} {
		got, err := test.rule.chars(test.text)
		if err != nil || written(got) != test.want {
			t.Errorf("%q: %q, %v, want %q", test.text, written(got), err, test.want)
		}
		for i, c := range got {
			if c.at < 0 || c.at >= len(test.text) || i > 0 && c.at < got[i-1].at {
				t.Errorf("%q: character %d stands for byte %d", test.text, i, c.at)
			}
		}
	}
	for _, text := range []string{"Привет", "a 漢 b", "①Ω"} {
		rule := textRule{encoding: "ascii"}
		if got, err := rule.chars(text); !errors.Is(err, tts.ErrText) {
			t.Errorf("%q: %q, %v", text, written(got), err)
		}
	}
}

func TestEncode(t *testing.T) {
	rule := textRule{encoding: "latin-1"}
	coded := rule.encode("Grüße")
	if coded != "Gr\xfc\xdfe" {
		t.Errorf("%q", coded)
	}
	if back, err := rule.decode([]byte(coded)); err != nil || back != "Grüße" {
		t.Errorf("%q, %v", back, err)
	}
}

// TestPlace holds word times against a text.
func TestPlace(t *testing.T) {
	p := load(t, "festival")
	const text = "„No, no!“ Grüße: it's 1984…"
	chars, err := p.text.chars(text)
	if err != nil {
		t.Fatal(err)
	}
	printed := "0.2 No\n0.5 no\n0.4 Grüße\nx it's\n1.0 Grüße\n1.5 it's\n1.6 absent\n2.0 1984\n9 late\n"
	marks := p.place(printed, chars, len(text), 1000, 5000)
	var words []string
	var frames []int64
	for _, m := range marks {
		words, frames = append(words, text[m.Lo:m.Hi]), append(frames, m.Frame)
	}
	if !slices.Equal(words, []string{"No", "no", "Grüße", "it's", "1984"}) || !slices.Equal(frames, []int64{200, 500, 1000, 1500, 2000}) {
		t.Errorf("%q at %v", words, frames)
	}
}

func TestArguments(t *testing.T) {
	p := &Profile{arguments: []argument{
		{parts: []string{"-l", "--lang={voice}"}},
		{parts: []string{"-r", "{rate}"}, optional: true},
		{parts: []string{"{text}"}},
	}}
	values := map[string]string{"{voice}": "a {text}", "{rate}": "150", "{text}": "--help {voice}"}
	if got := p.fillArguments(values, true); !slices.Equal(got, []string{"-l", "--lang=a {text}", " --help {voice}"}) {
		t.Errorf("%q", got)
	}
	if got := p.fillArguments(values, false); !slices.Equal(got, []string{"-l", "--lang=a {text}", "-r", "150", " --help {voice}"}) {
		t.Errorf("%q", got)
	}
}
