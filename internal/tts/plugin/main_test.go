package plugin_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
)

// roleEnv makes the test binary play a plug-in in place of running tests; noteEnv
// is a file for it to write to.
const (
	roleEnv = "NARRATE_TEST_ROLE"
	noteEnv = "NARRATE_TEST_NOTE"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		play(role)
		os.Exit(0)
	}
	// Or every role under the race detector would take a second to exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// goodInfo is what a good plug-in says of itself, without type and id.
const goodInfo = `"protocol":1,"version":"1","voices":[{"name":"one","language":"en"}],"marks":true,"max_text":500,"parallel":2,
	"rate":[0.5,2],"settings":[{"name":"style","values":["calm","glad"]},{"name":"gap","min":0,"max":10},{"name":"model"}],"later":{"unknown":[1]}`

// infos are what bad ones say.
var infos = map[string]string{
	"old protocol":    strings.Replace(goodInfo, `"protocol":1`, `"protocol":7`, 1),
	"no version":      strings.Replace(goodInfo, `"version":"1"`, `"version":""`, 1),
	"no voices":       `"protocol":1,"version":"1","voices":[]`,
	"twice a voice":   `"protocol":1,"version":"1","voices":[{"name":"a","language":"en"},{"name":"a","language":"en"}]`,
	"nameless voice":  `"protocol":1,"version":"1","voices":[{"name":"","language":"en"}]`,
	"no language":     `"protocol":1,"version":"1","voices":[{"name":"a","language":"English!"}]`,
	"negative text":   goodInfo + `,"max_text":-1`,
	"vast parallel":   goodInfo + `,"parallel":1000000`,
	"text for number": goodInfo + `,"max_text":"many"`,
	"odd rate":        goodInfo + `,"rate":[2,3]`,
	"one rate":        goodInfo + `,"rate":[1]`,
	"odd setting":     goodInfo + `,"settings":[{"name":"x","values":["a"],"min":1}]`,
	"NaN":             goodInfo + `,"rate":[NaN,2]`,
	"can cancel":      goodInfo + `,"cancel":true`,
	"answers late":    goodInfo + `,"cancel":true`,
	"no marks":        goodInfo + `,"marks":false`,
}

// good is a WAV file of a second in base64.
func good() string {
	f := pcm.Format{Rate: 8000, Channels: 1}
	var b bytes.Buffer
	b.WriteString("RIFF\xa4\x3e\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x80\x3e\x00\x00")
	for _, s := range pcmtest.Tone(f, 440, 0.5, 8000) {
		b.Write([]byte{byte(s), byte(uint16(s) >> 8)})
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func play(role string) {
	in := bufio.NewReader(os.Stdin)
	say := func(format string, args ...any) {
		fmt.Println(strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
	}
	switch role {
	case "dies at once":
		fmt.Fprintln(os.Stderr, "no model")
		os.Exit(3)
	case "never ready":
		time.Sleep(time.Hour)
	case "greets":
		fmt.Println("Hello! Loading the model …")
	}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			if role == "stays" {
				time.Sleep(time.Hour)
			}
			return
		}
		var r struct {
			Type, Folder, Text string
			ID                 int
		}
		if err := json.Unmarshal(line, &r); err != nil {
			panic(err)
		}
		switch r.Type {
		case "info":
			info := goodInfo
			if bad := infos[role]; bad != "" {
				info = bad
			}
			if role == "another version" {
				info = strings.Replace(goodInfo, `"version":"1"`, fmt.Sprintf(`"version":"%d"`, os.Getpid()), 1)
			}
			say(`{"type":"info","id":%d,%s}`, r.ID, info)
		case "cancel":
			if role == "can cancel" { // else it was answered before
				say(`{"type":"error","id":%d,"code":"cancelled"}`, r.ID)
			}
		default:
			if role == "tells" {
				os.WriteFile(os.Getenv(noteEnv), line, 0o600)
			}
			if role == "can cancel" && r.Text == "slow" {
				continue // until it is cancelled
			}
			if !misbehave(role, r.ID, r.Folder, say) {
				say(`{"type":"speech","id":%d,"format":"wav","audio":%q,"marks":[{"time":0,"start":0,"end":4}]}`, r.ID, good())
			}
		}
	}
}

// misbehave answers a request as the role does; false is as a good plug-in.
func misbehave(role string, id int, folder string, say func(string, ...any)) bool {
	file := func(name string) {
		say(`{"type":"speech","id":%d,"format":"wav","file":%q}`, id, name)
	}
	speech := func(rest string) { say(`{"type":"speech","id":%d,%s}`, id, rest) }
	marks := func(marks string) { speech(fmt.Sprintf(`"format":"wav","audio":%q,"marks":%s`, good(), marks)) }
	sound, _ := base64.StdEncoding.DecodeString(good())
	switch role {
	case "garbage":
		say("this is no answer \x1b[31m")
	case "bad UTF-8":
		say("{\"type\":\"speech\",\"id\":%d,\"format\":\"\xff\"}", id)
	case "array":
		say(`[1,2]`)
	case "wrong type":
		say(`{"type":"song","id":%d}`, id)
	case "wrong id":
		say(`{"type":"speech","id":%d,"format":"wav","audio":%q}`, id+1, good())
	case "no id":
		say(`{"type":"speech","format":"wav","audio":%q}`, good())
	case "twice":
		speech(fmt.Sprintf(`"format":"wav","audio":%q`, good()))
		speech(fmt.Sprintf(`"format":"wav","audio":%q`, good()))
	case "huge line":
		block := bytes.Repeat([]byte("A"), 1<<20)
		for {
			if _, err := os.Stdout.Write(block); err != nil {
				os.Exit(0)
			}
		}
	case "half a line":
		fmt.Print(`{"type":"speech",`)
		os.Exit(0)
	case "closed":
		os.Stdout.Close()
		time.Sleep(time.Hour)
	case "dies":
		fmt.Fprintln(os.Stderr, "segmentation something")
		os.Exit(139)
	case "is killed":
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		time.Sleep(time.Hour)
	case "hangs":
		time.Sleep(time.Hour)
	case "answers late":
		time.Sleep(100 * time.Millisecond)
		return false
	case "deaf":
		os.Stdin.Close()
		time.Sleep(time.Hour)
	case "floods":
		for range 200 {
			os.Stderr.Write(bytes.Repeat([]byte("noise "), 10_000))
		}
		return false
	case "family":
		os.Setenv(roleEnv, "never ready")
		child := exec.Command(os.Args[0])
		if err := child.Start(); err != nil {
			panic(err)
		}
		os.WriteFile(os.Getenv(noteEnv), fmt.Append(nil, child.Process.Pid), 0o600)
		time.Sleep(time.Hour)
	case "file", "littering":
		if role == "littering" { // in its working folder, too
			os.WriteFile("litter", sound, 0o600)
			os.Mkdir(filepath.Join(os.TempDir(), "more"), 0o700)
		}
		os.WriteFile(filepath.Join(folder, "a.wav"), sound, 0o600)
		file(map[string]string{"file": filepath.Join(folder, "a.wav"), "littering": "a.wav"}[role])
	case "outside":
		file("/etc/passwd")
	case "above":
		file("../x.wav")
	case "the folder":
		file(".")
	case "no such file":
		file("none.wav")
	case "link":
		os.Symlink("/etc/passwd", filepath.Join(folder, "a.wav"))
		file("a.wav")
	case "pipe":
		if err := exec.Command("mkfifo", filepath.Join(folder, "a.wav")).Run(); err != nil {
			panic(err)
		}
		file("a.wav")
	case "huge file":
		os.WriteFile(filepath.Join(folder, "a.wav"), nil, 0o600)
		os.Truncate(filepath.Join(folder, "a.wav"), 1<<40)
		file("a.wav")
	case "neither":
		speech(`"format":"wav"`)
	case "both":
		speech(fmt.Sprintf(`"format":"wav","file":"a.wav","audio":%q`, good()))
	case "no format":
		speech(fmt.Sprintf(`"audio":%q`, good()))
	case "no rate":
		speech(fmt.Sprintf(`"format":"pcm","audio":%q`, good()))
	case "negative rate":
		speech(fmt.Sprintf(`"format":"pcm","rate":-8000,"channels":1,"audio":%q`, good()))
	case "not base64":
		speech(`"format":"wav","audio":"***"`)
	case "empty audio":
		speech(`"format":"wav","audio":""`)
	case "no sound":
		speech(`"format":"wav","audio":"PGh0bWw+"`)
	case "cut sound":
		speech(fmt.Sprintf(`"format":"wav","audio":%q`, base64.StdEncoding.EncodeToString(sound[:5000])))
	case "mark before":
		marks(`[{"time":-0.1,"start":0,"end":2}]`)
	case "mark after":
		marks(`[{"time":1.0,"start":0,"end":2}]`)
	case "mark NaN":
		marks(`[{"time":NaN,"start":0,"end":2}]`)
	case "mark vast":
		marks(`[{"time":1e300,"start":0,"end":2}]`)
	case "mark outside":
		marks(`[{"time":0,"start":0,"end":99}]`)
	case "mark negative":
		marks(`[{"time":0,"start":-1,"end":2}]`)
	case "mark empty":
		marks(`[{"time":0,"start":2,"end":2}]`)
	case "marks overlap":
		marks(`[{"time":0,"start":0,"end":3},{"time":0.5,"start":2,"end":4}]`)
	case "marks at once":
		marks(`[{"time":0.5,"start":0,"end":2},{"time":0.5,"start":3,"end":4}]`)
	case "marks as text":
		marks(`[{"time":"0.5","start":0,"end":2}]`)
	case "code voice", "code key", "code quota", "code empty", "code too-long", "code text", "code missing", "code none":
		say(`{"type":"error","id":%d,"code":%q,"message":"own\u001b words %s"}`, id, strings.TrimPrefix(role, "code "), strings.Repeat("x", 1000))
	case "code later":
		say(`{"type":"error","id":%d,"code":"failed","message":"busy","retry_after":1.5}`, id)
	default:
		return false
	}
	return true
}
