package caption_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"narrate/internal/output/caption"
)

var update = flag.Bool("update", false, "write what is printed into docs/captions.md")

const docs = "../../../docs/captions.md"

// TestDocs holds the layouts that the documentation shows against what comes
// out: the articles said at 15 columns a second, words in proportion.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, c := range []struct {
		file, lang string
		sentences  int
	}{{"leuchtturm.de.txt", "de", 26}, {"night-train.en.txt", "en", 26}} {
		article, err := os.ReadFile("../../../examples/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		line := spoken(c.lang, 24000, 15, sentences(string(article), c.lang)[:c.sentences])
		for _, profile := range []string{"netflix", "podcast"} {
			head := fmt.Sprintf("### `%s`, %s\n\n", c.file, profile)
			lo := strings.Index(text, head)
			if lo < 0 {
				t.Fatalf("there is no %q", head)
			}
			lo += len(head)
			hi := len(text)
			if n := strings.Index(text[lo:], "\n#"); n >= 0 {
				hi = lo + n
			}
			want := block(laid(line, find(t, profile)))
			if got := text[lo:hi]; got != want && !*update {
				t.Errorf("%s, %s: shown\n%s\nwant\n%s", c.file, profile, got, want)
			}
			text = text[:lo] + want + text[hi:]
		}
	}
	if *update {
		if err := os.WriteFile(docs, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range caption.Names() {
		if !strings.Contains(text, "| `"+name+"` |") {
			t.Errorf("the profile %s is not told", name)
		}
	}
	for _, key := range caption.Keys() {
		if !strings.Contains(text, "| `"+key+"` |") {
			t.Errorf("the key %s is not told", key)
		}
	}
}

// block prints captions as an indented block, an empty line between two.
func block(cues []caption.Cue) string {
	var b strings.Builder
	for i, c := range cues {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, l := range c.Lines {
			b.WriteString("    " + l.Text + "\n")
		}
	}
	return b.String()
}
