//go:build (linux || darwin) && (amd64 || arm64)

package dylib

import (
	"errors"
	"fmt"

	"github.com/ebitengine/purego"
)

// Library is an open shared library.
type Library struct {
	Name   string // the candidate that was found
	handle uintptr
}

// Open loads the first of the named libraries that the system's loader finds.
func Open(names ...string) (*Library, error) {
	if Disabled() {
		return nil, fmt.Errorf("%w: NARRATE_NO_LIBS is set", ErrUnavailable)
	}
	var errs []error
	for _, name := range names {
		handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err == nil {
			return &Library{Name: name, handle: handle}, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(errs...))
}

// Func points the Go function variable fptr at the library's function name.
// It fails where the library lacks it; see purego.RegisterFunc for the types.
func (l *Library) Func(fptr any, name string) error {
	sym, err := purego.Dlsym(l.handle, name)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Name, err)
	}
	purego.RegisterFunc(fptr, sym)
	return nil
}

// Close unloads the library, as far as the system's loader does that.
func (l *Library) Close() error { return purego.Dlclose(l.handle) }
