package process

import (
	"errors"
	"sync"
	"testing"
)

// part is a worker that is no process.
type part struct {
	name           string
	stopped, ended chan struct{}
	stopping       sync.Once
	left           error
}

func (p *part) Stop() { p.stopping.Do(func() { close(p.stopped) }) }

func (p *part) End() error {
	close(p.ended) // twice would be a panic
	return p.left
}

func (p *part) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func making(name string) func() (*part, error) {
	return func() (*part, error) {
		return &part{name: name, stopped: make(chan struct{}), ended: make(chan struct{})}, nil
	}
}

func TestPool(t *testing.T) {
	p := Pool[*part]{Most: 2}
	take := func(name string) *part {
		t.Helper()
		w, err := p.Take(func(w *part) bool { return w.name == name }, making(name))
		if err != nil || w.name != name || w.over() {
			t.Fatalf("%+v, %v", w, err)
		}
		return w
	}
	a := take("a")
	p.Release(a, true)
	if take("a") != a {
		t.Error("it is not used again")
	}
	b := take("b")
	if idle, busy := p.Count(); idle != 0 || busy != 2 {
		t.Errorf("%d idle, %d busy", idle, busy)
	}
	p.Release(a, true)
	p.Release(b, true)
	c := take("c")
	if !a.over() || b.over() {
		t.Error("the longest idle is not the one that makes room")
	}
	c.left = errors.New("a file of c")
	p.Release(c, false)
	if !c.over() {
		t.Error("it is kept")
	}
	none := errors.New("none")
	if _, err := p.Take(func(*part) bool { return false }, func() (*part, error) { return nil, none }); err != none {
		t.Error(err)
	}
	// At work while it is closed; b waits.
	b = take("b")
	done := make(chan struct{})
	go func() {
		<-b.stopped
		p.Release(b, true)
		close(done)
	}()
	d, err := p.Take(nil, making("d"))
	if err != nil {
		t.Fatal(err)
	}
	p.Release(d, true)
	if err := p.Close(); !errors.Is(err, c.left) || !d.over() || !b.over() {
		t.Errorf("closed with %v", err)
	}
	<-done
	if _, err := p.Take(nil, making("e")); err != ErrClosed {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
}

// TestPoolClosedMeanwhile: a worker that starts while the pool is closed is
// stopped, and Close waits for it.
func TestPoolClosedMeanwhile(t *testing.T) {
	var p Pool[*part]
	starting, closed := make(chan struct{}), make(chan error)
	var w *part
	go func() {
		<-starting
		closed <- p.Close()
	}()
	_, err := p.Take(nil, func() (*part, error) {
		close(starting)
		for { // until Close has begun
			p.mu.Lock()
			is := p.closed
			p.mu.Unlock()
			if is {
				break
			}
		}
		w, _ = making("late")()
		return w, nil
	})
	if err != ErrClosed || !w.over() {
		t.Errorf("%v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
