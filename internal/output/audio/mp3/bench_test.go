package mp3_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/pcm"
)

// BenchmarkEncode encodes some ten minutes of speech at 64 kb/s and reports
// how many times faster than real time that is.
func BenchmarkEncode(b *testing.B) {
	m := speech(b)
	whole := music{m.format, nil}
	for range 6 {
		whole.data = append(whole.data, m.data...)
	}
	for _, way := range []string{"libmp3lame", "ffmpeg"} {
		for _, quality := range []int{3, 5, 7} {
			for _, jobs := range []int{1, 2} {
				if way == "ffmpeg" && jobs > 1 {
					continue // it has one thread
				}
				b.Run(fmt.Sprintf("%s/quality %d/jobs %d", way, quality, jobs), func(b *testing.B) {
					if way == "ffmpeg" {
						b.Setenv("NARRATE_NO_LIBS", "1")
					}
					file, err := os.Create(filepath.Join(b.TempDir(), "file.mp3"))
					if err != nil {
						b.Fatal(err)
					}
					defer file.Close()
					e := edition(whole, output.Encoding{MP3: 64000, Quality: quality}, jobs)
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
					seconds := pcm.Hz(22050).Duration(whole.Frames()).Seconds()
					b.ReportMetric(seconds*float64(b.N)/b.Elapsed().Seconds(), "x")
				})
			}
		}
	}
}
