package prose_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/output/prose"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// cues are blocks of one sentence each.
func cues(us ...script.Utterance) []timeline.Cue {
	var out []timeline.Cue
	for i := range us {
		out = append(out, timeline.Cue{Utterance: &us[i]})
	}
	return out
}

// show writes what nodes are: the texts of their blocks in brackets of their kind.
func show(nodes []prose.Node) string {
	var out []string
	for i := range nodes {
		n := &nodes[i]
		inner := show(n.Nodes)
		switch n.Kind {
		case prose.Leaf:
			out = append(out, n.Block.Cues[0].Utterance.Text)
			continue
		case prose.Rows:
			var b strings.Builder
			if n.Block != nil {
				b.WriteString(n.Block.Cues[0].Utterance.Text + " ")
			}
			n.Table.Write(&b, "", func(r *prose.Row) { b.WriteString("<tr>"); r.Write(&b, "", part(&b, r)); b.WriteString("</tr>") })
			inner = strings.ReplaceAll(b.String(), "\n", "")
		}
		kind := [...]string{"leaf", "list", "item", "quote", "figure", "table", "lines"}[n.Kind]
		if n.Numbered {
			kind = "numbers"
		}
		out = append(out, kind+"("+inner+")")
	}
	return strings.Join(out, " ")
}

// part writes a part of a cell with brackets around the words in it.
func part(b *strings.Builder, r *prose.Row) func(p *prose.Part) {
	return func(p *prose.Part) { b.WriteString(r.Block.Cues[p.Cue].Utterance.Text[p.Lo:p.Hi]) }
}

func TestTree(t *testing.T) {
	b := func(kind document.Kind, text string, items ...int) script.Utterance {
		return script.Utterance{Kind: kind, Begins: true, Text: text, Items: items}
	}
	row := func(text string, items ...int) script.Utterance {
		u := b(document.Table, text, items...)
		u.Cells = []document.Cell{{Hi: len(text)}}
		return u
	}
	below := func(u script.Utterance, headings ...string) script.Utterance { u.Headings = headings; return u }
	const item, quote, caption = document.ListItem, document.Quote, document.Caption
	for name, c := range map[string]struct {
		blocks []script.Utterance
		rows   int
		want   string
	}{
		"nothing":                  {},
		"items that nobody counts": {blocks: []script.Utterance{b(item, "a"), b(item, "b"), b(item, "1. c"), b(0, "d")}, want: "list(item(a) item(b)) numbers(item(1. c)) d"},
		"lists in lists":           {blocks: []script.Utterance{b(item, "a", 1), b(item, "b", 1, 2), b(item, "c", 1, 3), b(item, "d", 1), b(item, "e", 4)}, want: "list(item(a list(item(b) item(c)) d) item(e))"},
		"two at once":              {blocks: []script.Utterance{b(item, "a", 1, 2), b(item, "b", 3)}, want: "list(item(list(item(a))) item(b))"},
		"another item's list":      {blocks: []script.Utterance{b(item, "a", 1), b(item, "b", 1, 2), b(item, "c", 3, 4)}, want: "list(item(a list(item(b))) item(list(item(c))))"},
		"numbers in bullets":       {blocks: []script.Utterance{b(item, "a", 1), b(item, "1. b", 1, 2), b(item, "1.1. c", 1, 2, 3), b(item, "(d", 4)}, want: "list(item(a numbers(item(1. b numbers(item(1.1. c))))) item((d))"},
		"other blocks":             {blocks: []script.Utterance{b(item, "a", 1), b(quote, "b", 1), b(document.Code, "c", 1), row("d", 1), b(quote, "e")}, want: "list(item(a quote(b) c table(<tbody><tr><td>d</td></tr></tbody>))) quote(e)"},
		"captions above":           {blocks: []script.Utterance{b(caption, "a"), row("b"), b(caption, "c")}, want: "figure(a table(<tbody><tr><td>b</td></tr></tbody>)) figure(c)"},
		"captions below":           {blocks: []script.Utterance{b(document.Image, "a"), b(caption, "b"), b(caption, "c")}, want: "figure(a b c)"},
		"no cells":                 {blocks: []script.Utterance{row("a"), b(document.Table, "b")}, want: "lines(a b)"},
		"many rows":                {blocks: []script.Utterance{row("a"), row("b"), row("c")}, rows: 2, want: "table(<tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody>) table(<tbody><tr><td>c</td></tr></tbody>)"},
		"headings": {
			blocks: []script.Utterance{row("a"), below(row("b"), "", "x<"), row("c")},
			want:   `table(<tbody><tr><td>a</td></tr></tbody>) table(<thead><tr><td></td><th scope="col">x&lt;</th></tr></thead><tbody><tr><td>b</td></tr><tr><td>c</td></tr></tbody>)`,
		},
		"announced": {
			blocks: []script.Utterance{row("a"), {Kind: document.Table, Begins: true, Text: "b", Rows: []script.Row{{Text: "x", Cells: []document.Cell{{Hi: 1, Header: true}}}, {Text: "<"}, {Text: "y"}, {Text: "z"}}}, b(caption, "c")},
			rows:   2,
			want:   `table(<tbody><tr><td>a</td></tr></tbody>) figure(table(b <thead><tr><th scope="col">x</th></tr></thead><tbody><tr><td>&lt;</td></tr><tr><td>y</td></tr></tbody>) table(<tbody><tr><td>z</td></tr></tbody>) c)`,
		},
		"announced, headings alone": {
			blocks: []script.Utterance{{Kind: document.Table, Begins: true, Text: "b", Rows: []script.Row{{Text: "x", Cells: []document.Cell{{Hi: 1, Header: true}}}}}},
			want:   `table(b <tbody><tr><th scope="row">x</th></tr></tbody>)`,
		},
	} {
		if c.rows == 0 {
			c.rows = math.MaxInt
		}
		if got := show(prose.Tree(prose.Blocks(cues(c.blocks...)), c.rows)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{
		"1. Mehl": "1. ", "12) Mehl": "12) ", "a) Mehl": "a) ", "xiv. Mehl": "xiv. ", "IV) Mehl": "IV) ", "1.2.3. Mehl": "1.2.3. ", "\u2013 Mehl": "\u2013 ",
		"3.5 Liter": "", "Mehl": "", "12345. Mehl": "", "Er. Sie": "", "1.Mehl": "",
	} {
		if got := prose.Number(text); got != want {
			t.Errorf("%q has the number %q, want %q", text, got, want)
		}
	}
}

func TestCells(t *testing.T) {
	cell := func(column, lo, hi int) document.Cell { return document.Cell{Column: column, Lo: lo, Hi: hi} }
	joined := script.Utterance{Text: "Kim \u00B7 3", Cells: []document.Cell{cell(0, 0, 3), cell(2, 7, 8)}}
	for name, c := range map[string]struct {
		row  []script.Utterance
		want string
	}{
		"several cells in a sentence": {[]script.Utterance{joined}, "<td>Kim</td><td></td><td>3</td>"},
		"sentences in a cell": {
			[]script.Utterance{joined, {Text: "A.", Cells: []document.Cell{cell(3, 0, 2)}}, {Text: "B.", Cells: []document.Cell{cell(3, 0, 2)}}},
			"<td>Kim</td><td></td><td>3</td><td>A. B.</td>",
		},
		"none":             {[]script.Utterance{{Text: "A."}}, ""},
		"words in no cell": {[]script.Utterance{{Text: "a b", Cells: []document.Cell{cell(0, 0, 1)}}}, ""},
		"beyond the text":  {[]script.Utterance{{Text: "a", Cells: []document.Cell{cell(0, 0, 9)}}}, ""},
		"backwards":        {[]script.Utterance{joined, joined}, ""},
		"far out":          {[]script.Utterance{{Text: "a", Cells: []document.Cell{cell(1<<20, 0, 1)}}}, strings.Repeat("<td></td>", 200) + "<td>a</td>"},
	} {
		for i := range c.row {
			c.row[i].Kind, c.row[i].Begins = document.Table, i == 0
		}
		want := "lines(" + c.row[0].Text + ")"
		if c.want != "" {
			want = "table(<tbody><tr>" + c.want + "</tr></tbody>)"
		}
		if got := show(prose.Tree(prose.Blocks(cues(c.row...)), math.MaxInt)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

var (
	rowElement  = regexp.MustCompile(`<tr>(.*?)</tr>`)
	cellElement = regexp.MustCompile(`<td(?: colspan="(\d+)")?(?: rowspan="(\d+)")?>(.*?)</td>`)
)

// TestSpans: whatever cells say that they cover, each stands in its column, none
// overlaps another, and none reaches out of the table.
func TestSpans(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		rows, columns := 1+random.IntN(6), 1+random.IntN(6)
		var of []script.Row
		widest := 0
		for range rows {
			var r script.Row
			for column := range columns {
				if random.IntN(3) == 0 {
					continue
				}
				lo := len(r.Text)
				r.Text += fmt.Sprint("c", column)
				r.Cells = append(r.Cells, document.Cell{Lo: lo, Hi: len(r.Text), Column: column, Columns: random.IntN(5), Rows: random.IntN(5)})
				widest = max(widest, column+1)
			}
			of = append(of, r)
		}
		var b strings.Builder
		prose.WriteShown(&b, of)
		taken := map[[2]int]bool{} // HTML, section 4.9.12, "forming a table"
		places := map[[2]int]string{}
		for y, tr := range rowElement.FindAllStringSubmatch(b.String(), -1) {
			x := 0
			for _, td := range cellElement.FindAllStringSubmatch(tr[1], -1) {
				for taken[[2]int{x, y}] {
					x++
				}
				width, height := 1, 1
				if td[1] != "" {
					width, _ = strconv.Atoi(td[1])
				}
				if td[2] != "" {
					height, _ = strconv.Atoi(td[2])
				}
				if td[3] != "" {
					places[[2]int{x, y}] = td[3]
				}
				for i := range width * height {
					at := [2]int{x + i%width, y + i/width}
					if taken[at] || at[0] >= max(widest, 1) || at[1] >= rows {
						t.Fatalf("%v\n%s: a cell reaches to %v", of, b.String(), at)
					}
					taken[at] = true
				}
				x += width
			}
		}
		for y, r := range of {
			for _, c := range r.Cells {
				if got, want := places[[2]int{c.Column, y}], r.Text[c.Lo:c.Hi]; got != want {
					t.Fatalf("%v\n%s: in row %d column %d stands %q, want %q", of, b.String(), y, c.Column, got, want)
				}
			}
		}
	}
}
