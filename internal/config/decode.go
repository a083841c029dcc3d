package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"narrate/internal/script"
	"narrate/internal/strictyaml"
	"narrate/voices"
)

// Known is what a configuration may name.
type Known struct {
	Voices                  *voices.Set
	Formats, Presets, Clips []string
	Captions                []string // names of profiles
	// Caption says what is wrong with a number of the captions; "" is nothing.
	Caption func(key, value string) string
}

var configuration = strictyaml.Kind{Name: "configuration", Empty: true}

// Load reads a configuration. Voice files and lexicons in it are relative to its folder.
// Errors have the form "file:line:col: key: what is wrong".
func Load(file string, known Known) (Config, error) {
	folder := filepath.Dir(file)
	data, err := configuration.Load(os.DirFS(folder), filepath.Base(file), file)
	if err != nil {
		return Config{}, err
	}
	return decode(file, data, known)
}

func decode(file string, data []byte, known Known) (Config, error) {
	r := reader{known: known, folder: filepath.Dir(file)}
	var c Config
	err := configuration.Decode(file, data, func(d *strictyaml.Decoder, root strictyaml.Node) {
		r.Decoder = d
		r.config(root, &c)
	})
	if err != nil {
		return Config{}, err
	}
	return c, nil
}

type reader struct {
	*strictyaml.Decoder
	known  Known
	folder string
}

// config is the table of all keys.
func (r reader) config(n strictyaml.Node, c *Config) {
	r.Mapping(n, "", map[string]strictyaml.Field{
		"lang":           r.Text(&c.Lang, voices.LanguageProblem),
		"voice":          r.voice(&c.Voice),
		"voices":         r.voices(&c.Voices, voices.LanguageProblem, canonical),
		"cast":           r.voices(&c.Cast, CastProblem, CastKey),
		"quote-voice":    r.voice(&c.QuoteVoice),
		"block-voices":   r.blockVoices(&c.BlockVoices),
		"chapter-voices": r.chapterVoices(&c.ChapterVoices),
		"lexicons": voices.Lexicons(r.Decoder, &c.Lexicons, func(name string) (*voices.Lexicon, error) {
			return voices.LoadLexicon(r.folder, name)
		}),
		"blocks": r.blocks(&c.Blocks),
		"languages": func(key string, n strictyaml.Node) {
			r.Mapping(n, key, map[string]strictyaml.Field{
				"passages": r.truth(&c.Passages),
				"phrases":  r.truth(&c.Phrases),
			})
		},
		"chapters":      r.chapters(&c.Chapters),
		"format":        r.formats(&c.Formats),
		"preset":        r.Text(&c.Preset, oneOf("preset", r.known.Presets)),
		"sound":         r.values(&c.Sound, soundProblem),
		"chapter-marks": r.values(&c.Marks, rulesProblem),
		"meta":          r.meta(&c.Meta),
		"chapter-meta":  r.chapterMeta(&c.ChapterMeta),
		"music":         r.music(&c.Music),
		"captions":      r.Text(&c.Captions, oneOf("profile of captions", r.known.Captions)),
		"caption":       r.values(&c.Caption, r.known.Caption),
		"clips":         r.Text(&c.Clips, oneOf("unit of clips", append(slices.Clone(r.known.Clips), NoClips))),
	})
	if c.Voice != nil && c.Voices != nil {
		r.Fail(n, "voices", "has no use beside voice, which speaks every language; name each language's voice here, the article's too")
	}
}

func (r reader) voice(dst **voices.Voice) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		var name string
		r.Text(&name, anyText)(key, n)
		if r.Failed() {
			return
		}
		v, err := r.known.Voices.ResolveList(r.folder, name)
		if err != nil {
			r.Fail(n, key, "%w", err)
			return
		}
		*dst = v
	}
}

// voices reads a map from names to voices; fold gives the form of a name that
// stands for all ways of writing it.
func (r reader) voices(dst *map[string]*voices.Voice, problem func(string) string, fold func(string) string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		all := map[string]*voices.Voice{}
		r.Entries(n, key, problem, func(name, key string, n strictyaml.Node) {
			var v *voices.Voice
			r.voice(&v)(key, n)
			if _, twice := all[fold(name)]; twice {
				r.Fail(n, key, "stands here twice")
			}
			all[fold(name)] = v
		})
		*dst = all
	}
}

func (r reader) blocks(dst *map[string]script.Treatment) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		elements, treatments := script.Elements()
		fields := map[string]strictyaml.Field{}
		all := map[string]script.Treatment{}
		for _, element := range elements {
			fields[element] = func(key string, n strictyaml.Node) {
				var s string
				r.Text(&s, oneOf("treatment of "+element, treatments[element]))(key, n)
				all[element] = script.Treatment(s)
			}
		}
		r.Mapping(n, key, fields)
		*dst = all
	}
}

// truth reads true or false into a value that says that it is there.
func (r reader) truth(dst **bool) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		*dst = new(bool)
		r.Truth(*dst)(key, n)
	}
}

// chapters reads a selection, which a single number is, too.
func (r reader) chapters(dst *[]script.Range) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s, ok := strictyaml.Word(n)
		if kind := strictyaml.KindOf(n); !ok && kind != "a number" {
			r.Fail(n, key, "wants chapters such as 2-5,7, has %s", kind)
			return
		} else if !ok {
			s = strictyaml.Written(n)
		}
		ranges, err := script.ParseRanges(s)
		if err != nil {
			r.Fail(n, key, "%w", err)
			return
		}
		*dst = ranges
	}
}

func (r reader) formats(dst *[]string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		all := []string{}
		r.List(n, key, "formats", func(n strictyaml.Node) {
			var s string
			r.Text(&s, oneOf("output format", r.known.Formats))(key, n)
			all = append(all, s)
		})
		if len(all) == 0 {
			r.Fail(n, key, "is an empty list")
		}
		*dst = all
	}
}

// The problems say what is wrong with a value; "" is nothing.

func anyText(string) string { return "" }

// canonical is the one form of a language tag; voices.LanguageProblem finds nothing
// wrong with it.
func canonical(tag string) string { return language.Make(tag).String() }

// maxCast is the longest name in a cast, in code points.
const maxCast = 64

// CastProblem says what is wrong with the name of a speaker; "" is nothing.
func CastProblem(name string) string {
	if utf8.RuneCountInString(name) > maxCast || strings.TrimSpace(name) != name ||
		!strings.ContainsFunc(name, isSound) || strings.ContainsFunc(name, notInName) {
		return fmt.Sprintf("%.100q is not a speaker's name: letters, digits, spaces and such signs as in O'Neil or Jean-Luc, at most %d characters", name, maxCast)
	}
	return ""
}

// CastKey is the form in which the names of a cast are compared.
func CastKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(name)), " "))
}

func isSound(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func notInName(r rune) bool {
	return !isSound(r) && !unicode.IsMark(r) && !strings.ContainsRune(" .-_'’·・", r)
}

// oneOf finds a value wrong that is none of those there are.
func oneOf[S ~string](what string, there []S) func(string) string {
	return func(s string) string {
		if slices.Contains(there, S(s)) {
			return ""
		}
		names := make([]string, len(there))
		for i, t := range there {
			names[i] = string(t)
		}
		return fmt.Sprintf("there is no %s %.100q; there are %s", what, s, strings.Join(names, ", "))
	}
}
