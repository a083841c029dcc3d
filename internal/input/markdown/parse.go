package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"narrate/internal/input"
)

// newParser makes the parser. Emphasis, struck-out text, links and notes are
// parsed by rules of ours, where goldmark's take quadratic time or lose places.
var newParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(headings{parser.NewSetextHeadingParser()}, 100),
			util.Prioritized(extension.NewDefinitionListParser(), 101),
			util.Prioritized(extension.NewDefinitionDescriptionParser(), 102),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(formulas{}, 250),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(headings{parser.NewATXHeadingParser()}, 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewHTMLBlockParser(), 900),
			util.Prioritized(noteBlocks{extension.NewFootnoteBlockParser()}, 999),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(noteRefs{}, 101),
			util.Prioritized(dialects{}, 150),
			util.Prioritized(links{parser.NewLinkParser()}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400),
			util.Prioritized(delimiters{}, 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(signs{}, 50),
			util.Prioritized(linkDefinitions{parser.LinkReferenceParagraphTransformer}, 100),
			util.Prioritized(tables{extension.NewTableParagraphTransformer()}, 200),
		),
	)
})

// state is what the parsers share in one parse.
type state struct {
	src  *source
	flow *input.Flow
	mdx  bool

	notes *notes
	abbrs abbreviations

	noFormula  int             // no block of mathematics that begins before it has an end
	components map[string]bool // the elements of MDX in the body, once they were looked for

	// budget is how many bytes may still be looked at for links that are none.
	budget   int
	brackets []int // where the brackets that are open begin
}

var stateKey = parser.NewContextKey()

func stateOf(pc parser.Context) *state { return pc.Get(stateKey).(*state) }

// parse makes the tree of s.
func parse(s *source, f *input.Flow, mdx bool) (*ast.Document, *state) {
	st := &state{src: s, flow: f, mdx: mdx, notes: &notes{first: map[string]*note{}}, budget: 1<<20 + 50*len(s.body)}
	pc := parser.NewContext()
	pc.Set(stateKey, st)
	root := newParser().Parse(text.NewReader(s.body), parser.WithContext(pc))
	return root.(*ast.Document), st
}

// drop lists bytes of the body as dropped.
func (st *state) drop(lo, hi int, reason string) {
	st.flow.Drop(string(st.src.body[lo:hi]), reason, st.src.off(lo))
}

// headings takes attributes ("{#id .class lang=fr}") off the end of headings.
type headings struct{ parser.BlockParser }

func (h headings) Close(node ast.Node, reader text.Reader, pc parser.Context) {
	h.BlockParser.Close(node, reader, pc)
	lines := node.Lines()
	if node.Kind() != ast.KindHeading || lines.Len() == 0 {
		return
	}
	source := reader.Source()
	last := lines.At(lines.Len() - 1)
	line := bytes.TrimRight(source[last.Start:last.Stop], " \t\n")
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || !attributes.Match(line[open:]) {
		return
	}
	for _, m := range attribute.FindAllSubmatch(line[open:], -1) {
		if len(m[1]) > 0 {
			node.SetAttributeString("id", m[1])
		} else if len(m[2]) > 0 {
			node.SetAttributeString("lang", bytes.Trim(m[2], `"`))
		}
	}
	line = bytes.TrimRight(line[:open], " \t")
	// "## Title ## {#id}"
	if t := bytes.TrimRight(line, "#"); len(t) < len(line) && (len(t) == 0 || t[len(t)-1] == ' ') {
		line = bytes.TrimRight(t, " \t")
	}
	last.Stop = last.Start + len(line)
	lines.Set(lines.Len()-1, last)
}

var (
	attributes = regexp.MustCompile(`^\{:?\s*(([#.][\w:.-]+|-|[\w:-]+=("[^"]*"|[^\s"}]+))\s*)+\}$`)
	attribute  = regexp.MustCompile(`#([\w:.-]+)|\slang=("[^"]*"|[^\s"}]+)`)
)

// links bounds the time that goes into links that are none: goldmark's parser
// looks through the same text again for each bracket.
type links struct{ parser.InlineParser }

func (l links) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	st := stateOf(pc)
	if st.budget <= 0 {
		return nil
	}
	line, segment := block.PeekLine()
	if line[0] != ']' {
		if line[0] == '[' || len(line) > 1 && line[1] == '[' {
			st.brackets = append(st.brackets, segment.Start)
		}
		return l.InlineParser.Parse(parent, block, pc)
	}
	n := l.InlineParser.Parse(parent, block, pc)
	last := len(st.brackets) - 1
	if last < 0 {
		return n
	}
	// The parser finds the label by its line, from the last one on.
	st.budget -= parent.Lines().Len() / 2
	if n == nil {
		st.budget -= segment.Start - st.brackets[last]
		if len(line) > 1 && (line[1] == '(' || line[1] == '[') {
			st.budget -= tried(line[2:], parent, segment.Start+2)
		}
	}
	st.brackets = st.brackets[:last]
	if st.budget <= 0 {
		st.flow.Warn(st.src.off(segment.Start), "too many brackets that are no links; from here on links are read as text")
	}
	return n
}

// tried gives about how many bytes were looked at for the rest of a link, which
// stands at byte at of the body.
func tried(rest []byte, parent ast.Node, at int) int {
	n := bytes.IndexAny(rest, " \t\n")
	if n < 0 || bytes.HasPrefix(rest, []byte("<")) {
		n = len(rest)
	}
	if title := bytes.TrimLeft(rest[n:], " \t\n"); len(title) == 0 || bytes.IndexByte([]byte(`"'(`), title[0]) >= 0 {
		if lines := parent.Lines(); lines.Len() > 0 {
			n = max(n, lines.At(lines.Len()-1).Stop-at)
		}
	}
	return n
}

// CloseBlock ends the brackets that are open.
func (l links) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	st := stateOf(pc)
	st.brackets = st.brackets[:0]
	if c, ok := l.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

// linkDefinitions leaves alone what goldmark's parser would take quadratic time
// for: it stays text.
type linkDefinitions struct{ parser.ParagraphTransformer }

const (
	maxDefinitions = 20_000  // lines of a paragraph that begins with a definition
	maxTitles      = 1 << 25 // bytes that are looked through for the ends of titles
)

func (d linkDefinitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	first := lines.At(0)
	if line := bytes.TrimLeft(first.Value(reader.Source()), " \t"); len(line) == 0 || line[0] != '[' {
		return
	}
	open := 0
	for i := range lines.Len() {
		line := lines.At(i)
		if unfinished(line.Value(reader.Source())) {
			open++
		}
	}
	if size := lines.At(lines.Len()-1).Stop - first.Start; lines.Len() > maxDefinitions || open > 1 && open*size > maxTitles {
		st := stateOf(pc)
		st.flow.Warn(st.src.off(first.Start), "too many definitions of links without a blank line between them; read as text")
		return
	}
	d.ParagraphTransformer.Transform(node, reader, pc)
}

// unfinished reports whether a line seems to define a link whose title goes on
// behind it.
func unfinished(line []byte) bool {
	_, rest, ok := bytes.Cut(line, []byte("]:"))
	if !ok {
		return false
	}
	i := bytes.IndexAny(rest, "\"'(")
	if i < 0 {
		return false
	}
	closer := rest[i]
	if closer == '(' {
		closer = ')'
	}
	return bytes.IndexByte(rest[i+1:], closer) < 0
}

// tables leaves tables alone whose rows are much shorter than their first one:
// each would be filled up with empty cells.
type tables struct{ parser.ParagraphTransformer }

const maxEmptyCells = 1 << 20

func (t tables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	if lines.Len() < 2 {
		return
	}
	widest, cells := 0, 0
	for i := range lines.Len() {
		line := lines.At(i)
		n := bytes.Count(line.Value(reader.Source()), []byte("|")) + 1
		widest, cells = max(widest, n), cells+n
	}
	if widest*lines.Len() > cells+maxEmptyCells {
		st := stateOf(pc)
		st.flow.Warn(st.src.off(lines.At(0).Start), "a table whose rows lack more than %d cells is read as text", maxEmptyCells)
		return
	}
	t.ParagraphTransformer.Transform(node, reader, pc)
}

// signs takes lines out of paragraphs that dialects of Markdown have for
// machines, and the mark of an alert.
type signs struct{}

var (
	alertSign = regexp.MustCompile(`^\[!([\w-]+)\][+-]?[ \t]*`)
	moduleOf  = regexp.MustCompile(`^(import|export)\s`)

	signLines = []struct {
		form   *regexp.Regexp
		reason string
	}{
		{regexp.MustCompile(`(?i)^(\[toc\]|\[\[_?toc_?\]\]|\$\{toc\}|@\[toc\].*)$`), "place of the table of contents"},
		{regexp.MustCompile(`^\{:[^{}]*\}$`), "attributes"},
		{regexp.MustCompile(`^(\{%.*%\}|\{\{[<%].*[>%]\}\})$`), dropTemplate},
		{regexp.MustCompile(`^:{3,}[ \t]*(\{[^{}]*\}|[\w.-]+([ \t]*\{[^{}]*\})?)?[ \t:]*$`), "fence of a section"},
		{regexp.MustCompile(`^\{/\*.*\*/\}$`), "comment"},
	}
)

// attrAlert is the attribute of a quotation that is an alert.
const attrAlert = "alert"

func (signs) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	st := stateOf(pc)
	source := reader.Source()
	lines := node.Lines()
	first := lines.At(0)
	head := bytes.TrimLeft(first.Value(source), " \t")
	if node.Parent().Kind() == ast.KindDocument && moduleOf.Match(head) && (st.mdx || st.imports(node)) {
		st.drop(first.Start, lines.At(lines.Len()-1).Stop, "code of MDX")
		node.Parent().RemoveChild(node.Parent(), node)
		return
	}
	if head[0] == '[' && node.Parent().Kind() == ast.KindBlockquote && node.PreviousSibling() == nil {
		if n := len(alertSign.Find(head)); n > 0 {
			alert(node, st, first.Stop-len(head), n, source)
		}
	}
	kept := make([]text.Segment, 0, lines.Len())
	for i := range lines.Len() {
		line := lines.At(i)
		s := strings.TrimSpace(string(source[line.Start:line.Stop]))
		if s == "{:toc}" {
			st.drop(first.Start, lines.At(lines.Len()-1).Stop, "place of the table of contents")
			kept = kept[:0]
			break
		}
		reason := signLine(s)
		if st.abbrs.define(s) {
			reason = "abbreviation's definition"
		}
		if reason != "" {
			st.drop(line.Start, line.Stop, reason)
			continue
		}
		kept = append(kept, line)
	}
	if len(kept) == lines.Len() && len(kept) > 0 {
		return
	}
	if len(kept) == 0 {
		node.Parent().RemoveChild(node.Parent(), node)
		return
	}
	lines.Clear()
	lines.AppendAll(kept)
}

// importLine is a line of MDX that takes in components.
var importLine = regexp.MustCompile(`^import\s+([\w$]+|\{[\w\s,$]+\}|\*\s+as\s+[\w$]+)(?:\s*,\s*\{[\w\s,$]+\})?\s+from\s+(?:"[^"]+"|'[^']+');?$`)

var (
	component  = regexp.MustCompile(`<([A-Z]\w*)`)
	identifier = regexp.MustCompile(`[A-Z]\w*`)
)

// imports reports whether a paragraph takes in components that the text uses,
// so that it is MDX by whatever name.
func (st *state) imports(node *ast.Paragraph) bool {
	if st.components == nil {
		st.components = map[string]bool{}
		for _, m := range component.FindAllSubmatch(st.src.body, -1) {
			st.components[string(m[1])] = true
		}
	}
	used := false
	lines := node.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		m := importLine.FindSubmatch(bytes.TrimSpace(line.Value(st.src.body)))
		if m == nil {
			return false
		}
		for _, name := range identifier.FindAll(m[0], -1) {
			used = used || st.components[string(name)]
		}
	}
	return used
}

func signLine(s string) string {
	if s == "" || strings.IndexByte("[{:$@", s[0]) < 0 {
		return ""
	}
	for _, sign := range signLines {
		if sign.form.MatchString(s) {
			return sign.reason
		}
	}
	return ""
}

// alert makes the quotation around a paragraph an alert, whose mark stands at
// bytes [at, at+n) of the body. What follows the mark on its line is a title.
func alert(node *ast.Paragraph, st *state, at, n int, source []byte) {
	lines := node.Lines()
	first := lines.At(0)
	node.Parent().SetAttributeString(attrAlert, true)
	st.drop(at, at+n, "mark of an alert")
	title := text.NewSegment(at+n, first.Stop)
	title = title.TrimRightSpace(source)
	if title.Len() > 0 {
		p := ast.NewParagraph()
		p.Lines().Append(title)
		node.Parent().InsertBefore(node.Parent(), node, p)
	}
	lines.SetSliced(1, lines.Len())
}
