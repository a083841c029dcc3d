package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/inputtest"
	"narrate/internal/script"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are an article with all features in each format, by the name that
// the tests give it. A folder is the content of a ZIP file.
var samples = map[string]string{
	"sample.md":     "markdown/testdata/sample.md",
	"sample.html":   "html/testdata/sample.html",
	"manual.xhtml":  "html/testdata/manual.xhtml",
	"sample.epub":   "epub/testdata/sample",
	"old.epub":      "epub/testdata/epub2",
	"sample.docx":   "docx/testdata/sample",
	"sample.odt":    "odt/testdata/sample",
	"sample.ssml":   "ssml/testdata/sample.ssml",
	"gutenberg.txt": "text/testdata/book-wrapped-en.txt",
}

// sample gives the bytes of a sample.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	path := filepath.Join("..", "..", "internal", "input", filepath.FromSlash(samples[name]))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		return inputtest.Zip(t, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sampleFolder writes all samples into a new folder.
func sampleFolder(t testing.TB) string {
	dir := t.TempDir()
	for name := range samples {
		if err := os.WriteFile(filepath.Join(dir, name), sample(t, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// cmdSample is the testscript command "sample NAME": it writes that sample.
func cmdSample(t testing.TB) func(*testscript.TestScript, bool, []string) {
	data := map[string][]byte{}
	for name := range samples {
		data[name] = sample(t, name)
	}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 || data[args[0]] == nil {
			ts.Fatalf("usage: sample NAME")
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), data[args[0]], 0o644))
	}
}

// What each sample becomes is held by a golden file (-update writes them).
func TestScriptsOfSamples(t *testing.T) {
	t.Setenv("NARRATE_CACHE", filepath.Join(t.TempDir(), "cache")) // which does not exist
	t.Chdir(sampleFolder(t))
	for name := range samples {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := run([]string{"script", "--json", name}, strings.NewReader(""), &stdout, &stderr); status != 0 {
				t.Fatalf("exit status %d: %s", status, stderr.String())
			}
			var got bytes.Buffer
			if err := json.Indent(&got, stdout.Bytes(), "", " "); err != nil {
				t.Fatal(err)
			}
			got.Write(stderr.Bytes())
			golden(t, filepath.Join(packageFolder, "testdata", "samples", name+".golden"), got.Bytes())
		})
	}
}

// packageFolder is where this package lies, from wherever a test works.
var packageFolder = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("%s:%d: got %q, want %q (-update writes it anew)", path, i+1, a[i], b[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d (-update writes it anew)", path, len(a), len(b))
}

// Nothing of a sample is lost on its way into the script, whatever the policy:
// each letter and digit that a reader sees is shown by an utterance or listed as
// skipped as often as it is seen. (That the document holds all that the source
// shows is for each format's own tests, by inputtest.)
func TestNothingOfSamplesIsLost(t *testing.T) {
	set, err := profiles()
	if err != nil {
		t.Fatal(err)
	}
	everything := script.DefaultPolicy()
	nothing := script.DefaultPolicy()
	names, treatments := script.Elements()
	for _, name := range names {
		most := script.TreatRead
		if !slices.Contains(treatments[name], most) {
			most = script.TreatInline
		}
		if err := everything.Set(name, string(most)); err != nil {
			t.Fatal(err)
		}
		if err := nothing.Set(name, string(script.TreatSkip)); err != nil {
			t.Fatal(err)
		}
	}
	for policy, blocks := range map[string]script.Policy{"default": script.DefaultPolicy(), "all": everything, "none": nothing} {
		for name := range samples {
			t.Run(policy+"/"+name, func(t *testing.T) {
				doc, err := input.Read(input.Source{Name: name, Data: sample(t, name)}, inputFormats)
				if err != nil {
					t.Fatal(err)
				}
				sc, err := script.Build(doc, script.Options{Voices: set, Backend: defaultBackend, Blocks: blocks, Passages: true})
				if err != nil {
					t.Fatal(err)
				}
				account(t, doc, sc)
			})
		}
	}
}

// account checks that the script shows or lists all that the document holds.
func account(t *testing.T, doc *document.Document, sc *script.Script) {
	t.Helper()
	count := map[rune]int{}
	add := func(s string, by int) {
		for _, r := range s {
			if unicode.IsLetter(r) || unicode.IsNumber(r) {
				count[r] += by
			}
		}
	}
	for i := range doc.Blocks {
		add(doc.Blocks[i].Text, 1)
	}
	for _, d := range doc.Dropped {
		add(d.Text, 1)
	}
	for _, c := range sc.Chapters {
		for _, u := range c.Utterances {
			add(u.Text, -1)
		}
	}
	for _, s := range sc.Skipped {
		add(s.Text, -1)
	}
	for r, n := range count {
		if n > 0 {
			t.Errorf("%q is lost %d times", r, n)
		}
	}
}
