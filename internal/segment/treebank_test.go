package segment

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// goldenCase is a case of the published Golden Rules.
type goldenCase struct {
	Lang, Text string
	Sentences  []string
}

// treebank is a part of a Universal Dependencies treebank: documents of
// sentences, each with the white space that follows it.
type treebank struct {
	Name, Lang string
	Docs       [][][2]string
}

// load reads a file of the folder that SEGBENCH_DATA names; without it the test
// is skipped, for the texts are not the project's to ship.
func load(t *testing.T, name string, into any) {
	t.Helper()
	dir := os.Getenv("SEGBENCH_DATA")
	if dir == "" {
		t.Skip("SEGBENCH_DATA names no folder of test texts")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// boundaries returns where sentences end, counted in characters that are no
// white space, without the end of the text.
func boundaries(sentences []string) map[int]bool {
	b, at := map[int]bool{}, 0
	for _, s := range sentences {
		for _, r := range s {
			if !unicode.IsSpace(r) && r != '\u200b' && r != '\ufeff' {
				at++
			}
		}
		b[at] = true
	}
	delete(b, at)
	return b
}

// misses counts the boundaries that are in one of two sets only.
func misses(a, b map[int]bool) int {
	n := 0
	for p := range a {
		if !b[p] {
			n++
		}
	}
	for p := range b {
		if !a[p] {
			n++
		}
	}
	return n
}

func TestGoldenRules(t *testing.T) {
	var cases []goldenCase
	load(t, "golden.json", &cases)
	for _, c := range cases {
		if _, own := languages[c.Lang]; !own {
			continue
		}
		if got := pieces(c.Text, Split(c.Text, c.Lang)); misses(boundaries(c.Sentences), boundaries(got)) > 0 {
			t.Errorf("%s: got %q, want %q", c.Lang, got, c.Sentences)
		}
	}
}

// TestTreebanks holds the errors, one paragraph a call, against those of the
// best other splitter (docs/segmentation.md), and the properties against the
// texts.
func TestTreebanks(t *testing.T) {
	best := map[string]int{
		"de_gsd-dev": 16, "en_ewt-dev": 262, "fr_gsd-dev": 27, "fr_sequoia-dev": 5, "es_gsd-dev": 13, "nl_alpino-dev": 69,
		"nl_lassysmall-dev": 28, "ru_gsd-dev": 15, "ru_taiga-dev": 677, "zh_gsdsimp-dev": 2, "ja_gsd-dev": 13,
	}
	var banks []treebank
	load(t, "treebanks.json", &banks)
	for _, bank := range banks {
		errors, total, again := 0, 0, 0
		for _, paragraph := range bank.paragraphs() {
			text := ""
			for _, s := range paragraph {
				text += s[0] + s[1]
			}
			spans := Split(text, bank.Lang)
			checkSpans(t, text, bank.Lang, spans)
			var want []string
			for _, s := range paragraph {
				want = append(want, s[0])
			}
			got := pieces(text, spans)
			errors += misses(boundaries(want), boundaries(got))
			total += len(got)
			for _, s := range got {
				if len(Split(s, bank.Lang)) != 1 {
					again++
				}
			}
		}
		t.Logf("%s: %d errors in %d sentences, %d of them split again", bank.Name, errors, total, again)
		if most, ok := best[bank.Name]; ok && errors >= most {
			t.Errorf("%s: %d errors, the best other has %d", bank.Name, errors, most)
		}
		if again*200 > total {
			t.Errorf("%s: %d of %d sentences are split again", bank.Name, again, total)
		}
	}
}

// paragraphs returns the treebank's paragraphs: as it records them, or, where it
// records none, each sentence without a final mark as a paragraph of its own.
func (b treebank) paragraphs() (ps [][][2]string) {
	recorded := false
	for _, doc := range b.Docs {
		for _, s := range doc {
			recorded = recorded || strings.Contains(s[1], "\n")
		}
	}
	for _, doc := range b.Docs {
		var p [][2]string
		end := func() {
			if len(p) > 0 {
				ps = append(ps, p)
			}
			p = nil
		}
		for _, s := range doc {
			bare := !recorded && !finished(s[0])
			if bare {
				end()
			}
			if p = append(p, s); bare || strings.Contains(s[1], "\n\n") {
				end()
			}
		}
		end()
	}
	return ps
}

// finished reports that a sentence ends in a terminal mark, with what closes
// after it.
func finished(s string) bool {
	s = strings.TrimRightFunc(s, func(r rune) bool { return unicode.IsSpace(r) || sideOf(r) != notQuote || r == '*' })
	if s == "" {
		return false
	}
	r, _ := runeBefore(s, len(s))
	return isTerminal(r)
}
