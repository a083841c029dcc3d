package manifest

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// full is an edition that says all there is.
func full(t testing.TB) output.Edition {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 5, Cues: 3, Words: true, Metadata: outputtest.Metadata(t)})
	e.Mastering = output.Mastering{Measure: output.LUFS, Level: -16, Peak: -1, Headroom: 1, HighPass: 60}
	e.Made = output.Made{Preset: "acx", PerChapter: true, Head: 700 * time.Millisecond, Tail: 2 * time.Second}
	e.Level = &output.Level{Loudness: -16.01, Range: 3.5, TruePeak: -1.9}
	line := e.Timeline
	line.Chapters[1].Origin, line.Chapters[4].Number = 4, 9
	line.Chapters[4].Origin = 9
	line.Music = []timeline.Placed{{
		Track: timeline.Track{Key: strings.Repeat("ab", 32), Frames: 900, Gain: -4.5, FadeIn: 10, FadeOut: 20, Duck: 12},
		Sound: timeline.Intro, Span: line.Chapters[0].Span,
	}}
	cue := &line.Chapters[0].Cues[0]
	cue.Key, cue.Timing, cue.Confidence = strings.Repeat("cd", 32), timeline.Aligned, 0.75
	u := *cue.Utterance
	u.Jumps = []script.Jump{{Text: 1, Offset: 7}, {Text: len(u.Text) - 1, Offset: 900}}
	cue.Utterance = &u
	row := *line.Chapters[1].Cues[1].Utterance
	row.Text, row.Headings, row.Instead = "Größe · viel <b>", []string{"Maß", ""}, "if a {\n\t\"b\"\n}"
	row.Cells = []document.Cell{{Lo: 0, Hi: 7, Header: true, Columns: 3, Rows: 2}, {Lo: 11, Hi: 19, Column: 3}}
	row.Items = []int{7, 9}
	row.Head = []script.Row{{Text: "Maß"}, {Text: "Größe · b", Cells: []document.Cell{{Lo: 0, Hi: 7, Header: true}}}}
	row.Rows = []script.Row{{Text: "Süd", Spans: []script.Span{{Kind: document.Strong, Lo: 1, Hi: 4}}, Cells: []document.Cell{{Hi: 4}}}}
	row.Spans = []script.Span{
		{Kind: document.Link, Lo: 0, Hi: 7, Address: "https://example.org/?a&b"},
		{Kind: document.Strong, Lo: 0, Hi: 7},
		{Kind: document.Emphasis, Lo: 2, Hi: 4},
		{Kind: document.CodeWords, Lo: 11, Hi: 15},
		{Kind: document.Raised, Lo: 15, Hi: 17},
		{Kind: document.Lowered, Lo: 17, Hi: 19},
	}
	line.Chapters[1].Cues[1].Utterance, line.Chapters[1].Cues[1].Words = &row, nil
	return e
}

// TestRead: what is written is read, but for what the file does not hold.
func TestRead(t *testing.T) {
	for name, e := range map[string]output.Edition{
		"full": full(t), "small": small(t),
		"section": full(t).Cut(full(t).Timeline.Chapters[1].Span, "Zwei", 2, 5),
	} {
		data := outputtest.Write(t, Format{}, e)
		outputtest.Validate(t, schema, data)
		got, err := Read(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again := outputtest.Write(t, Format{}, got)
		if !bytes.Equal(data, again) {
			t.Errorf("%s: it comes back as\n%.2000s\nwant\n%.2000s", name, again, data)
		}
		for i := range e.Timeline.Chapters {
			for j := range e.Timeline.Chapters[i].Cues {
				want, got := e.Timeline.Chapters[i].Cues[j], got.Timeline.Chapters[i].Cues[j]
				if !slices.Equal(want.Utterance.Spans, got.Utterance.Spans) || !slices.Equal(want.Utterance.Cells, got.Utterance.Cells) {
					t.Errorf("%s: cue %d.%d is set %+v", name, i, j, got.Utterance)
				}
				if w, g := want.Utterance, got.Utterance; !slices.Equal(w.Items, g.Items) || !reflect.DeepEqual(w.Head, g.Head) || !reflect.DeepEqual(w.Rows, g.Rows) {
					t.Errorf("%s: cue %d.%d stands in %v below %v with %v", name, i, j, g.Items, g.Head, g.Rows)
				}
				if !slices.Equal(want.Utterance.Jumps, got.Utterance.Jumps) {
					t.Errorf("%s: jumps of cue %d.%d are %v, want %v", name, i, j, got.Utterance.Jumps, want.Utterance.Jumps)
				}
				if !reflect.DeepEqual(want.Words, got.Words) || want.Span != got.Span {
					t.Errorf("%s: words of cue %d.%d are %v, want %v", name, i, j, got.Words, want.Words)
				}
			}
		}
		for number, told := range e.Metadata.Chapters {
			if back := got.Metadata.Chapters[number]; name != "section" && !reflect.DeepEqual(told, back) {
				t.Errorf("%s: of chapter %d it tells %+v, want %+v", name, number, back, told)
			}
		}
		if e.Channels > 0 && (got.Encoding != e.Encoding || got.Mastering != e.Mastering || got.Made != e.Made) || got.Channels != e.Channels {
			t.Errorf("%s: sound is %+v", name, got)
		}
	}
}

func TestReadErrors(t *testing.T) {
	good := string(outputtest.Write(t, Format{}, small(t)))
	for change, want := range map[[2]string]string{
		{`"version": 1`, `"version": 2`}:                                       "version 2",
		{`"sampleRate": 24000`, `"sampleRate": 0`}:                             "0 Hz",
		{`"frames": 72002`, `"frames": 72003`}:                                 "end at frame 72002 of 72003",
		{`"startFrame":24001`, `"startFrame":18000`}:                           "utterance 2: frames 18000",
		{`"startFrame":0,"endFrame":72002`, `"startFrame":1,"endFrame":72002`}: "chapter 1",
		{`"voice":"de","startFrame":24001`, `"voice":"xx","startFrame":24001`}: `voice "xx"`,
		{`"kind":"paragraph"`, `"kind":"poem"`}:                                `kind "poem"`,
		{`"timing":"engine"`, `"timing":"guess"`}:                              `timing "guess"`,
		{`"from":3,"to":8`, `"from":3,"to":9`}:                                 "code point 9",
		{`"from":3,"to":8`, `"from":1,"to":8`}:                                 "code points 1 to 8 after 2",
		{`"to":8,"startFrame":6750`, `"to":8,"startFrame":99999`}:              "word 2",
		{`"chapters": [`, `"chapters": {`}:                                     "no timeline.json of narrate's",
		{`"level":0,`, `"level":0,"picture":1,`}:                               "no picture 1",
		{"}]}]}]}\n", `}]}]}],"pictures":["data:image/png;base64,AAAA"]}`}:     "picture 1: neither",
		{"}]}]}]}\n", `}]}]}],"pictures":["http://example.org/a.png"]}`}:       "picture 1: not a data: URL",
		{"}]}]}]}\n", "}]}]}]}\n{}"}:                                           "something follows",
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("the example lacks %s", change[0])
		}
		if _, err := Read(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", change[1], err, want)
		}
	}
	const text = `"text":"Am Hafen",`
	for set, want := range map[string]string{
		`"spans":[{"kind":"blink","from":0,"to":2}]`:                                      `span 1: there is no kind "blink"`,
		`"spans":[{"kind":"strong","from":3,"to":9}]`:                                     "span 1: code points 3 to 9 of a text of 8",
		`"spans":[{"kind":"strong","from":-1,"to":1}]`:                                    "span 1: code points -1",
		`"spans":[{"kind":"strong","from":3,"to":8},{"kind":"emphasis","from":0,"to":2}]`: "span 2 begins before",
		`"spans":[{"kind":"strong","from":0,"to":4},{"kind":"emphasis","from":3,"to":8}]`: "span 2 crosses",
		`"spans":[{"kind":"strong","from":0,"to":8},{"kind":"strong","from":3,"to":8}]`:   "span 2 crosses",
		`"cells":[{"column":-1,"from":0,"to":2}]`:                                         "cell 1: column -1",
		`"cells":[{"column":99999999,"from":0,"to":2}]`:                                   "cell 1: column 99999999",
		`"cells":[{"column":0,"from":0,"to":2,"columns":1001}]`:                           "cell 1: it covers 1001 columns",
		`"cells":[{"column":0,"from":0,"to":2,"rows":-1}]`:                                "and -1 rows",
		`"rows":[{"text":"a","cells":[{"column":0,"from":0,"to":2}]}]`:                    "rows: row 1: cell 1: column 0, code points 0 to 2 of a text of 1",
		`"head":[{"text":"a"},{"text":"a","spans":[{"kind":"blink","from":0,"to":1}]}]`:   "head: row 2: span 1: there is no kind",
		`"items":[1,2,3,4,5,6,7,8,9,10,11,12,13]`:                                         "it stands in 13 items",
		`"cells":[{"column":0,"from":0,"to":20}]`:                                         "cell 1: column 0, code points 0 to 20",
		`"cells":[{"column":0,"from":0,"to":2},{"column":0,"from":3,"to":8}]`:             "cell 2 begins before",
		`"cells":[{"column":0,"from":3,"to":8},{"column":1,"from":0,"to":2}]`:             "cell 2 begins before",
	} {
		bad := strings.Replace(good, text, text+set+",", 1)
		if _, err := Read(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
	if _, err := Read(strings.NewReader("")); err == nil {
		t.Error("nothing is read as a timeline")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(outputtest.Write(f, Format{}, full(f)))
	f.Add([]byte(`{"version":1,"sampleRate":8000,"frames":0,"chapters":[],"music":[{"startFrame":0}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		first := outputtest.Write(t, Format{}, e)
		again, err := Read(bytes.NewReader(first))
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, first)
		}
		if second := outputtest.Write(t, Format{}, again); !bytes.Equal(first, second) {
			t.Fatalf("written again it is\n%s\nwant\n%s", second, first)
		}
	})
}

// TestSourceDigest: what tells the article's bytes is written, and read again.
func TestSourceDigest(t *testing.T) {
	e := small(t)
	e.SourceSHA256 = strings.Repeat("0f", 32)
	data := outputtest.Write(t, Format{}, e)
	outputtest.Validate(t, schema, data)
	got, err := Read(strings.NewReader(string(data)))
	if err != nil || got.SourceSHA256 != e.SourceSHA256 {
		t.Errorf("%q, %v", got.SourceSHA256, err)
	}
}
