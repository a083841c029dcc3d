package tts

import "context"

// Found is what a Backend has to find out once, which may take long: those who
// wait for another's search give up when their own context ends. The zero value
// is not ready: NewFound.
type Found[T any] struct {
	turn  chan struct{} // held by whoever searches
	known bool
	value T
}

// NewFound makes a Found of which nothing is known yet.
func NewFound[T any]() *Found[T] { return &Found[T]{turn: make(chan struct{}, 1)} }

// Get gives what was found, or finds it. A failure is not remembered; one while
// the context ends is the context's.
func (f *Found[T]) Get(ctx context.Context, find func() (T, error)) (T, error) {
	var none T
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if f.known {
		return f.value, nil
	}
	value, err := find()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return none, err
	}
	f.value, f.known = value, true
	return value, nil
}
