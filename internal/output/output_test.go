package output_test

import (
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

func TestSourceName(t *testing.T) {
	for name, want := range map[string]string{
		"-": "-", "a.txt": "a.txt", "sub/a.txt": "sub/a.txt", "../a.txt": "../a.txt",
		"/home/someone/a.txt": "a.txt", `C:\Users\someone\a.txt`: "a.txt", "d:/x/a.txt": "a.txt",
		`\\server\share\a.txt`: "a.txt", "": "",
	} {
		if got := output.SourceName(name); got != want {
			t.Errorf("SourceName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestPlaceName(t *testing.T) {
	for _, c := range []struct{ source, file, want string }{
		{"a.txt", "a.txt", "a.txt"},
		{"/home/someone/a.txt", "/home/someone/a.txt", "a.txt"},
		{"b/a.epub", "b/a.epub/OEBPS/one.xhtml", "b/a.epub/OEBPS/one.xhtml"},
		{"/home/someone/a.epub", "/home/someone/a.epub/OEBPS/one.xhtml", "a.epub/OEBPS/one.xhtml"},
		{"/home/someone/a.epub", "/etc/a.epub/x", "x"},
		{"-", "-/one.xhtml", "-/one.xhtml"},
	} {
		if got := output.PlaceName(c.source, c.file); got != c.want {
			t.Errorf("PlaceName(%q, %q) = %q, want %q", c.source, c.file, got, c.want)
		}
	}
}

// TestCut: a cut edition has the cut timeline and just its sound, and a cut of
// a cut is counted from the first one's start.
func TestCut(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Cues: 3})
	whole := read(t, e.Sound, pcm.Span{End: e.Sound.Frames()})
	span := e.Timeline.Chapters[1].Span
	section := e.Cut(span, "Zwei", 2, 3)
	if line := section.Timeline; line.Title != "Zwei" || line.Number != 2 || line.Of != 3 || line.Frames != span.Frames() || len(line.Chapters) != 1 {
		t.Errorf("the section is %+v", line)
	}
	if e.Timeline.Number != 0 || len(e.Timeline.Chapters) != 3 {
		t.Error("the whole was changed")
	}
	for name, c := range map[string]struct {
		cut    output.Edition
		lo, hi int64
	}{
		"section": {section, span.Start, span.End},
		"piece":   {section.Cut(pcm.Span{Start: 100, End: 900}, "", 1, 1), span.Start + 100, span.Start + 900},
	} {
		got := read(t, c.cut.Sound, pcm.Span{End: c.cut.Sound.Frames()})
		if want := whole[c.lo:c.hi]; len(got) != len(want) {
			t.Errorf("%s: %d frames, want %d", name, len(got), len(want))
		} else {
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%s: frame %d differs", name, i)
					break
				}
			}
		}
	}
	for _, bad := range []pcm.Span{{Start: -1, End: 1}, {Start: 2, End: 1}, {End: span.Frames() + 1}} {
		if _, err := section.Sound.Open(bad); err == nil {
			t.Errorf("frames %v of a section of %d can be opened", bad, span.Frames())
		}
	}
	if e.Sound = nil; e.Cut(span, "", 1, 1).Sound != nil {
		t.Error("sound from nothing")
	}
}

func read(t *testing.T, src pcm.Source, span pcm.Span) []int16 {
	t.Helper()
	r, err := src.Open(span)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	samples, err := pcm.ReadAll(r, span.Frames())
	if err != nil {
		t.Fatal(err)
	}
	return samples
}
