package plugin

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"narrate/internal/process"
	"narrate/internal/tts"
)

// closed is a standard output that is at its end.
type closed struct {
	rest []byte // of a line that was begun
	how  string // the process ended, as os.ProcessState says it; "" where it did not, or is not known to have
}

func (c *closed) Error() string {
	what := "it closed its standard output"
	if c.how != "" {
		what = "it ended (" + c.how + ")"
	}
	if len(c.rest) > 0 {
		what += " in the midst of a line: " + begin(c.rest)
	}
	return what
}

// hung is a process that gave no answer in time.
type hung struct{ timeout time.Duration }

func (h *hung) Error() string {
	return fmt.Sprintf("it gave no answer within %v and was stopped", h.timeout)
}

// worker is a running process of the program.
type worker struct {
	process.Child
	grace time.Duration
	id    int64 // of the last request

	lines chan []byte   // what it writes, a line each, read when it is asked for
	quit  chan struct{} // closed when nobody will read lines any more
	ended chan struct{} // closed after the last line
	cause error         // why there are no more lines; to be read after ended

	folder string // its own
	about  *about
}

// start starts a process, in a folder of its own.
func start(name, program string, grace time.Duration) (w *worker, err error) {
	folder, err := os.MkdirTemp("", Prefix+name+"-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	// It outlives the request that it is started for.
	w = &worker{
		grace: grace, folder: folder,
		lines: make(chan []byte), quit: make(chan struct{}), ended: make(chan struct{}),
	}
	w.Cmd = process.Command(context.Background(), program)
	// What it leaves about goes away with the folder.
	w.Cmd.Dir = folder
	w.Cmd.Env = append(os.Environ(), "TMPDIR="+folder, "TMP="+folder, "TEMP="+folder)
	out, err := w.Start()
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) { // or what its first line names
			return nil, fmt.Errorf("%w: %w", tts.ErrMissing, err)
		}
		return nil, fmt.Errorf("it cannot be started: %w", err)
	}
	go w.read(out)
	return w, nil
}

// read passes lines on until there are no more.
func (w *worker) read(out io.Reader) {
	defer close(w.ended)
	r := bufio.NewReaderSize(out, 64<<10)
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			w.cause = violation("a line of more than %d bytes", maxLine)
			return
		}
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(bytes.TrimSpace(line)) > 0:
			w.cause = &closed{rest: line}
			return
		case errors.Is(err, io.EOF):
			w.cause = &closed{}
			return
		case err != nil:
			w.cause = err
			return
		}
		select {
		case w.lines <- line:
		case <-w.quit:
			return
		}
		line = nil
	}
}

// dead reports a process that nothing more can come from.
func (w *worker) dead() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// next is the number of the next request.
func (w *worker) next(kind string) request {
	w.id++
	return request{Type: kind, ID: w.id}
}

// ask sends a request and reads its answer into one of want, by its type. Only
// after usable may the process be asked again; otherwise the caller stops it.
func (w *worker) ask(ctx context.Context, timeout time.Duration, id int64, message any, want map[string]any) (kind string, usable bool, err error) {
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	sent := w.send(message)
	for {
		select {
		case err := <-sent:
			if err != nil {
				return "", false, w.ending(fmt.Errorf("it does not read its standard input: %w", err))
			}
			sent = nil
		case line := <-w.lines:
			kind, err := parse(line, id, want)
			return kind, err == nil, err
		case <-w.ended:
			return "", false, w.cause
		case <-timed.Done():
			if ctx.Err() == nil {
				return "", false, &hung{timeout}
			}
			return "", sent == nil && w.giveUp(id), ctx.Err()
		}
	}
}

// ending is why the process ended, if it did, or else err.
func (w *worker) ending(err error) error {
	select {
	case <-w.ended:
		return w.cause
	case <-time.After(w.grace):
		return err
	}
}

// giveUp has the process give up a request, if it can; it reports whether that
// was done in time.
func (w *worker) giveUp(id int64) bool {
	if w.about == nil || !w.about.Cancel {
		return false
	}
	late := time.NewTimer(w.grace)
	defer late.Stop()
	sent := w.send(request{Type: "cancel", ID: id})
	for answered := false; !answered || sent != nil; {
		select {
		case err := <-sent:
			if err != nil {
				return false
			}
			sent = nil
		case line := <-w.lines:
			var s speech
			if _, err := parse(line, id, map[string]any{"speech": &s, "error": &failure{}}); err != nil || answered {
				return false
			}
			if s.File != "" && w.remove(s.File) != nil {
				return false
			}
			answered = true
		case <-w.ended:
			return false
		case <-late.C:
			return false
		}
	}
	return true
}

// send writes a message. The process may not read it, but writing ends when the
// process is killed.
func (w *worker) send(message any) <-chan error {
	sent := make(chan error, 1)
	go func() {
		var line bytes.Buffer
		e := json.NewEncoder(&line) // ends it with a line feed
		e.SetEscapeHTML(false)
		err := e.Encode(message)
		if err == nil {
			_, err = w.In.Write(line.Bytes())
		}
		sent <- err
	}()
	return sent
}

// file reads a file of the process's folder and removes it. A link that leads
// out of the folder is refused.
func (w *worker) file(name string) (data []byte, err error) {
	root, err := os.OpenRoot(w.folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	inside, err := w.inside(name)
	if err != nil {
		return nil, err
	}
	// Opening a named pipe must not wait for somebody to write to it.
	f, err := root.OpenFile(inside, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, violation("its file: %v", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, violation("the file %.100q is not a regular one of at most %d bytes", name, maxFile)
	}
	data, err = io.ReadAll(io.LimitReader(f, maxFile))
	return data, errors.Join(err, root.Remove(inside))
}

// End lets an idle process leave by itself, or makes it, and removes its folder.
// Its exit status is for give; where its answers have said all, it says nothing.
func (w *worker) End() error {
	close(w.quit)
	w.Leave(w.grace)
	<-w.ended
	return os.RemoveAll(w.folder)
}
