package plugin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
)

// Protocol is the version of the protocol. It changes only when programs of
// before could not go on; new fields do not count.
const Protocol = 1

// The limits of docs/backend-protocol.md.
const (
	maxLine     = 32 << 20 // bytes of an answer, with its sound if that is in it
	maxFile     = 64 << 20 // bytes of a file of sound
	maxText     = 100_000  // characters of a text, whatever the program says
	defaultText = 5_000    // characters for a program that names no limit
	maxVoices   = 10_000
	maxSettings = 50
	maxWord     = 200  // bytes of a name or a version
	maxNote     = 1000 // bytes of a note
	maxParallel = 64
	maxReason   = 300 // characters of an error that are shown
	maxLater    = time.Hour
)

// request is what all requests have in common.
type request struct {
	Type string `json:"type"` // info, synthesize or cancel
	ID   int64  `json:"id"`
}

// askInfo asks the program what it is; the first request of each process.
type askInfo struct {
	request
	Protocol int `json:"protocol"`
}

// synthesize asks for the sound of a text.
type synthesize struct {
	request
	Text     string            `json:"text"`
	Voice    string            `json:"voice"`
	Language string            `json:"language"`
	Rate     float64           `json:"rate"`
	Pitch    float64           `json:"pitch"`
	Volume   float64           `json:"volume"`
	Settings map[string]string `json:"settings,omitempty"`
	Folder   string            `json:"folder"`
}

// answer is what all answers have in common.
type answer struct {
	Type string `json:"type"` // info, speech or error
	ID   *int64 `json:"id"`
}

// about is what a program says of itself.
type about struct {
	Protocol  int       `json:"protocol"`
	Version   string    `json:"version"`
	Voices    []offered `json:"voices"`
	Marks     bool      `json:"marks"`
	MarksNote string    `json:"marks_note"`
	MaxText   int       `json:"max_text"`
	Parallel  int       `json:"parallel"`
	Cancel    bool      `json:"cancel"`
	// The least and the most of each factor; nil where it cannot be changed.
	Rate     []float64 `json:"rate"`
	Pitch    []float64 `json:"pitch"`
	Volume   []float64 `json:"volume"`
	Settings []setting `json:"settings"`
}

type offered struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Note     string `json:"note"`
}

// setting is one of a voice's settings that the program knows: any text, one of
// Values, or a number from Min to Max.
type setting struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	Min    *float64 `json:"min"`
	Max    *float64 `json:"max"`
}

// speech is sound: in a file or in Audio, in base64.
type speech struct {
	Format   string `json:"format"`
	Rate     int    `json:"rate"`     // of format pcm
	Channels int    `json:"channels"` // of format pcm
	File     string `json:"file"`
	Audio    []byte `json:"audio"`
	Marks    []mark `json:"marks"`
}

type mark struct {
	Time  float64 `json:"time"`  // seconds from the start of the sound
	Start int     `json:"start"` // characters of the text
	End   int     `json:"end"`
}

// failure is a request that failed.
type failure struct {
	Code       string  `json:"code"`
	Message    string  `json:"message"`
	RetryAfter float64 `json:"retry_after"` // seconds
}

// codes are the errors that programs may give, beside "failed" and "cancelled".
var codes = map[string]error{
	"missing":  tts.ErrMissing,
	"voice":    tts.ErrVoice,
	"empty":    tts.ErrEmpty,
	"too-long": tts.ErrTooLong,
	"text":     tts.ErrText,
	"key":      tts.ErrKey,
	"quota":    tts.ErrQuota,
}

// err is the failure as an error.
func (f failure) err() error {
	reason := readable(f.Message)
	if reason == "" {
		reason = "it gives no reason"
	}
	err := errors.New(reason)
	if known := codes[f.Code]; known != nil {
		err = fmt.Errorf("%w: %s", known, reason)
	}
	if f.RetryAfter > 0 {
		err = &tts.Later{Wait: time.Duration(min(f.RetryAfter, maxLater.Seconds()) * float64(time.Second)), Err: err}
	}
	return err
}

// readable is a program's message on one line and of bounded length.
func readable(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(text); len(r) > maxReason {
		text = string(r[:maxReason]) + "…"
	}
	return text
}

// breach is an error about what the protocol does not allow. It counts as
// tts.ErrBroken, whose words would speak of a clip where there is none.
type breach string

func violation(format string, args ...any) error { return breach(fmt.Sprintf(format, args...)) }

func (b breach) Error() string { return "against the protocol: " + string(b) }

func (b breach) Unwrap() error { return tts.ErrBroken }

// parse reads an answer to the request id into one of want, by its type.
func parse(line []byte, id int64, want map[string]any) (kind string, err error) {
	if !utf8.Valid(line) {
		return "", violation("a line that is not valid UTF-8: %.100q", line)
	}
	var a answer
	if err := decode(line, &a); err != nil {
		return "", err
	}
	into := want[a.Type]
	switch {
	case into == nil:
		return "", violation("an answer of type %.40q: %s", a.Type, begin(line))
	case a.ID == nil || *a.ID != id:
		return "", violation("an answer that is not for request %d: %s", id, begin(line))
	}
	return a.Type, decode(line, into)
}

func decode(line []byte, into any) error {
	err := json.Unmarshal(line, into)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return violation("field %q is a %s: %s", wrong.Field, wrong.Value, begin(line))
	case err != nil:
		return violation("a line that is not a message in JSON (%v; what is no answer belongs on standard error): %s", err, begin(line))
	}
	return nil
}

// begin is the start of a line for a message.
func begin(line []byte) string {
	const most = 100
	if line = bytes.TrimSpace(line); len(line) > most {
		return fmt.Sprintf("%q…", line[:most])
	}
	return fmt.Sprintf("%q", line)
}

var validLanguage = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// check reports what a program may not say of itself, and fills in what it need
// not say.
func (a *about) check() error {
	word := func(s string) bool {
		return s != "" && len(s) <= maxWord && !strings.ContainsFunc(s, unicode.IsControl)
	}
	switch {
	case a.Protocol != Protocol:
		return fmt.Errorf("it speaks version %d of the protocol, and this narrate version %d; one of them is to be updated", a.Protocol, Protocol)
	case !word(a.Version):
		return violation("version %.40q is empty, longer than %d bytes or holds control characters", a.Version, maxWord)
	case len(a.MarksNote) > maxNote:
		return violation("a marks_note of %d bytes", len(a.MarksNote))
	case a.MaxText < 0 || a.MaxText > maxText:
		return violation("max_text %d is not between 0 and %d", a.MaxText, maxText)
	case a.Parallel < 0 || a.Parallel > maxParallel:
		return violation("parallel %d is not between 0 and %d", a.Parallel, maxParallel)
	case len(a.Voices) == 0 || len(a.Voices) > maxVoices:
		return violation("%d voices, not 1 to %d", len(a.Voices), maxVoices)
	case len(a.Settings) > maxSettings:
		return violation("%d settings, more than %d", len(a.Settings), maxSettings)
	}
	names := map[string]bool{}
	for i, v := range a.Voices {
		switch {
		case !word(v.Name) || names[v.Name]:
			return violation("the name of voice %d, %.40q, is empty, too long, holds control characters or is another's", i, v.Name)
		case !validLanguage.MatchString(v.Language):
			return violation("the language of voice %.40q, %.40q, is not a tag such as en or en-GB", v.Name, v.Language)
		case len(v.Note) > maxNote:
			return violation("the note of voice %.40q has %d bytes", v.Name, len(v.Note))
		}
		names[v.Name] = true
		a.Voices[i].Note = readable(v.Note)
	}
	if a.MarksNote = readable(a.MarksNote); a.MarksNote == "" && !a.Marks {
		a.MarksNote = "no word times: the plug-in gives none"
	}
	if a.MaxText == 0 {
		a.MaxText = defaultText
	}
	if a.Parallel == 0 {
		a.Parallel = runtime.NumCPU()
	}
	for what, bounds := range map[string][]float64{"rate": a.Rate, "pitch": a.Pitch, "volume": a.Volume} {
		if bounds != nil && (len(bounds) != 2 || !(bounds[0] >= 0 && bounds[0] <= 1 && bounds[1] >= 1)) {
			return violation("%s %v is not the least and the most of a factor, with 1 between them", what, bounds)
		}
	}
	for _, s := range a.Settings {
		if !word(s.Name) || s.Values != nil && s.number() {
			return violation("setting %.40q has no name of a readable length, or both values and a range", s.Name)
		}
	}
	return nil
}

func (s *setting) number() bool { return s.Min != nil || s.Max != nil }

// fits reports what is wrong with a value, or nothing.
func (s *setting) fits(value string) string {
	switch {
	case s.number():
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || s.Min != nil && !(n >= *s.Min) || s.Max != nil && !(n <= *s.Max) || math.IsNaN(n) || math.IsInf(n, 0) {
			bounds := ""
			if s.Min != nil {
				bounds += fmt.Sprintf(", at least %g", *s.Min)
			}
			if s.Max != nil {
				bounds += fmt.Sprintf(", at most %g", *s.Max)
			}
			return fmt.Sprintf("%s %.64q is not a number%s", s.Name, value, bounds)
		}
	case s.Values != nil && !slices.Contains(s.Values, value):
		return fmt.Sprintf("%s %.64q is none of %.200s", s.Name, value, strings.Join(s.Values, ", "))
	}
	return ""
}

// unfitSettings are complaints about a voice's settings.
func (a *about) unfitSettings(settings map[string]string) (unfit []string) {
	var known []string
	for _, s := range a.Settings {
		known = append(known, s.Name)
		if value, ok := settings[s.Name]; ok {
			if wrong := s.fits(value); wrong != "" {
				unfit = append(unfit, wrong)
			}
		}
	}
	for name := range settings {
		if !slices.Contains(known, name) {
			there := "it has none"
			if known != nil {
				there = fmt.Sprintf("there are %.200s", strings.Join(known, ", "))
			}
			unfit = append(unfit, fmt.Sprintf("it has no setting %.64q; %s", name, there))
		}
	}
	slices.Sort(unfit)
	return unfit
}

// sound gives the format of what the speech holds.
func (s *speech) sound() (sound.Format, error) {
	f := sound.Format{Name: s.Format, Rate: pcm.Hz(s.Rate), Channels: s.Channels}
	switch {
	case !slices.Contains(sound.Names(), s.Format):
		return f, violation("format %.40q is none of %s", s.Format, strings.Join(sound.Names(), ", "))
	case s.Format == sound.PCM && (s.Rate < 8000 || s.Rate > 192000 || s.Channels < 1 || s.Channels > 8):
		return f, violation("format pcm with a rate of %d Hz and %d channels", s.Rate, s.Channels)
	case (s.File == "") == (s.Audio == nil):
		return f, violation("speech has either a file or audio")
	}
	return f, nil
}
