package epub

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"narrate/internal/document"
	"narrate/internal/input/dom"
)

// describe sets the metadata of doc from the package document: EPUB 3.3,
// section 5.5, with refinements in meta elements; OPF 2.0.1, section 2.2, with
// attributes.
func (b *book) describe(doc *document.Document) {
	meta := b.pkg.root.first("metadata")
	type refinement struct{ id, property string }
	refined := map[refinement]string{}
	for _, m := range meta.all("meta") {
		id, ok := strings.CutPrefix(m.attr("refines"), "#")
		key := refinement{id, m.attr("property")}
		if _, again := refined[key]; ok && !again {
			refined[key] = m.text()
		}
	}
	// property gives what refines e, or what its attribute says.
	property := func(e *element, name string) string {
		if value, ok := refined[refinement{e.attr("id"), name}]; ok {
			return value
		}
		return e.attr(name)
	}
	sequence := func(e *element) int {
		n, err := strconv.Atoi(property(e, "display-seq"))
		if err != nil {
			return math.MaxInt
		}
		return n
	}
	inOrder := func(name string) []*element {
		list := slices.DeleteFunc(meta.all(name), func(e *element) bool { return placeholder(e.text()) })
		slices.SortStableFunc(list, func(x, y *element) int { return cmp.Compare(sequence(x), sequence(y)) })
		return list
	}

	titles := inOrder("title")
	if main := slices.IndexFunc(titles, func(e *element) bool { return property(e, "title-type") == "main" }); main > 0 {
		titles = titles[main:]
	}
	if len(titles) > 0 {
		doc.Title = titles[0].text()
	}

	creators := inOrder("creator")
	role := func(e *element) string { return property(e, "role") }
	if slices.ContainsFunc(creators, func(e *element) bool { return role(e) == "aut" }) {
		creators = slices.DeleteFunc(creators, func(e *element) bool { return role(e) != "aut" })
	}
	var names []string
	known := map[string]bool{}
	for _, e := range creators {
		if name := e.text(); !known[name] {
			known[name] = true
			names = append(names, name)
		}
	}
	doc.Author = strings.Join(names, ", ")

	doc.Lang = b.lang
	doc.Date = date(meta.all("date"))
	for _, e := range meta.all("description") {
		if text := plain(e.text()); !placeholder(text) {
			doc.Description = text
			break
		}
	}
	b.cover(doc)
}

// placeholder reports whether s is what programs write who do not know better.
func placeholder(s string) bool {
	switch strings.ToLower(s) {
	case "", "unknown", "[unknown]", "unbekannt", "untitled", "no title", "none", "n/a":
		return true
	}
	return false
}

// language gives the first language that the book names, or that a content
// document does, "" if there is none.
func (b *book) language() string {
	for _, e := range b.pkg.root.first("metadata").all("language") {
		switch lang := strings.ReplaceAll(e.text(), "_", "-"); strings.ToLower(lang) {
		case "", "und", "mul", "zxx", "unknown":
		default:
			return lang
		}
	}
	for i := range b.pkg.spine {
		if s := b.surveyed[b.pkg.spine[i].member]; s != nil && s.lang != "" {
			return s.lang
		}
	}
	return ""
}

var (
	isoDate    = regexp.MustCompile(`^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ].*)?$`)
	dottedDate = regexp.MustCompile(`^(\d\d?)\.(\d\d?)\.(\d{4})$`)
)

// date gives the date of publication as ISO 8601 has it: of several dates that
// of the original, and never that of a change or of the file.
func date(dates []*element) string {
	rank := func(e *element) int {
		switch event := strings.ToLower(e.attr("event")); {
		case strings.Contains(event, "modif") || strings.Contains(event, "conver"):
			return -1
		case strings.HasPrefix(event, "original"):
			return 3
		case strings.HasPrefix(event, "pub") || event == "issued":
			return 2
		case event == "":
			return 1
		}
		return 0 // "creation" and what programs make up
	}
	best, found := -1, ""
	for _, e := range dates {
		text := e.text()
		if m := dottedDate.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("%s-%02s-%02s", m[3], m[2], m[1])
		}
		m := isoDate.FindStringSubmatch(text)
		// Calibre writes the year 101 for an unknown date, others 0000.
		if m == nil || m[1] < "1000" || m[2] > "12" || m[3] > "31" || m[2] == "00" || m[3] == "00" {
			continue
		}
		if r := rank(e); r > best {
			best, found = r, strings.Trim(m[1]+"-"+m[2]+"-"+m[3], "-")
		}
	}
	return found
}

// plain gives the text of a description, which may be HTML.
func plain(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	tree, err := dom.Parse(s, false, nil)
	if err != nil || tree.Body == nil {
		return s
	}
	text, _ := dom.VisibleText(tree.Body)
	return collapse(text)
}

// maxCover is the size of the largest cover picture that is taken.
const maxCover = 20 << 20

// cover takes the cover picture.
func (b *book) cover(doc *document.Document) {
	if b.coverName == "" {
		return
	}
	place := b.source + "/" + b.coverName
	data, err := b.archive.Read(b.coverName)
	switch {
	case err != nil:
		b.warning(fmt.Sprintf("%s: the cover picture is left out: %v", place, err))
	case len(data) > maxCover:
		b.warning(fmt.Sprintf("%s: the cover picture is left out: it is %.1f MiB, more than %d", place, float64(len(data))/(1<<20), maxCover>>20))
	case !strings.HasPrefix(http.DetectContentType(data), "image/"):
		b.warning(fmt.Sprintf("%s: the cover picture is left out: it is no JPEG, PNG, GIF or WebP picture", place))
	default:
		doc.Cover = &document.Cover{Name: b.coverName, Data: data}
	}
}

// findCover finds the cover picture: the item that EPUB 3 marks by a property
// and EPUB 2 by a meta element with its id (or, wrongly, its address), else the
// picture of the page that the guide calls the cover.
func (b *book) findCover() {
	try := func(i *item) bool {
		if b.coverName == "" && i != nil && i.member != "" && i.isImage() && i.mediaType != svgType {
			b.coverName = i.member
		}
		return b.coverName != ""
	}
	for _, i := range b.pkg.list {
		if i.has("cover-image") && try(i) {
			return
		}
	}
	for _, m := range b.pkg.root.first("metadata").all("meta") {
		if m.attr("name") != "cover" {
			continue
		}
		if try(b.pkg.items[m.attr("content")]) {
			return
		}
		if member, _, _ := b.resolve(b.pkg.member, m.attr("content")); try(b.pkg.files[member]) {
			return
		}
	}
	for _, e := range b.pkg.root.first("guide").all("reference") {
		if !strings.EqualFold(e.attr("type"), "cover") {
			continue
		}
		page, _, _ := b.resolve(b.pkg.member, e.attr("href"))
		if i := b.pkg.files[page]; try(i) || i != nil && i.isContent() && try(b.firstPicture(i)) {
			return
		}
	}
}

// firstPicture gives the first picture of a content document, nil for none.
func (b *book) firstPicture(page *item) *item {
	_, tree, err := b.parse(page)
	if err != nil {
		return nil // the survey says so
	}
	for n := range tree.Root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "img" && n.Data != "image" {
			continue
		}
		for _, key := range []string{"src", "xlink:href", "href"} {
			if member, _, _ := b.resolve(page.member, dom.Attr(n, key)); member != "" && member != page.member {
				return b.pkg.files[member]
			}
		}
	}
	return nil
}
