// Package preset holds the numbers that finished sound is made by: one table of
// presets, of which the user can override each number by its key.
package preset

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Preset is a set of numbers for one use of the sound.
type Preset struct {
	Name, Summary string
	Formats       []string // written unless the user names others
	Format        pcm.Format
	Encoding      output.Encoding

	Mastering output.Mastering

	Head, Tail time.Duration // silence at both ends of each file
	PerChapter bool          // a file for each chapter, with Head and Tail of its own
	Longest    time.Duration // of a chapter, which is divided beyond that; 0 for no limit
	Credits    bool          // spoken credits at both ends, as chapters of their own
	Cover      bool          // a cover is drawn where there is none
	Genre      string        // of the files, where none is told
}

// All are all presets; the first is the default.
var All = []Preset{
	{
		Name:    "podcast",
		Summary: "−16 LUFS, 44.1 kHz mono, MP3 at 96 kb/s: what podcast directories ask for",
		Formats: []string{"mp3", "srt", "vtt", "chapters", "timeline"},
		Format:  pcm.Format{Rate: 44100, Channels: 1},
		// At this bit rate LAME's noise shaping has little left to win for
		// speech; see docs/performance.md.
		Encoding:  output.Encoding{MP3: 96000, AAC: 96000, Opus: 48000, Quality: 7},
		Mastering: output.Mastering{Measure: output.LUFS, Level: -16, Peak: -1, Headroom: 1},
		Cover:     true, Genre: "Podcast",
	},
	{
		Name:      "podcast-stereo",
		Summary:   "the same in stereo, for music: MP3 at 160 kb/s",
		Formats:   []string{"mp3", "srt", "vtt", "chapters", "timeline"},
		Format:    pcm.Format{Rate: 44100, Channels: 2},
		Encoding:  output.Encoding{MP3: 160000, AAC: 128000, Opus: 96000, Quality: 5},
		Mastering: output.Mastering{Measure: output.LUFS, Level: -16, Peak: -1, Headroom: 1},
		Cover:     true, Genre: "Podcast",
	},
	{
		Name:      "speech",
		Summary:   "small files of speech: −18 LUFS, mono, MP3 of 22.05 kHz at 64 or Opus of 24 kHz at 24 kb/s",
		Formats:   []string{"mp3", "srt", "vtt", "chapters", "timeline"},
		Format:    pcm.Format{Rate: 22050, Channels: 1},
		Encoding:  output.Encoding{MP3: 64000, AAC: 48000, Opus: 24000, Quality: 7},
		Mastering: output.Mastering{Measure: output.LUFS, Level: -18, Peak: -1, Headroom: 1.5},
		Genre:     "Speech",
	},
	{
		Name:      "audiobook",
		Summary:   "−18 LUFS, 44.1 kHz mono, one M4B with chapters and cover",
		Formats:   []string{"m4b", "vtt", "timeline"},
		Format:    pcm.Format{Rate: 44100, Channels: 1},
		Encoding:  output.Encoding{MP3: 96000, AAC: 64000, Opus: 32000, Quality: 5},
		Mastering: output.Mastering{Measure: output.LUFS, Level: -18, Peak: -1, Headroom: 1},
		Head:      500 * time.Millisecond, Tail: time.Second, Cover: true, Genre: "Audiobook",
	},
	{
		Name:      "acx",
		Summary:   "audiobook shops' rules: a 192 kb/s MP3 a chapter, RMS −20 dB, peaks below −3 dB",
		Formats:   []string{"mp3", "timeline"},
		Format:    pcm.Format{Rate: 44100, Channels: 1},
		Encoding:  output.Encoding{MP3: 192000, AAC: 128000, Opus: 64000, Quality: 3},
		Mastering: output.Mastering{Measure: output.RMS, Level: -20, Peak: -3, Headroom: 0.5},
		Head:      700 * time.Millisecond, Tail: 2 * time.Second,
		PerChapter: true, Longest: 115 * time.Minute, Credits: true, Cover: true, Genre: "Audiobook",
	},
	{
		Name:      "archive",
		Summary:   "the programme as it was spoken, lossless: FLAC, 44.1 kHz mono, level unchanged",
		Formats:   []string{"flac", "vtt", "timeline"},
		Format:    pcm.Format{Rate: 44100, Channels: 1},
		Encoding:  output.Encoding{MP3: 192000, AAC: 128000, Opus: 64000, Quality: 3},
		Mastering: output.Mastering{Measure: output.Unchanged},
	},
	{
		Name:      "raw",
		Summary:   "for further work: WAV, 22.05 kHz mono as espeak-ng gives it, level unchanged",
		Formats:   []string{"wav", "timeline"},
		Format:    pcm.Format{Rate: 22050, Channels: 1},
		Encoding:  output.Encoding{MP3: 64000, AAC: 64000, Opus: 32000, Quality: 7},
		Mastering: output.Mastering{Measure: output.Unchanged},
	},
}

// Made is what an edition tells of the preset that it is made by.
func (p *Preset) Made() output.Made {
	return output.Made{Preset: p.Name, PerChapter: p.PerChapter, Head: p.Head, Tail: p.Tail}
}

// Names are the names of all presets.
func Names() []string {
	names := make([]string, len(All))
	for i := range All {
		names[i] = All[i].Name
	}
	return names
}

// Find gives a copy of the preset of that name.
func Find(name string) (Preset, error) {
	for _, p := range All {
		if p.Name == name {
			p.Formats = slices.Clone(p.Formats)
			return p, nil
		}
	}
	return Preset{}, fmt.Errorf("no preset %q; there are %s", name, strings.Join(Names(), ", "))
}
