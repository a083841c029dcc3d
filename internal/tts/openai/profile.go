package openai

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

// The service's limits (API reference, createSpeech), and ours where it has none.
const (
	minSpeed, maxSpeed   = 0.25, 4
	minVolume, maxVolume = 0.01, 2
	maxText              = 4096 // characters of input
	maxInstructions      = 4096
	maxVoice             = 200 // bytes of a voice's or a model's name
	homeKey              = "OPENAI_API_KEY"

	parallelOpenAI, parallelOther = 8, 4
)

// profile is a voice as a service is asked for it.
type profile struct {
	base         string // without a slash at the end
	home         bool   // it is OpenAI's own
	model, voice string
	instructions string
	format       string
	rate         pcm.Hz // of bare samples
	timestamps   bool
	speed        float64
	volume       pcm.Gain
	terms        tts.Terms

	keyEnv, keyFile string
	key             web.Secret
}

// setting puts the text of a setting into the profile, or says what it wants.
type setting func(p *profile, text string) (wants string)

// variable is the name of an environment variable.
var variable = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,99}$`)

// settings are all that a voice may have.
var settings = map[string]setting{
	"base-url": func(p *profile, text string) string {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return "an address such as http://localhost:8880/v1, without a password or a query"
		}
		if u.Path = strings.TrimRight(u.Path, "/"); u.Path == "" {
			u.Path = "/v1" // as the API has it everywhere
		}
		p.base = u.String()
		return ""
	},
	"model": func(p *profile, text string) string {
		p.model = text
		if !word(text) {
			return "a model's name"
		}
		return ""
	},
	"instructions": func(p *profile, text string) string {
		p.instructions = text
		if utf8.RuneCountInString(text) > maxInstructions {
			return fmt.Sprintf("at most %d characters", maxInstructions)
		}
		return ""
	},
	"response-format": func(p *profile, text string) string {
		p.format = text
		if !slices.Contains(sound.Names(), text) {
			return "one of " + strings.Join(sound.Names(), ", ")
		}
		return ""
	},
	"pcm-rate": whole(8000, 192000, func(p *profile) *pcm.Hz { return &p.rate }),
	"timestamps": func(p *profile, text string) string {
		p.timestamps = text == "true"
		if text != "true" && text != "false" {
			return "true or false"
		}
		return ""
	},
	"key-env": func(p *profile, text string) string {
		p.keyEnv = text
		if !variable.MatchString(text) {
			return "the name of an environment variable, in capital letters; the key itself has no place in a profile"
		}
		return ""
	},
	"key-file": func(p *profile, text string) string {
		p.keyFile = text
		if !strings.ContainsAny(text, `/\`) {
			return "the path of a file, such as ~/.config/narrate/key; the key itself has no place in a profile"
		}
		return ""
	},
	"max-text":            whole(1, 1_000_000, func(p *profile) *int { return &p.terms.MaxText }),
	"parallel":            whole(1, 64, func(p *profile) *int { return &p.terms.Parallel }),
	"requests-per-minute": amount(1e6, func(p *profile) *float64 { return &p.terms.RequestsPerMinute }),
	"price-per-million":   amount(1e6, func(p *profile) *float64 { return &p.terms.Price.PerMillion }),
	"price-per-minute":    amount(1e6, func(p *profile) *float64 { return &p.terms.Price.PerMinute }),
}

func whole[N ~int](least, most int, to func(*profile) *N) setting {
	return func(p *profile, text string) string {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return fmt.Sprintf("a whole number from %d to %d", least, most)
		}
		*to(p) = N(n)
		return ""
	}
}

func amount(most float64, to func(*profile) *float64) setting {
	return func(p *profile, text string) string {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !(x >= 0 && x <= most) {
			return fmt.Sprintf("a number from 0 to %g", most)
		}
		*to(p) = x
		return ""
	}
}

// word reports a name that can be shown and sent.
func word(s string) bool {
	return s != "" && len(s) <= maxVoice && utf8.ValidString(s) && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// profile reads a voice, finds its key and what decodes its format.
func (b *Backend) profile(ctx context.Context, v voices.Voice) (*profile, error) {
	p, err := b.parse(v)
	if err != nil {
		return nil, err
	}
	if err := sound.Ready(ctx, p.format); err != nil {
		return nil, err
	}
	// OpenAI's key is for OpenAI: another server gets one only if the voice
	// says which.
	if p.home && p.keyEnv == "" && p.keyFile == "" {
		p.keyEnv = homeKey
	}
	if p.key, err = web.FindSecret(p.keyEnv, p.keyFile); err != nil {
		return nil, err
	}
	if p.keyEnv != "" && p.key == (web.Secret{}) {
		return nil, fmt.Errorf("%w: no key; put it into the environment variable %s, or into a file that %s_FILE or the voice's setting key-file names",
			tts.ErrKey, p.keyEnv, p.keyEnv)
	}
	return p, nil
}

// parse reads a voice. All its errors wrap tts.ErrVoice and tell all that is
// wrong.
func (b *Backend) parse(v voices.Voice) (*profile, error) {
	p := &profile{base: b.home, model: "tts-1", voice: v.Engine, format: sound.WAV, rate: 24000, volume: pcm.Unity}
	var unfit []string
	wrong := func(format string, args ...any) { unfit = append(unfit, fmt.Sprintf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
		set := settings[name]
		if set == nil {
			wrong("it has no setting %.64q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
		} else if wants := set(p, v.Settings[name]); wants != "" {
			// The value is not quoted where it may be a key in the wrong place.
			if shown := fmt.Sprintf("%.100q", v.Settings[name]); name == "key-env" || name == "key-file" || strings.Contains(shown, "@") {
				wrong("setting %s is not %s", name, wants)
			} else {
				wrong("setting %s: %s is not %s", name, shown, wants)
			}
		}
	}
	p.home = p.base == b.home
	priced := p.terms.Price != (tts.Price{})
	if priced {
		p.terms.Price.Currency = "USD"
	}
	if p.home {
		p.atHome(priced, wrong)
	} else if !word(p.voice) {
		wrong("%.100q is no voice's name", p.voice)
	}
	standard := func(to *int, n int) {
		if *to == 0 {
			*to = n
		}
	}
	standard(&p.terms.MaxText, maxText)
	standard(&p.terms.Parallel, parallelOther)
	p.speed = v.Rate
	if v.Rate == 0 {
		p.speed = 1
	}
	if !(p.speed >= minSpeed && p.speed <= maxSpeed) {
		wrong("rate %g is not between %g and %d", v.Rate, minSpeed, maxSpeed)
	}
	if v.Pitch != 0 && v.Pitch != 1 {
		wrong("the pitch of these voices cannot be changed, and this one has %g", v.Pitch)
	}
	if v.Volume != 0 {
		if !(v.Volume >= minVolume && v.Volume <= maxVolume) {
			wrong("volume %g is not between %g and %d", v.Volume, minVolume, maxVolume)
		} else {
			p.volume = pcm.Gain(math.Round(v.Volume * float64(pcm.Unity)))
		}
	}
	if unfit != nil {
		return nil, fmt.Errorf("%w: %s", tts.ErrVoice, strings.Join(unfit, "; "))
	}
	return p, nil
}
