package markdown

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// delimiters parses the runs of "*", "_", "~~" and "==" into nodes; which of them are
// signs and which text, pair tells when all siblings are there. goldmark's own
// way takes quadratic time.
type delimiters struct{}

// Trigger gives the characters that begin a run.
func (delimiters) Trigger() []byte { return []byte{'*', '_', '~', '='} }

// Parse reads a run.
func (d delimiters) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	run := parser.ScanDelimiter(line, before, 1, d)
	if run == nil || doubled(run) && (run.OriginalLength != 2 || before == rune(run.Char)) {
		return nil
	}
	if run.Char == '=' { // "a==b" compares
		after, _ := utf8.DecodeRune(line[run.OriginalLength:])
		run.CanOpen = run.CanOpen && !isWordRune(before)
		run.CanClose = run.CanClose && !isWordRune(after)
	}
	run.Segment = segment.WithStop(segment.Start + run.OriginalLength)
	block.Advance(run.OriginalLength)
	return run
}

// IsDelimiter, CanOpenCloser and OnMatch make it a parser.DelimiterProcessor;
// of them, scanning asks the first alone.
func (delimiters) IsDelimiter(b byte) bool { return b == '*' || b == '_' || b == '~' || b == '=' }

// CanOpenCloser is not asked.
func (delimiters) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch is not asked.
func (delimiters) OnMatch(int) ast.Node { return nil }

// doubled reports whether a run is of a character that is a sign when there are
// two of it. GFM takes a single tilde for one as well, but inside words they are
// around what is written low ("H~2~O"), and before numbers they mean "about".
func doubled(run *parser.Delimiter) bool { return run.Char == '~' || run.Char == '=' }

// pairing says what became of a run: its first closing characters end emphasis,
// the last opening ones begin it, and those between are text. ends and begins are
// of how many characters each sign is, in the order in which they were found: the
// innermost first.
type pairing struct {
	closing, opening int
	ends, begins     []int
}

// pair finds which of the runs among the children of an inline parent are signs
// (CommonMark 0.31.2, "An algorithm for parsing nested emphasis and links";
// GFM, "Strikethrough"). It takes linear time.
func pair(parent ast.Node, pairs map[*parser.Delimiter]pairing) {
	var runs []*parser.Delimiter
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		if d, ok := c.(*parser.Delimiter); ok {
			runs = append(runs, d)
		}
	}
	if len(runs) < 2 {
		return
	}
	type key struct {
		char    byte
		length  int
		canOpen bool
	}
	bottom := map[key]int{} // no run before it opens for a closer like that
	var openers []int
	for i, closer := range runs {
		k := key{closer.Char, closer.OriginalLength, closer.CanOpen}
		if !doubled(closer) {
			k.length %= 3
		}
		for closer.CanClose && closer.Length > 0 {
			at := len(openers) - 1
			for at >= 0 && openers[at] >= bottom[k] && !matches(runs[openers[at]], closer) {
				at--
			}
			if at < 0 || openers[at] < bottom[k] {
				bottom[k] = i
				break
			}
			opener := runs[openers[at]]
			n := 1
			if doubled(closer) {
				n = closer.Length
			} else if opener.Length >= 2 && closer.Length >= 2 {
				n = 2
			}
			opener.Length -= n
			closer.Length -= n
			p, q := pairs[opener], pairs[closer]
			p.opening += n
			q.closing += n
			p.begins, q.ends = append(p.begins, n), append(q.ends, n)
			pairs[opener], pairs[closer] = p, q
			openers = openers[:at+1]
			if opener.Length == 0 {
				openers = openers[:at]
			}
		}
		if closer.CanOpen && closer.Length > 0 {
			openers = append(openers, i)
		}
	}
}

// matches reports whether a run opens what another closes.
func matches(opener, closer *parser.Delimiter) bool {
	if opener.Char != closer.Char {
		return false
	}
	if doubled(opener) {
		return opener.Length == closer.Length
	}
	return !(opener.CanClose || closer.CanOpen) || (opener.OriginalLength+closer.OriginalLength)%3 != 0 ||
		opener.OriginalLength%3 == 0 && closer.OriginalLength%3 == 0
}
