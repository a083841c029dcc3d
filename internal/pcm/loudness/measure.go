package loudness

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"narrate/internal/pcm"
)

// pieceSteps is how much one goroutine measures at a time: half a minute.
const pieceSteps = 30 * stepsASec

// piece is a stretch of sound and, once it is measured, its meter.
type piece struct {
	span     pcm.Span
	measured chan *Meter
}

// Measure measures sound from its start to its end, with so many jobs at once.
// The result does not depend on their number; how it relates to that of one
// meter, Append says. progress, where set, is told how many further frames are
// measured, in the order of the sound.
func Measure(ctx context.Context, src pcm.Source, jobs int, progress func(frames int64)) (*Meter, error) {
	whole, err := NewMeter(src.Format())
	if err != nil {
		return nil, err
	}
	jobs = max(1, jobs)
	g, inner := errgroup.WithContext(ctx)
	// Few pieces are under way, so that few meters are in memory.
	work, order := make(chan piece), make(chan piece, jobs)
	g.Go(func() error {
		defer close(work)
		defer close(order)
		length := pieceSteps * whole.step
		for start := int64(0); start < src.Frames(); start += length {
			p := piece{pcm.Span{Start: start, End: min(start+length, src.Frames())}, make(chan *Meter, 1)}
			for _, to := range []chan piece{order, work} {
				select {
				case to <- p:
				case <-inner.Done():
					return context.Cause(inner)
				}
			}
		}
		return nil
	})
	for range jobs {
		g.Go(func() error {
			for p := range work {
				m, err := measure(inner, src, p.span)
				if err != nil {
					return err
				}
				p.measured <- m
			}
			return nil
		})
	}
	g.Go(func() error {
		for p := range order {
			select {
			case m := <-p.measured:
				if err := whole.Append(m); err != nil {
					return err
				}
			case <-inner.Done():
				return context.Cause(inner)
			}
			if progress != nil {
				progress(p.span.Frames())
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return whole, nil
}

// measure measures the frames of span.
func measure(ctx context.Context, src pcm.Source, span pcm.Span) (m *Meter, err error) {
	if m, err = NewMeter(src.Format()); err != nil {
		return nil, err
	}
	r, err := src.Open(span)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	samples := make([]int16, 16<<10)
	for {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		n, err := r.Read(samples)
		if errors.Is(err, io.EOF) {
			if m.all != span.Frames() {
				return nil, pcm.ErrShort
			}
			return m, nil
		}
		if err != nil {
			return nil, err
		}
		m.Write(samples[:n])
	}
}
