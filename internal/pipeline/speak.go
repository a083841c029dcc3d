// Package pipeline is the job: a script is spoken in parallel into the clip
// store, laid out as a timeline and packaged into finished files.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"narrate/internal/clipstore"
	"narrate/internal/document"
	"narrate/internal/pcm"
	"narrate/internal/pcm/resample"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/voices"
)

// maxClip bounds the sound of one utterance, in seconds: far more than the
// longest text that a backend takes at once.
const maxClip = 1800

// Speaker turns scripts into clips.
type Speaker struct {
	Store    *clipstore.Store
	Backends map[string]tts.Backend // by name
	Rate     pcm.Hz                 // of the programme
	Trim     pcm.TrimRule
	Jobs     int // how many utterances at once, at least 1
	// Progress, where set, is told after each utterance how many are done.
	// It is never called from two goroutines at once.
	Progress func(done int)
}

// Failure is an utterance that could not be spoken.
type Failure struct {
	Text   string
	Reason string
	Pos    document.Pos
}

// Speech is a script's sound.
type Speech struct {
	// Clips has an entry an utterance, in order; nil where it failed.
	Clips []*timeline.Clip
	// Keys are where the clips lie in the store.
	Keys []clipstore.Key
	// Spoken counts the clips made in this run, Reused the utterances whose
	// clip was there.
	Spoken, Reused int
	Failed         []Failure // in the order of the script
	Warnings       []string
}

// Speak speaks every utterance of the script that the store lacks. A sentence
// that cannot be spoken is a Failure; what would fail for all of them (no
// engine, no such voice, a full disk, a cancelled context) is an error. The
// same sentence is never spoken twice.
func (s *Speaker) Speak(ctx context.Context, sc *script.Script) (*Speech, error) {
	utterances := all(sc)
	infos, parallel, err := s.engines(ctx, utterances)
	if err != nil {
		return nil, err
	}
	phonemes, warnings, err := s.pronunciations(ctx, utterances, infos)
	if err != nil {
		return nil, err
	}
	speech := &Speech{
		Clips:    make([]*timeline.Clip, len(utterances)),
		Keys:     make([]clipstore.Key, len(utterances)),
		Warnings: warnings,
	}
	// Utterances that would sound the same are one piece of work.
	same := make(map[clipstore.Key][]int, len(utterances))
	var order []clipstore.Key
	for i, u := range utterances {
		key := s.key(u, infos[u.Voice.Backend].Version, phonemes[i])
		speech.Keys[i] = key
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], i)
	}

	var mu sync.Mutex // guards speech, failed and done
	failed := make([]error, len(utterances))
	done := 0
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(min(max(1, s.Jobs), parallel))
	for _, key := range order {
		if working.Err() != nil {
			break
		}
		indices := same[key]
		group.Go(func() error {
			u := utterances[indices[0]]
			clip, reused, warning, err := s.clip(working, key, u, phonemes[indices[0]])
			var store *storeError
			if errors.As(err, &store) {
				return err // no fault of this sentence's
			}
			if err != nil && (fatal(err) || working.Err() != nil) {
				return fmt.Errorf("%s: %w", u.Pos, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if warning != "" {
				speech.Warnings = append(speech.Warnings, warning)
			}
			for k, i := range indices {
				switch {
				case err != nil:
					failed[i] = err
				case k == 0 && !reused:
					speech.Spoken++
				default:
					speech.Reused++
				}
				speech.Clips[i] = clip
			}
			done += len(indices)
			if s.Progress != nil {
				s.Progress(done)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, u := range utterances {
		if failed[i] != nil {
			speech.Failed = append(speech.Failed, Failure{u.Text, failed[i].Error(), u.Pos})
		}
	}
	sort.Strings(speech.Warnings)
	return speech, nil
}

// all lists the script's utterances in order.
func all(sc *script.Script) []*script.Utterance {
	var list []*script.Utterance
	for i := range sc.Chapters {
		for j := range sc.Chapters[i].Utterances {
			list = append(list, &sc.Chapters[i].Utterances[j])
		}
	}
	return list
}

// engines asks each backend that the utterances need what it is, and whether it
// has their voices; parallel is how many requests all of them take at once.
func (s *Speaker) engines(ctx context.Context, utterances []*script.Utterance) (infos map[string]tts.Info, parallel int, err error) {
	infos, parallel = map[string]tts.Info{}, s.Jobs
	checked := map[*voices.Voice]bool{}
	for _, u := range utterances {
		if checked[u.Voice] {
			continue
		}
		checked[u.Voice] = true
		name := u.Voice.Backend
		backend, ok := s.Backends[name]
		if !ok {
			return nil, 0, fmt.Errorf("%s: voice %q needs the backend %q, which narrate does not have; `narrate backends` lists them",
				u.Pos, u.Voice.Name, name)
		}
		info, err := backend.Info(ctx)
		if err == nil {
			err = tts.CheckVoice(ctx, backend, *u.Voice)
		}
		if err != nil {
			return nil, 0, err
		}
		infos[name] = info
		if info.Parallel > 0 {
			parallel = min(parallel, info.Parallel)
		}
	}
	return infos, max(1, parallel), nil
}

// pronunciations gives for each utterance the phonemes that its backend will
// obey. The others are spoken as they are written, and a warning says so: one
// for a backend that takes none, one for each that a voice cannot say.
func (s *Speaker) pronunciations(ctx context.Context, utterances []*script.Utterance, infos map[string]tts.Info) (phonemes [][]tts.Phonemes, warnings []string, err error) {
	phonemes = make([][]tts.Phonemes, len(utterances))
	deaf := map[string]bool{} // backends that were warned of
	type question struct {
		voice *voices.Voice
		ipa   string
	}
	judged := map[question]error{}
	for i, u := range utterances {
		if len(u.Phonemes) == 0 {
			continue
		}
		name := u.Voice.Backend
		if !infos[name].Phonemes {
			if !deaf[name] {
				warnings = append(warnings, fmt.Sprintf("%s: the backend %q cannot be told how words are pronounced; this one, and all others, it says as they are written", u.Pos, name))
			}
			deaf[name] = true
			continue
		}
		for _, p := range u.Phonemes {
			q := question{u.Voice, p.IPA}
			judgement, known := judged[q]
			if !known {
				judgement = tts.CheckPhonemes(ctx, s.Backends[name], *u.Voice, p.IPA)
				if judgement != nil && !errors.Is(judgement, tts.ErrPhonemes) {
					return nil, nil, fmt.Errorf("%s: %w", u.Pos, judgement)
				}
				if judgement != nil {
					warnings = append(warnings, fmt.Sprintf("%s: %q is said as it is written: %v", u.Pos, u.Spoken[p.Lo:p.Hi], judgement))
				}
				judged[q] = judgement
			}
			if judgement == nil {
				phonemes[i] = append(phonemes[i], tts.Phonemes{Lo: p.Lo, Hi: p.Hi, IPA: p.IPA})
			}
		}
	}
	return phonemes, warnings, nil
}

// key hashes everything that changes an utterance's sound; not its place.
func (s *Speaker) key(u *script.Utterance, version string, phonemes []tts.Phonemes) clipstore.Key {
	v := u.Voice
	number := func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
	fields := []string{
		v.Backend, version, v.Language, v.Engine, number(v.Rate), number(v.Pitch), number(v.Volume),
		u.Spoken, s.Trim.Key(), resample.Version, strconv.Itoa(int(s.Rate)),
	}
	// Without any, the key is the one that such an utterance has always had.
	for _, p := range phonemes {
		fields = append(fields, strconv.Itoa(p.Lo), strconv.Itoa(p.Hi), p.IPA)
	}
	if len(v.Settings) > 0 {
		fields = append(fields, "settings")
		for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
			fields = append(fields, name, v.Settings[name])
		}
	}
	return clipstore.NewKey(fields...)
}

// clip gives the utterance's clip from the store, or speaks it. warning names
// a damaged entry.
func (s *Speaker) clip(ctx context.Context, key clipstore.Key, u *script.Utterance, phonemes []tts.Phonemes) (clip *timeline.Clip, reused bool, warning string, err error) {
	stored, err := s.Store.Get(key)
	switch {
	case err == nil:
		return &timeline.Clip{Frames: stored.Frames, Marks: stored.Marks}, true, "", nil
	case errors.Is(err, clipstore.ErrDamaged):
		warning = fmt.Sprintf("%s: %v; it is spoken again", u.Pos, err)
	case !errors.Is(err, clipstore.ErrAbsent):
		return nil, false, "", &storeError{err}
	}
	raw, err := s.Backends[u.Voice.Backend].Synthesize(ctx, tts.Request{Text: u.Spoken, Voice: *u.Voice, Phonemes: phonemes})
	if err != nil {
		return nil, false, warning, err
	}
	samples, marks, err := s.finish(raw)
	if err != nil {
		return nil, false, warning, fmt.Errorf("%s: %w", u.Voice.Backend, err)
	}
	stored, err = s.Store.Put(key, pcm.Format{Rate: s.Rate, Channels: 1}, samples, marks)
	if err != nil {
		return nil, false, warning, &storeError{err}
	}
	return &timeline.Clip{Frames: stored.Frames, Marks: stored.Marks}, false, warning, nil
}

// finish brings a backend's clip into the programme's shape: mono, trimmed, at
// the programme's rate, the marks moved along.
func (s *Speaker) finish(clip tts.Clip) ([]int16, []tts.Mark, error) {
	raw, err := clip.Open()
	if err != nil {
		return nil, nil, err
	}
	defer raw.Close()
	mono := pcm.Format{Rate: clip.Format.Rate, Channels: 1}
	samples, err := pcm.ReadAll(pcm.Mono(raw), maxClip*int64(clip.Format.Rate))
	if err != nil {
		return nil, nil, err
	}
	kept := s.Trim.Span(samples, mono)
	if kept.Frames() == 0 {
		return nil, nil, tts.ErrEmpty
	}
	samples = samples[kept.Start:kept.End]
	if mono.Rate != s.Rate {
		converted, err := resample.New(pcm.Samples(mono, samples), s.Rate)
		if err != nil {
			return nil, nil, err
		}
		if samples, err = pcm.ReadAll(converted, maxClip*int64(s.Rate)); err != nil {
			return nil, nil, err
		}
	}
	return samples, s.moved(clip.Marks, kept, mono.Rate, int64(len(samples))), nil
}

// moved gives a clip's marks in the trimmed and converted clip of so many
// frames, in which they stay ascending: the words of trimmed silence share its
// edge, a frame after each other.
func (s *Speaker) moved(marks []tts.Mark, kept pcm.Span, rate pcm.Hz, frames int64) []tts.Mark {
	out := make([]tts.Mark, 0, len(marks))
	free := int64(0)
	for _, m := range marks {
		m.Frame = max(resample.Frames(max(0, m.Frame-kept.Start), rate, s.Rate), free)
		if m.Frame >= frames {
			break
		}
		free = m.Frame + 1
		out = append(out, m)
	}
	return out
}

// storeError is a failure of the store, which would fail for every clip.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() + storeHint(e.err) }
func (e *storeError) Unwrap() error { return e.err }

func storeHint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return " (make room with `narrate cache prune`, or choose another folder with --cache)"
	case errors.Is(err, fs.ErrPermission):
		return " (choose another folder with --cache)"
	}
	return ""
}

// fatal says whether a backend's err would fail for every further utterance, too.
func fatal(err error) bool {
	return errors.Is(err, tts.ErrMissing) || errors.Is(err, tts.ErrVoice)
}

// Sound is the programme of a timeline that was built from this speech.
func (s *Speech) Sound(t *timeline.Timeline, store *clipstore.Store) *timeline.Sound {
	return timeline.NewSound(t, 1, func(clip int, span pcm.Span) (pcm.Reader, error) {
		return store.OpenPart(s.Keys[clip], span)
	})
}
