package html

import (
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/input/dom"
)

// address resolves the links of a page.
type address struct {
	base *url.URL // nil if neither the page nor its name has one
	self string   // the page's own address, "" for a file
}

func newAddress(name string, t *dom.Tree) address {
	var a address
	if u, err := url.Parse(name); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		u.Fragment = ""
		a.base, a.self = u, u.String()
	}
	found := false
	each(t.Root, func(n *html.Node) {
		if n.DataAtom != atom.Base || found || dom.Attr(n, "href") == "" {
			return
		}
		found = true
		u, err := url.Parse(strings.TrimSpace(dom.Attr(n, "href")))
		if err != nil {
			return
		}
		if a.base != nil {
			u = a.base.ResolveReference(u)
		}
		if u.IsAbs() {
			a.base = u
		}
	})
	return a
}

// resolve gives the address that a reference stands for, as it is written if
// there is nothing to resolve it against.
func (a address) resolve(href string) string {
	href = strings.TrimSpace(href)
	u, err := url.Parse(href)
	if err != nil || a.base == nil {
		return href
	}
	return a.base.ResolveReference(u).String()
}

// meta is what a page says of itself.
type meta struct {
	title, author, lang, date, description, cover string
}

// set puts the metadata into a document.
func (m meta) set(doc *document.Document) {
	doc.Title, doc.Author, doc.Lang, doc.Date, doc.Description = m.title, m.author, m.lang, m.date, m.description
	for i := range doc.Blocks {
		// A page may name its language on the element around its text alone.
		if lang := doc.Blocks[i].Lang; i == 0 && m.lang == "" {
			doc.Lang = lang
		} else if m.lang == "" && lang != doc.Lang {
			doc.Lang = ""
			break
		}
	}
	if m.cover != "" {
		doc.Cover = &document.Cover{Name: m.cover}
	}
}

// metadata reads a page's <title>, <meta>, JSON-LD and language.
func metadata(t *dom.Tree, page address) meta {
	named := map[string]string{} // <meta>, by its name or property in lower case
	var authors []string
	var title, published string
	var headings []string
	var linked linkedData
	each(t.Root, func(n *html.Node) {
		switch n.DataAtom {
		case atom.Title:
			if title == "" && n.Namespace == "" {
				title = tidy(content(n))
			}
		case atom.H1:
			if heading := strings.TrimRight(tidy(textOf(n)), " ¶#"); heading != "" && len(headings) < 10 {
				headings = append(headings, heading)
			}
		case atom.Meta:
			value := tidy(dom.Attr(n, "content"))
			for _, key := range []string{"property", "name", "itemprop", "http-equiv"} {
				for k := range strings.FieldsSeq(strings.ToLower(dom.Attr(n, key))) {
					if k == "author" || k == "citation_author" {
						authors = add(authors, value)
					}
					if named[k] == "" {
						named[k] = value
					}
				}
			}
		case atom.Time:
			if _, ok := attribute(n, "pubdate"); published == "" && (ok || dom.HasToken(n, "itemprop", "datePublished") || dom.HasToken(n, "class", "entry-date", "published", "dt-published")) {
				published = dom.Attr(n, "datetime")
			}
		case atom.Script:
			if strings.EqualFold(strings.TrimSpace(dom.Attr(n, "type")), "application/ld+json") {
				linked.read(content(n))
			}
		}
	})
	first := func(values ...string) string {
		for _, v := range values {
			if v != "" {
				return v
			}
		}
		return ""
	}
	m := meta{
		description: first(named["og:description"], named["description"], named["dc.description"], named["twitter:description"], linked.description),
		lang:        first(t.Lang(), language(named["content-language"]), language(named["og:locale"]), language(named["dc.language"]), language(linked.lang)),
	}
	site := first(named["og:site_name"], named["application-name"], linked.site)
	// JSON-LD's headline may be another than the page's title, and so does not
	// go before one that says something else.
	headline := linked.headline
	if linked.name != "" && strings.Contains(title, linked.name) && !strings.Contains(title, headline) {
		headline = linked.name
	}
	m.title = first(
		withoutSite(named["og:title"], site, headings), withoutSite(named["citation_title"], site, headings), headline,
		withoutSite(title, site, headings), named["dc.title"], named["twitter:title"])
	if m.title == "" && len(headings) == 1 {
		m.title = headings[0]
	}
	if len(linked.authors) > 0 {
		authors = linked.authors
	}
	for _, key := range []string{"article:author", "dc.creator", "dcterms.creator", "parsely-author"} {
		if v := named[key]; len(authors) == 0 && v != "" {
			authors = add(authors, v)
		}
	}
	m.author = strings.Join(authors, ", ")
	for _, v := range []string{named["article:published_time"], linked.date, named["citation_publication_date"], named["datepublished"], named["dc.date"], named["dcterms.created"], named["date"], named["pubdate"], named["publish-date"], published} {
		if m.date = isoDate(v); m.date != "" {
			break
		}
	}
	if image := first(named["og:image:secure_url"], named["og:image"], named["og:image:url"], named["twitter:image"], linked.image); image != "" {
		m.cover = page.resolve(image)
	}
	return m
}

func attribute(n *html.Node, key string) (string, bool) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val, true
		}
	}
	return "", false
}

// content gives the text directly in n.
func content(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// maxMeta is how many bytes of a value are kept: what is longer is no title.
const maxMeta = 2000

// tidy is a value in one line, without what is left out of texts.
func tidy(s string) string {
	if len(s) > maxMeta {
		s = strings.ToValidUTF8(s[:maxMeta], "")
	}
	s = strings.Map(func(r rune) rune {
		if input.Invisible(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// add adds an author who is not there yet. The address of a profile is none.
func add(authors []string, name string) []string {
	name = tidy(name)
	if name == "" || len(authors) >= 20 || strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		return authors
	}
	for _, a := range authors {
		if strings.EqualFold(a, name) {
			return authors
		}
	}
	return append(authors, name)
}

var separator = regexp.MustCompile(`\s+[|\-–—·•»«/:~]\s+|\s*[|»]\s*`)

// withoutSite takes the site's name off a title: what remains is the part that
// is a heading of the page, the longest if several are, or the part beside the
// site's name. Without such evidence a last part of few words goes if "|" or "»"
// parts it from a longer title.
func withoutSite(title, site string, headings []string) string {
	if title == "" || strings.EqualFold(title, site) {
		return title
	}
	isHeading := func(s string) bool {
		return slices.ContainsFunc(headings, func(h string) bool { return strings.EqualFold(h, s) })
	}
	cuts := separator.FindAllStringIndex(title, -1)
	if len(cuts) == 0 || isHeading(title) {
		return title
	}
	best, beside := "", ""
	for _, c := range cuts {
		before, after := title[:c[0]], title[c[1]:]
		if before == "" || after == "" {
			continue
		}
		for _, part := range []string{before, after} {
			if isHeading(part) && len(part) > len(best) {
				best = part
			}
		}
		if site != "" && strings.EqualFold(after, site) {
			beside = before
		}
		if site != "" && strings.EqualFold(before, site) {
			beside = after
		}
	}
	if beside != "" && (best == "" || strings.EqualFold(best, site)) {
		return beside
	}
	if best != "" {
		return best
	}
	last := cuts[len(cuts)-1]
	before, after := title[:last[0]], title[last[1]:]
	if strings.ContainsAny(title[last[0]:last[1]], "|»") && words(after) <= 4 && words(before) > words(after) {
		return before
	}
	return title
}

func words(s string) int { return len(strings.Fields(s)) }

// language makes a BCP 47 tag of a locale ("de_DE") or of the first of a list.
func language(s string) string {
	s, _, _ = strings.Cut(s, ",")
	return dom.Lang(&html.Node{Attr: []html.Attribute{{Key: "lang", Val: s}}})
}

var isoPrefix = regexp.MustCompile(`^(\d{4})(?:[-/](\d{2})(?:[-/](\d{2})(?:\D|$)|$)|$)`)

// isoDate gives a date as ISO 8601 has it, as far as it is known; "" for what is
// no date.
func isoDate(s string) string {
	s = strings.TrimSpace(s)
	if m := isoPrefix.FindStringSubmatch(s); m != nil {
		date := m[1]
		if m[2] != "" {
			date += "-" + m[2]
		}
		if m[3] != "" {
			date += "-" + m[3]
		}
		layout := "2006-01-02"[:len(date)]
		if _, err := time.Parse(layout, date); err == nil {
			return date
		}
		return ""
	}
	for _, layout := range []string{"20060102", time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 MST", "Mon Jan 2 15:04:05 2006", "January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006", "02.01.2006", "2.1.2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("2006-01-02")
		}
	}
	return ""
}

// linkedData is what JSON-LD tells of an article (schema.org/Article).
type linkedData struct {
	headline, name, date, description, image, lang, site string
	authors                                              []string
	names                                                map[string]string // of what has an @id
	found                                                bool              // of the first article; others are its neighbours
}

// Limits for JSON-LD, which may be anything.
const (
	maxLinked = 1 << 20
	maxNested = 8
	maxItems  = 1000
)

var articleType = regexp.MustCompile(`(?:Article|BlogPosting|Report|SocialMediaPosting|Chapter|Book|WebPage)$`)

// read takes what one script holds. What is no JSON is ignored, as search engines
// do.
func (l *linkedData) read(script string) {
	script = strings.TrimSpace(script)
	if len(script) > maxLinked {
		return
	}
	script = strings.TrimSuffix(strings.TrimPrefix(script, "<![CDATA["), "]]>")
	var v any
	if err := json.Unmarshal([]byte(script), &v); err != nil {
		return
	}
	if l.names == nil {
		l.names = map[string]string{}
	}
	items := 0
	l.identify(v, 0, &items)
	items = 0
	l.visit(v, 0, &items)
}

// identify notes the names of what others refer to by its @id (JSON-LD 1.1, section
// 3.3).
func (l *linkedData) identify(v any, depth int, items *int) {
	if *items++; depth > maxNested || *items > maxItems {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			l.identify(item, depth+1, items)
		}
	case map[string]any:
		if id, name := text(v["@id"]), text(v, "name"); id != "" && name != "" && l.names[id] == "" {
			l.names[id] = name
		}
		l.identify(v["@graph"], depth+1, items)
	}
}

// visit looks for the article in a value: an object, an array, an @graph.
func (l *linkedData) visit(v any, depth int, items *int) {
	if *items++; depth > maxNested || *items > maxItems {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			l.visit(item, depth+1, items)
		}
	case map[string]any:
		if kind := text(v["@type"]); articleType.MatchString(path.Base(kind)) && !(l.found && strings.HasSuffix(kind, "WebPage")) {
			l.take(v, strings.HasSuffix(kind, "WebPage"))
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			l.visit(v[key], depth+1, items)
		}
	}
}

// take takes over an article's data. That of a web page as such only fills what
// is missing.
func (l *linkedData) take(v map[string]any, page bool) {
	if l.found && !page {
		return
	}
	l.found = l.found || !page
	set := func(to *string, s string) {
		if s = tidy(html.UnescapeString(s)); s != "" && (*to == "" || !page) {
			*to = s
		}
	}
	if !page {
		set(&l.headline, text(v["headline"]))
		set(&l.name, text(v["name"]))
		if l.headline == "" {
			l.headline = l.name
		}
	}
	set(&l.date, text(v["datePublished"]))
	set(&l.description, text(v["description"]))
	set(&l.image, text(v["image"], "url", "contentUrl", "@id"))
	set(&l.lang, text(v["inLanguage"]))
	set(&l.site, text(v["publisher"], "name"))
	list, ok := v["author"].([]any)
	if !ok {
		list = []any{v["author"]}
	}
	for _, a := range list {
		name := text(a, "name")
		if object, ok := a.(map[string]any); ok && name == "" {
			name = l.names[text(object["@id"])]
		}
		l.authors = add(l.authors, html.UnescapeString(name))
	}
}

// text gives a value that is a string, the first of a list, or the first of keys
// that an object has.
func text(v any, keys ...string) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		if len(v) > 0 {
			if _, nested := v[0].([]any); !nested {
				return text(v[0], keys...)
			}
		}
	case map[string]any:
		for _, k := range keys {
			if s, ok := v[k].(string); ok && s != "" {
				return s
			}
		}
	}
	return ""
}
