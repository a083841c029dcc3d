package sound

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What Sniff knows that is no sound.
const (
	jsonText  = "json"
	htmlText  = "html"
	xmlText   = "xml"
	plainText = "text"
)

// texts are the names of Sniff for what is no sound, and what messages call it.
var texts = map[string]string{
	jsonText:  "JSON",
	htmlText:  "a web page",
	xmlText:   "XML",
	plainText: "text",
}

// Sniff says what the bytes are by their start, whatever their sender calls
// them: one of Names except PCM, which has no mark of its own; "json", "html",
// "xml" or "text" for what is no sound; "" for what it does not know.
func Sniff(data []byte) string {
	has := func(at int, magic string) bool {
		return len(data) >= at+len(magic) && string(data[at:at+len(magic)]) == magic
	}
	switch {
	case (has(0, "RIFF") || has(0, "RF64") || has(0, "BW64")) && has(8, "WAVE"):
		return WAV
	case has(0, "fLaC"):
		return FLAC
	case has(0, "OggS"):
		// The first packet of the first page: its 27 bytes and one lacing value
		// stand before it (RFC 7845, section 5.1).
		if has(28, "OpusHead") {
			return Opus
		}
		return ""
	case has(0, "ID3"):
		return MP3
	case adts(data):
		return AAC
	case len(data) >= 2 && data[0] == 0xff && data[1]&0xe0 == 0xe0 && data[1]&0x06 != 0:
		return MP3
	}
	return sniffText(data)
}

// adts reports the start of an AAC frame: the sync word, with the two bits that
// name an MPEG layer zero, as in none of the layers.
func adts(data []byte) bool {
	return len(data) >= 2 && data[0] == 0xff && data[1]&0xf6 == 0xf0
}

// head is how much is looked at to tell text from anything else.
const head = 1024

func sniffText(data []byte) string {
	b := data[:min(len(data), head)]
	if len(b) < len(data) { // a character may be cut
		for range utf8.UTFMax - 1 {
			if utf8.Valid(b) {
				break
			}
			b = b[:len(b)-1]
		}
	}
	if !utf8.Valid(b) || bytes.ContainsFunc(b, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' && r != '\f'
	}) {
		return ""
	}
	s := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(b), "\ufeff")))
	switch {
	case s == "":
		return ""
	case s[0] == '{', s[0] == '[':
		return jsonText
	case s[0] == '<' && (strings.Contains(s, "<html") || strings.Contains(s, "<!doctype html")):
		return htmlText
	case s[0] == '<':
		return xmlText
	}
	return plainText
}

// start is the start of a text, on one line and short enough for a message.
func start(data []byte) string {
	const most = 200
	s := strings.Join(strings.Fields(strings.ToValidUTF8(string(data[:min(len(data), 4*most)]), "")), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}
