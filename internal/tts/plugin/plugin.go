// Package plugin speaks with engines that narrate knows nothing of: a program
// narrate-tts-NAME on PATH, in any language, that reads requests from its
// standard input and writes answers to its standard output, a line of JSON
// each. docs/backend-protocol.md is the protocol; protocol.go holds its
// messages and limits.
//
// A process has one request at a time. narrate keeps as many as it needs, up to
// what the program allows. Nothing that comes from one is trusted: whatever is
// not an answer to the request ends the process, and its whole group, and the
// next request starts another.
package plugin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/tts"
	"narrate/voices"
)

// Prefix is what the names of the programs begin with.
const Prefix = "narrate-tts-"

// validName is a backend's name, the rest of the program's.
var validName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Found is a plug-in's program.
type Found struct {
	Name    string // of the backend: "flite"
	Program string // absolute path
}

// Find looks for plug-ins in the folders of path, a list as in the variable
// PATH, and gives them by name. Of two with the same name, the one in the
// earlier folder counts, as for all programs. Folders that are not absolute,
// such as the working folder, and those that cannot be read are left out.
func Find(path string) []Found {
	var found []Found
	for _, folder := range filepath.SplitList(path) {
		if !filepath.IsAbs(folder) {
			continue
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // PATH often names folders that are not there
		}
		for _, e := range entries {
			name, ok := pluginName(e.Name())
			if !ok || slices.ContainsFunc(found, func(f Found) bool { return f.Name == name }) {
				continue
			}
			program := filepath.Join(folder, e.Name())
			if info, err := os.Stat(program); err == nil && executable(info) {
				found = append(found, Found{name, program})
			}
		}
	}
	slices.SortFunc(found, func(a, b Found) int { return strings.Compare(a.Name, b.Name) })
	return found
}

func pluginName(file string) (string, bool) {
	name, ok := strings.CutPrefix(file, Prefix)
	if runtime.GOOS == "windows" {
		exe := false
		name, exe = strings.CutSuffix(name, ".exe")
		ok = ok && exe
	}
	return name, ok && validName.MatchString(name)
}

func executable(info os.FileInfo) bool {
	return info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// Options configure a Backend. The zero value is right for use.
type Options struct {
	// Start is how long a process may take until it has said what it is, with
	// its models loaded; default 1 min.
	Start time.Duration
	// Timeout is how long one request may take before the process counts as
	// hung; default 5 min.
	Timeout time.Duration
	// Grace is how long a process may take to give up a request that is
	// cancelled, or to leave at the end; default 2 s.
	Grace time.Duration
}

// Backend is a plug-in as a tts.Backend.
type Backend struct {
	name string
	pool pool

	about  *tts.Found[*about]
	silent error         // that it did not say in time what it is
	slots  chan struct{} // one for each request that may run at once, once it was asked
}

// New makes a Backend of a program, named by its absolute path. It starts
// nothing yet.
func New(name, program string, o Options) *Backend {
	if o.Start == 0 {
		o.Start = time.Minute
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.Grace == 0 {
		o.Grace = 2 * time.Second
	}
	return &Backend{
		name:  name,
		pool:  pool{name: name, program: program, options: o},
		about: tts.NewFound[*about](),
	}
}

// Name implements tts.Backend.
func (b *Backend) Name() string { return b.name }

// adapter is this package's own part in a clip: what plain makes of a text and
// what becomes of the marks. Count it up with every change there, or clips of
// before would be taken for those of now.
const adapter = 1

// Info implements tts.Backend.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	a, err := b.look(ctx)
	if err != nil {
		return tts.Info{}, err
	}
	info := tts.Info{
		Version:   fmt.Sprintf("%s adapter %d", a.Version, adapter),
		Marks:     a.Marks,
		MarksNote: a.MarksNote,
		MaxText:   a.MaxText,
		Parallel:  a.Parallel,
	}
	for _, v := range a.Voices {
		info.Voices = append(info.Voices, tts.EngineVoice{Name: v.Name, Language: v.Language, Note: v.Note})
	}
	return info, nil
}

// look asks a process what it is, once; a failure is not remembered, unless it
// is that it took too long: all that ask would wait as long, one after the other.
func (b *Backend) look(ctx context.Context) (*about, error) {
	return b.about.Get(ctx, func() (*about, error) {
		if b.silent != nil {
			return nil, b.silent
		}
		w, err := b.pool.take(ctx)
		if err != nil {
			late := (*hung)(nil)
			if errors.As(err, &late) {
				err = fmt.Errorf("%w: %w", tts.ErrDown, err)
			}
			err = b.failed(ctx, err)
			if late != nil && ctx.Err() == nil {
				b.silent = err
			}
			return nil, err
		}
		b.pool.workers.Release(w, true)
		b.slots = make(chan struct{}, w.about.Parallel)
		return w.about, nil
	})
}

// failed names the backend in an error that is not the context's.
func (b *Backend) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w", b.name, err)
}

// Check implements tts.Checker.
func (b *Backend) Check(ctx context.Context, v voices.Voice) error {
	a, err := b.look(ctx)
	if err != nil {
		return err
	}
	_, err = a.voice(v)
	if err != nil {
		return fmt.Errorf("%s: %w", b.name, err)
	}
	return nil
}

// Synthesize implements tts.Backend.
func (b *Backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	if !utf8.ValidString(r.Text) {
		return tts.Clip{}, fmt.Errorf("%s: %w: not valid UTF-8", b.name, tts.ErrText)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return tts.Clip{}, fmt.Errorf("%s: %w", b.name, err)
	}
	a, err := b.look(ctx)
	if err != nil {
		return tts.Clip{}, err
	}
	if n := utf8.RuneCountInString(r.Text); n > a.MaxText {
		return tts.Clip{}, fmt.Errorf("%s: %w: %d characters, and it takes %d at a time", b.name, tts.ErrTooLong, n, a.MaxText)
	}
	ask, err := a.voice(r.Voice)
	if err != nil {
		return tts.Clip{}, fmt.Errorf("%s: %w", b.name, err)
	}
	if ask.Text = plain(r.Text); strings.TrimSpace(ask.Text) == "" {
		return tts.Clip{}, fmt.Errorf("%s: %w: the text is empty", b.name, tts.ErrEmpty)
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return tts.Clip{}, ctx.Err()
	}
	clip, err := b.pool.speak(ctx, r.Text, ask)
	if err != nil {
		return tts.Clip{}, b.failed(ctx, err)
	}
	return clip, nil
}

// Close implements tts.Backend.
func (b *Backend) Close() error { return b.pool.workers.Close() }

// plain replaces, one for one, so that positions hold in the original, what is
// no text but may be obeyed: control characters and line ends.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// voice turns a voice into a request without a text.
func (a *about) voice(v voices.Voice) (synthesize, error) {
	i := slices.IndexFunc(a.Voices, func(o offered) bool { return o.Name == v.Engine })
	if i < 0 {
		return synthesize{}, fmt.Errorf("%w: %.64q; \"narrate voices --engine-voices\" lists them", tts.ErrVoice, v.Engine)
	}
	s := synthesize{Voice: v.Engine, Language: v.Language, Settings: v.Settings}
	if s.Language == "" {
		s.Language = a.Voices[i].Language
	}
	var unfit []string
	factor := func(to *float64, what string, f float64, bounds []float64) {
		if f == 0 { // not set
			f = 1
		}
		switch {
		case bounds == nil && f != 1:
			unfit = append(unfit, fmt.Sprintf("it cannot change the %s, which is %g", what, f))
		case bounds != nil && !(f >= bounds[0] && f <= bounds[1]): // also refuses NaN
			unfit = append(unfit, fmt.Sprintf("%s %g is not between %g and %g", what, f, bounds[0], bounds[1]))
		default:
			*to = f
		}
	}
	factor(&s.Rate, "rate", v.Rate, a.Rate)
	factor(&s.Pitch, "pitch", v.Pitch, a.Pitch)
	factor(&s.Volume, "volume", v.Volume, a.Volume)
	unfit = append(unfit, a.unfitSettings(v.Settings)...)
	if unfit != nil {
		return synthesize{}, fmt.Errorf("voice %.64q: %w", v.Engine, unfitVoice(strings.Join(unfit, "; ")))
	}
	return s, nil
}

// unfitVoice is an error about a voice that the plug-in cannot use; it counts
// as tts.ErrVoice and carries its own words.
type unfitVoice string

func (e unfitVoice) Error() string { return string(e) }

func (e unfitVoice) Unwrap() error { return tts.ErrVoice }

// place turns the plug-in's marks into those of a clip of text.
func place(text string, clip tts.Clip, marks []mark) ([]tts.Mark, error) {
	offsets := make([]int, 0, len(text)+1) // the byte of each character
	for i := range text {
		offsets = append(offsets, i)
	}
	offsets = append(offsets, len(text))
	length := clip.Format.Rate.Duration(clip.Frames).Seconds()
	placed := make([]tts.Mark, 0, min(len(marks), len(offsets)))
	at, frame := 0, int64(-1)
	for i, m := range marks {
		if m.Start < at || m.End <= m.Start || m.End >= len(offsets) {
			return nil, violation("mark %d is for characters %d to %d of %d, after one that ended at %d", i, m.Start, m.End, len(offsets)-1, at)
		}
		if !(m.Time >= 0 && m.Time < length) {
			return nil, violation("mark %d is at %g s of %g s", i, m.Time, length)
		}
		f := min(int64(math.Round(m.Time*float64(clip.Format.Rate))), clip.Frames-1)
		if f <= frame {
			return nil, violation("mark %d, at %g s, is not after the one before it", i, m.Time)
		}
		placed = append(placed, tts.Mark{Frame: f, Lo: offsets[m.Start], Hi: offsets[m.End]})
		at, frame = m.End, f
	}
	return placed, nil
}
