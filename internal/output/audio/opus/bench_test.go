package opus_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/opus"
)

// BenchmarkEncode encodes some five minutes of speech at 32 kb/s and reports how
// many times faster than real time that is.
func BenchmarkEncode(b *testing.B) {
	m := speechAt(b, 24000, 1, 200)
	whole := music{format: m.format}
	for range 3 {
		whole.data = append(whole.data, m.data...)
	}
	for _, quality := range []int{0, 5, 7} {
		for _, way := range []string{"libopus", "ffmpeg"} {
			for _, jobs := range []int{1, 2} {
				if way == "ffmpeg" && jobs > 1 {
					continue // it has one thread
				}
				b.Run(fmt.Sprintf("%s/quality %d/jobs %d", way, quality, jobs), func(b *testing.B) {
					if way == "ffmpeg" {
						b.Setenv("NARRATE_NO_LIBS", "1")
					}
					file, err := os.Create(filepath.Join(b.TempDir(), "file.opus"))
					if err != nil {
						b.Fatal(err)
					}
					defer file.Close()
					e := edition(whole, output.Encoding{Opus: 32000, Quality: quality}, jobs)
					for b.Loop() {
						if err := file.Truncate(0); err != nil {
							b.Fatal(err)
						}
						if _, err := file.Seek(0, 0); err != nil {
							b.Fatal(err)
						}
						if err := (opus.Format{}).Write(b.Context(), file, e); err != nil {
							b.Fatal(err)
						}
					}
					seconds := float64(whole.Frames()) / 24000
					b.ReportMetric(seconds*float64(b.N)/b.Elapsed().Seconds(), "x")
				})
			}
		}
	}
}
