package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"narrate/internal/input"
	"narrate/internal/segment"
)

// The batch protocol: texts separated by a record separator go in; out come
// every sentence followed by NUL, and every text by a record separator.
const (
	recordSeparator   = '\x1e'
	sentenceSeparator = '\x00'
)

// segmentFormats are the ways in which sentences are printed.
var segmentFormats = []string{"lines", "nul", "jsonl"}

// maxSegmented is the size of the largest text that is segmented. Texts to
// measure a splitter with are larger than articles (input.MaxBytes); a text is
// held in memory, up to three times where it has to be decoded.
const maxSegmented = 256 << 20

// newSegmentCommand gives “narrate segment”, the sentence splitter alone.
func newSegmentCommand(a *app) *cobra.Command {
	g := segmenting{app: a}
	c := &cobra.Command{
		Use:   "segment [flags] [FILE]",
		Short: "split text into sentences",
		Long: `segment splits text into sentences and prints them, each on a line: a line break
inside a sentence becomes a space. Blank lines are paragraph breaks. FILE is
text in UTF-8 or another encoding that can be told; without it, or with “-”,
standard input is read. A text without a sentence prints nothing, which is no
error.`,
		Example: `  narrate segment --lang de article.txt
  narrate segment --lang en --format jsonl < article.txt
  narrate segment --lang de --explain article.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("%d files: one at a time", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.check(c.Flags().Changed("format")); err != nil {
				return err
			}
			path := "-"
			if len(args) == 1 {
				path = args[0]
			}
			// A read that waits for its other end cannot be broken off: it is
			// left behind, for the end of the program.
			done := make(chan error, 1)
			go func() { done <- g.run(path) }()
			select {
			case err := <-done:
				return err
			case <-c.Context().Done():
				return c.Context().Err()
			}
		},
	}
	f := c.Flags()
	f.StringVar(&g.lang, "lang", "und", "language of the text as a BCP 47 tag, such as de or en-GB")
	f.StringVar(&g.format, "format", segmentFormats[0], "lines, nul (each sentence as it is, followed by NUL) or jsonl (with byte offsets into the text as UTF-8)")
	f.BoolVar(&g.batch, "batch", false, "many texts in UTF-8: separated by 0x1E in; out, each sentence followed by NUL and each text by 0x1E")
	f.BoolVar(&g.explain, "explain", false, "print each candidate with the rule that decided it")
	return c
}

// segmenting is one run of “narrate segment”.
type segmenting struct {
	*app
	lang, format   string
	batch, explain bool
}

func (g *segmenting) check(formatGiven bool) error {
	switch {
	case !slices.Contains(segmentFormats, g.format):
		return usageError{fmt.Errorf("--format: %q is not one of %s", g.format, strings.Join(segmentFormats, ", "))}
	case g.batch && g.explain, (g.batch || g.explain) && formatGiven:
		return usageError{errors.New("only one of --batch, --explain and --format can be given")}
	}
	return checkLang(g.lang)
}

func (g *segmenting) run(path string) error {
	in := g.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close() // only read from: nothing is lost if closing fails
		in = f
	}
	out := bufio.NewWriterSize(g.stdout, 1<<16)
	if g.batch {
		return segmentBatch(out, in, g.lang)
	}
	text, err := g.read(path, in)
	if err != nil {
		return err
	}
	if g.explain {
		err = explainSegments(out, text, g.lang)
	} else {
		err = writeSegments(out, text, g.lang, g.format)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write sentences: %w", err)
	}
	return nil
}

// read reads a whole text, in any encoding that can be told.
func (g *segmenting) read(path string, in io.Reader) (string, error) {
	if path == "-" {
		path = "standard input"
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSegmented+1))
	if err != nil {
		return "", fmt.Errorf("read text: %w", err)
	}
	if len(data) > maxSegmented {
		return "", fmt.Errorf("%s: more than %d MiB, the largest text that is segmented: split it, or use --batch", path, maxSegmented>>20)
	}
	decoded, err := input.Decode(input.Source{Name: path, Data: data})
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	for _, w := range decoded.Warnings {
		g.messages.warningf("%s", w)
	}
	return decoded.Text, nil
}

// writeSegments writes the sentences of one text in one of segmentFormats.
func writeSegments(out *bufio.Writer, text, lang, format string) error {
	var write func(segment.Span) error
	switch format {
	case "lines":
		// A line break inside a sentence is printed as a space.
		flat := strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\v", " ", "\u0085", " ", "\u2028", " ")
		write = func(sp segment.Span) error {
			if _, err := flat.WriteString(out, text[sp.Lo:sp.Hi]); err != nil {
				return err
			}
			return out.WriteByte('\n')
		}
	case "nul":
		write = func(sp segment.Span) error {
			if _, err := out.WriteString(text[sp.Lo:sp.Hi]); err != nil {
				return err
			}
			return out.WriteByte(sentenceSeparator)
		}
	case "jsonl":
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		write = func(sp segment.Span) error {
			return enc.Encode(struct {
				Text  string `json:"text"`
				Start int    `json:"start"`
				End   int    `json:"end"`
			}{text[sp.Lo:sp.Hi], sp.Lo, sp.Hi})
		}
	}
	for sp := range segment.Sentences(text, lang) {
		if err := write(sp); err != nil {
			return err
		}
	}
	return nil
}

// segmentBatch answers texts one by one in the batch protocol. They are taken as
// UTF-8 as they are, and out is flushed whenever nothing more can be read at
// once, so that the other end may wait for an answer.
func segmentBatch(out *bufio.Writer, in io.Reader, lang string) error {
	r := bufio.NewReaderSize(in, 1<<16)
	var data []byte
	for n := 1; ; n++ {
		data = data[:0]
		end := false
		for whole := false; !whole; {
			part, err := r.ReadSlice(recordSeparator)
			switch err {
			case nil:
				part, whole = part[:len(part)-1], true
			case io.EOF:
				whole, end = true, true
			case bufio.ErrBufferFull:
			default:
				return fmt.Errorf("read text %d: %w", n, err)
			}
			if data = append(data, part...); len(data) > input.MaxBytes {
				return fmt.Errorf("text %d is larger than %d MiB", n, input.MaxBytes>>20)
			}
		}
		err := writeSegments(out, string(data), lang, "nul")
		if err == nil {
			err = out.WriteByte(recordSeparator)
		}
		if err == nil && r.Buffered() == 0 {
			err = out.Flush()
		}
		if err != nil {
			return fmt.Errorf("write sentences: %w", err)
		}
		if end {
			return nil
		}
	}
}

// explainSegments writes a line for each candidate: its byte offset, split or
// join, the rule, and the text around it with “|” at the place.
func explainSegments(out *bufio.Writer, text, lang string) error {
	around := func(lo, hi int) string {
		for lo > 0 && !utf8.RuneStart(text[lo]) {
			lo--
		}
		for hi < len(text) && !utf8.RuneStart(text[hi]) {
			hi++
		}
		return strings.Join(strings.Fields(text[lo:hi]), " ")
	}
	for _, d := range segment.Explain(text, lang) {
		verdict := "join "
		if d.Split {
			verdict = "split"
		}
		_, err := fmt.Fprintf(out, "%8d  %s  %-22s %s | %s\n", d.At, verdict, d.Rule,
			around(max(0, d.At-32), d.At), around(d.At, min(len(text), d.At+24)))
		if err != nil {
			return err
		}
	}
	return nil
}
