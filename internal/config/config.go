// Package config reads narrate.yaml: how the article beside it is narrated.
// docs/configuration.md explains the file and docs/config.schema.json is its
// schema.
package config

import (
	"cmp"
	"maps"
	"slices"

	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/voices"
)

// FileName is what the file beside an article is called.
const FileName = "narrate.yaml"

// Config says how an article is narrated. The zero value says nothing: what a
// field leaves open is for the next Config to say, see Over.
type Config struct {
	Lang          string                      // BCP 47
	Voice         *voices.Voice               // speaks everything; nil where there are Voices
	Voices        map[string]*voices.Voice    // by BCP 47 tag
	Cast          map[string]*voices.Voice    // by name, in lower case
	QuoteVoice    *voices.Voice               // speaks the quotations
	BlockVoices   map[string]*voices.Voice    // by a name of script.VoicedBlocks
	ChapterVoices []script.ChapterVoice       // the first goes before the others
	Lexicons      []*voices.Lexicon           // the first goes before the others
	Blocks        map[string]script.Treatment // by element, see script.Policy
	// Passages and Phrases are those of script.Options; nil is not said.
	Passages, Phrases *bool
	Chapters          []script.Range
	Formats           []string // names of output formats
	Preset            string
	Sound             map[string]string // numbers of the preset, by preset.Keys
	Marks             map[string]string // see Rules
	Meta              map[string]string // by MetaKeys
	ChapterMeta       []ChapterMeta     // of several for a chapter the last counts
	Music             map[timeline.Sounding]*Music
	Captions          string            // the name of a profile
	Caption           map[string]string // its numbers that are to be others
	Clips             string            // a unit of clips, or NoClips
}

// NoClips is the value of Clips that asks for none.
const NoClips = "none"

// Over gives what c says and, where it says nothing, what below says. Maps are
// taken together entry by entry, and so are Lexicons, those of c first; but who speaks is said by one of the two: a
// Voice or Voices of c leave nothing to below.
func (c Config) Over(below Config) Config {
	if c.Voice == nil && c.Voices == nil {
		c.Voice, c.Voices = below.Voice, below.Voices
	}
	c.Lang = cmp.Or(c.Lang, below.Lang)
	c.Cast = merge(c.Cast, below.Cast)
	c.QuoteVoice = cmp.Or(c.QuoteVoice, below.QuoteVoice)
	c.BlockVoices = merge(c.BlockVoices, below.BlockVoices)
	if c.ChapterVoices == nil {
		c.ChapterVoices = below.ChapterVoices
	}
	c.Lexicons = slices.Concat(c.Lexicons, below.Lexicons)
	c.Blocks = merge(c.Blocks, below.Blocks)
	c.Passages = cmp.Or(c.Passages, below.Passages)
	c.Phrases = cmp.Or(c.Phrases, below.Phrases)
	if c.Chapters == nil {
		c.Chapters = below.Chapters
	}
	if c.Formats == nil {
		c.Formats = below.Formats
	}
	c.Preset = cmp.Or(c.Preset, below.Preset)
	c.Sound = merge(c.Sound, below.Sound)
	c.Marks = merge(c.Marks, below.Marks)
	c.Meta = merge(c.Meta, below.Meta)
	c.ChapterMeta = slices.Concat(below.ChapterMeta, c.ChapterMeta)
	c.Music = merge(c.Music, below.Music)
	c.Captions = cmp.Or(c.Captions, below.Captions)
	c.Caption = merge(c.Caption, below.Caption)
	c.Clips = cmp.Or(c.Clips, below.Clips)
	return c
}

func merge[K comparable, V any](over, below map[K]V) map[K]V {
	all := maps.Clone(below)
	if all == nil {
		return over
	}
	maps.Copy(all, over)
	return all
}
