package vorbis

import (
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// Fields are the comments that tell of e, but for its level and cover, which
// Opus and FLAC hold in ways of their own. What is not known is left out.
//
// The narrator stands under the name that Xiph gives for who performs, under its
// plain name, and as the composer, where audiobook players look (Audiobookshelf,
// Prologue). SERIES and SERIES-PART are what Audiobookshelf and Mp3tag read.
func Fields(e output.Edition) []Field {
	t, m := e.Timeline, e.Metadata
	album := m.Album
	if audio.Line(album) == "" { // players group files by album
		album = t.Title
	}
	var out []Field
	for _, f := range []Field{
		{"TITLE", t.Title},
		{"ARTIST", t.Author},
		{"ALBUMARTIST", t.Author},
		{"ALBUM", album},
		{"PERFORMER", m.Narrator},
		{"NARRATOR", m.Narrator},
		{"COMPOSER", m.Narrator},
		{"TRACKNUMBER", number(t.Number)},
		{"TRACKTOTAL", number(t.Of)},
		{"SERIES", m.Series},
		{"SERIES-PART", number(m.Part)},
		{"DATE", m.Date},
		{"GENRE", m.Genre},
		{"DESCRIPTION", m.Description},
		{"COMMENT", m.Description}, // the one that most players show
		{"ORGANIZATION", m.Publisher},
		{"PUBLISHER", m.Publisher},
		{"COPYRIGHT", m.Copyright},
		{"LANGUAGE", t.Lang},
		{"CONTACT", m.Link},
		{"URL", m.Link},
		{"ENCODER", e.Generator},
	} {
		if f.Value = audio.Line(f.Value); f.Value != "" {
			out = append(out, f)
		}
	}
	return append(out, chapters(e)...)
}

// number is n in digits, or "" where it is not known.
func number(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}
