// Package cuesheet writes cue sheets: where the tracks of one or several files
// of sound begin (CDRWIN User's Guide, appendix A; UTF-8 and longer times, as
// players and rippers have it today).
package cuesheet

import (
	"fmt"
	"path"
	"strings"

	"narrate/internal/output/plain"
	"narrate/internal/pcm"
)

// MaxTracks is how many tracks a sheet has: their numbers have two digits, and
// readers refuse or drop more.
const MaxTracks = 99

// Sheet is a cue sheet. Empty and zero fields are left out.
type Sheet struct {
	Title, Performer, Genre string
	Date                    string // ISO 8601, of which the year is told
	Comment                 string
	Disc, Discs             int // which of a set of sheets, from 1
	Files                   []File
}

// File is a file of sound.
type File struct {
	Name   string // in the sheet's folder
	Tracks []Track
}

// Track is a part of a file, up to the next one.
type Track struct {
	Title, Performer string
	Start            int64 // in the file, in 1/75 s: see Sectors
}

// Sectors is the absolute position n in sectors of a compact disc, 1/75 s, of
// which the last is the one that n lies in: a track never begins late.
func Sectors(rate pcm.Hz, n int64) int64 {
	r := int64(rate)
	return n/r*75 + n%r*75/r
}

// String is the sheet's text, lines ended by LF.
func (s *Sheet) String() string {
	var b strings.Builder
	say := func(indent, command, text string) {
		if text = quotable(text); text != "" {
			fmt.Fprintf(&b, "%s%s \"%s\"\n", indent, command, text)
		}
	}
	say("", "REM GENRE", s.Genre)
	if year := plain.Line(s.Date); len(year) >= 4 {
		fmt.Fprintf(&b, "REM DATE %s\n", quotable(year[:4]))
	}
	if s.Discs > 1 {
		fmt.Fprintf(&b, "REM DISCNUMBER %d\nREM TOTALDISCS %d\n", s.Disc, s.Discs)
	}
	say("", "REM COMMENT", s.Comment)
	say("", "PERFORMER", s.Performer)
	say("", "TITLE", s.Title)
	number := 0
	for _, f := range s.Files {
		fmt.Fprintf(&b, "FILE \"%s\" %s\n", quotable(f.Name), kind(f.Name))
		for _, t := range f.Tracks {
			number++
			fmt.Fprintf(&b, "  TRACK %02d AUDIO\n", number)
			say("    ", "TITLE", t.Title)
			say("    ", "PERFORMER", t.Performer)
			fmt.Fprintf(&b, "    INDEX 01 %02d:%02d:%02d\n", t.Start/75/60, t.Start/75%60, t.Start%75)
		}
	}
	return b.String()
}

// quotable is text that can stand between quotes: the format has no escape for
// them.
func quotable(text string) string { return strings.ReplaceAll(plain.Line(text), `"`, "'") }

// kind is the type of a file. There are but few, and WAVE is what all readers
// take for sound that is neither raw nor MP3.
func kind(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".mp3":
		return "MP3"
	case ".aif", ".aiff":
		return "AIFF"
	}
	return "WAVE"
}
