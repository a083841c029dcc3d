package aligntest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"narrate/internal/process"
	"narrate/internal/tts"
)

// festivalRate is that of its voice kal_diphone.
const festivalRate = 16000

// festivalScript speaks each text: the samples go to a file, their number and the
// times of each token that sounds to standard output. A token ("1994") sounds
// from its first word to its last. The texts follow as calls of truth.
const festivalScript = `(voice_kal_diphone)
(set! sound (fopen "sound" "wb"))
(define (times words start end)
  (cond
    ((null? words) (if start (list start end)))
    ((item.relation.daughters (car words) 'SylStructure)
      (times (cdr words)
        (if start start (item.feat (car words) "word_start"))
        (item.feat (car words) "word_end")))
    (t (times (cdr words) start end))))
(define (truth text)
  (let ((utt (utt.synth (eval (list 'Utterance 'Text text)))))
    (wave.save.data.fp (utt.wave utt) sound 'riff nil)
    (format t "text %d\n" (get_param 'num_samples (wave.info (utt.wave utt)) 0))
    (mapcar
      (lambda (token)
        (let ((spoken (times (item.daughters (item.relation token 'Token)) nil nil)))
          (if spoken (format t "%f %f %s\n" (car spoken) (cadr spoken) (item.name token)))))
      (utt.relation.items utt 'Token))))
`

// Festival speaks English with Festival's diphone voice, which says where each
// word's sounds begin and end. Where it is not installed the error wraps
// tts.ErrMissing.
func Festival(ctx context.Context, texts []string) ([]Sample, error) {
	return once("festival", texts, func() ([]Sample, error) { return festival(ctx, texts) })
}

func festival(ctx context.Context, texts []string) (_ []Sample, err error) {
	program, err := exec.LookPath("festival")
	if err != nil {
		return nil, fmt.Errorf("festival is %w: %w", tts.ErrMissing, err)
	}
	folder, err := os.MkdirTemp("", "narrate-truth")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	script := strings.Builder{}
	script.WriteString(festivalScript)
	for _, text := range texts {
		said, err := ascii(text)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&script, "(truth \"%s\")\n", strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(said))
	}
	script.WriteString("(fclose sound)\n")
	if err := os.WriteFile(filepath.Join(folder, "truth.scm"), []byte(script.String()), 0o600); err != nil {
		return nil, err
	}
	out, err := process.Run{
		Program: program,
		Args:    []string{"--heap", "1000000", "-b", "truth.scm"},
		Dir:     folder,
		Limit:   16 << 20,
		Timeout: 5 * time.Minute,
	}.Output(ctx)
	if err != nil {
		return nil, err
	}
	sound, err := os.ReadFile(filepath.Join(folder, "sound"))
	if err != nil {
		return nil, err
	}
	all := make([]int16, len(sound)/2)
	if err := binary.Read(bytes.NewReader(sound), binary.LittleEndian, all); err != nil {
		return nil, err
	}
	blocks := strings.Split(string(out), "text ")[1:]
	if len(blocks) != len(texts) {
		return nil, fmt.Errorf("festival spoke %d texts of %d", len(blocks), len(texts))
	}
	var samples []Sample
	for i, text := range texts {
		s := Sample{Engine: "festival", Voice: "kal_diphone", Lang: "en", Text: text, Rate: festivalRate}
		head, table, _ := strings.Cut(blocks[i], "\n")
		n, err := strconv.Atoi(head)
		if err != nil || n > len(all) {
			return nil, fmt.Errorf("festival: %q frames of %d that are left for %q", head, len(all), text)
		}
		s.Samples, all = all[:n], all[n:]
		var tokens []token
		for line := range strings.Lines(table) {
			var start, end float64
			var name string
			if _, err := fmt.Sscan(line, &start, &end, &name); err != nil {
				return nil, fmt.Errorf("festival: %q: %w", line, err)
			}
			tokens = append(tokens, token{name, frame(start, s.Rate), frame(end, s.Rate)})
		}
		if s.Words, err = place(text, tokens); err != nil {
			return nil, fmt.Errorf("festival: %w", err)
		}
		samples = append(samples, s)
	}
	return samples, nil
}
