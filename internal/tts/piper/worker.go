package piper

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"narrate/internal/process"
	"narrate/internal/tts"
)

const (
	// maxLine is the longest line that a program may answer with: the path of
	// a file.
	maxLine = 16 << 10
	// pause is between two looks at a file that may not be whole yet, patience
	// is for how long they go on, and quiet is how long one of unknown length
	// must not have grown.
	pause    = 20 * time.Millisecond
	quiet    = 3 * pause
	patience = 2 * time.Second
)

// worker is a running program that reads lines of JSON.
type worker struct {
	process.Child
	program string
	args    []string
	folder  string // its own, for what it writes
	out     *bufio.Reader
	spoken  int
}

// line is a request (rhasspy/piper, README.md, "JSON Input"; libpiper's
// process.cpp reads the same fields).
type line struct {
	Text string `json:"text"`
	// Speaker is for models of several alone: the program gives the number to
	// the model, and one of one speaker has no place for it.
	Speaker *int   `json:"speaker_id,omitempty"`
	File    string `json:"output_file"`
}

// start starts a program.
func start(program string, args []string) (*worker, error) {
	folder, err := os.MkdirTemp("", "narrate-piper-")
	if err != nil {
		return nil, err
	}
	w := &worker{program: program, args: args, folder: folder}
	// It outlives the request that it is started for.
	w.Cmd = process.Command(context.Background(), program, append([]string{"--json-input"}, args...)...)
	w.Cmd.Dir = folder
	out, err := w.Start()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", program, err), os.RemoveAll(folder))
	}
	w.out = bufio.NewReaderSize(out, maxLine)
	return w, nil
}

// speak sends a request, waits until the program has answered it and gives the
// file that it wrote. On any error the program is done for.
func (w *worker) speak(ctx context.Context, timeout time.Duration, r request) ([]byte, error) {
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// A dead program's pipes are closed, which ends the reading below.
	undo := context.AfterFunc(timed, w.Stop)
	wav, err := w.ask(timed, r)
	undone := undo()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil && undone:
		return wav, nil
	case timed.Err() != nil:
		return nil, fmt.Errorf("%s did not answer within %v and was stopped", w.program, timeout)
	}
	return nil, err
}

func (w *worker) ask(ctx context.Context, r request) ([]byte, error) {
	w.spoken++
	file := filepath.Join(w.folder, fmt.Sprintf("%d.wav", w.spoken))
	l := line{Text: r.text, File: file}
	if r.speaker >= 0 {
		l.Speaker = &r.speaker
	}
	question, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	if _, err = w.In.Write(append(question, '\n')); err != nil {
		return nil, fmt.Errorf("%s broke off: %w", w.program, err)
	}
	answer, err := w.out.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: %s answers %.100q… in place of a file", tts.ErrBroken, w.program, answer)
	case err != nil:
		return nil, fmt.Errorf("%s broke off: %w", w.program, unexpected(err))
	case strings.TrimSpace(string(answer)) != file:
		return nil, fmt.Errorf("%w: %s answers %.100q in place of the file %s", tts.ErrBroken, w.program, answer, file)
	}
	wav, err := settled(ctx, file, 4096+4*maxSeconds*int(r.rate)) // at most 4 bytes a sample
	return wav, errors.Join(err, os.Remove(file))
}

// unexpected is io.EOF as an error for people.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// settled reads a WAVE file when it is whole. The programs name the file before
// they close it, so that its end may come a little later. Where the header tells
// no length, as libpiper's does not, the file is whole when it grows no more:
// there, each piece of sound is a write of its own, and the last but a moment
// from the name. One that stays cut is given as it is.
func settled(ctx context.Context, file string, most int) ([]byte, error) {
	size, grown := -1, time.Now()
	for started := grown; ; {
		wav, err := readSome(file, int64(most))
		if err != nil {
			return nil, err
		}
		if len(wav) > most {
			return nil, fmt.Errorf("%w: more than %d MiB of sound", tts.ErrBroken, most>>20)
		}
		if len(wav) != size {
			size, grown = len(wav), time.Now()
		}
		length, known := declared(wav)
		if known && size >= length || !known && time.Since(grown) >= quiet || time.Since(started) > patience {
			return wav, nil
		}
		if err := tts.Sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// declared is the length that the header of a WAVE file tells, in bytes.
func declared(wav []byte) (length int, known bool) {
	if len(wav) < 12 {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(wav[4:])
	return int(n) + 8, n != 0 && n < 0x7ffff000
}

// End stops the program, which has nothing to save, and removes what it wrote.
// Its exit status says nothing that its answers have not said.
func (w *worker) End() error {
	w.Stop()
	w.Leave(0)
	return os.RemoveAll(w.folder)
}
