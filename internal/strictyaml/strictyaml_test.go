package strictyaml

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// values is what the tests read: one key of each type.
type values struct {
	text  string
	truth bool
	num   float64
	list  []string
	any   map[string]string
}

var kind = Kind{Name: "recipe"}

func read(data string, k Kind) (v values, err error) {
	v.any = map[string]string{}
	err = k.Decode("r.yaml", []byte(data), func(d *Decoder, root Node) {
		d.Mapping(root, "", map[string]Field{
			"text":  d.Text(&v.text, func(s string) string { return map[bool]string{s == "": "is empty"}[true] }),
			"truth": d.Truth(&v.truth),
			"num":   d.Number(&v.num, -1, 1e6),
			"list": func(key string, n Node) {
				d.List(n, key, "words", func(n Node) {
					word, ok := Word(n)
					if !ok {
						d.Fail(n, key, "%s is %s", Written(n), KindOf(n))
					}
					v.list = append(v.list, word)
				})
			},
			"any": func(key string, n Node) {
				problem := func(name string) string { return map[bool]string{name == "bad": "no such name"}[true] }
				d.Entries(n, key, problem, func(name, key string, n Node) {
					var s string
					d.Text(&s, func(string) string { return "" })(key, n)
					v.any[name] = s
				})
			},
		}, "text")
	})
	return v, err
}

func TestDecode(t *testing.T) {
	data := "\uFEFF# a comment\r\ntext: >-\r\n  two\r\n  lines\r\ntruth: true\r\nnum: 0x10\r\nlist: [a, 'b c']\r\nany:\r\n  yes: x\r\n  2: y\r\n"
	got, err := read(data, kind)
	if err != nil {
		t.Fatal(err)
	}
	if want := "{two lines true 16 [a b c] map[2:y yes:x]}"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if _, err := read("# nothing\n", Kind{Name: "recipe", Empty: true}); err != nil {
		t.Error(err)
	}
}

func TestScalar(t *testing.T) {
	for data, want := range map[string]string{
		"a": "a", "''": "", "'1'": "1", "0.50": "0.50", "0x10": "0x10", "true": "true", ".inf": ".inf", ".nan": ".nan", "2020-01-02": "2020-01-02",
		"|\n  a\n  b\n": "a\nb", ">-\n  a\n  b\n": "a b", "~": "no", "[a]": "no", "{a: b}": "no", "null": "no",
	} {
		got := ""
		err := kind.Decode("r.yaml", []byte("v: "+data+"\n"), func(d *Decoder, root Node) {
			d.Mapping(root, "", map[string]Field{"v": func(_ string, n Node) {
				s, ok := Scalar(n)
				if got = s; !ok {
					got = "no"
				}
			}})
		})
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", data, got, err, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for data, want := range map[string]string{
		"text: a\ntxt: b\n":                  "r.yaml:2:1: txt: unknown key; known are any, list, num, text, truth",
		"truth: true\n":                      "r.yaml:1:6: text: is missing",
		"text: 1\n":                          "r.yaml:1:7: text: wants text, has a number; put it in quotation marks if it is text",
		"text: ''\n":                         "r.yaml:1:7: text: is empty",
		"text: a\ntruth: 1\n":                "r.yaml:2:8: truth: wants true or false, has a number",
		"text: a\nnum: -2\n":                 "r.yaml:2:6: num: -2 is not between -1 and 1e+06",
		"text: a\nnum: .inf\n":               "r.yaml:2:6: num: wants a number, has something else",
		"text: a\nlist: b\n":                 "r.yaml:2:7: list: wants a list of words, has text",
		"text: a\nlist: [b, {c: d}, ~, 4]\n": "r.yaml:2:11: list: { is keys and values",
		"text: a\nany: [b]\n":                "r.yaml:2:6: any: wants keys and values, has a list",
		"text: a\nany: {bad: c, x: 1}\n":     "r.yaml:2:7: any: no such name",
		"text: a\nany: {good: 1}\n":          "r.yaml:2:13: any.good: wants text, has a number; put it in quotation marks if it is text",
		"- text: a\n":                        "r.yaml:1:1: wants keys and values, has a list",
		"text: &x a\n":                       "r.yaml:1:7: anchors, aliases and tags have no place in a recipe",
		"text: a\n---\ntext: b\n":            "r.yaml:3:5: one file holds one recipe",
		"":                                   "r.yaml: an empty recipe",
		"\xff":                               "r.yaml: a recipe is UTF-8 text",
		strings.Repeat("{", 1000):            "r.yaml:1:21: nested too deeply",
		strings.Repeat(" ", MaxFile+1):       "r.yaml: a recipe has at most 262144 bytes",
	} {
		if _, err := read(data, kind); err == nil || err.Error() != want {
			t.Errorf("%.60q: got %v, want %s", data, err, want)
		}
	}
}

func TestLoad(t *testing.T) {
	folder := fstest.MapFS{
		"a.yaml": {Data: []byte("text: a\n")}, "d/b.yaml": {}, "large.yaml": {Data: make([]byte, 2*MaxFile)},
	}
	if data, err := kind.Load(folder, "a.yaml", "x/a.yaml"); err != nil || string(data) != "text: a\n" {
		t.Errorf("%q, %v", data, err)
	}
	if data, err := kind.Load(folder, "large.yaml", "large.yaml"); err != nil || len(data) != MaxFile+1 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	small := Kind{Name: "note", Max: 3}
	if data, err := small.Load(folder, "a.yaml", "a.yaml"); err != nil || len(data) != 4 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if err := small.Decode("a.yaml", []byte("a: b"), nil); err == nil || err.Error() != "a.yaml: a note has at most 3 bytes" {
		t.Error(err)
	}
	for file, want := range map[string]string{
		"d":      "recipe x/d: not a regular file",
		"c.yaml": "recipe x/c.yaml: file does not exist",
	} {
		if _, err := kind.Load(folder, file, "x/"+file); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", file, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"text: a\nany: {x: y}\n", "list:\n- a\n- ? b\n", "text: |+\n a\n\n", "%YAML 1.2\n---\n", "? [a]\n: b\n", "<<: {text: a}\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		if _, err := read(data, kind); err != nil && !strings.HasPrefix(err.Error(), "r.yaml") {
			t.Fatalf("no place in %q", err)
		}
	})
}
