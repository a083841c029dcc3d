package timeline_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// flagged is a clip of which the first and the last frame are marked.
type flagged struct {
	frames int64
	part   pcm.Span
}

const firstFrame, lastFrame = 1000, -1000

func (f *flagged) Format() pcm.Format { return pcm.Format{Rate: 1000, Channels: 1} }

func (f *flagged) Read(dst []int16) (int, error) {
	n := int(min(int64(len(dst)), f.part.Frames()))
	if n == 0 {
		return 0, io.EOF
	}
	clear(dst[:n])
	if f.part.Start == 0 {
		dst[0] = firstFrame
	}
	if f.part.Start += int64(n); f.part.Start == f.frames {
		dst[n-1] = lastFrame
	}
	return n, nil
}

func (f *flagged) Close() error { return nil }

// TestTenHours streams all sound of a programme of ten hours, at a low rate as
// it is about frames: every clip, the last one too, begins and ends at the very
// frame that its cue tells, and so it does where the sound is opened just before
// it.
func TestTenHours(t *testing.T) {
	const clipCount = 9000
	all := make([]*timeline.Clip, clipCount)
	for i := range all {
		all[i] = &timeline.Clip{Frames: 3601 + int64(i%13)*17}
	}
	line, err := timeline.Build(article(0, 333*time.Millisecond, 4000, 5000), 1000, all, timeline.Layout{Head: ms, Tail: ms})
	if err != nil {
		t.Fatal(err)
	}
	if length := line.Rate.Duration(line.Frames); length < 10*time.Hour {
		t.Fatalf("only %v", length)
	}
	sound := timeline.NewSound(line, 1, func(clip int, part pcm.Span) (pcm.Reader, error) {
		return &flagged{frames: all[clip].Frames, part: part}, nil
	})
	var cues []timeline.Cue
	for _, c := range line.Chapters {
		cues = append(cues, c.Cues...)
	}
	// follow reads from a frame on and finds the cues from that number on.
	follow := func(at int64, next int) {
		r, err := sound.Open(pcm.Span{Start: at, End: line.Frames})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		block := make([]int16, 4093)
		for {
			n, err := r.Read(block)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range block[:n] {
				switch frame := at + int64(i); {
				case v == firstFrame && frame != cues[next].Span.Start:
					t.Fatalf("clip %d begins at frame %d, its cue at %d", next, frame, cues[next].Span.Start)
				case v == lastFrame && frame+1 != cues[next].Span.End:
					t.Fatalf("clip %d ends at frame %d, its cue at %d", next, frame+1, cues[next].Span.End)
				case v == lastFrame:
					next++
				}
			}
			at += int64(n)
		}
		if next != clipCount || at != line.Frames {
			t.Errorf("%d clips were found in %d frames, want %d in %d", next, at, clipCount, line.Frames)
		}
	}
	follow(0, 0)
	last := cues[clipCount-1].Span
	follow(last.Start-1, clipCount-1)
}
