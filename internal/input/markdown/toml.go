package markdown

import (
	"strconv"
	"strings"
)

// readTOML reads the keys of the top level of a TOML document (TOML 1.0.0) with
// their strings, dates and numbers as written, and lists of those. What stands
// under a table's name is not of the top level, and inline tables are not read.
// bad is told what is no TOML, once.
func readTOML(text string, set func(key string, values []string), bad func(at int, what string)) {
	t := toml{text: text}
	for t.white(true); t.at < len(text); t.white(true) {
		if text[t.at] == '[' {
			return // a table: all that follows is inside one
		}
		start := t.at
		key, ok := t.key()
		if !ok {
			bad(start, "not a TOML key and its value")
			return
		}
		var values []string
		if values, ok = t.value(0); !ok {
			bad(start, "not a TOML value: "+key)
			return
		}
		t.white(false)
		if t.at < len(text) && text[t.at] != '\n' && text[t.at] != '\r' {
			bad(t.at, "more than a TOML value: "+key)
			return
		}
		set(key, values)
	}
}

type toml struct {
	text string
	at   int
}

// white goes past white space and comments, and with lines past line ends.
func (t *toml) white(lines bool) {
	for t.at < len(t.text) {
		switch c := t.text[t.at]; {
		case c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'):
			t.at++
		case c == '#':
			t.at = t.lineEnd()
		default:
			return
		}
	}
}

func (t *toml) lineEnd() int {
	if i := strings.IndexAny(t.text[t.at:], "\r\n"); i >= 0 {
		return t.at + i
	}
	return len(t.text)
}

// key reads a key and the sign behind it.
func (t *toml) key() (string, bool) {
	line := t.text[t.at:t.lineEnd()]
	if line[0] == '"' || line[0] == '\'' {
		key, ok := t.quoted()
		t.white(false)
		if !ok || !strings.HasPrefix(t.text[t.at:], "=") {
			return "", false
		}
		t.at++
		return key, true
	}
	key, _, ok := strings.Cut(line, "=")
	name := strings.TrimSpace(key)
	if !ok || name == "" || strings.ContainsAny(name, " \t{}[],") {
		return "", false
	}
	t.at += len(key) + 1
	return name, true
}

// maxArrays bounds the nesting of lists.
const maxArrays = 20

// value reads a value; of an inline table nothing is read.
func (t *toml) value(depth int) (values []string, ok bool) {
	t.white(false)
	if t.at >= len(t.text) || depth > maxArrays {
		return nil, false
	}
	switch c := t.text[t.at]; c {
	case '"', '\'':
		s, ok := t.quoted()
		return []string{s}, ok
	case '[':
		t.at++
		for {
			if t.white(true); t.at >= len(t.text) {
				return nil, false
			}
			if t.text[t.at] == ']' {
				t.at++
				return values, true
			}
			more, ok := t.value(depth + 1)
			if !ok {
				return nil, false
			}
			values = append(values, more...)
			if t.white(true); strings.HasPrefix(t.text[t.at:], ",") {
				t.at++
			} else if !strings.HasPrefix(t.text[t.at:], "]") {
				return nil, false
			}
		}
	case '{':
		for open := 0; t.at < len(t.text); {
			switch t.text[t.at] {
			case '"', '\'':
				if _, ok := t.quoted(); !ok {
					return nil, false
				}
				continue
			case '{':
				open++
			case '}':
				open--
			}
			if t.at++; open == 0 {
				return nil, true
			}
		}
		return nil, false
	}
	end := t.lineEnd()
	if i := strings.IndexAny(t.text[t.at:end], ",]#}"); i >= 0 {
		end = t.at + i
	}
	s := strings.TrimSpace(t.text[t.at:end])
	t.at = end
	return []string{s}, s != ""
}

// quoted reads a string in any of the four forms.
func (t *toml) quoted() (string, bool) {
	quote := t.text[t.at : t.at+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(t.text[t.at:], triple) {
		rest := t.text[t.at+3:]
		i := strings.Index(rest, triple)
		if i < 0 {
			return "", false
		}
		t.at += 3 + i + 3
		return strings.TrimPrefix(strings.TrimPrefix(rest[:i], "\r"), "\n"), true
	}
	line := t.text[t.at:t.lineEnd()]
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quote == `"`:
			i++
		case line[i] == quote[0]:
			t.at += i + 1
			if quote == `'` {
				return line[1:i], true
			}
			s, err := strconv.Unquote(line[:i+1])
			return s, err == nil
		}
	}
	return "", false
}
