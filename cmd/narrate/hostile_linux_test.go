package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestHostile holds that what is made to do harm gives one clear error, soon and
// in little memory.
func TestHostile(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/hostile",
		Setup: func(env *testscript.Env) error {
			env.Setenv("NARRATE_CACHE", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "xdg"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"hostile": cmdHostile,
			"refused": cmdRefused,
			"serve":   cmdServe,
			"proxy":   cmdProxy,
		},
	})
}

// hostile KIND FILE writes a file that is made to do harm, in the format of its
// extension:
//
//	bomb      text that unpacks to a thousand times its size
//	lie       the same with a size in its headers that is not true
//	outside   a member whose name points out of the archive
//	entities  a document type with entities that multiply
//	deep      100,000 elements inside each other
//	cut       half of a good file
//	locked    a good file that says that its text is encrypted
//	charset   bytes that are not in the encoding that it names
//	good      a good file, to show that it is the harm that is refused
func cmdHostile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hostile KIND FILE")
	}
	h := &hostile{kind: args[0], format: strings.TrimPrefix(filepath.Ext(args[1]), ".")}
	data, err := h.file()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// The files are well-formed but for the harm. TEXT is where the text goes,
// DOCTYPE where a document type may stand.
const hostileText = "The ferry left the harbour at nine. Nobody saw it come back."

var (
	hostileMarkup = map[string]string{
		"html":  "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>The Ferry</title></head><body><article><h1>The Ferry</h1><p>TEXT</p></article></body></html>",
		"xhtml": "<?xml version=\"1.0\" encoding=\"utf-8\"?>DOCTYPE<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><title>The Ferry</title></head><body><p>TEXT</p></body></html>",
		"ssml":  "<?xml version=\"1.0\" encoding=\"utf-8\"?>DOCTYPE<speak xmlns=\"http://www.w3.org/2001/10/synthesis\" version=\"1.1\" xml:lang=\"en\"><p>TEXT</p></speak>",
		"md":    "# The Ferry\n\nTEXT\n",
		"docx":  "<?xml version=\"1.0\" encoding=\"utf-8\"?>DOCTYPE<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>TEXT</w:t></w:r></w:p></w:body></w:document>",
		"odt":   "<?xml version=\"1.0\" encoding=\"utf-8\"?>DOCTYPE<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"><office:body><office:text><text:p>TEXT</text:p></office:text></office:body></office:document-content>",
	}
	hostileNest = map[string][2]string{
		"html":  {"<div>", "</div>"},
		"xhtml": {"<div>", "</div>"},
		"ssml":  {"<prosody rate=\"slow\">", "</prosody>"},
		"md":    {"<div>", "</div>"},
		"docx":  {"<w:smartTag>", "</w:smartTag>"},
		"odt":   {"<text:span>", "</text:span>"},
	}
)

type hostile struct{ kind, format string }

// file makes the whole file.
func (h *hostile) file() ([]byte, error) {
	kinds := []string{"good", "bomb", "lie", "outside", "entities", "deep", "cut", "locked", "charset"}
	if !slices.Contains(kinds, h.kind) {
		return nil, fmt.Errorf("no kind %q; there are %s", h.kind, strings.Join(kinds, ", "))
	}
	var parts []part
	switch h.format {
	case "epub":
		parts = []part{
			{"mimetype", "application/epub+zip"},
			{"META-INF/container.xml", `<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`},
			{"book.opf", `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x:1</dc:identifier><dc:title>The Ferry</dc:title><dc:language>en</dc:language></metadata><manifest><item id="a" href="text.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>`},
			{"text.xhtml", h.markup("xhtml")},
		}
		if h.kind == "locked" {
			parts = append(parts, part{"META-INF/encryption.xml", `<?xml version="1.0"?><encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><enc:CipherData><enc:CipherReference URI="text.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>`})
		}
	case "docx":
		parts = []part{
			{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
			{"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
			{"word/document.xml", h.markup("docx")},
		}
	case "odt":
		sealed := ""
		if h.kind == "locked" {
			sealed = `<manifest:encryption-data><manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/></manifest:encryption-data>`
		}
		parts = []part{
			{"mimetype", "application/vnd.oasis.opendocument.text"},
			{"META-INF/manifest.xml", `<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">` + sealed + `</manifest:file-entry></manifest:manifest>`},
			{"content.xml", h.markup("odt")},
		}
	default:
		if hostileMarkup[h.format] == "" {
			return nil, fmt.Errorf("no format %q", h.format)
		}
		data := []byte(h.markup(h.format))
		if h.kind == "cut" {
			data = data[:strings.Index(string(data), hostileText)+len(hostileText)/2]
		}
		return data, nil
	}
	if h.kind == "outside" {
		parts = append(parts, part{"../../outside.txt", "outside"})
	}
	data, err := h.pack(parts)
	if h.kind == "cut" {
		data = data[:len(data)/2]
	}
	return data, err
}

type part struct{ name, text string }

// markup gives the file, or its part, that holds the text.
func (h *hostile) markup(format string) string {
	text, doctype := hostileText, ""
	markup := hostileMarkup[format]
	switch h.kind {
	case "bomb", "lie":
		text += strings.Repeat(" ", 20<<20)
	case "deep":
		const depth = 100_000
		text = strings.Repeat(hostileNest[format][0], depth) + text + strings.Repeat(hostileNest[format][1], depth)
	case "entities":
		var entities strings.Builder
		entities.WriteString(`<!DOCTYPE x [<!ENTITY a0 "ferry ferry ferry">`)
		for i := range 20 {
			fmt.Fprintf(&entities, `<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
		}
		doctype, text = entities.String()+"]>", "&a20;"
	case "charset":
		markup = strings.Replace(markup, "utf-8", "x-harbour-7", 1)
		text = "Die F\xe4hre f\xfchrt \xfcber den Flu\xdf, und niemand sah sie zur\xfcckkommen."
	}
	return strings.NewReplacer("TEXT", text, "DOCTYPE<", doctype+"<").Replace(markup)
}

// pack makes a ZIP file, its first member unpacked.
func (h *hostile) pack(parts []part) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i, p := range parts {
		header := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		if i == 0 {
			header.Method = zip.Store
		}
		var w io.Writer
		var err error
		if h.kind == "lie" && len(p.text) > 1<<20 {
			err = lie(z, header, p.text)
		} else if w, err = z.CreateHeader(header); err == nil {
			_, err = io.WriteString(w, p.text)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	data := out.Bytes()
	if h.kind == "locked" && h.format == "docx" {
		// The flag of a member that needs a password (APPNOTE, section 4.4.4).
		for _, sign := range []struct {
			bytes string
			flags int
		}{{"PK\x03\x04", 6}, {"PK\x01\x02", 8}} {
			for at := 0; ; {
				i := bytes.Index(data[at:], []byte(sign.bytes))
				if i < 0 {
					break
				}
				data[at+i+sign.flags] |= 1
				at += i + len(sign.bytes)
			}
		}
	}
	return data, nil
}

// lie writes a member that says that it is smaller than it is.
func lie(z *zip.Writer, header *zip.FileHeader, text string) error {
	var packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	header.CompressedSize64, header.UncompressedSize64 = uint64(packed.Len()), 1000
	w, err := z.CreateRaw(header)
	if err == nil {
		_, err = packed.WriteTo(w)
	}
	return err
}

// refused MIB REGEXP narrate ARG... runs the command, which must end with status
// 1, say one error that matches, nothing on standard output, and never take more
// than so much memory.
func cmdRefused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: refused MIB REGEXP COMMAND...")
	}
	var most int
	_, err := fmt.Sscan(args[0], &most)
	ts.Check(err)
	want, err := regexp.Compile(args[1])
	ts.Check(err)
	c := programOf(ts, args[2:])
	var stdout, stderr strings.Builder
	c.Stdout, c.Stderr = &stdout, &stderr
	ts.Check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	deadline := time.After(2 * time.Minute)
	peak := 0
	for running := true; running; {
		select {
		case <-ended:
			running = false
		case <-deadline:
			ts.Check(c.Process.Kill())
			ts.Fatalf("the command does not end")
		case <-time.After(time.Millisecond):
			peak = max(peak, highWater(c.Process.Pid))
		}
	}
	errorLines := 0
	for line := range strings.Lines(stderr.String()) {
		if strings.HasPrefix(line, "error: ") {
			errorLines++
		}
	}
	ts.Logf("peak resident size %d MiB\n%s", peak, &stderr)
	switch {
	case c.ProcessState.ExitCode() != 1:
		ts.Fatalf("%v\n%s%s", c.ProcessState, &stdout, &stderr)
	case errorLines != 1 || !want.MatchString(stderr.String()):
		ts.Fatalf("%d errors, want one that matches %s", errorLines, args[1])
	case stdout.Len() > 0:
		ts.Fatalf("standard output: %s", &stdout)
	case peak > most:
		ts.Fatalf("peak resident size %d MiB, want at most %d", peak, most)
	}
}

// programOf prepares a program of the script's PATH.
func programOf(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
			path = filepath.Join(dir, path)
			break
		}
	}
	c := exec.Command(path, args[1:]...)
	c.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "NARRATE_CACHE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR", "HTTP_PROXY"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	return c
}

// proxy ADDRESS sets HTTP_PROXY to a proxy that redirects every request to that
// address.
func cmdProxy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: proxy ADDRESS")
	}
	server := httptest.NewServer(http.RedirectHandler(args[0], http.StatusFound))
	ts.Defer(server.Close)
	ts.Setenv("HTTP_PROXY", server.URL)
}
