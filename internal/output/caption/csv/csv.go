// Package csv writes captions as tables for spreadsheets and scripts.
package csv

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
)

// Format is the output format "csv": values parted by commas (RFC 4180).
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "csv", Suffix: "csv", MediaType: "text/csv; charset=utf-8; header=present", Caption: true,
		Summary: "captions as a table, with words where they are asked for",
	}
}

// Write implements output.Format. See write.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	return write(ctx, dst, &e, ',', true)
}

// Tabs is the output format "tsv": values parted by tabs, of which there are none
// inside. A value that holds a quotation mark is quoted as in CSV: spreadsheets and
// table libraries, which take one at the start of a value for such quoting, read it
// right.
type Tabs struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Tabs) Info() output.Info {
	return output.Info{
		Name: "tsv", Suffix: "tsv", MediaType: "text/tab-separated-values; charset=utf-8", Caption: true,
		Summary: "captions as a table parted by tabs, with words where they are asked for",
	}
}

// Write implements output.Format. See write.
func (Tabs) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	return write(ctx, dst, &e, '\t', false)
}

// Columns are the names in the first row.
//
//	kind       "cue", or with Captions.Words also "word": the rows of a cue's words follow it
//	cue        the cue's number, from 1
//	word       the word's number in the cue, from 1; empty for a cue
//	sentence   the sentence's number in this file, from 1
//	chapter    the chapter's number
//	title      of the chapter
//	start, end in seconds, to the nearest millisecond
//	lang       BCP 47
//	speaker    where the captions name it
//	timing     where words' times are from: "engine", "aligned", "estimated"
//	text       on one line
var Columns = []string{"kind", "cue", "word", "sentence", "chapter", "title", "start", "end", "lang", "speaker", "timing", "text"}

// write writes a row a cue and a word. Texts are made harmless, see cell. Line
// breaks inside a cue are lost.
func write(ctx context.Context, dst io.Writer, e *output.Edition, comma rune, crlf bool) error {
	w := cuefile.New(ctx, dst)
	rows := csv.NewWriter(w)
	rows.Comma, rows.UseCRLF = comma, crlf
	w.Fail(rows.Write(Columns))
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	var join cuefile.Joiner
	sentence := 0
	for c := range w.Cues(e, e.Captions) {
		if c.First {
			sentence++
		}
		start, end := ms.Of(c.Span)
		chapter := &e.Timeline.Chapters[c.Chapter]
		line := join.Line(c)
		row := []string{
			"cue", strconv.Itoa(c.Number), "", strconv.Itoa(sentence), strconv.Itoa(chapter.Number), cell(caption.Line(chapter.Title)),
			cuefile.Seconds(start), cuefile.Seconds(end), cell(caption.Line(c.Lang)), cell(c.Speaker), string(c.Sentence.Timing), cell(line.Text),
		}
		w.Fail(rows.Write(row))
		if !e.Captions.Words {
			continue
		}
		row[0] = "word"
		for i, word := range line.Words {
			row[2] = strconv.Itoa(i + 1)
			row[6] = cuefile.Seconds(cuefile.Within(ms.Rate.Milliseconds(word.Span.Start), start, end))
			row[7] = cuefile.Seconds(cuefile.Within(ms.Rate.Milliseconds(word.Span.End), start, end))
			row[11] = cell(line.Text[word.Lo:word.Hi])
			w.Fail(rows.Write(row))
		}
	}
	rows.Flush()
	w.Fail(rows.Error())
	return w.End()
}

// formula begins what spreadsheets compute (OWASP, "CSV Injection"), the wide ones
// with some of them too.
const formula = "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20"

// cell is a text that no spreadsheet takes for a formula: an apostrophe stands
// before one that begins like one. So that it can be taken away again by rule, it
// also stands before apostrophes that such a sign follows.
func cell(text string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, "' \u00A0"))
	if text != "" && strings.ContainsRune(formula, first) {
		return "'" + text
	}
	return text
}
