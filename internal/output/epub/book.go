package epub

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// The names of the files, all but the container's in the root folder of the
// book. Plain ones: reading systems disagree on any others.
const (
	root          = "EPUB/"
	packageName   = "package.opf"
	navName       = "nav.xhtml"
	ncxName       = "toc.ncx"
	styleName     = "style.css"
	coverPageName = "cover.xhtml"

	mimetypeName  = "mimetype"
	containerName = "META-INF/container.xml"
)

const container = xmlHead + `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="` + root + packageName + `" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
`

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// book is an edition as its files have it.
type book struct {
	edition  output.Edition
	words    bool
	audio    output.Info
	title    string
	lang     string // BCP 47; "" where it is not known
	labels   labels
	chapters []chapter
}

// byWord reports whether words are to be highlighted by themselves.
func byWord(e *output.Edition) bool { return e.Captions.Words || e.Captions.Unit == output.Word }

// chapter is a document of the book.
type chapter struct {
	title   string // as the timeline has it
	name    string // as people see it; never ""
	key     string // its number as all its files and ids have it: "007"
	suffix  string // of the sound, without the dot
	level   int    // of its heading, 1 to 6
	depth   int    // in the table of contents, from 0
	span    pcm.Span
	cues    []timeline.Cue
	picture *output.Picture
	link    string
}

// The chapter's files, from the root folder of the book.
func (c *chapter) text() string    { return "text/" + c.key + ".xhtml" }
func (c *chapter) overlay() string { return "overlay/" + c.key + ".smil" }
func (c *chapter) sound() string   { return "audio/" + c.key + "." + c.suffix }
func (c *chapter) image() string   { return "images/" + c.key + suffix(c.picture) }

func coverName(p *output.Picture) string { return "images/cover" + suffix(p) }

// suffix is that of a picture's file.
func suffix(p *output.Picture) string {
	if p.MediaType == "image/png" {
		return ".png"
	}
	return ".jpg"
}

// maxDepth is how deep the table of contents is nested at most: as deep as HTML
// has headings.
const maxDepth = 6

// book is what the edition's files say: its chapters, or the whole as one where
// there are none.
func (f Format) book(e output.Edition) *book {
	t := e.Timeline
	b := &book{
		edition: e, words: byWord(&e), audio: f.Audio.Info(), lang: language(t.Lang), labels: labelsIn(t.Lang),
		// A book must have a title.
		title: cmp.Or(plain.Line(t.Title), plain.Line(output.SourceName(t.Source)), "\u2026"),
	}
	list := t.Chapters
	if len(list) == 0 {
		list = []timeline.Chapter{{Title: t.Title, Number: 1, Span: pcm.Span{End: t.Frames}}}
	}
	digits := max(3, len(strconv.Itoa(len(list))))
	var around []int // the levels of the chapters that the next one may stand in
	for i := range list {
		c := &list[i]
		level := max(1, c.Level)
		for len(around) > 0 && (around[len(around)-1] >= level || len(around) == maxDepth) {
			around = around[:len(around)-1]
		}
		told := e.Metadata.Of(c)
		b.chapters = append(b.chapters, chapter{
			title: c.Title, name: cmp.Or(plain.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1))),
			key: fmt.Sprintf("%0*d", digits, i+1), suffix: b.audio.Suffix,
			level: min(level, maxDepth), depth: len(around), span: c.Span, cues: c.Cues,
			picture: told.Picture, link: told.Link,
		})
		around = append(around, level)
	}
	return b
}

// id is a name of the book that is the same on every run: a UUID of version 8
// (RFC 9562, section 5.8) of what tells books apart. That is the text where it
// has no title.
func (b *book) id() string {
	t, said := b.edition.Timeline, &b.edition.Metadata
	hash := sha256.New()
	for _, s := range []string{
		mediaType, t.Title, t.Author, t.Lang, output.SourceName(t.Source), said.Album, said.Link, said.Narrator,
		strconv.Itoa(t.Number), strconv.Itoa(t.Of),
	} {
		fmt.Fprintf(hash, "%d:%s", len(s), s)
	}
	if t.Title == "" {
		for i := range b.chapters {
			for k := range b.chapters[i].cues {
				fmt.Fprintln(hash, b.chapters[i].cues[k].Utterance.Text)
			}
		}
	}
	id := hash.Sum(nil)[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	s := hex.EncodeToString(id)
	return "urn:uuid:" + s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// milliseconds is how long a chapter is heard: the difference of absolute
// positions, so that all of them add up to the whole.
func (b *book) milliseconds(s pcm.Span) int64 {
	rate := b.edition.Timeline.Rate
	return rate.Milliseconds(s.End) - rate.Milliseconds(s.Start)
}

// clock is a time as SMIL 3.0 has it, a full clock value: "1:02:03.456".
func clock(ms int64) string {
	return fmt.Sprintf("%d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
