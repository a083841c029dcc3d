package command

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"regexp"

	"narrate/internal/strictyaml"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
)

//go:embed profiles/*.yaml
var embedded embed.FS

// maxProfiles is the most profiles that one folder may hold.
const maxProfiles = 200

// Profile is how one program is used.
type Profile struct {
	Name        string // what voices.Voice.Backend takes
	Description string // for people
	// systems are those where the program is this one, as in GOOS; none is all.
	systems []string
	install map[string]string // how to get it, by system

	program     string
	arguments   []argument
	environment map[string]string // beside narrate's own

	text   textRule
	sound  soundRule
	marks  *regexp.Regexp // groups seconds and word, of what is printed; nil for none
	rate   *tts.Scale     // nil: cannot be changed
	pitch  *tts.Scale
	volume *tts.Scale // nil: changed in the sound

	version  *query
	voices   voiceRule
	parallel int

	digest string // of the file
}

// argument is one argument, or several that go together.
type argument struct {
	parts []string
	// optional ones are left out where rate, pitch and volume are normal.
	optional bool
}

// The ways in which a program may take its text.
const (
	toInput    = "input" // standard input
	toFile     = "file"
	toArgument = "argument"
)

// textRule is how the program takes its text.
type textRule struct {
	to       string
	encoding string
	wrap     string      // what stands around {text}; empty for nothing
	replace  [][2]string // what the program would obey, and what is said in its place
	words    bool        // a text without letters and digits is not given to it
	max      int         // code points; 0 is no limit
}

// The places in which a program may leave its sound.
const (
	fromOutput = "output" // standard output
	fromFile   = "file"
)

// soundRule is where the program leaves its sound.
type soundRule struct {
	from   string
	format sound.Format
}

// query is a run of a program for what it prints.
type query struct {
	program   string // empty is the Profile's
	arguments []string
	pattern   *regexp.Regexp // nil: the first line
}

// voiceRule is where the list of voices comes from.
type voiceRule struct {
	known     []knownVoice
	language  string            // of voices that nothing else tells the language of
	languages map[string]string // the program's words for languages
	command   *query            // groups name, language, note; nil: the known ones are there
}

// knownVoice is a voice that the profile tells something of.
type knownVoice struct {
	name, language, note string
	fixedPitch           bool // its pitch cannot be changed
}

// kind is the kind of file that a profile is in.
var kind = strictyaml.Kind{Name: "command profile"}

// Load gives the embedded profiles, overlaid by those of dirs as
// strictyaml.Overlay has it.
func Load(dirs ...string) ([]*Profile, error) {
	inside, err := fs.Sub(embedded, "profiles")
	if err != nil {
		return nil, err
	}
	own := strictyaml.Embedded{Files: inside, Pattern: "*.yaml", Place: "internal/tts/command/profiles"}
	return strictyaml.Overlay(kind, own, dirs, maxProfiles, func(folder fs.FS, file, place string) (*Profile, error) {
		data, err := kind.Load(folder, file, place)
		if err != nil {
			return nil, err
		}
		return decode(place, data)
	}, func(p *Profile) string { return p.Name })
}

// digest is what a profile's file adds to a backend's version.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return fmt.Sprintf("%x", sum[:8])
}
