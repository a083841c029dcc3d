package epub

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"narrate/internal/input"
	"narrate/internal/input/dom"
)

// readContent reads a content document as text. One that is not UTF-8 and does
// not name its encoding as XML does may name it as HTML does; else its letters
// tell it.
func (b *book) readContent(member string) (*file, error) {
	data, err := b.archive.Read(member)
	if err != nil {
		return nil, err
	}
	if len(data) > maxText {
		return nil, tooLarge(member, len(data))
	}
	text, encoding, entities, err := input.DecodeXMLWith(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	f := &file{member: member, name: b.source + "/" + member, text: text, entities: entities}
	if encoding != "windows-1252" {
		return f, nil
	}
	if enc, _, certain := charset.DetermineEncoding(data[:min(len(data), 1024)], ""); certain {
		if decoded, err := enc.NewDecoder().Bytes(data); err == nil {
			f.text = string(decoded)
			return f, nil
		}
	}
	decoded, err := input.Decode(input.Source{Name: f.name, Data: data})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", member, err)
	}
	f.text = decoded.Text
	return f, nil
}

// readText reads the content documents in their order.
func (b *book) readText() error {
	for i := range b.pkg.spine {
		if s := &b.pkg.spine[i]; b.surveyed[s.member] != nil {
			if err := b.readFile(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFile reads a content document.
func (b *book) readFile(s *spineItem) error {
	f, tree, err := b.parse(s.item)
	if err != nil {
		return err // the survey could read it
	}
	b.flow.File(f.name, f.text)
	p := b.newPlan(s, f, tree)
	if tree.Body != nil {
		p.begin(tree.Body)
	}
	if lang := tree.Lang(); lang != "" && !strings.EqualFold(lang, b.lang) {
		b.flow.Enter(input.Container{Kind: input.Section, Lang: lang})
		defer b.flow.Leave()
	}
	tree.Walk(b.flow, dom.Options{
		Drop:       p.reason,
		Visit:      p.begin,
		Resolve:    func(href string) string { return b.address(s.member, href) },
		Self:       path.Base(s.member),
		NotePrefix: s.member,
		NoteRef: func(a *html.Node) (string, bool) {
			key, ok := p.refs[a]
			return key, ok
		},
		NoteKey: func(n *html.Node) (string, bool) {
			key, ok := p.notes[n]
			return key, ok
		},
	})
	return nil
}

// address gives the address of a link that leads out of the book, "" for one
// inside.
func (b *book) address(member, href string) string {
	href = strings.TrimSpace(href)
	if !scheme.MatchString(href) {
		return ""
	}
	if _, err := url.Parse(href); err != nil {
		return ""
	}
	return href
}
