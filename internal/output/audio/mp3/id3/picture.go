package id3

import (
	"crypto/sha256"

	"narrate/internal/output"
)

// maxRepeated is how many bytes the chapters' copies of one picture may take
// together. A chapter cannot refer to the picture of another, so each needs its
// own copy, and players load all of the tag before the first sound.
const maxRepeated = 4 << 20

// chapterPictures are the pictures that the chapters get, nil for none. The
// cover is not said again: players show it where a chapter has no picture. A
// picture that many chapters have stands in all of them only where that takes
// no more than maxRepeated, else in the first.
func (t *Tag) chapterPictures() []*output.Picture {
	type sum [sha256.Size]byte
	sums := map[*output.Picture]sum{} // each is summed once
	sumOf := func(p *output.Picture) sum {
		s, ok := sums[p]
		if !ok {
			s = sha256.Sum256(p.Data)
			sums[p] = s
		}
		return s
	}
	count := map[sum]int{}
	for _, c := range t.Chapters {
		if c.Picture != nil {
			count[sumOf(c.Picture)]++
		}
	}
	said := map[sum]bool{}
	if t.Cover != nil {
		delete(count, sumOf(t.Cover))
		said[sumOf(t.Cover)] = true
	}
	out := make([]*output.Picture, len(t.Chapters))
	for i, c := range t.Chapters {
		if c.Picture == nil {
			continue
		}
		s := sumOf(c.Picture)
		if n := count[s]; !said[s] || n > 0 && n*len(c.Picture.Data) <= maxRepeated {
			out[i] = c.Picture
			said[s] = true
		}
	}
	return out
}
