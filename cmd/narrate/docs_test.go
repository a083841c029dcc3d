package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/command"
	"narrate/internal/tts/http"
	"narrate/internal/tts/plugin"
	"narrate/voices"
)

// fence is a block of code of a page, with its language.
var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// TestExamples reads the examples of the documentation with what reads them in
// earnest.
func TestExamples(t *testing.T) {
	found := map[string]int{}
	for _, page := range []string{"backends.md", "voices.md", "backend-protocol.md"} {
		text, err := os.ReadFile(filepath.Join("../../docs", page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllSubmatchIndex(text, -1) {
			place := fmt.Sprintf("%s:%d", page, 1+strings.Count(string(text[:m[0]]), "\n"))
			language, block := string(text[m[2]:m[3]]), string(text[m[4]:m[5]])
			kind, err := language, error(nil)
			switch {
			case language == "yaml":
				kind, err = readYAML(t.TempDir(), block)
			case language == "xml":
				_, err = voices.LoadLexicon(filepath.Dir(saved(t.TempDir(), "x.pls", block)), "x.pls")
			case strings.HasPrefix(block, "> {"):
				kind, err = "protocol", converse(t, block)
			}
			if found[kind]++; err != nil {
				t.Errorf("%s: %v", place, err)
			}
		}
	}
	for kind, least := range map[string]int{"voice": 8, "lexicon": 1, "command": 1, "service": 1, "settings": 1, "xml": 1, "protocol": 2} {
		if found[kind] < least {
			t.Errorf("%d examples of %s, want %d: are they still found?", found[kind], kind, least)
		}
	}
}

// saved writes a file.
func saved(folder, name, text string) string {
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		panic(err)
	}
	return path
}

// readYAML reads a file of the kind that its keys show.
func readYAML(folder, block string) (kind string, err error) {
	has := func(key string) bool { return regexp.MustCompile(`(?m)^` + key + `:`).MatchString(block) }
	file := saved(folder, "x.yaml", block)
	switch {
	case has("entries"):
		_, err = voices.LoadLexicon(folder, "x.yaml")
		return "lexicon", err
	case has("program"):
		_, err = command.Load(folder)
		return "command", err
	case has("request"):
		_, err = http.Load(folder)
		return "service", err
	case has("backend"):
		_, err = voices.LoadFile(file)
		return "voice", err
	case has("settings"): // a part of a profile
		_, err = voices.LoadFile(saved(folder, "part.yaml", "name: x\nbackend: espeak\nlanguage: en\nvoice: en\n"+block))
		return "settings", err
	}
	return "", fmt.Errorf("no kind of file that narrate reads: %s", block)
}

// converse has a plug-in say its part of a conversation, and compares what
// narrate says. A part that is narrate's alone is a message of known fields.
func converse(t *testing.T, block string) error {
	var asks, answers []string
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		if ask, ok := strings.CutPrefix(line, "> "); ok {
			asks = append(asks, ask)
		} else {
			answers = append(answers, strings.TrimPrefix(line, "< "))
		}
	}
	if len(answers) == 0 {
		for _, ask := range asks {
			if m, err := message(ask); err != nil || len(m) != 2 || m["type"] != "cancel" || m["id"] == nil {
				return fmt.Errorf("%s is no request to cancel: %w", ask, err)
			}
		}
		return nil
	}
	last, err := message(asks[len(asks)-1])
	if err != nil {
		return err
	}
	folder := t.TempDir()
	wav := saved(folder, "sound", "RIFF\xa4\x3e\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x80\x3e\x00\x00"+strings.Repeat("\x00\x10\x00\xf0", 4000))
	replies := saved(folder, "replies", strings.Join(answers, "\n")+"\n")
	asked := filepath.Join(folder, "asked")
	program := saved(folder, "narrate-tts-x", fmt.Sprintf(`#!/bin/sh
exec 3<'%s'
while read -r line; do
	printf '%%s\n' "$line" >>'%s'
	cp '%s' 2.wav
	read -r reply <&3
	printf '%%s\n' "$reply"
done
`, replies, asked, wav))
	b := plugin.New("x", program, plugin.Options{})
	_, err = b.Synthesize(t.Context(), tts.Request{Text: last["text"].(string), Voice: voices.Voice{Engine: last["voice"].(string)}})
	if closed := b.Close(); err != nil || closed != nil {
		return fmt.Errorf("%w, %w", err, closed)
	}
	said, err := os.ReadFile(asked)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if len(lines) != len(asks) {
		return fmt.Errorf("narrate says %q", lines)
	}
	for i, line := range lines {
		is, err := message(line)
		if err != nil {
			return err
		}
		want, err := message(asks[i])
		if err != nil {
			return err
		}
		if is["folder"] != nil { // each time another
			is["folder"] = want["folder"]
		}
		if !reflect.DeepEqual(is, want) {
			return fmt.Errorf("narrate says %s, not %s", line, asks[i])
		}
	}
	return nil
}

func message(line string) (m map[string]any, err error) {
	err = json.Unmarshal([]byte(line), &m)
	return m, err
}
