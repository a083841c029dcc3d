package master

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"narrate/internal/pcm"
	"narrate/internal/pcm/loudness"
)

// pieceSteps is how much one core measures at once, in the meter's steps of 100
// ms to the nearest frame.
const pieceSteps = 300

func (m *measuring) pieceFrames() int64 { return pieceSteps * ((int64(m.p.Format().Rate) + 5) / 10) }

func (m *measuring) pieces() int64 { return (m.p.Frames() + m.pieceFrames() - 1) / m.pieceFrames() }

// measured is what a stretch of the programme measures.
type measured struct {
	meter  *loudness.Meter
	tally  tally
	frames int64
}

// pass measures one of every so many pieces of the programme made that loud, on
// all jobs at once. Pieces are joined in their order, so the result does not
// depend on the jobs, and few are in memory. sample, where it is not nil, gets
// the pieces that a pass over one of every sampled measures.
func (m *measuring) pass(ctx context.Context, loud loud, every int64, sample *measured) (Levels, tally, error) {
	turns := make(chan chan measured, 2*m.jobs)
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(turns)
		working := make(chan struct{}, m.jobs)
		for i := int64(0); i < m.pieces(); i += every {
			turn := make(chan measured, 1)
			select {
			case turns <- turn:
			case <-inner.Done():
				return context.Cause(inner)
			}
			working <- struct{}{}
			g.Go(func() error {
				defer func() { <-working }()
				part, err := m.piece(inner, loud, i)
				turn <- part
				return err
			})
		}
		return nil
	})
	var all measured
	var wrong error
	number := int64(0)
	for turn := range turns {
		part := <-turn
		if inner.Err() != nil || part.meter == nil {
			continue
		}
		if sample != nil && number%sampled == 0 {
			wrong = errors.Join(wrong, sample.join(measured{meter: part.meter.Clone()}))
		}
		number++
		wrong = errors.Join(wrong, all.join(part))
		m.done += part.frames
		if m.progress != nil {
			m.progress(m.done)
		}
	}
	if err := errors.Join(g.Wait(), wrong); err != nil {
		return Levels{}, tally{}, err
	}
	return levels(all.meter), all.tally, nil
}

// join adds what was measured of the next piece; m may be zero.
func (m *measured) join(next measured) error {
	if m.meter == nil {
		*m = next
		return nil
	}
	m.tally.join(next.tally)
	return m.meter.Append(next.meter)
}

// piece measures the i-th piece.
func (m *measuring) piece(ctx context.Context, loud loud, i int64) (out measured, err error) {
	span := pcm.Span{Start: i * m.pieceFrames(), End: min(m.p.Frames(), (i+1)*m.pieceFrames())}
	meter, err := loudness.NewMeter(m.p.Format())
	if err != nil {
		return measured{}, err
	}
	var counted tally
	r, err := m.p.open(span, loud, &counted)
	if err != nil {
		return measured{}, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if loud.limit == 0 {
		// Unrounded, so that the sum of speech and music is not clipped either.
		r.float = make([]float32, 0, len(r.out))
	}
	for {
		if err := ctx.Err(); err != nil {
			return measured{}, context.Cause(ctx)
		}
		if err := r.more(); errors.Is(err, io.EOF) {
			return measured{meter, counted, span.Frames()}, nil
		} else if err != nil {
			return measured{}, err
		}
		if loud.limit == 0 {
			meter.WriteFloat(r.float)
		} else {
			meter.Write(r.rest)
		}
		r.rest = nil
	}
}

func levels(m *loudness.Meter) Levels {
	var l Levels
	l.Loudness, l.Measured = m.Integrated()
	l.Range, _ = m.Range()
	l.TruePeak, l.RMS, l.NoiseFloor = m.TruePeak(), m.RMS(), m.NoiseFloor()
	return l
}
