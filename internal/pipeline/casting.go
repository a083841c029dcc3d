package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/voices"
)

// voiceID tells voices apart. Those that differ in their prosody alone, as
// markup makes them, are one.
type voiceID struct{ backend, name string }

func idOf(v *voices.Voice) voiceID { return voiceID{v.Backend, v.Name} }

// candidate is a voice that may speak an utterance.
type candidate struct {
	voice    *voices.Voice
	backend  tts.Backend
	version  string // of the backend and the voice
	engine   string // the engine's own name of the voice
	phonemes bool   // whether the backend obeys them
}

// line is who may speak for a voice of the script: itself, then its fallbacks.
// Those that cannot be had are left out.
type line struct {
	candidates []candidate
	missing    error // why the first that is left out cannot be had
}

// casting says who speaks the utterances of a script. It learns as they are
// spoken; its methods are safe for concurrent use.
type casting struct {
	backends map[string]tts.Backend
	lines    map[*voices.Voice]*line
	engines  map[*voices.Voice]string // candidate.engine

	mu       sync.Mutex
	lost     map[voiceID]error  // voices that ceased to be had, and why
	judged   map[question]error // pronunciations
	deaf     map[string]bool    // backends that were warned of
	warnings []string
}

type question struct {
	voice       *voices.Voice
	ipa, native string
}

// cast asks each backend that the utterances need what it is, and whether it has
// their voices. It fails only where the context has ended.
func (s *Speaker) cast(ctx context.Context, utterances []*script.Utterance) (*casting, error) {
	c := &casting{
		backends: s.Backends, lines: map[*voices.Voice]*line{}, engines: map[*voices.Voice]string{}, lost: map[voiceID]error{},
		judged: map[question]error{}, deaf: map[string]bool{},
	}
	for _, u := range utterances {
		if c.lines[u.Voice] != nil {
			continue
		}
		l := &line{}
		for _, v := range append([]*voices.Voice{u.Voice}, u.Voice.Fallback...) {
			found, err := s.candidate(ctx, v)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err == nil:
				l.candidates = append(l.candidates, found)
				c.engines[v] = found.engine
			case l.missing == nil:
				l.missing = err
			}
		}
		c.lines[u.Voice] = l
	}
	return c, nil
}

// candidate fails where the voice cannot be had.
func (s *Speaker) candidate(ctx context.Context, v *voices.Voice) (candidate, error) {
	backend, ok := s.Backends[v.Backend]
	if !ok {
		return candidate{}, fmt.Errorf("voice %q needs the backend %q, which narrate does not have; `narrate backends` lists them", v.Name, v.Backend)
	}
	info, err := backend.Info(ctx)
	if err == nil {
		err = tts.CheckVoice(ctx, backend, *v)
	}
	if err != nil {
		return candidate{}, err
	}
	engine, err := tts.NameOf(ctx, backend, *v)
	if err != nil {
		return candidate{}, err
	}
	version, err := tts.VersionOf(ctx, backend, *v)
	return candidate{v, backend, version, engine, info.Phonemes}, err
}

// first is who is to speak an utterance, unless that fails; an error says why
// there is nobody.
func (c *casting) first(u *script.Utterance) (candidate, error) {
	l := c.lines[u.Voice]
	if len(l.candidates) == 0 {
		return candidate{}, l.missing // no fault of this utterance's
	}
	return l.candidates[0], nil
}

// lose notes that a voice cannot be had any longer.
func (c *casting) lose(v *voices.Voice, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost[idOf(v)] == nil {
		c.lost[idOf(v)] = err
	}
}

// isLost gives why a voice can no longer be had; nil where it can.
func (c *casting) isLost(v *voices.Voice) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost[idOf(v)]
}

func (c *casting) warn(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// phonemes gives those of an utterance that the candidate will obey. The others
// are spoken as they are written, and a warning says so: one for a backend that
// takes none, one for each that a voice cannot say.
func (c *casting) phonemes(ctx context.Context, u *script.Utterance, by candidate) ([]tts.Phonemes, error) {
	var obeyed []tts.Phonemes
	for _, p := range u.Phonemes {
		wanted := tts.Phonemes{Lo: p.Lo, Hi: p.Hi, IPA: p.IPA}
		if own, ok := voices.NativeTo(by.voice.Backend, p.Native); ok {
			wanted.IPA, wanted.Native = "", own.Phonemes
		} else if p.IPA == "" {
			continue // it is for other backends
		}
		if !by.phonemes {
			c.warnDeaf(u, by)
			return nil, nil
		}
		err := c.judge(ctx, u, wanted, by)
		if err == nil {
			obeyed = append(obeyed, wanted)
		} else if !errors.Is(err, tts.ErrPhonemes) {
			return nil, err
		}
	}
	return obeyed, nil
}

func (c *casting) warnDeaf(u *script.Utterance, by candidate) {
	c.mu.Lock()
	warned := c.deaf[by.voice.Backend]
	c.deaf[by.voice.Backend] = true
	c.mu.Unlock()
	if !warned {
		c.warn("%s: the backend %q cannot be told how words are pronounced; this one, and all others, it says as they are written", u.Pos, by.voice.Backend)
	}
}

// judge says whether the candidate can pronounce p; it asks once for each way.
func (c *casting) judge(ctx context.Context, u *script.Utterance, p tts.Phonemes, by candidate) error {
	q := question{by.voice, p.IPA, p.Native}
	c.mu.Lock()
	err, known := c.judged[q]
	c.mu.Unlock()
	if known {
		return err
	}
	if p.Native != "" {
		err = tts.CheckNative(ctx, by.backend, *by.voice, p.Native)
	} else {
		err = tts.CheckPhonemes(ctx, by.backend, *by.voice, p.IPA)
	}
	if err != nil && !errors.Is(err, tts.ErrPhonemes) {
		return err // of this moment, not of the sound
	}
	c.mu.Lock()
	_, known = c.judged[q]
	c.judged[q] = err
	c.mu.Unlock()
	if err != nil && !known {
		c.warn("%s: %q is said as it is written: %v", u.Pos, u.Spoken[p.Lo:p.Hi], err)
	}
	return err
}
