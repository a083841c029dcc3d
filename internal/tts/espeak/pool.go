package espeak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/process"
	"narrate/internal/tts"
)

// maxSpoken is after how many sentences a worker is replaced. The library does not
// free all that it takes: a worker starts with 20 MB and grows by some 13 kB a
// sentence (measured).
const maxSpoken = 500

// pool keeps the workers that are waiting for work. How many run at once is
// for its caller to limit.
type pool struct {
	command []string
	timeout time.Duration

	mu     sync.Mutex
	idle   []*worker
	busy   map[*worker]bool
	using  sync.WaitGroup // counts busy, from before their start until their processes are settled
	closed bool
}

// worker is a running worker process, used by one goroutine at a time.
type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr process.Tail
	spoken int
	kill   sync.Once
}

var errClosed = errors.New("closed")

// speak has a worker speak. An error of the engine's own leaves the worker
// usable; anything else, such as a crash or no answer in time, is its end.
func (p *pool) speak(ctx context.Context, r request) (speech, error) {
	a, samples, err := p.ask(ctx, question{Speak: &r})
	if err != nil {
		return speech{}, err
	}
	if a.Rate <= 0 {
		return speech{}, fmt.Errorf("%w: sample rate %d", tts.ErrBroken, a.Rate)
	}
	return speech{
		format:  pcm.Format{Rate: pcm.Hz(a.Rate), Channels: 1},
		samples: samples,
		words:   a.Words,
	}, nil
}

// probe gives the library's version.
func (p *pool) probe(ctx context.Context) (string, error) {
	a, _, err := p.ask(ctx, question{})
	return a.Version, err
}

func (p *pool) ask(ctx context.Context, q question) (answer, []int16, error) {
	w, err := p.take()
	if err != nil {
		return answer{}, nil, err
	}
	a, samples, err := w.ask(ctx, p.timeout, q)
	if err != nil {
		w.stop()
		p.release(w, false)
		return answer{}, nil, fmt.Errorf("%w%s", err, w.stderr.Note())
	}
	p.release(w, !a.Spent && w.spoken < maxSpoken)
	if a.Error != "" {
		return answer{}, nil, errors.New(a.Error)
	}
	return a, samples, nil
}

// take gives an idle worker or starts one, which others need not wait for.
func (p *pool) take() (*worker, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	p.using.Add(1) // from here on close waits
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.busy[w] = true
		p.mu.Unlock()
		return w, nil
	}
	p.mu.Unlock()
	w, err := start(p.command)
	if err != nil {
		p.using.Done()
		return nil, err
	}
	p.mu.Lock()
	closed := p.closed
	p.busy[w] = true
	p.mu.Unlock()
	if closed { // meanwhile, without knowing of this one
		w.stop()
		p.release(w, false)
		return nil, errClosed
	}
	return w, nil
}

// release takes a worker back, for further use or not.
func (p *pool) release(w *worker, again bool) {
	p.mu.Lock()
	delete(p.busy, w)
	again = again && !p.closed
	if again {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !again {
		w.end()
	}
	p.using.Done()
}

// close ends all workers; those at work are stopped, and their requests fail.
// When it returns no process is left.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	for w := range p.busy {
		w.stop()
	}
	p.mu.Unlock()
	for _, w := range idle {
		w.end()
	}
	p.using.Wait()
	return nil
}

// start starts a worker process.
func start(command []string) (*worker, error) {
	// It outlives the request that it is started for.
	w := &worker{cmd: process.Command(context.Background(), command[0], command[1:]...)}
	// A worker does one thing at a time; more Go threads than that only wake
	// each other, and make the unloading of the library dearer.
	w.cmd.Env = append(quietEnv(), workerEnv+"=1", "GOMAXPROCS=1", "GOGC=400")
	w.cmd.Stderr = &w.stderr
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	widen(out, pipeBytes)
	w.in, w.out = in, bufio.NewReaderSize(out, pipeBytes)
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	return w, nil
}

// ask sends a question and reads the answer. On any error the worker is done
// for; the caller stops it.
func (w *worker) ask(ctx context.Context, timeout time.Duration, q question) (a answer, samples []int16, err error) {
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// A dead worker's pipes are closed, which ends the reading below.
	undo := context.AfterFunc(timed, w.stop)
	w.spoken++
	if err = writeMessage(w.in, q); err == nil {
		if err = noEOF(readMessage(w.out, &a)); err == nil {
			samples, err = readSamples(w.out, a.Samples)
		}
	}
	undone := undo()
	switch {
	case ctx.Err() != nil:
		return answer{}, nil, ctx.Err()
	case err == nil && undone:
		return a, samples, nil
	case timed.Err() != nil:
		return answer{}, nil, fmt.Errorf("worker gave no answer within %v and was stopped", timeout)
	default:
		return answer{}, nil, fmt.Errorf("worker broke off: %w", err)
	}
}

// stop kills the worker and its children. It may be called at any time, also
// by several goroutines, until end returns.
func (w *worker) stop() {
	w.kill.Do(func() {
		// It may have ended by itself, which is as good.
		_ = process.Kill(w.cmd)
	})
}

// end lets an idle worker leave by itself, or makes it, and waits for it. Its
// exit status says nothing that its answers have not said.
func (w *worker) end() {
	_ = w.in.Close()
	late := time.AfterFunc(2*time.Second, w.stop)
	_ = w.cmd.Wait()
	late.Stop()
	// From here on its process number may be another's.
	w.kill.Do(func() {})
}
