package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/language"

	"narrate/internal/document"
	"narrate/internal/input"
	"narrate/internal/strictyaml"
)

// metadata is what front matter says of the article.
type metadata struct {
	title, author, date, lang, voice, cover, description string
}

// describe gives the metadata to the document.
func (m *metadata) describe(doc *document.Document) {
	doc.Title, doc.Author, doc.Lang = m.title, m.author, m.lang
	doc.Date, doc.Description, doc.Voice = m.date, m.description, m.voice
	if m.cover != "" {
		doc.Cover = &document.Cover{Name: m.cover}
	}
}

// readFrontMatter reads the block of metadata that a text may begin with: YAML
// between lines of three hyphens, or TOML between lines of three plus signs.
// end is where the rest of the text begins. What is not readable is warned of
// and dropped.
func readFrontMatter(f *input.Flow, name, text string) (m metadata, end int) {
	lo, hi, end := frontMatter(text)
	if end == 0 {
		return m, 0
	}
	body := text[lo:hi]
	if text[0] == '+' {
		readTOML(body, func(key string, values []string) { m.set(key, values, problems(f, lo)) }, func(at int, what string) {
			f.Warn(lo+at, "front matter: %s", what)
		})
		return m, end
	}
	err := strictyaml.Kind{Name: "block of front matter", Empty: true}.Decode(name, []byte("\n"+normal(body)), func(d *strictyaml.Decoder, root strictyaml.Node) {
		d.Entries(root, "", func(string) string { return "" }, func(key, _ string, n strictyaml.Node) {
			m.set(key, values(n), problems(f, lo))
		})
	})
	if err != nil {
		m = metadata{}
		f.Warning(fmt.Sprintf("%v; the front matter is left out", err))
		f.Drop(body, "front matter that is not readable", lo)
	}
	return m, end
}

// problems warns of the values of front matter that are of no use.
func problems(f *input.Flow, off int) func(string, ...any) {
	return func(format string, args ...any) { f.Warn(off, "front matter: "+format, args...) }
}

// normal is text with LF line ends.
func normal(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// frontMatter gives where the metadata at the start of text lie and where the
// text goes on; end is 0 if there are none. Text between two lines of hyphens is
// metadata if it begins with a key that is known, or in lower case as keys are.
func frontMatter(text string) (lo, hi, end int) {
	line, lo := nextLine(text, 0)
	fence := strings.TrimRight(line, " \t")
	if fence != "---" && fence != "+++" {
		return 0, 0, 0
	}
	keyed, empty := false, true
	for at := lo; at < len(text); {
		line, next := nextLine(text, at)
		trimmed := strings.TrimRight(line, " \t")
		switch {
		case trimmed == fence || fence == "---" && trimmed == "...":
			if !keyed && !empty {
				return 0, 0, 0
			}
			return lo, at, next
		case trimmed == "" && at == lo:
			return 0, 0, 0 // a scene break
		case trimmed == "" || strings.HasPrefix(trimmed, "#") || keyed:
		case isKey(line, fence == "+++"):
			keyed = true
		default:
			return 0, 0, 0
		}
		empty = empty && trimmed == ""
		at = next
	}
	return 0, 0, 0
}

// nextLine gives the line at byte at of text, and where the next one begins.
func nextLine(text string, at int) (line string, next int) {
	i := strings.IndexAny(text[at:], "\r\n")
	if i < 0 {
		return text[at:], len(text)
	}
	next = at + i + 1
	if strings.HasPrefix(text[at+i:], "\r\n") {
		next++
	}
	return text[at : at+i], next
}

var (
	yamlKey = regexp.MustCompile(`^(["']?)([\pL_][\pL\pN_. -]{0,40}?)["']?[ \t]*:([ \t]|$)`)
	tomlKey = regexp.MustCompile(`^\s*(\[{1,2}[\w."' -]+\]{1,2}|["']?[\w.-]+["']?\s*=)`)
)

func isKey(line string, toml bool) bool {
	if toml {
		return tomlKey.MatchString(line)
	}
	m := yamlKey.FindStringSubmatch(line)
	return m != nil && (m[2] == strings.ToLower(m[2]) && !strings.Contains(m[2], " ") || m[1] != "" || fields[fold(m[2])] != nil)
}

// values gives the text of a value: of a list those of its elements, of a
// mapping the name or the address in it.
func values(n strictyaml.Node) []string {
	switch n := n.(type) {
	case ast.ArrayNode:
		var all []string
		for it := n.ArrayRange(); it.Next(); {
			all = append(all, values(it.Value())...)
		}
		return all
	case ast.MapNode:
		for it := n.MapRange(); it.Next(); {
			switch fold(it.Key().GetToken().Value) {
			case "name", "image", "path", "src", "url", "file", "text":
				return values(it.Value())
			}
		}
		return nil
	case *ast.LiteralNode:
		return []string{n.Value.Value}
	case *ast.StringNode:
		return []string{n.Value}
	case *ast.IntegerNode, *ast.FloatNode:
		return []string{strictyaml.Written(n)}
	}
	return nil
}

// fields are the keys that mean something here, in lower case and with hyphens;
// of several for one thing the first in the front matter counts.
var fields = map[string]func(m *metadata) *string{
	"title":  func(m *metadata) *string { return &m.title },
	"author": func(m *metadata) *string { return &m.author }, "authors": func(m *metadata) *string { return &m.author },
	"creator": func(m *metadata) *string { return &m.author }, "autor": func(m *metadata) *string { return &m.author },
	"date": func(m *metadata) *string { return &m.date }, "published": func(m *metadata) *string { return &m.date },
	"pubdate": func(m *metadata) *string { return &m.date }, "datum": func(m *metadata) *string { return &m.date },
	"lang": func(m *metadata) *string { return &m.lang }, "language": func(m *metadata) *string { return &m.lang },
	"locale": func(m *metadata) *string { return &m.lang }, "voice": func(m *metadata) *string { return &m.voice },
	"cover": func(m *metadata) *string { return &m.cover }, "cover-image": func(m *metadata) *string { return &m.cover },
	"image": func(m *metadata) *string { return &m.cover }, "featured-image": func(m *metadata) *string { return &m.cover },
	"description": func(m *metadata) *string { return &m.description }, "summary": func(m *metadata) *string { return &m.description },
	"abstract": func(m *metadata) *string { return &m.description }, "excerpt": func(m *metadata) *string { return &m.description },
	"subtitle": func(m *metadata) *string { return &m.description },
}

func fold(key string) string { return strings.ReplaceAll(strings.ToLower(key), "_", "-") }

// set takes the value of a key.
func (m *metadata) set(key string, values []string, warn func(string, ...any)) {
	field := fields[fold(key)]
	if field == nil {
		return
	}
	dst := field(m)
	for i, v := range values {
		values[i] = strings.Join(strings.Fields(v), " ")
	}
	value := strings.Join(values, ", ")
	if *dst != "" || value == "" {
		return
	}
	switch dst {
	case &m.lang:
		lang := strings.ReplaceAll(values[0], "_", "-")
		if tag, err := language.Parse(lang); err != nil || tag == language.Und {
			warn("%q is not a BCP 47 language tag such as \"de\" or \"pt-BR\"", value)
			return
		}
		value = lang
	case &m.date:
		date := isoDate(value)
		if date == "" {
			warn("%q is not a date such as 2024-05-01", value)
			return
		}
		value = date
	case &m.cover:
		value = values[0]
	}
	*dst = value
}

var (
	isoForm  = regexp.MustCompile(`^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:$|[T ])`)
	longForm = []string{"January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006", "2.1.2006", "2. 1. 2006", time.RFC1123, time.RFC1123Z}
)

// isoDate gives the day of a date as ISO 8601 has it, as far as it is told; ""
// if it is not told.
func isoDate(s string) string {
	if m := isoForm.FindStringSubmatch(s); m != nil {
		year, month, day := m[1], m[2], m[3]
		switch {
		case month == "":
			return year
		case day == "":
			if t, err := time.Parse("2006-1", year+"-"+month); err == nil {
				return t.Format("2006-01")
			}
		default:
			if t, err := time.Parse("2006-1-2", year+"-"+month+"-"+day); err == nil {
				return t.Format(time.DateOnly)
			}
		}
		return ""
	}
	for _, form := range longForm {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}
