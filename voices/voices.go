// Package voices holds voice profiles: who speaks, how fast and high, how long
// the pauses are and how particular words are said. Profiles are YAML files,
// embedded in the program and overridable from the user's configuration folder
// or a file named on the command line. See docs/voices.md.
package voices

import "time"

// Voice is one profile.
type Voice struct {
	Name        string // unique, what --voice takes: "de", "en-GB"
	Description string // for people
	Backend     string // the engine's folder name: "espeak"
	Language    string // BCP 47; "" for an engine voice named directly (Direct)
	Engine      string // the engine's own name of the voice: "gmw/de"
	// Rate, Pitch and Volume are factors of the engine's own normal, 1 = normal.
	Rate, Pitch, Volume float64
	Pauses              Pauses
	// Lexicon are the profile's own entries, Lexicons those of the files that it
	// names. Of two that find the same, the earlier counts.
	Lexicon  []Entry
	Lexicons []*Lexicon
	// Normalize has numbers, units, dates and abbreviations spelled out
	// before the engine gets them; off for engines that do it better.
	Normalize bool
	// Fallback are those that speak, the first that can, where this one cannot
	// be had. No profile has any: who asks for a list of voices names them.
	Fallback []*Voice
	// Settings are what only this voice's backend knows, such as a model. A
	// backend refuses those that it does not know. No secret stands here.
	Settings map[string]string
}

// Pauses are the silences between utterances. Between two utterances stands
// one pause, the longest that either side asks for.
type Pauses struct {
	Clause        time.Duration // inside a sentence that was divided for its length
	Sentence      time.Duration
	Item          time.Duration // between the items of a list and the rows of a table
	Paragraph     time.Duration
	Quote         time.Duration // before and after a quotation or an aside
	BeforeHeading time.Duration
	AfterHeading  time.Duration
	Break         time.Duration // at a scene break
	Chapter       time.Duration // before a new chapter
}

// Default is what a profile has where its file says nothing. Its pauses are
// explained in docs/voices.md.
func Default() Voice {
	return Voice{
		Rate: 1, Pitch: 1, Volume: 1, Normalize: true,
		Pauses: Pauses{
			Clause:        150 * time.Millisecond,
			Sentence:      350 * time.Millisecond,
			Item:          500 * time.Millisecond,
			Paragraph:     700 * time.Millisecond,
			Quote:         1000 * time.Millisecond,
			BeforeHeading: 1000 * time.Millisecond,
			AfterHeading:  700 * time.Millisecond,
			Break:         1500 * time.Millisecond,
			Chapter:       1500 * time.Millisecond,
		},
	}
}

// The limits that a profile keeps to; docs/voice.schema.json says the same.
const (
	minRate, maxRate     = 0.25, 4
	minPitch, maxPitch   = 0, 2
	minVolume, maxVolume = 0.1, 2 // less could not be told from a failed clip
	maxPause             = 30 * time.Second
	maxName              = 64   // bytes
	maxText              = 1000 // bytes of a description, a word, its pronunciation
	maxIPA               = 240  // bytes of IPA, or of an engine's own phonemes
	maxPattern           = 500  // bytes
	maxPatternSize       = 2000 // see size
	maxReferences        = 9    // to the groups of a pattern
	maxPatterns          = 200  // of one lexicon
	maxLexicons          = 20
	maxPLS               = 8 << 20 // bytes
	maxLexemes           = 200_000
	maxSettings          = 50
	maxSetting           = 4000 // bytes of a setting's value
)
