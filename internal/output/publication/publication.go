// Package publication writes audiobooks as the W3C has them: the manifest
// (W3C Recommendations "Publication Manifest" and "Audiobooks", both of
// 10 November 2020) and its primary entry page with the table of contents.
package publication

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/pcm"
)

// The names of the files, in the root folder of a publication. They are those
// that the Lightweight Packaging Format asks for (section 3.2).
const (
	ManifestName = "publication.json"
	PageName     = "index.html"
)

// Book is an audiobook in files.
type Book struct {
	Edition  output.Edition
	Chapters []Chapter
	Cover    string // the file's path; "" for none
}

// Chapter is a file of sound.
type Chapter struct {
	Title  string
	Number int      // stands for a title that is empty
	Level  int      // 0 and 1 stand at the left of the table of contents
	Span   pcm.Span // in the edition; the chapters lie end to end
	// Files are the same sound in several formats, the preferred one first.
	Files []File
}

// File is a file by its path from the root folder, with "/" between folders.
type File struct{ Path, MediaType string }

// CoverName is what a cover's file is called.
func CoverName(p *output.Picture) string {
	if p.MediaType == "image/png" {
		return "cover.png"
	}
	return "cover.jpg"
}

// name is what a chapter is called.
func (c *Chapter) name() string { return cmp.Or(plain.Line(c.Title), strconv.Itoa(c.Number)) }

// title is what the book is called; a manifest must have a name.
func (b *Book) title() string {
	t := b.Edition.Timeline
	return cmp.Or(plain.Line(t.Title), plain.Line(output.SourceName(t.Source)), "\u2026")
}

type (
	manifest struct {
		Context    []any      `json:"@context"`
		ConformsTo string     `json:"conformsTo"`
		Type       string     `json:"type"`
		ID         string     `json:"id"`
		URL        string     `json:"url,omitempty"`
		Name       string     `json:"name"`
		Author     string     `json:"author,omitempty"`
		ReadBy     string     `json:"readBy,omitempty"`
		Publisher  string     `json:"publisher,omitempty"`
		Language   string     `json:"inLanguage,omitempty"`
		Published  string     `json:"datePublished,omitempty"`
		Duration   string     `json:"duration"`
		About      string     `json:"description,omitempty"`
		Genre      string     `json:"genre,omitempty"`
		Copyright  string     `json:"copyrightNotice,omitempty"`
		Series     *series    `json:"isPartOf,omitempty"`
		Position   int        `json:"position,omitempty"`
		AccessMode string     `json:"accessMode"`
		Sufficient []itemList `json:"accessModeSufficient"`
		Features   []string   `json:"accessibilityFeature"`
		Hazards    []string   `json:"accessibilityHazard"`
		Order      []resource `json:"readingOrder"`
		Resources  []resource `json:"resources"`
	}
	language struct {
		Language string `json:"language"`
	}
	series struct {
		Type string `json:"type"`
		Name string `json:"name"`
	}
	itemList struct {
		Type  string   `json:"type"`
		Items []string `json:"itemListElement"`
	}
	resource struct {
		Type      string     `json:"type"`
		URL       string     `json:"url"`
		Format    string     `json:"encodingFormat"`
		Rel       string     `json:"rel,omitempty"`
		Name      string     `json:"name,omitempty"`
		Duration  string     `json:"duration,omitempty"`
		Alternate []resource `json:"alternate,omitempty"`
	}
)

// Manifest is the manifest's bytes. Durations are differences of absolute
// positions, each rounded to the nearest millisecond, so that those of the
// chapters add up to that of the whole, as the profile asks for (section 4.5).
func (b *Book) Manifest() ([]byte, error) {
	e := &b.Edition
	t, said := e.Timeline, &e.Metadata
	m := manifest{
		Context:    []any{"https://schema.org", "https://www.w3.org/ns/pub-context"},
		ConformsTo: "https://www.w3.org/TR/audiobooks/",
		Type:       "Audiobook",
		ID:         b.id(),
		URL:        said.Link,
		Name:       b.title(),
		Author:     plain.Line(t.Author), ReadBy: plain.Line(said.Narrator), Publisher: plain.Line(said.Publisher),
		Language: t.Lang, Published: said.Date,
		Duration: duration(t.Rate, pcm.Span{End: t.Frames}),
		About:    said.Description, Genre: plain.Line(said.Genre), Copyright: plain.Line(said.Copyright),
		Position:   said.Part,
		AccessMode: "auditory",
		Sufficient: []itemList{{Type: "ItemList", Items: []string{"auditory"}}},
		Features:   []string{"tableOfContents"},
		Hazards:    []string{"noFlashingHazard", "noMotionSimulationHazard"},
		Resources:  []resource{{Type: linked, URL: PageName, Format: "text/html", Rel: "contents"}},
	}
	if t.Lang != "" {
		m.Context = append(m.Context, language{t.Lang})
	}
	if name := plain.Line(said.Series); name != "" {
		m.Series = &series{Type: "BookSeries", Name: name}
	}
	for i := range b.Chapters {
		c := &b.Chapters[i]
		var list []resource
		for _, f := range c.Files {
			list = append(list, resource{
				Type: linked, URL: address(f.Path), Format: f.MediaType, Name: c.name(), Duration: duration(t.Rate, c.Span),
			})
		}
		if len(list) == 0 {
			return nil, fmt.Errorf("publication: chapter %d has no file of sound", i+1)
		}
		list[0].Alternate = list[1:]
		m.Order = append(m.Order, list[0])
	}
	if len(m.Order) == 0 {
		return nil, fmt.Errorf("publication: an audiobook without sound")
	}
	if b.Cover != "" {
		m.Resources = append(m.Resources, resource{
			Type: linked, URL: address(b.Cover), Format: said.Cover.MediaType, Rel: "cover", Name: b.title(),
		})
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("publication: %w", err)
	}
	return out.Bytes(), nil
}

const linked = "LinkedResource"

// id is a name of the book that is the same on every run: a UUID of version 8
// (RFC 9562, section 5.8) of what tells articles apart.
func (b *Book) id() string {
	t, said := b.Edition.Timeline, &b.Edition.Metadata
	hash := sha256.New()
	for _, s := range []string{t.Title, t.Author, t.Lang, output.SourceName(t.Source), said.Album, said.Link, said.Narrator} {
		fmt.Fprintf(hash, "%d:%s", len(s), s)
	}
	id := hash.Sum(nil)[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	s := hex.EncodeToString(id)
	return "urn:uuid:" + s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// duration is the length of a span as ISO 8601 has it, in seconds.
func duration(rate pcm.Hz, s pcm.Span) string {
	ms := rate.Milliseconds(s.End) - rate.Milliseconds(s.Start)
	if ms%1000 == 0 {
		return fmt.Sprintf("PT%dS", ms/1000)
	}
	return fmt.Sprintf("PT%d.%sS", ms/1000, strings.TrimRight(fmt.Sprintf("%03d", ms%1000), "0"))
}

// address is a file's path as a relative URL.
func address(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}
