package strictyaml

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// OneOf finds wrong what is none of the names.
func OneOf(names ...string) func(string) string {
	return func(s string) string {
		if slices.Contains(names, s) {
			return ""
		}
		return fmt.Sprintf("%.100q is none of %s", s, strings.Join(names, ", "))
	}
}

// Short finds wrong what is longer than so many bytes, or holds a control
// character.
func Short(most int) func(string) string {
	return func(s string) string {
		if len(s) > most {
			return fmt.Sprintf("is longer than %d bytes", most)
		}
		if strings.ContainsFunc(s, unicode.IsControl) {
			return "holds a control character"
		}
		return ""
	}
}

// Filled finds an empty text wrong, and what problem does.
func Filled(problem func(string) string) func(string) string {
	return func(s string) string {
		if s == "" {
			return "is empty"
		}
		return problem(s)
	}
}
