package master

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"time"

	"narrate/internal/pcm"
)

const (
	// crossfade is how long the end of a loop and its next beginning sound
	// together.
	crossfade = 50 * time.Millisecond
	// A track goes down before the words and up after them, and stays down
	// through shorter pauses.
	duckDown  = 300 * time.Millisecond
	duckUp    = 800 * time.Millisecond
	duckPause = 1500 * time.Millisecond
)

// track is a Track made ready.
type track struct {
	src             pcm.Source
	channels        int
	at              pcm.Span
	fadeIn, fadeOut int64
	gain            float64 // factor
	floor           float64 // factor beside speech
	talk            []pcm.Span
	down, up        int64 // frames of the ramps
	// cycle is after how many frames a loop begins again; what of the source
	// lies behind them is crossfaded with the beginning. Without a loop it is
	// the length of the source and cross is 0.
	cycle, cross int64
}

func newTrack(t Track, rate pcm.Hz, talk []pcm.Span) track {
	out := track{
		src: t.Source, channels: t.Source.Format().Channels, at: t.At,
		gain: factor(t.Gain), floor: factor(-t.Duck), talk: talk,
		down: rate.Frames(duckDown), up: rate.Frames(duckUp), cycle: t.Source.Frames(),
	}
	if out.cycle < t.At.Frames() {
		if t.Loop {
			out.cross = rate.Frames(crossfade)
			out.cycle -= out.cross
		} else {
			out.at.End = out.at.Start + out.cycle
		}
	}
	out.fadeIn, out.fadeOut = min(t.FadeIn, out.at.Frames()), min(t.FadeOut, out.at.Frames())
	return out
}

// talks joins spoken spans that only a short pause divides.
func talks(spoken []pcm.Span, rate pcm.Hz) []pcm.Span {
	pause := rate.Frames(duckPause)
	var out []pcm.Span
	for _, s := range spoken {
		switch {
		case s.Frames() == 0:
		case len(out) > 0 && s.Start-out[len(out)-1].End < pause:
			out[len(out)-1].End = s.End
		default:
			out = append(out, s)
		}
	}
	return out
}

// envelope puts the track's gain in the frames from at on into dst; they lie
// within the track.
func (t *track) envelope(at int64, dst []float64, first *int) {
	for i := range dst {
		dst[i] = t.gain
	}
	end := at + int64(len(dst))
	for ; t.floor != 1 && *first < len(t.talk); *first++ {
		s := t.talk[*first]
		if s.Start-t.down >= end {
			break
		}
		for n := max(at, s.Start-t.down); n < min(end, s.Start); n++ {
			dst[n-at] *= 1 - float64((1-t.floor)*raised((float64(n-s.Start+t.down)+0.5)/float64(t.down)))
		}
		for n := max(at, s.Start); n < min(end, s.End); n++ {
			dst[n-at] *= t.floor
		}
		for n := max(at, s.End); n < min(end, s.End+t.up); n++ {
			dst[n-at] *= 1 - float64((1-t.floor)*raised((float64(s.End+t.up-n)-0.5)/float64(t.up)))
		}
		if s.End+t.up > end {
			break
		}
	}
	for n := at; n < min(end, t.at.Start+t.fadeIn); n++ {
		dst[n-at] *= raised((float64(n-t.at.Start) + 0.5) / float64(t.fadeIn))
	}
	for n := max(at, t.at.End-t.fadeOut); n < end; n++ {
		dst[n-at] *= raised((float64(t.at.End-n) - 0.5) / float64(t.fadeOut))
	}
}

// trackReader adds the frames of a track one after the other.
type trackReader struct {
	*track
	at, end int64      // the next frame of the programme that is added, and the last
	first   int        // the talk that it may lie in
	body    pcm.Reader // of this round of the loop; nil before it is open
	tail    pcm.Reader // of the round before; nil where that has ended
	raw     []int16
	sound   []float64 // what raw becomes, interleaved
	gains   []float64
}

const trackBlock = 1024 // frames

// open adds what of the track sounds in span.
func (t *track) open(span pcm.Span) *trackReader {
	r := &trackReader{
		track: t, at: max(span.Start, t.at.Start), end: min(span.End, t.at.End),
		raw: make([]int16, trackBlock*t.channels), sound: make([]float64, trackBlock*t.channels), gains: make([]float64, trackBlock),
	}
	r.first = sort.Search(len(t.talk), func(i int) bool { return t.talk[i].End+t.up > r.at })
	return r
}

// add adds the track to the frames of the programme from at on, which follow
// those of the call before.
func (r *trackReader) add(at int64, dst [][]float64) error {
	end := min(r.end, at+int64(len(dst[0])))
	for r.at < end {
		n, err := r.fetch(min(end-r.at, trackBlock))
		if err != nil {
			return fmt.Errorf("master: a track at frame %d: %w", r.at, err)
		}
		r.envelope(r.at, r.gains[:n], &r.first)
		to := int(r.at - at)
		switch {
		case r.channels == 1:
			for _, d := range dst {
				for i, g := range r.gains[:n] {
					d[to+i] += float64(g * r.sound[i])
				}
			}
		case len(dst) == 1:
			for i, g := range r.gains[:n] {
				dst[0][to+i] += float64(g * ((r.sound[2*i] + r.sound[2*i+1]) / 2))
			}
		default:
			for i, g := range r.gains[:n] {
				dst[0][to+i] += float64(g * r.sound[2*i])
				dst[1][to+i] += float64(g * r.sound[2*i+1])
			}
		}
		r.at += n
	}
	return nil
}

// fetch reads up to n frames into sound and says how many.
func (r *trackReader) fetch(n int64) (int64, error) {
	offset := r.at - r.track.at.Start
	round := offset / r.cycle
	offset %= r.cycle
	left := r.end - r.at
	if r.body == nil {
		var err error
		if r.body, err = r.src.Open(pcm.Span{Start: offset, End: min(r.cycle, offset+left)}); err != nil {
			return 0, err
		}
		if round > 0 && offset < r.cross {
			r.tail, err = r.src.Open(pcm.Span{Start: r.cycle + offset, End: r.cycle + min(r.cross, offset+left)})
			if err != nil {
				return 0, err
			}
		}
	}
	n = min(n, r.cycle-offset)
	if r.tail != nil {
		n = min(n, r.cross-offset)
	}
	raw := r.raw[:n*int64(r.channels)]
	if err := readFull(r.body, raw); err != nil {
		return 0, err
	}
	for i, s := range raw {
		r.sound[i] = float64(s)
	}
	if r.tail != nil {
		if err := readFull(r.tail, raw); err != nil {
			return 0, err
		}
		r.blend(raw, offset)
		if offset+n == r.cross {
			if err := r.shut(&r.tail); err != nil {
				return 0, err
			}
		}
	}
	if offset+n == r.cycle {
		if err := r.shut(&r.body); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// blend fades sound in under the end of the round before, at equal power:
// beginning and end of a piece have little in common.
func (r *trackReader) blend(before []int16, offset int64) {
	for i, s := range before {
		x := (float64(offset+int64(i/r.channels)) + 0.5) / float64(r.cross)
		in, out := exact(math.Sin(x*math.Pi/2)), exact(math.Cos(x*math.Pi/2))
		r.sound[i] = float64(in*r.sound[i]) + float64(out*float64(s))
	}
}

func (r *trackReader) shut(reader *pcm.Reader) error {
	if *reader == nil {
		return nil
	}
	err := (*reader).Close()
	*reader = nil
	return err
}

func (r *trackReader) close() error { return errors.Join(r.shut(&r.body), r.shut(&r.tail)) }
