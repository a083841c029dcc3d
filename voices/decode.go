package voices

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"narrate/internal/strictyaml"
)

// profile is the kind of file that a profile is in.
var profile = strictyaml.Kind{Name: "voice profile"}

// LoadFile reads one profile.
func LoadFile(file string) (*Voice, error) {
	return load(os.DirFS(filepath.Dir(file)), filepath.Base(file), file)
}

// load reads the profile in a file of folder; place is what messages call it.
func load(folder fs.FS, file, place string) (*Voice, error) {
	data, err := profile.Load(folder, file, place)
	if err != nil {
		return nil, err
	}
	return decode(place, data, func(name string) (*Lexicon, error) {
		if folder == fs.FS(embedded) {
			name = path.Join(path.Dir(file), name)
			return loadLexicon(embedded, name, "voices/"+name)
		}
		return LoadLexicon(filepath.Dir(place), name)
	})
}

// decode reads the profile in data; file names it in errors, which have the
// form "file:line:col: key: what is wrong". load reads the lexicons that it
// names.
func decode(file string, data []byte, load func(name string) (*Lexicon, error)) (*Voice, error) {
	voice := Default()
	err := profile.Decode(file, data, func(d *strictyaml.Decoder, root strictyaml.Node) {
		read(d, root, &voice, load)
	})
	if err != nil {
		return nil, err
	}
	for _, l := range voice.Lexicons {
		if !l.For(voice.Language) {
			return nil, fmt.Errorf("%s: lexicons: %s is for the language %s, and the voice speaks %s", file, l.Place, l.Language, voice.Language)
		}
	}
	return &voice, nil
}

// read is the table of all keys.
func read(d *strictyaml.Decoder, n strictyaml.Node, v *Voice, load func(name string) (*Lexicon, error)) {
	d.Mapping(n, "", map[string]strictyaml.Field{
		"name":        d.Text(&v.Name, nameProblem),
		"description": d.Text(&v.Description, textProblem),
		"backend":     d.Text(&v.Backend, backendProblem),
		"language":    d.Text(&v.Language, LanguageProblem),
		"voice":       d.Text(&v.Engine, engineProblem),
		"rate":        d.Number(&v.Rate, minRate, maxRate),
		"pitch":       d.Number(&v.Pitch, minPitch, maxPitch),
		"volume":      d.Number(&v.Volume, minVolume, maxVolume),
		"pauses": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{
				"clause":         pause(d, &v.Pauses.Clause),
				"sentence":       pause(d, &v.Pauses.Sentence),
				"item":           pause(d, &v.Pauses.Item),
				"paragraph":      pause(d, &v.Pauses.Paragraph),
				"quote":          pause(d, &v.Pauses.Quote),
				"before-heading": pause(d, &v.Pauses.BeforeHeading),
				"after-heading":  pause(d, &v.Pauses.AfterHeading),
				"break":          pause(d, &v.Pauses.Break),
				"chapter":        pause(d, &v.Pauses.Chapter),
			})
		},
		"lexicon":   func(key string, n strictyaml.Node) { entries(d, key, n, &v.Lexicon) },
		"lexicons":  Lexicons(d, &v.Lexicons, load),
		"normalize": d.Truth(&v.Normalize),
		"settings":  func(key string, n strictyaml.Node) { settings(d, key, n, &v.Settings) },
	}, "name", "backend", "language", "voice")
}

// pauseForm is a decimal number with its unit; docs/voice.schema.json has the
// same one.
var pauseForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9})?(ms|s)$`)

// pause reads "350ms" or "1.2s".
func pause(d *strictyaml.Decoder, dst *time.Duration) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s, ok := strictyaml.Word(n)
		if !ok || !pauseForm.MatchString(s) {
			d.Fail(n, key, "%q is not a pause such as 350ms or 1.2s", strictyaml.Written(n))
			return
		}
		pause, err := time.ParseDuration(s)
		if err != nil {
			d.Fail(n, key, "%w", err)
			return
		}
		if pause > maxPause {
			d.Fail(n, key, "%s is longer than %s", s, maxPause)
			return
		}
		*dst = pause
	}
}

// settings reads plain values of any type, as text.
func settings(d *strictyaml.Decoder, key string, n strictyaml.Node, dst *map[string]string) {
	d.Entries(n, key, settingProblem, func(name, key string, n strictyaml.Node) {
		value, ok := strictyaml.Scalar(n)
		if !ok {
			d.Fail(n, key, "wants text, a number, true or false, has %s", strictyaml.KindOf(n))
			return
		}
		if what := settingValueProblem(value); what != "" {
			d.Fail(n, key, "%s", what)
			return
		}
		if len(*dst) == maxSettings {
			d.Fail(n, key, "more than %d settings", maxSettings)
			return
		}
		if *dst == nil {
			*dst = map[string]string{}
		}
		(*dst)[name] = value
	})
}

var (
	nameForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	backendForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// The problems say what is wrong with a value; "" is nothing.

func nameProblem(s string) string {
	if len(s) > maxName || !nameForm.MatchString(s) || isFile(s) {
		return fmt.Sprintf("%q is no name: letters, digits, '.', '_' and '-', at most %d, not ending in .yaml", s, maxName)
	}
	return ""
}

func backendProblem(s string) string {
	if len(s) > maxName || !backendForm.MatchString(s) {
		return fmt.Sprintf("%q is no backend's name", s)
	}
	return ""
}

func settingProblem(s string) string {
	if len(s) > maxName || !backendForm.MatchString(s) {
		return fmt.Sprintf("%.100q is no setting's name: small letters, digits and '-', at most %d", s, maxName)
	}
	return ""
}

func settingValueProblem(s string) string {
	if len(s) > maxSetting {
		return fmt.Sprintf("is longer than %d bytes", maxSetting)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return `holds a line end or another control character; text on several lines is written behind ">-"`
	}
	return ""
}

// LanguageProblem says what is wrong with a language tag; "" is nothing.
func LanguageProblem(s string) string {
	if tag, err := language.Parse(s); err != nil || tag == language.Und {
		return fmt.Sprintf(`%.100q is not a BCP 47 language tag such as "de" or "pt-BR"`, s)
	}
	return ""
}

func engineProblem(s string) string {
	if s == "" {
		return "is empty"
	}
	return textProblem(s)
}

func entryProblem(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }) {
		return "is empty" // or holds invisible characters alone
	}
	if strings.TrimSpace(s) != s {
		return "begins or ends with white space"
	}
	return textProblem(s)
}

func textProblem(s string) string {
	if len(s) > maxText {
		return fmt.Sprintf("is longer than %d bytes", maxText)
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "holds a control character"
	}
	return ""
}
