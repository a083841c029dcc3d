package http

import (
	"fmt"
	"math"
	"strconv"
)

// scale turns a factor, 1 being normal, into what a service takes.
type scale struct {
	form     string  // see forms
	by       float64 // its number
	least    float64 // of what the service takes
	most     float64
	decimals int
	sign     bool      // "+" before what is not negative
	when     condition // the voices whose sound can be changed so
}

// forms are how a factor f and the number n of a profile make what the service
// takes.
var forms = map[string]func(f, n float64) float64{
	"times":    func(f, n float64) float64 { return n * f },            // the factor itself, per cent of normal
	"over":     func(f, n float64) float64 { return n / f },            // length, stretch
	"change":   func(f, n float64) float64 { return n * (f - 1) },      // per cent more or less
	"doubling": func(f, n float64) float64 { return n * math.Log2(f) }, // steps, n of them for twice as much
}

// value is what the service takes for a factor; 0, not set, is 1.
func (s *scale) value(f float64) (string, error) {
	if f == 0 {
		f = 1
	}
	v := math.NaN()
	if f > 0 && !math.IsInf(f, 0) {
		unit := math.Pow10(s.decimals)
		v = math.Round(forms[s.form](f, s.by)*unit) / unit
	}
	if !(v >= s.least && v <= s.most) {
		return "", fmt.Errorf("%g would be %s, and it takes %s to %s", f, s.write(v), s.write(s.least), s.write(s.most))
	}
	return s.write(v), nil
}

func (s *scale) write(v float64) string {
	if v == 0 {
		v = 0 // not -0
	}
	text := strconv.FormatFloat(v, 'f', s.decimals, 64)
	if s.sign && v >= 0 {
		text = "+" + text
	}
	return text
}

// normal reports whether a factor changes nothing.
func normal(f float64) bool { return f == 0 || f == 1 }
