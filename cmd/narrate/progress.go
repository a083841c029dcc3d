package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// plainEvery is how often a line is printed where there is no terminal.
const plainEvery = 10 * time.Second

// leastWait is the shortest pause that is told.
const leastWait = 2 * time.Second

// progress tells a person how far the work is: a bar with count and remaining
// time on a terminal, a plain line now and then elsewhere, nothing if quiet.
type progress struct {
	w        io.Writer
	quiet    bool
	terminal bool
	now      func() time.Time

	mu          sync.Mutex
	bar         *progressbar.ProgressBar
	what, unit  string
	done, total int64
	began, said time.Time
	told, held  time.Time // when the last pause was told, and when it ends
}

func newProgress(w io.Writer, quiet bool) *progress {
	file, ok := w.(*os.File)
	return &progress{w: w, quiet: quiet, terminal: ok && term.IsTerminal(int(file.Fd())), now: time.Now}
}

// start begins a piece of work of so many steps; an empty unit prints no
// counts.
func (p *progress) start(what string, total int64, unit string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quiet || total <= 0 {
		return
	}
	p.what, p.unit, p.done, p.total = what, unit, 0, total
	p.began = p.now()
	p.said = p.began
	if !p.terminal {
		return
	}
	options := []progressbar.Option{
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(true),
	}
	if unit != "" {
		options = append(options, progressbar.OptionShowCount(), progressbar.OptionSetItsString(unit))
	}
	p.bar = progressbar.NewOptions64(total, options...)
}

func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show(p.done + n)
}

func (p *progress) set(done int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show(done)
}

// show is called with mu held. A terminal that cannot be written to is no
// reason to stop.
func (p *progress) show(done int64) {
	if p.quiet || p.total == 0 {
		return
	}
	p.done = min(done, p.total)
	if p.bar != nil {
		_ = p.bar.Set64(p.done)
		return
	}
	now := p.now()
	if now.Sub(p.said) < plainEvery || p.done == 0 {
		return
	}
	p.said = now
	left := time.Duration(float64(now.Sub(p.began)) / float64(p.done) * float64(p.total-p.done)).Round(time.Second)
	if p.unit != "" {
		fmt.Fprintf(p.w, "%s: %d of %d %s, %s left\n", p.what, p.done, p.total, p.unit, left)
		return
	}
	fmt.Fprintf(p.w, "%s: %d %%, %s left\n", p.what, p.done*100/p.total, left)
}

// wait tells of a pause before a request is tried again, unless another one that
// was told still lasts: requests that fail together wait together. Where there is
// no terminal, a short one is not told right after another one.
func (p *progress) wait(pause time.Duration, try int, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.quiet || pause < leastWait || now.Before(p.held) || !p.terminal && pause < plainEvery && now.Sub(p.told) < plainEvery {
		return
	}
	p.told, p.held = now, now.Add(pause)
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.w, "waiting %.0f s: %s (try %d)\n", pause.Seconds(), excerpt(printable(why.Error()), 200), try)
}

// clear takes the bar off its line, for a message.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func (p *progress) close() {
	p.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar = nil
}

// show has a piece of work tell how far it is, until the function that it gives
// is called.
func (a *app) show(p *progress) (done func()) {
	a.messages.clear = p.clear
	a.shown.Store(p)
	return func() {
		a.shown.Store(nil)
		a.messages.clear = nil
		p.close()
	}
}

// waiting tells of a pause where progress is shown.
func (a *app) waiting(pause time.Duration, try int, why error) {
	if p := a.shown.Load(); p != nil {
		p.wait(pause, try, why)
	}
}
