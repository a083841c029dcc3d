package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// file is a member to be packed.
type file struct {
	name, text string
	header     func(*zip.FileHeader)
}

func stored(h *zip.FileHeader) { h.Method = zip.Store }

func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.header != nil {
			f.header(h)
		}
		m, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(f.text)); err != nil && f.text != "" {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// patch overwrites two bytes at off of each directory entry.
func patch(data []byte, off int, value uint16) []byte {
	data = bytes.Clone(data)
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], directorySign)
		if i < 0 {
			return data
		}
		at += i
		binary.LittleEndian.PutUint16(data[at+off:], value)
	}
}

const prose = "Der Müller ging am Abend noch einmal zur Schleuse. Das Wasser stand tiefer als am Morgen.\n"

func TestRead(t *testing.T) {
	big := strings.Repeat(prose, 1000)
	good := pack(t, file{"mimetype", "application/epub+zip", stored}, file{"text/", "", nil}, file{"text/Kapitel 1.xhtml", big, nil},
		file{`text\zwei.xhtml`, "zwei", stored}, file{"./drei//vier.xhtml", "vier", nil})
	for name, data := range map[string][]byte{
		"as it is":      good,
		"with a prefix": append([]byte("#!/bin/sh\nexit 0\n"), good...),
		"with a suffix": append(bytes.Clone(good), "junk behind the end"...),
	} {
		a, err := Open(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []string{"mimetype", "text/Kapitel 1.xhtml", "text/zwei.xhtml", "drei/vier.xhtml"}
		if got := a.Names(); !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
		for member, want := range map[string]string{"text/Kapitel 1.xhtml": big, "TEXT/kapitel 1.XHTML": big, "text/zwei.xhtml": "zwei", "drei/vier.xhtml": "vier"} {
			got, err := a.Read(member)
			if err != nil || string(got) != want || !a.Has(member) {
				t.Errorf("%s: %s: %.20q, %v", name, member, got, err)
			}
		}
		if a.Has("drei") || a.Has("text/") || a.Mimetype() != "application/epub+zip" {
			t.Errorf("%s: mimetype %q", name, a.Mimetype())
		}
	}
}

func TestMimetype(t *testing.T) {
	for name, c := range map[string]struct {
		files []file
		want  string
	}{
		"packed":     {[]file{{"mimetype", "application/epub+zip", nil}}, ""},
		"second":     {[]file{{"a", "b", stored}, {"mimetype", "application/epub+zip", stored}}, ""},
		"none":       {[]file{{"a", "b", stored}}, ""},
		"empty file": {nil, ""},
		"long":       {[]file{{"mimetype", strings.Repeat("a", 201), stored}}, ""},
		"line end":   {[]file{{"mimetype", "application/epub+zip\n", stored}}, "application/epub+zip"},
	} {
		a, err := Open(pack(t, c.files...))
		if err != nil || a.Mimetype() != c.want {
			t.Errorf("%s: %q, %v", name, a.Mimetype(), err)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"a/b.xml":              "a/b.xml",
		"./a":                  "a",
		"a/./b":                "a/b",
		`a\b\c.xml`:            "a/b/c.xml",
		"a/":                   "",
		"":                     "",
		"gr\x81n.xml":          "grün.xml",
		"...":                  "...",
		"a..b/c":               "a..b/c",
		"../a":                 "error",
		"a/../../b":            "error",
		`..\..\a`:              "error",
		"/etc/passwd":          "error",
		`\\server\share`:       "error",
		"C:/windows/a":         "error",
		`c:a`:                  "error",
		"a\x00.xml":            "error",
		"word/..":              "error",
		"\u202egpj.exe":        "\u202egpj.exe",
		strings.Repeat("x", 9): "xxxxxxxxx",
	} {
		got, err := cleanName(name)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
}

// fifield builds a file whose members all name the same packed bytes.
func fifield(t *testing.T) []byte {
	data := pack(t, file{"a", strings.Repeat("\x00", 1<<20), nil}, file{"b", strings.Repeat("\x01", 1<<20), nil})
	i := bytes.Index(data, directorySign)
	j := i + 4 + bytes.Index(data[i+4:], directorySign)
	copy(data[j+42:j+46], data[i+42:i+46]) // the offset of the local header
	return data
}

// Each hostile or broken file gives one clear error, from Open or from Read.
func TestErrors(t *testing.T) {
	good := pack(t, file{"a.xml", strings.Repeat(prose, 100), nil}, file{"b.xml", prose, stored})
	var many []file
	for i := range MaxEntries + 1 {
		many = append(many, file{fmt.Sprint(i), "", nil})
	}
	damaged := bytes.Clone(good)
	damaged[bytes.Index(damaged, []byte(prose))+5] ^= 0x20
	cut := bytes.Clone(good)
	cut[40] ^= 0xff
	for _, c := range []struct {
		name, want string
		data       []byte
		member     string // "" if Open fails
	}{
		{"nothing", "not a ZIP file", nil, ""},
		{"text", "not a ZIP file", []byte(prose), ""},
		{"cut", "cut or damaged", good[:len(good)/2], ""},
		{"cut in the directory", "cut or damaged", good[:len(good)-30], ""},
		{"only a signature", "cut or damaged", []byte("PK\x03\x04"), ""},
		{"too many members", "more than 10000 members", pack(t, many...), ""},
		{"an endless directory", "more than 10000 members", append([]byte("PK\x03\x04"), bytes.Repeat(append(directorySign, make([]byte, 42)...), 30_000)...), ""},
		{"path traversal", "points outside", pack(t, file{"../../etc/passwd", "root", nil}), ""},
		{"absolute path", "points outside", pack(t, file{"/etc/passwd", "root", nil}), ""},
		{"drive letter", "points outside", pack(t, file{`C:\boot.ini`, "root", nil}), ""},
		{"NUL", "NUL", pack(t, file{"a\x00b", "root", nil}), ""},
		{"two of one name", "two different members", pack(t, file{"a", "one", nil}, file{"a", "two", nil}), ""},
		{"two of one clean name", "two different members", pack(t, file{"a", "one", nil}, file{"./a", "two", nil}), ""},
		{"overlapping", "overlap", fifield(t), ""},
		{"missing", "no member", good, "c.xml"},
		{"encrypted", "is encrypted", patch(good, 8, 1), "a.xml"},
		{"method", "packed by method 99", patch(good, 10, 99), "a.xml"},
		{"wrong CRC", "cut or damaged", damaged, "b.xml"},
		{"wrong packing", "cut or damaged", cut, "a.xml"},
		{"a bomb", "ZIP bombs", pack(t, file{"a", strings.Repeat("\x00", 20<<20), nil}), "a"},
		{"a bomb that lies", "cut or damaged", lie(pack(t, file{"a", strings.Repeat("\x00", 20<<20), nil})), "a"},
		{"too large", "larger than 64 MiB", patch(patch(pack(t, file{"a", strings.Repeat(prose, 1), stored}), 26, 0x0500), 22, 0xffff), "a"},
	} {
		a, err := Open(c.data)
		if (err != nil) != (c.member == "") {
			t.Errorf("%s: opened: %v", c.name, err)
			continue
		}
		if err == nil {
			_, err = a.Read(c.member)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// lie says of each member that it is 100 bytes long unpacked.
func lie(data []byte) []byte { return patch(patch(data, 24, 100), 26, 0) }

// What a header says of the size decides nothing: a member that unpacks to more
// is an error, not cut off.
func TestLyingSize(t *testing.T) {
	a, err := Open(lie(pack(t, file{"a", strings.Repeat(prose, 100), nil})))
	if err != nil {
		t.Fatal(err)
	}
	if data, err := a.Read("a"); err == nil {
		t.Errorf("gave %d bytes", len(data))
	}
}

func TestTotal(t *testing.T) {
	a, err := Open(pack(t, file{"a", prose, nil}, file{"b", prose, nil}, file{"c", prose, nil}))
	if err != nil {
		t.Fatal(err)
	}
	a.total = MaxTotal - 2*int64(len(prose))
	for range 2 { // reading twice counts once
		for _, name := range []string{"a", "b"} {
			if _, err := a.Read(name); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := a.Read("c"); err == nil || !strings.Contains(err.Error(), "larger than 256 MiB") {
		t.Error(err)
	}
}

// Names that differ in case alone are found only as they are written, and a
// member that stands in the directory twice counts once.
func TestCaseAndTwins(t *testing.T) {
	a, err := Open(pack(t, file{"A.xml", "1", nil}, file{"a.xml", "2", nil}, file{"b", "same", nil}, file{"b", "same", nil}))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Read("a.xml"); string(got) != "2" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if a.Has("A.XML") || !a.Has("B") || len(a.Names()) != 3 {
		t.Errorf("%q", a.Names())
	}
}

func FuzzOpen(f *testing.F) {
	good := pack(f, file{"mimetype", "application/epub+zip", stored}, file{"a/b.xml", strings.Repeat(prose, 3), nil})
	f.Add(good)
	f.Add(good[:len(good)-10])
	f.Add(patch(good, 8, 1))
	f.Add(patch(good, 10, 12))
	f.Add(lie(good))
	f.Add(append([]byte("junk"), good...))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Open(data)
		if err != nil {
			return
		}
		a.Mimetype()
		for _, name := range a.Names() {
			if name == "" || name[0] == '/' || strings.Contains("/"+name+"/", "/../") || strings.ContainsAny(name, "\\\x00") {
				t.Errorf("name %q", name)
			}
			if !a.Has(name) {
				t.Errorf("%q is not there", name)
			}
			if got, err := a.Read(name); err == nil && len(got) > freeBytes && len(got) > maxRatio*len(data) {
				t.Errorf("%q: %d bytes out of %d", name, len(got), len(data))
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var s strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&s, "<p>Absatz %d mit %d Wörtern.</p>\n", i, i*7919)
	}
	data := pack(b, file{"a", s.String(), nil})
	b.SetBytes(int64(s.Len()))
	for b.Loop() {
		a, err := Open(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := a.Read("a"); err != nil {
			b.Fatal(err)
		}
	}
}
