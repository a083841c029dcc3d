package tts

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Scale turns a factor of a voice's rate, pitch or volume, 1 being normal, into
// the number that an engine takes.
type Scale struct {
	Form     string  // one of ScaleForms
	By       float64 // its number
	Least    float64 // of what the engine takes
	Most     float64
	Decimals int
	Sign     bool // "+" before what is not negative
}

// scaleForms are how a factor f and the number n of a Scale make what the engine
// takes.
var scaleForms = map[string]func(f, n float64) float64{
	"times":    func(f, n float64) float64 { return n * f },            // the factor itself, words per minute, per cent of normal
	"over":     func(f, n float64) float64 { return n / f },            // length, stretch
	"change":   func(f, n float64) float64 { return n * (f - 1) },      // per cent more or less
	"doubling": func(f, n float64) float64 { return n * math.Log2(f) }, // steps, n of them for twice as much
}

// ScaleForms names the forms that there are.
func ScaleForms() []string { return slices.Sorted(maps.Keys(scaleForms)) }

// Problem says what makes a Scale useless; "" is nothing.
func (s *Scale) Problem() string {
	if scaleForms[s.Form] == nil {
		return fmt.Sprintf("one of %s is missing", strings.Join(ScaleForms(), ", "))
	}
	if _, err := s.Value(1); err != nil {
		return fmt.Sprintf("normal is not possible: %v", err)
	}
	return ""
}

// Value is what the engine takes for a factor; 0, not set, is 1. It fails where
// that is not between Least and Most.
func (s *Scale) Value(f float64) (string, error) {
	if f == 0 {
		f = 1
	}
	v := math.NaN()
	if f > 0 && !math.IsInf(f, 0) {
		unit := math.Pow10(s.Decimals)
		v = math.Round(scaleForms[s.Form](f, s.By)*unit) / unit
	}
	if !(v >= s.Least && v <= s.Most) {
		return "", fmt.Errorf("%g would be %s, and it takes %s to %s", f, s.write(v), s.write(s.Least), s.write(s.Most))
	}
	return s.write(v), nil
}

func (s *Scale) write(v float64) string {
	if v == 0 {
		v = 0 // not -0
	}
	text := strconv.FormatFloat(v, 'f', s.Decimals, 64)
	if s.Sign && v >= 0 {
		text = "+" + text
	}
	return text
}

// Normal reports whether a factor changes nothing.
func Normal(f float64) bool { return f == 0 || f == 1 }
