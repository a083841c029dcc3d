package master

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"narrate/internal/pcm"
)

// BenchmarkRead reads a minute of mastered speech on one core.
func BenchmarkRead(b *testing.B) {
	speech := speak(b)
	for speech.Frames() < 60*44100 {
		speech.samples = append(slices.Clip(speech.samples), speech.samples...)
	}
	speech.samples = speech.samples[:60*44100]
	song := music(44100, 8, 1)
	tracks := []Track{{Source: song, At: pcm.Span{End: speech.Frames()}, Loop: true, Gain: -15, Duck: 12}}
	spoken := []pcm.Span{{Start: 44100, End: 20 * 44100}, {Start: 22 * 44100, End: speech.Frames()}}
	for _, c := range []struct {
		name     string
		mix      Mix
		settings Settings
	}{
		{"plain", Mix{Speech: speech, Channels: 1}, Settings{Declick: 220}},
		{"soft", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -26, Ceiling: -1}},
		{"speech", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1}},
		{"speech and high pass", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80, Declick: 220}},
		{"louder", Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -11, Ceiling: -1}},
		{"music in two channels", Mix{Speech: speech, Spoken: spoken, Tracks: tracks, Channels: 2}, Settings{Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := mastered(b, c.mix, c.settings)
			buf := make([]int16, 8192)
			b.ReportAllocs()
			for b.Loop() {
				r, err := p.Open(pcm.Span{End: p.Frames()})
				if err != nil {
					b.Fatal(err)
				}
				for {
					if _, err := r.Read(buf); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(60*float64(b.N)/b.Elapsed().Seconds(), "×realtime")
		})
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			if _, err := New(context.Background(), Mix{Speech: speech, Channels: 1}, Settings{Unit: LUFS, Level: -16, Ceiling: -1, HighPass: 80}, 1, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(60*float64(b.N)/b.Elapsed().Seconds(), "×realtime")
	})
}
