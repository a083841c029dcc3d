// Package output is the contract for finished files. A Format turns an Edition
// (a timeline and its sound) into one file; each is a folder below this one.
// What a Format writes depends on the Edition alone: no clock, no randomness,
// no number of workers.
package output

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// Encoding says how lossy sound is stored.
type Encoding struct {
	MP3, AAC, Opus int // bits a second, by codec
	// VBR lets the bit rate follow the sound, around those, where a format
	// can: MP3 and Opus.
	VBR bool
	// Quality is how much work the encoder does: 0 (best, slowest) to 9
	// (worst, fastest), as LAME has it.
	Quality int
}

// Measure is how a programme's level is told.
type Measure string

// The measures. Unchanged sound is brought to no level and limited nowhere.
const (
	Unchanged Measure = "none"
	LUFS      Measure = "lufs" // integrated loudness, ITU-R BS.1770-4
	RMS       Measure = "rms"  // root mean square of all samples in dBFS, as ACX asks for
)

// Mastering is what is done to the sound of a whole programme.
type Mastering struct {
	Measure  Measure
	Level    float64 // what the programme is brought to, in Measure
	Peak     float64 // the true peak that the finished file keeps below, in dBTP
	Headroom float64 // what lossy coding may add to peaks, in dB: the limiter stays so far below Peak
	HighPass float64 // cut-off in Hz below which speech is filtered; 0 for no filter
}

// Ceiling is the true peak in dBTP above which the limiter lets nothing pass.
func (m *Mastering) Ceiling() float64 { return m.Peak - m.Headroom }

// levelTolerance is how far from Level a finished file may be, in LU or dB: that
// of Apple's −16 LUFS.
const levelTolerance = 1.0

// Levels are the lowest and the highest that pass as Level.
func (m *Mastering) Levels() (lowest, highest float64) {
	return m.Level - levelTolerance, m.Level + levelTolerance
}

// Made is what a programme was laid out for, which whoever makes further files
// of it has to know. Its zero value is one file, made by no preset.
type Made struct {
	Preset     string // its name
	PerChapter bool   // a file for each chapter, with Head and Tail of its own
	Head, Tail time.Duration
}

// Level is what was measured of a programme's sound.
type Level struct {
	Loudness float64 // integrated, in LUFS (ITU-R BS.1770-4)
	Range    float64 // in LU (EBU Tech 3342)
	TruePeak float64 // in dBTP
}

// Edition is all that a finished file is made from.
type Edition struct {
	Timeline *timeline.Timeline
	// Sound has the timeline's rate and exactly its frames; formats that
	// need no sound leave it alone.
	Sound pcm.Source
	// At is where Sound begins in the programme that it is a part of, in frames.
	At int64
	// Channels is how many Sound has, also where it is left out.
	Channels  int
	Encoding  Encoding
	Mastering Mastering // of Sound
	Made      Made
	Metadata  Metadata
	Captions  Captions
	// Original is the file that the article came as, for a Keeper that has said
	// that it keeps it; nil for none. The places of utterances lie in it.
	Original []byte
	// SourceSHA256 tells the bytes of the file that the article came as, in
	// lower-case hexadecimal; "" where they are not known.
	SourceSHA256 string
	// Level is that of the whole programme's Sound; nil where it was not
	// measured.
	Level *Level
	// SoundFile is the name of the file beside this one that holds Sound, for
	// formats that point to it: "talk.mp3"; "" where it is not told.
	SoundFile string
	// Shared, where set, is what formats have worked out of the Timeline for each
	// other, by keys of their own types. It is of one run.
	Shared *sync.Map
	// Generator names this program and its version, for tags: "narrate 1.0".
	Generator string
	// Jobs is how many goroutines may encode at once, at least 1. It never
	// changes a byte of the file.
	Jobs int
	// Progress, where set, is told how many further frames are encoded. It
	// is called from several goroutines.
	Progress func(frames int64)
}

// Info is what a format says of itself.
type Info struct {
	Name      string // what --format takes: "mp3"
	Suffix    string // of its files, without the dot: "chapters.json"
	MediaType string
	Sound     bool   // whether it holds the sound
	Plays     bool   // whether it plays the file of sound beside it, and cannot be without one
	Caption   bool   // whether it holds the text as timed cues
	Cover     bool   // whether it holds a cover, if there is one
	Whole     bool   // whether it is made of whole programmes only, not of clips
	Summary   string // one line for people
}

// Format writes one kind of file. Its methods are safe for concurrent use.
type Format interface {
	Info() Info
	// Check says why the format cannot be written on this machine, with an
	// error that wraps ErrMissing and hints at the remedy; nil if it can.
	Check(context.Context) error
	// Write writes the whole file. dst is empty and may be written in any
	// order. After an error dst holds garbage, which the caller throws away.
	Write(ctx context.Context, dst io.WriteSeeker, e Edition) error
}

// Fitter is a Format that cannot hold every sound. Fits says why not, before
// there is any.
type Fitter interface {
	Fits(pcm.Format, Encoding) error
}

// Suiter is a Fitter whose bit rates depend on the sound. Suit gives an encoding
// with the most that it can hold where that is less than what is given.
type Suiter interface {
	Suit(pcm.Format, Encoding) Encoding
}

// Keeper is a Format that can keep the file that an article came as, and add to
// it what is heard, instead of making one anew.
type Keeper interface {
	// Keeps reports whether it keeps the file, which may be none of its own,
	// and what the user must know: why it does not, or what of it is left out.
	Keeps(original []byte) (keeps bool, notes []string)
}

// Warner is a Format that cannot hold all that some timelines have. Warnings say
// what of it a file goes without.
type Warner interface {
	Warnings(*timeline.Timeline) []string
}

// ErrMissing is wrapped where a format needs a program or library that is not
// on this machine.
var ErrMissing = errors.New("not installed")
