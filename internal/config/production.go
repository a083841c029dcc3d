package config

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"narrate/internal/preset"
	"narrate/internal/script"
	"narrate/internal/strictyaml"
	"narrate/internal/timeline"
)

// Music is a sound besides speech.
type Music struct {
	File            string
	Gain            float64 // how loud it is beside the voice, in LU
	FadeIn, FadeOut time.Duration
	Pause, Under    time.Duration // of an intro, outro or sting, see timeline.Insert
	Lead, Tail      time.Duration // of a bed, see timeline.Bed
	Duck            float64       // dB by which it is lowered while the voice speaks
}

// Soundings are the sounds besides speech, in the order in which they are heard.
var Soundings = []timeline.Sounding{timeline.Intro, timeline.Under, timeline.Sting, timeline.Outro}

// NewMusic is a sound with the values that it has where nothing is said.
func NewMusic(s timeline.Sounding, file string) *Music {
	m := &Music{File: file, FadeOut: 1500 * time.Millisecond, Pause: 500 * time.Millisecond, Duck: 14}
	switch s {
	case timeline.Sting:
		m.FadeOut, m.Gain = 200*time.Millisecond, -2
	case timeline.Under:
		m.FadeIn, m.FadeOut, m.Lead, m.Tail, m.Gain = 500*time.Millisecond, 3*time.Second, 3*time.Second, 2*time.Second, -4
	}
	return m
}

// ChapterMeta is what is said of chapters besides their titles.
type ChapterMeta struct {
	Chapters      []script.Range
	Link, Picture string
}

// metaProblems are the keys of metadata, and what is wrong with a value; "" is
// nothing.
var metaProblems = map[string]func(string) string{
	"title": lineProblem, "author": lineProblem, "narrator": lineProblem, "series": lineProblem, "part": partProblem,
	"date": dateProblem, "description": textProblem, "genre": lineProblem, "publisher": lineProblem,
	"copyright": lineProblem, "link": linkProblem, "cover": fileProblem,
}

// MetaKeys are the keys of metadata.
func MetaKeys() []string { return slices.Sorted(maps.Keys(metaProblems)) }

// MetaProblem says what is wrong with a value of metadata; "" is nothing.
func MetaProblem(key, value string) string {
	problem, ok := metaProblems[key]
	if !ok {
		return fmt.Sprintf("no metadata %q; there are %s", key, strings.Join(MetaKeys(), ", "))
	}
	return problem(value)
}

// Rules reads the rules for chapters, by their keys.
func Rules(marks map[string]string) (timeline.Rules, error) {
	var r timeline.Rules
	for _, key := range slices.Sorted(maps.Keys(marks)) {
		value, ok := marks[key], true
		var err error
		switch key {
		case "levels":
			r.Levels, err = strconv.Atoi(value)
			ok = r.Levels >= 1 && r.Levels <= 6
		case "shortest":
			r.Shortest, err = preset.ParseTime(value)
		case "longest":
			r.Longest, err = preset.ParseTime(value)
			ok = r.Longest >= time.Second
		case "introduction":
			r.Introduction = value
			ok = lineProblem(value) == ""
		case "number":
			r.Number = value == "true"
			ok = r.Number || value == "false"
		default:
			return r, fmt.Errorf("no rule %q for chapters; there are introduction, levels, longest, number, shortest", key)
		}
		if err != nil || !ok {
			return r, fmt.Errorf("%s: %q is not %s", key, value, map[string]string{
				"levels": "1 to 6", "shortest": "a time such as 30s", "longest": "a time such as 20m, of a second at least",
				"introduction": "a title on one line", "number": "true or false",
			}[key])
		}
	}
	return r, nil
}

// files are paths, which are relative to the configuration.
func (r reader) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(r.folder, file)
}

// values reads keys and plain values; problem says what is wrong with a pair.
func (r reader) values(dst *map[string]string, problem func(key, value string) string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		all := map[string]string{}
		r.Entries(n, key, func(string) string { return "" }, func(name, at string, n strictyaml.Node) {
			value, ok := strictyaml.Scalar(n)
			if !ok {
				r.Fail(n, at, "wants text, a number, true or false, has %s", strictyaml.KindOf(n))
				return
			}
			if what := problem(name, value); what != "" {
				r.Fail(n, key, "%s", what)
				return
			}
			all[name] = value
		})
		*dst = all
	}
}

// soundProblem, rulesProblem say what is wrong with a key and its value.
func soundProblem(key, value string) string { return problemOf(new(preset.Preset).Set(key, value)) }

func rulesProblem(key, value string) string {
	_, err := Rules(map[string]string{key: value})
	return problemOf(err)
}

func problemOf(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

func (r reader) meta(dst *map[string]string) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		r.values(dst, MetaProblem)(key, n)
		if cover := (*dst)["cover"]; cover != "" {
			(*dst)["cover"] = r.path(cover)
		}
	}
}

func (r reader) chapterMeta(dst *[]ChapterMeta) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		all := []ChapterMeta{}
		r.List(n, key, "chapters with their links and pictures", func(n strictyaml.Node) {
			var c ChapterMeta
			r.Mapping(n, key, map[string]strictyaml.Field{
				"chapters": r.chapters(&c.Chapters),
				"link":     r.Text(&c.Link, linkProblem),
				"picture":  r.Text(&c.Picture, fileProblem),
			}, "chapters")
			if c.Link == "" && c.Picture == "" {
				r.Fail(n, key, "wants a link or a picture beside the chapters")
			}
			if c.Picture != "" {
				c.Picture = r.path(c.Picture)
			}
			all = append(all, c)
		})
		*dst = all
	}
}

func (r reader) music(dst *map[timeline.Sounding]*Music) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		all := map[timeline.Sounding]*Music{}
		fields := map[string]strictyaml.Field{}
		for _, s := range Soundings {
			fields[string(s)] = func(key string, n strictyaml.Node) {
				m := NewMusic(s, "")
				fields := map[string]strictyaml.Field{
					"file": r.Text(&m.File, fileProblem), "gain": r.Number(&m.Gain, -60, 20),
					"fade-in": r.time(&m.FadeIn), "fade-out": r.time(&m.FadeOut),
				}
				switch s {
				case timeline.Under:
					fields["lead"], fields["tail"], fields["duck"] = r.time(&m.Lead), r.time(&m.Tail), r.Number(&m.Duck, 0, 60)
				case timeline.Sting:
					fields["pause"] = r.time(&m.Pause)
				default:
					fields["pause"], fields["under"], fields["duck"] = r.time(&m.Pause), r.time(&m.Under), r.Number(&m.Duck, 0, 60)
				}
				r.Mapping(n, key, fields, "file")
				m.File = r.path(m.File)
				all[s] = m
			}
		}
		r.Mapping(n, key, fields)
		*dst = all
	}
}

// time reads "350ms" or "1.2s".
func (r reader) time(dst *time.Duration) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		s, ok := strictyaml.Word(n)
		if !ok {
			s = strictyaml.Written(n)
		}
		d, err := preset.ParseTime(s)
		if err != nil {
			r.Fail(n, key, "%w", err)
			return
		}
		if d > time.Hour {
			r.Fail(n, key, "%s is more than an hour", s)
			return
		}
		*dst = d
	}
}

// The longest texts of metadata, in code points.
const (
	maxLine = 1000
	maxText = 20000
)

func lineProblem(s string) string {
	if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > maxLine || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return fmt.Sprintf("%.100q is not a line of 1 to %d characters", s, maxLine)
	}
	return ""
}

func textProblem(s string) string {
	if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > maxText || strings.ContainsRune(s, 0) {
		return fmt.Sprintf("%.100q is not a text of 1 to %d characters", s, maxText)
	}
	return ""
}

func partProblem(s string) string {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 9999 {
		return fmt.Sprintf("part: %q is not 1 to 9999", s)
	}
	return ""
}

// dateForm is a date as ISO 8601 has it, to the year, the month or the day.
var dateForm = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`)

func dateProblem(s string) string {
	if dateForm.MatchString(s) {
		if _, err := time.Parse("2006-01-02"[:len(s)], s); err == nil {
			return ""
		}
	}
	return fmt.Sprintf("date: %q is not a date such as 2026, 2026-11 or 2026-11-29", s)
}

func linkProblem(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(s) > 2000 || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return fmt.Sprintf("link: %.100q is not an http or https address", s)
	}
	return ""
}

func fileProblem(s string) string {
	if s == "" || strings.ContainsRune(s, 0) {
		return fmt.Sprintf("%.100q is not a file", s)
	}
	return ""
}
