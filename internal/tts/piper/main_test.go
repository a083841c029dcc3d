package piper

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
)

// roleEnv makes the test binary play a program in place of running tests, and
// faultEnv makes it play it badly.
const (
	roleEnv  = "NARRATE_TEST_ROLE"
	faultEnv = "NARRATE_TEST_FAULT"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	// Or every program under the race detector would take a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// options are what the doubles accept; true has a value. The real C++ programs
// pass over what they do not know.
var options = map[string]map[string]bool{
	// rhasspy/piper, src/cpp/main.cpp
	"cpp": {"--model": true, "--config": true, "--length_scale": true, "--noise_scale": true, "--noise_w": true, "--sentence_silence": true, "--speaker": true, "--output_file": true, "--output_raw": false, "--json-input": false},
	// OHF-Voice/piper1-gpl, libpiper/src/main/utils/main_utils.cpp
	"libpiper": {"--model": true, "--config": true, "--length_scale": true, "--noise_scale": true, "--noise_w": true, "--sentence_silence": true, "--speaker": true, "--output_file": true, "--json-input": false},
	// OHF-Voice/piper1-gpl, src/piper/__main__.py
	"python": {"--model": true, "--config": true, "--length_scale": true, "--noise_scale": true, "--noise_w": true, "--sentence_silence": true, "--speaker": true, "--output_raw": false},
}

// manner is how the double speaks.
type manner struct {
	rate                  int
	length, noise, noiseW float64
	speaker               int
}

// play is a piper.
func play(role string, args []string) int {
	complain := func(format string, args ...any) int {
		fmt.Fprintf(os.Stderr, "[piper] "+format+"\n", args...)
		return 1
	}
	if slices.Equal(args, []string{"--version"}) {
		switch os.Getenv(faultEnv) {
		case "not piper":
			fmt.Println("hello")
			return 0
		case "slow version":
			time.Sleep(time.Hour)
		}
		if role == "python" {
			fmt.Fprintln(os.Stderr, "usage: piper [-h] -m MODEL [-c CONFIG] [-i INPUT_FILE]\npiper: error: the following arguments are required: -m/--model")
			return 2
		}
		fmt.Println("1.2.0")
		return 0
	}
	given := map[string]string{}
	for i := 0; i < len(args); i++ {
		value, ok := options[role][args[i]]
		if !ok {
			return complain("unknown argument %q", args[i])
		}
		given[args[i]] = "yes"
		if value {
			if i++; i == len(args) {
				return complain("no value for %s", args[i-1])
			}
			given[args[i-1]] = args[i]
		}
	}
	if os.Getenv(faultEnv) == "no model" {
		return complain("cannot load the model")
	}
	if model, err := os.ReadFile(given["--model"]); err != nil || !bytes.HasPrefix(model, []byte("\x08")) {
		return complain("no model %s: %v", given["--model"], err)
	}
	raw, err := os.ReadFile(given["--config"])
	if err != nil || role == "python" && given["--config"] != given["--model"]+".json" {
		return complain("no configuration %s: %v", given["--config"], err)
	}
	var c config
	if err := json.Unmarshal(raw, &c); err != nil {
		return complain("%v", err)
	}
	m := manner{rate: c.Audio.SampleRate}
	for name, to := range map[string]*float64{"--length_scale": &m.length, "--noise_scale": &m.noise, "--noise_w": &m.noiseW} {
		if *to, err = strconv.ParseFloat(given[name], 64); err != nil {
			return complain("%s: %v", name, err)
		}
	}
	if given["--sentence_silence"] != "0" {
		return complain("silence %q", given["--sentence_silence"])
	}
	speaker := func(n int) error {
		if m.speaker = n; c.Speakers == 1 || n < 0 || n >= c.Speakers {
			return fmt.Errorf("onnxruntime: invalid feed input name: sid %d", n)
		}
		return nil
	}
	in := bufio.NewReader(os.Stdin)
	if role == "python" {
		if given["--output_raw"] == "" || os.Getenv("PYTHONUTF8") != "1" {
			return complain("neither raw nor UTF-8")
		}
		if n, ok := given["--speaker"]; ok {
			id, err := strconv.Atoi(n)
			if err == nil {
				err = speaker(id)
			}
			if err != nil {
				return complain("%v", err)
			}
		}
		return playPython(in, m, complain)
	}
	if given["--json-input"] == "" {
		return complain("not JSON")
	}
	for {
		question, err := in.ReadBytes('\n')
		if err == io.EOF {
			return 0
		}
		var q struct {
			Text    string `json:"text"`
			Speaker *int   `json:"speaker_id"`
			File    string `json:"output_file"`
		}
		d := json.NewDecoder(bytes.NewReader(question))
		d.DisallowUnknownFields()
		if err := d.Decode(&q); err != nil {
			return complain("%v", err)
		}
		m.speaker = 0
		if q.Speaker != nil {
			if err := speaker(*q.Speaker); err != nil {
				return complain("%v", err)
			}
		}
		if err := harmful(q.Text); err != nil {
			return complain("%v", err)
		}
		if !filepath.IsAbs(q.File) {
			return complain("file %q", q.File)
		}
		if code := playLine(role, q.Text, q.File, m); code >= 0 {
			return code
		}
	}
}

// playLine answers a line of JSON. As rhasspy/piper may, it names the file
// before the last of it is written; libpiper, whose file tells no length, writes
// without a buffer in all but its smallest pieces.
func playLine(role, text, file string, m manner) int {
	samples := speech(text, m)
	wav := waveFile(m.rate, samples)
	if role == "libpiper" {
		wav = floatFile(m.rate, samples)
	}
	switch os.Getenv(faultEnv) {
	case "killed":
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		fmt.Println(err)
		time.Sleep(time.Hour)
	case "exits":
		return 0
	case "fails":
		fmt.Fprintln(os.Stderr, "out of breath")
		return 3
	case "hangs":
		time.Sleep(time.Hour)
	case "garbage":
		fmt.Println("this is no file")
		return -1
	case "endless line":
		os.Stdout.Write(bytes.Repeat([]byte("x"), 1<<20))
		time.Sleep(time.Hour)
	case "no file":
		fmt.Println(file)
		return -1
	case "empty file":
		wav = nil
	case "no sound":
		wav = waveFile(m.rate, nil)
	case "silent":
		wav = waveFile(m.rate, make([]int16, len(samples)))
	case "cut":
		wav = wav[:len(wav)/2]
	case "half a sample":
		wav = floatFile(m.rate, samples)
		wav = wav[:len(wav)-1]
	case "text":
		wav = []byte("out of memory, sorry")
	case "other rate":
		wav = waveFile(m.rate+1, samples)
	}
	tail := min(1000, len(wav)/3)
	if role == "libpiper" {
		tail = 0
	}
	f, err := os.Create(file)
	if err == nil {
		_, err = f.Write(wav[:len(wav)-tail])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(file)
	time.Sleep(pause / 4)
	if _, err := f.Write(wav[len(wav)-tail:]); err != nil || f.Close() != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return -1
}

func playPython(in *bufio.Reader, m manner, complain func(string, ...any) int) int {
	text, err := io.ReadAll(in)
	if err != nil {
		return complain("%v", err)
	}
	if line := bytes.TrimSuffix(text, []byte("\n")); bytes.ContainsAny(line, "\n\r") || harmful(string(line)) != nil {
		return complain("not one harmless line: %q", text)
	}
	raw := bareSamples(speech(string(text), m))
	switch os.Getenv(faultEnv) {
	case "killed":
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		fmt.Println(err)
		time.Sleep(time.Hour)
	case "exits":
		return 0
	case "fails":
		fmt.Fprintln(os.Stderr, "Traceback (most recent call last):\nModuleNotFoundError: No module named 'onnxruntime'")
		return 1
	case "hangs":
		time.Sleep(time.Hour)
	case "garbage":
		raw = []byte("this is no sound")
	case "half a sample":
		raw = raw[:len(raw)-1]
	case "silent":
		clear(raw)
	case "endless":
		for err := error(nil); err == nil; {
			_, err = os.Stdout.Write(make([]byte, 1<<20))
		}
	}
	if _, err := os.Stdout.Write(raw); err != nil {
		return complain("%v", err)
	}
	return 0
}

// harmful reports what real programs would obey.
func harmful(text string) error {
	if strings.Contains(text, "[[") || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("the text %q holds commands", text)
	}
	return nil
}

// speech is the sound of a text: a tone a letter, whose pitch tells the speaker,
// a longer one a digit, silence for all else; the same again where there is no
// noise. It takes some time.
func speech(text string, m manner) []int16 {
	var samples []int16
	letters := 0
	for _, r := range text {
		d, loud := 0.02, 0.0
		switch {
		case unicode.IsLetter(r):
			d, loud = 0.05, 1
		case unicode.IsNumber(r):
			d, loud = 0.2, 1
		}
		letters += int(loud)
		n := int(d * m.length * float64(m.rate))
		for i := range n {
			s := 32000 * loud // whose bytes are no text
			if i*(400+200*m.speaker+int(r)%50)/m.rate%2 == 1 {
				s = -s
			}
			if m.noise+m.noiseW > 0 {
				s += 200 * (m.noise + m.noiseW) * loud * (rand.Float64() - 0.5)
			}
			samples = append(samples, int16(s))
		}
	}
	time.Sleep(time.Duration(float64(letters) * m.length * float64(50*time.Microsecond)))
	return samples
}

func bareSamples(samples []int16) []byte {
	var b []byte
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// waveFile is a WAVE file as rhasspy/piper and Python write it.
func waveFile(rate int, samples []int16) []byte {
	data := bareSamples(samples)
	return append(waveHeader(rate, 1, 16, uint32(len(data)+36), uint32(len(data))), data...)
}

// floatFile is one as libpiper writes it (wav_headers.cpp): 32-bit floating
// point, without a length.
func floatFile(rate int, samples []int16) []byte {
	if len(samples) == 0 {
		return nil
	}
	b := waveHeader(rate, 3, 32, 0x7ffff000+36, 0x7ffff000)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(s)/32768))
	}
	return b
}

func waveHeader(rate, tag, bits int, riff, data uint32) []byte {
	le := binary.LittleEndian
	b := append(le.AppendUint32([]byte("RIFF"), riff), "WAVEfmt \x10\x00\x00\x00"...)
	b = le.AppendUint16(le.AppendUint16(b, uint16(tag)), 1)
	b = le.AppendUint32(le.AppendUint32(b, uint32(rate)), uint32(rate*bits/8))
	b = le.AppendUint16(le.AppendUint16(b, uint16(bits/8)), uint16(bits))
	return le.AppendUint32(append(b, "data"...), data)
}

// self is the test binary.
func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t testing.TB, path, content string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// The names of the voices in the tests' folder.
const (
	one  = "en_GB-one-medium" // of one speaker
	many = "de_DE-many-low"   // of three
)

const configOne = `{"audio":{"sample_rate":16000,"quality":"medium"},"espeak":{"voice":"en-gb"},"language":{"code":"en_GB"},
"inference":{"noise_scale":0.5,"length_scale":1.0,"noise_w":0.7},"num_speakers":1,"speaker_id_map":{},"phoneme_id_map":{"_":[0]},"piper_version":"1.0.0"}`

const configMany = `{"audio":{"sample_rate":8000,"quality":"x_low"},"espeak":{"voice":"de"},"num_speakers":3,"speaker_id_map":{"anna":0,"7":1,"carl":2}}`

// folder makes a folder of voices.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, c := range map[string]string{one: configOne, filepath.Join("de", "de_DE", "many", "low", many): configMany} {
		write(t, filepath.Join(dir, name+suffix), "\x08\x07model "+name, 0o600)
		write(t, filepath.Join(dir, name+suffix+".json"), c, 0o600)
	}
	return dir
}

// program makes a program that plays a role, and says in the environment which.
func program(t testing.TB, role string) string {
	t.Helper()
	if role == "python" {
		// As pip writes it, but that a shell stands in for Python.
		script := "#!/bin/sh\n: '\nimport sys\nfrom piper.__main__ import main\n'\n" + roleEnv + "=python exec '" + self(t) + "' \"$@\"\n"
		return write(t, filepath.Join(t.TempDir(), "piper"), script, 0o700)
	}
	script := "#!/bin/sh\n" + roleEnv + "=" + role + " exec '" + self(t) + "' \"$@\"\n"
	return write(t, filepath.Join(t.TempDir(), "piper"), script, 0o700)
}
