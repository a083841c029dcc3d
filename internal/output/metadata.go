package output

import "narrate/internal/timeline"

// Metadata is what a file tells of a programme besides the title, author and
// language that its timeline has. Empty fields are not told.
type Metadata struct {
	Narrator string
	// Album is the title of the whole of which this file is a part; "" for a
	// whole programme.
	Album  string
	Series string
	Part   int    // the place in the series, from 1; 0 is not told
	Date   string // of publication, as ISO 8601 has it: "2026", "2026-11" or "2026-11-29"

	Description, Genre, Publisher, Copyright string
	Link                                     string   // absolute http or https address
	Cover                                    *Picture // nil for none
	// Chapters is what is told of a chapter besides its title, by the
	// chapter's Number.
	Chapters map[int]ChapterMetadata
}

// ChapterMetadata is what a file tells of a chapter.
type ChapterMetadata struct {
	Link    string // absolute http or https address
	Picture *Picture
}

// Picture is a picture as a file holds it. It is checked: see ReadPicture.
type Picture struct {
	MediaType     string // "image/jpeg" or "image/png"
	Width, Height int    // in pixels
	Data          []byte
}

// Of gives what is told of a chapter.
func (m *Metadata) Of(c *timeline.Chapter) ChapterMetadata { return m.Chapters[c.Number] }
