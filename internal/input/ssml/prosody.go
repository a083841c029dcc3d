package ssml

import (
	"math"
	"strconv"
	"strings"
	"time"

	"narrate/internal/document"
)

// prosody is what applies to a passage, as factors of the voice's own values.
type prosody struct{ rate, pitch, volume float64 }

// The labels of SSML 1.1, section 3.2.4, which leaves their values open.
var (
	rates   = map[string]float64{"x-slow": 0.5, "slow": 0.75, "medium": 1, "default": 1, "fast": 1.3, "x-fast": 1.75}
	pitches = map[string]float64{"x-low": 0.6, "low": 0.8, "medium": 1, "default": 1, "high": 1.2, "x-high": 1.5}
	volumes = map[string]float64{"silent": 0, "x-soft": 0.25, "soft": 0.5, "medium": 1, "default": 1, "loud": 1.4, "x-loud": 2}
)

// Factors stay between these, whatever nests.
const leastFactor, mostFactor = 0.05, 20

// openProsody turns the attributes into factors of what applies around. Labels,
// numbers and plain percentages are of the voice's own values, as SSML has it;
// signed ones, decibels and semitones are of what applies around.
func (r *reader) openProsody(e *element) {
	around := r.prosody[len(r.prosody)-1]
	now := around
	set := func(to *float64, name string, read func(string, float64) (float64, bool)) {
		v := e.attr(name)
		if v == "" {
			return
		}
		f, ok := read(v, *to)
		if !ok {
			r.flow.Warn(e.off, "%s %q of <prosody> is not understood and not followed", name, v)
			return
		}
		*to = f
	}
	set(&now.rate, "rate", readRate)
	set(&now.pitch, "pitch", readPitch)
	set(&now.volume, "volume", readVolume)
	for _, name := range []string{"contour", "range", "duration"} {
		if e.attr(name) != "" {
			r.once("prosody "+name, e.off, "the %s of <prosody> is not followed", name)
		}
	}
	if now.volume == 0 {
		e.drop = "volume is silent"
		now.volume = around.volume
	}
	clamp := func(f float64) float64 { return min(max(f, leastFactor), mostFactor) }
	now = prosody{clamp(now.rate), clamp(now.pitch), clamp(now.volume)}
	r.prosody = append(r.prosody, now)
	e.leave = append(e.leave, func() { r.prosody = r.prosody[:len(r.prosody)-1] })
	if now != around {
		r.span(e, document.Span{Kind: document.Prosody, Rate: now.rate / around.rate, Pitch: now.pitch / around.pitch, Volume: now.volume / around.volume})
	}
}

// readRate reads a speaking rate; around is that of the text around.
func readRate(v string, around float64) (float64, bool) {
	if f, ok := rates[v]; ok {
		return f, true
	}
	return relative(v, around)
}

func readPitch(v string, around float64) (float64, bool) {
	if f, ok := pitches[v]; ok {
		return f, true
	}
	if s, ok := strings.CutSuffix(v, "st"); ok {
		n, ok := number(s)
		return around * math.Exp2(n/12), ok
	}
	return relative(v, around)
}

func readVolume(v string, around float64) (float64, bool) {
	if f, ok := volumes[v]; ok {
		return f, true
	}
	if s, ok := strings.CutSuffix(strings.ToLower(v), "db"); ok {
		n, ok := number(s)
		return around * math.Pow(10, n/20), ok
	}
	if strings.HasSuffix(v, "%") {
		return relative(v, around)
	}
	// Of SSML 1.0 and of Azure: 0 to 100, where 100 is the voice's own.
	n, ok := number(v)
	if v[0] == '+' || v[0] == '-' {
		return max(0, around+n/100), ok
	}
	return n / 100, ok && n <= 100
}

// relative reads "80%", "+20%", "1.2".
func relative(v string, around float64) (float64, bool) {
	if s, ok := strings.CutSuffix(v, "%"); ok {
		n, ok := number(s)
		if s != "" && (s[0] == '+' || s[0] == '-') {
			return around * (1 + n/100), ok && n > -100
		}
		return n / 100, ok && n > 0
	}
	n, ok := number(v)
	return n, ok && n > 0 && v[0] != '+'
}

func number(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.Trim(s, "0123456789.+-") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && math.Abs(n) <= 10_000
}

// parseTime reads a time of CSS 2: "500ms", "1.5s".
func parseTime(s string) (time.Duration, bool) {
	unit := time.Millisecond
	n, ok := strings.CutSuffix(s, "ms")
	if !ok {
		if n, ok = strings.CutSuffix(s, "s"); !ok {
			return 0, false
		}
		unit = time.Second
	}
	f, err := strconv.ParseFloat(strings.TrimPrefix(n, "+"), 64)
	if err != nil || strings.Trim(n, "0123456789.+") != "" || f > 1e9 {
		return 0, false
	}
	return time.Duration(math.Round(f * float64(unit))), true
}
