// Package tts is the contract between narrate and a speech engine. A Backend
// turns one piece of text into one Clip; each engine is a folder below this
// one, and cross-cutting work (retrying, checking) is a decorator: a Backend
// around a Backend.
package tts

import (
	"context"
	"errors"

	"narrate/internal/pcm"
	"narrate/voices"
)

// Request is one utterance to be spoken.
type Request struct {
	// Text is valid UTF-8 plain text. It is never markup or an option: the
	// backend makes everything in it harmless to its engine.
	Text string
	// Voice says who speaks, and how.
	Voice voices.Voice
	// Phonemes, ascending and not overlapping, are parts of Text whose
	// pronunciation is given. A backend whose Info has no Phonemes speaks the
	// Text itself.
	Phonemes []Phonemes
}

// Phonemes says that bytes [Lo, Hi) of a Request's Text are pronounced as IPA
// says; or as Native does, in the engine's own letters, where that is not "".
type Phonemes struct {
	Lo, Hi int
	IPA    string
	Native string // for a Speller alone
}

// Mark is a word's start, as the engine reports it.
type Mark struct {
	Frame  int64 // from the start of the clip
	Lo, Hi int   // the word: bytes [Lo, Hi) of Request.Text
	// End is the frame behind the word, not beyond the next one's start; 0 where
	// it is not told, and the word goes on until the next begins.
	End int64
}

// Clip is the sound of one utterance.
type Clip struct {
	Format pcm.Format
	Frames int64
	// Marks are ascending by Frame and by Lo, inside the clip and the text;
	// nil where the engine gives no word times.
	Marks []Mark
	// Open reads the clip from its start and gives exactly Frames frames. It
	// may be called more than once.
	Open func() (pcm.Reader, error)
}

// EngineVoice is a voice that the engine itself offers.
type EngineVoice struct {
	Name     string // as voices.Voice.Engine takes it
	Language string // BCP 47
	Note     string // for people: gender, region, quality
}

// Info is what a backend says of itself.
type Info struct {
	// Version changes whenever the sound of the same request may change; it
	// is part of the clip's key.
	Version string
	Voices  []EngineVoice
	// Marks says whether clips carry word times; MarksNote, where they do
	// not, says why and what would bring them.
	Marks     bool
	MarksNote string
	// Phonemes says whether a Request's Phonemes are obeyed.
	Phonemes bool
	// MaxText is the longest Request.Text in code points; 0 is no limit.
	MaxText int
	// Parallel is how many requests may run at once; 0 is one a core.
	Parallel int
}

// Backend is a speech engine. Its methods are safe for concurrent use.
type Backend interface {
	// Name is the word for it in profiles and messages: "espeak".
	Name() string
	// Info asks the engine what it is. It fails with an error that wraps
	// ErrMissing, and hints at the remedy, where the engine is not installed.
	Info(context.Context) (Info, error)
	// Synthesize speaks one request. Cancelling the context stops the engine
	// and leaves no process behind. Text with nothing to say gives ErrEmpty.
	Synthesize(context.Context, Request) (Clip, error)
	// Close stops what the backend keeps running.
	Close() error
}

// Checker is a Backend that can judge a voice without speaking.
type Checker interface {
	// Check fails exactly where Synthesize would fail for the voice, whatever
	// the text: with an error that wraps ErrVoice where the engine lacks the
	// voice or cannot do its prosody, with the error of Info where the engine
	// cannot be asked.
	Check(context.Context, voices.Voice) error
}

// CheckVoice asks b to judge a voice. A backend that is no Checker has nothing
// against it.
func CheckVoice(ctx context.Context, b Backend, v voices.Voice) error {
	if c, ok := as[Checker](b); ok {
		return c.Check(ctx, v)
	}
	return nil
}

// Errors that callers tell apart with errors.Is.
var (
	ErrMissing = errors.New("not installed")      // the engine is not on this machine
	ErrVoice   = errors.New("no such voice")      // the engine lacks the voice, or cannot do its prosody
	ErrEmpty   = errors.New("no sound")           // the engine gave nothing, or silence
	ErrBroken  = errors.New("broken clip")        // cut, implausible or damaged sound
	ErrTooLong = errors.New("text is too long")   // longer than Info.MaxText
	ErrText    = errors.New("text is not usable") // not valid UTF-8
)

// Permanent reports whether asking the same again is pointless. That a request
// took too long is not: the context of who asks tells whether its own time is up.
func Permanent(err error) bool {
	return Useless(err) || errors.Is(err, ErrTooLong) || errors.Is(err, ErrText) || errors.Is(err, context.Canceled)
}
