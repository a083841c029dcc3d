// Package ffmpeg runs the ffmpeg program; nothing else in narrate does. Sound
// goes in over standard input and encoded bytes come back over standard
// output, so no file of ours ever stands between the two.
package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"narrate/internal/process"
)

// ErrMissing is wrapped by Find's error where there is no ffmpeg.
var ErrMissing = errors.New("ffmpeg is not installed")

// ErrBroken is wrapped where ffmpeg did not do its work for a reason that does not
// lie in the file: it could not be started, or something ended it.
var ErrBroken = errors.New("ffmpeg failed, which says nothing of the file; try it again")

// broken reports whether an error is that of a program that could not be started,
// or that a signal has ended: the system's, where memory is short, or somebody's.
func broken(err error) bool {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode() < 0
	}
	var unfound *exec.Error
	var unread *fs.PathError
	return errors.As(err, &unfound) || errors.As(err, &unread)
}

// Program is an ffmpeg that was found and answers. It is safe for concurrent
// use.
type Program struct {
	Path    string
	Version string // as it names itself: "5.1.6-0+deb12u1"

	asking   lock            // for encoders
	encoders map[string]bool // once asked for
}

// found are the programs that have answered, by path: a program is asked only
// once what it is.
var found = struct {
	lock
	byPath map[string]*Program
}{make(lock, 1), map[string]*Program{}}

// lock is a mutex that can be waited for no longer than a context lasts, since
// it is held while a program runs.
type lock chan struct{}

func (l lock) lock(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l lock) unlock() { <-l }

// Find looks for ffmpeg on the search path and asks for its version.
func Find(ctx context.Context) (*Program, error) {
	path, err := exec.LookPath("ffmpeg")
	if errors.Is(err, exec.ErrDot) {
		return nil, fmt.Errorf("%w: the one in the current folder is not run", ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrMissing, Hint())
	}
	if err := found.lock.lock(ctx); err != nil {
		return nil, err
	}
	defer found.unlock()
	if p := found.byPath[path]; p != nil {
		return p, nil
	}
	p := &Program{Path: path, asking: make(lock, 1)}
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
	found.byPath[path] = p
	return p, nil
}

// Hint says how to get ffmpeg on this system.
func Hint() string { return process.InstallHint("ffmpeg", "ffmpeg", "ffmpeg") }

// HasEncoder reports whether this ffmpeg was built with the named encoder,
// such as "libmp3lame".
func (p *Program) HasEncoder(ctx context.Context, name string) (bool, error) {
	if err := p.asking.lock(ctx); err != nil {
		return false, err
	}
	defer p.asking.unlock()
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
func (p *Program) ask(ctx context.Context, what string) (string, error) {
	out, err := process.Run{
		Program: p.Path, Args: []string{"-hide_banner", "-nostdin", what},
		Limit: 1 << 20, Timeout: 30 * time.Second,
	}.Output(ctx)
	return string(out), err
}
