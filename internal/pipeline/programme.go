package pipeline

import (
	"context"
	"fmt"
	"time"

	"narrate/internal/clipstore"
	"narrate/internal/master"
	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/pcm/loudness"
	"narrate/internal/timeline"
)

// declick is how long both ends of each clip are faded: too short to be heard,
// long enough that a clip that begins in the middle of a swing does not click.
const declick = 3 * time.Millisecond

// units are the measures as mastering knows them.
var units = map[output.Measure]master.Unit{output.Unchanged: master.None, output.LUFS: master.LUFS, output.RMS: master.RMS}

// Voice is the speech of a timeline as it was spoken: its clips from the store,
// each with its gain, and silence between them.
func Voice(t *timeline.Timeline, store *clipstore.Store) (pcm.Source, error) {
	keys := make(map[int]clipstore.Key, t.Cues())
	gains := make(map[int]pcm.Gain, t.Cues())
	for i := range t.Chapters {
		for _, cue := range t.Chapters[i].Cues {
			key, err := clipstore.ParseKey(cue.Key)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", cue.Utterance.Pos, err)
			}
			keys[cue.Clip], gains[cue.Clip] = key, pcm.Decibels(cue.Gain)
		}
	}
	return timeline.NewSound(t, 1, func(clip int, span pcm.Span) (pcm.Reader, error) {
		r, err := store.OpenPart(keys[clip], span)
		if err != nil {
			return nil, err
		}
		return pcm.Amplify(r, gains[clip]), nil
	}), nil
}

// BalanceMusic sets the gains of a timeline's music, which say how loud it is
// beside the voice in LU, to decibels. The voice counts as it will sound: the
// limiter takes more off speech than off music.
func BalanceMusic(ctx context.Context, t *timeline.Timeline, voice pcm.Source, store *clipstore.Store, m output.Mastering, jobs int) error {
	if len(t.Music) == 0 {
		return nil
	}
	alone, err := newProgramme(ctx, t, voice, nil, 1, m, jobs, nil)
	if err != nil {
		return err
	}
	spoken, ok, err := integrated(ctx, alone, jobs)
	if err != nil || !ok {
		return err // beside silence nothing is loud or soft
	}
	known := map[string]float64{}
	for i := range t.Music {
		p := &t.Music[i]
		is, measured := known[p.Key]
		if !measured {
			source, err := stored(store, p)
			if err != nil {
				return err
			}
			if is, ok, err = integrated(ctx, source, jobs); err != nil {
				return fmt.Errorf("%s: %w", p.Sound, err)
			} else if !ok {
				is = spoken - alone.Report().Gain // too short to be measured, or silent
			}
			known[p.Key] = is
		}
		p.Gain = hundredths(p.Gain + spoken - alone.Report().Gain - is)
	}
	return nil
}

func integrated(ctx context.Context, s pcm.Source, jobs int) (lufs float64, ok bool, err error) {
	m, err := loudness.Measure(ctx, s, jobs, nil)
	if err != nil {
		return 0, false, err
	}
	lufs, ok = m.Integrated()
	return lufs, ok, nil
}

// storedSound is a clip of the store as a Source.
type storedSound struct {
	store  *clipstore.Store
	key    clipstore.Key
	format pcm.Format
	frames int64
}

func stored(store *clipstore.Store, m *timeline.Placed) (pcm.Source, error) {
	key, err := clipstore.ParseKey(m.Key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Sound, err)
	}
	clip, err := store.Get(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Sound, err)
	}
	return &storedSound{store, key, clip.Format, clip.Frames}, nil
}

func (s *storedSound) Format() pcm.Format { return s.format }
func (s *storedSound) Frames() int64      { return s.frames }
func (s *storedSound) Open(span pcm.Span) (pcm.Reader, error) {
	return s.store.OpenPart(s.key, span)
}

// Programme is mastered sound, and what was done to it.
type Programme struct {
	pcm.Source
	Reports []master.Report // one; or of each chapter
}

// Master makes the programme of a timeline: voice and music together, brought
// to the level that m asks for; with perChapter each chapter by itself, as it
// will be a file by itself. progress, where set, is told how many frames have
// been measured so far, some of them several times.
func Master(ctx context.Context, t *timeline.Timeline, voice pcm.Source, store *clipstore.Store, channels int, m output.Mastering, perChapter bool, jobs int, progress func(done int64)) (*Programme, error) {
	if !perChapter || len(t.Chapters) < 2 {
		p, err := newProgramme(ctx, t, voice, store, channels, m, jobs, progress)
		if err != nil {
			return nil, err
		}
		return &Programme{p, []master.Report{p.Report()}}, nil
	}
	out := &Programme{}
	var parts []pcm.Source
	done := int64(0)
	for i := range t.Chapters {
		span := t.Chapters[i].Span
		heard := progress
		if progress != nil {
			heard = func(n int64) { progress(done + n) }
		}
		p, err := newProgramme(ctx, t.Cut(span, ""), pcm.Part(voice, span), store, channels, m, jobs, heard)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
		out.Reports = append(out.Reports, p.Report())
		done += span.Frames() * MasteringPasses
	}
	out.Source = pcm.Concat(parts...)
	return out, nil
}

// newProgramme masters a timeline's voice; without a store it has no music.
func newProgramme(ctx context.Context, t *timeline.Timeline, voice pcm.Source, store *clipstore.Store, channels int, m output.Mastering, jobs int, progress func(done int64)) (*master.Programme, error) {
	mix := master.Mix{Speech: voice, Channels: channels}
	for i := range t.Chapters {
		for _, cue := range t.Chapters[i].Cues {
			mix.Spoken = append(mix.Spoken, cue.Span)
		}
	}
	for i := range t.Music {
		p := &t.Music[i]
		if store == nil {
			break
		}
		source, err := stored(store, p)
		if err != nil {
			return nil, err
		}
		mix.Tracks = append(mix.Tracks, master.Track{
			Source: source, At: p.Span, Loop: source.Frames() < p.Span.Frames(), Gain: p.Gain,
			FadeIn: p.FadeIn, FadeOut: p.FadeOut, Duck: p.Duck,
		})
	}
	settings := master.Settings{Unit: units[m.Measure], Level: m.Level, Ceiling: m.Ceiling(), HighPass: m.HighPass}
	if m.Measure != output.Unchanged {
		settings.Declick = t.Rate.Frames(declick)
	}
	p, err := master.New(ctx, mix, settings, jobs, progress)
	if err != nil {
		return nil, fmt.Errorf("mastering: %w", err)
	}
	return p, nil
}
