package page

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/timeline"
)

// words are the words of a cue that lie in its text, one after the other. The
// article and the times are both written from them, so that the n-th word of
// one is that of the other.
func words(c *timeline.Cue) []timeline.Word {
	for i, at := 0, 0; i < len(c.Words); i++ {
		w := &c.Words[i]
		if w.Lo < at || w.Hi <= w.Lo || w.Hi > len(c.Utterance.Text) {
			return nil // the sentence is then highlighted as a whole
		}
		at = w.Hi
	}
	return c.Words
}

// data is what the script reads besides the times.
type data struct {
	ID       string            `json:"id"` // under which the reader's place is kept
	Title    string            `json:"title"`
	Artist   string            `json:"artist"`
	Album    string            `json:"album"`
	Labels   map[string]string `json:"labels"`
	Length   int64             `json:"length"`   // ms
	Chapters []int64           `json:"chapters"` // where each begins, in ms
}

// writeData writes a block of JSON with all positions in milliseconds, each
// rounded once from an absolute frame. "times" lists the sentences in the order
// of the page: the start less that of the sentence before, the length, the
// number of words, and for each word its start less that of the word before (of
// the sentence for the first). Differences are short numbers: a book of 20
// hours has 180,000 words.
func writeData(w *bufio.Writer, e *output.Edition, l labels) error {
	t := e.Timeline
	d := data{
		ID: id(e), Title: title(e), Artist: plain.Line(t.Author), Album: plain.Line(e.Metadata.Album),
		Labels: l, Length: t.Rate.Milliseconds(t.Frames), Chapters: []int64{},
	}
	for i := range t.Chapters {
		d.Chapters = append(d.Chapters, t.Rate.Milliseconds(t.Chapters[i].Span.Start))
	}
	head, err := json.Marshal(d) // escapes <, > and &: it cannot end the block
	if err != nil {
		return err
	}
	w.WriteString(`<script type="application/json" id="data">`)
	w.Write(head[:len(head)-1])
	w.WriteString(`,"times":[`)
	n := numbers{w: w}
	previous := int64(0)
	for i := range t.Chapters {
		for j := range t.Chapters[i].Cues {
			c := &t.Chapters[i].Cues[j]
			start := t.Rate.Milliseconds(c.Span.Start)
			list := words(c)
			n.add(start - previous)
			n.add(t.Rate.Milliseconds(c.Span.End) - start)
			n.add(int64(len(list)))
			at := start
			for k := range list {
				word := t.Rate.Milliseconds(list[k].Span.Start)
				n.add(word - at)
				at = word
			}
			previous = start
		}
	}
	w.WriteString("]}</script>\n")
	return nil
}

// numbers writes a list in JSON.
type numbers struct {
	w       *bufio.Writer
	scratch []byte
	more    bool
}

func (n *numbers) add(value int64) {
	n.scratch = n.scratch[:0]
	if n.more {
		n.scratch = append(n.scratch, ',')
	}
	n.more = true
	n.scratch = strconv.AppendInt(n.scratch, value, 10)
	n.w.Write(n.scratch) // bufio keeps the first error for Flush
}

// id tells programmes apart. Pages that are opened from a disk all share one
// storage, so a file name would not do.
func id(e *output.Edition) string {
	t, hash := e.Timeline, sha256.New()
	for _, s := range []string{t.Title, t.Author, t.Lang, output.SourceName(t.Source), e.Metadata.Album, strconv.Itoa(t.Number)} {
		fmt.Fprintf(hash, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
