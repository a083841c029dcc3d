//go:build !linux

package plugin

import (
	"os"
	"time"
)

// ends cannot tell whether the process has ended without taking its status from
// Wait, after which its children could not be killed any more. One that closes
// its standard output is about to end, so it gets the time for it.
func (w *worker) ends(within time.Duration) bool {
	time.Sleep(min(within, 100*time.Millisecond))
	return true
}

// how says in which way a process ended by itself; "" where narrate may have
// killed it.
func how(state *os.ProcessState) string {
	if how := state.String(); how != "signal: killed" {
		return how
	}
	return ""
}
