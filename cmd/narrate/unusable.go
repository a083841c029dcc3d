package main

import (
	"context"

	"narrate/internal/tts"
	"narrate/voices"
)

// unusable is a backend whose profile cannot be read: an error for who asks for
// it, and for nobody else.
type unusable struct {
	name string
	err  error // which names the file
}

func (u unusable) Name() string { return u.name }

func (u unusable) Info(context.Context) (tts.Info, error) { return tts.Info{}, u }

func (u unusable) Check(context.Context, voices.Voice) error { return u }

func (u unusable) Synthesize(context.Context, tts.Request) (tts.Clip, error) {
	return tts.Clip{}, u
}

func (u unusable) Close() error { return nil }

// Error makes it the error that it gives: to ask again is as useless as where an
// engine is not installed.
func (u unusable) Error() string { return u.name + ": " + u.err.Error() }

func (u unusable) Unwrap() []error { return []error{tts.ErrMissing, u.err} }
