package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
)

// TestMain lets this test binary play an ffmpeg that misbehaves: a link named
// ffmpeg that points at it runs as one, in the way that FAKE names.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "ffmpeg" {
		os.Exit(fake(os.Getenv("FAKE"), os.Args[1:]))
	}
	// Or the fakes under the race detector would take a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

func fake(way string, args []string) int {
	if args[len(args)-1] == "-version" && way != "stranger" && way != "slow to say" {
		fmt.Println("ffmpeg version 99.9-fake Copyright (c) nobody")
		return 0
	}
	switch way {
	case "stranger":
		fmt.Println("hello")
	case "slow to say":
		time.Sleep(time.Minute)
	case "dies":
		fmt.Fprintln(os.Stderr, strings.Repeat("noise ", 10000)+"\n[mp3 @ 0x1] cannot\tgo on")
		return 3
	case "stops early": // as if all were well
	case "is killed":
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		fmt.Fprintln(os.Stderr, err)
		select {}
	case "hangs": // with a child of its own, and reads nothing
		os.Setenv("FAKE", "grandchild")
		child := exec.Command(os.Args[0], "x")
		if err := child.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(child.Process.Pid)
		time.Sleep(time.Minute)
	case "grandchild":
		time.Sleep(time.Minute)
	case "half a header":
		fmt.Print(".snd\x00\x00")
	case "other header":
		fmt.Print(".snd\x00\x00\x00\x18\xff\xff\xff\xff\x00\x00\x00\x03\x00\x00\xac\x44\x00\x00\x00\x01")
	case "half a sample", "sound, dies":
		fmt.Print(".snd\x00\x00\x00\x18\xff\xff\xff\xff\x00\x00\x00\x06\x00\x00\xac\x44\x00\x00\x00\x01\x00\x00\x00\x00")
		if way == "sound, dies" {
			return 4
		}
		fmt.Print("\x00\x00")
	case "is silent":
		time.Sleep(time.Minute)
	case "env":
		fmt.Println(strings.Join(args, " "))
		if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
			return 1
		}
	}
	return 0
}

// link makes the test binary the ffmpeg on the search path.
func link(t *testing.T, way string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "ffmpeg")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv("FAKE", way)
}

// pretend makes the test binary the ffmpeg that Find finds.
func pretend(t *testing.T, way string) *Program {
	t.Helper()
	link(t, way)
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var mono = pcm.Format{Rate: 22050, Channels: 1}

func tone(f pcm.Format, frames int) []int16 {
	samples := make([]int16, frames*f.Channels)
	for i := range samples {
		samples[i] = int16(9000 * math.Sin(float64(i/f.Channels)*0.05*float64(1+i%f.Channels)))
	}
	return samples
}

func TestEncode(t *testing.T) {
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []pcm.Format{mono, {Rate: 44100, Channels: 2}} {
		samples := tone(f, 100003)
		var out bytes.Buffer
		if err := p.Encode(t.Context(), pcm.Samples(f, samples), &out, "-f", "s16le"); err != nil {
			t.Fatal(err)
		}
		want := make([]byte, 0, 2*len(samples))
		for _, s := range samples {
			want = binary.LittleEndian.AppendUint16(want, uint16(s))
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%+v: %d bytes come back for %d, or others", f, out.Len(), len(want))
		}
	}
}

func TestRepeatable(t *testing.T) {
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out [2]bytes.Buffer
	for i := range out {
		if err := p.Encode(t.Context(), pcm.Samples(mono, tone(mono, 50000)), &out[i], "-c:a", "flac", "-f", "ogg"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out[0].Bytes(), out[1].Bytes()) || bytes.Contains(out[0].Bytes(), []byte(p.Version)) {
		t.Error("two runs differ, or the version stands in the output")
	}
}

func TestFind(t *testing.T) {
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.Version == "" || !filepath.IsAbs(p.Path) {
		t.Errorf("%+v", p)
	}
	for name, want := range map[string]bool{"flac": true, "libnothing": false, "=": true} {
		got, err := p.HasEncoder(t.Context(), name)
		if err != nil || name != "=" && got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context()); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "install ffmpeg") {
		t.Errorf("without ffmpeg: %v", err)
	}
}

func TestStranger(t *testing.T) {
	link(t, "stranger")
	if p, err := Find(t.Context()); err == nil {
		t.Errorf("it is taken for %+v", p)
	}
}

// TestFindWaits checks that a caller who waits for another's look can leave.
func TestFindWaits(t *testing.T) {
	link(t, "slow to say")
	first, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := Find(first)
		ended <- err
	}()
	for deadline := time.Now().Add(20 * time.Second); len(found.lock) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody looks")
		}
	}
	second, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(second); !errors.Is(err, context.Canceled) {
		t.Errorf("the second: %v", err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
}

func TestRefusedByFFmpeg(t *testing.T) {
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = p.Encode(t.Context(), pcm.Silence(mono, 1<<40), io.Discard, "-c:a", "nosuchcodec", "-f", "mp3")
	if err == nil || !strings.Contains(err.Error(), "nosuchcodec") {
		t.Errorf("%v", err)
	}
}

func TestMisbehaving(t *testing.T) {
	for way, want := range map[string]string{
		"dies":        "exit status 3",
		"stops early": "stopped before the end",
		"is killed":   "signal: killed",
	} {
		t.Run(way, func(t *testing.T) {
			p := pretend(t, way)
			err := p.Encode(t.Context(), pcm.Silence(mono, 1<<40), io.Discard, "-f", "mp3")
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("%.200v", err)
			}
			if way == "dies" && (!strings.HasSuffix(err.Error(), `[mp3 @ 0x1] cannot go on"`) || len(err.Error()) > 3000) {
				t.Errorf("its messages: %.200v", err)
			}
		})
	}
}

// TestCancel: one that neither reads nor writes is killed with its child.
func TestCancel(t *testing.T) {
	p := pretend(t, "hangs")
	ctx, cancel := context.WithCancel(t.Context())
	var pid bytes.Buffer
	err := p.Encode(ctx, pcm.Silence(mono, 1<<40), then{&pid, cancel}, "-f", "mp3")
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	for range 500 {
		stat, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(pid.String()), "stat"))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return // gone, or dead and not yet collected
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the child %s of ffmpeg lives on", pid.String())
}

// then calls a function after each write.
type then struct {
	io.Writer
	do func()
}

func (t then) Write(p []byte) (int, error) {
	n, err := t.Writer.Write(p)
	t.do()
	return n, err
}

var errOurs = errors.New("ours")

type failing struct{ pcm.Reader }

func (failing) Read([]int16) (int, error) { return 0, errOurs }
func (failing) Write([]byte) (int, error) { return 0, errOurs }

func TestFailingEnds(t *testing.T) {
	p, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	src := failing{pcm.Silence(mono, 0)}
	if err := p.Encode(t.Context(), src, io.Discard, "-f", "wav"); !errors.Is(err, errOurs) {
		t.Errorf("source: %v", err)
	}
	if err := p.Encode(t.Context(), pcm.Silence(mono, 1<<40), failing{}, "-f", "s16le"); !errors.Is(err, errOurs) {
		t.Errorf("destination: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Encode(ctx, pcm.Silence(mono, 100), io.Discard, "-f", "s16le"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}
