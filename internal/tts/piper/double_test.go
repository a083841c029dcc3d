package piper

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// double is a strict HTTP server of piper.
type double struct {
	*httptest.Server
	kind string

	mu    sync.Mutex
	fault string
	times int // how often what was asked to speak
}

// newDouble starts one of a kind: "root" takes requests at / and "synthesize" at
// /synthesize (piper1-gpl, src/piper/http_server.py, before and after its page
// for browsers), "bare" takes text alone (rhasspy/piper,
// src/python_run/piper/http_server.py).
func newDouble(t testing.TB, kind string) *double {
	t.Helper()
	d := &double{kind: kind}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

func (d *double) breaks(fault string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.times = fault, 0
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	place := r.Method + " " + r.URL.String()
	speaks := map[string]string{"root": "POST /", "synthesize": "POST /synthesize", "bare": "POST /"}[d.kind]
	switch {
	case r.Header.Get("User-Agent") != "narrate":
		http.Error(w, "who is there?", http.StatusBadRequest)
	case place == speaks:
		d.speak(w, r)
	case place == "GET /voices" && d.kind != "bare":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{%q: %s, %q: %s, "broken": {"audio": {}}}`, one, configOne, many, configMany)
	case place == "GET /info" && d.kind == "synthesize":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"voice": {"name": %q, "language": "en-gb", "num_speakers": 1}, "last": null}`, one)
	case r.URL.Path == "/" && d.kind != "bare":
		http.Error(w, "<!doctype html><title>405 Method Not Allowed</title>", http.StatusMethodNotAllowed)
	default:
		http.Error(w, "<!doctype html><title>404 Not Found</title>", http.StatusNotFound)
	}
}

// speak speaks. What it dislikes is an error of 500, as with Flask.
func (d *double) speak(w http.ResponseWriter, r *http.Request) {
	refuse := func(format string, args ...any) { http.Error(w, fmt.Sprintf(format, args...), 500) }
	d.mu.Lock()
	fault := d.fault
	d.times++
	d.mu.Unlock()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, readErr := io.ReadAll(r.Body)
	if err != nil || readErr != nil {
		refuse("%v %v", err, readErr)
		return
	}
	m := manner{rate: 22050, length: 1}
	text := string(body)
	if d.kind == "bare" {
		if kind != "text/plain" {
			refuse("content type %s", kind)
			return
		}
	} else {
		var q map[string]any
		if err := json.Unmarshal(body, &q); err != nil || kind != "application/json" {
			refuse("%v, content type %s", err, kind)
			return
		}
		var c config
		for name, value := range q {
			n, isNumber := value.(float64)
			s, isString := value.(string)
			ok := isNumber
			switch name {
			case "text":
				text, ok = s, isString
			case "voice":
				raw := map[string]string{one: configOne, many: configMany}[s]
				ok = json.Unmarshal([]byte(raw), &c) == nil
				m.rate = c.Audio.SampleRate
			case "speaker_id":
				m.speaker = int(n)
			case "length_scale":
				m.length = n
			case "noise_scale":
				m.noise = n
			case "noise_w_scale":
				m.noiseW = n
			default:
				ok = false
			}
			if !ok {
				refuse("field %s: %v", name, value)
				return
			}
		}
		if _, given := q["speaker_id"]; given != (c.Speakers > 1) || m.speaker < 0 || m.speaker >= c.Speakers {
			refuse("speaker %v of %d", q["speaker_id"], c.Speakers)
			return
		}
	}
	if err := harmful(text); err != nil || text == "" {
		refuse("text %q: %v", text, err)
		return
	}
	samples := speech(text, m)
	wav := waveFile(m.rate, samples)
	w.Header().Set("Content-Type", "text/html; charset=utf-8") // as Flask calls bytes
	switch fault {
	case "":
	case "429", "500", "503", "404", "403":
		code, _ := strconv.Atoi(fault)
		http.Error(w, "<!doctype html><title>Oh no</title>", code)
		return
	case "429 later", "503 later":
		code, _ := strconv.Atoi(fault[:3])
		w.Header().Set("Retry-After", "7")
		http.Error(w, "busy", code)
		return
	case "slow":
		wait(r)
	case "stall":
		w.Header().Set("Content-Length", strconv.Itoa(len(wav)))
		_, _ = w.Write(wav[:len(wav)/2])
		_ = http.NewResponseController(w).Flush()
		wait(r)
		return
	case "cut off":
		w.Header().Set("Content-Length", strconv.Itoa(len(wav)))
		_, _ = w.Write(wav[:len(wav)/2])
		return
	case "truncated":
		wav = wav[:len(wav)/2]
	case "nothing":
		wav = nil
	case "no sound":
		wav = waveFile(m.rate, nil)
	case "page":
		wav = []byte("<!doctype html><html><title>Please log in</title></html>")
	case "other rate":
		wav = waveFile(m.rate+1, samples)
	case "silent":
		wav = waveFile(m.rate, make([]int16, len(samples)))
	case "short":
		wav = waveFile(m.rate, samples[:100])
	case "garbage":
		wav = []byte("\x00\x01\x02\x03 garbage")
	}
	_, _ = w.Write(wav) // who hung up does not want it
}

// wait waits until the other side has hung up.
func wait(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}
