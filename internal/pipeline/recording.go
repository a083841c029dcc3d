package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"narrate/internal/align"
	"narrate/internal/clipstore"
	"narrate/internal/document"
	"narrate/internal/ffmpeg"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/wordtime"
	"narrate/voices"
)

// Recording is the backend of what is heard in a recording.
const Recording = "recording"

// recordings are read from files, even from those that were cut off.
var recordings = decoding{kind: "recording", bytes: 64 << 30, hours: 48, cut: true}

// sureEnough is the confidence from which the words of a sentence are where the
// aligner has them; below, they are estimated.
const sureEnough = 0.1

// RecordingFormat is the rate of a recording and its channels, of which two are
// the most. cut says what is missing of a file that was cut off.
func RecordingFormat(ctx context.Context, file string) (f pcm.Format, cut string, err error) {
	program, err := ffmpeg.Find(ctx)
	if err != nil {
		return f, "", err
	}
	s, err := program.Open(ctx, file, ffmpeg.OpenOptions{Cut: true})
	if err != nil {
		return f, "", fmt.Errorf("recording: %w", err)
	}
	f = s.Format()
	f.Channels = min(2, f.Channels)
	return f, s.Cut(), s.Close()
}

// LoadRecording has the sound of a file in the store, decoded once for its
// content and format, and gives it and its key. A file that was cut off is taken
// as far as it goes. own is its RecordingFormat.
func LoadRecording(ctx context.Context, store *clipstore.Store, file string, own, format pcm.Format) (pcm.Source, clipstore.Key, error) {
	kept := format
	kept.Channels = max(own.Channels, format.Channels)
	key, frames, err := recordings.decoded(ctx, store, file, kept)
	if err != nil {
		return nil, key, fmt.Errorf("recording %s: %w%s", file, err, storeHint(err))
	}
	sound := &storedSound{store, key, kept, frames}
	if kept == format {
		return sound, key, nil
	}
	mixed, err := audible(ctx, sound)
	if err != nil {
		return nil, key, fmt.Errorf("recording %s: %w", file, err)
	}
	return inMono{mixed}, key, nil
}

// Listener finds the utterances of a script in a recording.
type Listener struct {
	Store *clipstore.Store
	Sound pcm.Source
	// Name is what the recording is called, in reports and as the voice heard.
	Name string
	// Rate is that of the references: Speaker.Rate of those who spoke them.
	Rate pcm.Hz
	Jobs int // utterances aligned at once
	// Progress, where set, is told how many frames have been listened to.
	Progress func(frames int64)
	// Placing, where set, is told how many of so many sentences have been placed,
	// once all has been listened to.
	Placing func(done, of int)
}

// Heard is what was found of a script.
type Heard struct {
	// Clips and Starts have an entry an utterance, in order, as timeline.Place
	// wants them.
	Clips   []*timeline.Clip
	Starts  []int64
	Missing []Failure // sentences that were not found, in the order of the script
	// Unread are the headings that were not found, as many readers leave them out;
	// where nothing was found at all, they are Missing like the rest.
	Unread []Failure
	// Again is what is read several times, Strange what is no text of the script,
	// both in the order of the recording.
	Again    []Again
	Strange  []Stretch
	Warnings []string // of all of these
}

// Found is how many utterances were found.
func (h *Heard) Found() int { return len(h.Clips) - len(h.Missing) - len(h.Unread) }

// Again is a further reading of an utterance, which does not count.
type Again struct {
	*script.Utterance
	Stretch
}

// Listen finds the utterances that the speech, the references, holds.
func (l *Listener) Listen(ctx context.Context, sc *script.Script, speech *Speech) (*Heard, error) {
	utterances := all(sc)
	sound, err := audible(ctx, l.Sound)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", l.Name, err)
	}
	following := align.Following{
		Sound: sound, Sentences: len(utterances), Jobs: l.Jobs, Progress: l.Progress, Placing: l.Placing,
		Reference: func(_ context.Context, i int) (align.Reference, error) { return l.reference(speech, i) },
	}
	course, err := following.Follow(ctx)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", l.Name, err)
	}
	unspoken := map[string]string{}
	for _, f := range speech.Failed {
		unspoken[f.Pos.String()] = f.Reason
	}
	heard := &Heard{Clips: make([]*timeline.Clip, len(utterances)), Starts: make([]int64, len(utterances))}
	by := &voices.Voice{Name: l.Name, Backend: Recording, Engine: l.Name, Language: sc.Lang, Rate: 1, Pitch: 1, Volume: 1}
	var warnings []warned
	nothing := !slices.ContainsFunc(course.Places, func(p align.Place) bool { return p.Found })
	free := int64(0) // from where on the recording has not been given to an utterance
	for i, u := range utterances {
		p := &course.Places[i]
		for _, other := range p.Others {
			warnings = append(warnings, warned{other.Start, fmt.Sprintf("%s: heard again at %s in %s: %s", u.Pos, l.clock(other.Start), l.Name, quoted(u.Text))})
			heard.Again = append(heard.Again, Again{u, l.stretch(other)})
		}
		p.Span.Start = max(p.Span.Start, free)
		if !p.Found || p.Span.Frames() <= 0 {
			reason := "it was not found in the recording"
			if said := unspoken[u.Pos.String()]; speech.Clips[i] == nil && said != "" {
				reason = "there is no reference to find it by: " + said
			}
			failure := Failure{u.Text, reason, u.Pos}
			if heading := u.Kind == document.Title || u.Kind == document.Heading; !heading || nothing {
				heard.Missing = append(heard.Missing, failure)
				continue
			}
			heard.Unread = append(heard.Unread, failure)
			warnings = append(warnings, warned{free, fmt.Sprintf("%s: heading not found in %s: %s", u.Pos, l.Name, quoted(u.Text))})
			continue
		}
		free = p.Span.End
		clip := &timeline.Clip{Frames: p.Span.Frames(), By: by, Timing: timeline.Aligned, Confidence: p.Confidence}
		if p.Confidence < sureEnough {
			clip.Confidence, clip.Timing = 0, timeline.Estimated
			if clip.Marks, err = estimate(sound, u, p.Span); err != nil {
				return nil, fmt.Errorf("%s: recording %s: %w", u.Pos, l.Name, err)
			}
		} else {
			for _, w := range p.Words {
				clip.Marks = append(clip.Marks, tts.Mark{Frame: max(0, w.Start-p.Span.Start), Lo: w.Lo, Hi: w.Hi})
			}
		}
		heard.Clips[i], heard.Starts[i] = clip, p.Span.Start
	}
	sort.SliceStable(heard.Again, func(a, b int) bool { return heard.Again[a].StartFrame < heard.Again[b].StartFrame })
	for _, s := range course.Strange {
		heard.Strange = append(heard.Strange, l.stretch(s))
		warnings = append(warnings, warned{s.Start, fmt.Sprintf("%s: %s to %s is no sentence of the article", l.Name, l.clock(s.Start), l.clock(s.End))})
	}
	sort.SliceStable(warnings, func(a, b int) bool { return warnings[a].at < warnings[b].at })
	for _, w := range warnings {
		heard.Warnings = append(heard.Warnings, w.text)
	}
	return heard, nil
}

// warned is a warning of a place in the recording.
type warned struct {
	at   int64
	text string
}

// stretch is a span of the recording for the report.
func (l *Listener) stretch(s pcm.Span) Stretch {
	rate := l.Sound.Format().Rate
	return Stretch{s.Start, s.End, json.Number(rate.Seconds(s.Start)), json.Number(rate.Seconds(s.End))}
}

// clock writes a place of the recording: 1:02:03.4.
func (l *Listener) clock(frame int64) string {
	tenths := int64(l.Sound.Format().Rate.Duration(frame).Round(100*time.Millisecond) / (100 * time.Millisecond))
	s := tenths / 10
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d.%d", s/3600, s/60%60, s%60, tenths%10)
	}
	return fmt.Sprintf("%d:%02d.%d", s/60, s%60, tenths%10)
}

// quoted is the beginning of a text for a message.
func quoted(text string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return fmt.Sprintf("%q", string(runes[:most-1])+"…")
	}
	return fmt.Sprintf("%q", string(runes))
}

// reference is an utterance as it was spoken; without samples where it was not.
func (l *Listener) reference(speech *Speech, i int) (_ align.Reference, err error) {
	clip := speech.Clips[i]
	if clip == nil {
		return align.Reference{}, nil
	}
	r, err := l.Store.OpenPart(speech.Keys[i], pcm.Span{End: clip.Frames})
	if err != nil {
		return align.Reference{}, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	ref := align.Reference{Rate: l.Rate}
	if ref.Samples, err = pcm.ReadAll(r, clip.Frames); err != nil {
		return ref, err
	}
	for _, m := range clip.Marks {
		ref.Words = append(ref.Words, align.Word{Lo: m.Lo, Hi: m.Hi, Start: m.Frame})
	}
	return ref, nil
}

// estimate guesses the times of the words in a stretch of the recording.
func estimate(sound pcm.Source, u *script.Utterance, span pcm.Span) (_ []tts.Mark, err error) {
	r, err := sound.Open(span)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	samples, err := pcm.ReadAll(pcm.Mono(r), span.Frames())
	if err != nil {
		return nil, err
	}
	return wordtime.Estimate(samples, sound.Format().Rate, u.Spoken), nil
}
