package voices

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"narrate/internal/strictyaml"

	"golang.org/x/text/language"
)

//go:embed espeak/*.yaml
var embedded embed.FS

// maxProfiles is the most profiles that one folder may hold.
const maxProfiles = 1000

// ErrUnknown is wrapped where no profile has the name or speaks the language.
var ErrUnknown = errors.New("no such voice")

// Set is the profiles that there are, sorted by name. It does not change once
// it is loaded.
type Set struct{ voices []*Voice }

// Load gives the embedded profiles, overlaid by those of dirs as
// strictyaml.Overlay has it.
func Load(dirs ...string) (*Set, error) {
	own := strictyaml.Embedded{Files: embedded, Pattern: "*/*.yaml", Place: "voices"}
	list, err := strictyaml.Overlay(profile, own, dirs, maxProfiles, load, func(v *Voice) string { return v.Name })
	if err != nil {
		return nil, err
	}
	return &Set{list}, nil
}

// List gives all profiles, sorted by name.
func (s *Set) List() []*Voice { return slices.Clone(s.voices) }

// Resolve gives the voice that a user asks for, in one of three ways: a
// profile file ("slow.yaml", "./slow.yaml"), an engine's own voice
// ("espeak:de+f3", see Direct), or a profile's name ("de").
func (s *Set) Resolve(arg string) (*Voice, error) { return s.ResolveIn("", arg) }

// ResolveIn is Resolve for a name that stands in a file: that of a profile file
// is relative to folder.
func (s *Set) ResolveIn(folder, arg string) (*Voice, error) {
	if isFile(arg) {
		if !filepath.IsAbs(arg) {
			arg = filepath.Join(folder, arg)
		}
		return LoadFile(arg)
	}
	return s.Named(arg)
}

// Named gives the voice of a name that an article brings along, which may be
// an engine's own voice or a profile's name but opens no file.
func (s *Set) Named(arg string) (*Voice, error) {
	if strings.Contains(arg, ":") {
		return Direct(arg)
	}
	return s.Find(arg)
}

// isFile tells a file's path from the name of a profile.
func isFile(arg string) bool {
	ext := strings.ToLower(path.Ext(arg))
	return ext == ".yaml" || ext == ".yml"
}

// Direct is an engine's own voice without a profile, "backend:voice", such as
// "espeak:de+f3". It has the default prosody and pauses and no language.
func Direct(arg string) (*Voice, error) {
	backend, engine, ok := strings.Cut(arg, ":")
	if !ok {
		return nil, fmt.Errorf(`voice %q: an engine's own voice is named like "espeak:de+f3"`, arg)
	}
	if what := backendProblem(backend); what != "" {
		return nil, fmt.Errorf("voice %q: %s", arg, what)
	}
	if what := engineProblem(engine); what != "" {
		return nil, fmt.Errorf("voice %q: the engine's voice %s", arg, what)
	}
	v := Default()
	v.Name, v.Backend, v.Engine = arg, backend, engine
	return &v, nil
}

// Find gives the profile of that name. The error wraps ErrUnknown and lists
// names that are close.
func (s *Set) Find(name string) (*Voice, error) {
	i, ok := slices.BinarySearchFunc(s.voices, name, func(v *Voice, name string) int { return strings.Compare(v.Name, name) })
	if ok {
		return s.voices[i], nil
	}
	for _, v := range s.voices {
		if strings.EqualFold(v.Name, name) {
			return v, nil
		}
	}
	names := make([]string, len(s.voices))
	for i, v := range s.voices {
		names[i] = v.Name
	}
	if near := Near(name, names); len(near) > 0 {
		return nil, fmt.Errorf("%w: no profile is named %.100q; close are %s", ErrUnknown, name, strings.Join(near, ", "))
	}
	return nil, fmt.Errorf("%w: no profile is named %.100q; \"narrate voices\" lists them", ErrUnknown, name)
}

// For gives the backend's profile that speaks the language best. Of the
// profiles of that language it takes, first match wins:
//
//  1. the one whose language is the same tag ("pt" for pt, "pt-BR" for pt-BR);
//  2. the nearest region and script by CLDR's language matching ("de" for
//     de-AT, "en-GB" for en-AU, "en-US" for en, "zh" for zh-Hans);
//  3. one without a region.
//
// Among equals it takes the one named like its language, then the first by
// name. Languages are never exchanged for a neighbour (Danish for Norwegian),
// except Nynorsk for Bokmål. The error wraps ErrUnknown and says what to do.
func (s *Set) For(lang, backend string) (*Voice, error) {
	want, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("language %q: %w", lang, err)
	}
	var fit []*Voice
	var tags []language.Tag
	for _, v := range s.ordered() {
		have := language.Make(v.Language)
		if v.Backend != backend || base(have) != base(want) {
			continue
		}
		if have == want {
			return v, nil
		}
		fit, tags = append(fit, v), append(tags, have)
	}
	if len(fit) == 0 {
		return nil, fmt.Errorf("%w: no profile for the language %q with %s; name one of its own voices (--voice %s:%s) or write a profile file (docs/voices.md)",
			ErrUnknown, lang, backend, backend, base(want))
	}
	_, best, _ := language.NewMatcher(tags).Match(want)
	return fit[best], nil
}

// ordered gives the profiles as For prefers them among equals: those without a
// region first, and those named like their language before the others.
func (s *Set) ordered() []*Voice {
	rank := func(v *Voice) int {
		n := 0
		if _, _, region := language.Make(v.Language).Raw(); region != (language.Region{}) {
			n += 2
		}
		if !strings.EqualFold(v.Name, v.Language) {
			n++
		}
		return n
	}
	list := s.List()
	slices.SortStableFunc(list, func(a, b *Voice) int { return rank(a) - rank(b) })
	return list
}

// base is the language without script and region, Norwegian being one.
func base(t language.Tag) string {
	b, _ := t.Base()
	switch b.String() {
	case "nn", "no":
		return "nb"
	case "cmn":
		return "zh"
	}
	return b.String()
}
