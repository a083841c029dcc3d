package espeak

import (
	"os"

	"golang.org/x/sys/unix"
)

// widen gives a pipe room for n bytes, so that its ends need not wait for each
// other so often. Where the system refuses, the pipe works as it is.
func widen(pipe any, n int) {
	if f, ok := pipe.(*os.File); ok {
		if c, err := f.SyscallConn(); err == nil {
			_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, n) })
		}
	}
}
