package espeak

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"narrate/internal/tts"
	"narrate/voices"
)

// listed is a line of the engine's voice list.
type listed struct {
	priority int    // smaller is better
	language string // BCP 47, lower case
	gender   string // "M", "F" or "-"
	name     string // with underscores for spaces
	file     string // below the data folder's lang or voices: "gmw/de"
	others   []other
}

// other is a further language that a voice serves.
type other struct {
	language string
	priority int
}

// list is what the engine offers.
type list struct {
	voices   []listed
	variants []string // file names below voices/!v
	// silent are MBROLA voices that the engine names, and would be silent with:
	// the program or the data is missing.
	silent []listed
}

// parseVoices reads the output of espeak-ng --voices:
//
//	Pty Language       Age/Gender VoiceName          File                 Other Languages
//	 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
//
// A line that does not look like this is left out.
func parseVoices(out string) []listed {
	var all []listed
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		priority, err := strconv.Atoi(f[0])
		if err != nil || strings.HasPrefix(f[4], "-") {
			continue
		}
		v := listed{priority: priority, language: f[1], name: f[3], file: f[4]}
		if _, gender, ok := strings.Cut(f[2], "/"); ok {
			v.gender = gender
		}
		for _, o := range strings.FieldsFunc(strings.Join(f[5:], " "), func(r rune) bool { return r == '(' || r == ')' }) {
			language, p, ok := strings.Cut(strings.TrimSpace(o), " ")
			if n, err := strconv.Atoi(p); ok && err == nil {
				v.others = append(v.others, other{language, n})
			}
		}
		all = append(all, v)
	}
	return all
}

// find gives the name under which the engine opens a voice without searching
// its folders: the file, and the variant if there is one ("de+f3" is
// "gmw/de+f3"). Names are file, language or voice name, in any case; an
// ambiguous language means what it means to the engine, the lowest number.
func (l list) find(name string) (string, error) {
	base, variant, varied := strings.Cut(name, "+")
	best, score := "", 0
	for _, v := range l.voices {
		var s int
		switch {
		case strings.EqualFold(base, v.file):
			s = 1
		case strings.EqualFold(base, v.name):
			s = 2
		case strings.EqualFold(base, v.language):
			s = 1000 + v.priority
		default:
			for _, o := range v.others {
				if strings.EqualFold(base, o.language) {
					s = 2000 + o.priority
				}
			}
		}
		if s != 0 && (score == 0 || s < score) {
			best, score = v.file, s
		}
	}
	if best == "" {
		for _, v := range l.silent {
			if strings.EqualFold(base, v.file) || strings.EqualFold(base, v.name) {
				data := mbrolaData(v.file)
				return "", unfitVoice(fmt.Sprintf("voice %.100q needs the program mbrola and the data of its voice %s; in Debian (non-free): apt-get install mbrola mbrola-%s", v.file, data, data))
			}
		}
		var names []string
		for _, v := range l.voices {
			names = append(names, v.file, v.name, v.language)
		}
		return "", unknown("voice", base, names, "narrate voices --engine-voices")
	}
	if !varied {
		return best, nil
	}
	var names []string
	for _, have := range l.variants {
		// Files are told apart by case where the system does that.
		if have == variant {
			return best + "+" + have, nil
		}
		names = append(names, base+"+"+have)
	}
	return "", unknown("voice variant", name, names, "espeak-ng --voices=variant")
}

// unknown is the error about a name that is none of names; the command lists
// them.
func unknown(what, name string, names []string, command string) error {
	hint := fmt.Sprintf("%q lists them", command)
	if near := voices.Near(name, names); len(near) > 0 {
		hint = "close are " + strings.Join(near, ", ")
	}
	return unfitVoice(fmt.Sprintf("espeak-ng has no %s %.100q; %s", what, name, hint))
}

// offer is the list for people and profiles.
func (l list) offer() []tts.EngineVoice {
	var all []tts.EngineVoice
	for _, v := range l.voices {
		note := strings.ReplaceAll(v.name, "_", " ")
		switch v.gender {
		case "M":
			note += ", male"
		case "F":
			note += ", female"
		}
		if isMBROLA(v.file) {
			note += ", MBROLA"
		}
		all = append(all, tts.EngineVoice{Name: v.file, Language: v.language, Note: note})
	}
	return all
}

// isMBROLA reports whether a voice of the list speaks through MBROLA. For these,
// the engine tells the start of the first word of a clause alone (1.51, measured).
func isMBROLA(file string) bool { return strings.HasPrefix(file, "mb/") }

// mbrolaData is the name of the data that the MBROLA voice of a file needs:
// "mb/mb-de6" and its accents such as "mb/mb-de6-grc" use "de6".
func mbrolaData(file string) string {
	voice, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(file), "mb-"), "-")
	return voice
}

// mbrolaPlaces are where the engine looks for the data of the MBROLA voice
// of that file name (mbrowrap.c, LoadMbrolaTable).
func mbrolaPlaces(data, file string) []string {
	voice := mbrolaData(file)
	return []string{
		filepath.Join(data, "mbrola", voice),
		filepath.Join("/usr/share/mbrola", voice),
		filepath.Join("/usr/share/mbrola", voice, voice),
		filepath.Join("/usr/share/mbrola/voices", voice),
	}
}
