package audio_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/output/audio"
)

func TestPieces(t *testing.T) {
	for _, jobs := range []int{0, 1, 2, 7} {
		for _, n := range []int64{0, 1, 5, 100} {
			var at, most atomic.Int64
			var got []int64
			err := audio.Pieces(t.Context(), n, jobs, func(_ context.Context, i int64, p *int64) error {
				if k := at.Add(1); k > most.Load() {
					most.Store(k)
				}
				time.Sleep(time.Duration(i%3) * 100 * time.Microsecond)
				*p = i
				at.Add(-1)
				return nil
			}, func(p *int64) error {
				got = append(got, *p)
				return nil
			})
			if err != nil || int64(len(got)) != n || most.Load() > int64(max(1, jobs)) {
				t.Errorf("%d jobs, %d pieces: %v, %v, %d at once", jobs, n, got, err, most.Load())
			}
			for i, v := range got {
				if v != int64(i) {
					t.Errorf("%d jobs: piece %d comes as %d", jobs, v, i)
				}
			}
		}
	}
}

func TestPiecesFail(t *testing.T) {
	ours := errors.New("ours")
	fail := func(at int64) func(context.Context, int64, *int64) error {
		return func(_ context.Context, i int64, p *int64) error {
			if *p = i; i == at {
				return ours
			}
			return nil
		}
	}
	if err := audio.Pieces(t.Context(), 50, 3, fail(20), func(*int64) error { return nil }); !errors.Is(err, ours) {
		t.Errorf("work fails: %v", err)
	}
	if err := audio.Pieces(t.Context(), 50, 3, fail(-1), func(p *int64) error {
		if *p == 30 {
			return ours
		}
		return nil
	}); !errors.Is(err, ours) {
		t.Errorf("take fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := audio.Pieces(ctx, 50, 3, fail(-1), func(*int64) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
