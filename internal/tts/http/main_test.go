package http

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"narrate/internal/tts"
	"narrate/internal/tts/web"
	"narrate/voices"
)

// canary is the key of all services here. It must never be seen.
const canary = "sk-canary-0123456789+/abc"

// perCharacter is how long a character is spoken, in seconds.
const perCharacter = 0.03

// speaker makes the sound of the services.
type speaker struct{ frames []byte } // of MP3, all of the same tone

// The MP3 has a third of the rate that is asked for, which takes a third of the
// time to decode: a frame is 576 samples, 144 bytes.
const (
	mp3Rate  = 16000
	mp3Frame = 576.0 / mp3Rate // seconds
	mp3Bytes = 72 * 32000 / mp3Rate
)

func newSpeaker(t testing.TB) speaker {
	t.Helper()
	const seconds = 2100 * perCharacter
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.wav"), filepath.Join(dir, "out.mp3")
	if err := os.WriteFile(in, wave(mp3Rate, tone(int(seconds*mp3Rate), 300.0/mp3Rate, 0.3)), 0o600); err != nil {
		t.Fatal(err)
	}
	// Without a tag and a reservoir of bits, any number of frames is a file.
	if b, err := exec.Command("lame", "--quiet", "-t", "--nores", "-q", "9", "-m", "m", "-b", "32", in, out).CombinedOutput(); err != nil {
		t.Fatalf("lame: %v %s", err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return speaker{data}
}

// mp3 speaks a text, and gives its characters and their starts.
func (s speaker) mp3(text string, speed float64) ([]byte, []string, []float64) {
	chars, starts := []string{}, []float64{}
	for i, r := range []rune(text) {
		chars = append(chars, string(r))
		starts = append(starts, float64(i)*perCharacter/speed)
	}
	want := int(float64(len(chars))*perCharacter/speed/mp3Frame) + 2
	return s.frames[:min(want*mp3Bytes, len(s.frames))], chars, starts
}

// wav speaks a text.
func (s speaker) wav(text string, speed, pitch, volume float64) []byte {
	n := int(float64(utf8.RuneCountInString(text)) * perCharacter / speed * 24000)
	return wave(24000, tone(n, 300*pitch/24000, 0.3*volume))
}

func decibels(db float64) float64 { return math.Pow(10, db/20) }

func tone(frames int, cycles, volume float64) []int16 {
	samples := make([]int16, frames)
	// A rotating point: a sine for each sample would be most of what the tests do.
	x, y := 1.0, 0.0
	cos, sin := math.Cos(2*math.Pi*cycles), math.Sin(2*math.Pi*cycles)
	for i := range samples {
		samples[i] = int16(32767 * volume * y)
		x, y = x*cos-y*sin, x*sin+y*cos
	}
	return samples
}

// wave is a WAV file as services send it whose sound is not ready when they
// begin: without lengths.
func wave(rate int, samples []int16) []byte {
	var b bytes.Buffer
	put := func(all ...any) {
		for _, v := range all {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err)
			}
		}
	}
	put([]byte("RIFF"), uint32(math.MaxUint32), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1),
		uint32(rate), uint32(2*rate), uint16(2), uint16(16), []byte("data"), uint32(math.MaxUint32), samples)
	return b.Bytes()
}

// fault is what a service does in place of its answer; false is nothing.
type fault func(w http.ResponseWriter, r *http.Request, good reply) bool

// running is a service that runs.
type running struct {
	service
	url      string
	requests atomic.Int64
	fault    atomic.Pointer[fault]
	last     atomic.Pointer[string]
}

// start runs a service for a test, whose key the environment then has.
func start(t testing.TB, s service, say speaker) *running {
	t.Helper()
	run := &running{service: s}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it went away
		}
		run.requests.Add(1)
		all := string(body)
		run.last.Store(&all)
		answer := s.answer(r, body, say)
		if fault := run.fault.Load(); fault != nil && (*fault)(w, r, answer) {
			return
		}
		if utf8.RuneCount(body) > 400 { // time enough to be cancelled
			select {
			case <-r.Context().Done():
				return
			case <-time.After(150 * time.Millisecond):
			}
		}
		w.Header().Set("Content-Type", answer.kind)
		w.WriteHeader(answer.status)
		w.Write(answer.body) // nobody may be there any more
	}))
	t.Cleanup(server.Close)
	run.url = server.URL
	return run
}

// key puts the key into the environment.
func (r *running) key(t *testing.T) { t.Setenv(r.variable, canary) }

// backend makes one that asks the service.
func (r *running) backend(t testing.TB, limits web.Options) *Backend {
	t.Helper()
	b := New(load(t, r.profile), Options{Server: r.url, Web: limits})
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (r *running) request(text string) tts.Request {
	return tts.Request{Text: text, Voice: voices.Voice{Engine: r.voice, Settings: r.settings}}
}

// load gives a profile by its name.
func load(t testing.TB, name string) *Profile {
	t.Helper()
	if name == "example" {
		const file = "../../../examples/service.yaml"
		data, err := os.ReadFile(here(t, file))
		if err != nil {
			t.Fatal(err)
		}
		p, err := decode(file, data)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	all, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no profile %s", name)
	return nil
}

// home is the package's folder: the suite changes the working folder.
var home, homeErr = os.Getwd()

func here(t testing.TB, file string) string {
	t.Helper()
	if homeErr != nil {
		t.Fatal(homeErr)
	}
	return filepath.Join(home, file)
}
