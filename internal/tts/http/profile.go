package http

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"

	"narrate/internal/strictyaml"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
)

//go:embed profiles/*.yaml
var embedded embed.FS

// maxProfiles is the most profiles that one folder may hold.
const maxProfiles = 200

// Profile is how one service is used.
type Profile struct {
	Name        string // what voices.Voice.Backend takes
	Description string // for people

	key      keyRule
	settings map[string]*setting
	request  requestRule
	text     textRule
	answer   answerRule
	errors   errorRule
	rate     *scale // nil: cannot be changed
	pitch    *scale
	volume   *scale // nil: changed in the sound
	voices   voiceRule
	terms    tts.Terms // without a price
	prices   []price

	digest string // of what decides about the sound
}

// keyRule is where the service's key comes from and goes to.
type keyRule struct {
	environment   string // "" is no key
	header, query string // the name of one of them
	prefix        string // in front of the key
	optional      bool
}

// setting is what a voice may have set.
type setting struct {
	description string
	standard    string // what it is where a voice has none
	hasStandard bool
	choices     []string // nil: any
	numeric     bool
	least, most float64
	// Where it stands in the address decides about what it may be: a part of the
	// host's name, the address's beginning.
	inHost, isAddress bool
}

// requestRule is what the service is asked.
type requestRule struct {
	method  string
	address template
	query   []field
	headers []field
	// One of these is the body; all nil is none.
	json   tree
	xml    []*node
	text   template
	source string // of the body, for the digest
}

// field is a parameter of the query, or a header.
type field struct {
	name  string
	value template
}

// textRule is what becomes of the text.
type textRule struct {
	replace [][2]string // what the service would obey, and what is said in its place
}

// The units of word times.
const (
	seconds      = "seconds"
	milliseconds = "milliseconds"
	characters   = "characters"
	words        = "words"
)

// answerRule is where the sound and the word times are.
type answerRule struct {
	audio  pointer // of base64 text in JSON; nil is the whole answer
	format sound.Format
	marks  struct {
		of            string // characters or words; "" is none
		texts, starts pointer
		in            string
	}
}

// errorRule is how the service tells what is wrong.
type errorRule struct {
	message pointer // nil: where such messages usually are
	kinds   []errorKind
}

// errorKind is what an answer of some status and text means.
type errorKind struct {
	status  int
	pattern *regexp.Regexp // in the body; nil is any
	is      error          // nil: it may pass
}

// condition are patterns that the values of placeholders match as a whole.
type condition map[string]*regexp.Regexp

func (c condition) holds(v values) bool {
	for name, pattern := range c {
		if !pattern.MatchString(v[name].text) {
			return false
		}
	}
	return true
}

// price is what speech costs under a condition.
type price struct {
	when  condition
	price tts.Price
	// uncharged are the elements of an XML body that cost nothing, where the
	// others do as if they were text; nil: no markup does.
	uncharged []string
}

// scale is how the service takes rate, pitch or volume.
type scale struct {
	tts.Scale
	when condition // the voices whose sound can be changed so
}

// voiceRule is which voices there are.
type voiceRule struct {
	known []tts.EngineVoice
	// pattern is what the names of others look like; its group language, where
	// it has one, is their language. nil: there are no others.
	pattern *regexp.Regexp
}

// find gives the language of a voice; it may be "", unknown.
func (v *voiceRule) find(name string) (language string, ok bool) {
	for _, k := range v.known {
		if k.Name == name {
			return k.Language, true
		}
	}
	if v.pattern == nil || valueProblem(name) != "" {
		return "", false
	}
	m := v.pattern.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	if i := v.pattern.SubexpIndex("language"); i >= 0 {
		language = m[i]
	}
	return language, true
}

// kind is the kind of file that a profile is in.
var kind = strictyaml.Kind{Name: "service profile"}

// Load gives the embedded profiles, overlaid by those of dirs as
// strictyaml.Overlay has it.
func Load(dirs ...string) ([]*Profile, error) {
	inside, err := fs.Sub(embedded, "profiles")
	if err != nil {
		return nil, err
	}
	own := strictyaml.Embedded{Files: inside, Pattern: "*.yaml", Place: "internal/tts/http/profiles"}
	return strictyaml.Overlay(kind, own, dirs, maxProfiles, func(folder fs.FS, file, place string) (*Profile, error) {
		data, err := kind.Load(folder, file, place)
		if err != nil {
			return nil, err
		}
		return decode(place, data)
	}, func(p *Profile) string { return p.Name })
}

// fingerprint is what a profile adds to a backend's version. Prices, limits, the
// list of voices and messages are no part of it: when those change, clips that
// were paid for are still right.
func (p *Profile) fingerprint() string {
	var b bytes.Buffer
	r, a := p.request, p.answer
	if r.xml != nil {
		fmt.Fprintln(&b, "attributes without a value are left out")
	}
	fmt.Fprintln(&b, r.method, r.address, r.query, r.headers, r.source, p.text.replace, a.audio, a.format, a.marks)
	for _, name := range slices.Sorted(maps.Keys(p.settings)) {
		fmt.Fprintf(&b, "%s %t %q\n", name, p.settings[name].hasStandard, p.settings[name].standard)
	}
	for _, s := range []*scale{p.rate, p.pitch, p.volume} {
		if s != nil {
			fmt.Fprint(&b, s.Form, s.By, s.Decimals, s.Sign)
		}
		fmt.Fprintln(&b)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b.Bytes()))[:16]
}
