package http

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"narrate/internal/pcm"
	"narrate/internal/strictyaml"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/voices"
)

// The limits that a profile keeps to; docs/service.schema.json says the same.
const (
	maxName      = 64    // bytes
	maxText      = 1000  // bytes of a description
	maxVoice     = 200   // bytes of a voice's name or a setting
	maxBody      = 16000 // bytes of a template
	maxItems     = 200   // of any list but the voices
	maxVoices    = 2000
	maxDecimals  = 6
	maxParallel  = 64
	maxPace      = 1e7 // requests or characters a minute
	maxPrice     = 1e6
	maxIdeograph = 4 // characters that a Chinese one is charged as
	maxTextChars = 100000
	maxNesting   = 10 // of JSON
	minHz, maxHz = 8000, 192000
	maxChannels  = 8
)

// kinds are what an answer may mean, by the words for it.
var kinds = map[string]error{
	"key": tts.ErrKey, "quota": tts.ErrQuota, "voice": tts.ErrVoice, "too-long": tts.ErrTooLong, "text": tts.ErrText,
	"passing": nil,
}

// decode reads the profile in data; file names it in errors, which have the
// form "file:line:col: key: what is wrong".
func decode(file string, data []byte) (*Profile, error) {
	p := &Profile{settings: map[string]*setting{}, request: requestRule{method: "POST"}}
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
	p.digest = p.fingerprint()
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
		"key": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{
				"environment": d.Text(&p.key.environment, variableProblem),
				"header":      d.Text(&p.key.header, headerProblem),
				"query":       d.Text(&p.key.query, parameterProblem),
				"prefix":      d.Text(&p.key.prefix, prefixProblem),
				"optional":    d.Truth(&p.key.optional),
			}, "environment")
		},
		"settings": d.settings,
		"request": func(key string, n strictyaml.Node) {
			r := &p.request
			d.Mapping(n, key, map[string]strictyaml.Field{
				"method":  d.Text(&r.method, strictyaml.OneOf("POST", "PUT", "GET")),
				"address": d.template(&r.address, addressProblem),
				"query":   d.fields(&r.query, parameterProblem),
				"headers": d.fields(&r.headers, headerProblem),
				"json": func(key string, n strictyaml.Node) {
					r.json = d.tree(key, n, 0)
					r.source = fmt.Sprint(r.json)
				},
				"xml": func(key string, n strictyaml.Node) {
					var whole template
					d.template(&whole, xmlProblem)(key, n)
					if !d.Failed() {
						r.xml = parseMarkup(r.source)
					}
				},
				"text": d.template(&r.text, func(string) string { return "" }),
			}, "address")
		},
		"text": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{"replace": d.Pairs(&p.text.replace, maxItems, strictyaml.Filled(strictyaml.Short(maxName)), strictyaml.Short(maxName))}, "replace")
		},
		"answer": func(key string, n strictyaml.Node) {
			a := &p.answer
			d.Mapping(n, key, map[string]strictyaml.Field{
				"audio":    d.pointer(&a.audio),
				"format":   d.Text(&a.format.Name, strictyaml.OneOf(sound.Names()...)),
				"rate":     d.rate,
				"channels": d.Whole(&a.format.Channels, 1, maxChannels),
				"marks": func(key string, n strictyaml.Node) {
					m := &a.marks
					d.Mapping(n, key, map[string]strictyaml.Field{
						"of":     d.Text(&m.of, strictyaml.OneOf(characters, words)),
						"texts":  d.pointer(&m.texts),
						"starts": d.pointer(&m.starts),
						"in":     d.Text(&m.in, strictyaml.OneOf(seconds, milliseconds)),
					}, "of", "texts", "starts", "in")
				},
			}, "format")
		},
		"errors": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{"message": d.pointer(&p.errors.message), "kinds": d.kinds})
		},
		"rate":   d.scale(&p.rate),
		"pitch":  d.scale(&p.pitch),
		"volume": d.scale(&p.volume),
		"voices": func(key string, n strictyaml.Node) {
			d.Mapping(n, key, map[string]strictyaml.Field{"list": d.voices, "pattern": d.Pattern(&p.voices.pattern, true)}, "list")
		},
		"limits": func(key string, n strictyaml.Node) {
			t := &p.terms
			d.Mapping(n, key, map[string]strictyaml.Field{
				"characters":            d.Whole(&t.MaxText, 40, maxTextChars),
				"parallel":              d.Whole(&t.Parallel, 1, maxParallel),
				"requests-per-minute":   d.Number(&t.RequestsPerMinute, 0.1, maxPace),
				"characters-per-minute": d.Number(&t.CharactersPerMinute, 1, maxPace),
			})
		},
		"prices": d.prices,
	}, "name", "request", "answer", "voices")
}

// uses reports whether a placeholder stands anywhere in the request.
func (p *Profile) uses(name string) bool {
	return p.request.demands(name) || slices.Contains(p.request.optional(), name)
}

// demands reports whether a placeholder stands where nothing can be left out: in
// the address, in text, or in that of XML.
func (r *requestRule) demands(name string) bool {
	return slices.Contains(r.demanded(), name)
}

func (r *requestRule) demanded() []string {
	text, _ := markupNames(r.xml)
	return slices.Concat(r.address.names(), text, r.text.names())
}

// optional are the placeholders of the query, the headers, JSON and the
// attributes of XML.
func (r *requestRule) optional() (all []string) {
	_, all = markupNames(r.xml)
	for _, f := range slices.Concat(r.query, r.headers) {
		all = append(all, f.value.names()...)
	}
	if r.json != nil {
		r.json.look(func(t template) { all = append(all, t.names()...) })
	}
	return all
}

// problem says what is wrong with keys that do not go together; "" is nothing.
func (p *Profile) problem() (key, what string) {
	r := &p.request
	known := []string{"text", "voice", "language", "rate", "pitch", "volume"}
	all := slices.Concat(r.demanded(), r.optional())
	for _, name := range all {
		if p.settings[name] == nil && !slices.Contains(known, name) {
			return "request", fmt.Sprintf("unknown placeholder {%.50s}; there are the settings, and {%s}", name, strings.Join(known, "}, {"))
		}
	}
	if n := count(all, "text"); n != 1 {
		return "request", fmt.Sprintf("{text} stands in it %d times, not once", n)
	}
	for _, f := range r.headers {
		if slices.Contains(f.value.names(), "text") {
			return "request.headers", "{text} cannot stand in a header"
		}
		if strings.EqualFold(f.name, p.key.header) {
			return "request.headers", "the key goes there"
		}
	}
	for _, f := range r.query {
		if f.name == p.key.query {
			return "request.query", "the key goes there"
		}
	}
	bodies := 0
	for _, there := range []bool{r.json != nil, r.xml != nil, r.text != nil} {
		if there {
			bodies++
		}
	}
	if bodies > 1 || r.method == "GET" && bodies > 0 {
		return "request", "there is one of json, xml and text at most, and none with GET"
	}
	if key := p.key; key.environment != "" && (key.header == "") == (key.query == "") {
		return "key", "it goes into one of header and query"
	}
	for name, s := range map[string]*scale{"rate": p.rate, "pitch": p.pitch, "volume": p.volume} {
		if p.uses(name) != (s != nil) {
			return name, fmt.Sprintf("{%s} stands in the request where the profile says what %s is, and nowhere else", name, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.settings)) {
		s := p.settings[name]
		if !p.uses(name) && !p.decides(name) {
			return "settings." + name, "it stands nowhere in the request"
		}
		if what := s.problem(s.standard); s.hasStandard && what != "" {
			return "settings." + name + ".default", fmt.Sprintf("%.100q %s", s.standard, what)
		}
	}
	if (len(p.voices.known) > 1 || p.voices.pattern != nil) && !p.uses("voice") {
		return "voices", "{voice} stands nowhere, so that there can be one voice in the list alone"
	}
	a := &p.answer
	if f := a.format; (f.Name == sound.PCM) != (f.Rate != 0) || f.Name != sound.PCM && f.Channels != 0 {
		return "answer", "rate and channels are for the format pcm, which needs a rate; all others say it themselves"
	}
	if a.format.Name == sound.PCM && a.format.Channels == 0 {
		a.format.Channels = 1
	}
	if a.marks.of != "" && a.audio == nil {
		return "answer.marks", "word times are read from JSON, so that the audio must be a pointer into it"
	}
	return p.unknownCondition()
}

// decides reports whether a setting decides about a price or a scale.
func (p *Profile) decides(name string) bool {
	return slices.ContainsFunc(p.conditions(), func(c condition) bool { return c[name] != nil })
}

func (p *Profile) conditions() (all []condition) {
	for _, c := range p.prices {
		all = append(all, c.when)
	}
	for _, s := range []*scale{p.rate, p.pitch, p.volume} {
		if s != nil {
			all = append(all, s.when)
		}
	}
	return all
}

func (p *Profile) unknownCondition() (key, what string) {
	for _, c := range p.conditions() {
		for name := range c {
			if name != "voice" && name != "language" && p.settings[name] == nil {
				return "when", fmt.Sprintf("%.50q is neither voice nor language nor a setting", name)
			}
		}
	}
	return "", ""
}

func count(all []string, name string) (n int) {
	for _, s := range all {
		if s == name {
			n++
		}
	}
	return n
}

func (d reader) settings(key string, n strictyaml.Node) {
	d.Entries(n, key, settingProblem, func(name, key string, n strictyaml.Node) {
		s := &setting{}
		d.Mapping(n, key, map[string]strictyaml.Field{
			"description": d.Text(&s.description, textProblem),
			"default": func(key string, n strictyaml.Node) {
				s.hasStandard = true
				d.scalar(&s.standard)(key, n)
			},
			"choices": d.Texts(&s.choices, maxItems, choiceProblem),
			"number": func(key string, n strictyaml.Node) {
				s.numeric = true
				d.Mapping(n, key, map[string]strictyaml.Field{
					"least": d.Number(&s.least, -1e9, 1e9), "most": d.Number(&s.most, -1e9, 1e9),
				}, "least", "most")
			},
		}, "description")
		if s.numeric && s.choices != nil {
			d.Fail(n, key, "choices and number exclude each other")
		}
		if d.p.settings[name] = s; len(d.p.settings) > maxItems {
			d.Fail(n, key, "more than %d", maxItems)
		}
		d.mark()
	})
}

// mark tells the settings where they stand in the address: the two may come in
// either order.
func (d reader) mark() {
	at, host := 0, 0 // the slashes so far; 2 is the host
	for i, p := range d.p.request.address {
		if s := d.p.settings[p.name]; s != nil {
			s.isAddress = i == 0
			s.inHost = i > 0 && host == 2
		}
		at += strings.Count(p.literal, "/")
		host = at
		if i == 0 && p.name != "" {
			host, at = 3, 3 // it holds the host
		}
	}
}

// template reads a text with placeholders.
func (d reader) template(dst *template, problem func(string) string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s := ""
		d.Text(&s, func(s string) string {
			if s == "" || len(s) > maxBody {
				return fmt.Sprintf("is empty or longer than %d bytes", maxBody)
			}
			return problem(s)
		})(key, n)
		if *dst = parseTemplate(s); !d.Failed() && dst != &d.p.request.address {
			d.p.request.source = s
		}
		d.mark()
	}
}

func (d reader) fields(dst *[]field, problem func(string) string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		d.Entries(n, key, problem, func(name, key string, n strictyaml.Node) {
			s := ""
			d.scalar(&s)(key, n)
			if *dst = append(*dst, field{name, parseTemplate(s)}); len(*dst) > maxItems {
				d.Fail(n, key, "more than %d", maxItems)
			}
		})
	}
}

// scalar reads text, or a number or a truth as it is written.
func (d reader) scalar(dst *string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s, ok := strictyaml.Scalar(n)
		if !ok {
			d.Fail(n, key, "wants text, has %s", strictyaml.KindOf(n))
		} else if what := textProblem(s); what != "" {
			d.Fail(n, key, "%s", what)
		}
		*dst = s
	}
}

// tree reads a JSON value as YAML has it.
func (d reader) tree(key string, n strictyaml.Node, depth int) tree {
	if depth > maxNesting {
		d.Fail(n, key, "nested more than %d times", maxNesting)
		return literal("null")
	}
	switch strictyaml.KindOf(n) {
	case "keys and values":
		o := object{}
		d.Entries(n, key, textProblem, func(name, key string, n strictyaml.Node) {
			o = append(o, member{name, d.tree(key, n, depth+1)})
		})
		return o
	case "a list":
		a := array{}
		d.List(n, key, "values", func(n strictyaml.Node) { a = append(a, d.tree(key, n, depth+1)) })
		return a
	case "a number":
		var f float64
		d.Number(&f, -1e15, 1e15)(key, n)
		text, err := json.Marshal(f)
		if err != nil {
			d.Fail(n, key, "%w", err)
		}
		return literal(text)
	case "true or false":
		var b bool
		d.Truth(&b)(key, n)
		return literal(fmt.Sprint(b))
	case "nothing":
		return literal("null")
	}
	s, ok := strictyaml.Scalar(n)
	if !ok || len(s) > maxBody {
		d.Fail(n, key, "is no value of JSON, or longer than %d bytes", maxBody)
	}
	return parseTemplate(s)
}

func (d reader) pointer(dst *pointer) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s := ""
		d.Text(&s, pointerProblem)(key, n)
		if !d.Failed() {
			*dst = parsePointer(s)
		}
	}
}

func (d reader) rate(key string, n strictyaml.Node) {
	hz := 0
	d.Whole(&hz, minHz, maxHz)(key, n)
	d.p.answer.format.Rate = pcm.Hz(hz)
}

func (d reader) kinds(key string, n strictyaml.Node) {
	d.List(n, key, "kinds of errors", func(n strictyaml.Node) {
		var k errorKind
		is := ""
		d.Mapping(n, key, map[string]strictyaml.Field{
			"status":  d.Whole(&k.status, 300, 599),
			"pattern": d.Pattern(&k.pattern, false),
			"is":      d.Text(&is, strictyaml.OneOf(slices.Sorted(maps.Keys(kinds))...)),
		}, "status", "is")
		k.is = kinds[is]
		if d.p.errors.kinds = append(d.p.errors.kinds, k); len(d.p.errors.kinds) > maxItems {
			d.Fail(n, key, "more than %d", maxItems)
		}
	})
}

func (d reader) voices(key string, n strictyaml.Node) {
	v := &d.p.voices
	seen := map[string]bool{}
	d.List(n, key, "voices", func(n strictyaml.Node) {
		var k tts.EngineVoice
		d.Mapping(n, key, map[string]strictyaml.Field{
			"name":     d.Text(&k.Name, voiceProblem),
			"language": d.Text(&k.Language, voices.LanguageProblem),
			"note":     d.Text(&k.Note, textProblem),
		}, "name", "language")
		if seen[k.Name] {
			d.Fail(n, key, "%q stands in the list twice", k.Name)
		}
		seen[k.Name] = true
		if v.known = append(v.known, k); len(v.known) > maxVoices {
			d.Fail(n, key, "more than %d voices", maxVoices)
		}
	})
	if len(v.known) == 0 {
		d.Fail(n, key, "there is no voice in it")
	}
}

func (d reader) prices(key string, n strictyaml.Node) {
	d.List(n, key, "prices", func(n strictyaml.Node) {
		var c price
		d.Mapping(n, key, map[string]strictyaml.Field{
			"when":        d.when(&c.when),
			"per-million": d.Number(&c.price.PerMillion, 0, maxPrice),
			"per-minute":  d.Number(&c.price.PerMinute, 0, maxPrice),
			"currency":    d.Text(&c.price.Currency, currencyProblem),
			"ideograph":   d.Whole(&c.price.Ideograph, 1, maxIdeograph),
			"markup-except": func(key string, n strictyaml.Node) {
				c.uncharged = []string{}
				d.List(n, key, "elements", func(n strictyaml.Node) {
					name := ""
					d.Text(&name, elementProblem)(key, n)
					if c.uncharged = append(c.uncharged, name); len(c.uncharged) > maxItems {
						d.Fail(n, key, "more than %d", maxItems)
					}
				})
			},
		}, "currency")
		if len(d.p.prices) > 0 && d.p.prices[0].price.Currency != c.price.Currency {
			d.Fail(n, key, "all prices have one currency")
		}
		if d.p.prices = append(d.p.prices, c); len(d.p.prices) > maxItems {
			d.Fail(n, key, "more than %d", maxItems)
		}
	})
}

func (d reader) when(dst *condition) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		*dst = condition{}
		d.Entries(n, key, textProblem, func(name, key string, n strictyaml.Node) {
			var re *regexp.Regexp
			d.Pattern(&re, true)(key, n)
			(*dst)[name] = re
		})
	}
}

func (d reader) scale(dst **scale) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s := &scale{}
		fields := map[string]strictyaml.Field{
			"when":     d.when(&s.when),
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
