package mp3_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
)

// BenchmarkEncode encodes some ten minutes of speech and reports how many times
// faster than real time that is.
func BenchmarkEncode(b *testing.B) {
	m := speechAt(b, 44100)
	whole := music{m.format, nil}
	for range 6 {
		whole.data = append(whole.data, m.data...)
	}
	for _, way := range []string{"libmp3lame", "ffmpeg"} {
		for _, vbr := range []bool{false, true} {
			for _, quality := range []int{5, 7} {
				for _, jobs := range []int{1, 2} {
					if way == "ffmpeg" && jobs > 1 {
						continue // it has one thread
					}
					name := fmt.Sprintf("%s/VBR %v/quality %d/jobs %d", way, vbr, quality, jobs)
					enc := output.Encoding{MP3: 96000, VBR: vbr, Quality: quality}
					b.Run(name, func(b *testing.B) { encode(b, way, edition(whole, enc, jobs)) })
				}
			}
		}
	}
}

func encode(b *testing.B, way string, e output.Edition) {
	if way == "ffmpeg" {
		b.Setenv("NARRATE_NO_LIBS", "1")
	}
	file, err := os.Create(filepath.Join(b.TempDir(), "file.mp3"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for b.Loop() {
		if err := file.Truncate(0); err != nil {
			b.Fatal(err)
		}
		if _, err := file.Seek(0, 0); err != nil {
			b.Fatal(err)
		}
		if err := (mp3.Format{}).Write(b.Context(), file, e); err != nil {
			b.Fatal(err)
		}
	}
	seconds := e.Timeline.Rate.Duration(e.Timeline.Frames).Seconds()
	b.ReportMetric(seconds*float64(b.N)/b.Elapsed().Seconds(), "x")
}
