package tts_test

import (
	"context"
	"errors"
	"testing"

	"narrate/internal/tts"
)

func TestFound(t *testing.T) {
	f := tts.NewFound[int]()
	searches := 0
	find := func(value int, err error) func() (int, error) {
		return func() (int, error) { searches++; return value, err }
	}
	lost := errors.New("lost")
	if _, err := f.Get(t.Context(), find(0, lost)); err != lost {
		t.Error(err)
	}
	// Who waits for another's search does so as long as their own context lasts.
	ctx, cancel := context.WithCancel(t.Context())
	begun, ended := make(chan bool), make(chan error)
	go func() {
		_, err := f.Get(ctx, func() (int, error) {
			begun <- true
			<-ctx.Done()
			return 0, lost
		})
		ended <- err
	}()
	<-begun
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := f.Get(over, find(1, nil)); err != context.Canceled {
		t.Error(err)
	}
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Errorf("a failure after the end of its context: %v", err)
	}
	for range 2 {
		if got, err := f.Get(t.Context(), find(7, nil)); got != 7 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
	}
	if _, err := f.Get(over, find(1, nil)); err != context.Canceled {
		t.Errorf("found already: %v", err)
	}
	if searches != 2 {
		t.Errorf("%d searches", searches)
	}
}
