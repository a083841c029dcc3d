package chapters

import (
	"cmp"
	"context"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/cuesheet"
)

// Cue is the output format "cue": a cue sheet for the file of sound beside it.
type Cue struct{ needsNothing }

// Info implements output.Format.
func (Cue) Info() output.Info {
	return output.Info{
		Name: "cue", Suffix: "cue", MediaType: "application/x-cue",
		Summary: "chapters as a cue sheet, at most 99",
	}
}

// Write implements output.Format. A sheet has at most 99 tracks: of more
// chapters those of the deepest levels belong to the ones before. Without any
// the whole is one track.
func (Cue) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	t, m := e.Timeline, &e.Metadata
	list := thin(marks(t, func(frame int64) int64 { return cuesheet.Sectors(t.Rate, frame) }, 1), cuesheet.MaxTracks)
	file := cuesheet.File{Name: cmp.Or(e.SoundFile, "sound.mp3")}
	for _, m := range list {
		file.Tracks = append(file.Tracks, cuesheet.Track{Title: m.title, Performer: t.Author, Start: m.start})
	}
	if len(list) == 0 {
		file.Tracks = []cuesheet.Track{{Title: t.Title, Performer: t.Author}}
	}
	sheet := cuesheet.Sheet{
		Title: t.Title, Performer: t.Author, Genre: m.Genre, Date: m.Date, Comment: e.Generator,
		Files: []cuesheet.File{file},
	}
	return write(ctx, dst, sheet.String())
}
