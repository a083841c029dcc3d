package piper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// pool keeps the programs that wait for work, each with one model and one way
// of speaking. How many work at once is for its caller to limit.
type pool struct {
	timeout time.Duration
	most    int // how many to keep in all

	mu     sync.Mutex
	idle   []*worker // the longest idle first
	busy   map[*worker]bool
	using  sync.WaitGroup // counts busy, from before their start until their processes are settled
	closed bool
}

var errClosed = errors.New("closed")

// speak has a program speak, and gives the WAVE file that it wrote. After an
// error it is replaced.
func (p *pool) speak(ctx context.Context, program string, r request) ([]byte, error) {
	w, err := p.take(program, r.arguments())
	if err != nil {
		return nil, err
	}
	wav, err := w.speak(ctx, p.timeout, r)
	released := p.release(w, err == nil)
	if err != nil { // by now it has ended, and all that it said has come
		err = fmt.Errorf("%w%s", err, w.stderr.Note())
	}
	return wav, errors.Join(err, released)
}

// take gives an idle program that was started so, or starts one.
func (p *pool) take(program string, args []string) (*worker, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	p.using.Add(1) // from here on close waits
	for i, w := range slices.Backward(p.idle) {
		if w.program == program && slices.Equal(w.args, args) {
			p.idle = slices.Delete(p.idle, i, i+1)
			p.busy[w] = true
			p.mu.Unlock()
			return w, nil
		}
	}
	var old *worker
	if len(p.idle) > 0 && len(p.idle)+len(p.busy) >= p.most {
		old, p.idle = p.idle[0], p.idle[1:]
	}
	p.mu.Unlock()
	if old != nil {
		if err := old.end(); err != nil {
			p.using.Done()
			return nil, err
		}
	}
	w, err := start(program, args)
	if err != nil {
		p.using.Done()
		return nil, err
	}
	p.mu.Lock()
	closed := p.closed
	p.busy[w] = true
	p.mu.Unlock()
	if closed { // meanwhile, without knowing of this one
		return nil, errors.Join(errClosed, p.release(w, false))
	}
	return w, nil
}

// release takes a program back, for further use or not.
func (p *pool) release(w *worker, again bool) error {
	p.mu.Lock()
	delete(p.busy, w)
	again = again && !p.closed
	if again {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	defer p.using.Done()
	if again {
		return nil
	}
	return w.end()
}

// close ends all programs; those at work are stopped, and their requests fail.
// When it returns no process and no file is left.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	for w := range p.busy {
		w.stop()
	}
	p.mu.Unlock()
	var errs []error
	for _, w := range idle {
		errs = append(errs, w.end())
	}
	p.using.Wait()
	return errors.Join(errs...)
}
