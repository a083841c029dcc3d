package check

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"narrate/internal/preset"
)

// Target is what a file is measured against: a platform's rules or a preset.
type Target struct {
	Name, Summary string
	wants         []want
}

// want is one rule.
type want struct {
	measure string // its id
	limit   limit
	// advice is what the source recommends or the rule supposes; a file that
	// differs is told so and does not fail.
	advice bool
	when   func(*facts) bool // nil is always
	fix    string            // in place of the measure's own
	source string
}

// limit is what a value may be: a number within bounds, one of some numbers or
// one of some names. The zero value is any.
type limit struct {
	least, most float64
	bounded     bool
	numbers     []float64
	names       []string
	present     bool // it must be there at all
}

func between(least, most float64) limit { return limit{least: least, most: most, bounded: true} }
func atLeast(least float64) limit       { return between(least, math.Inf(1)) }
func atMost(most float64) limit         { return between(math.Inf(-1), most) }
func oneOf(names ...string) limit       { return limit{names: names} }
func oneNumber(n ...float64) limit      { return limit{numbers: n} }
func none() limit                       { return between(0, 0) }

// there makes a limit demand that there be a value.
func (l limit) there() limit {
	l.present = true
	return l
}

// wanted says the limit in words.
func (l limit) wanted(m *measure) string {
	number := m.plain
	unit := m.unit
	if m.id == "length" || m.unit == "bytes" {
		number, unit = m.show, ""
	}
	text := ""
	switch {
	case len(l.names) > 0:
		text = strings.Join(l.names, " or ")
	case len(l.numbers) > 0:
		all := make([]string, len(l.numbers))
		for i, n := range l.numbers {
			all[i] = number(n)
		}
		text = strings.Join(all, " or ")
	case !l.bounded:
		return "present"
	case l.least == l.most:
		text = number(l.least)
		if l.least == 0 && unit == "" {
			text = "none"
		}
	case math.IsInf(l.least, -1):
		text = "at most " + number(l.most)
	case math.IsInf(l.most, 1):
		text = "at least " + number(l.least)
	default:
		text = number(l.least) + " to " + number(l.most)
	}
	return strings.TrimSpace(text + " " + unit)
}

// Targets are all platforms, then all presets whose names are no platform's.
func Targets() []Target {
	all := slices.Clone(platforms)
	for i := range preset.All {
		if p := &preset.All[i]; !slices.ContainsFunc(platforms, func(t Target) bool { return t.Name == p.Name }) {
			all = append(all, FromPreset(p))
		}
	}
	return all
}

// FindTarget gives the target of that name.
func FindTarget(name string) (Target, error) {
	all := Targets()
	names := make([]string, len(all))
	for i, t := range all {
		if t.Name == name {
			return t, nil
		}
		names[i] = t.Name
	}
	return Target{}, fmt.Errorf("no platform or preset %q; there are %s", name, strings.Join(names, ", "))
}

// How far a file may be from what its preset says, where that names one number
// and encoders and meters do not hit it exactly.
const (
	headEarly     = 0.1  // s by which speech may seem to begin early
	headLate      = 0.5  // s by which a soft start may seem late
	bitRateSpread = 0.35 // of the bit rate of AAC and Opus, which follows the sound
	opusRate      = 48000
)

// FromPreset makes a target of a preset: a file that was made by it passes.
func FromPreset(p *preset.Preset) Target {
	t := Target{Name: p.Name, Summary: p.Summary}
	add := func(w ...want) {
		for i := range w {
			w[i].source = "preset " + p.Name
		}
		t.wants = append(t.wants, w...)
	}
	isOpus := func(f *facts) bool { return f.probe.Codec == "opus" }
	e := &p.Encoding
	// All Opus decodes to 48 kHz. What is made together with it has a rate that
	// Opus codes: that, or half of it.
	rate, shared := float64(p.Format.Rate), float64(opusRate)
	if rate <= opusRate/2 {
		shared = opusRate / 2
	}
	add(
		want{measure: "rate", limit: oneNumber(slices.Compact([]float64{rate, shared})...), when: func(f *facts) bool { return !isOpus(f) }},
		want{measure: "rate", limit: oneNumber(opusRate), when: isOpus},
		want{measure: "channels", limit: oneNumber(float64(p.Format.Channels))},
	)
	if !e.VBR {
		add(
			want{measure: "bit_rate", limit: oneNumber(float64(e.MP3) / 1000), when: isMP3},
			want{measure: "bit_rate_mode", limit: oneOf("constant"), when: isMP3},
		)
	}
	around := func(rate int) limit {
		kb := float64(rate) / 1000
		return between(math.Round(kb*(1-bitRateSpread)), math.Round(kb*(1+bitRateSpread)))
	}
	add(
		want{measure: "bit_rate", limit: around(e.AAC), advice: true, when: isAAC},
		want{measure: "bit_rate", limit: around(e.Opus), advice: true, when: isOpus},
	)
	switch m := &p.Mastering; m.Measure {
	case "lufs":
		add(want{measure: "loudness", limit: between(m.Levels())}, want{measure: "true_peak", limit: atMost(m.Peak)})
	case "rms":
		add(want{measure: "rms", limit: between(m.Levels())}, want{measure: "true_peak", limit: atMost(m.Peak)})
	}
	if head := p.Head.Seconds(); head > 0 {
		add(want{measure: "head", limit: between(max(0, head-headEarly), head+headLate)})
	}
	if tail := p.Tail.Seconds(); tail > 0 {
		add(want{measure: "tail", limit: between(max(0, tail-headEarly), tail+headLate)})
	}
	if p.Longest > 0 {
		add(want{measure: "length", limit: atMost(p.Longest.Seconds())})
	}
	if p.Cover {
		add(want{measure: "cover", limit: oneOf("JPEG", "PNG").there(), when: func(f *facts) bool { return containerName(f.probe.Container) != wav }})
	}
	return t
}

func isMP3(f *facts) bool { return f.probe.Codec == "mp3" }
func isAAC(f *facts) bool { return f.probe.Codec == "aac" }
