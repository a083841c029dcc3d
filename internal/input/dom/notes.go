package dom

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/input"
)

// notes is what is known of a page's notes before it is walked.
type notes struct {
	refs     map[*html.Node]string // links to notes, with the note's key
	bodies   map[*html.Node]string // elements that are notes, with their keys
	referred map[string]bool       // keys that a link refers to
	refIDs   map[string]bool       // ids of links to notes and of what is around them
	labels   map[*html.Node]bool   // elements in notes that only repeat the mark
	prefixes map[*html.Node]int    // texts in notes that begin with the mark, with its length
	signs    map[string]string     // the mark of the note of that key, without brackets
}

type laterNote struct {
	node *html.Node
	key  string
}

// markText is what stands for a note in the text: "3", "[3]", "(a)", "*", "†",
// "[note 3]".
var markText = regexp.MustCompile(`^[\[(]?(?:(?:[Nn]ote?|[Nn]|[Aa]nm\.?|[Ff]n\.?) ?)?(\d{1,4}|[*†‡§¶]{1,4}|[a-z]{1,2}|[ivxl]{1,6})[\])]?\.?$`)

// firmMark is one that hardly stands for anything else even outside of a <sup>.
var firmMark = regexp.MustCompile(`^(?:\[(?:[Nn]ote? ?)?\d{1,4}\]|\(\d{1,3}\)|[*†‡]{1,4}|\d{1,4})$`)

// NoteMark reports whether a link looks like the mark of a note by itself: by
// its role, its type, its class, or by a short text in a <sup>. Where it leads
// may be another file.
func NoteMark(a *html.Node) bool {
	return strongMark(a) || raisedMark(a) && markText.MatchString(textOf(a))
}

func strongMark(a *html.Node) bool {
	const role, kind = "doc-noteref", "noteref"
	if HasToken(a, "role", role) || HasToken(a, "epub:type", kind) || HasToken(a, "rel", "footnote") ||
		HasToken(a, "class", "footnote-ref", "footnote-reference", "footnoteref", "noteref", "fnref", "footnote-anchor", "citation-reference") {
		return true
	}
	p := a.Parent
	return p != nil && (p.DataAtom == atom.Sup || p.DataAtom == atom.Span) &&
		(HasToken(p, "role", role) || HasToken(p, "epub:type", kind) || HasToken(p, "class", "footnote-ref", "footnote-reference", "footnoteref", "reference", "footnote", "noteref", "fnref"))
}

func raisedMark(a *html.Node) bool {
	for p, i := a.Parent, 0; p != nil && i < 3 && !isBlock(p); p, i = p.Parent, i+1 {
		if p.DataAtom == atom.Sup {
			return true
		}
	}
	if c := a.FirstChild; c != nil && c == a.LastChild && c.DataAtom == atom.Sup {
		return true
	}
	return strings.Contains(styled(Attr(a, "style"), "vertical-align"), "super")
}

// isNoteBody reports whether an element says itself that it is a note.
func isNoteBody(n *html.Node) bool {
	return HasToken(n, "role", "doc-footnote", "doc-endnote") || HasToken(n, "epub:type", "footnote", "endnote", "rearnote") ||
		HasToken(n, "class", "sidenote", "marginnote") && !isBlock(n)
}

// NoteBody gives the element that holds the note which a link to target refers
// to: the target or the block around it. nil if what is there is no note: a
// heading, a section, an element without text.
func NoteBody(target *html.Node) *html.Node {
	n := target
	for up := target; up != nil; up = up.Parent {
		if isNoteBody(up) {
			n = up
			break
		}
	}
	for n != nil && !isBlock(n) && !isNoteBody(n) {
		n = n.Parent
	}
	if n == nil || headingLevel(n) > 0 {
		return nil
	}
	switch n.DataAtom {
	case atom.Dt:
		for n = n.NextSibling; n != nil && n.Type != html.ElementNode; n = n.NextSibling {
		}
		if n == nil || n.DataAtom != atom.Dd {
			return nil
		}
	case atom.Section, atom.Article, atom.Main, atom.Div:
		if !isNoteBody(n) && n != target || holdsHeading(n) {
			return nil
		}
	case atom.Table:
		if !HasToken(n, "class", "footnote", "citation") {
			return nil
		}
	case atom.Html, atom.Body, atom.Tbody, atom.Thead, atom.Tfoot, atom.Tr, atom.Td, atom.Th, atom.Ul, atom.Ol, atom.Dl, atom.Figure, atom.Form, atom.Hr:
		return nil
	}
	if !hasText(n) {
		return nil
	}
	return n
}

// within reports whether n lies in outer.
func within(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

// walkElements calls f for each element in and below n in document order.
func walkElements(n *html.Node, f func(*html.Node)) {
	if n.Type == html.ElementNode {
		f(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walkElements(c, f)
	}
}

func holdsHeading(n *html.Node) bool {
	found := false
	walkElements(n, func(c *html.Node) { found = found || headingLevel(c) > 0 })
	return found
}

// findNotes finds the notes of the tree and the links to them.
func (w *walker) findNotes() {
	w.notes = notes{
		refs: map[*html.Node]string{}, bodies: map[*html.Node]string{}, referred: map[string]bool{},
		refIDs: map[string]bool{}, labels: map[*html.Node]bool{}, prefixes: map[*html.Node]int{}, signs: map[string]string{},
	}
	ids := map[string]*html.Node{}
	targets := map[*html.Node]*html.Node{} // the note at each, to look once
	var links []*html.Node
	walkElements(w.t.Root, func(n *html.Node) {
		key, ok := "", false
		if w.o.NoteKey != nil {
			key, ok = w.o.NoteKey(n)
		}
		if len(n.Attr) == 0 && !ok {
			return
		}
		id := Attr(n, "id")
		if id == "" && n.DataAtom == atom.A {
			id = Attr(n, "name")
		}
		if id != "" && ids[id] == nil {
			ids[id] = n
		}
		switch {
		case ok:
			w.bodies[n] = key
		case isNoteBody(n):
			w.bodies[n] = w.o.NotePrefix + "#" + id
			if id == "" {
				w.bodies[n] += " " + Attr(n, markAttr) // no id has a space
			}
		}
		if n.DataAtom == atom.A && Attr(n, "href") != "" {
			links = append(links, n)
		}
	})
	for _, a := range links {
		if w.o.NoteRef != nil {
			if key, ok := w.o.NoteRef(a); ok {
				w.refer(a, key)
				continue
			}
		}
		id := w.local(Attr(a, "href"))
		if id == "" || w.refIDs[id] || w.isBack(a) {
			continue
		}
		target := ids[id]
		strong := strongMark(a)
		if target == nil {
			if strong && markText.MatchString(textOf(a)) {
				w.labels[a] = true // the note is not here
			}
			continue
		}
		text := ""
		if !strong {
			if text = shortText(a); text == "" || !markText.MatchString(text) {
				continue
			}
			if !raisedMark(a) && (!firmMark.MatchString(text) || startsBlock(a)) {
				continue
			}
		}
		body, known := targets[target]
		if !known {
			body = NoteBody(target)
			targets[target] = body
		}
		if body == nil || within(a, body) {
			continue
		}
		if !strong && !raisedMark(a) && text[0] >= '0' && text[0] <= '9' && !likelyNote(body) {
			continue
		}
		key, ok := w.bodies[body]
		if !ok {
			key = w.o.NotePrefix + "#" + id
			w.bodies[body] = key
		}
		if target.DataAtom == atom.Dt {
			w.labels[target] = true
		}
		w.refer(a, key)
	}
	for body, key := range w.bodies {
		w.findLabel(body, key)
	}
}

// refer notes that a refers to the note of that key.
func (w *walker) refer(a *html.Node, key string) {
	w.refs[a] = key
	w.referred[key] = true
	if w.signs[key] == "" {
		w.signs[key] = strings.Trim(shortText(a), "[]().")
	}
	for n, i := a, 0; n != nil && i < 3 && !isBlock(n); n, i = n.Parent, i+1 {
		for _, k := range []string{"id", "name"} {
			if id := Attr(n, k); id != "" {
				w.refIDs[id] = true
			}
		}
	}
	for c := a.FirstChild; c != nil; c = c.NextSibling {
		if id := Attr(c, "id"); id != "" {
			w.refIDs[id] = true
		}
	}
	// An empty anchor before the mark.
	for _, start := range []*html.Node{a, a.Parent} {
		if p := start.PrevSibling; p != nil && p.DataAtom == atom.A && p.FirstChild == nil {
			w.refIDs[Attr(p, "id")+Attr(p, "name")] = true
		}
	}
	delete(w.refIDs, "")
}

// shortText is the text of a link if it is short enough for a mark.
func shortText(a *html.Node) string {
	size := 0
	for c := a.FirstChild; c != nil; c = c.NextSibling {
		size += len(c.Data)
	}
	if size > 200 {
		return ""
	}
	return textOf(a)
}

// startsBlock reports whether no text stands before n in its block.
func startsBlock(n *html.Node) bool {
	for ; n != nil && !isBlock(n); n = n.Parent {
		for p := n.PrevSibling; p != nil; p = p.PrevSibling {
			if isBlock(p) || p.DataAtom == atom.Br {
				return true
			}
			if hasText(p) {
				return false
			}
		}
	}
	return true
}

// likelyNote reports whether an element that plain digits link to is a note: it
// stands among notes, or begins with a number.
func likelyNote(n *html.Node) bool {
	for up := n; up != nil; up = up.Parent {
		if HasToken(up, "class", "footnote", "footnotes", "endnotes", "notes", "references") || HasToken(up, "role", "doc-endnotes", "doc-footnotes") ||
			HasToken(up, "epub:type", "footnotes", "endnotes", "rearnotes") || up.DataAtom == atom.Small {
			return true
		}
	}
	first := firstText(n)
	if first == nil {
		return false
	}
	s := strings.TrimLeft(first.Data, " \t\r\n[(")
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// findLabel finds what only repeats the mark at the beginning of a note.
func (w *walker) findLabel(body *html.Node, key string) {
	first := firstText(body)
	if first == nil {
		return
	}
	n := first
	for n.Parent != nil && n.Parent != body && n.Parent.FirstChild == n && n.Parent.LastChild == n && !isBlock(n.Parent) {
		n = n.Parent
	}
	if n == first {
		if sign := w.signs[key]; sign != "" {
			w.prefixes[first] = markLength(first.Data, sign)
		}
		return
	}
	text := textOf(n)
	if markText.MatchString(text) && (n.DataAtom == atom.Sup || HasToken(n, "class", "label") || strings.Trim(text, "[]().") == w.signs[key]) {
		w.labels[n] = true
	}
}

// markLength gives the length of the sign of a note at the start of s, with its
// brackets or its full stop; 0 if it is not there.
func markLength(s, sign string) int {
	rest := strings.TrimLeft(s, " \t\r\n")
	start := len(s) - len(rest)
	for _, form := range []string{"[" + sign + "]", "(" + sign + ")", sign + ".", sign + ")", sign + ":", sign} {
		if strings.HasPrefix(rest, form+" ") || strings.HasPrefix(rest, form+"\u00a0") || strings.HasPrefix(rest, form+"\n") {
			return start + len(form)
		}
	}
	return 0
}

// isMark reports whether a link is the mark of a note.
func (w *walker) isMark(a *html.Node) bool {
	_, ok := w.refs[a]
	return ok
}

// backText is what a link from a note back to its mark says.
var backText = regexp.MustCompile(`(?i)^[\[(]?(?:(?:go )?back(?: to (?:the )?text)?|return(?: to (?:the )?text)?|zurück(?: zum text)?|retour(?: au texte)?|volver|indietro|torna|[↩↑⤴⏎^]\x{FE0E}?)[\])]?[.]?$`)

// isBack reports whether a link leads from a note back to its mark.
func (w *walker) isBack(a *html.Node) bool {
	if HasToken(a, "role", "doc-backlink") || HasToken(a, "epub:type", "backlink") || HasToken(a, "rev", "footnote") ||
		HasToken(a, "class", "footnote-back", "footnote-backref", "fn-backref", "backref", "reversefootnote") {
		return true
	}
	href, ok := lookup(a, "href")
	if !ok || w.isMark(a) {
		return false
	}
	if w.noting > 0 && backText.MatchString(shortText(a)) {
		return true
	}
	id := w.local(href)
	return id != "" && w.refIDs[id]
}

// inNotes reports whether n stands directly among the notes of a page, where a
// rule is no scene break.
func (w *walker) inNotes(n *html.Node) bool {
	p := n.Parent
	return p != nil && (HasToken(p, "class", "footnotes", "endnotes") || HasToken(p, "role", "doc-endnotes", "doc-footnotes") || HasToken(p, "epub:type", "footnotes", "endnotes", "rearnotes"))
}

// noteOf gives the key of the note that n is.
func (w *walker) noteOf(n *html.Node) (key string, ok bool) {
	key, ok = w.bodies[n]
	return key, ok
}

// note adds a note.
func (w *walker) note(n *html.Node, key string) {
	w.edge()
	flat, lists, pre, quotes := w.flat, w.lists, w.pre, w.quotes
	w.flat, w.lists, w.pre, w.quotes = 0, nil, 0, 0
	delete(w.bodies, n) // its content is walked as that of any element
	outer := w.lang
	lang := Lang(n)
	if lang != "" {
		w.lang = lang
	}
	w.noting++
	w.f.Enter(input.Container{Kind: input.Note, Key: key, Lang: lang})
	if n.DataAtom == atom.Table || isNoteBody(n) || n.DataAtom == atom.Aside || n.DataAtom == atom.Li || n.DataAtom == atom.Dd {
		w.block(n)
	} else {
		w.content(n)
	}
	w.edge()
	w.f.Leave()
	w.noting--
	w.lang = outer
	w.flat, w.lists, w.pre, w.quotes = flat, lists, pre, quotes
}

// noteRef adds the mark of a note.
func (w *walker) noteRef(a *html.Node, key string) {
	text, first := VisibleText(a)
	off := w.t.Offset(a)
	if first != nil {
		off = w.t.Offset(first)
	}
	if len(w.made) > 0 {
		w.ready(w.t.Offset(a))
	}
	w.flushDropped()
	w.f.NoteRef(key, text, off)
	w.run = true
}

// cutMarks gives the part of a text node that is read: brackets around the mark
// of a note go with it.
func (w *walker) cutMarks(n *html.Node) (lo, hi int) {
	lo, hi = 0, len(n.Data)
	if len(w.refs) == 0 {
		return lo, hi
	}
	if lo = w.prefixes[n]; lo > 0 {
		w.drop(n.Data[:lo], dropMark, w.t.Offset(n))
	}
	if strings.HasPrefix(n.Data, "]") && w.marked(n.PrevSibling) {
		w.drop("]", dropMark, w.t.Offset(n))
		lo = 1
	}
	if strings.HasSuffix(n.Data, "[") && hi > lo && w.marked(n.NextSibling) {
		hi--
		w.drop("[", dropMark, w.offsetAt(n, hi))
	}
	return lo, hi
}

// marked reports whether n is the mark of a note.
func (w *walker) marked(n *html.Node) bool { return n != nil && w.isMark(n) }

// offsetAt gives the place of byte i of a text node.
func (w *walker) offsetAt(n *html.Node, i int) int {
	where := w.t.texts[n]
	off := w.t.Offset(n)
	for _, p := range w.t.pieces[where.lo:where.hi] {
		if int(p.at) <= i {
			off = int(p.off) + i - int(p.at)
		}
	}
	return off
}
