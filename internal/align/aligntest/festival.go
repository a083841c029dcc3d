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
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"narrate/internal/pcm"
	"narrate/internal/process"
	"narrate/internal/tts"
)

// FestivalVoice is a voice of Festival whose times are those of its sound.
type FestivalVoice struct {
	Lang, Name string
	charset    *charmap.Charmap // that it takes texts in
}

// FestivalVoices are one for each language, the smallest that Debian has;
// MoreFestivalVoices are others whose times are true.
var (
	FestivalVoices = []FestivalVoice{
		{"en", "kal_diphone", charmap.ISO8859_1},
		{"it", "pc_diphone", charmap.ISO8859_1},
		{"cs", "czech_machac", charmap.ISO8859_2},
		{"fi", "hy_fi_mv_diphone", charmap.ISO8859_15},
	}
	MoreFestivalVoices = []FestivalVoice{
		{"en", "cmu_us_slt_arctic_hts", charmap.ISO8859_1},
		{"it", "lp_diphone", charmap.ISO8859_1},
		{"cs", "czech_dita", charmap.ISO8859_2},
		{"cs", "czech_krb", charmap.ISO8859_2},
		{"cs", "czech_ph", charmap.ISO8859_2},
		{"fi", "suo_fi_lj_diphone", charmap.ISO8859_15},
		{"ca", "upc_ca_ona_hts", charmap.ISO8859_15},
	}
)

// festivalScript speaks each text: the samples go to a file, their number, their
// rate and the times of each token that sounds to standard output. A token
// ("1994") sounds from its first word to its last. The voice comes before it, the
// texts follow as calls of truth.
const festivalScript = `
(if (not (symbol-bound? (intern (string-append "voice_" voice))))
  (begin (format t "missing\n") (quit)))
((eval (intern (string-append "voice_" voice))))
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
    (format t "text %d %d\n"
      (get_param 'num_samples (wave.info (utt.wave utt)) 0)
      (get_param 'sample_rate (wave.info (utt.wave utt)) 0))
    (mapcar
      (lambda (token)
        (let ((spoken (times (item.daughters (item.relation token 'Token)) nil nil)))
          (if spoken (format t "%f %f %s\n" (car spoken) (cadr spoken) (item.name token)))))
      (utt.relation.items utt 'Token))))
`

// Festival speaks with a voice of Festival, which says where each word's sounds
// begin and end. Where it is not installed the error wraps tts.ErrMissing.
func Festival(ctx context.Context, voice FestivalVoice, texts []string) ([]Sample, error) {
	return once("festival "+voice.Name, texts, func() ([]Sample, error) { return voice.speak(ctx, texts) })
}

func (v FestivalVoice) speak(ctx context.Context, texts []string) (_ []Sample, err error) {
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
	fmt.Fprintf(&script, "(set! voice \"%s\")%s", v.Name, festivalScript)
	for _, text := range texts {
		said, err := v.charset.NewEncoder().String(typography.Replace(text))
		if err != nil {
			return nil, fmt.Errorf("%q is not in %v: %w", text, v.charset, err)
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
	if string(out) == "missing\n" {
		return nil, fmt.Errorf("festival's voice %s is %w", v.Name, tts.ErrMissing)
	}
	if out, err = v.charset.NewDecoder().Bytes(out); err != nil {
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
		head, table, _ := strings.Cut(blocks[i], "\n")
		var n, rate int
		if _, err := fmt.Sscan(head, &n, &rate); err != nil || n > len(all) || rate <= 0 {
			return nil, fmt.Errorf("festival: %q frames and rate, of %d frames that are left for %q", head, len(all), text)
		}
		s := Sample{Engine: "festival", Voice: v.Name, Lang: v.Lang, Text: text, Rate: pcm.Hz(rate), Samples: all[:n]}
		all = all[n:]
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
