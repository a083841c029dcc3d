package dom

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/language"

	"narrate/internal/document"

	"narrate/internal/input"
)

func unescaped(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// textOf gives the text in n as a page shows it, in one line.
func textOf(n *html.Node) string {
	text, _ := VisibleText(n)
	return text
}

// VisibleText gives the text in n in one line, parts that are displayed apart
// with a space between, and the first text node that is not blank; "" and nil
// if there is none.
func VisibleText(n *html.Node) (text string, first *html.Node) {
	var b strings.Builder
	var add func(n *html.Node)
	add = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			if first == nil && strings.TrimSpace(n.Data) != "" {
				first = n
			}
			b.WriteString(n.Data)
		case html.ElementNode:
			if silent[n.DataAtom] && n.Namespace == "" {
				return
			}
			apart := isBlock(n) || n.DataAtom == atom.Br
			if apart {
				b.WriteByte(' ')
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				add(c)
			}
			if apart {
				b.WriteByte(' ')
			}
		}
	}
	add(n)
	return strings.Join(strings.Fields(b.String()), " "), first
}

// firstText gives the first text node of n that is not blank, nil if there is
// none.
func firstText(n *html.Node) *html.Node {
	if n.Type == html.TextNode {
		if strings.TrimSpace(n.Data) != "" {
			return n
		}
		return nil
	}
	if silent[n.DataAtom] && n.Namespace == "" {
		return nil
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if first := firstText(c); first != nil {
			return first
		}
	}
	return nil
}

// hasText reports whether n holds text that is not blank.
func hasText(n *html.Node) bool { return firstText(n) != nil }

// inlineOnly reports whether n holds no blocks.
func inlineOnly(n *html.Node) bool {
	if isBlock(n) {
		return false
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !inlineOnly(c) {
			return false
		}
	}
	return true
}

// quotationMarks are those that browsers show around <q> (CLDR, delimiters):
// outer and inner, by language; the first is for all others.
var quotationMarks = []struct {
	lang  string
	marks [4]string
}{
	{"en", [4]string{"“", "”", "‘", "’"}},
	{"de", [4]string{"„", "“", "‚", "‘"}},
	{"fr", [4]string{"«\u00a0", "\u00a0»", "«\u00a0", "\u00a0»"}},
	{"es", [4]string{"«", "»", "“", "”"}},
	{"it", [4]string{"«", "»", "“", "”"}},
	{"pt-PT", [4]string{"«", "»", "“", "”"}},
	{"de-CH", [4]string{"«", "»", "‹", "›"}},
	{"ru", [4]string{"«", "»", "„", "“"}},
	{"uk", [4]string{"«", "»", "„", "“"}},
	{"pl", [4]string{"„", "”", "«", "»"}},
	{"cs", [4]string{"„", "“", "‚", "‘"}},
	{"da", [4]string{"“", "”", "‘", "’"}},
	{"sv", [4]string{"”", "”", "’", "’"}},
	{"fi", [4]string{"”", "”", "’", "’"}},
	{"hu", [4]string{"„", "”", "»", "«"}},
	{"ja", [4]string{"「", "」", "『", "』"}},
	{"zh", [4]string{"“", "”", "‘", "’"}},
	{"zh-Hant", [4]string{"「", "」", "『", "』"}},
}

var quotationMatcher = func() language.Matcher {
	var tags []language.Tag
	for _, q := range quotationMarks {
		tags = append(tags, language.MustParse(q.lang))
	}
	return language.NewMatcher(tags)
}()

// quote adds a <q> with its marks.
func (w *walker) quote(n *html.Node) {
	if !hasText(n) {
		w.children(n)
		return
	}
	marks := quotationMarks[0].marks
	if tag, err := language.Parse(w.lang); err == nil {
		if _, i, confidence := quotationMatcher.Match(tag); confidence > language.No {
			marks = quotationMarks[i].marks
		}
	}
	inner := 2 * (w.quotes % 2)
	before := len(w.made)
	w.made = append(w.made, made{marks[inner], w.t.Offset(n)})
	w.quotes++
	w.children(n)
	w.quotes--
	if len(w.made) > before {
		w.made = w.made[:before] // all that is in it was left out
		return
	}
	if w.f.Open() {
		w.f.Generated(marks[inner+1], w.end)
	}
}

// ruby adds a <ruby>: what it stands over in the text, what stands over it as
// its reading (HTML, section 4.5.10).
func (w *walker) ruby(n *html.Node) {
	var base []*html.Node
	flush := func(reading string) {
		open := reading != "" && len(base) > 0
		if open {
			if len(w.made) > 0 {
				w.ready(w.t.Offset(base[0]))
			}
			w.f.Span(document.Span{Kind: document.Instead, Value: reading})
		}
		for _, b := range base {
			w.node(b)
		}
		if open {
			w.f.EndSpan()
		}
		base = nil
	}
	for c := n.FirstChild; c != nil; {
		switch {
		case c.Type == html.ElementNode && (c.DataAtom == atom.Rt || c.DataAtom == atom.Rtc):
			var readings []string
			for ; c != nil && annotates(c); c = c.NextSibling {
				switch {
				case c.Type != html.ElementNode || c.DataAtom == atom.Rp:
				case c.DataAtom == atom.Rtc && len(readings) > 0:
					w.dropNode(c, dropReading)
				default:
					if text := textOf(c); text != "" {
						readings = append(readings, text)
					}
				}
			}
			reading := strings.Join(readings, "")
			if first, _ := utf8.DecodeRuneInString(reading); unicode.Is(unicode.Latin, first) {
				reading = strings.Join(readings, " ")
			}
			if len(base) == 0 && reading != "" {
				w.drop(reading, dropReading, w.end)
			}
			flush(reading)
			continue
		case c.Type == html.ElementNode && c.DataAtom == atom.Rp:
		case c.Type == html.ElementNode && c.DataAtom == atom.Rb:
			for b := c.FirstChild; b != nil; b = b.NextSibling {
				base = append(base, b)
			}
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" && strings.Contains(c.Data, "\n"):
			// A line end between the parts of a ruby is no space.
		default:
			base = append(base, c)
		}
		c = c.NextSibling
	}
	flush("")
}

// annotates reports whether n goes on with the annotations of a ruby base.
func annotates(n *html.Node) bool {
	switch n.Type {
	case html.TextNode:
		return strings.TrimSpace(n.Data) == ""
	case html.ElementNode:
		return n.DataAtom == atom.Rt || n.DataAtom == atom.Rtc || n.DataAtom == atom.Rp
	}
	return true
}

// raised adds a <sup> or <sub>. Digits and signs alone are written as the
// characters that Unicode has for them: "10<sup>2</sup>" is "10²", as a page
// shows it, not "102". A number on its own behind a word or a full stop, where
// no power stands, is the mark of a note that the page does not have. Letters
// ("1<sup>st</sup>") stay what they are.
func (w *walker) raised(n *html.Node) {
	table, kind := input.Superscripts, document.Raised
	if n.DataAtom == atom.Sub {
		table, kind = input.Subscripts, document.Lowered
	}
	if w.fraction(n) {
		w.styled(n, kind)
		return
	}
	text := textOf(n)
	if n.DataAtom == atom.Sup && signText.MatchString(text) && w.afterWord(n) && !w.holdsMark(n) {
		w.dropNode(n, dropMark)
		return
	}
	if !w.scriptable(n, table) || !onlyText(n) {
		if w.holdsMark(n) {
			w.marks(n)
		} else {
			w.styled(n, kind)
		}
		return
	}
	if n.DataAtom == atom.Sup && (text[0] >= '0' && text[0] <= '9') && !strings.Contains(text, "n") && w.afterWord(n) {
		w.dropNode(n, dropMark)
		return
	}
	w.script(n, table)
}

// signText is what stands as the mark of a note that is no number.
var signText = regexp.MustCompile(`^(?:[*∗]{1,3}|[†‡§¶]{1,3})$`)

// holdsMark reports whether the mark of a note that is known is in n.
func (w *walker) holdsMark(n *html.Node) bool {
	found := false
	walkElements(n, func(c *html.Node) { found = found || w.isMark(c) })
	return found
}

// fraction reports whether n is one of the parts of a fraction such as
// "<sup>1</sup>/<sub>2</sub>". A number in front of it is apart from it.
func (w *walker) fraction(n *html.Node) bool {
	up, bar, low := n, n.NextSibling, (*html.Node)(nil)
	if n.DataAtom == atom.Sub {
		if bar = n.PrevSibling; bar != nil {
			up, low = bar.PrevSibling, n
		}
	} else if bar != nil {
		low = bar.NextSibling
	}
	if bar == nil || up == nil || low == nil || bar.Type != html.TextNode || up.DataAtom != atom.Sup || low.DataAtom != atom.Sub {
		return false
	}
	if s := strings.TrimSpace(bar.Data); s != "/" && s != "⁄" || !digits(textOf(up)) || !digits(textOf(low)) {
		return false
	}
	if n == up && unicode.IsDigit(w.last) {
		w.f.Space()
	}
	return true
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// scriptable reports whether Unicode has a raised or lowered character for each
// of n's.
func (w *walker) scriptable(n *html.Node, table map[rune]string) bool {
	text := textOf(n)
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return table[r] == "" }) < 0
}

// script writes the text in n as raised or lowered characters.
func (w *walker) script(n *html.Node, table map[rune]string) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			w.script(c, table)
		}
		where, ok := w.t.texts[c]
		if !ok {
			continue
		}
		pieces := w.t.pieces[where.lo:where.hi]
		for i, p := range pieces {
			to := len(c.Data)
			if i+1 < len(pieces) {
				to = int(pieces[i+1].at)
			}
			for j, r := range c.Data[p.at:to] {
				if s := table[r]; s != "" {
					w.line(s, int(p.off)+j)
					w.end = int(p.off) + j + utf8.RuneLen(r)
				}
			}
		}
	}
}

// onlyText reports whether n holds text nodes alone.
func onlyText(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			return false
		}
	}
	return true
}

// afterWord reports whether a word of more than three letters, which is no unit
// of measurement, or the end of a sentence or a quotation stands right before n,
// or nothing does.
func (w *walker) afterWord(n *html.Node) bool {
	prev := n.PrevSibling
	if prev == nil {
		return !w.run && w.flat == 0 && isBlock(n.Parent) && n.NextSibling != nil
	}
	for prev != nil && prev.Type == html.ElementNode && prev.LastChild != nil {
		prev = prev.LastChild
	}
	if prev.Type != html.TextNode {
		return false
	}
	s := prev.Data
	r, _ := utf8.DecodeLastRuneInString(s)
	if strings.ContainsRune(".!?,;:”“\"»’", r) {
		return true
	}
	letters := 0
	for len(s) > 0 && letters <= 3 {
		r, size := utf8.DecodeLastRuneInString(s)
		if !unicode.IsLetter(r) {
			break
		}
		letters++
		s = s[:len(s)-size]
	}
	return letters > 3
}

// marks adds the content of a <sup>; what stands between the marks of notes in
// it goes with them.
func (w *walker) marks(n *html.Node) {
	marks, words := false, false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		marks = marks || w.marked(c)
		words = words || !w.marked(c) && strings.IndexFunc(textOf(c), isWord) >= 0
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if marks && !words && !w.marked(c) {
			w.dropNode(c, dropMark)
		} else {
			w.node(c)
		}
	}
}
