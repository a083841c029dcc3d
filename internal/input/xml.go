package input

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// declared finds the encoding in an XML declaration (XML 1.0, section 2.8).
var declared = regexp.MustCompile(`^[ \t\r\n]*<\?xml[ \t\r\n][^>]{0,200}?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._:-]{1,40})["']`)

// DecodeXML turns an XML file (1.0 or 1.1) into text and names the encoding it
// was in: by its byte-order mark, the NULs of UTF-16, the XML declaration, else
// UTF-8. A declaration that cannot be true counts for nothing; what is not
// UTF-8 though it should be is read as Windows-1252, or if it is but for a few
// bytes, these become U+FFFD. Places count in text, which has no byte-order
// mark. A document type that declares entities is an error: narrate expands
// none, and nothing it reads needs any.
func DecodeXML(data []byte) (text, enc string, err error) {
	if text, enc, err = decodeXML(data); err == nil {
		err = CheckDoctype(text)
	}
	if err != nil {
		return "", "", err
	}
	return text, enc, nil
}

// DecodeXMLWith is DecodeXML for a format whose files declare entities now and
// then, as old e-books do: it gives those of plain text.
func DecodeXMLWith(data []byte) (text, enc string, entities Entities, err error) {
	if text, enc, err = decodeXML(data); err == nil {
		entities, err = declaredEntities(text)
	}
	if err != nil {
		return "", "", nil, err
	}
	return text, enc, entities, nil
}

func decodeXML(data []byte) (text, name string, err error) {
	if name, enc := unicodeForm(data); name != "" {
		for _, bom := range boms {
			if bom.name == name && bytes.HasPrefix(data, bom.mark) {
				data = data[len(bom.mark):]
				break
			}
		}
		if enc == nil {
			return toUTF8(data), name, nil
		}
		return decodeAs(data, name, enc)
	}
	if m := declared.FindSubmatch(data[:min(len(data), 512)]); m != nil {
		label := strings.ToLower(string(m[1]))
		enc, err := htmlindex.Get(label)
		switch {
		case err != nil && !utf8.Valid(data):
			return "", "", fmt.Errorf("the XML declaration names the encoding %q, which narrate does not know: save the file as UTF-8", label)
		case err != nil || strings.HasPrefix(label, "utf-") || label == "utf8":
			// UTF-16 and UTF-32 were told above: it is none of them.
		default:
			return decodeAs(data, label, enc)
		}
	}
	if mostlyUTF8(data) {
		return toUTF8(data), "UTF-8", nil
	}
	return decodeAs(data, "windows-1252", charmap.Windows1252)
}

func decodeAs(data []byte, name string, enc encoding.Encoding) (text, as string, err error) {
	b, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", fmt.Errorf("decode %s: %w", name, err)
	}
	return string(b), name, nil
}

// errEntities refuses what could grow without bounds, or read other files.
var errEntities = errors.New("the XML file declares entities, which narrate does not expand: save it without them")

// CheckDoctype gives an error if a document type declaration in front of the
// root element (XML 1.0, section 2.8) declares entities. DecodeXML asks it.
func CheckDoctype(text string) error {
	if declaresEntities(doctype(text)) {
		return errEntities
	}
	return nil
}

// doctype gives text from behind the keyword of the document type declaration in
// front of the root element; "" where there is none.
func doctype(text string) string {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		switch {
		case strings.HasPrefix(text, "<!--"):
			text = after(text, "-->")
		case strings.HasPrefix(text, "<?"):
			text = after(text, "?>")
		case len(text) >= len("<!DOCTYPE") && strings.EqualFold(text[:len("<!DOCTYPE")], "<!DOCTYPE"):
			return text[len("<!DOCTYPE"):]
		default:
			return ""
		}
	}
}

// declaresEntities looks through a document type declaration from behind its
// keyword to its end.
func declaresEntities(text string) bool {
	return eachMarkup(text, func(rest string, _ bool) (int, error) {
		if startsEntity(rest) {
			return 0, errEntities
		}
		return 0, nil
	}) != nil
}

// startsEntity reports whether text begins with the declaration of an entity.
func startsEntity(text string) bool {
	return len(text) >= len("<!ENTITY") && strings.EqualFold(text[:len("<!ENTITY")], "<!ENTITY")
}

// eachMarkup goes through a document type declaration from behind its keyword to
// its end. Of what is no literal, comment or instruction, read is given what is
// left at each place, and whether that is in the internal subset; it says how
// much of it it has read, if any.
func eachMarkup(text string, read func(rest string, subset bool) (int, error)) error {
	subset := false
	for text != "" {
		switch {
		case text[0] == '"' || text[0] == '\'':
			text = after(text[1:], text[:1])
			continue
		case strings.HasPrefix(text, "<!--"):
			text = after(text, "-->")
			continue
		case strings.HasPrefix(text, "<?"):
			text = after(text, "?>")
			continue
		}
		n, err := read(text, subset)
		if err != nil {
			return err
		}
		if n > 0 {
			text = text[n:]
			continue
		}
		switch {
		case text[0] == '[':
			subset = true
		case text[0] == ']':
			subset = false
		case text[0] == '>' && !subset:
			return nil
		}
		text = text[1:]
	}
	return nil
}

// after gives what follows the first sep in s, or "".
func after(s, sep string) string {
	_, rest, _ := strings.Cut(s, sep)
	return rest
}
