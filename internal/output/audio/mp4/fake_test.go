package mp4_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp4"
	"narrate/internal/pcm"
)

// fake lets this test binary play an ffmpeg that misbehaves: a link named
// ffmpeg that points at it runs as one, in the way that FAKE names.
func fake(way string, args []string) int {
	switch args[len(args)-1] {
	case "-version":
		fmt.Println("ffmpeg version 99.9-fake Copyright (c) nobody")
		return 0
	case "-encoders":
		if way != "no encoder" {
			fmt.Println(" A....D aac                  AAC (Advanced Audio Coding)")
		}
		return 0
	}
	in := bufio.NewReader(os.Stdin)
	io.CopyN(io.Discard, in, 60000)
	switch way {
	case "dies":
		os.Stdout.Write(append([]byte{0xff, 0xf1, 0x5c, 0x40, 0x01, 0x1f, 0xfc}, 0)) // a frame
		fmt.Fprintln(os.Stderr, "[aac @ 0x1] cannot go on")
		return 3
	case "is killed":
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			p.Kill()
		}
		time.Sleep(time.Minute)
	case "babbles":
		io.Copy(io.Discard, in)
		os.Stdout.WriteString(strings.Repeat("no AAC at all ", 100))
	case "says little": // and ends well
		io.Copy(io.Discard, in)
	case "floods":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<16)); err != nil {
				return 1
			}
		}
	}
	return 0
}

// TestMisbehaving: an ffmpeg that ends early or gives something else makes an
// error that says so.
func TestMisbehaving(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for way, want := range map[string]string{
		"no encoder":  "without its AAC encoder",
		"dies":        "cannot go on",
		"is killed":   "signal: killed",
		"babbles":     "not what was asked for",
		"says little": "0 frames where",
		"floods":      "not what was asked for",
	} {
		t.Run(way, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Symlink(self, filepath.Join(dir, "ffmpeg")); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir)
			t.Setenv("FAKE", way)
			file, err := os.Create(filepath.Join(dir, "file.m4b"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			e := edition(chirp(pcm.Format{Rate: 22050, Channels: 1}, 22050*60), output.Encoding{AAC: 64000}, 2)
			if err := mp4.Book.Write(t.Context(), file, e); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
		})
	}
}
