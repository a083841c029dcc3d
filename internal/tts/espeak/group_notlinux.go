//go:build unix && !linux

package espeak

import "syscall"

// dieWithParent does nothing: only Linux offers it. A worker notices the end
// of its standard input.
func dieWithParent(*syscall.SysProcAttr) {}
