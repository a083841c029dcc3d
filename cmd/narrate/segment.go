package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

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

// newSegmentCommand returns “narrate segment”, the sentence splitter alone.
func newSegmentCommand() *cobra.Command {
	var (
		lang, format   string
		batch, explain bool
	)
	cmd := &cobra.Command{
		Use:   "segment [flags] [FILE]",
		Short: "Split text into sentences",
		Long: `Split text into sentences and print them.

Blank lines are paragraph breaks. FILE is UTF-8 text; without it, or with “-”,
standard input is read.`,
		Example: `  narrate segment --lang de article.txt
  narrate segment --lang en --format jsonl < article.txt
  narrate segment --lang de --explain article.txt`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			switch {
			case len(args) > 1:
				return usageError{fmt.Errorf("%d files: one at a time", len(args))}
			case !slices.Contains(segmentFormats, format):
				return usageError{fmt.Errorf("unknown format %q: use %s", format, strings.Join(segmentFormats, ", "))}
			case batch && explain, (batch || explain) && cmd.Flags().Changed("format"):
				return usageError{errors.New("only one of --batch, --explain and --format makes sense")}
			}
			in := cmd.InOrStdin()
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer f.Close()
				in = f
			}
			out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
			defer func() { err = errors.Join(err, out.Flush()) }()
			if batch {
				return segmentBatch(out, in, lang)
			}
			data, err := io.ReadAll(in)
			if err != nil {
				return fmt.Errorf("read text: %w", err)
			}
			if explain {
				return explainSegments(out, string(data), lang)
			}
			return writeSegments(out, string(data), lang, format)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&lang, "lang", "und", "language of the text, a BCP 47 `tag`")
	flags.StringVar(&format, "format", "lines", "lines, nul or jsonl (each sentence with its byte offsets)")
	flags.BoolVar(&batch, "batch", false, "many texts: separated by 0x1E in; out, each sentence followed by NUL and each text by 0x1E")
	flags.BoolVar(&explain, "explain", false, "print each candidate with the rule that decided it")
	return cmd
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
			return fmt.Errorf("write sentences: %w", err)
		}
	}
	return nil
}

// segmentBatch answers texts one by one in the batch protocol.
func segmentBatch(out *bufio.Writer, in io.Reader, lang string) error {
	r := bufio.NewReaderSize(in, 1<<16)
	for {
		data, err := r.ReadBytes(recordSeparator)
		if err != nil && err != io.EOF {
			return fmt.Errorf("read texts: %w", err)
		}
		text := string(bytes.TrimSuffix(data, []byte{recordSeparator}))
		if werr := writeSegments(out, text, lang, "nul"); werr != nil {
			return werr
		}
		if werr := out.WriteByte(recordSeparator); werr != nil {
			return fmt.Errorf("write sentences: %w", werr)
		}
		if err == io.EOF {
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
			return fmt.Errorf("write decisions: %w", err)
		}
	}
	return nil
}
