// Package ffmpeg runs the ffmpeg program; nothing else in narrate does. Sound
// goes in over standard input and encoded bytes come back over standard
// output, so no file of ours ever stands between the two.
package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// ErrMissing is wrapped by Find's error where there is no ffmpeg.
var ErrMissing = errors.New("ffmpeg is not installed")

// Program is an ffmpeg that was found and answers. It is safe for concurrent
// use.
type Program struct {
	Path    string
	Version string // as it names itself: "5.1.6-0+deb12u1"

	mu       sync.Mutex
	encoders map[string]bool // once asked for
}

// found are the programs that have answered, by path: a program is asked only
// once what it is.
var found struct {
	sync.Mutex
	byPath map[string]*Program
}

// Find looks for ffmpeg on the search path and asks for its version.
func Find(ctx context.Context) (*Program, error) {
	path, err := exec.LookPath("ffmpeg")
	if errors.Is(err, exec.ErrDot) {
		return nil, fmt.Errorf("%w: the one in the current folder is not run", ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrMissing, Hint())
	}
	found.Lock()
	defer found.Unlock()
	if p := found.byPath[path]; p != nil {
		return p, nil
	}
	p := &Program{Path: path}
	text, err := p.ask(ctx, "-version")
	if err != nil {
		return nil, err
	}
	// "ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2024 ..."
	words := strings.Fields(text)
	if len(words) < 3 || words[0] != "ffmpeg" || words[1] != "version" {
		return nil, fmt.Errorf("%s: is not ffmpeg: it does not say its version", path)
	}
	p.Version = words[2]
	if found.byPath == nil {
		found.byPath = map[string]*Program{}
	}
	found.byPath[path] = p
	return p, nil
}

// Hint is the command that installs ffmpeg on this system.
func Hint() string {
	switch runtime.GOOS {
	case "darwin":
		return "install it with: brew install ffmpeg"
	case "windows":
		return "install it with: winget install ffmpeg"
	default:
		return "install it with: apt-get install ffmpeg"
	}
}

// HasEncoder reports whether this ffmpeg was built with the named encoder,
// such as "libmp3lame".
func (p *Program) HasEncoder(ctx context.Context, name string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.encoders == nil {
		text, err := p.ask(ctx, "-encoders")
		if err != nil {
			return false, err
		}
		p.encoders = map[string]bool{}
		// " A....D libmp3lame           libmp3lame MP3 (MPEG audio layer 3) (codec mp3)"
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) > 1 {
				p.encoders[f[1]] = true
			}
		}
	}
	return p.encoders[name], nil
}

// ask runs ffmpeg for a short answer on standard output.
func (p *Program) ask(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := p.command(ctx, append([]string{"-hide_banner", "-nostdin"}, args...)...)
	var out, messages tail
	out.limit, messages.limit = 1<<20, stderrLimit
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return "", fmt.Errorf("%s %s: %w%s", p.Path, strings.Join(args, " "), err, messages.note())
	}
	return out.kept.String(), nil
}

// command is ffmpeg in a process group of its own, which is killed as a whole
// when ctx ends.
func (p *Program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.Path, args...)
	isolate(cmd)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// stderrLimit is how many bytes of messages an error quotes.
const stderrLimit = 2048

// tail is a Writer that keeps the last limit bytes. The buffer is not embedded:
// its ReadFrom would be called in place of Write.
type tail struct {
	kept  bytes.Buffer
	limit int
}

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	p = p[max(0, n-t.limit):]
	if over := t.kept.Len() + len(p) - t.limit; over > 0 {
		t.kept.Next(over)
	}
	t.kept.Write(p)
	return n, nil
}

// note is the kept text on one line for the end of an error, or "".
func (t *tail) note() string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(strings.ToValidUTF8(t.kept.String(), ""), func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		b.WriteByte(' ')
		b.WriteString(word)
	}
	if b.Len() == 0 {
		return ""
	}
	return ":" + b.String()
}
