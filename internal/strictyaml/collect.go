package strictyaml

import (
	"fmt"
	"regexp"
)

// Whole reads a whole number within [lo, hi].
func (d *Decoder) Whole(dst *int, lo, hi int) Field {
	return func(key string, n Node) {
		f := float64(lo)
		d.Number(&f, float64(lo), float64(hi))(key, n)
		if f != float64(int(f)) {
			d.Fail(n, key, "%v is not a whole number", f)
		}
		*dst = int(f)
	}
}

// OneNumber adds to fields those of names, numbers within [lo, hi] of which one
// alone may stand: its name goes to which and its value to dst.
func (d *Decoder) OneNumber(fields map[string]Field, names []string, which *string, dst *float64, lo, hi float64) {
	for _, name := range names {
		fields[name] = func(key string, n Node) {
			if *which != "" {
				d.Fail(n, key, "%s and %s exclude each other", *which, name)
			}
			*which = name
			d.Number(dst, lo, hi)(key, n)
		}
	}
}

// Texts reads a list of at most so many texts, each of which problem finds
// nothing wrong with.
func (d *Decoder) Texts(dst *[]string, most int, problem func(string) string) Field {
	return func(key string, n Node) {
		*dst = []string{}
		d.List(n, key, "texts", func(n Node) {
			s := ""
			d.Text(&s, problem)(key, n)
			if *dst = append(*dst, s); len(*dst) > most {
				d.Fail(n, key, "more than %d", most)
			}
		})
	}
}

// Pairs reads a mapping of at most so many texts, in its order.
func (d *Decoder) Pairs(dst *[][2]string, most int, nameProblem, valueProblem func(string) string) Field {
	return func(key string, n Node) {
		*dst = [][2]string{}
		d.Entries(n, key, nameProblem, func(name, key string, n Node) {
			s := ""
			d.Text(&s, valueProblem)(key, n)
			if *dst = append(*dst, [2]string{name, s}); len(*dst) > most {
				d.Fail(n, key, "more than %d", most)
			}
		})
	}
}

// maxPattern is the longest regular expression in bytes.
const maxPattern = 1000

// Pattern reads a regular expression (RE2) that has those groups; a whole one
// matches all of a text.
func (d *Decoder) Pattern(dst **regexp.Regexp, whole bool, groups ...string) Field {
	return func(key string, n Node) {
		s := ""
		d.Text(&s, func(s string) string {
			if s == "" || len(s) > maxPattern {
				return fmt.Sprintf("is empty or longer than %d bytes", maxPattern)
			}
			return ""
		})(key, n)
		if d.Failed() {
			return
		}
		re, err := regexp.Compile(s)
		if err == nil && whole {
			re, err = regexp.Compile(`^(?:` + s + `)$`)
		}
		if err != nil {
			d.Fail(n, key, "%w", err)
			return
		}
		for _, g := range groups {
			if re.SubexpIndex(g) < 0 {
				d.Fail(n, key, "has no group (?P<%s>…)", g)
			}
		}
		*dst = re
	}
}
