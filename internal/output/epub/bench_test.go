package epub_test

import (
	"context"
	"io"
	"strconv"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/epub"
	"narrate/internal/output/outputtest"
	"narrate/internal/pcm"
)

// mute is a format of sound that takes no time.
type mute struct{ wav.Format }

func (mute) Write(_ context.Context, dst io.WriteSeeker, _ output.Edition) error {
	_, err := dst.Write([]byte("RIFF"))
	return err
}

// BenchmarkText writes all of a book of 20 hours but its sound, whose 14400
// sentences of ten words are in one chapter or in many.
func BenchmarkText(b *testing.B) {
	for _, chapters := range []int{1, 60} {
		for _, words := range []bool{false, true} {
			e := outputtest.Edition(b, outputtest.Spec{
				Chapters: chapters, Cues: 14400 / chapters, Words: true, Pause: -1, Rate: 8000,
				Texts:  []string{"A sentence has about ten words in it, like this."},
				Frames: func(int) int64 { return 5 * 8000 },
			})
			if hours := e.Timeline.Rate.Milliseconds(e.Timeline.Frames) / 3_600_000; hours != 20 {
				b.Fatalf("%d hours", hours)
			}
			e.Sound = silence{pcm.Format{Rate: 8000, Channels: 1}, e.Timeline.Frames}
			b.Run(strconv.Itoa(chapters)+" chapters, words "+strconv.FormatBool(words), func(b *testing.B) {
				e.Captions.Words = words
				b.ReportAllocs()
				for b.Loop() {
					outputtest.Write(b, epub.Format{Audio: mute{}}, e)
				}
			})
		}
	}
}
