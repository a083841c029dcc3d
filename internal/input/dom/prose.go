package dom

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxProse is how long a <pre> of prose is at most, in bytes.
const maxProse = 64 << 10

// isProse reports whether a <pre> holds verse or a letter, not code: several
// lines of words, with the punctuation of sentences, without any sign that
// stands in code, and without the columns and indents of listings. Markup that
// says it is code, or colours it, makes it code.
func isProse(n *html.Node) bool {
	for up := n; up != nil; up = up.Parent {
		if up != n && up.DataAtom != atom.Div && up.DataAtom != atom.Figure {
			break
		}
		if codeName(Attr(up, "class")) {
			return false
		}
	}
	marked := false
	walkElements(n, func(c *html.Node) {
		switch c.DataAtom {
		case atom.Code, atom.Samp, atom.Kbd, atom.Tt, atom.Var, atom.Span, atom.Img, atom.Table:
			marked = true
		}
	})
	if marked {
		return false
	}
	var b strings.Builder
	rawText(&b, n)
	text := b.String()
	return len(text) <= maxProse && proseLines(text)
}

func rawText(b *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
	case n.DataAtom == atom.Br:
		b.WriteByte('\n')
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		rawText(b, c)
	}
}

// codeName reports whether a class says that a <pre> is code.
func codeName(class string) bool {
	class = strings.ToLower(class)
	for _, word := range []string{"code", "highlight", "listing", "screen", "language-", "lang-", "brush", "prettyprint", "src", "synopsis", "terminal", "console", "shell", "output", "example"} {
		if strings.Contains(class, word) {
			return true
		}
	}
	return false
}

// proseLines reports whether the lines of text are verse or a letter.
func proseLines(text string) bool {
	const codeSigns = "{}[]<>=|\\$_#`~^@+%*&/0123456789\t"
	lines, words, opens, sentences, letters, narrow, shouts := 0, 0, 0, 0, 0, 0, 0
	indent := -1
	for line := range strings.SplitSeq(strings.TrimRight(text, " \n"), "\n") {
		line = strings.TrimRight(line, " ")
		body := strings.TrimLeft(line, " ")
		if body == "" {
			continue
		}
		lines++
		in := len(line) - len(body)
		if indent < 0 {
			indent = in
		}
		if in > indent+8 || strings.Contains(body, "  ") || strings.HasPrefix(body, "-") || strings.ContainsAny(body, codeSigns) || strings.HasSuffix(body, ");") || strings.Contains(body, "()") {
			return false
		}
		fields := strings.Fields(body)
		words += len(fields)
		if len(fields) < 2 {
			narrow++
		}
		if f := fields[0]; len(f) > 2 && f == strings.ToUpper(f) && f != strings.ToLower(f) {
			shouts++
		}
		runes := []rune(body)
		first := runes[0]
		if strings.ContainsRune("„“\"»«‚'’¿¡—–(", first) && len(runes) > 1 {
			first = runes[1]
		}
		switch {
		case unicode.IsUpper(first):
			opens++
		case unicode.IsLetter(first) && !unicode.IsLower(first):
			opens++ // a script without capitals
		}
		switch last := runes[len(runes)-1]; {
		case strings.ContainsRune(".,;:!?…—–。，、！？’”“\"»)", last):
			sentences++
		case last == '{' || last == '}':
			return false
		}
		for _, r := range runes {
			switch {
			case unicode.IsLetter(r) || unicode.IsMark(r):
				letters++
			case r == ' ' || strings.ContainsRune(".,;:!?…—–-'\"’‘“”„‚»«()。，、！？「」『』", r):
			default:
				return false
			}
		}
	}
	switch {
	case lines < 2 || letters == 0 || 2*narrow > lines || words < 2*lines || 2*opens < lines:
		return false
	case sentences == 0:
		return opens == lines && shouts == 0 // verse without punctuation; in SQL the words shout
	}
	return 3*sentences >= lines || lines <= 4
}
