package captiontest_test

import (
	"io"
	"sync"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/ass"
	"narrate/internal/output/caption/captionlabels"
	"narrate/internal/output/caption/csv"
	"narrate/internal/output/caption/lrc"
	"narrate/internal/output/caption/sbv"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/caption/syncmap"
	"narrate/internal/output/caption/textgrid"
	"narrate/internal/output/caption/transcript"
	"narrate/internal/output/caption/transcripthtml"
	"narrate/internal/output/caption/ttml"
	"narrate/internal/output/caption/txt"
	"narrate/internal/output/caption/vtt"
	"narrate/internal/output/caption/vttchapters"
	"narrate/internal/output/caption/vttmeta"
	"narrate/internal/output/outputtest"
)

var formats = []output.Format{
	srt.Format{},
	vtt.Format{},
	vttchapters.Format{},
	vttmeta.Format{},
	ass.Format{},
	lrc.Format{},
	lrc.Enhanced{},
	ttml.Format{},
	sbv.Format{},
	transcript.Format{},
	textgrid.Format{},
	captionlabels.Format{},
	csv.Format{},
	csv.Tabs{},
	syncmap.Format{},
	txt.Format{},
	transcripthtml.Format{},
}

func TestNames(t *testing.T) {
	names, suffixes := map[string]bool{}, map[string]bool{}
	for _, f := range formats {
		info := f.Info()
		if names[info.Name] || suffixes[info.Suffix] {
			t.Errorf("two formats are called %q or %q", info.Name, info.Suffix)
		}
		names[info.Name], suffixes[info.Suffix] = true, true
	}
}

// book is a programme of twenty hours: 40 chapters, 14400 sentences of 12 words.
func book(t testing.TB) output.Edition {
	return outputtest.Edition(t, outputtest.Spec{
		Chapters: 40, Cues: 360, Words: true, Titles: []string{"Kapitel"}, Pause: 300 * time.Millisecond,
		Texts: []string{
			"Als der Wind drehte, ging sie hinaus und kam erst am Abend wieder.",
			"The keeper of the light said nothing, for nobody would have believed him.",
			"Es war, wie er sp\u00E4ter erz\u00E4hlte, die l\u00E4ngste Nacht seines ganzen Lebens gewesen.",
		},
		Frames: func(i int) int64 { return 22050*4 + int64(i%9000)*10 },
	})
}

type discard struct{ bytes int64 }

func (d *discard) Write(p []byte) (int, error) {
	d.bytes += int64(len(p))
	return len(p), nil
}

func (d *discard) Seek(int64, int) (int64, error) { return 0, io.ErrUnexpectedEOF }

// BenchmarkBook writes a book of twenty hours in every format, and in all.
func BenchmarkBook(b *testing.B) {
	e := book(b)
	write := func(b *testing.B, list []output.Format) {
		b.ReportAllocs()
		for b.Loop() {
			e.Shared = new(sync.Map) // as in a run
			d := &discard{}
			for _, f := range list {
				if err := f.Write(b.Context(), d, e); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(d.bytes)
		}
	}
	for _, profile := range []string{"sentence", "netflix", "karaoke"} {
		e.Captions, _ = caption.Find(profile)
		b.Run("all/"+profile, func(b *testing.B) { write(b, formats) })
	}
	for _, f := range formats {
		b.Run(f.Info().Name, func(b *testing.B) { write(b, []output.Format{f}) })
	}
}
