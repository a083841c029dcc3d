package command

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"narrate/internal/process"
	"narrate/internal/tts"
	"narrate/voices"
)

const (
	maxSound   = 64 << 20 // bytes of sound
	maxPrinted = 4 << 20  // bytes of what is printed beside it, or of a list
	maxVoices  = 2000
	maxProgram = 256 << 20 // bytes of a program that are looked at
)

// engine is what was found on this machine.
type engine struct {
	profile *Profile
	program string // path
	version string
	voices  []tts.EngineVoice
}

// look examines the program, once; a failure is not remembered.
func (b *Backend) look(ctx context.Context) (*engine, error) {
	return b.engine.Get(ctx, func() (*engine, error) {
		e, err := b.examine(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.profile.Name, err)
		}
		return e, nil
	})
}

func (b *Backend) examine(ctx context.Context) (*engine, error) {
	p := b.profile
	if len(p.systems) > 0 && !slices.Contains(p.systems, runtime.GOOS) {
		return nil, fmt.Errorf("%w: it is for %s, and this is %s", tts.ErrMissing, strings.Join(p.systems, ", "), runtime.GOOS)
	}
	path, err := p.lookup(b.options.Program)
	if err != nil {
		return nil, err
	}
	e := &engine{profile: p, program: path}
	sum, err := fingerprint(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	e.version = "program " + sum
	if q := p.version; q != nil {
		out, err := e.query(ctx, b.options.Timeout, q)
		if err != nil {
			return nil, fmt.Errorf("version: %w", err)
		}
		version, ok := q.first(out)
		if !ok {
			return nil, fmt.Errorf("version: cannot make sense of %.100q", out)
		}
		e.version = version + " " + e.version
	}
	found := p.voices.known
	if q := p.voices.command; q != nil {
		out, err := e.query(ctx, b.options.Timeout, q)
		if err != nil {
			return nil, fmt.Errorf("list of voices: %w", err)
		}
		if found = p.voices.listed(out); len(found) == 0 {
			return nil, fmt.Errorf("list of voices: none in %.100q; install one for %s", out, b.options.Program)
		}
	}
	for _, v := range found {
		e.voices = append(e.voices, tts.EngineVoice{Name: v.name, Language: v.language, Note: v.note})
	}
	return e, nil
}

// lookup finds a program on PATH, or by its path.
func (p *Profile) lookup(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		path, err = filepath.Abs(path) // it runs in another folder
	}
	if err == nil {
		return path, nil
	}
	hint := "see that it is on PATH"
	if how := p.install[runtime.GOOS]; how != "" {
		hint = "install it with: " + how
	}
	return "", fmt.Errorf("%s is %w (%w); %s", program, tts.ErrMissing, err, hint)
}

// fingerprint is a hash of a program, which changes when it is updated.
func fingerprint(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() // only read from: nothing is lost if closing fails
	sum := sha256.New()
	for left := int64(maxProgram); left > 0; left -= 1 << 20 {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		_, err := io.CopyN(sum, f, 1<<20)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), nil
}

// query runs a program for what it prints.
func (e *engine) query(ctx context.Context, timeout time.Duration, q *query) (string, error) {
	program := e.program
	if q.program != "" {
		var err error
		if program, err = e.profile.lookup(q.program); err != nil {
			return "", err
		}
	}
	var out []byte
	err := inScratch(func(folder string) (err error) {
		out, err = process.Run{
			Program: program, Args: q.arguments, Env: e.environment(folder, nil), Dir: folder,
			Limit: maxPrinted, Timeout: timeout,
		}.Output(ctx)
		return err
	})
	if err != nil {
		return "", err
	}
	text, err := e.profile.text.decode(out)
	return strings.TrimPrefix(text, "\ufeff"), err
}

// first is what a query is for: the first line, or the first group of its
// pattern or all of it.
func (q *query) first(out string) (string, bool) {
	found := ""
	switch {
	case q.pattern == nil:
		found, _, _ = strings.Cut(strings.TrimSpace(out), "\n")
	default:
		if m := q.pattern.FindStringSubmatch(out); m != nil {
			found = m[min(1, len(m)-1)]
		}
	}
	found = strings.Join(strings.Fields(found), " ")
	return found, found != "" && len(found) <= maxText
}

// listed reads the output of the list command. What is no usable voice is left
// out.
func (v *voiceRule) listed(out string) []knownVoice {
	re := v.command.pattern
	group := func(m []string, name string) string {
		if i := re.SubexpIndex(name); i >= 0 {
			return strings.TrimSpace(m[i])
		}
		return ""
	}
	var all []knownVoice
	seen := map[string]bool{}
	for _, m := range re.FindAllStringSubmatch(out, maxVoices) {
		name := group(m, "name")
		found := knownVoice{name: name, language: v.tag(group(m, "language")), note: group(m, "note")}
		if known, ok := v.find(name); ok {
			found = known
		}
		if seen[name] || found.language == "" || voiceProblem(name) != "" {
			continue
		}
		if textProblem(found.note) != "" {
			found.note = ""
		}
		seen[name] = true
		all = append(all, found)
	}
	return all
}

// tag is the language that the program means; empty where that is unknown.
func (v *voiceRule) tag(s string) string {
	if known, ok := v.languages[s]; ok {
		return known
	}
	if tag := strings.ReplaceAll(s, "_", "-"); voices.LanguageProblem(tag) == "" {
		return language.Make(tag).String()
	}
	return v.language
}

// find gives the name of a voice in the list, whatever its case.
func (e *engine) find(name string) (string, error) {
	var names []string
	like := ""
	for _, v := range e.voices {
		if v.Name == name {
			return name, nil
		}
		if strings.EqualFold(v.Name, name) {
			like = v.Name
		}
		names = append(names, v.Name)
	}
	if like != "" {
		return like, nil
	}
	hint := `"narrate voices --engine-voices" lists them`
	if near := voices.Near(name, names); len(near) > 0 {
		hint = "close are " + strings.Join(near, ", ")
	}
	return "", unfitVoice(fmt.Sprintf("it has no voice %.100q; %s", name, hint))
}

// job is a request to be run.
type job struct {
	*ask
	text     string // encoded
	messages *process.Tail
}

// outcome is what the program left.
type outcome struct{ sound, printed []byte }

// run runs the program for a job.
func (e *engine) run(ctx context.Context, timeout time.Duration, j job) (outcome, error) {
	var o outcome
	err := inScratch(func(folder string) (err error) {
		o, err = e.runIn(ctx, timeout, folder, j)
		return err
	})
	return o, err
}

func (e *engine) runIn(ctx context.Context, timeout time.Duration, folder string, j job) (outcome, error) {
	p := e.profile
	values := maps.Clone(j.values)
	// Its name tells some programs what is wanted of them.
	soundFile := filepath.Join(folder, "sound."+p.sound.format.Name)
	values["{output-file}"] = soundFile
	input := ""
	switch p.text.to {
	case toInput:
		input = j.text
	case toFile:
		textFile := filepath.Join(folder, "text.txt")
		if err := os.WriteFile(textFile, []byte(j.text), 0o600); err != nil {
			return outcome{}, err
		}
		values["{text-file}"] = textFile
	case toArgument:
		values["{text}"] = j.text
	}
	limit := maxPrinted
	if p.sound.from == fromOutput {
		limit = maxSound
	}
	out, err := process.Run{
		Program: e.program, Args: p.fillArguments(values, j.normal), Env: e.environment(folder, values), Dir: folder,
		Input: input, Limit: limit, Timeout: timeout, Messages: j.messages,
	}.Output(ctx)
	if err != nil {
		return outcome{}, err
	}
	if p.sound.from == fromOutput {
		if len(out) == 0 {
			return outcome{}, fmt.Errorf("%w: %s wrote nothing%s", tts.ErrEmpty, e.program, j.messages.Note())
		}
		return outcome{sound: out}, nil
	}
	made, err := readSound(soundFile)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w%s", e.program, err, j.messages.Note())
	}
	return outcome{sound: made, printed: out}, nil
}

// fillArguments gives the program's arguments.
func (p *Profile) fillArguments(values map[string]string, normal bool) []string {
	var all []string
	for _, a := range p.arguments {
		if a.optional && normal {
			continue
		}
		for _, part := range a.parts {
			filled := fill(part, values)
			if strings.HasPrefix(filled, "-") && !strings.HasPrefix(part, "-") {
				// Of all values the text alone may begin like an option; a
				// space before it is not heard.
				filled = " " + filled
			}
			all = append(all, filled)
		}
	}
	return all
}

// environment is narrate's own with temporary files going to folder and what the
// profile adds.
func (e *engine) environment(folder string, values map[string]string) []string {
	env := os.Environ()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		env = append(env, name+"="+folder)
	}
	for _, name := range slices.Sorted(maps.Keys(e.profile.environment)) {
		if value := e.profile.environment[name]; values != nil || !placeholder.MatchString(value) {
			env = append(env, name+"="+fill(value, values))
		}
	}
	return env
}

// readSound reads the file that the program made.
func readSound(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: it made no file", tts.ErrEmpty)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: it made something else than a file", tts.ErrBroken)
	case info.Size() > maxSound:
		return nil, fmt.Errorf("%w: it made %d bytes, more than %d", tts.ErrBroken, info.Size(), maxSound)
	}
	return os.ReadFile(path)
}

// inScratch runs do with an empty folder, which is removed afterwards.
func inScratch(do func(folder string) error) (err error) {
	folder, err := os.MkdirTemp("", "narrate-")
	if err != nil {
		return err
	}
	defer func() {
		if gone := os.RemoveAll(folder); gone != nil && err == nil {
			err = fmt.Errorf("temporary files: %w", gone)
		}
	}()
	if folder, err = filepath.Abs(folder); err != nil { // where TMPDIR is relative
		return err
	}
	return do(folder)
}
