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
	// Reference, where set, gives the voice with which the sound is compared of
	// voices that tell no word times; nil where a language has none.
	Reference func(lang string) *voices.Voice
	// Progress, where set, is told after each utterance how many are done.
	// It is never called from two goroutines at once.
	Progress func(done int)
	// Aligning, where set, is told likewise of the clips whose words are found.
	Aligning func(done, of int)
}

// Failure is an utterance that could not be spoken.
type Failure struct {
	Text   string
	Reason string
	Pos    document.Pos
}

// Substitute is an utterance that a fallback spoke.
type Substitute struct {
	Text   string
	Wanted string // the name of the voice that was to speak
	Voice  string // of the one that spoke
	Reason string
	Pos    document.Pos
}

// Speech is a script's sound.
type Speech struct {
	// Clips has an entry an utterance, in order; nil where it failed, or was not
	// reached before the run ended.
	Clips []*timeline.Clip
	// Keys are where the clips lie in the store.
	Keys []clipstore.Key
	// Spoken counts the clips made in this run, Reused the utterances whose
	// clip was there.
	Spoken, Reused int
	Failed         []Failure    // in the order of the script
	Substitutes    []Substitute // likewise
	Levels         []Level      // of the voices heard, where there are several
	Warnings       []string
}

// Speak speaks every utterance of the script that the store lacks. A sentence
// that its voice cannot speak, or whose voice cannot be had, is spoken by the
// first of the voice's fallbacks that can; what nobody can speak is a Failure.
// What would fail for all of them (no engine, no such voice and no fallback, a
// full disk, a cancelled context) is an error. Where that is a service's doing (it
// is down, refuses the key, or nothing is left to use or to spend), or the context
// ended while it spoke, the Speech that comes with the error tells what is heard
// and what is not; requests that were under way are in it. The same sentence is
// never spoken twice.
func (s *Speaker) Speak(ctx context.Context, sc *script.Script) (*Speech, error) {
	utterances := all(sc)
	cast, err := s.cast(ctx, utterances)
	if err != nil {
		return nil, err
	}
	// Utterances that would sound the same are one piece of work.
	type job struct {
		by       candidate
		phonemes []tts.Phonemes
		indices  []int
	}
	jobs := make(map[clipstore.Key]*job, len(utterances))
	var order []clipstore.Key
	for i, u := range utterances {
		by, err := cast.first(u)
		if err != nil {
			return unheard(utterances, cast, err), err
		}
		phonemes, err := cast.phonemes(ctx, u, by)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.Pos, err)
		}
		key := s.key(u.Spoken, by, phonemes)
		if jobs[key] == nil {
			jobs[key] = &job{by: by, phonemes: phonemes}
			order = append(order, key)
		}
		jobs[key].indices = append(jobs[key].indices, i)
	}

	speech := &Speech{Clips: make([]*timeline.Clip, len(utterances)), Keys: make([]clipstore.Key, len(utterances))}
	var mu sync.Mutex // guards speech, reasons, useless and done
	reasons := make([]error, len(utterances))
	useless := make([]bool, len(utterances))
	done := 0
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(max(1, s.Jobs))
	for _, key := range order {
		if working.Err() != nil {
			break
		}
		j := jobs[key]
		group.Go(func() error {
			u := utterances[j.indices[0]]
			t, err := s.take(working, cast, u, key, j.phonemes)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for k, i := range j.indices {
				reasons[i], useless[i], speech.Keys[i] = t.reason, t.useless, t.key
				if t.by == nil {
					continue
				}
				clip := &timeline.Clip{Frames: t.clip.Frames, Marks: t.clip.Marks, Key: t.key.String()}
				if idOf(t.by) != idOf(u.Voice) {
					clip.By = t.by
				}
				speech.Clips[i] = clip
				if k == 0 && !t.reused {
					speech.Spoken++
				} else {
					speech.Reused++
				}
			}
			done += len(j.indices)
			if s.Progress != nil {
				s.Progress(done)
			}
			return nil
		})
	}
	err = group.Wait()
	var store *storeError
	if err != nil && (ctx.Err() == nil || errors.As(err, &store)) {
		return nil, err
	}
	var stopped error
	if ctx.Err() != nil {
		stopped = &interrupted{ctx.Err()}
	}
	for key, j := range jobs {
		// Without a reason it was not reached. What the store has of that is heard by
		// whoever goes on.
		if i := j.indices[0]; speech.Clips[i] != nil || reasons[i] != nil || s.Store.Has(key) {
			continue
		}
		for _, i := range j.indices {
			reasons[i] = stopped
		}
	}
	for i, u := range utterances {
		switch clip := speech.Clips[i]; {
		case clip == nil && reasons[i] == nil:
			speech.Reused++
		case clip == nil:
			speech.Failed = append(speech.Failed, Failure{u.Text, reasons[i].Error(), u.Pos})
		case clip.By != nil:
			speech.Substitutes = append(speech.Substitutes, Substitute{u.Text, u.Voice.Name, clip.By.Name, reasons[i].Error(), u.Pos})
		}
	}
	if i := slices.Index(useless, true); i >= 0 && stopped == nil {
		// The rest was still looked for in the store, and asked of nobody.
		stopped = fmt.Errorf("%s: %w", utterances[i].Pos, reasons[i])
	}
	if stopped == nil {
		if err := errors.Join(s.level(ctx, cast, utterances, speech), s.findWords(ctx, cast, utterances, speech)); err != nil {
			return nil, err
		}
	}
	speech.Warnings = append(cast.warnings, substituted(sc.Source, speech.Substitutes)...)
	sort.Strings(speech.Warnings)
	return speech, stopped
}

// interrupted is the error of a context that ended while sentences were spoken.
type interrupted struct{ err error }

func (*interrupted) Error() string   { return "interrupted" }
func (i *interrupted) Unwrap() error { return i.err }

// unheard is the speech of a script of which nothing is spoken, since a service
// cannot be used; nil where that has another cause, which more than waiting or
// paying mends.
func unheard(utterances []*script.Utterance, cast *casting, err error) *Speech {
	if !errors.Is(err, tts.ErrKey) && !errors.Is(err, tts.ErrQuota) && !errors.Is(err, tts.ErrDown) {
		return nil
	}
	speech := &Speech{Clips: make([]*timeline.Clip, len(utterances)), Keys: make([]clipstore.Key, len(utterances))}
	for _, u := range utterances {
		reason := fmt.Sprintf("not spoken, since another sentence cannot be: %v", err)
		if missing := cast.lines[u.Voice].missing; missing != nil {
			reason = missing.Error()
		}
		speech.Failed = append(speech.Failed, Failure{u.Text, reason, u.Pos})
	}
	return speech
}

// substituted sums up who spoke in whose place, and why the first time.
func substituted(source string, list []Substitute) []string {
	type pair struct{ wanted, voice string }
	count := map[pair]int{}
	for _, s := range list {
		count[pair{s.Wanted, s.Voice}]++
	}
	var warnings []string
	for _, s := range list {
		p := pair{s.Wanted, s.Voice}
		if n := count[p]; n > 0 {
			warnings = append(warnings, fmt.Sprintf("%s: voice %q speaks %d of the sentences of %q: %s", source, s.Voice, n, s.Wanted, s.Reason))
		}
		delete(count, p)
	}
	return warnings
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

// key hashes everything that changes how a text sounds.
func (s *Speaker) key(spoken string, by candidate, phonemes []tts.Phonemes) clipstore.Key {
	v := by.voice
	number := func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
	fields := []string{
		v.Backend, by.version, v.Language, by.engine, number(v.Rate), number(v.Pitch), number(v.Volume),
		spoken, s.Trim.Key(), resample.Version, strconv.Itoa(int(s.Rate)),
	}
	// Without any, the key is the one that such an utterance has always had.
	for _, p := range phonemes {
		fields = append(fields, strconv.Itoa(p.Lo), strconv.Itoa(p.Hi), p.IPA)
		if p.Native != "" { // and then there is no IPA, which tells the two apart
			fields = append(fields, p.Native)
		}
	}
	heard := slices.DeleteFunc(slices.Sorted(maps.Keys(v.Settings)), func(name string) bool {
		return tts.SilentSetting(s.Backends[v.Backend], name)
	})
	if len(heard) > 0 {
		fields = append(fields, "settings")
		for _, name := range heard {
			fields = append(fields, name, v.Settings[name])
		}
	}
	return clipstore.NewKey(fields...)
}

// take is how an utterance came out.
type take struct {
	clip   tts.Clip // its samples are in the store
	key    clipstore.Key
	reused bool
	by     *voices.Voice // nil where nobody could speak it
	reason error         // why nobody could, or not the voice that was to
	// useless says that nobody can speak anything any more.
	useless bool
}

// take speaks an utterance with the first of its candidates that can; key and
// phonemes are those of the first. It fails where the run cannot go on.
func (s *Speaker) take(ctx context.Context, cast *casting, u *script.Utterance, key clipstore.Key, phonemes []tts.Phonemes) (take, error) {
	l := cast.lines[u.Voice]
	reason := l.missing
	useless := true
	for i, by := range l.candidates {
		var err error
		if i > 0 {
			if phonemes, err = cast.phonemes(ctx, u, by); err == nil {
				key = s.key(u.Spoken, by, phonemes)
			}
		}
		t := take{key: key, by: by.voice, reason: reason}
		if err == nil {
			t.clip, t.reused, err = s.clip(ctx, cast, u, by, key, phonemes)
		}
		if err == nil {
			return t, nil
		}
		var store *storeError
		switch {
		case errors.As(err, &store):
			return take{}, err // no fault of this sentence's
		case ctx.Err() != nil:
			return take{}, fmt.Errorf("%s: %w", u.Pos, err)
		case tts.Useless(err):
			cast.lose(by.voice, err)
		default:
			useless = false
		}
		if reason == nil {
			reason = err
		} else {
			reason = fmt.Errorf("%w; %w", reason, err)
		}
	}
	return take{reason: reason, useless: useless}, nil
}

// clip gives an utterance's clip from the store, or has it spoken unless the
// voice is lost.
func (s *Speaker) clip(ctx context.Context, cast *casting, u *script.Utterance, by candidate, key clipstore.Key, phonemes []tts.Phonemes) (clip tts.Clip, reused bool, err error) {
	stored, err := s.Store.Get(key)
	switch {
	case err == nil:
		return stored, true, nil
	case errors.Is(err, clipstore.ErrDamaged):
		cast.warn("%s: %v; it is spoken again", u.Pos, err)
	case !errors.Is(err, clipstore.ErrAbsent):
		return tts.Clip{}, false, &storeError{err}
	}
	if err := cast.isLost(by.voice); err != nil {
		return tts.Clip{}, false, err
	}
	raw, err := by.backend.Synthesize(ctx, tts.Request{Text: u.Spoken, Voice: *by.voice, Phonemes: phonemes})
	if err != nil {
		return tts.Clip{}, false, err
	}
	samples, marks, err := s.finish(raw)
	if err != nil {
		return tts.Clip{}, false, fmt.Errorf("%s: %w", by.voice.Backend, err)
	}
	if stored, err = s.Store.Put(key, pcm.Format{Rate: s.Rate, Channels: 1}, samples, marks); err != nil {
		return tts.Clip{}, false, &storeError{err}
	}
	return stored, false, nil
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
