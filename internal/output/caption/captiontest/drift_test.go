package captiontest_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/caption/ttml"
	"narrate/internal/output/outputtest"
)

// lastCaption finds the times of the last caption, and unit is how fine the
// format tells them.
var lastCaption = map[string]struct {
	pattern string
	unit    time.Duration
}{
	"srt":            {`(\S+) --> (\S+)\nLetzter Satz\.`, time.Millisecond},
	"vtt":            {`(\S+) --> (\S+)\n(?:<[^>]*>)?Letzter Satz\.`, time.Millisecond},
	"chaptersvtt":    {`(\S+) --> (\S+)\nletztes Kapitel`, time.Millisecond},
	"metadatavtt":    {`(\S+) --> (\S+)\n.*"Letzter Satz\."`, time.Millisecond},
	"ass":            {`Dialogue: 0,([^,]*),([^,]*),.*,Letzter Satz\.`, 10 * time.Millisecond},
	"lrc":            {`\[(.*)\]Letzter Satz\.\n\[(.*)\]\n$`, 10 * time.Millisecond},
	"elrc":           {`<([^>]*)>Letzter .*<([^>]*)>\n`, 10 * time.Millisecond},
	"ttml":           {`begin="([^"]*)" end="([^"]*)".*>Letzter Satz\.`, time.Millisecond},
	"sbv":            {`(\S+),(\S+)\nLetzter Satz\.`, time.Millisecond},
	"transcript":     {`"startTime":([^,]*),"endTime":([^,]*),.*"Letzter Satz\."`, time.Millisecond},
	"textgrid":       {`xmin = (\S+)\s+xmax = (\S+)\s+text = "Letzter Satz\."`, time.Microsecond},
	"captionlabels":  {`(\S+)\t(\S+)\tLetzter Satz\.`, time.Microsecond},
	"csv":            {`letztes Kapitel,([^,]*),([^,]*),.*Letzter Satz\.`, time.Millisecond},
	"tsv":            {`letztes Kapitel\t([^\t]*)\t([^\t]*)\t.*Letzter Satz\.`, time.Millisecond},
	"syncmap":        {`"begin": "([^"]*)", "end": "([^"]*)", "lines": \["Letzter Satz\."\]`, time.Millisecond},
	"htmltranscript": {`data-start="([^"]*)" data-end="([^"]*)"[^>]*>Letzter Satz\.`, time.Millisecond},
}

// longProgramme is ten hours long. No clip is a whole number of milliseconds:
// 3000 lengths that were rounded by themselves would add up to a second and a
// half.
func longProgramme(t *testing.T) output.Edition {
	const cues = 3000
	texts, titles := make([]string, cues), []string{"Anfang", "letztes Kapitel"}
	for i := range texts {
		texts[i] = fmt.Sprintf("Satz %d.", i+1)
	}
	texts[cues-1] = "Letzter Satz."
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 2, Cues: cues / 2, Rate: 44100, Titles: titles, Texts: texts, Words: true,
		Frames: func(i int) int64 { return 44100*12 - 1102 + int64(i%7)*43 },
	})
	if length := e.Timeline.Rate.Duration(e.Timeline.Frames); length < 9*time.Hour+55*time.Minute {
		t.Fatalf("only %v", length)
	}
	return e
}

// TestNoDrift: after ten hours a caption is still where its sentence is, as near
// as its format can tell.
func TestNoDrift(t *testing.T) {
	e := longProgramme(t)
	chapter := &e.Timeline.Chapters[1]
	last := chapter.Cues[len(chapter.Cues)-1].Span
	for _, f := range formats {
		name := f.Info().Name
		if name == "txt" {
			continue // it has no times
		}
		want := last
		if name == "chaptersvtt" {
			want = chapter.Span
		}
		at := lastCaption[name]
		start, end := captionTimes(t, f, e, at.pattern)
		for what, pair := range map[string][2]float64{"starts": {start, seconds(e, want.Start)}, "ends": {end, seconds(e, want.End)}} {
			if off := math.Abs(pair[0] - pair[1]); off > at.unit.Seconds()/2+1e-7 {
				t.Errorf("%s: the last caption %s at %.6f s, its sound at %.6f", name, what, pair[0], pair[1])
			}
		}
	}
}

// TestNoDriftOfFrames: the same where times are those of video frames, of which
// 23.976 a second are no whole number of milliseconds.
func TestNoDriftOfFrames(t *testing.T) {
	e := longProgramme(t)
	chapter := &e.Timeline.Chapters[1]
	last := chapter.Cues[len(chapter.Cues)-1].Span
	for _, rate := range []output.FrameRate{{Frames: 25, Seconds: 1}, {Frames: 24000, Seconds: 1001}} {
		e.Captions.Rate = &rate
		frame := float64(rate.Seconds) / float64(rate.Frames)
		for _, f := range []output.Format{srt.Format{}, ttml.Format{}} {
			name := f.Info().Name
			start, _ := captionTimes(t, f, e, lastCaption[name].pattern)
			if off := math.Abs(start - seconds(e, last.Start)); off > frame/2+0.0005 {
				t.Errorf("%s: the last caption starts at %.6f s, its sound at %.6f", name, start, seconds(e, last.Start))
			}
			if off := math.Abs(start/frame - math.Round(start/frame)); off*frame > 0.0005 {
				t.Errorf("%s: %.6f s is no frame of %g a second", name, start, 1/frame)
			}
		}
	}
}

func seconds(e output.Edition, frame int64) float64 {
	return float64(frame) / float64(e.Timeline.Rate)
}

// captionTimes gives the two times that pattern finds last in the file, in
// seconds.
func captionTimes(t *testing.T, f output.Format, e output.Edition, pattern string) (start, end float64) {
	t.Helper()
	found := regexp.MustCompile(pattern).FindAllSubmatch(outputtest.Write(t, f, e), -1)
	if pattern == "" || len(found) == 0 {
		t.Fatalf("%s: the last caption is not found", f.Info().Name)
	}
	var times [2]float64
	for i, text := range found[len(found)-1][1:3] {
		for _, part := range strings.Split(strings.Replace(string(text), ",", ".", 1), ":") {
			v, err := strconv.ParseFloat(part, 64)
			if err != nil {
				t.Fatalf("%s: %v", f.Info().Name, err)
			}
			times[i] = times[i]*60 + v
		}
	}
	return times[0], times[1]
}
