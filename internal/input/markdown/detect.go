package markdown

import (
	"regexp"
	"strings"

	"narrate/internal/input"
)

// sample is how much of a source is looked at.
const sample = 64 << 10

// Detect goes by the name first. Text without a name is Markdown if two kinds of
// its signs are in it that nothing else has; plain text with a heading or some
// asterisks is not, as the reader of plain text knows those.
func (f Format) Detect(src input.Source) input.Confidence {
	switch {
	case input.Binary(src.Data) != "":
		return input.None
	case f.Info().Named(src.Name):
		return input.Named
	case strings.HasPrefix(src.MediaType, "text/markdown"):
		return input.Named
	}
	head := strings.TrimPrefix(string(src.Data[:min(len(src.Data), sample)]), "\ufeff")
	if evident(head) {
		return input.Likely
	}
	return input.Possible
}

var (
	evidentHeading = regexp.MustCompile(`^#{2,6} +[\pL\pN\[` + "`" + `*]`)
	evidentTable   = regexp.MustCompile(`^ {0,3}\|?[ \t]*:?-{3,}:?[ \t]*(\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$`)
	evidentRef     = regexp.MustCompile(`^ {0,3}\[[^\]]+\]:[ \t]+(<|https?://|[./#]\S)`)
	evidentLink    = regexp.MustCompile(`\[[^\[\]\n]+\]\((https?://|mailto:|[./#]|[\w/.-]+\.(md|html?|png|jpe?g|svg|gif|txt|pdf)\b)[^()\s]*\)`)
	evidentStrong  = regexp.MustCompile(`\*\*[\pL\pN"„“][^*\n]*\*\*`)
)

// evident reports whether a text has the signs of Markdown.
func evident(text string) bool {
	meta, _, end := frontMatter(text)
	kinds, score := 0, 0
	found := func(n, each int) {
		if n > 0 {
			kinds++
			score += min(n, 3) * each
		}
	}
	if end > meta {
		found(1, 3)
	}
	lines := strings.Split(normal(text[end:]), "\n")
	headings, tables, refs, fences := 0, 0, 0, 0
	blank := func(i int) bool { return i < 0 || strings.TrimSpace(lines[i]) == "" }
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "#"):
			if blank(i-1) && evidentHeading.MatchString(line) {
				headings++
			}
		case strings.HasPrefix(line, "```"):
			fences++
		case strings.Contains(line, "---") && evidentTable.MatchString(line):
			tables++
		case strings.Contains(line, "]:") && evidentRef.MatchString(line):
			refs++
		}
	}
	links := len(evidentLink.FindAllStringIndex(text, 4))
	found(headings, 2)
	found(tables, 3)
	found(refs, 2)
	found(fences/2, 3)
	found(links, 3)
	found(len(evidentStrong.FindAllStringIndex(text, 4)), 1)
	return kinds >= 2 && score >= 5 || headings >= 3 || links >= 3
}
