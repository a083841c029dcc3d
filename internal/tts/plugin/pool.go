package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"narrate/internal/tts"
	"narrate/internal/tts/sound"
)

// pool keeps the processes that are waiting for work. How many run at once is
// for its caller to limit.
type pool struct {
	name, program string
	options       Options

	mu      sync.Mutex
	version string // of the first process; "" until there was one
	idle    []*worker
	busy    map[*worker]bool
	using   sync.WaitGroup // counts busy, from before their start until their processes are settled
	left    error          // of folders that could not be removed
	closed  bool
}

// speak has a process speak. An error that it reports leaves it usable;
// anything else, such as an end or no answer in time, is the end of it.
func (p *pool) speak(ctx context.Context, text string, ask synthesize) (tts.Clip, error) {
	w, err := p.take(ctx)
	if err != nil {
		return tts.Clip{}, err
	}
	ask.request, ask.Folder = w.next("synthesize"), w.folder
	var s speech
	var f failure
	kind, usable, err := w.ask(ctx, p.options.Timeout, ask.ID, ask, map[string]any{"speech": &s, "error": &f})
	if err != nil {
		return tts.Clip{}, p.give(w, usable, err)
	}
	if kind == "error" {
		p.release(w, true)
		return tts.Clip{}, f.err()
	}
	format, err := s.sound()
	if err == nil && s.File != "" {
		s.Audio, err = w.file(s.File)
	}
	if err != nil {
		return tts.Clip{}, p.give(w, false, err)
	}
	marks := w.about.Marks
	p.release(w, true)
	clip, err := sound.Decode(ctx, format, s.Audio)
	if err != nil {
		return tts.Clip{}, err
	}
	if !marks {
		if len(s.Marks) > 0 {
			return tts.Clip{}, violation("marks, though it says that it has none")
		}
		return clip, nil
	}
	clip.Marks, err = place(text, clip, s.Marks)
	return clip, err
}

// give releases a process after an error, to which it adds how the process
// ended, and what it said, if that is its end.
func (p *pool) give(w *worker, usable bool, err error) error {
	if usable {
		p.release(w, true)
		return err
	}
	var end *closed
	// Its children are killed with it, which is possible only until it is waited
	// for, but before its end that would take the place of its own status.
	alone := errors.As(err, &end) && w.ends(p.options.Grace)
	w.stop()
	p.release(w, false)
	if alone {
		err = &closed{end.rest, how(w.cmd.ProcessState)}
	}
	return fmt.Errorf("%w%s", err, w.stderr.Note())
}

// take gives an idle process or starts one, which others need not wait for.
func (p *pool) take(ctx context.Context) (*worker, error) {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return nil, errClosed
		}
		p.using.Add(1) // from here on close waits
		n := len(p.idle)
		if n == 0 {
			p.mu.Unlock()
			return p.start(ctx)
		}
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.busy[w] = true
		p.mu.Unlock()
		if !w.dead() {
			return w, nil
		}
		w.stop()
		p.release(w, false)
	}
}

// start starts a process and asks it what it is.
func (p *pool) start(ctx context.Context) (*worker, error) {
	w, err := start(p.name, p.program, p.options.Grace)
	if err != nil {
		p.using.Done()
		return nil, err
	}
	p.mu.Lock()
	closed := p.closed
	p.busy[w] = true
	p.mu.Unlock()
	if closed { // meanwhile, without knowing of this one
		return nil, p.give(w, false, errClosed)
	}
	var a about
	var f failure
	ask := askInfo{w.next("info"), Protocol}
	kind, usable, err := w.ask(ctx, p.options.Start, ask.ID, ask, map[string]any{"info": &a, "error": &f})
	switch {
	case err != nil:
		return nil, p.give(w, usable, err)
	case kind == "error":
		return nil, p.give(w, false, f.err())
	}
	if err := a.check(); err != nil {
		return nil, p.give(w, false, err)
	}
	p.mu.Lock()
	before := p.version
	if before == "" {
		p.version = a.Version
	}
	p.mu.Unlock()
	if before != "" && before != a.Version {
		return nil, p.give(w, false, fmt.Errorf("%w: one of its processes is version %.100s, another %.100s: if it was updated just now, start narrate again; if not, its version has to stay the same, since nothing that it has spoken could be used again", tts.ErrDown, before, a.Version))
	}
	w.about = &a
	return w, nil
}

// release takes a process back, for further use or not.
func (p *pool) release(w *worker, again bool) {
	p.mu.Lock()
	delete(p.busy, w)
	again = again && !p.closed
	if again {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !again {
		p.settle(w)
	}
	p.using.Done()
}

// settle ends a process.
func (p *pool) settle(w *worker) {
	if err := w.end(); err != nil {
		p.mu.Lock()
		p.left = errors.Join(p.left, err)
		p.mu.Unlock()
	}
}

// close ends all processes; those at work are stopped, and their requests fail.
// When it returns no process and no folder is left, or its error names what is.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	for w := range p.busy {
		w.stop()
	}
	p.mu.Unlock()
	var group sync.WaitGroup
	for _, w := range idle {
		group.Go(func() { p.settle(w) })
	}
	group.Wait()
	p.using.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.left
	p.left = nil
	return left
}

// inside is a file's name below the process's folder.
func (w *worker) inside(name string) (string, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(w.folder, name)
	}
	inside, err := filepath.Rel(w.folder, name)
	if err != nil || !filepath.IsLocal(inside) {
		return "", violation("the file %.100q is not in the folder %s", name, w.folder)
	}
	return inside, nil
}

// remove removes a file of the process's folder.
func (w *worker) remove(name string) (err error) {
	inside, err := w.inside(name)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(w.folder)
	if err != nil {
		return err
	}
	return errors.Join(root.Remove(inside), root.Close())
}
