// Command narrate turns articles into finished narrated audio with exact
// timing files.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"narrate/internal/tts/espeak"
)

// version is set by the linker for releases.
var version = "0.1.0"

// softLimit is the memory, in bytes, from which on garbage is collected often.
const softLimit = 256 << 20

func main() {
	if handled, status := espeak.WorkerMain(); handled {
		os.Exit(status)
	}
	if os.Getenv("GOGC") == "" {
		// A sentence's sound is most of what lives at a time: a few MB, for
		// which the default would collect several times a second. A large page
		// or book has more garbage than that while it is read, which the limit
		// keeps small; it does not bound what lives.
		debug.SetGCPercent(400)
		if os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(softLimit)
		}
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; it gives the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// The first signal winds the work up, a second one ends the program.
	context.AfterFunc(ctx, stop)

	app := &app{stdin: stdin, stdout: stdout, messages: messages{w: stderr}}
	root := newRootCommand(app)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return app.messages.status(root.ExecuteContext(ctx))
}
