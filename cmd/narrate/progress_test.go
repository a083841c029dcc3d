package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPlainProgress(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, false)
	now := time.Now()
	p.now = func() time.Time { return now }
	p.start("speaking", 100, "sentences")
	for _, step := range []struct {
		after time.Duration
		done  int64
	}{{time.Second, 5}, {10 * time.Second, 25}, {time.Second, 30}, {10 * time.Second, 75}} {
		now = now.Add(step.after)
		p.set(step.done)
	}
	p.start("writing", 1000, "")
	now = now.Add(20 * time.Second)
	p.add(100)
	p.add(300)
	now = now.Add(20 * time.Second)
	p.add(300)
	p.close()
	const want = `speaking: 25 of 100 sentences, 33s left
speaking: 75 of 100 sentences, 7s left
writing: 10 %, 3m0s left
writing: 70 %, 17s left
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

func TestQuietProgress(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, true)
	p.start("speaking", 10, "sentences")
	p.set(10)
	p.close()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}

// TestWaits: a pause is told once, whoever else waits meanwhile, and never a
// short one; without a terminal, no more often than progress is.
func TestWaits(t *testing.T) {
	busy := errors.New("openai: 127.0.0.1 answers 429 Too Many Requests:\n\x1b[2J" + strings.Repeat("x", 300))
	type wait struct {
		after, pause time.Duration
		try          int
	}
	waits := []wait{
		{0, time.Second, 2},
		{0, 8 * time.Second, 4},
		{time.Second, 12 * time.Second, 3},
		{8 * time.Second, 5 * time.Second, 5},
		{30 * time.Second, 3 * time.Second, 6},
		{10 * time.Second, 60 * time.Second, 7},
		{59 * time.Second, 60 * time.Second, 7},
	}
	for _, test := range []struct {
		terminal, quiet bool
		want            []string
	}{
		{false, false, []string{"8 s 4", "3 s 6", "60 s 7"}},
		{true, false, []string{"8 s 4", "5 s 5", "3 s 6", "60 s 7"}},
		{false, true, nil},
	} {
		var out strings.Builder
		a := &app{}
		p := newProgress(&out, test.quiet)
		now := time.Now()
		p.now, p.terminal = func() time.Time { return now }, test.terminal
		done := a.show(p)
		for _, w := range waits {
			now = now.Add(w.after)
			a.waiting(w.pause, w.try, busy)
		}
		done()
		now = now.Add(time.Hour)
		a.waiting(time.Minute, 2, busy)
		var got []string
		for line := range strings.Lines(out.String()) {
			m := regexp.MustCompile(`^waiting (\d+ s): openai: 127.0.0.1 answers 429 Too Many Requests: \[2Jx+… \(try (\d)\)\n$`).FindStringSubmatch(line)
			if m == nil || len(line) > 250 {
				t.Errorf("%q", line)
				continue
			}
			got = append(got, m[1]+" "+m[2])
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("terminal %v, quiet %v: %q, want %q", test.terminal, test.quiet, got, test.want)
		}
	}
}
