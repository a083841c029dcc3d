package chapters

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/cuesheet"
	"narrate/internal/timeline"
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
	list := thin(tracks(t), cuesheet.MaxTracks)
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

// tracks are the chapters as marks in sectors.
func tracks(t *timeline.Timeline) []mark {
	return marks(t, func(frame int64) int64 { return cuesheet.Sectors(t.Rate, frame) }, 1)
}

// Warnings implements output.Warner.
func (Cue) Warnings(t *timeline.Timeline) []string {
	all := tracks(t)
	if len(all) <= cuesheet.MaxTracks {
		return nil
	}
	return []string{fmt.Sprintf("cue: a cue sheet has at most %d tracks: %d of the %d chapters are tracks, the others part of those before them (--chapter-marks levels=1, or shortest, makes fewer chapters)",
		cuesheet.MaxTracks, len(thin(all, cuesheet.MaxTracks)), len(all))}
}
