package script

import (
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/voices"
)

// tangled is one block of n spans of every kind, and one of n spans around each
// other.
func tangled(n int) *document.Document {
	doc := &document.Document{Source: "a.de.html", Lang: "de"}
	var text strings.Builder
	b := document.Block{}
	for i := range n {
		s := document.Span{Kind: document.SpanKind(i % int(document.Mark+1)), Lo: text.Len(), Value: []string{"fr", "anna", "https://a.example/" + strings.Repeat("x", i%7)}[i%3], Rate: float64(i % 3), Note: 1 + i%50, Pause: time.Second}
		if !s.Kind.IsPoint() {
			text.WriteString([]string{"Wort", "…", "Ende. Es", "!"}[i%4])
		}
		s.Hi = text.Len()
		b.Spans = append(b.Spans, s)
		text.WriteString([]string{" ", ", ", "", ". "}[i%4])
	}
	b.Text = text.String()
	nest := document.Block{Text: strings.Repeat(".", n) + "Wort" + strings.Repeat(".", n)}
	for i := range n {
		nest.Spans = append(nest.Spans, document.Span{Kind: []document.SpanKind{document.Foreign, document.Voice, document.Instead, document.Link}[i%4], Lo: i, Hi: 2*n + 4 - i, Value: "fr"})
	}
	doc.Blocks = append(doc.Blocks, b, nest)
	for i := range 50 {
		doc.Blocks = append(doc.Blocks, document.Block{Kind: document.Footnote, Note: 1 + i, Text: "Eine Note.", Spans: []document.Span{{Kind: document.NoteRef, Note: 1 + (i+1)%50}}})
	}
	return doc
}

// BenchmarkTangled builds the script of a block with very much markup; the time
// of a span does not grow with their number.
func BenchmarkTangled(b *testing.B) {
	for name, n := range map[string]int{"1000": 1000, "100000": 100_000} {
		doc := tangled(n)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				opts := Options{Voices: embedded, Backend: "espeak", Phrases: true, Cast: map[string]*voices.Voice{"anna": voicesFind(b, "de")}}
				opts.Blocks = Policy{Links: TreatRead, Footnotes: TreatInline}
				if _, err := Build(doc, opts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}

// TestTangled sees that very much markup is borne.
func TestTangled(t *testing.T) {
	for _, links := range []Treatment{TreatRead, TreatSkip, TreatAnnounce} {
		opts := Options{Voices: embedded, Backend: "espeak", Phrases: true, MaxText: atMost(100)}
		opts.Blocks = Policy{Links: links, Footnotes: TreatInline}
		doc := tangled(2000)
		s, err := Build(doc, opts)
		if err != nil {
			t.Fatal(err)
		}
		checkBuilt(t, doc, s)
	}
}
