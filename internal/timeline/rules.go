package timeline

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"narrate/internal/pcm"
)

// Rules say which chapters of the script are chapters of the programme. The
// zero value takes them as they are.
type Rules struct {
	// Levels is the lowest level of heading that begins a chapter; 0 for all.
	// A chapter below goes on the one before it.
	Levels int
	// Shortest is the least a chapter lasts. A shorter one goes on the one
	// before it; one whose heading stands above the next one's, as that of a
	// part above a chapter's, and the first one, go with the one after, under
	// both titles.
	Shortest time.Duration
	// Longest is the most a chapter lasts; 0 for no limit. A longer one is
	// divided between two paragraphs, or sentences where those are long, into
	// equal parts.
	Longest time.Duration
	// Introduction is the title of what stands before the first heading; ""
	// leaves it the article's.
	Introduction string
	Number       bool // number the titles: "1. Arrival"
}

func (r Rules) apply(parts []part, rate pcm.Hz) []part {
	before := lengths(parts)
	for i := range parts {
		if parts[i].level == 0 && r.Introduction != "" {
			parts[i].title = r.Introduction
		}
	}
	if r.Levels > 0 {
		parts = join(parts, func(p *part) bool { return p.level > r.Levels })
	}
	if least := rate.Frames(r.Shortest); least > 0 {
		parts = withNext(parts, func(p, next *part) bool { return p.frames(rate) < least && p.level < next.level })
		parts = join(parts, func(p *part) bool { return p.frames(rate) < least })
		if len(parts) > 1 && parts[0].frames(rate) < least {
			parts[1] = both(&parts[0], &parts[1])
			parts = parts[1:]
		}
	}
	if most := rate.Frames(r.Longest); most > 0 {
		var divided []part
		for i := range parts {
			divided = append(divided, parts[i].divide(rate, most)...)
		}
		parts = divided
	}
	changed := !slices.Equal(before, lengths(parts))
	for i := range parts {
		changed = changed || i > 0 && parts[i].number <= parts[i-1].number
	}
	for i := range parts {
		p := &parts[i]
		if changed { // the article's numbers would be missing or stand twice
			p.number = i + 1
		}
		if r.Number {
			p.title = strconv.Itoa(p.number) + ". " + p.title
		}
	}
	return parts
}

// lengths are the numbers of cues of the parts.
func lengths(parts []part) []int {
	all := make([]int, len(parts))
	for i := range parts {
		all[i] = len(parts[i].cues)
	}
	return all
}

// frames is how long the part lasts by itself.
func (p *part) frames(rate pcm.Hz) int64 {
	var n int64
	for i, h := range p.cues {
		if i > 0 {
			n += rate.Frames(pause(p.cues[i-1].utterance, h.utterance))
		}
		n += h.clip.Frames
	}
	return n
}

// join has each part that goes on the one before it do so.
func join(parts []part, goesOn func(*part) bool) []part {
	out := parts[:1:1]
	for i := range parts[1:] {
		p := &parts[1+i]
		if last := &out[len(out)-1]; goesOn(p) {
			last.cues = slices.Concat(last.cues, p.cues)
		} else {
			out = append(out, *p)
		}
	}
	return out
}

// withNext has each part that goes with the next one do so.
func withNext(parts []part, goes func(p, next *part) bool) []part {
	var out []part
	for i := range parts {
		if k := len(out); k > 0 && goes(&out[k-1], &parts[i]) {
			out[k-1] = both(&out[k-1], &parts[i])
		} else {
			out = append(out, parts[i])
		}
	}
	return out
}

func both(p, next *part) part {
	q := *p
	q.cues = slices.Concat(p.cues, next.cues)
	if next.title != "" && next.title != p.title {
		q.title = p.title + " \u2013 " + next.title
	}
	if p.title == "" {
		q.title = next.title
	}
	// What follows is on the next one's level, and must not join by rank again.
	q.level = next.level
	return q
}

// divide divides a part that is longer than most.
func (p *part) divide(rate pcm.Hz, most int64) []part {
	whole := p.frames(rate)
	if whole <= most || len(p.cues) == 1 {
		return []part{*p}
	}
	var out []part
	for count := (whole + most - 1) / most; ; count++ {
		out = p.into(rate, count, whole)
		fits := true
		for i := range out {
			// A sentence that is too long by itself cannot be helped.
			fits = fits && (out[i].frames(rate) <= most || len(out[i].cues) == 1)
		}
		if fits || count >= int64(len(p.cues)) {
			break
		}
	}
	for i := range out {
		out[i].title = fmt.Sprintf("%s (%d/%d)", p.title, i+1, len(out))
	}
	return out
}

// into divides a part into at most count parts of about the same length.
func (p *part) into(rate pcm.Hz, count, whole int64) []part {
	ends := make([]int64, len(p.cues)) // of the cues
	var at int64
	for i, h := range p.cues {
		if i > 0 {
			at += rate.Frames(pause(p.cues[i-1].utterance, h.utterance))
		}
		at += h.clip.Frames
		ends[i] = at
	}
	cuts := []int{0}
	for k := int64(1); k < count; k++ {
		best, least := 0, int64(math.MaxInt64)
		for i := cuts[len(cuts)-1] + 1; i < len(p.cues); i++ {
			off := ends[i-1] - whole/count*k
			cost := max(off, -off)
			// A cut between two sentences of a paragraph is as bad as one that
			// is a quarter of a part's length off.
			if !p.cues[i].utterance.Begins {
				cost += whole / count / 4
			}
			if cost < least {
				best, least = i, cost
			}
		}
		if best > 0 {
			cuts = append(cuts, best)
		}
	}
	cuts = append(cuts, len(p.cues))
	var out []part
	for i, lo := range cuts[:len(cuts)-1] {
		q := *p
		q.cues = p.cues[lo:cuts[i+1]]
		out = append(out, q)
	}
	return out
}
