package markdown

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"narrate/internal/input/dom"
)

// The longest sign of a dialect, in bytes, and the longest note inside a text, in
// lines.
const (
	maxSign      = 2000
	maxNoteLines = 20
)

// The reasons for what the dialects of Markdown have that is no text.
const (
	dropFormula  = "formula"
	dropCitation = "citation"
	dropTemplate = "template code"
	dropEmoji    = "emoji code"
	dropEmbedded = "embedded file"
)

// sign is what a dialect of Markdown marks, at bytes [lo, hi) of the body: it
// is dropped for a reason, an emoji, or the text at [from, to) in an element.
type sign struct {
	ast.BaseInline
	lo, hi          int
	reason          string
	emoji           string
	from, to        int
	tag, attributes string
}

var kindSign = ast.NewNodeKind("Sign")

// Kind is the kind of the node.
func (*sign) Kind() ast.NodeKind { return kindSign }

// Dump prints the node for debugging.
func (s *sign) Dump(source []byte, level int) { ast.DumpHelper(s, source, level, nil, nil) }

// dialects parses the signs that Pandoc, Obsidian, GitHub, Hugo and Jekyll have
// beyond CommonMark. Each looks at maxSign bytes at most.
type dialects struct{}

// Trigger gives the characters that begin a sign.
func (dialects) Trigger() []byte { return []byte("~^$[!{:<") }

// Parse reads a sign; nil if it is none.
func (dialects) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if segment.Padding > 0 {
		return nil
	}
	before := block.PrecendingCharacter()
	line = bytes.TrimRight(line[:min(len(line), maxSign)], "\n")
	var s *sign
	switch line[0] {
	case '^':
		if bytes.HasPrefix(line, []byte("^[")) {
			return inlineNote(parent, block, pc)
		}
		s = raised(line, before)
	case '~':
		s = raised(line, before)
	case '$':
		s = formula(line, before)
	case '[':
		if s = wikiLink(line, pc); s == nil {
			s = citation(line, pc)
		}
	case '!':
		if m := embedded.Find(line); m != nil {
			s = &sign{hi: len(m), reason: dropEmbedded}
		}
	case '{':
		s = template(line, before)
	case ':':
		s = shortcode(line, before)
	case '<':
		if m := bareAddress.FindSubmatchIndex(line); m != nil {
			address := html.EscapeString(string(line[m[2]:m[3]]))
			s = &sign{hi: m[1], from: m[2], to: m[3], tag: "a", attributes: ` href="http://` + address + `"`}
		}
	}
	if s == nil {
		return nil
	}
	block.Advance(s.hi)
	s.lo, s.hi = segment.Start, segment.Start+s.hi
	s.from, s.to = segment.Start+s.from, segment.Start+s.to
	return s
}

// isWordRune reports whether r is a letter or digit of a script that parts words
// by spaces.
func isWordRune(r rune) bool { return r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

var (
	raisedForm  = regexp.MustCompile(`^(?:\^[0-9n+−-]{1,20}\^|~[0-9+−-]{1,20}~)`)
	embedded    = regexp.MustCompile(`^!\[\[[^\[\]\n]+\]\]`)
	bareAddress = regexp.MustCompile(`(?i)^<(www\.[a-z0-9.-]+\.[a-z]{2,}(?:[/?#][^\s<>]*)?|` +
		`(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|info|io|dev|eu|de|at|ch|fr|es|it|uk|nl|us)(?:[/?#][^\s<>]*)?)>`)
	citationForm = regexp.MustCompile(`^\[(?:[^\[\]@]*[\s;(])?-?@\{?[\p{L}\p{N}_][^\[\]]*\]`)
	citationKey  = regexp.MustCompile(`@\S*\d`)
	shortcodes   = regexp.MustCompile(`^:([a-z0-9_+-]{1,30}):`)
)

// raised reads a number that is written small beside what it belongs to, as
// Pandoc has it: "x^2^", "H~2~O".
func raised(line []byte, before rune) *sign {
	n := len(raisedForm.Find(line))
	if n == 0 || bytes.HasPrefix(line[n:], line[:1]) || !unicode.IsLetter(before) && !unicode.IsDigit(before) && !strings.ContainsRune(")]*_", before) {
		return nil
	}
	tag := "sup"
	if line[0] == '~' {
		tag = "sub"
	}
	return &sign{hi: n, from: 1, to: n - 1, tag: tag}
}

// template reads code of Jekyll, Liquid or Hugo.
func template(line []byte, before rune) *sign {
	end := ""
	switch {
	case before == '{' || before == '$':
		return nil
	case bytes.HasPrefix(line, []byte("{{")):
		end = "}}"
	case bytes.HasPrefix(line, []byte("{%")):
		end = "%}"
	default:
		return nil
	}
	n := bytes.Index(line[2:], []byte(end))
	if n < 0 {
		return nil
	}
	return &sign{hi: 2 + n + len(end), reason: dropTemplate}
}

// formula reads mathematics as Pandoc has it (User's Guide, "Math"): no white
// space inside the dollar signs and no digit behind them, so that sums of money
// are none. A formula that is TeX no listener would follow.
func formula(line []byte, before rune) *sign {
	mark := 1
	if bytes.HasPrefix(line, []byte("$$")) {
		mark = 2
	} else if isWordRune(before) {
		return nil
	}
	at := mark
	for at < len(line) && line[at] != '$' {
		if line[at] == '\\' {
			at++
		}
		at++
	}
	if at >= len(line) || at == mark || !bytes.HasPrefix(line[at:], line[:mark]) {
		return nil
	}
	end := at + mark
	if mark == 1 {
		after, _ := utf8.DecodeRune(line[end:])
		if util.IsSpace(line[mark]) || util.IsSpace(line[at-1]) || end < len(line) && (isWordRune(after) || after == '$') {
			return nil
		}
	}
	if bytes.IndexByte(line[mark:at], '\\') >= 0 {
		return &sign{hi: end, reason: dropFormula}
	}
	return &sign{hi: end, from: mark, to: at}
}

// defined reports whether a label is that of a link.
func defined(label []byte, pc parser.Context) bool {
	_, ok := pc.Reference(util.ToLinkReference(label))
	return ok
}

// goesOn reports whether a link's brackets go on behind what was read.
func goesOn(rest []byte) bool { return len(rest) > 0 && bytes.IndexByte([]byte("([:"), rest[0]) >= 0 }

// wikiLink reads a link to a page of the same wiki: "[[Page]]", "[[Page|text]]".
func wikiLink(line []byte, pc parser.Context) *sign {
	if !bytes.HasPrefix(line, []byte("[[")) {
		return nil
	}
	n := bytes.IndexAny(line[2:], "[]")
	if n < 1 || !bytes.HasPrefix(line[2+n:], []byte("]]")) {
		return nil
	}
	name, end := line[2:2+n], 2+n+2
	if rest := line[end:]; len(rest) > 0 && (rest[0] == '(' || rest[0] == '[') || defined(name, pc) || bytes.IndexFunc(name, unicode.IsLetter) < 0 {
		return nil
	}
	from := 2 + bytes.LastIndexByte(name, '|') + 1
	return &sign{hi: end, from: from, to: 2 + n}
}

// citation reads what Pandoc puts a reference to literature for.
func citation(line []byte, pc parser.Context) *sign {
	end := bytes.IndexAny(line[1:], "[]")
	if end < 0 || bytes.IndexByte(line[1:1+end], '@') < 0 {
		return nil
	}
	m := citationForm.Find(line)
	if m == nil || goesOn(line[len(m):]) || defined(m[1:len(m)-1], pc) {
		return nil
	}
	// With words in front it may be a bracket in the text that names somebody.
	if !bytes.HasPrefix(m, []byte("[@")) && !bytes.HasPrefix(m, []byte("[-@")) && !citationKey.Match(m) {
		return nil
	}
	return &sign{hi: len(m), reason: dropCitation}
}

// shortcode reads the name of an emoji.
func shortcode(line []byte, before rune) *sign {
	m := shortcodes.FindSubmatch(line)
	if m == nil || isWordRune(before) || before == ':' {
		return nil
	}
	end := len(m[0])
	if after, _ := utf8.DecodeRune(line[end:]); end < len(line) && (isWordRune(after) || after == '`' || after == ':' && !shortcodes.Match(line[end:])) {
		return nil
	}
	if e := emoji[string(m[1])]; e != "" {
		return &sign{hi: end, emoji: e}
	}
	if len(m[1]) < 3 || bytes.IndexFunc(m[1], unicode.IsLetter) < 0 {
		return nil
	}
	return &sign{hi: end, reason: dropEmoji}
}

// inlineNote reads a note that stands where it is referred to (Pandoc: "^[a
// note]").
func inlineNote(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	at, start := block.Position()
	block.Advance(len("^["))
	p := ast.NewParagraph()
	for open, size := 1, 0; size < maxSign && p.Lines().Len() < maxNoteLines; {
		line, segment := block.PeekLine()
		if line == nil {
			break
		}
		for i := 0; i < min(len(line), maxSign-size); i++ {
			switch line[i] {
			case '\\':
				i++
			case '[':
				open++
			case ']':
				open--
			}
			if open > 0 {
				continue
			}
			p.Lines().Append(segment.WithStop(segment.Start + i))
			block.Advance(i + 1)
			if rest, _ := block.PeekLine(); len(rest) > 0 && rest[0] == '(' {
				block.SetPosition(at, start)
				return nil
			}
			ns := stateOf(pc).notes
			node := extast.NewFootnote(nil)
			node.SetPos(start.Start)
			node.AppendChild(node, p)
			doc := parent.OwnerDocument()
			doc.AppendChild(doc, node) // it is parsed after what stands in the document
			n := &note{key: noteKey(ns), node: node}
			ns.all = append(ns.all, n)
			return &noteRef{note: n, lo: start.Start, hi: start.Start + len("^")}
		}
		size += len(line)
		p.Lines().Append(segment)
		block.AdvanceLine()
	}
	block.SetPosition(at, start)
	return nil
}

// sign writes one.
func (w *writer) sign(s *sign) {
	switch {
	case s.reason != "":
		w.flow.Drop(string(w.src.body[s.lo:s.hi]), s.reason, w.src.off(s.lo))
	case s.emoji != "":
		dom.Text(&w.out, s.emoji, w.src.off(s.lo))
	default:
		end := ""
		if s.tag != "" {
			end = w.tag(s.tag, s.attributes, s.from)
		}
		w.plain(s.from, s.to)
		w.out.WriteString(end)
	}
}
