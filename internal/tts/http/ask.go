package http

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/internal/tts/web"
	"narrate/voices"
)

// The settings that a voice of any service may have.
const (
	keyFile           = "key-file"
	keyEnv            = "key-env"
	parallel          = "parallel"
	requestsPerMinute = "requests-per-minute"
	pricePerMillion   = "price-per-million"
	pricePerMinute    = "price-per-minute"
)

var commonSettings = []string{keyFile, keyEnv, parallel, requestsPerMinute, pricePerMillion, pricePerMinute}

// The bounds of a volume where the service has none: more is a mistake, and less
// could not be told from a failed clip.
const minVolume, maxVolume = 0.01, 2

// ask is a request without its text.
type ask struct {
	values values
	gain   pcm.Gain // what is left of the volume to do
	terms  tts.Terms
	key    web.Secret

	keyEnv, keyFile string
}

// ask reads a voice and finds its key. An error tells both of what is wrong with
// the voice and of a missing key: without a key, nothing else helps.
func (p *Profile) ask(ctx context.Context, v voices.Voice) (*ask, error) {
	a, err := p.read(v)
	var keyless error
	if a.key, keyless = p.findKey(a); keyless != nil {
		if err != nil {
			keyless = fmt.Errorf("%w; %w", keyless, err)
		}
		return nil, keyless
	}
	if err != nil {
		return nil, err
	}
	if err := sound.Ready(ctx, p.answer.format.Name); err != nil {
		return nil, err
	}
	return a, nil
}

// findKey gives the key of a voice, if the service has one.
func (p *Profile) findKey(a *ask) (web.Secret, error) {
	if p.key.environment == "" {
		return web.Secret{}, nil
	}
	key, err := web.FindSecret(a.keyEnv, a.keyFile)
	if err == nil && key == (web.Secret{}) && !p.key.optional {
		err = fmt.Errorf("%w: no key; put it into the environment variable %s, or into a file that %s_FILE or the voice's setting %s names",
			tts.ErrKey, a.keyEnv, a.keyEnv, keyFile)
	}
	return key, err
}

// read turns a voice into what the service takes, as far as it can. All its
// errors wrap tts.ErrVoice and tell all that is wrong.
func (p *Profile) read(v voices.Voice) (*ask, error) {
	a := &ask{values: values{}, gain: pcm.Unity, terms: p.terms, keyEnv: p.key.environment}
	var unfit []string
	wrong := func(format string, args ...any) { unfit = append(unfit, fmt.Sprintf(format, args...)) }
	language, ok := p.voices.find(v.Engine)
	if !ok {
		wrong("it has no voice %.100q%s", v.Engine, p.voices.offer())
	}
	a.values["voice"] = value{text: v.Engine, given: true}
	if language == "" {
		language = v.Language
	}
	if p.uses("language") && !languageForm.MatchString(language) {
		wrong("the language of the voice %.100q is not known; say it in the profile", v.Engine)
	}
	a.values["language"] = value{text: language, given: true}
	p.set(a, v.Settings, wrong)
	p.prosody(a, v, wrong)
	p.bargain(a, v.Settings, wrong)
	if unfit != nil {
		return a, fmt.Errorf("%w: %s", tts.ErrVoice, strings.Join(unfit, "; "))
	}
	return a, nil
}

// offer tells of voices that there are, in a few words.
func (v *voiceRule) offer() string {
	var names []string
	for _, k := range v.known {
		if names = append(names, k.Name); len(names) == 8 && len(v.known) > 8 {
			names = append(names, "…")
			break
		}
	}
	if names == nil {
		return ""
	}
	return "; there are " + strings.Join(names, ", ")
}

// set reads the settings.
func (p *Profile) set(a *ask, settings map[string]string, wrong func(string, ...any)) {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		text := settings[name]
		amount := func(most float64, whole bool) float64 {
			x, err := strconv.ParseFloat(text, 64)
			if err != nil || !(x >= 0 && x <= most) || whole && (x != math.Trunc(x) || x == 0) {
				wrong("setting %s: %.100q is not a number up to %g", name, text, most)
			}
			return x
		}
		switch name {
		case keyFile, keyEnv:
			switch {
			case p.key.environment == "":
				wrong("it has no key, and no setting %s", name)
			case name == keyFile && text == "":
				wrong("setting %s: it names no file", name)
			case name == keyFile:
				a.keyFile = text
			case !variableForm.MatchString(text):
				wrong("setting %s is not the name of an environment variable", name) // but perhaps a key
			default:
				a.keyEnv = text
			}
		case parallel:
			a.terms.Parallel = int(amount(maxParallel, true))
		case requestsPerMinute:
			a.terms.RequestsPerMinute = amount(maxPace, false)
		case pricePerMillion:
			a.terms.Price.PerMillion = amount(maxPrice, false)
		case pricePerMinute:
			a.terms.Price.PerMinute = amount(maxPrice, false)
		default:
			s := p.settings[name]
			if s == nil {
				known := append(slices.Collect(maps.Keys(p.settings)), commonSettings...)
				slices.Sort(known)
				wrong("it has no setting %.64q; there are %s", name, strings.Join(known, ", "))
			} else if what := s.problem(text); what != "" {
				wrong("setting %s: %.100q %s", name, text, what)
			} else {
				a.values[name] = s.value(text)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.settings)) {
		s := p.settings[name]
		switch _, ok := a.values[name]; {
		case ok:
		case s.hasStandard:
			a.values[name] = s.value(s.standard)
		case s.inHost || s.isAddress || p.request.demands(name):
			if _, tried := settings[name]; !tried {
				wrong("it needs the setting %s: %s", name, s.description)
			}
		}
	}
}

// value is what a setting puts in the place of its placeholder.
func (s *setting) value(text string) value {
	if s.isAddress {
		text = strings.TrimRight(text, "/")
	}
	return value{text: text, number: s.numeric, given: true}
}

// jsonNumber is what JSON takes for a number (RFC 8259, section 6).
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

var hostLabel = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// problem says what is wrong with the text of a setting; "" is nothing.
func (s *setting) problem(text string) string {
	switch {
	case s.choices != nil:
		if !slices.Contains(s.choices, text) {
			return "is none of " + strings.Join(s.choices, ", ")
		}
	case s.numeric:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !jsonNumber.MatchString(text) || !(x >= s.least && x <= s.most) {
			return fmt.Sprintf("is not a number from %g to %g", s.least, s.most)
		}
	case s.isAddress:
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return "is not an address such as http://localhost:8080, without a password or a query"
		}
	}
	if s.inHost && !hostLabel.MatchString(text) {
		return "is not a part of a host's name"
	}
	return valueProblem(text)
}

// valueProblem is for what goes into an address or a header.
func valueProblem(s string) string {
	switch {
	case s == "", s == ".", s == "..", len(s) > maxVoice, strings.TrimSpace(s) != s, !utf8.ValidString(s):
		return fmt.Sprintf("is empty, longer than %d bytes, only dots or has white space at an end", maxVoice)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "holds what cannot be printed"
	}
	return ""
}

// prosody reads rate, pitch and volume.
func (p *Profile) prosody(a *ask, v voices.Voice, wrong func(string, ...any)) {
	for _, what := range []struct {
		name   string
		factor float64
		scale  *scale
	}{{"rate", v.Rate, p.rate}, {"pitch", v.Pitch, p.pitch}, {"volume", v.Volume, p.volume}} {
		able := what.scale != nil && what.scale.when.holds(a.values)
		if what.scale != nil {
			factor := what.factor
			if !able {
				factor = 1
			}
			text, err := what.scale.Value(factor)
			if err != nil {
				wrong("%s %v", what.name, err)
			}
			a.values[what.name] = value{text: text, number: !what.scale.Sign, given: able && !tts.Normal(factor)}
		}
		switch {
		case able, tts.Normal(what.factor):
		case what.name != "volume":
			wrong("%s %g: the %s of this voice cannot be changed", what.name, what.factor, what.name)
		case !(what.factor >= minVolume && what.factor <= maxVolume):
			wrong("volume %g is not between %g and %d", what.factor, minVolume, maxVolume)
		default:
			a.gain = pcm.Gain(math.Round(what.factor * float64(pcm.Unity)))
		}
	}
}

// bargain finds out what the voice costs. That must be known before it is spent.
func (p *Profile) bargain(a *ask, settings map[string]string, wrong func(string, ...any)) {
	_, million := settings[pricePerMillion]
	_, minute := settings[pricePerMinute]
	own := a.terms.Price
	i := slices.IndexFunc(p.prices, func(c price) bool { return c.when.holds(a.values) })
	if i >= 0 {
		a.terms.Price = p.prices[i].price
		a.terms.Price.Overhead = p.overhead(a.values, p.prices[i].uncharged)
	}
	if million || minute {
		a.terms.Price.PerMillion, a.terms.Price.PerMinute = own.PerMillion, own.PerMinute
		a.terms.Price.Currency = "USD"
		if len(p.prices) > 0 {
			a.terms.Price.Currency = p.prices[0].price.Currency
		}
		return
	}
	if i >= 0 {
		return
	}
	if len(p.prices) > 0 {
		wrong("narrate does not know its price; give the setting %s or %s, in %s", pricePerMillion, pricePerMinute, p.prices[0].price.Currency)
	}
}

// overhead is how many characters of markup a request has that is charged.
func (p *Profile) overhead(v values, uncharged []string) (n int) {
	if uncharged == nil {
		return 0
	}
	writeMarkup(p.request.xml, v, func(name string, length int) {
		if !slices.Contains(uncharged, name) {
			n += length
		}
	})
	return n
}
