package voices

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Pattern is a regular expression (RE2) that finds whole words. Matching takes
// time in proportion to the text, whatever the pattern.
type Pattern struct {
	text   string
	inside *regexp.Regexp // finds the pattern anywhere
	whole  *regexp.Regexp // at the start of a text, up to the end of a word
}

// behind is what may follow on a whole word: no letter, digit or mark, but for
// scripts without spaces.
const behind = `(?:\z|[^\pL\pN\pM]|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])`

// NewPattern makes a pattern, which finds its words in any case if anyCase is
// set. It refuses what could find nothing, what says itself where it is to
// stand, and what would make a large machine.
func NewPattern(text string, anyCase bool) (*Pattern, error) {
	if what := patternProblem(text); what != "" {
		return nil, errors.New(what)
	}
	text = norm.NFC.String(text)
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		var wrong *syntax.Error
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("is not a regular expression: %s: %.60q", wrong.Code, wrong.Expr)
		}
		return nil, fmt.Errorf("is not a regular expression: %w", err)
	}
	if anchored(tree) {
		return nil, errors.New(`holds ^, $ or \b; a pattern is found as a whole word without them`)
	}
	if size(tree) > maxPatternSize {
		return nil, fmt.Errorf("repeats too much: it comes to more than %d characters", maxPatternSize)
	}
	flags := ""
	if anyCase {
		flags = "(?i)"
	}
	p := &Pattern{text: text}
	if p.inside, err = regexp.Compile(flags + "(?:" + text + ")"); err == nil {
		p.whole, err = regexp.Compile(`\A(` + flags + text + `)` + behind)
	}
	if err != nil {
		return nil, fmt.Errorf("is not a regular expression: %w", err)
	}
	if p.inside.MatchString("") {
		return nil, errors.New("finds nothing at all, too; it wants a character at least")
	}
	return p, nil
}

// String gives the pattern as it is written.
func (p *Pattern) String() string { return p.text }

// In reports whether the pattern is found anywhere in text, as a whole word or
// not.
func (p *Pattern) In(text string) bool { return p.inside.MatchString(text) }

// Prefix gives what the pattern finds at the start of text as a whole word, and
// its groups behind it; nil where it finds nothing there.
func (p *Pattern) Prefix(text string) []string {
	found := p.whole.FindStringSubmatch(text)
	if found == nil || found[1] == "" || len(found[1]) > maxText {
		return nil
	}
	if next, _ := utf8.DecodeRuneInString(text[len(found[1]):]); unicode.IsMark(next) {
		return nil
	}
	return found[1:]
}

// Expand gives a template with $1 to $9 replaced by the groups that Prefix gave,
// and $$ by a dollar.
func Expand(template string, groups []string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		switch n := int(rest[0] - '0'); { // templateProblem has seen to it that there is one
		case rest[0] == '$':
			b.WriteByte('$')
		case n < len(groups):
			b.WriteString(groups[n])
		}
		template = rest[1:]
	}
}

// templateProblem says what is wrong with a template for the pattern's groups.
func (p *Pattern) templateProblem(template string) string {
	groups, refs := p.inside.NumSubexp(), 0
	for {
		_, rest, found := strings.Cut(template, "$")
		if !found {
			return ""
		}
		switch {
		case rest == "" || rest[0] != '$' && (rest[0] < '1' || rest[0] > '9'):
			return "say: a $ stands before the number of a group, 1 to 9; the sign itself is $$"
		case rest[0] == '$':
		case int(rest[0]-'0') > groups:
			return fmt.Sprintf("say: there is no group $%c; the pattern has %d", rest[0], groups)
		default:
			refs++
		}
		if refs > maxReferences {
			return fmt.Sprintf("say: more than %d references to groups", maxReferences)
		}
		template = rest[1:]
	}
}

// patternProblem says what is wrong with a pattern's text.
func patternProblem(s string) string {
	if len(s) > maxPattern {
		return fmt.Sprintf("is longer than %d bytes", maxPattern)
	}
	return entryProblem(s)
}

// anchored reports whether an expression says where it stands.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	for _, sub := range re.Sub {
		if anchored(sub) {
			return true
		}
	}
	return false
}

// size is about how many states an expression has once its repetitions are
// written out.
func size(re *syntax.Regexp) int {
	n := max(1, len(re.Rune))
	if re.Op == syntax.OpCharClass {
		n = 1
	}
	for _, sub := range re.Sub {
		n += size(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return min(n, maxPatternSize+1)
}
