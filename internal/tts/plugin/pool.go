package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"narrate/internal/process"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
)

// pool has processes speak.
type pool struct {
	name, program string
	options       Options
	workers       process.Pool[*worker]

	mu      sync.Mutex
	version string // of the first process; "" until there was one
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
		p.workers.Release(w, true)
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
	p.workers.Release(w, true)
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
		p.workers.Release(w, true)
		return err
	}
	var end *closed
	// Its children are killed with it, which is possible only until it is waited
	// for, but before its end that would take the place of its own status.
	alone := errors.As(err, &end) && w.ends(p.options.Grace)
	w.Stop()
	p.workers.Release(w, false)
	if alone {
		err = &closed{end.rest, how(w.Cmd.ProcessState)}
	}
	return fmt.Errorf("%w%s", err, w.Stderr.Note())
}

// take gives an idle process, or starts one and asks it what it is.
func (p *pool) take(ctx context.Context) (*worker, error) {
	for {
		w, err := p.workers.Take(nil, func() (*worker, error) { return start(p.name, p.program, p.options.Grace) })
		if err != nil {
			return nil, err
		}
		if w.about == nil {
			if err := p.introduce(ctx, w); err != nil {
				return nil, err
			}
			return w, nil
		}
		if !w.dead() {
			return w, nil
		}
		w.Stop()
		p.workers.Release(w, false)
	}
}

// introduce asks a process what it is. After an error it is not to be used.
func (p *pool) introduce(ctx context.Context, w *worker) error {
	var a about
	var f failure
	ask := askInfo{w.next("info"), Protocol}
	kind, usable, err := w.ask(ctx, p.options.Start, ask.ID, ask, map[string]any{"info": &a, "error": &f})
	switch {
	case err != nil:
		return p.give(w, usable, err)
	case kind == "error":
		return p.give(w, false, f.err())
	}
	if err := a.check(); err != nil {
		return p.give(w, false, err)
	}
	p.mu.Lock()
	before := p.version
	if before == "" {
		p.version = a.Version
	}
	p.mu.Unlock()
	if before != "" && before != a.Version {
		return p.give(w, false, fmt.Errorf("%w: one of its processes is version %.100s, another %.100s: if it was updated just now, start narrate again; if not, its version has to stay the same, since nothing that it has spoken could be used again", tts.ErrDown, before, a.Version))
	}
	w.about = &a
	return nil
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
