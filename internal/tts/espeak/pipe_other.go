//go:build !linux

package espeak

// widen does nothing: only Linux offers it.
func widen(any, int) {}
