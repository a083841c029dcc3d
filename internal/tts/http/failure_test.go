package http

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/retry"
	"narrate/internal/tts/web"
	"narrate/voices"
)

const sentence = "Seven grey geese went over the hill, and nobody ever saw them again."

// limits are short enough for a test, and long enough for a busy machine.
var limits = web.Options{FirstByte: 300 * time.Millisecond, Stall: 300 * time.Millisecond, Total: 20 * time.Second}

// unseen fails where a key shows.
func unseen(t testing.TB, all ...any) {
	t.Helper()
	for _, v := range all {
		for _, format := range []string{"%v", "%+v", "%#v", "%q"} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, canary) || strings.Contains(s, "sk-canary") {
				t.Errorf("the key shows in %s", s)
			}
		}
	}
}

func status(code int, header, body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ reply) bool {
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		fmt.Fprint(w, body)
		return true
	}
}

// send answers with other bytes and the status of success.
func send(body func(good []byte) []byte) fault {
	return func(w http.ResponseWriter, _ *http.Request, good reply) bool {
		w.Write(body(good.body))
		return true
	}
}

// part sends the first half, and then does something else.
func part(then func(*http.Request)) fault {
	return func(w http.ResponseWriter, r *http.Request, good reply) bool {
		w.Header().Set("Content-Length", fmt.Sprint(len(good.body)))
		w.Write(good.body[:len(good.body)/2])
		w.(http.Flusher).Flush()
		then(r)
		panic(http.ErrAbortHandler)
	}
}

// asleep waits until the other side has gone.
func asleep(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(10 * time.Second):
	}
}

// audio sends JSON with another sound in it.
func audio(change func(good []byte) []byte) fault {
	return send(func(good []byte) []byte {
		var answer map[string]any
		if err := json.Unmarshal(good, &answer); err != nil {
			panic(err)
		}
		for name := range answer {
			if data, ok := answer[name].(string); ok {
				var b []byte
				if err := json.Unmarshal([]byte(`"`+data+`"`), &b); err != nil {
					panic(err)
				}
				answer[name] = change(b)
			}
		}
		out, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		return out
	})
}

// TestFaults is the matrix: what the user sees, and whether it is tried again.
func TestFaults(t *testing.T) {
	say := newSpeaker(t)
	started := map[string]*running{}
	for _, s := range services {
		run := start(t, s, say)
		run.key(t)
		started[s.profile] = run
	}
	for _, test := range []struct {
		name, service string
		fault         fault
		kind          error // nil: any
		again         bool
		wait          time.Duration
		want          string
	}{
		{"too fast", "deepgram", status(429, "", `{"err_code":"TOO_MANY_REQUESTS","err_msg":"Too many requests."}`), nil, true, 0, `429 Too Many Requests: "Too many requests."`},
		{"too fast, with a time", "deepgram", status(429, "Retry-After: 7", ""), nil, true, 7 * time.Second, "429"},
		{"used up", "elevenlabs", status(401, "", `{"detail":{"status":"quota_exceeded","message":"0 credits remain"}}`), tts.ErrQuota, false, 0, `"0 credits remain"`},
		{"not paid", "deepgram", status(402, "", `{"err_msg":"Project does not have enough credits"}`), tts.ErrQuota, false, 0, "enough credits"},
		{"free volume", "azure", status(403, "", "Out of call volume quota."), tts.ErrQuota, false, 0, "Out of call volume"},
		{"forbidden", "google", status(403, "", `{"error":{"message":"Cloud Text-to-Speech API has not been used"}}`), tts.ErrKey, false, 0, "has not been used"},
		{"key", "google", status(400, "", `{"error":{"message":"API key not valid. `+canary+`"}}`), tts.ErrKey, false, 0, `"API key not valid. ***"`},
		{"key of Azure", "azure", status(401, "", "Access denied: "+canary), tts.ErrKey, false, 0, "Access denied: ***"},
		{"voice", "google", status(400, "", `{"error":{"message":"Voice 'x' does not exist. Is it misspelled?"}}`), tts.ErrVoice, false, 0, "misspelled"},
		{"voice of ElevenLabs", "elevenlabs", status(404, "", `{"detail":{"status":"voice_not_found","message":"gone"}}`), tts.ErrVoice, false, 0, "gone"},
		{"voice of Azure", "azure", status(400, "", "Unsupported voice x."), tts.ErrVoice, false, 0, "Unsupported voice"},
		{"voice of Deepgram", "deepgram", status(400, "", `{"err_msg":"No such model/version combination found."}`), tts.ErrVoice, false, 0, "No such model"},
		{"text", "google", status(400, "", `{"error":{"message":"Request contains an invalid argument."}}`), tts.ErrText, false, 0, "invalid argument"},
		{"long", "deepgram", status(413, "", `{"err_msg":"exceeds maximum"}`), tts.ErrTooLong, false, 0, "exceeds maximum"},
		{"passing, as the profile says", "example", status(418, "Retry-After: 3", `{"problem":{"text":"a pot of tea"}}`), nil, true, 0, `"a pot of tea"`},
		{"500", "azure", status(500, "", ""), nil, true, 0, "500 Internal Server Error"},
		{"503", "google", status(503, "Retry-After: 2", `{"error":{"message":"unavailable"}}`), nil, true, 2 * time.Second, "unavailable"},
		{"redirect", "deepgram", status(302, "Location: https://elsewhere.example/?key="+canary, ""), tts.ErrVoice, false, 0, "it leads to https://elsewhere.example/"},
		{"slow", "azure", func(_ http.ResponseWriter, r *http.Request, _ reply) bool { asleep(r); return true }, nil, true, 0, "did not answer within 300ms"},
		{"stall", "azure", part(asleep), nil, true, 0, "stopped in the midst of its answer"},
		{"cut", "elevenlabs", part(func(*http.Request) {}), nil, true, 0, "broke off"},
		{"nothing", "azure", send(func([]byte) []byte { return nil }), tts.ErrEmpty, true, 0, "the answer is empty"},
		{"nothing for JSON", "google", send(func([]byte) []byte { return nil }), tts.ErrEmpty, true, 0, "the answer is empty"},
		{"no sound in JSON", "google", send(func([]byte) []byte { return []byte(`{"audioContent":""}`) }), tts.ErrEmpty, true, 0, "empty"},
		{"web page", "azure", send(func([]byte) []byte { return []byte("<!DOCTYPE html><p>Log in, " + canary) }), tts.ErrBroken, true, 0, "a web page: \"<!DOCTYPE html><p>Log in, ***"},
		{"web page for JSON", "elevenlabs", send(func([]byte) []byte { return []byte("<!DOCTYPE html><p>Log in") }), tts.ErrBroken, true, 0, `is not JSON; it begins "<!DOCTYPE html>`},
		{"error with 200", "google", send(func([]byte) []byte { return []byte(`{"error":{"message":"odd"}}`) }), tts.ErrBroken, true, 0, `no text at /audioContent in the answer; it says "odd"`},
		{"not base64", "google", send(func([]byte) []byte { return []byte(`{"audioContent":"…"}`) }), tts.ErrBroken, true, 0, "is not base64"},
		{"MP3 cut in a frame", "elevenlabs", audio(func(b []byte) []byte { return b[:len(b)/2+7] }), tts.ErrBroken, true, 0, ""},
		{"MP3 cut at a frame", "elevenlabs", audio(func(b []byte) []byte { return b[:8*mp3Bytes] }), tts.ErrBroken, true, 0, "s of sound for a text that takes"},
		{"silent", "google", audio(func([]byte) []byte { return wave(24000, make([]int16, 48000)) }), tts.ErrEmpty, true, 0, "of silence"},
		{"lists of two lengths", "elevenlabs", send(func(b []byte) []byte {
			return []byte(strings.Replace(string(b), `"characters":["S",`, `"characters":[`, 1))
		}), tts.ErrBroken, true, 0, "no two lists of equal length"},
		{"times that are none", "elevenlabs", send(func(b []byte) []byte {
			return []byte(strings.Replace(string(b), `"characters":["S",`, `"characters":[null,`, 1))
		}), tts.ErrBroken, true, 0, "element 0 at /alignment/characters"},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := started[test.service]
			run.fault.Store(&test.fault)
			defer run.fault.Store(nil)
			b := run.backend(t, limits)
			_, err := check.New(b).Synthesize(t.Context(), run.request(sentence))
			if err == nil || test.kind != nil && !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), test.service+": ") && test.name != "silent" && test.name != "MP3 cut at a frame" {
				t.Fatalf("got %v, want %v, %q", err, test.kind, test.want)
			}
			if tts.Permanent(err) == test.again {
				t.Errorf("%v: tried again: %t, want %t", err, !tts.Permanent(err), test.again)
			}
			var later *tts.Later
			if errors.As(err, &later); test.wait > 0 && (later == nil || later.Wait != test.wait) {
				t.Errorf("%v: wait %+v, want %v", err, later, test.wait)
			}
			if len(err.Error()) > 600 || strings.Contains(err.Error(), "\n") {
				t.Errorf("no readable line: %v", err)
			}
			unseen(t, err, b, run.last.Load(), *run.last.Load())
		})
	}
}

// TestRecovers checks that what passes is over with the next request, and that
// nothing of the failed one is left: no sentence is lost by it, and none is asked
// for a third time.
func TestRecovers(t *testing.T) {
	say := newSpeaker(t)
	run := start(t, services[3], say)
	run.key(t)
	for name, bad := range map[string]fault{
		"429":              status(429, "", ""),
		"429, with a time": status(429, "Retry-After: 7", ""),
		"500":              status(500, "", ""),
		"503":              status(503, "", ""),
		"slow":             func(_ http.ResponseWriter, r *http.Request, _ reply) bool { asleep(r); return true },
		"stall":            part(asleep),
		"cut":              part(func(*http.Request) {}),
		"nothing":          send(func([]byte) []byte { return nil }),
		"web page":         send(func([]byte) []byte { return []byte("<!DOCTYPE html><p>Log in, " + canary) }),
		"truncated":        send(func(b []byte) []byte { return b[:len(b)/4|1] }),
		"silent":           send(func([]byte) []byte { return wave(24000, make([]int16, 48000)) }),
	} {
		before := run.requests.Load()
		once := fault(func(w http.ResponseWriter, r *http.Request, good reply) bool {
			return run.requests.Load() == before+1 && bad(w, r, good)
		})
		run.fault.Store(&once)
		b := retry.New(check.New(run.backend(t, limits)), retry.Options{Sleep: func(context.Context, time.Duration) error { return nil }})
		if clip, err := b.Synthesize(t.Context(), run.request(sentence)); err != nil || clip.Frames == 0 {
			t.Errorf("%s: %d frames, %v", name, clip.Frames, err)
		}
		if n := run.requests.Load() - before; n != 2 {
			t.Errorf("%s: %d requests, want 2", name, n)
		}
	}
}

// A service that answers with another rate than it was asked for is believed.
func TestOtherRate(t *testing.T) {
	run := start(t, services[3], newSpeaker(t))
	run.key(t)
	other := send(func([]byte) []byte { return wave(8000, tone(16000, 0.05, 0.3)) })
	run.fault.Store(&other)
	clip, err := run.backend(t, limits).Synthesize(t.Context(), run.request(sentence))
	if err != nil || clip.Format != (pcm.Format{Rate: 8000, Channels: 1}) || clip.Frames != 16000 {
		t.Errorf("%v, %d frames, %v", clip.Format, clip.Frames, err)
	}
}

func TestKey(t *testing.T) {
	say := newSpeaker(t)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		t.Run(s.profile, func(t *testing.T) {
			run := start(t, s, say)
			b := run.backend(t, limits)
			r := run.request(sentence)
			_, err := b.Synthesize(t.Context(), r)
			if !errors.Is(err, tts.ErrKey) {
				t.Errorf("without a key: %v", err)
			}
			unseen(t, err)
			if n := run.requests.Load(); n != 0 && !b.profile.key.optional {
				t.Errorf("asked %d times without a key", n)
			}
			t.Setenv(s.variable+"_FILE", file)
			if _, err := b.Synthesize(t.Context(), r); err != nil {
				t.Errorf("from a file: %v", err)
			}
			t.Setenv(s.variable, "wrong-key-of-some-length")
			_, err = b.Synthesize(t.Context(), r)
			if !errors.Is(err, tts.ErrKey) || strings.Contains(err.Error(), "wrong-key") {
				t.Errorf("a wrong key: %v", err)
			}
			with := func(name, value string) voices.Voice {
				v := r.Voice
				v.Settings = map[string]string{name: value}
				for k, x := range r.Voice.Settings {
					v.Settings[k] = x
				}
				return v
			}
			if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: with("key-file", file)}); err != nil {
				t.Errorf("from the setting's file: %v", err)
			}
			t.Setenv("OTHER_KEY", canary)
			if _, err := b.Synthesize(t.Context(), tts.Request{Text: sentence, Voice: with("key-env", "OTHER_KEY")}); err != nil {
				t.Errorf("from another variable: %v", err)
			}
			// Who puts the key itself there is told without it.
			err = b.Check(t.Context(), with("key-env", canary))
			if !errors.Is(err, tts.ErrVoice) {
				t.Errorf("a key for a variable: %v", err)
			}
			unseen(t, err)
		})
	}
}

// TestKeyless looks at a voice that lacks the key and something else, as one has
// it who has set up nothing yet: both are told, each as what it is.
func TestKeyless(t *testing.T) {
	for _, s := range services {
		t.Setenv(s.variable, "")
	}
	for _, test := range []struct {
		profile, voice string
		settings       map[string]string
		key            bool
		want           []string
	}{
		{"azure", "de-DE-KatjaNeural", nil, false, []string{"azure: not authorised: no key; put it into the environment variable AZURE_SPEECH_KEY", "no such voice: it needs the setting region"}},
		{"azure", "de-DE-KatjaNeural", nil, true, []string{"azure: no such voice: it needs the setting region"}},
		{"azure", "de-DE-KatjaNeural", map[string]string{"region": "westeurope"}, false, []string{"no key"}},
		{"azure", "de-DE-KatjaNeural", map[string]string{"region": "westeurope"}, true, nil},
		{"google", "nobody", nil, false, []string{"no key", `it has no voice "nobody"`}},
		{"deepgram", "aura-2-thalia-en", map[string]string{"key-env": "NO_SUCH_KEY"}, false, []string{"environment variable NO_SUCH_KEY,"}},
	} {
		b := New(load(t, test.profile), Options{Web: limits})
		if test.key {
			t.Setenv(b.profile.key.environment, canary)
		} else {
			t.Setenv(b.profile.key.environment, "")
		}
		err := b.Check(t.Context(), voices.Voice{Engine: test.voice, Settings: test.settings})
		if (err == nil) != (test.want == nil) {
			t.Errorf("%s: %v", test.profile, err)
			continue
		}
		unseen(t, err)
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", test.profile, err, want)
			}
		}
		if err != nil && errors.Is(err, tts.ErrKey) == test.key {
			t.Errorf("%s: with a key (%t): %v", test.profile, test.key, err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
