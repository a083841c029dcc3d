package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"narrate/internal/pipeline"
)

// Every message of the program goes through this file: "error:", "warning:"
// and "hint:" lines on standard error, lower case, without a full stop.

// Exit statuses.
const (
	statusDone   = 0
	statusFailed = 1 // failed or incomplete
	statusUsage  = 2
)

// usageError is a command line that cannot be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errReported ends the program with statusFailed; all has been said.
var errReported = errors.New("reported")

type messages struct {
	mu sync.Mutex
	w  io.Writer
	// clear, where set, takes the progress bar off the line first.
	clear func()
	// resumable is set once there is work that an interrupt does not undo.
	resumable bool
}

func (m *messages) errorf(format string, args ...any)   { m.line("error", format, args) }
func (m *messages) warningf(format string, args ...any) { m.line("warning", format, args) }
func (m *messages) hintf(format string, args ...any)    { m.line("hint", format, args) }

// line writes one line; whatever the text holds, it stays one.
func (m *messages) line(kind, format string, args []any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clear != nil {
		m.clear()
	}
	fmt.Fprintf(m.w, "%s: %s\n", kind, printable(fmt.Sprintf(format, args...)))
}

// printable makes text safe to stand in a terminal line: text from outside may
// hold line ends and control sequences.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, text)
}

// status reports err and gives the program's exit status.
func (m *messages) status(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return statusDone
	case errors.Is(err, errReported):
		return statusFailed
	case errors.As(err, &usage):
		m.errorf("%v", err)
		m.hintf("narrate --help lists commands and options")
		return statusUsage
	}
	m.failure(err)
	return statusFailed
}

// failure reports an error and what to do about it.
func (m *messages) failure(err error) {
	if errors.Is(err, context.Canceled) {
		m.errorf("interrupted")
		if m.resumable {
			m.hintf("what was spoken is kept; the same command goes on from there")
		}
		return
	}
	m.errorf("%v", err)
	if errors.Is(err, pipeline.ErrExists) {
		m.hintf("--force overwrites it, -o DIR writes elsewhere")
	}
}

// excerpt shortens text for a message.
func excerpt(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return strings.TrimRight(string(runes[:most-1]), " ") + "…"
}
