package tts

import (
	"math"
	"testing"
)

func TestScale(t *testing.T) {
	for _, test := range []struct {
		s    Scale
		f    float64
		want string
	}{
		{Scale{Form: "times", By: 175, Least: 80, Most: 500}, 0, "175"},
		{Scale{Form: "times", By: 175, Least: 80, Most: 500}, 2, "350"},
		{Scale{Form: "times", By: 175, Least: 80, Most: 500}, 4, ""},
		{Scale{Form: "over", By: 1, Least: 0.25, Most: 4, Decimals: 4}, 1.5, "0.6667"},
		{Scale{Form: "over", By: 1, Least: 0.25, Most: 4, Decimals: 4}, math.Inf(1), ""},
		{Scale{Form: "change", By: 100, Least: -50, Most: 100, Sign: true}, 1.2, "+20"},
		{Scale{Form: "change", By: 100, Least: -50, Most: 100, Sign: true}, 0.7, "-30"},
		{Scale{Form: "change", By: 100, Least: -50, Most: 100}, 1, "0"},
		{Scale{Form: "doubling", By: 6.309, Least: -10, Most: 10}, 3, "10"},
		{Scale{Form: "doubling", By: 6.309, Least: -10, Most: 10}, 0.99, "0"},
		{Scale{Form: "doubling", By: 6.309, Least: -10, Most: 10}, -1, ""},
		{Scale{Form: "doubling", By: 6.309, Least: -10, Most: 10}, math.NaN(), ""},
	} {
		got, err := test.s.Value(test.f)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%+v of %g: %q, %v, want %q", test.s, test.f, got, err, test.want)
		}
	}
}

func TestScaleProblem(t *testing.T) {
	for _, test := range []struct {
		s    Scale
		want string
	}{
		{Scale{Form: "times", By: 1, Most: 2}, ""},
		{Scale{By: 1, Most: 2}, "one of change, doubling, over, times is missing"},
		{Scale{Form: "times", By: 3, Most: 2}, "normal is not possible: 1 would be 3, and it takes 0 to 2"},
	} {
		if got := test.s.Problem(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.s, got, test.want)
		}
	}
}
