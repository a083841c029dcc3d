package input

import (
	"bytes"
	"net/http"
	"strings"
	"unicode/utf8"
)

// magic is the signature of a kind of file. One that is printable could begin
// a text ("OTTO", "ID3"), so it counts only beside control bytes, unless it is
// marked alone.
type magic struct {
	offset int
	bytes  string
	alone  bool
	what   string
}

const (
	unpack  = ": unpack it first"
	notText = ", not text"
)

var magics = []magic{
	{0, "%PDF-", true, "a PDF file: extract its text first (pdftotext)"},
	{0, "%!PS", true, "a PostScript file: extract its text first (ps2ascii)"},
	{0, "{\\rtf", true, "an RTF file: save it as plain text first"},
	{0, "\x89PNG\r\n\x1a\n", false, "a PNG image" + notText},
	{0, "\xff\xd8\xff", false, "a JPEG image" + notText},
	{4, "ftyphei", false, "a HEIC image" + notText},
	{4, "ftypavif", false, "an AVIF image" + notText},
	{0, "II*\x00", false, "a TIFF image" + notText},
	{0, "MM\x00*", false, "a TIFF image" + notText},
	{0, "AT&TFORM", false, "a DjVu file: extract its text first (djvutxt)"},
	{0, "\x1f\x8b", false, "a gzip file" + unpack},
	{0, "BZh", false, "a bzip2 file" + unpack},
	{0, "\xfd7zXZ\x00", false, "an xz file" + unpack},
	{0, "(\xb5/\xfd", false, "a Zstandard file" + unpack},
	{0, "7z\xbc\xaf'\x1c", false, "a 7-Zip file" + unpack},
	{0, "Rar!\x1a\x07", false, "a RAR file" + unpack},
	{257, "ustar", false, "a tar file" + unpack},
	{0, compound, false, "an old Word, Excel or PowerPoint file: save it as plain text or DOCX first"},
	{60, "BOOKMOBI", false, "a Kindle or Mobipocket book: convert it to EPUB first"},
	{0, "\x7fELF", false, "a program (ELF)" + notText},
	{0, "MZ", false, "a Windows program" + notText},
	{0, "\xfe\xed\xfa", false, "a macOS program" + notText},
	{0, "\xcf\xfa\xed\xfe", false, "a macOS program" + notText},
	{0, "\xca\xfe\xba\xbe", false, "a program" + notText},
	{0, "\x00asm", false, "a WebAssembly program" + notText},
	{0, "SQLite format 3\x00", false, "an SQLite database" + notText},
	{0, "ID3", false, "an MP3 file" + notText},
	{0, "\xff\xfb", false, "an MP3 file" + notText},
	{0, "\xff\xf3", false, "an MP3 file" + notText},
	{0, "\xff\xf2", false, "an MP3 file" + notText},
	{0, "fLaC", false, "a FLAC file" + notText},
	{0, "OggS\x00", false, "an Ogg file" + notText},
	{4, "ftypM4", false, "an MPEG-4 audio file" + notText},
	{4, "ftyp", false, "an MPEG-4 file" + notText},
	{0, "\x1aE\xdf\xa3", false, "a Matroska or WebM file" + notText},
}

// compound begins a Compound File (MS-CFB, section 2.2). One that holds a stream
// of this name, which stands in it as UTF-16, is an encrypted Office Open XML
// file (MS-OFFCRYPTO, section 2.3.4.4).
const compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

var encryptedPackage = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")

// ZIP files by the name or content of a member, which stands in them
// uncompressed.
var zips = []struct{ member, what string }{
	{"mimetypeapplication/epub+zip", "an EPUB book"},
	{"mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument text (ODT)"},
	{"word/document.xml", "a Word document (DOCX)"},
	{"xl/workbook.xml", "an Excel workbook" + notText},
	{"ppt/presentation.xml", "a PowerPoint presentation" + notText},
}

// Binary says in plain words what data is if it is not text in any encoding
// that Decode reads ("a PNG image, not text"), with what to do about it where
// something can be done, else "".
func Binary(data []byte) string {
	if what, _ := unicodeForm(data); what != "" {
		return ""
	}
	if bytes.HasPrefix(data, []byte(compound)) && bytes.Contains(data, encryptedPackage) {
		return "an encrypted Word, Excel or PowerPoint file: save it without its password first"
	}
	control := manyControls(data)
	for _, m := range magics {
		if (m.alone || control || !printable(m.bytes)) && len(data) > m.offset && bytes.HasPrefix(data[m.offset:], []byte(m.bytes)) {
			return m.what
		}
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		for _, z := range zips {
			if bytes.Contains(data, []byte(z.member)) {
				return z.what
			}
		}
		return "a ZIP file" + unpack
	}
	if !control {
		return ""
	}
	// What has no line above: images, sound and fonts that the WHATWG MIME
	// sniffing standard knows.
	mime, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if kind, name, ok := strings.Cut(mime, "/"); ok && kind != "text" && name != "octet-stream" {
		return "binary data (" + mime + ")" + notText
	}
	return "binary data, not text"
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == utf8.RuneError }) < 0
}

// Text in any encoding that Decode reads has hardly any control characters but
// those of white space and ESC (ISO-2022, terminal colours); binary data has a
// tenth and more.
const (
	controlSample = 16 << 10
	controlShare  = 50 // one in so many
	controlFew    = 8  // so many are forgiven even in a short text
)

// manyControls says whether data has more control bytes than a text. It looks
// at the beginning, the middle and the end; NULs that fill the end, as a crash
// leaves them, do not count.
func manyControls(data []byte) bool {
	data = bytes.TrimRight(data, "\x00")
	n, total := 0, 0
	for _, at := range []int{0, len(data)/2 - controlSample/2, len(data) - controlSample} {
		at = max(at, total) // in a short text the samples do not overlap
		if at >= len(data) {
			break
		}
		part := data[at:min(at+controlSample, len(data))]
		if len(data) <= 3*controlSample {
			part = data
		}
		for _, c := range part {
			if c < ' ' && (c < '\t' || c > '\r') && c != '\x1b' || c == 0x7f {
				n++
			}
		}
		total += len(part)
	}
	return n > controlFew && n*controlShare > total
}
