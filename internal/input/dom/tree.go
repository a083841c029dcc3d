// Package dom reads HTML and XHTML into a tree that knows the place of each
// piece of text in its source, and walks it: what a reader of the page sees
// becomes the blocks, spans and notes of an input.Flow. Markdown, HTML and EPUB
// share it.
//
// The parser (golang.org/x/net/html) knows no places, so the source is rewritten
// before: a mark of noncharacters that tells the byte offset goes in front of
// each piece of text, and an attribute that tells it on each element. They are
// taken out again when the tree stands.
package dom

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/input"
)

// Tree is a parsed page.
type Tree struct {
	Root *html.Node // the document node
	Body *html.Node // <body>; nil for a page of frames

	pieces []piece
	texts  map[*html.Node]texts
}

// piece says that from byte at of a text node on, its text follows the source
// from byte off on; a character reference is a piece of its own.
type piece struct{ at, off int32 }

// texts are the pieces of one text node.
type texts struct{ lo, hi int32 }

// maxDepth bounds the nesting of the tree, which is walked by recursion. The
// parser itself has no more than 512 elements open; what it moves out of tables
// and formatting elements can lie deeper.
const maxDepth = 2000

var errDeep = errors.New("the elements are nested more than 512 deep, which narrate does not read")

// Parse reads a page. xhtml says that it is written as XML: <a/> is an element
// without content, and there are CDATA sections.
func Parse(text string, xhtml bool, entities input.Entities) (*Tree, error) {
	var w strings.Builder
	w.Grow(len(text) + len(text)/2)
	m := marker{w: &w, xhtml: xhtml, entities: entities}
	if xhtml {
		m.prefixes = xhtmlPrefixes(text)
	}
	m.markup(text)
	return ParseMarked(w.String())
}

// ParseMarked reads a page that was written by Mark and Text.
func ParseMarked(marked string) (*Tree, error) {
	if err := guard(marked); err != nil {
		return nil, err
	}
	root, err := html.ParseWithOptions(strings.NewReader(marked), html.ParseOptionEnableScripting(false))
	if err != nil {
		if strings.Contains(err.Error(), "exceeds 512") {
			return nil, errDeep
		}
		return nil, fmt.Errorf("parse: %w", err)
	}
	t := &Tree{Root: root, texts: map[*html.Node]texts{}}
	depth := 0
	for n := root; n != nil; {
		switch {
		case n.Type == html.TextNode:
			t.unmark(n)
		case n.DataAtom == atom.Body && t.Body == nil:
			t.Body = n
		}
		if n.FirstChild != nil {
			n = n.FirstChild
			if depth++; depth > maxDepth {
				return nil, errDeep
			}
			continue
		}
		for n != nil && n.NextSibling == nil {
			n = n.Parent
			depth--
		}
		if n != nil {
			n = n.NextSibling
		}
	}
	return t, nil
}

// maxElements bounds the elements of a page, and so its memory. Where
// formatting elements are not closed the parser opens them again in each
// paragraph, so each of these counts with all that are open.
const maxElements = 2_000_000

var errElements = fmt.Errorf("the page has more than %d elements; split it", maxElements)

// guard refuses a page that would be too large a tree. Of formatting elements
// with the same tag the parser opens no more than three again.
func guard(marked string) error {
	const same = 3
	type name struct {
		open []string // the tags that count
		more int      // how many more are open
	}
	names := map[string]*name{}
	tags := map[string]int{}
	count, open := 0, 0
	for i := 0; ; {
		next := strings.IndexByte(marked[i:], '<')
		if next < 0 {
			return nil
		}
		i += next + 1
		end := strings.HasPrefix(marked[i:], "/")
		if end {
			i++
		}
		to := i
		for to < len(marked) && to < i+8 && marked[to]|0x20 >= 'a' && marked[to]|0x20 <= 'z' {
			to++
		}
		if to == i {
			continue
		}
		tag := strings.ToLower(marked[i:to])
		if !formatting[tag] {
			if !end {
				count += 1 + open
			}
		} else {
			n := names[tag]
			if n == nil {
				n = &name{}
				names[tag] = n
			}
			switch {
			case end && n.more > 0:
				n.more--
			case end && len(n.open) > 0:
				last := len(n.open) - 1
				tags[n.open[last]]--
				n.open = n.open[:last]
				open--
			case end:
			default:
				count++
				whole, _, _ := strings.Cut(marked[i:min(len(marked), i+1<<10)], ">")
				if tags[whole] >= same {
					n.more++
					break
				}
				tags[whole]++
				n.open = append(n.open, whole)
				open++
			}
		}
		if count > maxElements {
			return errElements
		}
	}
}

// unmark takes the marks out of a text node.
func (t *Tree) unmark(n *html.Node) {
	const lead = 0xEF // the first byte of every mark
	s := n.Data
	if strings.IndexByte(s, lead) < 0 {
		return
	}
	lo := len(t.pieces)
	var b strings.Builder
	start := 0
	for i := 0; i < len(s); {
		if s[i] != lead {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isMark(r) {
			i += size
			continue
		}
		b.WriteString(s[start:i])
		off := 0
		for isMark(r) && r != markEnd {
			off = off<<4 | int(r-markZero)
			i += size
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if r == markEnd {
			i += size
			if p := (piece{int32(b.Len()), int32(off)}); len(t.pieces) > lo && t.pieces[len(t.pieces)-1].at == p.at {
				t.pieces[len(t.pieces)-1] = p
			} else {
				t.pieces = append(t.pieces, p)
			}
		}
		start = i
	}
	if start == 0 {
		return
	}
	b.WriteString(s[start:])
	n.Data = b.String()
	if len(t.pieces) > lo {
		t.texts[n] = texts{int32(lo), int32(len(t.pieces))}
	}
}

// Offset gives the byte offset of an element's tag or of a text's first
// character that is not white space; for what the parser made up it is a place
// near by.
func (t *Tree) Offset(n *html.Node) int {
	for at := n; at != nil; at = at.Parent {
		if off, ok := t.offset(at); ok {
			return off
		}
	}
	return 0
}

func (t *Tree) offset(n *html.Node) (off int, ok bool) {
	for ; n != nil; n = n.FirstChild {
		if p, ok := t.texts[n]; ok {
			return int(t.pieces[p.lo].off), true
		}
		for i := range n.Attr {
			if n.Attr[i].Key == markAttr {
				off, err := strconv.Atoi(n.Attr[i].Val)
				return off, err == nil
			}
		}
	}
	return 0, false
}

// Lang gives the language that <html> or <body> names, "" if none.
func (t *Tree) Lang() string {
	if t.Body == nil {
		return ""
	}
	if lang := Lang(t.Body); lang != "" {
		return lang
	}
	return Lang(t.Body.Parent)
}

// Lang gives the language that an element names by lang or xml:lang, "" if it
// names none or what is no BCP 47 tag by its form.
func Lang(n *html.Node) string {
	lang := Attr(n, "lang")
	if lang == "" {
		lang = Attr(n, "xml:lang")
	}
	lang = strings.Trim(strings.ReplaceAll(strings.TrimSpace(lang), "_", "-"), "-")
	if len(lang) < 2 || len(lang) > 35 || strings.IndexFunc(lang, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}) >= 0 {
		return ""
	}
	return lang
}

// Attr gives an attribute's value, "" if there is none. The key is in lower
// case, with its prefix ("epub:type", "xml:lang").
func Attr(n *html.Node, key string) string {
	v, _ := lookup(n, key)
	return v
}

func lookup(n *html.Node, key string) (string, bool) {
	for i := range n.Attr {
		a := &n.Attr[i]
		if a.Key == key && a.Namespace == "" || a.Namespace != "" && a.Namespace+":"+a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// HasToken reports whether one of the words of an attribute, which white space
// parts, is one of tokens, in any case.
func HasToken(n *html.Node, key string, tokens ...string) bool {
	v := Attr(n, key)
	if v == "" {
		return false
	}
	for word := range strings.FieldsSeq(v) {
		for _, t := range tokens {
			if strings.EqualFold(word, t) {
				return true
			}
		}
	}
	return false
}
