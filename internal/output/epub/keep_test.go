package epub_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/input"
	inputepub "narrate/internal/input/epub"
	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/epub"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/voices"
)

// sample is the book in testdata/kept, with some members changed: one whose
// text is "" is left out. zipped gives it as a file.
func sample(t testing.TB, change map[string]string) map[string]string {
	t.Helper()
	files := map[string]string{
		"mimetype": "application/epub+zip", "OEBPS/map.png": string(outputtest.Picture(t, "image/png", 8).Data),
	}
	root := filepath.Join("testdata", "kept")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, relErr := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = string(data)
		return errors.Join(err, relErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range change {
		if files[name] = text; text == "" {
			delete(files, name)
		}
	}
	return files
}

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	names := []string{"mimetype"}
	for name := range files {
		if name != "mimetype" {
			names = append(names, name)
		}
	}
	slices.Sort(names[1:])
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		method := zip.Deflate
		if name == "mimetype" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// spoken is an edition of a book: a sentence lasts half a second and a tenth for
// each of its words.
func spoken(t testing.TB, book []byte, o script.Options) output.Edition {
	t.Helper()
	doc, err := inputepub.Format{}.Read(input.Source{Name: "a/book.epub", Data: book})
	if err != nil {
		t.Fatal(err)
	}
	if o.Voices, err = voices.Load(); err != nil {
		t.Fatal(err)
	}
	o.Backend = "espeak"
	s, err := script.Build(doc, o)
	if err != nil {
		t.Fatal(err)
	}
	var clips []*timeline.Clip
	for i := range s.Chapters {
		for k := range s.Chapters[i].Utterances {
			clip := &timeline.Clip{Frames: 8000}
			said := s.Chapters[i].Utterances[k].Spoken
			at := 0
			for _, word := range strings.Fields(said) {
				lo := at + strings.Index(said[at:], word)
				at = lo + len(word)
				clip.Marks = append(clip.Marks, tts.Mark{Frame: clip.Frames - 8000, Lo: lo, Hi: at})
				clip.Frames += 1600
			}
			clips = append(clips, clip)
		}
	}
	line, err := timeline.Build(s, 16000, clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	return output.Edition{
		Timeline: line, Sound: silence{pcm.Format{Rate: 16000, Channels: 1}, line.Frames}, Channels: 1, Jobs: 1, Original: book,
		Encoding: output.Encoding{MP3: 64000, Quality: 9},
	}
}

// added is what testdata/kept.py prints.
type added struct {
	Overlays []struct {
		Text  string
		Lasts int64
		Pars  []struct {
			ID, Text, Kinds, Sound string
			Begin, End             int64
		}
	}
	Added []string
	Metas [][3]string
}

// keep writes an edition into its book and has Python hold it against that.
func keep(t *testing.T, f output.Format, e output.Edition) (added, string) {
	t.Helper()
	path := write(t, f, e)
	original := filepath.Join(t.TempDir(), "original.epub")
	if err := os.WriteFile(original, e.Original, 0o644); err != nil {
		t.Fatal(err)
	}
	var got added
	if err := json.Unmarshal(outputtest.Tool(t, "python3", "testdata/kept.py", original, path), &got); err != nil {
		t.Fatal(err)
	}
	return got, path
}

// all has code and notes read too.
func all(t testing.TB) script.Policy {
	t.Helper()
	policy := script.DefaultPolicy()
	for element, treatment := range map[string]string{"code": "read", "footnotes": "inline"} {
		if err := policy.Set(element, treatment); err != nil {
			t.Fatal(err)
		}
	}
	return policy
}

// TestKept: the sentences of a book are heard where they stand in it, and
// nothing else in the book has changed.
func TestKept(t *testing.T) {
	e := spoken(t, zipped(t, sample(t, nil)), script.Options{Blocks: all(t)})
	got, path := keep(t, quick, e)

	var lines []string
	for _, o := range got.Overlays {
		lines = append(lines, "= "+filepath.Base(o.Text))
		for _, p := range o.Pars {
			lines = append(lines, fmt.Sprintf("%s: %s [%s]", p.ID, strings.Join(strings.Fields(p.Text), " "), p.Kinds))
		}
	}
	want, err := os.ReadFile("testdata/kept.golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(lines, "\n") + "\n"; text != string(want) {
		t.Errorf("got\n%s", text)
	}
	if !slices.Contains(got.Added, "OEBPS/narrate2/style.css") {
		t.Errorf("added are %q", got.Added)
	}
	for _, want := range [][3]string{
		{"media:active-class", "", "-epub-media-overlay-active"},
		{"schema:accessMode", "", "auditory"},
		{"schema:accessModeSufficient", "", "textual,auditory"},
		{"schema:accessibilityFeature", "", "synchronizedAudioText"},
	} {
		if !slices.Contains(got.Metas, want) {
			t.Errorf("no %q", want)
		}
	}
	again, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	e.Jobs = 3
	if !bytes.Equal(again, outputtest.Write(t, quick, e)) {
		t.Error("another number of jobs gives other bytes")
	}
}

// TestKeptText: but for what the markup stands for, the text of what is
// highlighted is that of the sentence, and each is heard for its own time.
func TestKeptText(t *testing.T) {
	for _, unit := range []output.CaptionUnit{output.Sentence, output.Word} {
		e := spoken(t, zipped(t, sample(t, nil)), script.Options{Blocks: all(t)})
		e.Captions.Unit = unit
		got, path := keep(t, epub.Format{Audio: mp3.Format{}}, e)
		if unit == output.Word { // which also has all that sentences have
			epubcheck(t, path)
		}
		heard := map[string]bool{}
		words := 0
		for _, o := range got.Overlays {
			for _, p := range o.Pars {
				heard[letters(p.Text)] = true
				if strings.Contains(p.ID, "w") && !strings.HasSuffix(p.ID, "whole") {
					words++
				}
			}
		}
		for _, c := range e.Timeline.Chapters {
			for _, cue := range c.Cues {
				text := cue.Utterance.Text
				// The reader makes quotation marks, numbers of items, signs between cells
				// and lowered digits of the markup.
				made := strings.ContainsAny(text, "\u00B7\u201C\u201D\u2082") || cue.Utterance.Kind == document.ListItem && text[1] == '.'
				// A ruby's reading and a note's mark are seen, and no text.
				seen := strings.Contains(text, "Kyoto") || strings.Contains(text, "Then a light")
				if !made && !seen && unit == output.Sentence && !heard[letters(text)] {
					t.Errorf("%q is not what is highlighted", text)
				}
			}
		}
		if (words > 100) != (unit == output.Word) {
			t.Errorf("%s: %d words", unit, words)
		}
	}
}

// TestKeptChapters: of a book of which a part is read the rest is as it was, and
// spoken credits, which are nowhere in it, are heard with its sentences.
func TestKeptChapters(t *testing.T) {
	e := spoken(t, zipped(t, sample(t, nil)), script.Options{
		Blocks: script.DefaultPolicy(), Chapters: []script.Range{{First: 2, Last: 2}}, Credits: &script.Credits{},
	})
	got, _ := keep(t, quick, e)
	if len(got.Overlays) != 1 || filepath.Base(got.Overlays[0].Text) != "two.xhtml" {
		t.Fatalf("%+v", got.Overlays)
	}
	if total := e.Timeline.Rate.Milliseconds(e.Timeline.Frames); got.Overlays[0].Lasts != total {
		t.Errorf("%d ms of %d are heard", got.Overlays[0].Lasts, total)
	}
	var parts []string
	for _, p := range got.Overlays[0].Pars {
		parts = append(parts, fmt.Sprintf("%s %d", filepath.Base(p.Sound), p.Begin))
	}
	if parts[0] != "001.wav 0" || parts[1] != "002.wav 0" || !strings.HasPrefix(parts[len(parts)-1], "003.wav") {
		t.Errorf("%q", parts)
	}
}

// TestKeeps says of which books none are made anew.
func TestKeeps(t *testing.T) {
	opf := sample(t, nil)["OEBPS/book.opf"]
	for name, c := range map[string]struct {
		change map[string]string
		keeps  bool
		note   string
	}{
		"signed":    {nil, true, "signatures.xml"},
		"unsigned":  {map[string]string{"META-INF/signatures.xml": ""}, true, ""},
		"EPUB 2":    {map[string]string{"OEBPS/book.opf": strings.Replace(opf, `version="3.0"`, `version="2.0"`, 1)}, false, "EPUB 2.0"},
		"narrated":  {map[string]string{"OEBPS/book.opf": strings.Replace(opf, `id="one"`, `id="one" media-overlay="map"`, 1)}, false, "already"},
		"playing":   {map[string]string{"OEBPS/book.opf": strings.Replace(opf, "</opf:metadata>", `<opf:meta property="media:duration">0:01</opf:meta></opf:metadata>`, 1)}, false, "already"},
		"SMIL":      {map[string]string{"OEBPS/book.opf": strings.Replace(opf, "</opf:manifest>", `<opf:item id="s" href="s.smil" media-type="application/smil+xml"/></opf:manifest>`, 1)}, false, "already"},
		"broken":    {map[string]string{"OEBPS/text/two.xhtml": "<html><p>"}, false, "two.xhtml, which is not well-formed"},
		"Latin-1":   {map[string]string{"OEBPS/text/two.xhtml": "<?xml version='1.0' encoding='iso-8859-1'?><html>\xe9</html>"}, false, "not UTF-8"},
		"not there": {map[string]string{"OEBPS/book.opf": ""}, false, "package document"},
		"no EPUB":   {map[string]string{"META-INF/container.xml": ""}, false, ""},
		"bare":      {map[string]string{"OEBPS/book.opf": `<package version="3.0"><metadata/><manifest/></package>`}, false, "no metadata"},
	} {
		keeps, notes := epub.Format{}.Keeps(zipped(t, sample(t, c.change)))
		if text := strings.Join(notes, "\n"); keeps != c.keeps || !strings.Contains(text, c.note) || (c.note == "") != (text == "") {
			t.Errorf("%s: %v, %q", name, keeps, notes)
		}
	}
	if keeps, notes := (epub.Format{}).Keeps([]byte("# An article")); keeps || notes != nil {
		t.Errorf("text: %v, %q", keeps, notes)
	}
}

// TestKeptClass: a book that only says what it calls what is heard is kept, with
// that class, and a style for it where the book has none.
func TestKeptClass(t *testing.T) {
	opf := strings.Replace(sample(t, nil)["OEBPS/book.opf"], "</opf:metadata>", `<opf:meta property="media:active-class">now-read</opf:meta></opf:metadata>`, 1)
	for css, styled := range map[string]bool{"p { margin: 0 }": false, ".now-read { color: red }": true} {
		book := zipped(t, sample(t, map[string]string{"OEBPS/book.opf": opf, "OEBPS/narrate/taken.css": css}))
		if keeps, _ := (epub.Format{}).Keeps(book); !keeps {
			t.Fatal("is not kept")
		}
		made := outputtest.Write(t, quick, spoken(t, book, script.Options{Blocks: all(t)}))
		z, err := zip.NewReader(bytes.NewReader(made), int64(len(made)))
		if err != nil {
			t.Fatal(err)
		}
		style, styleErr := fs.ReadFile(z, "OEBPS/narrate2/style.css")
		if (styleErr != nil) != styled || !styled && !bytes.Contains(style, []byte(".now-read {")) {
			t.Errorf("beside %q there is %s, %v", css, style, styleErr)
		}
		got, err := fs.ReadFile(z, "OEBPS/book.opf")
		if err != nil || bytes.Count(got, []byte("media:active-class")) != 1 || bytes.Contains(got, []byte("style.css")) == styled {
			t.Errorf("%v\n%s", err, got)
		}
		one, err := fs.ReadFile(z, "OEBPS/text/one.xhtml")
		if err != nil || bytes.Contains(one, []byte("narrate2/style.css")) == styled {
			t.Errorf("%v\n%s", err, one)
		}
	}
}

// TestKeptWords: one element goes around a word that is in parts, where one can.
func TestKeptWords(t *testing.T) {
	body := `<p><span class="d">O</span>nce it was bro<b>ken</b>, in <ruby>Kyoto<rt>capital</rt></ruby>, and <i>no lon</i>ger.</p><p>All of the rest is plain.</p>`
	for _, h := range []string{"", "h:"} {
		text := strings.NewReplacer("</", "</"+h, "<", "<"+h).Replace(`<html xmlns` + strings.TrimSuffix(":"+h, ":") + `="http://www.w3.org/1999/xhtml"><head><title>No</title></head><body>` + body + `</body></html>`)
		e := spoken(t, zipped(t, sample(t, map[string]string{"OEBPS/text/one.xhtml": text})), script.Options{Blocks: all(t)})
		e.Captions.Unit = output.Word
		made := outputtest.Write(t, quick, e)
		z, err := zip.NewReader(bytes.NewReader(made), int64(len(made)))
		if err != nil {
			t.Fatal(err)
		}
		one, err := fs.ReadFile(z, "OEBPS/text/one.xhtml")
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(string(one), h, "")
		for _, want := range []string{
			`w1"><span class="d">O</span>nce</span> <span `, `">bro<b>ken</b>,</span> <`,
			`"><ruby>Kyoto<rt>capital</rt></ruby>,</span> <`, `">no</span> lon</i>ger.`,
		} {
			if !strings.Contains(got, want) {
				t.Errorf("lacks %s\n%s", want, got)
			}
		}
	}
}

// TestKeptOther: another book than that of the timeline is an error.
func TestKeptOther(t *testing.T) {
	e := spoken(t, zipped(t, sample(t, nil)), script.Options{Blocks: script.DefaultPolicy()})
	one := sample(t, nil)["OEBPS/text/one.xhtml"]
	e.Original = zipped(t, sample(t, map[string]string{"OEBPS/text/one.xhtml": strings.Replace(one, "<body>", "<body><p>A new beginning.</p>", 1)}))
	err := output.WriteFile(t.Context(), filepath.Join(t.TempDir(), "a.epub"), epub.Format{Audio: wav.Format{}}, e)
	if err == nil || !strings.Contains(err.Error(), "not the one that was narrated") {
		t.Errorf("%v", err)
	}
}
