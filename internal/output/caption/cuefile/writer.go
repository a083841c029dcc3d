// Package cuefile is what the caption formats share: writing a file cue by cue,
// and the pieces that many of them are made of.
package cuefile

import (
	"bufio"
	"context"
	"io"
	"iter"

	"narrate/internal/output"
	"narrate/internal/output/caption"
)

// NeedsNothing is the Check of formats that can be written everywhere.
type NeedsNothing struct{}

// Check implements output.Format.
func (NeedsNothing) Check(context.Context) error { return nil }

// Writer writes a file of captions with a bounded buffer. After the first error
// it writes no more; End tells it.
type Writer struct {
	ctx context.Context
	buf *bufio.Writer
	err error
}

// New gives a Writer to dst that stops when ctx is done.
func New(ctx context.Context, dst io.Writer) *Writer {
	return &Writer{ctx: ctx, buf: bufio.NewWriterSize(dst, 1<<15), err: ctx.Err()}
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.buf.Write(p)
	w.err = err
	return n, err
}

// Put writes texts one after the other.
func (w *Writer) Put(texts ...string) {
	for _, s := range texts {
		if w.err != nil {
			return
		}
		_, w.err = w.buf.WriteString(s)
	}
}

// Fail makes err the Writer's error, unless it has one.
func (w *Writer) Fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// Cues gives an edition's cues by the rules. It ends early after an error, also
// that of the context.
func (w *Writer) Cues(e *output.Edition, rules output.Captions) iter.Seq[*caption.Cue] {
	return func(yield func(*caption.Cue) bool) {
		for c := range caption.Cues(e, rules) {
			w.Fail(w.ctx.Err())
			if w.err != nil || !yield(&c) {
				return
			}
		}
	}
}

// End writes what is still in the buffer and gives the first error of all.
func (w *Writer) End() error {
	if w.err == nil {
		w.err = w.buf.Flush()
	}
	return w.err
}

// Sentences are the rules for files that are read rather than watched: a cue a
// sentence, with the times of its sound, whatever fits a screen.
func Sentences(rules output.Captions) output.Captions {
	return output.Captions{
		Profile: rules.Profile, Unit: output.Sentence, Speaker: rules.Speaker, Words: rules.Words, Rate: rules.Rate, Offset: rules.Offset,
	}
}
