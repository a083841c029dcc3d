package plugin

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// ends waits for the process to end by itself, and leaves its status for Wait.
func (w *worker) ends(within time.Duration) bool {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for errors.Is(unix.Waitid(unix.P_PID, w.Cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
		}
	}()
	select {
	case <-ended:
		return true
	case <-time.After(within):
		return false // the goroutine ends with the process, which is stopped next
	}
}

// how says in which way a process ended by itself.
func how(state *os.ProcessState) string { return state.String() }
