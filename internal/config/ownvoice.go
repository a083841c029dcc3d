package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"narrate/internal/script"
	"narrate/internal/strictyaml"
	"narrate/voices"
)

const (
	// maxChapterVoices is the most entries of chapter-voices.
	maxChapterVoices = 1000
	// maxTitle is the longest title of a chapter there, in code points.
	maxTitle = 1000
)

// chapterVoices reads a list of chapters, named by number or by title, each
// entry with its voice.
func (r reader) chapterVoices(dst *[]script.ChapterVoice) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		all := []script.ChapterVoice{}
		r.List(n, key, "chapters and their voices", func(n strictyaml.Node) {
			var c script.ChapterVoice
			r.Mapping(n, key, map[string]strictyaml.Field{
				"chapters": r.chapters(&c.Chapters),
				"title":    r.Text(&c.Title, titleProblem),
				"voice":    r.voice(&c.Voice),
			}, "voice")
			if (c.Chapters == nil) == (c.Title == "") {
				r.Fail(n, key, `wants either chapters ("2-5") or a title beside the voice`)
			}
			if all = append(all, c); len(all) > maxChapterVoices {
				r.Fail(n, key, "more than %d entries", maxChapterVoices)
			}
		})
		*dst = all
	}
}

// blockVoices reads a voice for each kind of block.
func (r reader) blockVoices(dst *map[string]*voices.Voice) strictyaml.Field {
	return func(key string, n strictyaml.Node) {
		fields := map[string]strictyaml.Field{}
		all := map[string]*voices.Voice{}
		for _, name := range script.VoicedBlocks() {
			fields[name] = func(key string, n strictyaml.Node) {
				var v *voices.Voice
				r.voice(&v)(key, n)
				all[name] = v
			}
		}
		r.Mapping(n, key, fields)
		*dst = all
	}
}

// titleProblem is for the title of a chapter; "" is nothing.
func titleProblem(s string) string {
	if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > maxTitle {
		return fmt.Sprintf("is empty or longer than %d characters", maxTitle)
	}
	return ""
}
