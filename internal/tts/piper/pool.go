package piper

import (
	"context"
	"fmt"
	"slices"
	"time"

	"narrate/internal/process"
)

// pool has programs speak, each with one model and one way of speaking.
type pool struct {
	workers process.Pool[*worker]
	timeout time.Duration
}

// speak has a program speak, and gives the WAVE file that it wrote. After an
// error it is replaced.
func (p *pool) speak(ctx context.Context, program string, r request) ([]byte, error) {
	args := r.arguments()
	alike := func(w *worker) bool { return w.program == program && slices.Equal(w.args, args) }
	w, err := p.workers.Take(alike, func() (*worker, error) { return start(program, args) })
	if err != nil {
		return nil, err
	}
	wav, err := w.speak(ctx, p.timeout, r)
	p.workers.Release(w, err == nil)
	if err != nil { // by now it has ended, and all that it said has come
		return nil, fmt.Errorf("%w%s", err, w.Stderr.Note())
	}
	return wav, nil
}
