package audio

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Pieces does n pieces of work, up to jobs at once, and hands them over in
// their order. Of all pieces, jobs+2 are in memory at a time: one a worker, and
// those that wait for their turn; their memory (a T each, made by its zero
// value) is used again. work does the i-th piece, from 0, and is called from
// several goroutines; take gets the pieces one by one.
func Pieces[T any](ctx context.Context, n int64, jobs int, work func(ctx context.Context, i int64, piece *T) error, take func(piece *T) error) error {
	type turn struct {
		piece T
		i     int64
		done  chan struct{}
	}
	jobs = int(min(int64(max(1, jobs)), max(1, n)))
	free := make(chan *turn, jobs+2)
	for range cap(free) {
		free <- &turn{done: make(chan struct{}, 1)}
	}
	todo, order := make(chan *turn), make(chan *turn, cap(free))

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(order)
		defer close(todo)
		for i := range n {
			select {
			case t := <-free:
				t.i = i
				order <- t
				select {
				case todo <- t:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	for range jobs {
		g.Go(func() error {
			for t := range todo {
				if err := work(ctx, t.i, &t.piece); err != nil {
					return err
				}
				t.done <- struct{}{}
			}
			return nil
		})
	}
	g.Go(func() error {
		for t := range order {
			select {
			case <-t.done:
				if err := take(&t.piece); err != nil {
					return err
				}
				free <- t
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	return g.Wait()
}
