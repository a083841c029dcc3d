package espeak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/process"
	"narrate/internal/tts"
)

// maxSpoken is after how many sentences a worker is replaced. The library does not
// free all that it takes: a worker starts with 20 MB and grows by some 13 kB a
// sentence (measured).
const maxSpoken = 500

// pool has workers speak.
type pool struct {
	workers process.Pool[*worker]
	command []string
	timeout time.Duration
}

// worker is a running worker process.
type worker struct {
	process.Child
	out    *bufio.Reader
	spoken int
}

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
	w, err := p.workers.Take(nil, func() (*worker, error) { return start(p.command) })
	if err != nil {
		return answer{}, nil, err
	}
	a, samples, err := w.ask(ctx, p.timeout, q)
	if err != nil {
		w.Stop()
		p.workers.Release(w, false)
		return answer{}, nil, fmt.Errorf("%w%s", err, w.Stderr.Note())
	}
	p.workers.Release(w, !a.Spent && w.spoken < maxSpoken)
	if a.Error != "" {
		return answer{}, nil, errors.New(a.Error)
	}
	return a, samples, nil
}

// start starts a worker process.
func start(command []string) (*worker, error) {
	// It outlives the request that it is started for.
	w := &worker{}
	w.Cmd = process.Command(context.Background(), command[0], command[1:]...)
	// A worker does one thing at a time; more Go threads than that only wake
	// each other, and make the unloading of the library dearer.
	w.Cmd.Env = append(quietEnv(), workerEnv+"=1", "GOMAXPROCS=1", "GOGC=400")
	out, err := w.Start()
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	widen(out, pipeBytes)
	w.out = bufio.NewReaderSize(out, pipeBytes)
	return w, nil
}

// ask sends a question and reads the answer. On any error the worker is done
// for; the caller stops it.
func (w *worker) ask(ctx context.Context, timeout time.Duration, q question) (a answer, samples []int16, err error) {
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// A dead worker's pipes are closed, which ends the reading below.
	undo := context.AfterFunc(timed, w.Stop)
	w.spoken++
	if err = writeMessage(w.In, q); err == nil {
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

// End lets an idle worker leave by itself, or makes it. Its exit status says
// nothing that its answers have not said.
func (w *worker) End() error {
	w.Leave(2 * time.Second)
	return nil
}
