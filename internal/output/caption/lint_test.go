package caption_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/caption/vtt"
	"narrate/internal/output/outputtest"
)

// kinds gives the faults as "line:kind".
func kinds(t *testing.T, data string, rules output.Captions) []string {
	t.Helper()
	faults, err := caption.Lint([]byte(data), rules)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range faults {
		if f.Message == "" || !strings.Contains(f.String(), fmt.Sprintf("line %d", f.Line)) {
			t.Errorf("%+v says %q", f, f)
		}
		out = append(out, fmt.Sprintf("%d:%s", f.Line, f.Kind))
	}
	return out
}

func TestLint(t *testing.T) {
	const ok = "1\n00:00:01,000 --> 00:00:03,000\nA line.\n"
	netflix := find(t, "netflix")
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"good srt":        {ok + "\n2\n00:00:03,084 --> 00:00:05,000\nTwo <i>lines</i>,\n{\\an8}here.\n\n", nil},
		"good srt crlf":   {"\uFEFF" + strings.ReplaceAll(ok, "\n", "\r\n"), nil},
		"good srt cr":     {strings.ReplaceAll(ok, "\n", "\r"), nil},
		"good vtt":        {"WEBVTT - title\n\nNOTE a --\nnote\n\nSTYLE\n::cue{}\n\nid\n00:01.000 --> 00:03.000 align:start line:0\n<v Ann>A &amp; <c.loud>b</c> <00:02.000>c\n", nil},
		"long hours":      {"1\n123:00:01,000 --> 123:00:03,000\nA.\n", nil},
		"empty file":      {"WEBVTT", nil},
		"overlap":         {ok + "\n2\n00:00:02,900 --> 00:00:05,000\nB.\n", []string{"6:overlap"}},
		"order":           {ok + "\n2\n00:00:00,100 --> 00:00:02,000\nB.\n", []string{"6:order"}},
		"backward":        {"1\n00:00:02,000 --> 00:00:01,000\nB.\n", []string{"2:order"}},
		"short":           {"1\n00:00:01,000 --> 00:00:01,832\nB.\n", nil},
		"too short":       {"1\n00:00:01,000 --> 00:00:01,800\nB.\n", []string{"2:short"}},
		"too long":        {"1\n00:00:01,000 --> 00:00:08,100\nB.\n", []string{"2:long"}},
		"gap":             {ok + "\n2\n00:00:03,000 --> 00:00:05,000\nB.\n", []string{"6:gap"}},
		"speed":           {"1\n00:00:01,000 --> 00:00:02,000\nTwenty-five characters.\n", []string{"2:speed"}},
		"width":           {"1\n00:00:01,000 --> 00:00:06,000\nOne\n" + strings.Repeat("x", 43) + "\n", []string{"4:width"}},
		"wide characters": {"1\n00:00:01,000 --> 00:00:06,000\n" + strings.Repeat("灯", 22) + "\n", []string{"3:width"}},
		"lines":           {"1\n00:00:01,000 --> 00:00:06,000\na\nb\nc\n", []string{"2:lines"}},
		"empty":           {"1\n00:00:01,000 --> 00:00:06,000\n\n", []string{"2:empty"}},
		"only tags":       {"1\n00:00:01,000 --> 00:00:06,000\n<i></i>\n", []string{"2:empty"}},
		"srt markup":      {"1\n00:00:01,000 --> 00:00:06,000\n<i>a <b>b</i>\n", []string{"3:markup", "3:markup", "3:markup"}},
		"number":          {"1\n00:00:01,000 --> 00:00:02,000\na\n\n3\n00:00:03,000 --> 00:00:04,000\nb\n\n4\n00:00:05,000 --> 00:00:06,000\nc\n", []string{"5:number"}},
		"no number":       {"00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n", []string{"1:number"}},
		"no empty line":   {"1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb\n", []string{"4:syntax"}},
		"no times":        {ok + "\nstray words\nof somebody\n", []string{"5:syntax"}},
		"times":           {"1\n0:0:1.5 --> 00:00:04,000\na\n", []string{"2:time"}},
		"minutes":         {"1\n00:61:01,000 --> 00:61:04,000\na\n", []string{"2:time"}},
		"bad times":       {"1\nsoon --> later\na\n", []string{"2:time"}},
		"bytes":           {"1\n00:00:01,000 --> 00:00:02,000\na\xff\n", []string{"3:encoding"}},
		"control":         {"1\n00:00:01,000 --> 00:00:02,000\na\x01b\n", []string{"3:encoding"}},
		"vtt comma":       {"WEBVTT\n\n00:00:01,000 --> 00:00:02,000\na\n", []string{"3:time"}},
		"vtt header":      {"WEBVTT\nLanguage: de\n\n00:01.000 --> 00:02.000\na\n", []string{"2:syntax"}},
		"vtt header end":  {"WEBVTT\n00:01.000 --> 00:02.000\na\n", []string{"2:syntax"}},
		"vtt name":        {"WEBVTT:\n\n00:01.000 --> 00:02.000\na\n", []string{"1:syntax"}},
		"vtt settings":    {"WEBVTT\n\n00:01.000 --> 00:02.000 size:50% color:red\na\n", []string{"3:markup"}},
		"vtt escapes":     {"WEBVTT\n\n00:01.000 --> 00:02.000\nA & B\n1 < 2\n", []string{"4:markup", "5:markup"}},
		"vtt entities":    {"WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;&gt;&nbsp;&#8230;\n", nil},
		"vtt tags":        {"WEBVTT\n\n00:01.000 --> 00:03.000\n<x>a</x> <b>c</i>\n", []string{"4:markup", "4:markup", "4:markup", "4:markup"}},
		"vtt ruby":        {"WEBVTT\n\n00:01.000 --> 00:03.000\n<ruby>灯<rt>ひ</ruby>\n", nil},
		"vtt stamps":      {"WEBVTT\n\n00:01.000 --> 00:02.000\na <00:01.500>b <00:01.200>c <00:02.000>d\n", []string{"4:markup", "4:markup"}},
		"vtt style late":  {"WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nSTYLE\n::cue{}\n", []string{"6:syntax"}},
	} {
		if got := kinds(t, c.file, netflix); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestLintRefuses(t *testing.T) {
	for _, data := range []string{"", "Just a text.", "\xff\xfe1\x00", "[Script Info]\nTitle: x", "1\n00:00:01,000 --> 00:00:02,000\na\x00b\n", "1\n00:00:01,000 --> 00:00:02,000\n" + strings.Repeat("\xc1\xd2\xcf ", 30)} {
		if faults, err := caption.Lint([]byte(data), output.Captions{}); err == nil {
			t.Errorf("%q: %v", data, faults)
		}
	}
}

// TestLintOwn: what is written by a profile is found without fault by it, where
// speech is no faster than may be read.
func TestLintOwn(t *testing.T) {
	text := "Ein Verein mit 312 Mitgliedern hat genug Geld gesammelt, um die Platten neu zu streichen & ein Museum einzurichten."
	for _, name := range caption.Names() {
		for _, f := range []output.Format{srt.Format{}, vtt.Format{}} {
			e := outputtest.Edition(t, outputtest.Spec{Cues: 5, Texts: []string{text}, Words: true, Frames: func(int) int64 { return 12 * 22050 }})
			e.Captions = find(t, name)
			if got := kinds(t, string(outputtest.Write(t, f, e)), e.Captions); len(got) > 0 {
				t.Errorf("%s, %s: %v", name, f.Info().Name, got)
			}
		}
	}
}

func FuzzLint(f *testing.F) {
	for _, s := range []string{
		"1\n00:00:01,000 --> 00:00:03,000\nA <i>line</i>.\n\n2\n00:00:03,084 --> 00:00:05,000\nB.\n",
		"WEBVTT\n\nNOTE x\n\n1\n00:01.000 --> 00:03.000 align:start\n<v Ann>A &amp; <c.x>b</c> <00:02.000>c\n",
		"-->\n-->\r-->\r\n", "WEBVTT\n\n00:00.000 --> 99:99\n<a<b>&&;</v>", "9999999:9999:9999,999999999-->:",
	} {
		f.Add([]byte(s))
	}
	rules, _ := caption.Find("netflix")
	f.Fuzz(func(t *testing.T, data []byte) {
		faults, err := caption.Lint(data, rules)
		if err != nil {
			return
		}
		lines := strings.Count(strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n"), "\n") + 1
		for i, f := range faults {
			if f.Line < 1 || f.Line > lines || f.Message == "" {
				t.Fatalf("%d lines, fault %+v", lines, f)
			}
			if i > 0 && f.Line < faults[i-1].Line {
				t.Fatal("faults are not in the order of their lines")
			}
		}
	})
}
