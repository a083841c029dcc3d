package ffmpeg

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"narrate/internal/pcm"
	"narrate/internal/process"
)

// block is how many samples go to ffmpeg at a time.
const block = 32 << 10

// Encode reads src to its end, feeds it to ffmpeg as signed 16-bit samples and
// writes what ffmpeg makes of it to dst. args are the output's options, with
// its container (-f) last: "-c:a", "flac", "-f", "flac". No metadata of
// ffmpeg's own goes into the output. src is not closed.
//
// Where the context ends, src or dst fails, or ffmpeg stops early, ffmpeg is
// killed and has ended when Encode returns.
func (p *Program) Encode(ctx context.Context, src pcm.Reader, dst io.Writer, args ...string) error {
	run, stop := context.WithCancel(ctx)
	defer stop()
	f := src.Format()
	all := []string{
		"-hide_banner", "-nostdin", "-v", "error", "-xerror",
		"-f", "s16le", "-ar", strconv.Itoa(int(f.Rate)), "-ac", strconv.Itoa(f.Channels), "-i", "pipe:0",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact",
	}
	all = append(append(all, buffered...), args...)
	cmd := process.Command(run, p.Path, append(all, "pipe:1")...)
	var messages process.Tail
	cmd.Stderr = &messages
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("%s: %w", p.Path, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("%s: %w", p.Path, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", p.Path, err)
	}

	type result struct{ src, pipe error }
	fed := make(chan result, 1)
	go func() {
		var r result
		r.src, r.pipe = feed(stdin, src)
		if r.src != nil {
			stop() // or ffmpeg would finish a file that is cut short
		}
		if err := stdin.Close(); r.pipe == nil {
			r.pipe = err
		}
		fed <- r
	}()
	_, dstErr := io.Copy(writer{dst}, stdout)
	if dstErr != nil {
		stop()
	}
	r := <-fed
	runErr := cmd.Wait()

	var failed writeError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case r.src != nil:
		return r.src
	case errors.As(dstErr, &failed):
		return failed.error
	case runErr != nil:
		return fmt.Errorf("%s: %w%s", p.Path, runErr, messages.Note())
	case dstErr != nil:
		return fmt.Errorf("%s: reading its output: %w", p.Path, dstErr)
	case r.pipe != nil:
		return fmt.Errorf("%s: stopped before the end of the sound: %w%s", p.Path, r.pipe, messages.Note())
	}
	return nil
}

// feed copies src to w until the end of src, or one of the two fails.
func feed(w io.Writer, src pcm.Reader) (srcErr, pipeErr error) {
	c := src.Format().Channels
	samples := make([]int16, block/c*c)
	raw := make([]byte, 2*len(samples))
	for {
		n, err := src.Read(samples)
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return err, nil
		}
		for i, s := range samples[:n] {
			binary.LittleEndian.PutUint16(raw[2*i:], uint16(s))
		}
		if _, err := w.Write(raw[:2*n]); err != nil {
			return nil, err
		}
	}
}

// writeError marks an error as dst's.
type writeError struct{ error }

// writer marks dst's errors, to tell them from those of reading the pipe.
type writer struct{ io.Writer }

func (w writer) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		return n, writeError{err}
	}
	return n, nil
}
