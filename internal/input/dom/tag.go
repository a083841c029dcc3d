package dom

import (
	"strconv"
	"strings"
)

// Tag writes the start tag of an element that stands for what is at byte off of
// the file: what Mark does with it, for writers that make tags by the thousand.
// attributes is as in HTML (` href="…"`), or "".
func Tag(w *strings.Builder, name, attributes string, off int) {
	w.WriteString("<" + name)
	if !formatting[name] {
		w.WriteString(" " + markAttr + `="` + strconv.Itoa(off) + `"`)
	}
	w.WriteString(attributes + ">")
}
