package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"narrate/internal/pcm"
	"narrate/internal/strictyaml"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/voices"
)

// The limits that a profile keeps to; docs/command.schema.json says the same.
const (
	maxName      = 64   // bytes
	maxText      = 1000 // bytes of a description or a hint
	maxArgument  = 16000
	maxItems     = 200 // of any list
	maxDecimals  = 6
	maxParallel  = 64
	maxTextChars = 100000
	minHz, maxHz = 8000, 192000
	maxChannels  = 8
)

// systems are the names of systems that a profile may give.
var systems = []string{"linux", "darwin", "windows", "freebsd", "openbsd", "netbsd"}

// decode reads the profile in data; file names it in errors, which have the
// form "file:line:col: key: what is wrong".
func decode(file string, data []byte) (*Profile, error) {
	p := &Profile{text: textRule{encoding: utf8Text}, digest: digest(data)}
	err := kind.Decode(file, data, func(d *strictyaml.Decoder, root strictyaml.Node) {
		reader{d, p}.read(root)
		if !d.Failed() {
			if key, what := p.problem(); what != "" {
				d.Fail(root, key, "%s", what)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// reader reads a file into a Profile.
type reader struct {
	*strictyaml.Decoder
	p *Profile
}

// read is the table of all keys.
func (d reader) read(root strictyaml.Node) {
	p := d.p
	d.Mapping(root, "", map[string]strictyaml.Field{
		"name":        d.Text(&p.Name, nameProblem),
		"description": d.Text(&p.Description, textProblem),
		"systems":     d.Texts(&p.systems, maxItems, strictyaml.OneOf(systems...)),
		"install":     d.table(&p.install, strictyaml.OneOf(systems...), textProblem),
		"program":     d.Text(&p.program, programProblem),
		"arguments":   d.arguments,
		"environment": d.table(&p.environment, variableProblem, argumentProblem),
		"text": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{
				"to":          d.Text(&p.text.to, strictyaml.OneOf(toInput, toFile, toArgument)),
				"encoding":    d.Text(&p.text.encoding, strictyaml.OneOf(encodings()...)),
				"wrap":        d.Text(&p.text.wrap, wrapProblem),
				"replace":     d.Pairs(&p.text.replace, maxItems, strictyaml.Filled(strictyaml.Short(maxName)), strictyaml.Short(maxName)),
				"needs-words": d.Truth(&p.text.words),
				"max":         d.Whole(&p.text.max, 40, maxTextChars),
			}, "to")
		},
		"sound": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{
				"from":     d.Text(&p.sound.from, strictyaml.OneOf(fromOutput, fromFile)),
				"format":   d.Text(&p.sound.format.Name, strictyaml.OneOf(sound.Names()...)),
				"rate":     d.rate,
				"channels": d.Whole(&p.sound.format.Channels, 1, maxChannels),
			}, "from", "format")
		},
		"marks":    d.Pattern(&p.marks, false, "seconds", "word"),
		"rate":     d.scale(&p.rate),
		"pitch":    d.scale(&p.pitch),
		"volume":   d.scale(&p.volume),
		"version":  d.query(&p.version),
		"voices":   d.voices,
		"parallel": d.Whole(&p.parallel, 1, maxParallel),
	}, "name", "program", "arguments", "text", "sound", "voices")
}

// problem says what is wrong with keys that do not go together; "" is nothing.
func (p *Profile) problem() (key, what string) {
	used := map[string]bool{}
	begins := map[string]bool{} // an argument
	look := func(s string) {
		for _, m := range placeholder.FindAllString(s, -1) {
			used[m] = true
		}
	}
	for _, a := range p.arguments {
		for _, part := range a.parts {
			look(part)
			if at := placeholder.FindStringIndex(part); at != nil && at[0] == 0 {
				begins[part[:at[1]]] = true
			}
		}
	}
	for _, value := range p.environment {
		look(value)
	}
	if used["{text}"] != (p.text.to == toArgument) {
		return "text.to", `{text} stands in the arguments or the environment where the text goes "to: argument", and nowhere else`
	}
	look(p.text.wrap)
	if i := strings.IndexFunc(p.text.wrap, func(r rune) bool { return !holds[p.text.encoding](r) }); i >= 0 {
		return "text.wrap", fmt.Sprintf("%q is not in the encoding %s", []rune(p.text.wrap[i:])[0], p.text.encoding)
	}
	if used["{text-file}"] != (p.text.to == toFile) {
		return "text.to", `{text-file} stands in the arguments or the environment where the text goes "to: file", and nowhere else`
	}
	if used["{output-file}"] != (p.sound.from == fromFile) {
		return "sound.from", `{output-file} stands in the arguments or the environment where the sound comes "from: file", and nowhere else`
	}
	for name, s := range map[string]*tts.Scale{"rate": p.rate, "pitch": p.pitch, "volume": p.volume} {
		mark := "{" + name + "}"
		switch {
		case used[mark] != (s != nil):
			return name, fmt.Sprintf("%s stands in the arguments, the environment or text.wrap where the profile says what %s is, and nowhere else", mark, name)
		case s != nil && s.Least < 0 && begins[mark]:
			return name, fmt.Sprintf(`%s may be negative, which would make an option of an argument that begins with it; write "--%s=%s"`, mark, name, mark)
		}
	}
	if many := len(p.voices.known) > 1 || p.voices.command != nil; many && !used["{voice}"] {
		return "voices", "{voice} stands nowhere, so that there can be one voice in the list alone"
	}
	if p.voices.command == nil && len(p.voices.known) == 0 {
		return "voices", "neither a list nor a command"
	}
	if f := p.sound.format; (f.Name == sound.PCM) != (f.Rate != 0) || f.Name != sound.PCM && f.Channels != 0 {
		return "sound", "rate and channels are for the format pcm, which needs a rate; all others say it themselves"
	}
	if p.sound.format.Name == sound.PCM && p.sound.format.Channels == 0 {
		p.sound.format.Channels = 1
	}
	if p.marks != nil && p.sound.from != fromFile {
		return "marks", `word times are read from standard output, so that the sound must come "from: file"`
	}
	return "", ""
}

func (d reader) arguments(key string, n strictyaml.Node) {
	d.List(n, key, "arguments", func(n strictyaml.Node) {
		var a argument
		if strictyaml.KindOf(n) == "a list" {
			a.optional = true
			d.Texts(&a.parts, maxItems, argumentProblem)(key, n)
			if !d.Failed() && !slices.ContainsFunc(a.parts, prosodic) {
				d.Fail(n, key, "arguments in a list of their own are left out where rate, pitch and volume are normal; in this one stands none of {rate}, {pitch} and {volume}")
			}
		} else {
			a.parts = make([]string, 1)
			d.argument(&a.parts[0])(key, n)
		}
		d.p.arguments = append(d.p.arguments, a)
		if len(d.p.arguments) > maxItems {
			d.Fail(n, key, "more than %d arguments", maxItems)
		}
	})
}

// argument reads text, or a number as it is written.
func (d reader) argument(dst *string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s, ok := strictyaml.Scalar(n)
		if !ok {
			d.Fail(n, key, "wants text, has %s", strictyaml.KindOf(n))
			return
		}
		if what := argumentProblem(s); what != "" {
			d.Fail(n, key, "%s", what)
			return
		}
		*dst = s
	}
}

func prosodic(s string) bool {
	return strings.Contains(s, "{rate}") || strings.Contains(s, "{pitch}") || strings.Contains(s, "{volume}")
}

func (d reader) rate(key string, n strictyaml.Node) {
	hz := 0
	d.Whole(&hz, minHz, maxHz)(key, n)
	d.p.sound.format.Rate = pcm.Hz(hz)
}

func (d reader) voices(key string, n strictyaml.Node) {
	v := &d.p.voices
	d.Mapping(n, key, map[string]strictyaml.Field{
		"list": func(key string, n strictyaml.Node) {
			d.List(n, key, "voices", func(n strictyaml.Node) {
				var k knownVoice
				d.Mapping(n, key, map[string]strictyaml.Field{
					"name":        d.Text(&k.name, voiceProblem),
					"language":    d.Text(&k.language, voices.LanguageProblem),
					"note":        d.Text(&k.note, textProblem),
					"fixed-pitch": d.Truth(&k.fixedPitch),
				}, "name", "language")
				if _, twice := v.find(k.name); twice {
					d.Fail(n, key, "%q stands in the list twice", k.name)
				}
				if v.known = append(v.known, k); len(v.known) > maxVoices {
					d.Fail(n, key, "more than %d voices", maxVoices)
				}
			})
		},
		"language":  d.Text(&v.language, voices.LanguageProblem),
		"languages": d.table(&v.languages, textProblem, voices.LanguageProblem),
		"command":   d.listing(&v.command),
	})
}

// find gives what the profile tells of a voice.
func (v *voiceRule) find(name string) (knownVoice, bool) {
	for _, k := range v.known {
		if k.name == name {
			return k, true
		}
	}
	return knownVoice{}, false
}

// query reads a command whose answer is the first line or what a pattern finds.
func (d reader) query(dst **query) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		q := &query{}
		d.Mapping(n, key, d.queryFields(q, d.Pattern(&q.pattern, false)), "arguments")
		*dst = q
	}
}

// listing reads a command whose answer is a list.
func (d reader) listing(dst **query) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		q := &query{}
		d.Mapping(n, key, d.queryFields(q, d.Pattern(&q.pattern, false, "name")), "arguments", "pattern")
		*dst = q
	}
}

func (d reader) queryFields(q *query, pattern strictyaml.Field) map[string]strictyaml.Field {
	return map[string]strictyaml.Field{
		"program":   d.Text(&q.program, programProblem),
		"arguments": d.Texts(&q.arguments, maxItems, plainProblem),
		"pattern":   pattern,
	}
}

func (d reader) scale(dst **tts.Scale) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s := &tts.Scale{}
		fields := map[string]strictyaml.Field{
			"least":    d.Number(&s.Least, -1e6, 1e6),
			"most":     d.Number(&s.Most, -1e6, 1e6),
			"decimals": d.Whole(&s.Decimals, 0, maxDecimals),
			"sign":     d.Truth(&s.Sign),
		}
		d.OneNumber(fields, tts.ScaleForms(), &s.Form, &s.By, 1e-3, 1e6)
		d.Mapping(n, key, fields, "least", "most")
		if what := s.Problem(); what != "" {
			d.Fail(n, key, "%s", what)
		}
		*dst = s
	}
}

// table reads a mapping of names and texts.
func (d reader) table(dst *map[string]string, nameProblem, valueProblem func(string) string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		*dst = map[string]string{}
		d.Entries(n, key, nameProblem, func(name, key string, n strictyaml.Node) {
			s := ""
			d.Text(&s, valueProblem)(key, n)
			if (*dst)[name] = s; len(*dst) > maxItems {
				d.Fail(n, key, "more than %d", maxItems)
			}
		})
	}
}

var (
	nameForm     = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	variableForm = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
	// placeholder is a word in braces; other braces are the program's own.
	placeholder = regexp.MustCompile(`\{[a-z]+(-[a-z]+)*\}`)
)

// placeholders are those of arguments and of the environment.
var placeholders = []string{"{text}", "{text-file}", "{output-file}", "{voice}", "{rate}", "{pitch}", "{volume}"}

// The problems say what is wrong with a value; "" is nothing.

var textProblem = strictyaml.Short(maxText)

func nameProblem(s string) string {
	if len(s) > maxName || !nameForm.MatchString(s) {
		return fmt.Sprintf("%.100q is no backend's name: small letters, digits and '-', at most %d", s, maxName)
	}
	return ""
}

func variableProblem(s string) string {
	if len(s) > maxName || !variableForm.MatchString(s) {
		return fmt.Sprintf("%.100q is no variable's name: capital letters, digits and '_', at most %d", s, maxName)
	}
	return ""
}

func programProblem(s string) string {
	if s == "" || strings.HasPrefix(s, "-") {
		return "is no program's name"
	}
	return textProblem(s)
}

func argumentProblem(s string) string {
	for _, m := range placeholder.FindAllString(s, -1) {
		if !slices.Contains(placeholders, m) {
			return fmt.Sprintf("unknown placeholder %.50s; there are %s", m, strings.Join(placeholders, ", "))
		}
	}
	return scriptProblem(s)
}

// plainProblem is for arguments that nothing is put into.
func plainProblem(s string) string {
	if m := placeholder.FindString(s); slices.Contains(placeholders, m) {
		return fmt.Sprintf("%s is not known yet when the program is asked this", m)
	}
	return scriptProblem(s)
}

// scriptProblem lets lines and tabs pass, as a script has them.
func scriptProblem(s string) string {
	if len(s) > maxArgument {
		return fmt.Sprintf("is longer than %d bytes", maxArgument)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return "holds a control character"
	}
	return ""
}

func wrapProblem(s string) string {
	if strings.Count(s, "{text}") != 1 {
		return "holds {text} once"
	}
	for _, m := range placeholder.FindAllString(s, -1) {
		if m != "{text}" && m != "{voice}" && !prosodic(m) {
			return fmt.Sprintf("%.50s has no place here; there are {text}, {voice}, {rate}, {pitch} and {volume}", m)
		}
	}
	return scriptProblem(s)
}

func voiceProblem(s string) string {
	if s == "" || len(s) > maxName*2 || strings.HasPrefix(s, "-") || strings.TrimSpace(s) != s {
		return fmt.Sprintf("%.100q is no voice's name: it is empty, longer than %d bytes, begins with '-' or has white space at an end", s, maxName*2)
	}
	return textProblem(s)
}
