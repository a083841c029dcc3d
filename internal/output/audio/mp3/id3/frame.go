package id3

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"

	"narrate/internal/output"
)

// appendFrame appends a frame without flags.
func appendFrame(body []byte, id string, data []byte) []byte {
	body = append(body, id...)
	body = binary.BigEndian.AppendUint32(body, uint32(len(data)))
	body = append(body, 0, 0)
	return append(body, data...)
}

// The encodings of text in a frame: ISO 8859-1, of which only ASCII is used
// (readers take the rest for their own code page), and UTF-16 with a
// byte-order mark.
const (
	latin = 0
	wide  = 1
)

// encodingOf is the encoding for all of the texts.
func encodingOf(texts ...string) byte {
	for _, text := range texts {
		if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			return wide
		}
	}
	return latin
}

// appendString appends text, whose end is not marked.
func appendString(data []byte, encoding byte, text string) []byte {
	if encoding == latin {
		return append(data, text...)
	}
	data = append(data, 0xff, 0xfe)
	for _, u := range utf16.Encode([]rune(text)) {
		data = binary.LittleEndian.AppendUint16(data, u)
	}
	return data
}

// appendEnded appends text with its end.
func appendEnded(data []byte, encoding byte, text string) []byte {
	data = appendString(data, encoding, text)
	if encoding == wide {
		data = append(data, 0)
	}
	return append(data, 0)
}

// appendText appends a text frame. The text must be clean.
func appendText(body []byte, id, text string) []byte {
	encoding := encodingOf(text)
	return appendFrame(body, id, appendString([]byte{encoding}, encoding, text))
}

// appendNamed appends a text frame with a name of its own.
func appendNamed(body []byte, name, text string) []byte {
	encoding := encodingOf(name, text)
	data := appendEnded([]byte{encoding}, encoding, name)
	return appendFrame(body, "TXXX", appendString(data, encoding, text))
}

// appendProse appends a comment or a text, in a language as ISO 639-2 has it,
// without a description of what it is. An empty one is left out.
func appendProse(body []byte, id, language, text string) []byte {
	if text == "" {
		return body
	}
	if len(language) != 3 {
		language = "und" // not determined
	}
	encoding := encodingOf(text)
	data := append([]byte{encoding}, language...)
	data = appendEnded(data, encoding, "")
	return appendFrame(body, id, appendString(data, encoding, text))
}

// appendLink appends a link without a description of where it leads.
func appendLink(body []byte, link string) []byte {
	return appendFrame(body, "WXXX", append([]byte{latin, 0}, link...))
}

// appendPicture appends a picture. All are front covers, of the whole or of
// the chapter: players look for that kind first.
func appendPicture(body []byte, p *output.Picture) []byte {
	const frontCover = 3
	data := append([]byte{latin}, p.MediaType...)
	data = append(data, 0, frontCover, 0) // no description
	return appendFrame(body, "APIC", append(data, p.Data...))
}
