package process

import (
	"errors"
	"slices"
	"sync"
)

// ErrClosed is what a closed Pool gives.
var ErrClosed = errors.New("closed")

// Worker is a running process that does one thing after the other, for one
// goroutine at a time.
type Worker interface {
	comparable
	// Stop kills it. It may be called at any time, also by several goroutines,
	// until End returns.
	Stop()
	// End lets it leave, or makes it. When it returns the process is gone, and the
	// error names what else is left of it.
	End() error
}

// Pool keeps workers that wait for work. How many work at once is for its users
// to limit. Its methods are safe for concurrent use; the zero value is ready.
type Pool[W Worker] struct {
	// Most is how many to keep in all, those at work included; 0 is any number.
	Most int

	mu     sync.Mutex
	idle   []W // the longest idle first
	busy   map[W]bool
	using  sync.WaitGroup // counts busy, from before their start until they have ended
	left   error          // by workers that have ended
	closed bool
}

// Take gives an idle worker that fits, the last one used first, or starts one,
// for which others need not wait; nil fits is any.
func (p *Pool[W]) Take(fits func(W) bool, start func() (W, error)) (W, error) {
	var none W
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return none, ErrClosed
	}
	p.using.Add(1) // from here on Close waits
	for i, w := range slices.Backward(p.idle) {
		if fits == nil || fits(w) {
			p.idle = slices.Delete(p.idle, i, i+1)
			p.work(w)
			p.mu.Unlock()
			return w, nil
		}
	}
	var old []W
	if len(p.idle) > 0 && p.Most > 0 && len(p.idle)+len(p.busy) >= p.Most {
		old, p.idle = p.idle[:1:1], p.idle[1:]
	}
	p.mu.Unlock()
	for _, w := range old {
		p.end(w)
	}
	w, err := start()
	if err != nil {
		p.using.Done()
		return none, err
	}
	p.mu.Lock()
	closed := p.closed
	p.work(w)
	p.mu.Unlock()
	if closed { // meanwhile, without knowing of this one
		w.Stop()
		p.Release(w, false)
		return none, ErrClosed
	}
	return w, nil
}

// work is called with mu held.
func (p *Pool[W]) work(w W) {
	if p.busy == nil {
		p.busy = map[W]bool{}
	}
	p.busy[w] = true
}

// Release takes a worker back, for further use or to end it.
func (p *Pool[W]) Release(w W, again bool) {
	p.mu.Lock()
	delete(p.busy, w)
	again = again && !p.closed
	if again {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !again {
		p.end(w)
	}
	p.using.Done()
}

func (p *Pool[W]) end(w W) {
	if err := w.End(); err != nil {
		p.mu.Lock()
		p.left = errors.Join(p.left, err)
		p.mu.Unlock()
	}
}

// Count tells how many workers wait, and how many work.
func (p *Pool[W]) Count() (idle, busy int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle), len(p.busy)
}

// Close ends all workers; those at work are stopped, and what they do fails. When
// it returns no process is left; its error names what else any of them has left.
func (p *Pool[W]) Close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	for w := range p.busy {
		w.Stop()
	}
	p.mu.Unlock()
	var group sync.WaitGroup
	for _, w := range idle {
		group.Go(func() { p.end(w) })
	}
	group.Wait()
	p.using.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.left
	p.left = nil
	return left
}
