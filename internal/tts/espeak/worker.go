package espeak

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// workerEnv, set to 1, makes WorkerMain act.
const workerEnv = "NARRATE_ESPEAK_WORKER"

// WorkerMain turns this process into a worker if it was started as one. main
// and TestMain call it before anything else, and exit with the given code if
// it handled the call:
//
//	if handled, code := espeak.WorkerMain(); handled {
//		os.Exit(code)
//	}
//
// The library keeps state from sentence to sentence that changes the sound,
// and has no way to reset it. So the worker loads it anew for each sentence,
// which takes 0.4 of the CPU time of running the program and a fifth of that
// of starting a worker (measured). Where the loader keeps
// libraries in memory for good (musl), the worker says so after its first
// sentence and is replaced.
//
// A worker ends when its standard input does, even in the midst of speaking.
func WorkerMain() (handled bool, exitCode int) {
	if os.Getenv(workerEnv) != "1" {
		return false, 0
	}
	// The library belongs to one thread.
	runtime.LockOSThread()
	questions := make(chan question)
	go func() {
		in := bufio.NewReader(os.Stdin)
		for {
			var q question
			if err := readMessage(in, &q); err != nil {
				if errors.Is(err, io.EOF) {
					os.Exit(0)
				}
				fmt.Fprintln(os.Stderr, "bad request:", err)
				os.Exit(1)
			}
			questions <- q
		}
	}()
	engine := newLibrary()
	out := bufio.NewWriterSize(os.Stdout, pipeBytes)
	for q := range questions {
		a, samples := engine.answer(q)
		a.Samples = len(samples)
		if err := errors.Join(writeMessage(out, a), writeSamples(out, samples), out.Flush()); err != nil {
			fmt.Fprintln(os.Stderr, "answer:", err)
			return true, 1
		}
	}
	return true, 0
}
