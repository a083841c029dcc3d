// Package process starts the programs that narrate drives: without a shell, in
// a process group of their own that is killed as a whole, so that none outlives
// the work, with bounded output and the end of what they say to standard error
// kept for the error.
package process

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// waitDelay is how long, after a program has ended or was killed, its pipes may
// be held open by a process that left its group.
const waitDelay = 2 * time.Second

// Command is the program with its arguments, in a process group of its own:
// what it starts is killed together with it when ctx ends, and the terminal's
// interrupt reaches narrate alone. On Linux the program is killed when narrate
// dies without having had a chance to; elsewhere it notices at most the end of
// its standard input. Where there are no process groups (Windows) the program
// alone is killed.
func Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = waitDelay
	ownGroup(cmd)
	return cmd
}

// Kill kills a started Command and its group. It may be called only until the
// command has been waited for; after that its number may be another's.
func Kill(cmd *exec.Cmd) error { return cmd.Cancel() }

// Run is a program that is run to its end for what it prints.
type Run struct {
	Program string
	Args    []string
	Env     []string // nil is narrate's own
	Dir     string   // the folder that it runs in; empty is narrate's own
	Input   string   // its standard input
	Limit   int      // the most that it may print, in bytes
	Timeout time.Duration
	// Messages, where given, keeps the end of what it says to standard error,
	// for one that fails and ends as if it had not.
	Messages *Tail
}

// Output runs the program and gives its standard output. A bad exit status, more
// output than the limit and a program that takes longer than the timeout are
// errors that name the program and quote the end of its messages; where ctx ends
// first, its cause is the error.
func (r Run) Output(ctx context.Context) ([]byte, error) {
	timed, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	cmd := Command(timed, r.Program, r.Args...)
	out, messages := capped{limit: r.Limit}, r.Messages
	if messages == nil {
		messages = &Tail{}
	}
	cmd.Env, cmd.Dir = r.Env, r.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(r.Input), &out, messages
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case timed.Err() != nil:
		return nil, fmt.Errorf("%s did not end within %v and was stopped%s", r.Program, r.Timeout, messages.Note())
	case out.full != nil: // whatever became of the program after that
		return nil, fmt.Errorf("%s: %w", r.Program, out.full)
	case err != nil:
		return nil, fmt.Errorf("%s: %w%s", r.Program, err, messages.Note())
	}
	return out.kept.Bytes(), nil
}

// capped is a buffer that refuses to grow beyond limit. The buffer is not
// embedded: its ReadFrom, which knows no limit, would be called in place of
// Write.
type capped struct {
	kept  bytes.Buffer
	limit int
	full  error
}

var _ io.Writer = (*capped)(nil)

func (c *capped) Write(p []byte) (int, error) {
	if c.kept.Len()+len(p) > c.limit {
		c.full = fmt.Errorf("more than %d bytes of output", c.limit)
		return 0, c.full
	}
	return c.kept.Write(p)
}
