package strictyaml

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// collected is what a file of the test holds.
type collected struct {
	whole       int
	texts       []string
	pairs       [][2]string
	pattern     *regexp.Regexp
	form        string
	number, max float64
}

func collect(data string) (c collected, err error) {
	short := func(s string) string {
		if len(s) > 3 {
			return "is too long"
		}
		return ""
	}
	err = Kind{Name: "sample"}.Decode("x.yaml", []byte(data), func(d *Decoder, root Node) {
		fields := map[string]Field{
			"whole":   d.Whole(&c.whole, 2, 9),
			"texts":   d.Texts(&c.texts, 2, short),
			"pairs":   d.Pairs(&c.pairs, 2, short, short),
			"pattern": d.Pattern(&c.pattern, true, "name"),
			"max":     d.Number(&c.max, 0, 9),
		}
		d.OneNumber(fields, []string{"times", "over"}, &c.form, &c.number, 0, 9)
		d.Mapping(root, "", fields)
	})
	return c, err
}

func TestCollect(t *testing.T) {
	c, err := collect("whole: 7\ntexts: [a, b]\npairs: {z: 'y', a: b}\npattern: '(?P<name>a|b)c'\nover: 2.5\n")
	if err != nil || c.whole != 7 || !slices.Equal(c.texts, []string{"a", "b"}) || !slices.Equal(c.pairs, [][2]string{{"z", "y"}, {"a", "b"}}) ||
		c.form != "over" || c.number != 2.5 || !c.pattern.MatchString("bc") || c.pattern.MatchString("bcd") {
		t.Errorf("%+v, %v", c, err)
	}
	for data, want := range map[string]string{
		"whole: 7.5":                            "x.yaml:1:8: whole: 7.5 is not a whole number",
		"whole: 1":                              "whole: 1 is not between 2 and 9",
		"texts: a":                              "texts: wants a list of texts, has text",
		"texts: [abcd]":                         "x.yaml:1:9: texts: is too long",
		"texts: [a, b, c]":                      "texts: more than 2",
		"pairs: {a: abcd}":                      "pairs.a: is too long",
		"pairs: {abcd: a}":                      "pairs: is too long",
		"pairs: {a: a, b: b, c: c}":             "pairs.c: more than 2",
		"pattern: ''":                           "pattern: is empty or longer than 1000 bytes",
		"pattern: a":                            "pattern: has no group (?P<name>…)",
		"pattern: '(?P<name>'":                  "x.yaml:1:10: pattern: error parsing regexp",
		"pattern: 'a)(?P<name>b'":               "pattern: error parsing regexp",
		"times: 1\nover: 2":                     "x.yaml:2:7: over: times and over exclude each other",
		"times: 10":                             "times: 10 is not between 0 and 9",
		"pattern: " + fmt.Sprintf("%01001d", 1): "pattern: ",
	} {
		if _, err := collect(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", data, err, want)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, test := range []struct {
		problem func(string) string
		s, want string
	}{
		{OneOf("a", "b"), "b", ""},
		{OneOf("a", "b"), "c", `"c" is none of a, b`},
		{Short(3), "", ""},
		{Short(3), "abc", ""},
		{Short(3), "ä1ö", "is longer than 3 bytes"},
		{Short(3), "a\t", "holds a control character"},
		{Filled(Short(3)), "", "is empty"},
		{Filled(Short(3)), "abcd", "is longer than 3 bytes"},
		{Filled(Short(3)), "a", ""},
	} {
		if got := test.problem(test.s); got != test.want {
			t.Errorf("%q: %q, want %q", test.s, got, test.want)
		}
	}
}
