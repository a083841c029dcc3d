package espeak

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/wav"
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
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(timed, e.program, args...)
	cmd.Env = quietEnv()
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = 2 * time.Second // for pipes that a grandchild holds open
	out, stderr := capped{limit: limit}, tail{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case timed.Err() != nil:
		return nil, fmt.Errorf("%s did not end within %v and was stopped%s", e.program, timeout, stderr.note())
	case out.full != nil: // whatever became of the program after that
		return nil, fmt.Errorf("%s: %w", e.program, out.full)
	case err != nil:
		return nil, fmt.Errorf("%s: %w%s", e.program, err, stderr.note())
	}
	return out.Bytes(), nil
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

// capped is a buffer that refuses to grow beyond limit.
type capped struct {
	bytes.Buffer
	limit int
	full  error
}

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > c.limit {
		c.full = fmt.Errorf("more than %d bytes of output", c.limit)
		return 0, c.full
	}
	return c.Buffer.Write(p)
}

// ReadFrom hides the Buffer's own, which knows no limit.
func (c *capped) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailSize = 1000

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - tailSize; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// note is the tail as an addition to an error, or nothing.
func (t *tail) note() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.ToValidUTF8(strings.TrimSpace(string(t.kept)), "?")
	if text == "" {
		return ""
	}
	return fmt.Sprintf("; it said: %q", text)
}
