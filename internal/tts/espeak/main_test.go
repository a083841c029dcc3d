package espeak

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"narrate/internal/tts"
	"narrate/voices"
)

// roleEnv makes the test binary play a part in place of running tests.
const roleEnv = "NARRATE_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleEnv)
	switch {
	case role == "":
	case role == "parent":
		playParent()
	case os.Getenv(workerEnv) != "":
		playWorker(role)
	default:
		playProgram(role, os.Args[1:])
	}
	if handled, code := WorkerMain(); handled {
		os.Exit(code)
	}
	// Or every role and worker under the race detector would take a second to
	// exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// playProgram is a bad espeak-ng.
func playProgram(role string, args []string) {
	switch {
	case slices.Contains(args, "--version"):
		if role == "not espeak" {
			fmt.Println("hello")
			os.Exit(0)
		}
		if role == "slow version" {
			time.Sleep(time.Hour)
		}
		fmt.Println("eSpeak NG text-to-speech: 1.52.0  Data at:", os.Getenv("NARRATE_TEST_DATA"))
		os.Exit(0)
	case slices.Contains(args, "--voices"):
		if role != "no voices" {
			fmt.Println(" 5  de              --/M      German             gmw/de               ")
		}
		os.Exit(0)
	case slices.Contains(args, "--voices=mb"):
		fmt.Println(" 7  de              --/M      german-mbrola-5    mb/mb-de5            ")
		os.Exit(0)
	case !slices.Contains(args, "-D"):
		fmt.Fprintln(os.Stderr, "1.52 must be told to be repeatable")
		os.Exit(1)
	}
	header := binary.LittleEndian.AppendUint32([]byte("RIFF"), 0x7ffff024)
	header = append(header, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x22\x56\x00\x00\x44\xac\x00\x00\x02\x00\x10\x00data\x00\xf0\xff\x7f"...)
	switch role {
	case "nothing":
	case "garbage":
		fmt.Println("this is not sound")
	case "fail":
		fmt.Fprintln(os.Stderr, "out of breath")
		os.Exit(3)
	case "hang":
		time.Sleep(time.Hour)
	case "header":
		os.Stdout.Write(header)
	case "silent":
		os.Stdout.Write(append(header, make([]byte, 20000)...))
	case "sound":
		os.Stdout.Write(append(header, bytes.Repeat([]byte{0, 16}, 10000)...))
	case "half a sample":
		os.Stdout.Write(append(header, bytes.Repeat([]byte{0, 16, 0}, 10001)...))
	case "endless":
		for os.Stdout.Write(header); ; {
			if _, err := os.Stdout.Write(make([]byte, 1<<16)); err != nil {
				os.Exit(0)
			}
		}
	}
	os.Exit(0)
}

// playWorker is a bad worker. It knows the library's version from its role's
// surroundings, answers the first question and fails at the second.
func playWorker(role string) {
	in := bufio.NewReader(os.Stdin)
	for {
		var q question
		if err := readMessage(in, &q); err != nil {
			os.Exit(0)
		}
		if q.Speak == nil {
			writeMessage(os.Stdout, answer{Version: os.Getenv("NARRATE_TEST_VERSION")})
			continue
		}
		switch role {
		case "crash":
			fmt.Fprintln(os.Stderr, "segmentation something")
			os.Exit(139)
		case "hang":
			time.Sleep(time.Hour)
		case "garbage":
			fmt.Println("Hello! I am a library that prints things.")
		case "huge":
			writeMessage(os.Stdout, answer{Rate: 22050, Samples: 1 << 30})
		case "cut":
			writeMessage(os.Stdout, answer{Rate: 22050, Samples: 1000})
			os.Exit(0)
		case "no rate":
			writeMessage(os.Stdout, answer{Samples: 1})
			writeSamples(os.Stdout, []int16{1})
		case "error":
			writeMessage(os.Stdout, answer{Error: "the engine's own words"})
		case "spent":
			writeMessage(os.Stdout, answer{Rate: os.Getpid(), Samples: 1, Spent: true})
			writeSamples(os.Stdout, []int16{12345})
		}
	}
}

// playParent speaks once, says the process number of its worker, and stays.
func playParent() {
	os.Unsetenv(roleEnv)
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	b := New(Options{Worker: []string{self}})
	if _, err := b.Synthesize(context.Background(), tts.Request{Text: "Hallo.", Voice: voices.Voice{Engine: "de"}}); err != nil {
		panic(err)
	}
	w, err := b.pool.workers.Take(nil, func() (*worker, error) { return nil, errors.New("its worker is gone") })
	if err != nil {
		panic(err)
	}
	fmt.Println(w.Cmd.Process.Pid)
	time.Sleep(time.Hour)
}
