package main

import (
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
