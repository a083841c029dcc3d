package piper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"narrate/internal/process"
	"narrate/internal/tts"
)

const (
	// maxSeconds limits what the engine may send for one text: a thousand
	// characters at the slowest rate take some five minutes.
	maxSeconds = 20 * 60
	// maxSaid limits what it may print where it does not speak.
	maxSaid = 64 << 10
	// maxHead is how much of a program is read to tell what it is.
	maxHead = 64 << 10
)

// engine is the program that was found.
type engine struct {
	path    string
	lines   bool   // it reads lines of JSON and goes on
	version string // changes with the program
	voices  []tts.EngineVoice
}

// look examines the engine, once; a failure is not remembered.
func (b *Backend) look(ctx context.Context) (*engine, error) {
	return b.engine.Get(ctx, func() (*engine, error) {
		e, err := examine(ctx, b.options.Program, b.options.Timeout)
		if err != nil {
			return nil, fmt.Errorf("piper: %w", err)
		}
		e.voices = b.models.list()
		return e, nil
	})
}

// examine finds the program and tells what it is.
func examine(ctx context.Context, program string, timeout time.Duration) (*engine, error) {
	names := []string{program}
	if program == "" {
		names = []string{"piper", "piper-tts"}
	}
	var missing, other error
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			missing = fmt.Errorf("%s is %w (%w)", names[0], tts.ErrMissing, err)
			continue
		}
		e, err := judge(ctx, path, timeout)
		switch {
		case err == nil:
			return e, nil
		case !errors.Is(err, errOther):
			return nil, err
		}
		other = fmt.Errorf("%w: %s %w", tts.ErrMissing, path, err)
	}
	if other != nil {
		missing = other
	}
	return nil, fmt.Errorf("%w; install it with: pipx install piper-tts, or see %s", missing, page)
}

// errOther is for a program that only has the name of the engine.
var errOther = errors.New("is another piper, a window for setting up mice (Debian's package piper), and no speech engine")

var (
	// scriptOfEngine is in the script that pip makes for the entry point
	// "piper = piper.__main__:main" (piper1-gpl, setup.py).
	scriptOfEngine = regexp.MustCompile(`(?m)^(from|import) piper\.__main__\b`)
	// scriptOfOther is in Debian's piper.
	scriptOfOther = regexp.MustCompile(`(?m)^import gi\b|^gi\.require_version|\bratbag`)
	// versionLine is what the C++ programs print for --version: "1.2.0".
	versionLine = regexp.MustCompile(`^\s*v?(\d+\.\d+[\w.+-]*)\s*$`)
)

// judge tells what a program is. A script is told by its text, since starting
// Python with all that the engine needs takes seconds, and the other piper would
// open a window.
func judge(ctx context.Context, path string, timeout time.Duration) (*engine, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read from
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(f, maxHead))
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, io.MultiReader(bytes.NewReader(head), f)); err != nil {
		return nil, err
	}
	// The script stays the same when its package is replaced, but its time
	// does not.
	python := &engine{path: path, version: fmt.Sprintf("python %x %d", hash.Sum(nil)[:8], info.ModTime().Unix())}
	if bytes.HasPrefix(head, []byte("#!")) {
		switch {
		case scriptOfEngine.Match(head):
			return python, nil
		case scriptOfOther.Match(head):
			return nil, errOther
		}
	}
	out, err := process.Run{Program: path, Args: []string{"--version"}, Limit: maxSaid, Timeout: min(timeout, time.Minute)}.Output(ctx)
	if err != nil {
		// What Python's argparse says where the model is not named.
		if s := err.Error(); strings.Contains(s, "usage:") && strings.Contains(s, "--model") {
			return python, nil
		}
		return nil, fmt.Errorf("%w; narrate needs piper 1.2 or later", err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return nil, fmt.Errorf("%s --version: cannot make sense of %.100q; is it the speech engine? narrate needs piper 1.2 or later, see %s", path, out, page)
	}
	return &engine{path: path, lines: true, version: fmt.Sprintf("%s %x", m[1], hash.Sum(nil)[:8])}, nil
}

// arguments are what all programs are told of a voice. They take these names
// with underscores: main.cpp of rhasspy/piper, main_utils.cpp of libpiper, and
// __main__.py of both Python packages. Programs without sentence_silence pass it
// over.
func (r request) arguments() []string {
	return []string{
		"--model", r.model, "--config", r.config,
		"--length_scale", decimal(r.length), "--noise_scale", decimal(r.noise), "--noise_w", decimal(r.noiseW),
		"--sentence_silence", "0",
	}
}

// speak runs a program that speaks what is on its standard input and ends. It
// gives bare samples.
func (e *engine) speak(ctx context.Context, timeout time.Duration, r request) ([]byte, error) {
	args := append(r.arguments(), "--output_raw")
	if r.speaker >= 0 {
		args = append(args, "--speaker", strconv.Itoa(r.speaker))
	}
	return process.Run{
		Program: e.path, Args: args, Input: r.text + "\n", Limit: 2 * maxSeconds * int(r.rate), Timeout: timeout,
		// Else Python reads its standard input as the locale says.
		Env: append(os.Environ(), "PYTHONUTF8=1", "PYTHONIOENCODING=utf-8"),
	}.Output(ctx)
}
