package main

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// TestSegmentInterrupted shows that a cancelled context ends the waiting for
// standard input.
func TestSegmentInterrupted(t *testing.T) {
	stdin, feed := io.Pipe()
	defer feed.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{}, {"--batch"}} {
		var stderr bytes.Buffer
		a := &app{stdin: stdin, stdout: io.Discard, messages: messages{w: &stderr}}
		c := newSegmentCommand(a)
		c.SilenceErrors, c.SilenceUsage = true, true
		c.SetArgs(args)
		status := a.messages.status(c.ExecuteContext(ctx))
		if status != statusFailed || stderr.String() != "error: interrupted\n" {
			t.Errorf("%q: status %d, %q", args, status, &stderr)
		}
	}
}
