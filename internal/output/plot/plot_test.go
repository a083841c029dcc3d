package plot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
	"narrate/internal/output/plain"
	outplot "narrate/internal/output/plot"
	"narrate/internal/pcm"
	"narrate/internal/plot"
	"narrate/internal/timeline"
)

func TestConformance(t *testing.T) {
	outputtest.Run(t, func() output.Format { return outplot.Format{Picture: plot.Options{Kind: plot.SVG}} }, outputtest.Options{Check: checkSVG})
}

// TestPNG: what is written is a picture of its size, the same each time. All
// else is what SVG does, too, and the suite would take half a minute to encode
// pixels.
func TestPNG(t *testing.T) {
	small := plot.Options{Kind: plot.PNG, Width: plot.LeastWidth, Height: plot.LeastHeight}
	f := outplot.Format{Picture: small}
	if info, other := f.Info(), (outplot.Format{}).Info(); info.Name == other.Name || info.Suffix == other.Suffix {
		t.Errorf("%+v and %+v", info, other)
	}
	for _, spec := range []outputtest.Spec{{}, {Chapters: 256, Channels: 2}} {
		e := outputtest.Edition(t, spec)
		data := outputtest.Write(t, f, e)
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds().Size(); size.X != 2*small.Width || size.Y != 2*small.Height {
			t.Errorf("a picture of %v", size)
		}
		if !bytes.Equal(data, outputtest.Write(t, f, e)) {
			t.Error("another picture of the same")
		}
	}
}

// element is one of a document.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Inner   []element  `xml:",any"`
}

// checkSVG holds the picture to what browsers and people who cannot see want,
// and looks for the title of the programme and those of chapters in its words.
func checkSVG(t *testing.T, path string, e output.Edition) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	var root element
	if err := decoder.Decode(&root); err != nil {
		t.Fatal(err)
	}
	if rest, err := decoder.Token(); !errors.Is(err, io.EOF) && strings.TrimSpace(string(data[decoder.InputOffset():])) != "" {
		t.Errorf("behind the picture stands %v (%v)", rest, err)
	}
	if root.XMLName.Space != "http://www.w3.org/2000/svg" || len(root.Inner) < 3 || root.Inner[0].XMLName.Local != "title" || root.Inner[1].XMLName.Local != "desc" {
		t.Fatalf("it begins with %v", root.XMLName)
	}
	if want := plain.Line(e.Timeline.Title); want != "" && root.Inner[0].Text != want {
		t.Errorf("title %q, want %q", root.Inner[0].Text, want)
	}
	for _, forbidden := range []string{"<script", "href", "url(", "http://", "https://"} {
		if strings.Contains(strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", ""), forbidden) {
			t.Errorf("the picture holds %q", forbidden)
		}
	}
}

// TestTold: the picture tells what the timeline and its mastering do.
func TestTold(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 2, Cues: 20, Titles: []string{"Anfang", "Ende & <mehr>"}})
	e.Mastering = output.Mastering{Measure: output.LUFS, Level: -19, Peak: -30}
	e.Timeline.Music = []timeline.Placed{{Sound: timeline.Intro, Span: pcm.Span{End: e.Timeline.Frames / 2}}}
	got := string(outputtest.Write(t, outplot.Format{Picture: plot.Options{Kind: plot.SVG}}, e))
	for _, want := range []string{
		">wanted: \u221219.0 LUFS<", ">true peak above \u221230.0 dBTP<", ">intro<", ">music<",
		"Chapter 1 at 0:00: Anfang.", ": Ende &amp; &lt;mehr&gt;.", ">Ende &amp; &lt;mehr&gt;</text>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the picture does not tell %q", want)
		}
	}
}
