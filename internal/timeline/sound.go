package timeline

import (
	"fmt"
	"io"
	"sort"

	"narrate/internal/pcm"
)

// Sound is the programme as a pcm.Source: every clip in its place and silence
// between them. Nothing is held in memory but the piece being read.
type Sound struct {
	format pcm.Format
	frames int64
	cues   []Cue
	open   func(clip int, span pcm.Span) (pcm.Reader, error)
}

// NewSound gives the sound of a whole timeline (not of a cut one: cut the
// Sound with pcm.Part). open reads a part of the clip with the given number
// (Cue.Clip), which has the timeline's rate and the given number of channels.
func NewSound(t *Timeline, channels int, open func(clip int, span pcm.Span) (pcm.Reader, error)) *Sound {
	s := &Sound{
		format: pcm.Format{Rate: t.Rate, Channels: channels},
		frames: t.Frames,
		cues:   make([]Cue, 0, t.Cues()),
		open:   open,
	}
	for i := range t.Chapters {
		s.cues = append(s.cues, t.Chapters[i].Cues...)
	}
	return s
}

// Format is the timeline's rate and the channels of its clips.
func (s *Sound) Format() pcm.Format { return s.format }

// Frames is the timeline's length.
func (s *Sound) Frames() int64 { return s.frames }

// Open reads the programme's frames of span.
func (s *Sound) Open(span pcm.Span) (pcm.Reader, error) {
	if span.Start < 0 || span.End > s.frames || span.Start > span.End {
		return nil, fmt.Errorf("timeline: frames %d to %d of %d", span.Start, span.End, s.frames)
	}
	next := sort.Search(len(s.cues), func(i int) bool { return s.cues[i].Span.End > span.Start })
	return &soundReader{sound: s, at: span.Start, end: span.End, next: next}, nil
}

type soundReader struct {
	sound   *Sound
	at, end int64 // the frame to be read next, and where to stop
	next    int   // the first cue that ends after at
	clip    pcm.Reader
}

func (r *soundReader) Format() pcm.Format { return r.sound.format }

func (r *soundReader) Read(dst []int16) (int, error) {
	if r.at >= r.end {
		return 0, io.EOF
	}
	channels := r.sound.format.Channels
	want := min(int64(len(dst)/channels), r.end-r.at)
	if r.next >= len(r.sound.cues) {
		return r.silence(dst, want)
	}
	cue := &r.sound.cues[r.next]
	if r.at < cue.Span.Start {
		return r.silence(dst, min(want, cue.Span.Start-r.at))
	}
	if r.clip == nil {
		part := pcm.Span{Start: r.at - cue.Span.Start, End: min(r.end, cue.Span.End) - cue.Span.Start}
		clip, err := r.sound.open(cue.Clip, part)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", cue.Utterance.Pos, err)
		}
		if f := clip.Format(); f != r.sound.format {
			clip.Close()
			return 0, fmt.Errorf("%s: a clip of %d Hz and %d channels in a programme of %d Hz and %d",
				cue.Utterance.Pos, f.Rate, f.Channels, r.sound.format.Rate, channels)
		}
		r.clip = clip
	}
	want = min(want, cue.Span.End-r.at)
	n, err := r.clip.Read(dst[:want*int64(channels)])
	if err == io.EOF {
		err = pcm.ErrShort
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", cue.Utterance.Pos, err)
	}
	r.at += int64(n / channels)
	if r.at == cue.Span.End {
		r.next++
		err := r.clip.Close()
		r.clip = nil
		if err != nil {
			return 0, fmt.Errorf("%s: %w", cue.Utterance.Pos, err)
		}
	}
	return n, nil
}

// silence writes the given number of silent frames.
func (r *soundReader) silence(dst []int16, frames int64) (int, error) {
	n := int(frames) * r.sound.format.Channels
	clear(dst[:n])
	r.at += frames
	return n, nil
}

func (r *soundReader) Close() error {
	if r.clip == nil {
		return nil
	}
	err := r.clip.Close()
	r.clip = nil
	return err
}
