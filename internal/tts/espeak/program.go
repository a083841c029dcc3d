package espeak

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/wav"
	"narrate/internal/process"
	"narrate/internal/tts"
)

// maxListing limits what the program may print where it does not speak.
const maxListing = 1 << 20

// speak runs the program for one request. The options come first and are
// numbers and names from the engine's own list; the text comes over standard
// input, where it cannot be taken for an option.
func (e *engine) speak(ctx context.Context, timeout time.Duration, r request) (speech, error) {
	args := []string{
		"--stdin", "--stdout", "-b", "1", "-v", r.Voice,
		"-s", strconv.Itoa(r.WPM), "-p", strconv.Itoa(r.Pitch), "-a", strconv.Itoa(r.Volume),
	}
	if r.Gap > 0 {
		args = append(args, "-g", strconv.Itoa(r.Gap))
	}
	if r.Seed {
		args = append(args, "-D")
	}
	out, err := e.run(ctx, timeout, 2*maxFrames+4096, r.Text, args...)
	if err != nil {
		return speech{}, err
	}
	if len(out) == 0 {
		return speech{}, fmt.Errorf("%w: %s wrote nothing", tts.ErrEmpty, e.program)
	}
	// The length in the header is a placeholder; the reader knows that.
	sound, err := wav.NewReader(bytes.NewReader(out))
	if err != nil {
		return speech{}, fmt.Errorf("%w: %s: %w", tts.ErrBroken, e.program, err)
	}
	if c := sound.Format().Channels; c != 1 {
		return speech{}, fmt.Errorf("%w: %s gave %d channels", tts.ErrBroken, e.program, c)
	}
	samples, err := pcm.ReadAll(sound, maxFrames)
	if err != nil {
		return speech{}, fmt.Errorf("%w: %s: %w", tts.ErrBroken, e.program, err)
	}
	return speech{format: sound.Format(), samples: samples}, nil
}

// run runs the program to its end and gives its standard output, at most limit
// bytes. Its exit status is not proof of success, but a bad one is of failure.
func (e *engine) run(ctx context.Context, timeout time.Duration, limit int, input string, args ...string) ([]byte, error) {
	return process.Run{
		Program: e.program, Args: args, Env: quietEnv(), Input: input, Limit: limit, Timeout: timeout,
	}.Output(ctx)
}

// quietEnv is the environment for the engine. Even when it writes to a file it
// opens an audio device first; these settings keep PulseAudio's client library
// from looking for a server, starting one, or making its folder in the user's
// configuration.
func quietEnv() []string {
	return append(os.Environ(),
		"PULSE_SERVER=unix:/dev/null/none",
		"PULSE_CLIENTCONFIG=/dev/null",
		"PULSE_COOKIE=/dev/null",
		"PULSE_RUNTIME_PATH=/dev/null/none",
		"PULSE_STATE_PATH=/dev/null/none",
	)
}
