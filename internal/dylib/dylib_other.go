//go:build !((linux || darwin) && (amd64 || arm64))

package dylib

import "fmt"

// Library is an open shared library.
type Library struct{ Name string }

// Open fails: this system's libraries are not loaded without cgo.
func Open(...string) (*Library, error) {
	return nil, fmt.Errorf("%w on this system", ErrUnavailable)
}

// Func fails: there is no open library.
func (l *Library) Func(any, string) error { return ErrUnavailable }

// Close does nothing.
func (l *Library) Close() error { return nil }
