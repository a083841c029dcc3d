package process

import (
	"fmt"
	"strings"
	"sync"
	"unicode"
)

// tailSize is how many bytes of messages a Tail keeps.
const tailSize = 2048

// Tail is a Writer that keeps the end of what is written to it: a program's
// standard error. The zero value is ready. It is safe for concurrent use.
type Tail struct {
	mu   sync.Mutex
	kept []byte
	cut  bool
}

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if n > tailSize {
		p, t.cut = p[n-tailSize:], true
	}
	if over := len(t.kept) + len(p) - tailSize; over > 0 {
		t.kept, t.cut = t.kept[:copy(t.kept, t.kept[over:])], true
	}
	t.kept = append(t.kept, p...)
	return n, nil
}

// Note is what was kept as the end of an error, on one line and in quotation
// marks, `; it said: "…"`, or nothing if nothing was said. Invalid UTF-8 and
// characters that a terminal would obey are escaped or replaced.
func (t *Tail) Note() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(t.kept), "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if text == "" {
		return ""
	}
	if t.cut {
		text = "… " + text
	}
	return fmt.Sprintf("; it said: %q", text)
}
