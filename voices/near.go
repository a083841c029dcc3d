package voices

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNear is how many names Near gives.
const maxNear = 6

// Near gives those of names, up to six, that a user who wrote name may have
// meant, the most alike first: names that begin with it, that it begins with up
// to a sign ("de" for "de-AT"), or that are at most a typing error apart. Case
// and the choice between "_" and "-" do not matter.
func Near(name string, names []string) []string {
	want := fold(name)
	if want == "" || len(want) > 2*maxName {
		return nil
	}
	var near []string
	apart := map[string]int{}
	for _, n := range names {
		have := fold(n)
		if !isNear(have, want) {
			continue
		}
		if _, twice := apart[n]; !twice {
			near = append(near, n)
			apart[n] = distance(have, want)
		}
	}
	slices.SortFunc(near, func(a, b string) int { return cmp.Or(apart[a]-apart[b], strings.Compare(a, b)) })
	return near[:min(maxNear, len(near))]
}

func fold(name string) string { return strings.ReplaceAll(strings.ToLower(name), "_", "-") }

// isNear reports whether a user who wrote want may have meant have.
func isNear(have, want string) bool {
	if have == "" {
		return false
	}
	if strings.HasPrefix(have, want) {
		return true
	}
	if rest, ok := strings.CutPrefix(want, have); ok {
		next, _ := utf8.DecodeRuneInString(rest)
		if !unicode.IsLetter(next) {
			return true
		}
	}
	return len(have) > 2 && distance(have, want) <= 1+len(have)/8
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := corner
			if a[i] != b[j] {
				next = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
