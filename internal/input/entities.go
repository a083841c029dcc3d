package input

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Entities are those that an XML file declares: what each name stands for.
type Entities map[string]string

// Limits of the entities of a file. Those of all of HTML are 253.
const (
	maxEntities   = 1000
	maxEntityName = 30
	maxEntity     = 1000    // bytes that one stands for
	maxExpanded   = 1 << 20 // bytes that all of their references stand for
)

// internalEntity is a declaration of an entity by its text (XML 1.0, section 4.2).
var internalEntity = regexp.MustCompile(`^<!ENTITY[ \t\r\n]+([\pL_:][\pL\pN_:.-]*)[ \t\r\n]+(?:"([^"]*)"|'([^']*)')[ \t\r\n]*>`)

// declaredEntities gives the entities that the document type declaration of an XML
// file declares. Each must be plain text in the file itself: one of another file, of
// markup or of other entities is an error, and so is what would grow.
func declaredEntities(text string) (Entities, error) {
	subset := doctype(text)
	if !declaresEntities(subset) {
		return nil, nil
	}
	out := Entities{}
	err := eachMarkup(subset, func(rest string, open bool) (int, error) {
		switch {
		case open && rest[0] == '%':
			return 0, fmt.Errorf("the XML file takes in parameter entities, which narrate does not read: save it without them")
		case open && startsEntity(rest):
			m := internalEntity.FindStringSubmatch(rest)
			if m == nil {
				head, _, _ := strings.Cut(rest[:min(len(rest), 60)], ">")
				return 0, fmt.Errorf("the XML file declares an entity of another file, a parameter entity, or one that narrate cannot read (%q): save it without", head)
			}
			return len(m[0]), out.add(m[1], m[2]+m[3])
		}
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	return out, out.bounded(text)
}

// add takes a declaration; of two for one name the first counts.
func (e Entities) add(name, value string) error {
	if _, ok := e[name]; ok || predefined[name] {
		return nil
	}
	switch {
	case len(e) == maxEntities:
		return fmt.Errorf("the XML file declares more than %d entities", maxEntities)
	case len(name) > maxEntityName || len(value) > maxEntity:
		return fmt.Errorf("the entity &%.30s; is longer than narrate reads (%d bytes)", name, maxEntity)
	}
	for rest := value; ; {
		at := strings.IndexAny(rest, "<%&")
		if at < 0 {
			break
		}
		ref, after, _ := strings.Cut(rest[at+1:], ";")
		// A reference to a character that is markup is it where the entity is used
		// (XML 1.0, appendix D).
		if sign := html.UnescapeString("&" + ref + ";"); rest[at] != '&' || !predefined[ref] && (!strings.HasPrefix(ref, "#") || sign[0] == '&' || sign[0] == '<') {
			return fmt.Errorf("the entity &%s; stands for more than text, which narrate does not read: save the file without it", name)
		}
		rest = after
	}
	e[name] = html.UnescapeString(value)
	return nil
}

// predefined are the entities that XML has without a declaration.
var predefined = map[string]bool{"amp": true, "lt": true, "gt": true, "quot": true, "apos": true}

// At gives the entity whose reference is at the start of s, and how long that is; 0
// where there is none.
func (e Entities) At(s string) (value string, n int) {
	if len(e) == 0 {
		return "", 0
	}
	name, _, ok := strings.Cut(s[1:min(len(s), maxEntityName+2)], ";")
	if value, known := e[name]; ok && known {
		return value, len(name) + len("&;")
	}
	return "", 0
}

// bounded gives an error where the references in the text stand for too much.
func (e Entities) bounded(text string) error {
	sum := 0
	for at := strings.IndexByte(text, '&'); at >= 0; {
		value, _ := e.At(text[at:])
		if sum += len(value); sum > maxExpanded {
			return fmt.Errorf("the entities of the XML file stand for more than %d bytes of text", maxExpanded)
		}
		next := strings.IndexByte(text[at+1:], '&')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return nil
}
