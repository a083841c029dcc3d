//go:build (linux || darwin) && (amd64 || arm64)

package dylib

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// Loaded reports whether the named library is in this process's memory. After
// Close it tells whether the loader really let go of the library.
func Loaded(name string) bool {
	noLoad := 0x4 // RTLD_NOLOAD: glibc and musl
	if runtime.GOOS == "darwin" {
		noLoad = 0x10
	}
	handle, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL|noLoad)
	if err != nil || handle == 0 {
		return false
	}
	// The question itself counted as one more use of the library.
	return purego.Dlclose(handle) == nil
}
