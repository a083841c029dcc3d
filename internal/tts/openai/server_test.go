package openai

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/web"
)

// canary is the key of the tests, which must not be seen anywhere.
const canary = "sk-canary-0123456789abcdef"

// server is a strict service: OpenAI's own, or Kokoro-FastAPI where kokoro is
// set. What it refuses, and in what words, is after OpenAI's API reference
// ("Create speech", "Error codes") and Kokoro-FastAPI's README and
// api/src/routers.
type server struct {
	*httptest.Server
	kokoro bool

	mu       sync.Mutex
	requests []body
	faults   []fault // each for one request, in order
	done     chan struct{}
}

// fault answers a request in place of the service.
type fault func(s *server, w http.ResponseWriter, r *http.Request)

func serve(t testing.TB, kokoro bool) *server {
	t.Helper()
	s := &server{kokoro: kokoro, done: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(func() { close(s.done); s.Close() })
	return s
}

// backend is one whose home is the server, with the canary in its environment.
func (s *server) backend(t testing.TB, o web.Options) *Backend {
	t.Helper()
	b := New(Options{BaseURL: s.URL + "/v1", Web: o})
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// quick is for services that do not answer.
var quick = web.Options{FirstByte: time.Second, Stall: 500 * time.Millisecond}

// rate is the service's: low, for the tests to be quick.
const rate = 8000

func (s *server) inject(faults ...fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.requests = faults, nil
}

// seen are the requests that were taken since the last injection, and how many
// faults are left.
func (s *server) seen() ([]body, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests), len(s.faults)
}

// refuse answers as the service does.
func (s *server) refuse(w http.ResponseWriter, status int, param, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	var answer any = map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error", "param": param, "code": code}}
	if s.kokoro {
		answer = map[string]any{"detail": map[string]any{"error": "validation_error", "message": message, "type": "invalid_request_error"}}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return // the other side has gone
	}
	captioned := s.kokoro && r.URL.Path == "/dev/captioned_speech"
	switch {
	case r.URL.Path != "/v1/audio/speech" && !captioned:
		s.refuse(w, 404, "", "", "Invalid URL ("+r.Method+" "+r.URL.Path+")")
		return
	case r.Method != http.MethodPost:
		s.refuse(w, 405, "", "", "Not allowed to "+r.Method)
		return
	case !s.kokoro && r.Header.Get("Authorization") != "Bearer "+canary:
		s.refuse(w, 401, "", "invalid_api_key", "Incorrect API key provided: "+r.Header.Get("Authorization")+".")
		return
	case s.kokoro && r.Header.Get("Authorization") != "":
		s.refuse(w, 400, "", "", "a key was sent to a server that has none")
		return
	case r.Header.Get("Content-Type") != "application/json" || r.UserAgent() != "narrate" || r.URL.RawQuery != "":
		s.refuse(w, 400, "", "", "unexpected headers or query")
		return
	}
	var ask struct {
		body
		Voice *string `json:"voice"`
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ask); err != nil {
		s.refuse(w, 400, "", "", "Unrecognized request argument: "+err.Error())
		return
	}
	s.mu.Lock()
	if ask.Voice != nil {
		ask.body.Voice = *ask.Voice
	}
	s.requests = append(s.requests, ask.body)
	var f fault
	if len(s.faults) > 0 {
		f, s.faults = s.faults[0], s.faults[1:]
	}
	s.mu.Unlock()
	if f != nil {
		f(s, w, r)
		return
	}
	models, names := []string{"tts-1", "tts-1-hd", "gpt-4o-mini-tts"}, slices.Concat(commonVoices, newVoices)
	if s.kokoro {
		models, names = []string{"kokoro", "tts-1", "tts-1-hd"}, []string{"af_heart", "af_bella"}
	}
	switch n := utf8.RuneCountInString(ask.Input); {
	case ask.Model == "" || ask.Input == "" || ask.Voice == nil:
		s.refuse(w, 400, "", "missing_required_parameter", "Missing required parameter.")
	case !slices.Contains(models, ask.Model):
		s.refuse(w, 404, "model", "model_not_found", "The model `"+ask.Model+"` does not exist or you do not have access to it.")
	case !slices.Contains(names, *ask.Voice):
		s.refuse(w, 400, "voice", "", "Voice '"+*ask.Voice+"' not found. Available voices: "+strings.Join(names, ", "))
	case n > 4096 && !s.kokoro:
		s.refuse(w, 400, "input", "string_too_long", "String should have at most 4096 characters")
	case ask.Speed != 0 && (ask.Speed < 0.25 || ask.Speed > 4):
		s.refuse(w, 400, "speed", "", "Speed is out of range.")
	case ask.Instructions != "" && ask.Model != "gpt-4o-mini-tts":
		s.refuse(w, 400, "instructions", "", "This model takes no instructions.")
	case ask.Format != "wav" && ask.Format != "pcm":
		s.refuse(w, 400, "response_format", "", "This test's service makes wav and pcm.")
	case ask.Stream != nil && !captioned:
		s.refuse(w, 400, "stream", "", "Unrecognized request argument supplied: stream")
	case strings.Contains(ask.Input, "[pause"):
		s.refuse(w, 400, "", "", "obeyed the text")
	case strings.HasPrefix(ask.Input, "Slowly"):
		s.hang(r)
	default:
		samples, stamps := speak(ask.Input, ask.Speed)
		data := bytesOf(samples)
		if ask.Format == "wav" {
			data = wavOf(samples, rate)
		}
		if !captioned {
			_, _ = w.Write(data)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"audio": base64.StdEncoding.EncodeToString(data), "audio_format": "audio/" + ask.Format, "timestamps": stamps})
	}
}

// hang waits until the client has gone.
func (s *server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.done:
	}
}

// speak makes a tone for each word, and times as Kokoro-FastAPI does: signs are
// words, too, and numbers are spelled out.
func speak(text string, speed float64) (samples []int16, stamps []map[string]any) {
	if speed == 0 {
		speed = 1
	}
	silence := func(s float64) { samples = append(samples, make([]int16, int(rate*s/speed))...) }
	stamp := func(word string) {
		stamps = append(stamps, map[string]any{"word": word, "start_time": float64(len(samples)) / rate, "end_time": float64(len(samples)) / rate})
	}
	silence(0.05)
	for _, word := range strings.Fields(text) {
		core := strings.TrimFunc(word, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) })
		for _, sign := range word[:strings.Index(word, core)] {
			stamp(string(sign))
		}
		if core != "" {
			for part := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(core, "42", "forty two"), "Dr", "Doctor"), " ") {
				stamp(part)
				for i := range int(rate * 0.06 * float64(utf8.RuneCountInString(part)) / speed) {
					samples = append(samples, int16(8000*math.Sin(float64(i)*0.15)))
				}
			}
		}
		for range utf8.RuneCountInString(word) { // signs alone have their names
			silence(0.002)
		}
		for _, sign := range word[strings.Index(word, core)+len(core):] {
			stamp(string(sign))
			for i := range 200 {
				samples = append(samples, int16(3000*math.Sin(float64(i)*0.3)))
			}
		}
		silence(0.04)
	}
	silence(0.2)
	return samples, stamps
}

func bytesOf(samples []int16) []byte {
	b := make([]byte, 0, 2*len(samples))
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// wavOf is a WAVE file as OpenAI streams it: with lengths that are not known.
func wavOf(samples []int16, rate uint32) []byte {
	b := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, 2*rate)
	return append(append(b, "\x02\x00\x10\x00data\xff\xff\xff\xff"...), bytesOf(samples)...)
}

// all reads a clip.
func all(t testing.TB, clip tts.Clip) []int16 {
	t.Helper()
	r, err := clip.Open()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := pcm.ReadAll(r, clip.Frames)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// unseen fails the test where the key can be seen in any of the values.
func unseen(t testing.TB, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, canary) || strings.Contains(s, "sk-canary") {
				t.Errorf("%s shows the key: %s", format, s)
			}
		}
	}
}
