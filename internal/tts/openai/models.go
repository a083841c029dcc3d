package openai

import (
	"fmt"
	"slices"
	"strings"

	"narrate/internal/tts"
)

// customVoice is how the names of voices begin that an account has made.
const customVoice = "voice_"

// model is one of OpenAI's (platform.openai.com/docs/models, .../docs/pricing
// and .../docs/guides/text-to-speech, read in 2026).
type model struct {
	name   string
	voices []string
	terms  tts.Terms
	// instructions says whether it can be told how to speak.
	instructions bool
}

// OpenAI's voices: those of all models, and those of the newest alone.
var (
	commonVoices = []string{"alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"}
	newVoices    = []string{"ballad", "cedar", "marin", "verse"}
)

// requestsPerMinute is what the lowest tier that is paid for may send.
const requestsPerMinute = 500

// models begin with the longest name of each kind: a dated snapshot has the name
// of its model in front.
//
// The prices are those of OpenAI's page for each model, as
// developers.openai.com/api/docs/models/tts-1; checked 2026-11.
var models = []model{
	{
		name: "tts-1-hd", voices: commonVoices,
		terms: tts.Terms{MaxText: maxText, Price: tts.Price{PerMillion: 30, Currency: "USD"}},
	},
	{
		name: "tts-1", voices: commonVoices,
		terms: tts.Terms{MaxText: maxText, Price: tts.Price{PerMillion: 15, Currency: "USD"}},
	},
	{
		name: "gpt-4o-mini-tts", voices: slices.Concat(commonVoices, newVoices), instructions: true,
		// It takes 2,000 tokens, and costs 0.60 for a million of them and 12
		// for a million of sound. A character is at most about a token. That a
		// minute of sound comes to 0.015 is OpenAI's own estimate, as its forum
		// quotes it; the page for the model does not have it.
		terms: tts.Terms{MaxText: 2000, Price: tts.Price{PerMillion: 0.6, PerMinute: 0.015, Currency: "USD"}},
	},
}

// offer lists OpenAI's voices. They speak many languages.
func offer() []tts.EngineVoice {
	var all []tts.EngineVoice
	for _, v := range commonVoices {
		all = append(all, tts.EngineVoice{Name: v, Language: "mul", Note: "OpenAI, all models; best in English"})
	}
	for _, v := range newVoices {
		all = append(all, tts.EngineVoice{Name: v, Language: "mul", Note: "OpenAI, gpt-4o-mini-tts alone; best in English"})
	}
	return all
}

// atHome holds a voice against what OpenAI has, and takes over its terms where
// the voice has none of its own.
func (p *profile) atHome(priced bool, wrong func(string, ...any)) {
	if p.timestamps {
		wrong("OpenAI gives no timestamps")
	}
	i := slices.IndexFunc(models, func(m model) bool { return p.model == m.name || strings.HasPrefix(p.model, m.name+"-") })
	if i < 0 {
		// What it costs must be known before it is spent.
		if !priced {
			var names []string
			for _, m := range models {
				names = append(names, m.name)
			}
			wrong("narrate knows no price of OpenAI's model %.64q, only those of %s; give the setting price-per-million or price-per-minute, in USD", p.model, strings.Join(names, ", "))
		}
		if !word(p.voice) {
			wrong("%.100q is no voice's name", p.voice)
		}
		return
	}
	m := models[i]
	if !slices.Contains(m.voices, p.voice) && !(strings.HasPrefix(p.voice, customVoice) && word(p.voice)) {
		wrong("OpenAI's %s has no voice %.100q; it has %s", m.name, p.voice, strings.Join(m.voices, ", "))
	}
	if p.instructions != "" && !m.instructions {
		wrong("OpenAI's %s takes no instructions; gpt-4o-mini-tts does", m.name)
	}
	if p.terms.MaxText == 0 || p.terms.MaxText > m.terms.MaxText {
		p.terms.MaxText = m.terms.MaxText
	}
	if p.terms.Parallel == 0 {
		p.terms.Parallel = parallelOpenAI
	}
	if p.terms.RequestsPerMinute == 0 {
		p.terms.RequestsPerMinute = requestsPerMinute
	}
	if !priced {
		p.terms.Price = m.terms.Price
	}
}

// String is for messages; a profile holds a key.
func (p *profile) String() string { return fmt.Sprintf("%s of %s at %s", p.voice, p.model, p.base) }
