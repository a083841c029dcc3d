package script

import (
	"fmt"
	"slices"
	"strings"

	"narrate/internal/document"
	"narrate/voices"
)

// section is blocks [first, last) of the document: a chapter, if anything of it
// is spoken.
type section struct {
	first, last   int
	title         string
	level, number int
	voice         *voices.Voice // its own; nil for none
}

// isHeading reports whether a block is a heading with words. One of signs alone
// ("* * *") is a scene break.
func isHeading(block *document.Block) bool {
	return block.Kind == document.Heading && hasSound(block.Text)
}

// opens reports whether a heading opens a chapter, where the source has no
// table of contents of its own.
func opens(block *document.Block) bool {
	return isHeading(block) && !quoted(block) && !block.Aside && block.Note == 0
}

// headsNotes reports whether the heading that blocks begin with stands above
// notes alone, which are spoken elsewhere or not at all.
// So does an empty one with a name for it, as where a format collects its notes
// at the end.
func headsNotes(blocks []document.Block) bool {
	named := notesTitles[strings.ToLower(plain(blocks[0].Text))]
	for i := range blocks[1:] {
		if block := &blocks[1+i]; opens(block) {
			return i > 0 || named && block.Level <= blocks[0].Level
		} else if block.Note == 0 && block.Kind != document.Break {
			return false
		}
	}
	return len(blocks) > 1 || named
}

// notesTitles are the headings, in lower case, that sections of notes have.
var notesTitles = map[string]bool{
	"anmerkungen": true, "fußnoten": true, "endnoten": true, "einzelnachweise": true,
	"notes": true, "footnotes": true, "endnotes": true, "notes de bas de page": true,
	"notas": true, "notas al pie": true, "note": true, "note a piè di pagina": true,
	"noten": true, "voetnoten": true, "przypisy": true, "примечания": true, "сноски": true, "脚注": true, "注释": true, "注": true,
}

// quoted reports whether a block belongs to a quotation.
func quoted(block *document.Block) bool { return block.Quoted || block.Kind == document.Quote }

// sections divides the document where its table of contents says, else at the
// headings. What stands before the first is a section of level 0 named after
// the article, unless that is the article's title alone, or a line above a
// heading that is the title.
func (b *builder) sections() []section {
	blocks := b.doc.Blocks
	var all []section
	open := func(first, level int, title string) {
		if n := len(all); n > 0 && first <= all[n-1].first || first >= len(blocks) {
			return
		}
		all = append(all, section{first: first, title: title, level: max(1, level)})
	}
	if b.doc.Chapters != nil {
		for _, c := range b.doc.Chapters {
			title := plain(c.Title)
			if title == "" {
				title = b.script.Title
			}
			open(max(0, c.Block), c.Level, title)
		}
	} else {
		for i := range blocks {
			if opens(&blocks[i]) && !headsNotes(blocks[i:]) {
				title := plain(without(&blocks[i], b.undescribed(&blocks[i])).Text)
				if !hasSound(title) {
					title = plain(blocks[i].Text)
				}
				open(i, blocks[i].Level, title)
			}
		}
	}
	switch {
	case len(blocks) == 0:
	case len(all) == 0 || introduces(blocks[:all[0].first]) && !b.kicks(all[0]):
		all = slices.Insert(all, 0, section{title: b.script.Title})
	default:
		all[0].first = 0
	}
	for i := range all {
		all[i].number, all[i].last = i+1, len(blocks)
		if i+1 < len(all) {
			all[i].last = all[i+1].first
		}
	}
	return all
}

// maxKicker is how long, in bytes, a line above the headline can be.
const maxKicker = 200

// kicks reports whether what stands before a section is a line above the
// article's headline, with which it begins.
func (b *builder) kicks(s section) bool {
	length := 0
	for i := range b.doc.Blocks[:s.first] {
		length += len(b.doc.Blocks[i].Text)
	}
	return b.doc.Title != "" && s.title == b.script.Title && length <= maxKicker
}

// introduces reports whether blocks hold more to say than the article's title.
func introduces(blocks []document.Block) bool {
	return slices.ContainsFunc(blocks, func(b document.Block) bool {
		return b.Kind != document.Title && b.Kind != document.Break && hasSound(b.Text)
	})
}

// topLevel is the level of the highest chapters.
func topLevel(sections []section) int {
	top := 0
	for _, s := range sections {
		if s.level > 0 && (top == 0 || s.level < top) {
			top = s.level
		}
	}
	return top
}

// selected gives the sections that are to be spoken, and lists the others.
func (b *builder) selected(all []section) ([]section, error) {
	if b.opts.Chapters == nil || len(all) == 0 {
		return all, nil
	}
	var chosen []section
	for _, s := range all {
		if InRanges(b.opts.Chapters, s.number) {
			chosen = append(chosen, s)
			continue
		}
		b.skip(s.title, fmt.Sprintf("chapter %d is not selected", s.number), b.doc.Blocks[s.first].Pos())
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("none of its chapters is selected; it has %d, counted from 1", len(all))
	}
	return chosen, nil
}

// fileOrder sorts what is skipped as the source has it: by file in the order of
// reading, then by place.
func (b *builder) fileOrder() func(x, y Skip) int {
	order := map[string]int{}
	meet := func(file string) {
		if _, ok := order[file]; !ok {
			order[file] = len(order)
		}
	}
	for i := range b.doc.Blocks {
		for j := range b.doc.Blocks[i].Anchors {
			meet(b.doc.Blocks[i].Anchors[j].Pos.File)
		}
	}
	for i := range b.doc.Dropped {
		meet(b.doc.Dropped[i].Pos.File)
	}
	return func(x, y Skip) int {
		if x.Pos.File != y.Pos.File {
			return order[x.Pos.File] - order[y.Pos.File]
		}
		switch {
		case x.Pos.Offset < y.Pos.Offset:
			return -1
		case x.Pos.Offset > y.Pos.Offset:
			return 1
		}
		return 0
	}
}
