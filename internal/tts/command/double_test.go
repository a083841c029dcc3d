package command

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
)

// roleEnv makes the test binary play a program in place of running tests.
const roleEnv = "NARRATE_TEST_ROLE"

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleEnv); role {
	case "":
	case "say":
		playSay(os.Args[1:])
	case "pico2wave":
		playPico(os.Args[1:])
	case "rhvoice":
		playRHVoice(os.Args[1:])
	default:
		playBad(role, os.Args[1:])
	}
	// Or every role under the race detector would take a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// refuse ends a double as its model would.
func refuse(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// wave is a WAVE file of one channel.
func wave(rate int, samples []int16) []byte {
	u32 := binary.LittleEndian.AppendUint32
	size := uint32(2 * len(samples))
	b := u32([]byte("RIFF"), size+36)
	b = u32(append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...), uint32(rate))
	b = u32(append(u32(b, uint32(2*rate)), "\x02\x00\x10\x00data"...), size)
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// hum is a tone that lasts as long as a text takes at 15 letters a second.
func hum(hz int, text string, rate, pitch, volume float64) []byte {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			n++
		}
	}
	samples := make([]int16, int(float64(n*hz)/15/rate))
	for i := range samples {
		samples[i] = int16(8000 * volume * math.Sin(2*math.Pi*120*pitch*float64(i)/float64(hz)))
	}
	return wave(hz, samples)
}

func save(path string, data []byte) {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		refuse("%v", err)
	}
	os.Exit(0)
}

func readText(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		refuse("%v", err)
	}
	return string(text)
}

// number is a whole number within bounds.
func number(s string, lo, hi int) float64 {
	n, err := strconv.Atoi(s)
	if err != nil || n < lo || n > hi {
		refuse("%q is not between %d and %d", s, lo, hi)
	}
	return float64(n)
}

// options divides arguments into options, each with a value, and others; it
// refuses what is not known. As popt and getopt do, it takes anything that
// begins with "-" for an option.
func options(args []string, known ...string) (map[string]string, []string) {
	values, rest := map[string]string{}, []string{}
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		switch {
		case !strings.HasPrefix(name, "-"):
			rest = append(rest, args[i])
			continue
		case !slices.Contains(known, name):
			refuse("unrecognized option %q", name)
		case !joined:
			if i++; i == len(args) {
				refuse("option %s needs a value", name)
			}
			value = args[i]
		}
		if _, twice := values[name]; twice {
			refuse("option %s twice", name)
		}
		values[name] = value
	}
	return values, rest
}

// playSay is say of macOS, after its manual page.
func playSay(args []string) {
	if slices.Equal(args, []string{"-productVersion"}) { // sw_vers
		fmt.Println("14.5")
		os.Exit(0)
	}
	if slices.Equal(args, []string{"-v", "?"}) {
		fmt.Print("Albert              en_US    # Hello! My name is Albert.\n" +
			"Bad News            en_US    # Hello! My name is Bad News.\n" +
			"Eddy (German (Germany)) de_DE    # Hallo! Ich heiße Eddy.\n" +
			"Tingting            zh_CN    # 你好!我叫婷婷。\n")
		os.Exit(0)
	}
	o, rest := options(args, "-v", "-r", "-o", "-f", "--file-format", "--data-format")
	if len(rest) > 0 {
		refuse("it would say %q", rest)
	}
	if !slices.Contains([]string{"Albert", "Bad News", "Eddy (German (Germany))", "Tingting"}, o["-v"]) {
		refuse("Voice `%s' not found.", o["-v"])
	}
	if o["--file-format"] != "WAVE" || o["--data-format"] != "LEI16@22050" || filepath.Ext(o["-o"]) != ".wav" {
		refuse("Opening output file failed: fmt?")
	}
	text := readText(o["-f"])
	if strings.Contains(text, "[[") {
		refuse("it obeys a command in %q", text)
	}
	rate := 175.0
	if o["-r"] != "" {
		rate = number(o["-r"], 1, 1000)
	}
	save(o["-o"], hum(22050, text, rate/175, 1, 1))
}

// picoMarkup is what may stand around a text for Pico (SVOX Pico Manual,
// section "Markup"), in the form that narrate writes it.
var picoMarkup = regexp.MustCompile(`^<pitch level='(\d+)'><speed level='(\d+)'><volume level='(\d+)'>([^<>]*)</volume></speed></pitch>$`)

// playPico is pico2wave of Debian's libttspico-utils.
func playPico(args []string) {
	o, rest := options(args, "-l", "-w")
	if len(rest) != 1 {
		refuse("Usage: pico2wave <words>")
	}
	if !slices.Contains([]string{"en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT"}, o["-l"]) {
		refuse("Unknown language: %s", o["-l"])
	}
	if filepath.Ext(o["-w"]) != ".wav" {
		refuse("Cannot open output wave file: %s", o["-w"])
	}
	m := picoMarkup.FindStringSubmatch(rest[0])
	if m == nil {
		refuse("it obeys markup in %q", rest[0])
	}
	save(o["-w"], hum(16000, m[4], number(m[2], 20, 500)/100, number(m[1], 50, 200)/100, number(m[3], 0, 500)/100))
}

// playRHVoice is RHVoice-test (src/test/test.cpp in its source), and ls.
func playRHVoice(args []string) {
	switch strings.Join(args, " ") {
	case "--version":
		fmt.Print("\nRHVoice-test  version: 1.14.0\n\n")
		os.Exit(0)
	case "-1 /usr/share/RHVoice/voices":
		fmt.Print("anna\nslt\nmy-voice\n")
		os.Exit(0)
	}
	o, rest := options(args, "-p", "-r", "-t", "-v", "-i", "-o")
	if len(rest) > 0 {
		refuse("PARSE ERROR: Argument: %s", rest[0])
	}
	if !slices.Contains([]string{"anna", "slt", "my-voice"}, o["-p"]) {
		refuse("no such profile")
	}
	factor := func(name string) float64 {
		if o[name] == "" {
			return 1
		}
		return number(o[name], 0, math.MaxInt32) / 100
	}
	save(o["-o"], hum(24000, readText(o["-i"]), factor("-r"), factor("-t"), factor("-v")))
}

// playBad is a program that fails. The file for its sound is its first argument,
// and "-" is standard output.
func playBad(role string, args []string) {
	fmt.Fprintln(os.Stderr, "some last words")
	put := func(data []byte) {
		if args[0] == "-" {
			os.Stdout.Write(data)
			os.Exit(0)
		}
		save(args[0], data)
	}
	whole := hum(16000, "Seven grey geese went over", 1, 1, 1)
	// Whatever it does, it litters.
	for _, name := range []string{"core", filepath.Join(os.Getenv("TMPDIR"), "est_123.wav")} {
		if err := os.WriteFile(name, whole, 0o600); err != nil {
			refuse("%v", err)
		}
	}
	switch role {
	case "sound":
		put(whole)
	case "nothing":
		os.Exit(0)
	case "empty":
		put(nil)
	case "fail":
		os.Exit(3)
	case "sound and fail":
		if args[0] == "-" {
			os.Stdout.Write(whole)
		} else if err := os.WriteFile(args[0], whole, 0o600); err != nil {
			refuse("%v", err)
		}
		os.Exit(3)
	case "killed":
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			p.Signal(syscall.SIGKILL)
		}
		time.Sleep(time.Hour)
	case "hang":
		time.Sleep(time.Hour)
	case "garbage":
		put([]byte(strings.Repeat("this is not sound ", 1000)))
	case "page":
		put([]byte("<!DOCTYPE html><html><body>Service Unavailable</body></html>"))
	case "header":
		put(wave(16000, nil))
	case "truncated":
		put(whole[:len(whole)/2])
	case "half a sample":
		put(whole[:len(whole)-1])
	case "silent":
		put(wave(16000, make([]int16, 32000)))
	case "folder":
		os.Mkdir(args[0], 0o700)
	case "link":
		os.Symlink("/etc/hostname", args[0])
	case "endless":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<20)); err != nil {
				os.Exit(0)
			}
		}
	}
	os.Exit(0)
}
