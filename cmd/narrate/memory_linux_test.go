package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMemory narrates an hour of speech, which is 159 MB of samples, with the
// program as it is shipped. The size that it needs is the same for any length:
// `make bench` measures twenty hours.
func TestMemory(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "narrate")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	var book strings.Builder
	book.WriteString("Six Hundred Letters\n\n")
	for i := range 600 {
		fmt.Fprintf(&book, "Letter number %d was written by candlelight on a Sunday, and the answer to it took the long way round by ship and mule. ", i+1)
		if i%6 == 5 {
			book.WriteString("\n\n")
		}
	}
	article := filepath.Join(dir, "letters.txt")
	if err := os.WriteFile(article, []byte(book.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--cache", filepath.Join(dir, "cache"), "-o", filepath.Join(dir, "out"), "--clips", "section", article)
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	peak := 0
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v: %s", err, &out)
			}
			running = false
		case <-time.After(10 * time.Millisecond):
			peak = max(peak, highWater(c.Process.Pid))
		}
	}
	t.Logf("%speak resident size %d MiB", &out, peak)
	if peak == 0 || peak > 100 {
		t.Errorf("peak resident size %d MiB, want at most 100", peak)
	}
}

// highWater is the largest resident size that a process has had, in MiB; 0 if
// it has ended. (What wait4 reports counts the test's own size, which the
// process shares until it executes the program.)
func highWater(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib / 1024
		}
	}
	return 0
}
