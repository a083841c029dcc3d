package dom

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"narrate/internal/document"
	"narrate/internal/input"
)

// A formula (MathML Core) is written in one line: "1/2", "x²", "a₁", "√2",
// "(a+b)/c". The signs that stand for its structure are Generated.

// formula adds a <math> or what is in it. Its alternative text, or an annotation
// in words, is what is said; annotations are not shown.
func (w *walker) formula(n *html.Node) {
	args := elements(n)
	arg := func(i int) *html.Node {
		if i < len(args) {
			return args[i]
		}
		return nil
	}
	switch n.Data {
	case "annotation", "annotation-xml":
		w.dropNode(n, dropAnnotation)
	case "math":
		if said := saidFormula(n); said != "" && hasText(n) {
			if len(w.made) > 0 {
				w.ready(w.t.Offset(n))
			}
			w.f.Span(document.Span{Kind: document.Instead, Value: said})
			w.terms(n)
			w.f.EndSpan()
			return
		}
		w.terms(n)
	case "mi", "mn", "mo", "ms", "mtext":
		w.token(n)
	case "mphantom":
		w.dropNode(n, dropHidden)
	case "mfrac":
		over := "/"
		if thickness := strings.TrimSpace(Attr(n, "linethickness")); thickness != "" && strings.Trim(thickness, "0.%pxemt") == "" {
			over = " " // no bar: one over the other, in brackets of their own
		}
		w.term(arg(0))
		w.sign(over, n)
		w.term(arg(1))
	case "msqrt":
		w.sign("√", n)
		if len(args) == 1 {
			w.term(args[0])
			return
		}
		w.bracketed(n, func() { w.terms(n) })
	case "mroot":
		w.root(n, arg(0), arg(1))
	case "msup", "mover":
		w.term(arg(0))
		w.attach(arg(1), input.Superscripts, "^")
	case "msub", "munder":
		w.term(arg(0))
		w.attach(arg(1), input.Subscripts, "")
	case "msubsup", "munderover":
		w.term(arg(0))
		w.attach(arg(1), input.Subscripts, "")
		w.attach(arg(2), input.Superscripts, "^")
	case "mmultiscripts":
		w.term(arg(0))
		low := true
		for _, c := range args[min(1, len(args)):] {
			switch {
			case c.Data == "mprescripts":
				low = true
				continue
			case low:
				w.attach(c, input.Subscripts, "")
			default:
				w.attach(c, input.Superscripts, "^")
			}
			low = !low
		}
	case "mfenced":
		w.fenced(n, args)
	case "mtable", "mtr", "mlabeledtr":
		for i, c := range args {
			if i > 0 && n.Data == "mtable" {
				w.sign(";", c)
			}
			if i > 0 {
				w.f.Space()
			}
			w.node(c)
		}
	default:
		w.terms(n)
	}
}

// saidFormula gives what is said for a <math>: its alternative text or an
// annotation, if it is not in a notation for machines.
func saidFormula(n *html.Node) string {
	words := func(s string) string {
		if s = tidy(s); strings.ContainsAny(s, "\\{}^_<>$&") {
			return ""
		}
		return s
	}
	said := words(Attr(n, "alttext"))
	walkElements(n, func(c *html.Node) {
		if encoding := strings.ToLower(Attr(c, "encoding")); said == "" && c.Data == "annotation" && (encoding == "" || encoding == "text/plain" || encoding == "text") {
			said = words(textOf(c))
		}
	})
	return said
}

// elements gives the elements directly in n.
func elements(n *html.Node) (list []*html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			list = append(list, c)
		}
	}
	return list
}

// terms adds all that is in an element of a formula; white space between its
// parts is none of it (MathML Core, section 2.1.3).
func (w *walker) terms(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.TextNode || strings.TrimSpace(c.Data) != "" {
			w.node(c)
		}
	}
}

// token adds a name, a number, an operator or a piece of text.
func (w *walker) token(n *html.Node) {
	w.trim++
	w.children(n)
	w.trim--
}

// term adds an operand, in brackets if it is more than one term.
func (w *walker) term(n *html.Node) {
	if n == nil {
		return
	}
	if !composite(n) {
		w.node(n)
		return
	}
	w.bracketed(n, func() { w.node(n) })
}

func (w *walker) bracketed(n *html.Node, add func()) {
	w.sign("(", n)
	add()
	w.sign(")", n)
}

// composite reports whether n is more than one term, and not in brackets.
func composite(n *html.Node) bool {
	switch n.Data {
	case "mfrac":
		return true
	case "mrow", "mstyle", "mpadded", "semantics", "merror", "menclose", "maction":
	default:
		return false
	}
	var parts []*html.Node
	for _, c := range elements(n) {
		if c.Data != "annotation" && c.Data != "annotation-xml" && textOf(c) != "" {
			parts = append(parts, c)
		}
	}
	switch len(parts) {
	case 0:
		return false
	case 1:
		return composite(parts[0])
	}
	first, _ := utf8.DecodeRuneInString(textOf(parts[0]))
	last, _ := utf8.DecodeLastRuneInString(textOf(parts[len(parts)-1]))
	if strings.ContainsRune("([{|⟨", first) && strings.ContainsRune(")]}|⟩", last) {
		return false
	}
	for _, c := range parts {
		if c.Data == "mo" && strings.IndexFunc(textOf(c), unicode.IsPrint) >= 0 || c.Data == "mfrac" {
			return true
		}
	}
	return false
}

// attach adds what stands above or below a term: as the characters that Unicode
// has for it, else behind the sign.
func (w *walker) attach(n *html.Node, table map[rune]string, sign string) {
	if n == nil {
		return
	}
	switch text := textOf(n); {
	case w.scriptable(n, table) && w.leftOut(n) == "":
		w.script(n, table)
	case text == "" || strings.IndexFunc(text, isWord) < 0:
		w.node(n) // a prime, a star, an arrow
	case sign == "":
		w.node(n)
	default:
		w.sign(sign, n)
		w.term(n)
	}
}

// root adds the root of base; its degree stands behind the base in the source
// and in the sign in the text.
func (w *walker) root(n, base, degree *html.Node) {
	sign, text := "√", ""
	if degree != nil {
		text = textOf(degree)
	}
	raised := ""
	for _, r := range text {
		if input.Superscripts[r] == "" {
			raised = ""
			break
		}
		raised += input.Superscripts[r]
	}
	switch {
	case text == "3":
		sign = "∛"
	case text == "4":
		sign = "∜"
	case text != "2":
		sign = raised + sign
	}
	w.sign(sign, n)
	w.term(base)
	if degree != nil {
		w.dropNode(degree, dropRoot)
	}
}

// fenced adds an <mfenced>, whose brackets and commas are attributes (MathML 3,
// section 3.3.8).
func (w *walker) fenced(n *html.Node, args []*html.Node) {
	value := func(key, missing string) string {
		if v, ok := lookup(n, key); ok {
			return tidy(v)
		}
		return missing
	}
	separators := []rune(strings.ReplaceAll(value("separators", ","), " ", ""))
	w.sign(value("open", "("), n)
	for i, c := range args {
		if i > 0 && len(separators) > 0 {
			w.sign(string(separators[min(i, len(separators))-1]), c)
		}
		w.node(c)
	}
	w.sign(value("close", ")"), n)
}

// sign adds a sign of a formula that its source does not hold as text.
func (w *walker) sign(s string, n *html.Node) {
	switch off := max(w.t.Offset(n), w.end); {
	case s == "":
	case s == " ":
		w.f.Space()
	case w.ready(off):
		w.f.Generated(s, off)
		w.last = 0
	}
}
