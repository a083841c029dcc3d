package voices

import (
	"slices"
	"strings"
	"testing"
)

func TestNear(t *testing.T) {
	names := []string{"de", "en-GB", "en-US", "German", "gmw/de", "pt", "pt-BR", "de", "", "fr"}
	for name, want := range map[string][]string{
		"":                       nil,
		"de-AT":                  {"de"},
		"de_AT":                  {"de"},
		"DE":                     {"de"},
		"desk":                   nil, // not "de" with something added
		"dd":                     nil, // any two letters are one change from many
		"en":                     {"en-GB", "en-US"},
		"EN_gb":                  {"en-GB"},
		"en-GP":                  {"en-GB"},
		"pt-BRR":                 {"pt-BR", "pt"},
		"germ":                   {"German"},
		"Germen":                 {"German"},
		"gmw/dee":                {"gmw/de"},
		"klingon":                nil,
		"\xff":                   nil,
		strings.Repeat("d", 1e6): nil,
	} {
		if got := Near(name, names); !slices.Equal(got, want) {
			t.Errorf("%.20q: %q, want %q", name, got, want)
		}
	}
	var many []string
	for c := 'z'; c >= 'a'; c-- {
		many = append(many, "voice-"+string(c))
	}
	if got := Near("voice", many); !slices.Equal(got, []string{"voice-a", "voice-b", "voice-c", "voice-d", "voice-e", "voice-f"}) {
		t.Errorf("of many: %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"abc", "acb", 2}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("%q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
