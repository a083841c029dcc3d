package voices

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Template is a profile file for people to change, with the voice's name,
// description, backend, language and engine voice. Each key has its explanation;
// those with a default stand there with it, or with an example, behind a "#". It
// fails where the voice could not be read from a file.
func Template(v *Voice) ([]byte, error) {
	for key, what := range map[string]string{
		"name": nameProblem(v.Name), "backend": backendProblem(v.Backend), "language": LanguageProblem(v.Language),
		"voice": engineProblem(v.Engine), "description": textProblem(v.Description),
	} {
		if what != "" {
			return nil, fmt.Errorf("voice profile: %s: %s", key, what)
		}
	}
	d := Default()
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	pause := func(key string, d time.Duration, where string) { say("#  %-15s %-6s # %s\n", key+":", d, where) }

	say("# A voice profile of narrate. docs/voices.md explains every key. A line that\n")
	say("# begins with \"#\" and a key shows the default or an example; without the sign it\n# counts.\n\n")
	say("# What --voice takes.\nname: %s\n", scalar(v.Name))
	say("# For people.\ndescription: %s\n", scalar(v.Description))
	say("# The speech engine; \"narrate backends\" lists them.\nbackend: %s\n", scalar(v.Backend))
	say("# BCP 47 tag of what the voice speaks. Articles in it are spoken by the profile\n# that is named like the language, or is for its region.\nlanguage: %s\n", scalar(v.Language))
	say("# The engine's own name of the voice; \"narrate voices --engine-voices\" lists them.\nvoice: %s\n\n", scalar(v.Engine))
	say("# Factors of the engine's normal speed (%v to %v), pitch (%v to %v) and volume\n# (%v to %v); an engine may do less.\n",
		minRate, maxRate, minPitch, maxPitch, minVolume, maxVolume)
	say("#rate: %v\n#pitch: %v\n#volume: %v\n\n", d.Rate, d.Pitch, d.Volume)
	say("# The least silence in each place, up to %v. Where two meet, the longer stands.\n#pauses:\n", maxPause)
	pause("clause", d.Pauses.Clause, "inside a sentence divided for its length")
	pause("sentence", d.Pauses.Sentence, "after a sentence")
	pause("item", d.Pauses.Item, "after a list item or a row of a table")
	pause("paragraph", d.Pauses.Paragraph, "after a paragraph")
	pause("quote", d.Pauses.Quote, "before and after a quotation or an aside")
	pause("before-heading", d.Pauses.BeforeHeading, "before a heading")
	pause("after-heading", d.Pauses.AfterHeading, "after a heading")
	pause("break", d.Pauses.Break, "at a scene break")
	pause("chapter", d.Pauses.Chapter, "before a new chapter")
	say("\n# Whether numbers, dates and abbreviations are spelled out for the engine.\n#normalize: %v\n\n", d.Normalize)
	say("# How particular words are said: by a respelling, or in IPA or the engine's own\n# phonemes for engines that take them, as a whole word or by a regular expression.\n#lexicon:\n")
	say("#  - {word: WLAN, say: Weh-Lahn}\n#  - {word: Nguyen, ipa: wɪn, say: win}\n#  - {pattern: 'v(\\d+)\\.(\\d+)', say: version $1 point $2}\n")
	say("# Files of such entries (*.yaml, *.pls), relative to this one.\n#lexicons: []\n\n")
	say("# What only this engine knows; docs/backends.md lists its settings.\n")
	say("#settings: {}\n")
	return []byte(b.String()), nil
}

// plainScalar is text that YAML takes for text without quotation marks; bare
// words such as "no" it may take for something else.
var (
	plainScalar = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9/+.-]*( [A-Za-z0-9/+.-]+)*$`)
	otherScalar = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)
)

// scalar writes text as YAML does.
func scalar(s string) string {
	if plainScalar.MatchString(s) && !otherScalar.MatchString(s) {
		return s
	}
	return strconv.Quote(s) // whose escapes are YAML's, too
}
