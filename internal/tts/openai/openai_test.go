package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/retry"
	"narrate/internal/tts/ttstest"
	"narrate/internal/tts/web"
	"narrate/voices"
)

const sentence = "Seven grey geese went over the hill, and nobody ever saw them again."

func TestConformance(t *testing.T) {
	t.Setenv(homeKey, canary)
	s := serve(t, false)
	for _, format := range []string{"wav", "pcm"} {
		t.Run(format, func(t *testing.T) {
			ttstest.Run(t, ttstest.Config{
				New:        func(t testing.TB) tts.Backend { return s.backend(t, web.Options{}) },
				Voice:      voices.Voice{Engine: "alloy", Settings: map[string]string{"response-format": format, "pcm-rate": "8000"}},
				Slow:       "Slowly, very slowly.",
				Repeatable: true,
			})
		})
	}
}

// What is asked, to the letter.
func TestRequest(t *testing.T) {
	t.Setenv(homeKey, canary)
	s := serve(t, false)
	b := s.backend(t, web.Options{})
	for _, test := range []struct {
		voice voices.Voice
		want  string
	}{
		{voices.Voice{Engine: "nova"}, `{"model":"tts-1","input":"Hello  there.","voice":"nova","response_format":"wav"}`},
		{
			voices.Voice{Engine: "marin", Rate: 1.25, Volume: 0.5, Settings: map[string]string{"model": "gpt-4o-mini-tts", "instructions": `calm, "slow"`, "response-format": "pcm"}},
			`{"model":"gpt-4o-mini-tts","input":"Hello  there.","voice":"marin","response_format":"pcm","speed":1.25,"instructions":"calm, \"slow\""}`,
		},
	} {
		s.inject()
		if _, err := b.Synthesize(t.Context(), tts.Request{Text: "Hello\x07\nthere.", Voice: test.voice}); err != nil {
			t.Fatal(err)
		}
		seen, _ := s.seen()
		if got, err := json.Marshal(seen[0]); err != nil || string(got) != test.want {
			t.Errorf("asked %s, want %s", got, test.want)
		}
	}
	own, err := b.profile(t.Context(), voices.Voice{Engine: "voice_1a2b"})
	if err != nil || own.voice != "voice_1a2b" {
		t.Errorf("a voice of the account's own: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Setenv(homeKey, canary)
	b := New(Options{})
	other := "http://localhost:8880/v1"
	long := strings.Repeat("x", 5000)
	for _, test := range []struct {
		engine string
		change func(*voices.Voice)
		want   string // "" is nothing against it
	}{
		{"alloy", nil, ""},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"model": "tts-1-1106"} }, ""},
		{"marin", nil, "OpenAI's tts-1 has no voice \"marin\"; it has alloy, ash,"},
		{"marin", func(v *voices.Voice) { v.Settings = map[string]string{"model": "gpt-4o-mini-tts-2025-12-15"} }, ""},
		{"marin", func(v *voices.Voice) { v.Settings = map[string]string{"model": "tts-9"} }, "knows no price of OpenAI's model \"tts-9\""},
		{"marin", func(v *voices.Voice) {
			v.Settings = map[string]string{"model": "tts-9", "price-per-million": "20"}
		}, ""},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"instructions": "calm"} }, "tts-1 takes no instructions"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"timestamps": "true"} }, "OpenAI gives no timestamps"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"api-key": canary} }, "it has no setting \"api-key\"; there are base-url, instructions, key-env, key-file,"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"key-env": canary} }, "setting key-env is not the name of an environment variable"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"key-file": canary} }, "setting key-file is not the path"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"base-url": "https://u:" + canary + "@host/v1"} }, "setting base-url is not an address"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"base-url": "localhost:8880"} }, "setting base-url: \"localhost:8880\" is not an address"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"response-format": "mp4"} }, "\"mp4\" is not one of wav, mp3, pcm, flac, opus, aac"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"timestamps": "yes"} }, "\"yes\" is not true or false"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"max-text": "0"} }, "\"0\" is not a whole number from 1"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"price-per-minute": "NaN"} }, "\"NaN\" is not a number from 0"},
		{"alloy", func(v *voices.Voice) { v.Settings = map[string]string{"instructions": long} }, "is not at most 4096 characters"},
		{"alloy", func(v *voices.Voice) { v.Pitch = 1.1 }, "the pitch of these voices cannot be changed, and this one has 1.1"},
		{"alloy", func(v *voices.Voice) { v.Rate = 0.2; v.Volume = 3 }, "rate 0.2 is not between 0.25 and 4; volume 3 is not between 0.01 and 2"},
		{"af_heart", func(v *voices.Voice) {
			v.Settings = map[string]string{"base-url": other, "timestamps": "true", "model": "kokoro"}
		}, ""},
		{"", func(v *voices.Voice) { v.Settings = map[string]string{"base-url": other} }, "\"\" is no voice's name"},
		{long, func(v *voices.Voice) { v.Settings = map[string]string{"base-url": other} }, "is no voice's name"},
		{"a\nb", func(v *voices.Voice) { v.Settings = map[string]string{"base-url": other} }, "is no voice's name"},
	} {
		v := voices.Voice{Engine: test.engine}
		if test.change != nil {
			test.change(&v)
		}
		err := b.Check(t.Context(), v)
		if test.want == "" {
			if err != nil {
				t.Errorf("%.30s %.90v: %v", v.Engine, v.Settings, err)
			}
			continue
		}
		if !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), test.want) || len(err.Error()) > 800 {
			t.Errorf("%.30s %.90v: got %v, want %s", v.Engine, v.Settings, err, test.want)
		}
		unseen(t, err)
	}
}

// A format that needs a program which is not there is refused before it is paid
// for.
func TestNoFFmpeg(t *testing.T) {
	t.Setenv(homeKey, canary)
	t.Setenv("PATH", t.TempDir())
	s := serve(t, false)
	b := s.backend(t, web.Options{})
	v := voices.Voice{Engine: "alloy", Settings: map[string]string{"response-format": "flac"}}
	_, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: v})
	if says := b.Check(t.Context(), v); !errors.Is(err, tts.ErrMissing) || says == nil || says.Error() != err.Error() {
		t.Errorf("got %v, and before speaking %v", err, says)
	}
	if seen, _ := s.seen(); len(seen) != 0 {
		t.Error("it was asked")
	}
}

func TestTerms(t *testing.T) {
	b := New(Options{})
	for _, test := range []struct {
		settings map[string]string
		want     tts.Terms
	}{
		{nil, tts.Terms{MaxText: 4096, Parallel: 8, RequestsPerMinute: 500, Price: tts.Price{PerMillion: 15, Currency: "USD"}}},
		{map[string]string{"model": "tts-1-hd-1106", "parallel": "2", "max-text": "9000"}, tts.Terms{MaxText: 4096, Parallel: 2, RequestsPerMinute: 500, Price: tts.Price{PerMillion: 30, Currency: "USD"}}},
		{map[string]string{"model": "gpt-4o-mini-tts", "requests-per-minute": "3"}, tts.Terms{MaxText: 2000, Parallel: 8, RequestsPerMinute: 3, Price: tts.Price{PerMillion: 0.6, PerMinute: 0.015, Currency: "USD"}}},
		{map[string]string{"base-url": "http://kokoro"}, tts.Terms{MaxText: 4096, Parallel: 4}},
		{map[string]string{"base-url": "https://x.example/v1", "price-per-million": "0.8", "max-text": "9000"}, tts.Terms{MaxText: 9000, Parallel: 4, Price: tts.Price{PerMillion: 0.8, Currency: "USD"}}},
		{map[string]string{"bad": "1"}, tts.Terms{MaxText: 4096, Parallel: 1}},
	} {
		if got := b.Terms(voices.Voice{Engine: "alloy", Settings: test.settings}); got != test.want {
			t.Errorf("%v: %+v, want %+v", test.settings, got, test.want)
		}
	}
}

// Where the key comes from, who gets it, and that it is not seen.
func TestKey(t *testing.T) {
	s, k := serve(t, false), serve(t, true)
	b := s.backend(t, web.Options{})
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	speak := func(v voices.Voice) error {
		_, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: v})
		unseen(t, err, b, v)
		return err
	}
	v := voices.Voice{Engine: "alloy"}
	with := func(settings ...string) voices.Voice {
		v := voices.Voice{Engine: "alloy", Settings: map[string]string{}}
		for i := 0; i < len(settings); i += 2 {
			v.Settings[settings[i]] = settings[i+1]
		}
		return v
	}
	t.Setenv(homeKey, "")
	if err := speak(v); !errors.Is(err, tts.ErrKey) || !strings.Contains(err.Error(), "OPENAI_API_KEY_FILE") || b.Check(t.Context(), v).Error() != err.Error() {
		t.Errorf("no key: %v", err)
	}
	t.Setenv(homeKey+"_FILE", file)
	if err := speak(v); err != nil {
		t.Error(err)
	}
	t.Setenv("OTHER_KEY", canary)
	if err := errors.Join(speak(with("key-file", file)), speak(with("key-env", "OTHER_KEY"))); err != nil {
		t.Error(err)
	}
	if err := speak(with("key-env", "NO_SUCH_KEY")); !errors.Is(err, tts.ErrKey) {
		t.Errorf("a variable that is not set: %v", err)
	}
	t.Setenv("WRONG_KEY", canary+"-wrong")
	if err := speak(with("key-env", "WRONG_KEY")); !errors.Is(err, tts.ErrKey) || !strings.Contains(err.Error(), "401 Unauthorized: \"Incorrect API key provided: Bearer ***.\"") || !tts.Useless(err) {
		t.Errorf("a wrong key: %v", err)
	}
	// The other server refuses any key; OpenAI's is not for it.
	t.Setenv(homeKey, canary)
	heart := with("base-url", k.URL)
	heart.Engine = "af_heart"
	if err := speak(heart); err != nil {
		t.Error(err)
	}
	heart.Settings["key-env"] = homeKey
	if err := speak(heart); err == nil || !strings.Contains(err.Error(), "a key was sent") {
		t.Errorf("a key for another server: %v", err)
	}
	if p, err := b.profile(t.Context(), v); err != nil {
		t.Error(err)
	} else {
		unseen(t, p, *p)
	}
}

func silent(n int) []byte { return wavOf(make([]int16, n), rate) }

// The ways in which a service fails: what the error is, and how often it is
// asked by whoever checks and tries again.
func TestFaults(t *testing.T) {
	t.Setenv(homeKey, canary)
	status := func(code int, header, text string) fault {
		return func(_ *server, w http.ResponseWriter, r *http.Request) {
			if header != "" {
				w.Header().Set("Retry-After", header)
			}
			w.WriteHeader(code)
			_, _ = fmt.Fprintf(w, `{"error":{"message":"%s for key %s","code":"%s"}}`, text, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), text)
		}
	}
	answer := func(data []byte) fault {
		return func(_ *server, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
	}
	cut := func(_ *server, w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nRIFF")
		_ = conn.Close()
	}
	slow := func(s *server, _ http.ResponseWriter, r *http.Request) { s.hang(r) }
	stall := func(s *server, w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(silent(100))
		w.(http.Flusher).Flush()
		s.hang(r)
	}
	samples, _ := speak(sentence, 1)
	mp3 := []byte("\xff\xfb\x90\x00" + strings.Repeat("\x00", 413) + "\xff\xfb\x90\x00half a frame")
	for _, test := range []struct {
		name    string
		fault   fault
		kind    error // nil: none of tts
		want    string
		retried bool // and then it is well
		pause   time.Duration
	}{
		{"429", status(429, "", "slow down"), nil, "429 Too Many Requests: \"slow down for key ***\"", true, 0},
		{"429 with Retry-After", status(429, "7", "slow down"), nil, "429 Too Many Requests", true, 7 * time.Second},
		{"429 for a quota", status(429, "7", "insufficient_quota"), tts.ErrQuota, "nothing left to use", false, 0},
		{"401", status(401, "", "no"), tts.ErrKey, "not authorised", false, 0},
		{"400", status(400, "", "refused"), tts.ErrText, "text is not usable: ", false, 0},
		{"404", status(404, "", "gone"), tts.ErrVoice, "404 Not Found", false, 0},
		{"500", status(500, "", "oops"), nil, "500 Internal Server Error", true, 0},
		{"503", status(503, "", "busy"), nil, "503 Service Unavailable", true, 0},
		{"503 with Retry-After", status(503, "2", "busy"), nil, "503 Service Unavailable", true, 2 * time.Second},
		{"slow first byte", slow, nil, "did not answer within 1s", true, 0},
		{"stall in the body", stall, nil, "stopped in the midst of its answer", true, 0},
		{"cut in the body", cut, nil, "the connection to", true, 0},
		{"truncated MP3", answer(mp3), tts.ErrBroken, "mp3: the last of 2 frames has", true, 0},
		{"truncated sample", answer(wavOf(samples, rate)[:10001]), tts.ErrBroken, "ends inside frame", true, 0},
		{"truncated between frames", answer(wavOf(samples[:6000], rate)), tts.ErrBroken, "0.75 s of sound for a text that takes", true, 0},
		{"zero-length body", answer(nil), tts.ErrEmpty, "the answer is empty", true, 0},
		{"web page with status 200", func(_ *server, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "<html><h1>Wait</h1>"+r.Header.Get("Authorization"))
		}, tts.ErrBroken, `the answer is a web page: "<html><h1>Wait</h1>Bearer ***"`, true, 0},
		{"wrong sample rate", answer(wavOf(samples, 96000)), tts.ErrBroken, "s of sound for a text that takes", true, 0},
		{"impossible sample rate", answer(wavOf(samples, 11)), tts.ErrBroken, "format of 11 Hz", true, 0},
		{"silent clip", answer(silent(40000)), tts.ErrEmpty, "of silence", true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, false)
			b := check.New(s.backend(t, quick))
			r := tts.Request{Text: sentence, Voice: voices.Voice{Engine: "alloy"}}
			s.inject(test.fault)
			_, err := b.Synthesize(t.Context(), r)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "openai: ") || len(err.Error()) > 400 {
				t.Errorf("got %v, want %s", err, test.want)
			}
			for _, kind := range []error{tts.ErrQuota, tts.ErrKey, tts.ErrText, tts.ErrVoice, tts.ErrTooLong, tts.ErrBroken, tts.ErrEmpty} {
				if errors.Is(err, kind) != (kind == test.kind) {
					t.Errorf("%v: is it %v?", err, kind)
				}
			}
			var later *tts.Later
			if errors.As(err, &later); test.pause > 0 && later == nil || later != nil && later.Wait != test.pause {
				t.Errorf("to come back in %+v, want %v", later, test.pause)
			}
			unseen(t, err)

			s.inject(test.fault)
			var waited time.Duration
			again := retry.New(b, retry.Options{Sleep: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
			clip, err := again.Synthesize(t.Context(), r)
			seen, left := s.seen()
			if test.retried && (err != nil || len(seen) != 2 || clip.Frames != int64(len(samples))) || !test.retried && (err == nil || len(seen) != 1) || left != 0 || waited < test.pause {
				t.Errorf("tried again: %d requests, waited %v, %v", len(seen), waited, err)
			}
		})
	}
}

// What only the service knows comes back as the kind of error that it is.
func TestMeaning(t *testing.T) {
	k := serve(t, true)
	b := New(Options{})
	voice := voices.Voice{Engine: "af_nobody", Settings: map[string]string{"base-url": k.URL + "/v1", "model": "kokoro"}}
	if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: voice}); !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), "Voice 'af_nobody' not found. Available voices: af_heart, af_bella") {
		t.Errorf("got %v", err)
	}
	for _, test := range []struct {
		status int
		body   string
		kind   error
	}{
		{400, `{"error":{"message":"Unsupported value","param":"response_format","code":null}}`, tts.ErrVoice},
		{400, `{"error":{"message":"too much","param":"input","code":"string_too_long"}}`, tts.ErrTooLong},
		{400, `{"error":{"message":"Input is empty","param":"input","code":null}}`, tts.ErrText},
		{422, `{"detail":[{"type":"enum","loc":["body","voice"],"msg":"Input should be 'a' or 'b'","input":"x"}]}`, tts.ErrVoice},
		{422, `{"detail":[{"type":"string_too_long","loc":["body","input"],"msg":"String should have at most 4096 characters"}]}`, tts.ErrTooLong},
		{400, `{"detail":{"error":"invalid_model","message":"Unsupported model: x"}}`, tts.ErrVoice},
		{400, `{"error":"model x does not exist"}`, tts.ErrVoice},
		{400, `no`, tts.ErrText},
	} {
		k.inject(func(_ *server, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		})
		_, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: voice})
		if !errors.Is(err, test.kind) {
			t.Errorf("%s: %v, want %v", test.body, err, test.kind)
		}
	}
}

// Other servers' markup is text; bare samples have the rate that the voice says;
// the volume is ours.
func TestOtherServer(t *testing.T) {
	k := serve(t, true)
	b := New(Options{})
	voice := voices.Voice{Engine: "af_heart", Settings: map[string]string{"base-url": k.URL, "response-format": "pcm", "pcm-rate": "16000"}}
	const text = "Wait [pause:9s] or <break/> it, if 3 < 4 [see](/siː/)."
	clip, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voice})
	if err != nil {
		t.Fatal(err)
	}
	seen, _ := k.seen()
	if got := seen[0].Input; got != "Wait (pause:9s) or < break/> it, if 3 < 4 (see)(/siː/)." {
		t.Errorf("asked to say %q", got)
	}
	if clip.Format != (pcm.Format{Rate: 16000, Channels: 1}) {
		t.Errorf("%v", clip.Format)
	}
	voice.Volume = 0.5
	soft, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voice})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range all(t, soft) {
		if loud := all(t, clip)[i]; s != pcm.Decibels(-6.0206).Sample(loud) && s != (loud+1)/2 && s != loud/2 {
			t.Fatalf("sample %d is %d at half of the volume, %d before", i, s, loud)
		}
	}
}

func TestTimestamps(t *testing.T) {
	k := serve(t, true)
	b := check.New(New(Options{}))
	voice := voices.Voice{Engine: "af_heart", Settings: map[string]string{"base-url": k.URL + "/v1/", "timestamps": "true"}}
	const text = "  Dr. Grün (over „there“) has 42 geese — and they don't bite.  "
	clip, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voice})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range clip.Marks {
		got = append(got, text[m.Lo:m.Hi])
	}
	if want := []string{"Dr", "Grün", "over", "there", "has", "42", "geese", "and", "they", "don't", "bite"}; !slices.Equal(got, want) {
		t.Errorf("marked %q, want %q", got, want)
	}
	samples := all(t, clip)
	for _, m := range clip.Marks {
		if !pcm.Silent(samples[max(0, m.Frame-60):m.Frame-1]) && text[m.Lo:m.Hi] != "over" && text[m.Lo:m.Hi] != "there" || pcm.Silent(samples[m.Frame:m.Frame+60]) {
			t.Errorf("%s does not start at %d", text[m.Lo:m.Hi], m.Frame)
		}
	}
	seen, _ := k.seen()
	if seen[0].Stream == nil || *seen[0].Stream {
		t.Error("asked for a stream")
	}
	for answer, kind := range map[string]error{
		"":                             tts.ErrEmpty,
		`{"audio":"","timestamps":[]}`: tts.ErrEmpty,
		`{"timestamps":[]}`:            tts.ErrBroken,
		`{"audio":"!!"}`:               tts.ErrBroken,
		`<html>`:                       tts.ErrBroken,
		`{"audio":"AAAA"`:              tts.ErrBroken,
	} {
		k.inject(func(_ *server, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
		if _, err := b.Synthesize(t.Context(), tts.Request{Text: text, Voice: voice}); !errors.Is(err, kind) {
			t.Errorf("%q: %v, want %v", answer, err, kind)
		}
	}
}

func TestPlace(t *testing.T) {
	at := func(words ...any) (all []stamp) {
		for i := 0; i < len(words); i += 2 {
			all = append(all, stamp{words[i].(string), words[i+1].(float64)})
		}
		return all
	}
	for _, test := range []struct {
		text   string
		stamps []stamp
		want   string
	}{
		{"One two.", at("one", 0.1, "two", 0.2, ".", 0.3), "One@100 two@200"},
		{"One two three.", at("One", 0.1, "three", 0.3), "One@100 three@300"},
		{"I paid $12.50 for it", at("I", 0.1, "paid", 0.2, "twelve", 0.3, "dollars", 0.4, "fifty", 0.45, "for", 0.5, "it", 0.6), "I@100 paid@200 12.50@300 for@500 it@600"},
		{"do not and don't", at("do", 0.1, "not", 0.2, "and", 0.3, "do", 0.4, "n't", 0.5), "do@100 not@200 and@300 don't@400"},
		{"the cat the dog the end", at("the", 0.1, "dog", 0.4, "the", 0.5, "end", 0.6), "the@100 dog@400 the@500 end@600"},
		{"a b c", at("a", 0.3, "b", 0.2, "c", 0.4), "a@300 c@400"},
		{"a b", at("a", 0.1, "b", 99.0), "a@100"},
		{"a b", at("a", -1.0, "b", 0.2), "b@200"},
		{"a b", nil, ""},
		{"— …", at("x", 0.1), ""},
		{"", at("x", 0.1), ""},
		{"x y", at("eins", 0.1, "zwei", 0.2), "x@100 y@200"},
	} {
		var got []string
		for _, m := range place(test.text, test.stamps, 1000, 1000) {
			got = append(got, fmt.Sprintf("%s@%d", test.text[m.Lo:m.Hi], m.Frame))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
	}
	if place(strings.Repeat("a ", 5000), make([]stamp, 0), 1000, 1000) != nil {
		t.Error("marks from nothing")
	}
}

func FuzzCaptioned(f *testing.F) {
	f.Add("One two", `{"audio":"AAAA","timestamps":[{"word":"one","start_time":0.1},{"word":"","start_time":1e300}]}`)
	f.Fuzz(func(t *testing.T, text, answer string) {
		_, stamps, err := captioned([]byte(answer))
		if err != nil {
			return
		}
		lo, frame := 0, int64(-1)
		for _, m := range place(text, stamps, 24000, 48000) {
			if m.Lo < lo || m.Hi <= m.Lo || m.Hi > len(text) || m.Frame <= frame || m.Frame >= 48000 {
				t.Fatalf("%+v", m)
			}
			lo, frame = m.Hi, m.Frame
		}
	})
}
