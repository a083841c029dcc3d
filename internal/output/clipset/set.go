package clipset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/cuesheet"
	"narrate/internal/output/plain"
	"narrate/internal/output/publication"
)

// set are the files that make an audiobook of sections, by their names, as
// index.json lists them.
type set struct {
	Publication string              `json:"publication,omitempty"`
	Page        string              `json:"page,omitempty"`
	Cover       string              `json:"cover,omitempty"`
	Playlists   map[string]string   `json:"playlists,omitempty"` // by format
	CueSheets   map[string][]string `json:"cueSheets,omitempty"` // by format
}

// soundFormats are the formats of which a file is sound itself, and not a
// package with sound in it.
func soundFormats(formats []output.Format) []output.Info {
	var list []output.Info
	for _, f := range formats {
		if info := f.Info(); info.Sound && strings.HasPrefix(info.MediaType, "audio/") {
			list = append(list, info)
		}
	}
	return list
}

// writeSet writes the files of the set: a playlist and cue sheets for each
// format of sound, the manifest with its page, and the cover. Without sound
// there is no set.
func writeSet(dir string, e output.Edition, all []piece, clips []entry, formats []output.Format) (*set, error) {
	sound := soundFormats(formats)
	if len(sound) == 0 {
		return nil, nil
	}
	s := &set{
		Publication: publication.ManifestName, Page: publication.PageName,
		Playlists: map[string]string{}, CueSheets: map[string][]string{},
	}
	files := map[string][]byte{}
	for i, info := range sound {
		// The preferred format has the plain names.
		infix := ""
		if i > 0 {
			infix = "." + info.Suffix
		}
		s.Playlists[info.Name] = "playlist" + infix + ".m3u8"
		files[s.Playlists[info.Name]] = []byte(playlist(e, clips, info.Name))
		sheets := cueSheets(e, clips, info.Name)
		for n, text := range sheets {
			name := "book" + infix + ".cue"
			if len(sheets) > 1 {
				name = fmt.Sprintf("book%s.%d.cue", infix, n+1)
			}
			s.CueSheets[info.Name] = append(s.CueSheets[info.Name], name)
			files[name] = []byte(text)
		}
	}
	book := publication.Book{Edition: e}
	if cover := e.Metadata.Cover; cover != nil {
		s.Cover = publication.CoverName(cover)
		book.Cover = s.Cover
		files[s.Cover] = cover.Data
	}
	for i, c := range clips {
		chapter := publication.Chapter{Title: c.Title, Number: c.Number, Level: e.Timeline.Chapters[i].Level, Span: all[i].span}
		for _, info := range sound {
			chapter.Files = append(chapter.Files, publication.File{Path: c.Files[info.Name], MediaType: info.MediaType})
		}
		book.Chapters = append(book.Chapters, chapter)
	}
	manifest, err := book.Manifest()
	if err != nil {
		return nil, err
	}
	files[s.Publication], files[s.Page] = manifest, book.Page()
	for name, data := range files {
		if err := writeNew(filepath.Join(dir, name), data); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// playlist is an extended M3U in UTF-8: the files in their order with their
// lengths in whole seconds, since old players read no others.
func playlist(e output.Edition, clips []entry, format string) string {
	t := e.Timeline
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXTENC:UTF-8\n")
	if title := plain.Line(t.Title); title != "" {
		fmt.Fprintf(&b, "#PLAYLIST:%s\n", title)
	}
	if author := plain.Line(t.Author); author != "" {
		fmt.Fprintf(&b, "#EXTART:%s\n", author)
	}
	for _, c := range clips {
		seconds := (t.Rate.Milliseconds(c.Frames) + 500) / 1000
		fmt.Fprintf(&b, "#EXTINF:%d,%s\n%s\n", seconds, c.heading(), c.Files[format])
	}
	return b.String()
}

// cueSheets are sheets of a file a track, as many as it takes.
func cueSheets(e output.Edition, clips []entry, format string) []string {
	t, m := e.Timeline, &e.Metadata
	var out []string
	discs := (len(clips) + cuesheet.MaxTracks - 1) / cuesheet.MaxTracks
	for disc := range discs {
		sheet := cuesheet.Sheet{
			Title: t.Title, Performer: t.Author, Genre: m.Genre, Date: m.Date, Comment: e.Generator, Disc: disc + 1, Discs: discs,
		}
		first := disc * cuesheet.MaxTracks
		for _, c := range clips[first:min(len(clips), first+cuesheet.MaxTracks)] {
			sheet.Files = append(sheet.Files, cuesheet.File{
				Name: c.Files[format], Tracks: []cuesheet.Track{{Title: c.heading(), Performer: t.Author}},
			})
		}
		out = append(out, sheet.String())
	}
	return out
}

// heading is a clip's title, or its number where it has none.
func (c *entry) heading() string {
	if title := heading(c.Title); title != "" {
		return title
	}
	return fmt.Sprint(c.Number)
}
