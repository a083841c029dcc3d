package clipstore

import (
	"errors"
	"fmt"
	"io/fs"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// words are the times of a clip's words, found by other means than its engine.
type words struct {
	Marks      [][4]int64 `json:"marks"` // frame, end, lo, hi
	Confidence float64    `json:"confidence"`
}

// PutWords stores the times of words, and how sure they are, under a key of
// their own.
func (s *Store) PutWords(k Key, marks []tts.Mark, confidence float64) error {
	w := &words{Marks: make([][4]int64, len(marks)), Confidence: confidence}
	for i, m := range marks {
		w.Marks[i] = [4]int64{m.Frame, m.End, int64(m.Lo), int64(m.Hi)}
	}
	h := header{Rate: 1, Channels: 1, Words: w} // a rate is not needed
	return s.put(k, h, pcm.Silence(pcm.Format{Rate: 1, Channels: 1}, 0))
}

// Words gives what PutWords stored. The error wraps ErrAbsent or ErrDamaged where
// they must be found anew.
func (s *Store) Words(k Key) (marks []tts.Mark, confidence float64, err error) {
	h, err := s.read(k)
	if err == nil && h.Words == nil {
		err = fmt.Errorf("clip store: %w: %s: no words", ErrDamaged, s.path(k))
	}
	if err != nil {
		return nil, 0, err
	}
	for _, m := range h.Words.Marks {
		marks = append(marks, tts.Mark{Frame: m[0], End: m[1], Lo: int(m[2]), Hi: int(m[3])})
	}
	return marks, h.Words.Confidence, nil
}

// read gives the header of an entry, every byte of which it checks, and notes
// that it was used.
func (s *Store) read(k Key) (header, error) {
	path := s.path(k)
	h, err := verify(path)
	if errors.Is(err, fs.ErrNotExist) {
		return h, fmt.Errorf("%w: %s", ErrAbsent, k)
	}
	if err == nil {
		touch(path)
	}
	return h, err
}
