package plugin

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/sound"
	"narrate/voices"
)

// FuzzAnswer feeds lines as a program may write them. What is accepted must
// make sense.
func FuzzAnswer(f *testing.F) {
	for _, line := range []string{
		`{"type":"info","id":2,"protocol":1,"version":"1","voices":[{"name":"a","language":"en"}],"rate":[0.5,2],"settings":[{"name":"x","min":0}]}`,
		`{"type":"info","id":2,"protocol":1,"version":"1","voices":[{"name":"a","language":"en"}],"settings":[{"name":"x","values":["y"]}]}`,
		`{"type":"speech","id":2,"format":"wav","file":"a.wav","marks":[{"time":0.1,"start":0,"end":5},{"time":1.99,"start":6,"end":11}]}`,
		`{"type":"speech","id":2,"format":"pcm","rate":8000,"channels":1,"audio":"AAAA","marks":[{"time":1e308,"start":-1,"end":9223372036854775807}]}`,
		`{"type":"error","id":2,"code":"voice","message":"no\nsuch","retry_after":1e308}`,
		`{"type":"error","id":2,"retry_after":-1}`,
		`{"type":"info","id":null,"rate":[NaN]}`, "[]", "null", "\xff", "",
	} {
		f.Add([]byte(line))
	}
	const text = "grüne Hügel"
	samples := make([]int16, 16000)
	samples[0] = 1000
	f.Fuzz(func(t *testing.T, line []byte) {
		var a about
		var s speech
		var e failure
		kind, err := parse(line, 2, map[string]any{"info": &a, "speech": &s, "error": &e})
		if err != nil {
			if len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%d bytes: %q", len(err.Error()), err)
			}
			return
		}
		switch kind {
		case "info":
			if a.check() != nil {
				return
			}
			v := voices.Voice{Engine: a.Voices[0].Name}
			if _, err := a.voice(v); err != nil {
				t.Errorf("its own voice: %v", err)
			}
			if a.Parallel < 1 || a.MaxText < 1 || !a.Marks && a.MarksNote == "" {
				t.Errorf("%+v", a)
			}
			v.Rate, v.Settings = 1.5, map[string]string{"x": "y"}
			if r, err := a.voice(v); err == nil && r.Rate != 1.5 {
				t.Errorf("%+v", r)
			}
		case "speech":
			clip := tts.Samples(pcm.Format{Rate: 8000, Channels: 1}, samples, nil)
			if clip.Marks, err = place(text, clip, s.Marks); err != nil {
				return
			}
			if err := check.Clip(tts.Request{Text: text}, clip); err != nil {
				t.Errorf("%+v: %v", clip.Marks, err)
			}
		case "error":
			if text := e.err().Error(); len(text) > 5*maxReason || strings.ContainsAny(text, "\n\x1b") {
				t.Errorf("%q", text)
			}
		}
	})
}

// TestDocumented looks for every field, code, format and limit in the
// specification.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/backend-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	want := sound.Names()
	for code := range codes {
		want = append(want, code)
	}
	for _, message := range []any{askInfo{}, synthesize{}, about{}, offered{}, setting{}, speech{}, mark{}, failure{}, request{}} {
		for i := range reflect.TypeOf(message).NumField() {
			if name, _, _ := strings.Cut(reflect.TypeOf(message).Field(i).Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
	}
	for _, word := range want {
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("no word of %q", word)
		}
	}
	for _, limit := range []string{
		fmt.Sprintf("version **%d**", Protocol), "(33,554,432 bytes)", fmt.Sprintf("at most %d MiB, in", maxFile>>20), "up to 100,000", "optional*, 5,000", "1 to 10,000 objects",
		fmt.Sprintf("up to %d settings", maxSettings), fmt.Sprintf("1 to %d bytes", maxWord), "1,000 bytes", fmt.Sprintf("1 to %d. 1 is right", maxParallel), fmt.Sprintf("first %d characters", maxReason),
	} {
		if !strings.Contains(string(page), limit) {
			t.Errorf("no word of %q", limit)
		}
	}
	if maxLine != 33_554_432 || maxText != 100_000 || defaultText != 5_000 || maxVoices != 10_000 || maxNote != 1_000 {
		t.Error("a limit is not the documented one")
	}
}
