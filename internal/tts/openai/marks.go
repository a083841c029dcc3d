package openai

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// stamp is a word as Kokoro-FastAPI reports it (WordTimestamp of its schema).
// Its words are of the text that it has normalised ("Dr." is "Doctor", "12" two
// words or one), and signs count as words.
type stamp struct {
	Word  string  `json:"word"`
	Start float64 `json:"start_time"` // seconds
}

// token is a word of the text.
type token struct {
	lo, hi int
	bare   string // in small letters, without signs
}

// tokens are the words of a text: what stands between white space, without the
// signs around it.
func tokens(text string) []token {
	var all []token
	for at := 0; at < len(text); {
		word := text[at:]
		if i := strings.IndexFunc(word, unicode.IsSpace); i >= 0 {
			word = word[:i]
		}
		sign := func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) }
		left := strings.TrimLeftFunc(word, sign)
		lo := at + len(word) - len(left)
		inner := strings.TrimRightFunc(left, sign)
		if inner != "" {
			all = append(all, token{lo, lo + len(inner), bare(inner)})
		}
		at += len(word)
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return all
}

// bare is a word in small letters, its letters and digits alone.
func bare(word string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.In(r, unicode.L, unicode.N, unicode.M) {
			return -1
		}
		return unicode.ToLower(r)
	}, word)
}

// maxCells bounds the table of an alignment: some 2,000 words by as many.
const maxCells = 4 << 20

// place gives the words of a text the times of the service's words. The longest
// sequence that both have in common ties them together; what lies between two
// such words, and is written and spoken in different words, is marked where its
// first spoken word starts, or word by word where the numbers are the same. What
// does not fit gets no mark.
func place(text string, stamps []stamp, rate pcm.Hz, frames int64) []tts.Mark {
	words := tokens(text)
	var said []stamp
	for _, s := range stamps {
		if s.Word = bare(s.Word); s.Word != "" && s.Start >= 0 && s.Start < math.MaxInt32 {
			said = append(said, s)
		}
	}
	if len(words)*len(said) > maxCells {
		return nil
	}
	var marks []tts.Mark
	mark := func(w token, s stamp) {
		frame := int64(math.Round(s.Start * float64(rate)))
		if frame >= frames || len(marks) > 0 && frame <= marks[len(marks)-1].Frame {
			return
		}
		marks = append(marks, tts.Mark{Frame: frame, Lo: w.lo, Hi: w.hi})
	}
	i, j := 0, 0
	between := func(toI, toJ int) {
		switch n, m := toI-i, toJ-j; {
		case n == m:
			for k := range n {
				mark(words[i+k], said[j+k])
			}
		case n > 0 && m > 0:
			mark(words[i], said[j])
		}
	}
	for _, pair := range common(words, said) {
		between(pair[0], pair[1])
		mark(words[pair[0]], said[pair[1]])
		i, j = pair[0]+1, pair[1]+1
	}
	between(len(words), len(said))
	return marks
}

// common is the longest common subsequence, as pairs of indices.
func common(words []token, said []stamp) [][2]int {
	n, m := len(words), len(said)
	// best[i*(m+1)+j] is its length for the words from i and j on.
	best := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			at := i*(m+1) + j
			if words[i].bare == said[j].Word {
				best[at] = best[at+m+2] + 1
			} else {
				best[at] = max(best[at+1], best[at+m+1])
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch at := i*(m+1) + j; {
		case words[i].bare == said[j].Word:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case best[at+m+1] >= best[at+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}
