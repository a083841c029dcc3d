// Package dylib opens shared C libraries that may or may not be on the
// machine, without cgo. Setting the environment variable NARRATE_NO_LIBS
// makes every library look absent, so that programs (espeak-ng, ffmpeg) are
// used instead.
package dylib

import (
	"errors"
	"os"
)

// ErrUnavailable is wrapped by Open's error where no such library can be used.
var ErrUnavailable = errors.New("shared library not available")

// Disabled reports whether the user forbade loading libraries.
func Disabled() bool { return os.Getenv("NARRATE_NO_LIBS") != "" }
