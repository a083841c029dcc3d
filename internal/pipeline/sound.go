package pipeline

import (
	"fmt"
	"math"

	"narrate/internal/master"
	"narrate/internal/output"
	"narrate/internal/timeline"
)

// MasteringPasses is about how often Master reads the whole programme.
const MasteringPasses = 3

// SoundReport is how a programme sounds and what was done to it.
type SoundReport struct {
	// SoundLevels are those of the whole programme, or of several chapters that
	// were mastered by themselves, of the one that needed most.
	SoundLevels
	// Chapters are the levels of each of those.
	Chapters []ChapterSound `json:"chapters,omitempty"`
}

// ChapterSound is how a chapter sounds that is a file of its own.
type ChapterSound struct {
	Chapter int    `json:"chapter"` // its number
	Title   string `json:"title"`
	SoundLevels
}

// SoundLevels are measured and done. All values are rounded to hundredths; those
// that silence does not have are left out.
type SoundLevels struct {
	Spoken    *float64 `json:"spoken,omitempty"`   // loudness before mastering, in LUFS
	Gain      float64  `json:"gain"`               // of the whole programme, in dB
	Loudness  *float64 `json:"loudness,omitempty"` // in LUFS
	Range     float64  `json:"range"`              // in LU
	TruePeak  float64  `json:"truePeak"`           // in dBTP
	RMS       float64  `json:"rms"`                // in dBFS
	Limited   float64  `json:"limited"`            // the share of the time in which the limiter takes anything off
	Reduction float64  `json:"reduction"`          // the most that it takes off, in dB

	heavy bool
	off   float64
}

// silence stands for the level of silence, which has none in decibels.
const silence = -120

// NewSoundReport rounds what mastering reports of a timeline: of all of it at
// once, or of each chapter.
func NewSoundReport(t *timeline.Timeline, all []master.Report) *SoundReport {
	most := all[0]
	for _, other := range all[1:] {
		if math.Abs(other.Off) > math.Abs(most.Off) || other.Off == most.Off && other.Reduction.Most > most.Reduction.Most {
			most = other
		}
	}
	s := &SoundReport{SoundLevels: newSoundLevels(most)}
	if len(all) > 1 {
		for i, r := range all {
			c := &t.Chapters[i]
			s.Chapters = append(s.Chapters, ChapterSound{c.Number, c.Title, newSoundLevels(r)})
		}
	}
	return s
}

func newSoundLevels(r master.Report) SoundLevels {
	level := func(db float64) float64 { return hundredths(math.Max(silence, db)) }
	s := SoundLevels{
		Gain: hundredths(r.Gain), Range: hundredths(r.After.Range), TruePeak: level(r.After.TruePeak), RMS: level(r.After.RMS),
		Limited: math.Round(r.Reduction.Limited*1e4) / 1e4, Reduction: hundredths(r.Reduction.Most),
		heavy: r.Heavy(), off: hundredths(r.Off),
	}
	if r.Before.Measured {
		v := hundredths(r.Before.Loudness)
		s.Spoken = &v
	}
	if r.After.Measured {
		v := hundredths(r.After.Loudness)
		s.Loudness = &v
	}
	return s
}

// Warnings say what could not be reached.
func (s *SoundReport) Warnings(m output.Mastering) []string {
	if s == nil {
		return nil
	}
	var all []string
	if m.Measure != output.Unchanged && s.Loudness == nil {
		all = append(all, "there is too little sound to measure its loudness; the level is left as it was spoken")
	}
	if math.Abs(s.off) > 0.5 {
		all = append(all, fmt.Sprintf("the level is %+.1f off the %g that was asked for, as peaks may not pass %g dBTP (--sound level or peak)", s.off, m.Level, m.Peak))
	}
	if s.heavy && math.Abs(s.off) <= 0.5 {
		all = append(all, fmt.Sprintf("the limiter takes up to %.1f dB off: the level of %g is high for peaks of %g dBTP", s.Reduction, m.Level, m.Peak))
	}
	return all
}
