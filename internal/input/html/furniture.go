package html

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"narrate/internal/input/dom"
)

// What inside an article is none of it: calls to subscribe, labels of
// advertisements, buttons, lists of links. A class or an id says little alone:
// "sidebar" is a column of links on one page and a box of a handbook on the next,
// "related" a list of teasers or a section of a paper. So the name is weighed
// with what is in the element, and prose is never lost for its name.

// verdict is what is thought of an element in an article.
type verdict int

const (
	belongs verdict = iota // it is read as what it is
	boxed                  // it is read as a box beside the flow
	outside                // it is no part of the article
)

// named is how much a class or an id says that an element stands beside an
// article.
type named int

const (
	plain  named = iota
	hinted       // a part of a word of it: "related-work"
	exact        // a whole word: "related"
)

// The words of names, each alone (exact) or as a part of a longer one, parted by
// hyphens and underscores (hinted).
const (
	beside = `advert\w*|sponsor\w*|promo\w*|banner|breadcrumbs?|community|gdpr|menu|nav|navbar|navigation|navbox|navfooter|navheader|pager|pagination|paging|popup|modal|overlay|readnext|share|shares|sharing|sharedaddy|social|sidebar|skip|skiplink|tags|taglist|toolbar|widget\w*|printfooter|rss|footer|masthead|byline|entry-meta|post-meta|article-meta|timestamp|catlinks|noprint|toc|sphinxsidebar|metadata|jp-relatedposts|vector-\w+`
	calls  = `ads?|cookies?|consent|login|signup|signin|subscribe|subscription|newsletter\w*|paywall|donate|donation`
	talk   = `comments?|commentlist|respond|disqus\w*`
	teaser = `related\w*|recommend\w*|outbrain|taboola|teasers?|trending|popular`
)

func wordOf(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|\s)(?:` + words + `)(?:$|\s)`)
}

func partOf(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[\s_-])(?:` + words + `)(?:$|[\s_-])`)
}

var (
	besideWord = wordOf(beside + "|" + calls + "|" + talk + "|" + teaser)
	besidePart = partOf(beside + "|" + calls + "|" + talk + "|" + teaser)
	callPart   = partOf(calls + `|advert\w*|sponsor\w*|promo\w*|banner|popup|modal|overlay|gdpr`)
	talkWord   = wordOf(`(?:[\w-]+-)?(?:` + talk + `)(?:-(?:section|area|list|wrap\w*|container|thread|form|box|block|template|widget|count))?`)
	teaserWord = wordOf(teaser)
	// tailWord matches what may be long, and is none of the article at its end if
	// it is no section with a heading.
	tailWord = wordOf(`footer|printfooter|promo\w*|sponsor\w*|community|social|share|shares|sharing|rss|widget\w*`)

	// siteName matches what a site puts on each of its pages.
	siteName = wordOf(`sitenotice|sitesub|contentsub|jump-to-nav|mw-jump-link|hatnote|dablink|shortdescription`)
	// counted matches what only holds a number or a date.
	counted = wordOf(`meta|claps?|likes|reactions|votes|shares|views|reading-?time|read-?time|min-?read`)
	// buttonName matches what looks like a button.
	buttonName = partOf(`button|btn|cta`)

	// callText matches what those say who want something of the reader.
	callText = regexp.MustCompile(`(?i)\b(?:subscri|sign(?:ing)? up|newsletter|inbox|cookies?\b|privacy|donat|advert|sponsored|log in|e-?mail address|abonnier|anmeld|datenschutz|spenden|anzeige\b|werbung\b|abonne[rz]|inscri|suscr|bolet[ií]n|iscri)`)
	// labelText matches labels that stand alone.
	labelText = regexp.MustCompile(`(?i)^(?:advertisement|sponsored(?: content)?|anzeige|werbung|publicité|publicidad|pubblicità|(?:subscribe|sign up|donate|share|tweet|pin|follow)(?: (?:now|this|us|here))?[.!]?|[\d.,]+ ?[km]? claps?|(?:[^.!?]{0,40}[·•|,] ?)?\d{1,3} ?(?:min(?:ute)?s?[. ]? ?(?:read|reading time|lesezeit|de lectura|de lecture|di lettura)))$`)
)

// nameOf gives the words that tell what an element is for. The id of a section
// that begins with a heading is made of the heading's words, and says nothing.
func nameOf(n *html.Node) string {
	name := dom.Attr(n, "class")
	if !beginsWithHeading(n) {
		name += " " + dom.Attr(n, "id")
	}
	return strings.TrimSpace(name)
}

// weight is what there is in an element.
type weight struct {
	chars     int // of text but for addresses that are written out as links
	linked    int // of these in links
	sentences int
	controls  bool // it holds a form or a button
	heading   bool
	images    bool
}

// maxWeighed is how much text of an element is looked through for sentences.
const maxWeighed = 4 << 10

// weigh looks at what is in n.
func weigh(n *html.Node) weight {
	var w weight
	addresses := 0
	each(n, func(c *html.Node) {
		switch c.DataAtom {
		case atom.A:
			if dom.Attr(c, "href") == "" {
				break
			}
			text := textOf(c)
			if strings.HasPrefix(text, "http") && strings.Contains(text, "://") {
				addresses += utf8.RuneCountInString(text) // a reference that is written out is no teaser
			} else {
				w.linked += utf8.RuneCountInString(text)
			}
		case atom.Form, atom.Button, atom.Input:
			w.controls = true
		case atom.Img, atom.Video, atom.Audio:
			w.images = true
		}
		w.heading = w.heading || isHeading(c)
	})
	text := textOf(n)
	w.chars = utf8.RuneCountInString(text) - addresses
	if len(text) > maxWeighed {
		text = text[:maxWeighed]
	}
	w.sentences = sentences(text)
	return w
}

// prose reports whether there are sentences, and not mainly links.
func (w weight) prose() bool { return w.sentences > 0 && 3*w.linked < w.chars }

// sentences counts what looks like sentences: three words at least, the last of
// them no number and, of so few, no short abbreviation, and a full stop or the like.
// Ideographs are written without spaces: five of them are enough. So are many
// words, whatever ends them.
func sentences(text string) int {
	count, words, letters, ideographs, word := 0, 0, 0, 0, false
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r):
			if !word {
				if words++; words == longRun {
					count++
				}
				letters, word = 0, true
			}
			letters++
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
				ideographs++
			}
		case strings.ContainsRune(".!?…", r):
			ends := i+1 == len(runes) || !unicode.IsLetter(runes[i+1]) && !unicode.IsDigit(runes[i+1])
			if ends && (i == 0 || !unicode.IsDigit(runes[i-1])) && (letters >= 3 || words >= 5) {
				if words >= 3 && words < longRun {
					count++
				}
				words = 0
			}
			word = false
		case strings.ContainsRune("。！？", r):
			if ideographs >= 5 {
				count++
			}
			words, ideographs, word = 0, 0, false
		case unicode.IsSpace(r) || r == '-' || r == '–' || r == '—' || r == '/':
			word = false
		}
	}
	return count
}

// longRun is how many words make a sentence without a full stop.
const longRun = 15

// Limits in characters: a call to the reader is not longer, a label neither.
const (
	maxCall  = 400
	maxLabel = 100
)

// judge tells what an element inside the article's root is.
func (s *selector) judge(n, root *html.Node) verdict {
	if !container[n.DataAtom] || n.DataAtom == atom.Table && n.Parent != nil && n.Parent.DataAtom == atom.Figure {
		return belongs
	}
	name := nameOf(n)
	if siteName.MatchString(name) || dom.HasToken(n, "role", "navigation", "dialog", "alertdialog", "menu", "search") {
		return outside
	}
	if short(n, 4*maxLabel) >= 0 && button(n) {
		return outside
	}
	strength := plain
	switch {
	case name != "" && likelyName.MatchString(name):
	case besideWord.MatchString(name) || dom.HasToken(n, "role", "banner", "complementary", "contentinfo") || n.DataAtom == atom.Footer && !holdsNotes(n):
		strength = exact
	case besidePart.MatchString(name):
		strength = hinted
	}
	if strength == plain && !counted.MatchString(name) {
		// Readability has left it out, not the box around it as a whole. Links to
		// elsewhere make it a list of teasers.
		if total := s.all(n); s.kept != nil && !s.kept[n] && s.box == 0 && total > 0 && 2*s.inLinks(n, false) > total && weigh(n).linked > 0 {
			return outside
		}
		return belongs
	}
	w := weigh(n)
	label := w.sentences == 0 && w.chars < maxLabel && !w.heading && !w.images
	switch {
	case w.chars <= 0:
		return belongs
	case strength == plain:
		if label {
			return outside
		}
		return belongs
	case w.chars <= maxCall && callPart.MatchString(name) && (w.controls || w.sentences == 0 || callText.MatchString(textOf(n))):
		return outside
	case 2*w.linked > w.chars:
		if s.kept[n] && strength == hinted && w.sentences > 0 {
			return belongs
		}
		return outside
	case label, w.controls && !w.prose():
		return outside
	case s.ended && (talkWord.MatchString(name) || teaserWord.MatchString(name) || n.DataAtom == atom.Footer || dom.HasToken(n, "role", "contentinfo") || tailWord.MatchString(name) && !w.heading):
		return outside
	case strength == hinted:
		return belongs
	case !w.prose():
		if s.kept[n] {
			return belongs
		}
		return outside
	case n.DataAtom == atom.Section && w.heading || n.DataAtom == atom.Aside || n.DataAtom == atom.Header || 2*w.chars > s.all(root):
		return belongs // a part of the article's own outline
	}
	return boxed
}

// short gives how much of the limit, in bytes, the text in n leaves; what is
// below 0 says that it is longer.
func short(n *html.Node, limit int) int {
	if n.Type == html.TextNode {
		return limit - len(n.Data)
	}
	for c := n.FirstChild; c != nil && limit >= 0; c = c.NextSibling {
		limit = short(c, limit)
	}
	return limit
}

// button reports whether all that n says is the label of a button or of an
// advertisement.
func button(n *html.Node) bool {
	text := textOf(n)
	if text == "" || isHeading(n) || holdsHeading(n) {
		return false
	}
	if labelText.MatchString(text) {
		return true
	}
	labels := 0
	each(n, func(c *html.Node) {
		href := dom.Attr(c, "href")
		if c.DataAtom == atom.A && (buttonName.MatchString(dom.Attr(c, "class")) || href == "#" || strings.HasPrefix(href, "javascript:")) {
			labels += len(textOf(c))
		}
	})
	return labels > 0 && labels == len(text)
}

func holdsHeading(n *html.Node) bool {
	found := false
	each(n, func(c *html.Node) { found = found || isHeading(c) })
	return found
}

// lastProse gives the last text in n that is long enough for prose and is not
// beside the article, nor among its notes; nil if there is none.
func lastProse(n *html.Node) *html.Node {
	if n.Type == html.TextNode {
		if text := strings.TrimSpace(n.Data); utf8.RuneCountInString(text) > 30 || sentences(text) > 0 {
			return n
		}
		return nil
	}
	if silent[n.DataAtom] || dom.Hidden(n) || isNotes(n) || container[n.DataAtom] && (besideWord.MatchString(nameOf(n)) || talkWord.MatchString(nameOf(n))) {
		return nil
	}
	for c := n.LastChild; c != nil; c = c.PrevSibling {
		if last := lastProse(c); last != nil {
			return last
		}
	}
	return nil
}

// emblem reports whether n, which stands in front of the article's first
// heading, holds nothing but pictures that are links to elsewhere: the signs of
// a site.
func emblem(n *html.Node) bool {
	if !container[n.DataAtom] || textOf(n) != "" {
		return false
	}
	pictures, linked := 0, 0
	each(n, func(c *html.Node) {
		if c.DataAtom != atom.Img {
			return
		}
		pictures++
		for up := c.Parent; up != nil && up != n; up = up.Parent {
			if up.DataAtom == atom.A && dom.Attr(up, "href") != "" {
				linked++
				break
			}
		}
	})
	return pictures > 0 && pictures == linked
}
