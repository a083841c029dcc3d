package outputtest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// raw is a sound format for this test: a length, patched in at the end, and
// the samples. Its fault, if any, is what the suite must find.
type raw struct{ fault string }

var calls atomic.Int64

func (r raw) Info() output.Info {
	info := output.Info{Name: "raw", Suffix: "raw", MediaType: "audio/L16", Sound: true, Summary: "bare samples"}
	if r.fault == "info" {
		info.Name = "Raw Samples"
	}
	return info
}

func (raw) Check(context.Context) error { return nil }

func (r raw) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) (err error) {
	if r.fault == "lost error" {
		defer func() {
			if errors.Is(err, errDisk) {
				err = nil
			}
		}()
	}
	head := make([]byte, 9) // a byte for faults, and the length
	if r.fault == "random" {
		head[0] = byte(calls.Add(1))
	}
	if r.fault == "jobs" {
		head[0] = byte(e.Jobs)
	}
	if _, err := dst.Write(head); err != nil {
		return err
	}
	sound, err := e.Sound.Open(pcm.Span{End: e.Sound.Frames()})
	if err != nil {
		return err
	}
	if r.fault != "open reader" {
		defer sound.Close()
	}
	if r.fault == "goroutine" {
		go time.Sleep(time.Minute)
	}
	if r.fault == "mutation" {
		e.Timeline.Chapters[0].Title = "other"
	}
	buf := make([]int16, 1000)
	for {
		if err := ctx.Err(); err != nil && r.fault != "deaf" {
			return err
		}
		n, err := sound.Read(buf)
		if err == io.EOF || (err != nil && r.fault == "lost sound") {
			break
		}
		if err != nil {
			return fmt.Errorf("raw: %w", err)
		}
		if r.fault != "progress" {
			e.Progress(int64(n / e.Sound.Format().Channels))
		}
		if err := binary.Write(dst, binary.LittleEndian, buf[:n]); err != nil {
			return err
		}
	}
	end, err := dst.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if want := e.Sound.Frames()*2*int64(e.Sound.Format().Channels) + 9; end != want && r.fault != "short" {
		return fmt.Errorf("raw: %d bytes of %d: %w", end, want, pcm.ErrShort)
	}
	if _, err := dst.Seek(0, io.SeekStart); err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(head[1:], uint64(end))
	_, err = dst.Write(head)
	return err
}

const faultVariable = "OUTPUTTEST_FAULT"

// TestSuite runs the suite over a format that keeps the contract, or, started
// by TestSuiteFinds, over one that breaks it.
func TestSuite(t *testing.T) {
	r := raw{os.Getenv(faultVariable)}
	Run(t, func() output.Format { return quiet{r} }, Options{
		Check: func(t *testing.T, path string, e output.Edition) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if want := 9 + 2*e.Timeline.Frames*int64(e.Sound.Format().Channels); info.Size() != want {
				t.Errorf("%d bytes, want %d", info.Size(), want)
			}
		},
	})
}

// quiet lets editions come without Progress, as the contract allows.
type quiet struct{ raw }

func (q quiet) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	if e.Progress == nil {
		e.Progress = func(int64) {}
	}
	return q.raw.Write(ctx, dst, e)
}

// TestSuiteFinds holds that the suite fails for each way to break the
// contract, and says why.
func TestSuiteFinds(t *testing.T) {
	for fault, message := range map[string]string{
		"info":        "name \"Raw Samples\"",
		"random":      "another run",
		"jobs":        "another run with 8 jobs",
		"lost error":  "destination's error is lost",
		"lost sound":  "the error hides its cause",
		"short":       "as if it were whole",
		"open reader": "readers left open",
		"goroutine":   "goroutines left",
		"mutation":    "changed the timeline",
		"progress":    "progress tells of 0 frames",
		"deaf":        "cancelled context gives <nil>",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.failfast", "-test.run=^TestSuite$/^(info|files|cancelled.*|failing.*)$/^(words|.*start|.*midway|write.*|seek.*)?$")
			cmd.Env = append(os.Environ(), faultVariable+"="+fault)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("the suite passes: %v", err)
			}
			if !strings.Contains(string(out), message) {
				t.Errorf("the suite does not say %q:\n%s", message, out)
			}
		})
	}
}
