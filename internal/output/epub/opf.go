package epub

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"narrate/internal/output/plain"
	"narrate/internal/output/prose"
	"narrate/internal/pcm"
)

// packageDocument says what the book is and which files it has (EPUB 3.3,
// section 5).
func (b *book) packageDocument() []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, xmlHead+`<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"%s dir="%s">`+"\n",
		xmlLanguage(b.lang), direction(b.lang))
	b.metadata(&w)
	b.manifest(&w)
	fmt.Fprintf(&w, "<spine toc=\"ncx\" page-progression-direction=\"%s\">\n", direction(b.lang))
	if b.edition.Metadata.Cover != nil {
		w.WriteString("  <itemref idref=\"cover\"/>\n")
	}
	for i := range b.chapters {
		fmt.Fprintf(&w, "  <itemref idref=\"text-%s\"/>\n", b.chapters[i].key)
	}
	w.WriteString("</spine>\n</package>\n")
	return w.Bytes()
}

func (b *book) metadata(w *bytes.Buffer) {
	t, said := b.edition.Timeline, &b.edition.Metadata
	element := func(name, id, value string) bool {
		if value == "" {
			return false
		}
		if id != "" {
			id = ` id="` + id + `"`
		}
		fmt.Fprintf(w, "  <dc:%s%s>%s</dc:%s>\n", name, id, escape(value), name)
		return true
	}
	property := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  <meta property=\"%s\">%s</meta>\n", name, escape(value))
		}
	}
	refine := func(id, name, rest, value string) {
		fmt.Fprintf(w, "  <meta refines=\"#%s\" property=\"%s\"%s>%s</meta>\n", id, name, rest, value)
	}
	const relators = ` scheme="marc:relators"`

	w.WriteString("<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n")
	element("identifier", "id", b.id())
	element("title", "title", b.title)
	element("language", "", cmp.Or(b.lang, "und"))
	if element("creator", "author", plain.Line(t.Author)) {
		refine("author", "role", relators, "aut")
	}
	narrator := plain.Line(said.Narrator)
	if element("contributor", "narrator", narrator) {
		refine("narrator", "role", relators, "nrt")
	}
	element("publisher", "", plain.Line(said.Publisher))
	date, modified := dates(said.Date)
	element("date", "", date)
	if about := plain.Line(said.Description); about != "" {
		fmt.Fprintf(w, "  <dc:description>%s</dc:description>\n", prose.Escape(strings.TrimSpace(said.Description)))
	}
	element("subject", "", plain.Line(said.Genre))
	element("rights", "", plain.Line(said.Copyright))
	element("source", "", webAddress(said.Link))
	property("dcterms:modified", modified)
	if name := plain.Line(said.Series); name != "" {
		fmt.Fprintf(w, "  <meta property=\"belongs-to-collection\" id=\"series\">%s</meta>\n", escape(name))
		refine("series", "collection-type", "", "series")
		if said.Part > 0 {
			refine("series", "group-position", "", strconv.Itoa(said.Part))
		}
	}

	property("media:duration", clock(b.milliseconds(pcm.Span{End: t.Frames})))
	for i := range b.chapters {
		refine("overlay-"+b.chapters[i].key, "media:duration", "", clock(b.milliseconds(b.chapters[i].span)))
	}
	property(activeProperty, activeClass)
	property("media:narrator", narrator)
	b.accessibility(property)
	fmt.Fprintf(w, "  <meta property=\"schema:accessibilitySummary\" xml:lang=\"en\">%s</meta>\n", accessibilitySummary)
	if said.Cover != nil { // for readers of EPUB 2
		w.WriteString("  <meta name=\"cover\" content=\"cover-image\"/>\n")
	}
	if generator := line(b.edition.Generator); generator != "" {
		fmt.Fprintf(w, "  <meta name=\"generator\" content=\"%s\"/>\n", generator)
	}
	w.WriteString("</metadata>\n")
}

const accessibilitySummary = "The whole text is read aloud, and what is heard is highlighted. " +
	"Headings, lists, quotations, notes and tables are marked, and notes, lists and tables can be left while listening. " +
	"Images are told by their descriptions."

// accessibility says for whom the book is (EPUB Accessibility 1.1, section 2.2).
// It claims no conformance, which someone must evaluate.
func (b *book) accessibility(property func(name, value string)) {
	for _, m := range [][2]string{
		{"accessMode", "textual"},
		{"accessMode", "auditory"},
		{"accessModeSufficient", "textual"},
		{"accessModeSufficient", "auditory"},
		{"accessModeSufficient", "textual,auditory"},
		{"accessibilityFeature", "synchronizedAudioText"},
		{"accessibilityFeature", "tableOfContents"},
		{"accessibilityFeature", "structuralNavigation"},
		{"accessibilityFeature", "readingOrder"},
		{"accessibilityFeature", "displayTransformability"},
		{"accessibilityFeature", "alternativeText"},
		{"accessibilityHazard", "noFlashingHazard"},
		{"accessibilityHazard", "noMotionSimulationHazard"},
	} {
		property("schema:"+m[0], m[1])
	}
}

// dates are a date of publication and the time that the book must tell of its
// last change. It is that date, or a fixed one: a clock would make the same book
// another one.
func dates(date string) (published, modified string) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, date); err == nil && t.Year() > 0 {
			return date, t.Format(time.RFC3339)
		}
	}
	return "", "2000-01-01T00:00:00Z"
}

func (b *book) manifest(w *bytes.Buffer) {
	item := func(id, href, mediaType, rest string) {
		fmt.Fprintf(w, "  <item id=\"%s\" href=\"%s\" media-type=\"%s\"%s/>\n", id, href, mediaType, rest)
	}
	const xhtml = "application/xhtml+xml"
	w.WriteString("<manifest>\n")
	item("nav", navName, xhtml, ` properties="nav"`)
	item("ncx", ncxName, "application/x-dtbncx+xml", "")
	item("style", styleName, "text/css", "")
	if cover := b.edition.Metadata.Cover; cover != nil {
		item("cover", coverPageName, xhtml, "")
		item("cover-image", coverName(cover), cover.MediaType, ` properties="cover-image"`)
	}
	for i := range b.chapters {
		c := &b.chapters[i]
		item("text-"+c.key, c.text(), xhtml, ` media-overlay="overlay-`+c.key+`"`)
		item("overlay-"+c.key, c.overlay(), smilType, "")
		item("audio-"+c.key, c.sound(), b.audio.MediaType, "")
		if c.picture != nil {
			item("image-"+c.key, c.image(), c.picture.MediaType, "")
		}
	}
	w.WriteString("</manifest>\n")
}
