package input

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"
)

func TestDecodeXML(t *testing.T) {
	const body = "<p>Größe – «été»</p>"
	latin, err := charmap.Windows1252.NewEncoder().String(body)
	if err != nil {
		t.Fatal(err)
	}
	greek, err := charmap.ISO8859_7.NewEncoder().String("<p>Ένα βιβλίο</p>")
	if err != nil {
		t.Fatal(err)
	}
	wide := func(e utf16.Endianness, s string) string {
		s, err := utf16.UTF16(e, utf16.IgnoreBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	declare := func(enc string) string { return `<?xml version="1.0" encoding="` + enc + `"?>` }
	for _, c := range []struct{ name, data, enc, text string }{
		{"plain", body, "UTF-8", body},
		{"declared", declare("utf-8") + body, "UTF-8", declare("utf-8") + body},
		{"byte-order mark", "\xef\xbb\xbf" + body, "UTF-8", body},
		{"UTF-16LE, marked", "\xff\xfe" + wide(utf16.LittleEndian, declare("UTF-16")+body), "UTF-16LE", declare("UTF-16") + body},
		{"UTF-16BE, marked", "\xfe\xff" + wide(utf16.BigEndian, body), "UTF-16BE", body},
		{"UTF-16LE", wide(utf16.LittleEndian, declare("utf-16")+body), "UTF-16LE", declare("utf-16") + body},
		{"UTF-16BE", wide(utf16.BigEndian, body), "UTF-16BE", body},
		{"Latin-1", declare("ISO-8859-1") + latin, "iso-8859-1", declare("ISO-8859-1") + body},
		{"Windows", `<?xml version='1.1' encoding = 'Windows-1252' standalone="yes" ?>` + latin, "windows-1252", `<?xml version='1.1' encoding = 'Windows-1252' standalone="yes" ?>` + body},
		{"Greek", declare("iso-8859-7") + greek, "iso-8859-7", declare("iso-8859-7") + "<p>Ένα βιβλίο</p>"},
		{"undeclared Latin-1", latin, "windows-1252", body},
		{"declared UTF-8, Latin-1", declare("UTF-8") + latin, "windows-1252", declare("UTF-8") + body},
		{"declared UTF-16, UTF-8", declare("UTF-16") + body, "UTF-8", declare("UTF-16") + body},
		{"unknown, UTF-8", declare("x-klingon") + body, "UTF-8", declare("x-klingon") + body},
		{"unknown", declare("x-klingon") + latin, "", "narrate does not know"},
		{"one bad byte", body + body + "\xff", "UTF-8", body + body + "\uFFFD"},
		{"nothing", "", "UTF-8", ""},
		{"XHTML", "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.1//EN\" \"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd\">\n" + body, "UTF-8", "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.1//EN\" \"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd\">\n" + body},
		{"attributes declared", "<!DOCTYPE a [<!ATTLIST a id ID #IMPLIED> <!-- <!ENTITY --> <!ELEMENT a ANY>]>" + body, "UTF-8", "<!DOCTYPE a [<!ATTLIST a id ID #IMPLIED> <!-- <!ENTITY --> <!ELEMENT a ANY>]>" + body},
		{"in the text", "<a><![CDATA[<!DOCTYPE x [<!ENTITY a 'b'>]>]]></a>", "UTF-8", "<a><![CDATA[<!DOCTYPE x [<!ENTITY a 'b'>]>]]></a>"},
		{"laughs", declare("utf-8") + "\n<!-- x --><?p x?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><lolz>&lol2;</lolz>", "", "declares entities"},
		{"another file", "<!DOCTYPE a [ <!ELEMENT a ANY > <!ENTITY x SYSTEM \"file:///etc/passwd\" >]><a>&x;</a>", "", "declares entities"},
		{"parameter entity", "<!DOCTYPE a SYSTEM \"]>\" [ <!entity % x SYSTEM \"http://localhost/\" > %x; ]><a/>", "", "declares entities"},
		{"wide laughs", wide(utf16.LittleEndian, "<!DOCTYPE a [<!ENTITY x \"y\">]><a/>"), "", "declares entities"},
		{"unended", "<!DOCTYPE a [ <!-- <!ENTITY", "UTF-8", "<!DOCTYPE a [ <!-- <!ENTITY"},
	} {
		text, enc, err := DecodeXML([]byte(c.data))
		if c.enc == "" {
			if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil || text != c.text || enc != c.enc {
			t.Errorf("%s: %q, %s, %v", c.name, text, enc, err)
		}
	}
}

func FuzzDecodeXML(f *testing.F) {
	f.Add([]byte("<?xml version=\"1.0\" encoding=\"koi8-r\"?><!-- a --><!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>"))
	f.Add([]byte("\xff\xfe<\x00a\x00/\x00>\x00"))
	f.Add([]byte("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"))
	f.Add([]byte("\x00\x00\xfe\xff\x00\x00\x00<"))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, enc, err := DecodeXML(data)
		if !utf8.ValidString(text) || (err == nil) != (enc != "") {
			t.Errorf("%q, %s, %v", text, enc, err)
		}
	})
}
