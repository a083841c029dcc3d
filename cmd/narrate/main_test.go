package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"narrate/internal/tts/espeak"
)

func TestMain(m *testing.M) {
	if handled, status := espeak.WorkerMain(); handled {
		os.Exit(status)
	}
	testscript.Main(m, map[string]func(){"narrate": main})
}

// TestScripts holds every promise of the command.
func TestScripts(t *testing.T) {
	for _, program := range []string{"espeak-ng", "ffmpeg", "ffprobe", "mpg123", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%v; `make test` installs what the tests need", err)
		}
	}
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("NARRATE_CACHE", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, "xdg"))
			env.Setenv("EXAMPLES", examples)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"large":   cmdLarge,
			"mount":   cmdMount,
			"clips":   cmdClips,
			"stopped": cmdStopped,
			"same":    cmdSame,
			"link":    cmdLink,
			"invalid": cmdInvalid,
			"serve":   cmdServe,
			"sample":  cmdSample(t),
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Geteuid() == 0, nil
			case "terminal": // that one can be made: not in a bare chroot
				f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
				if err == nil {
					err = f.Close()
				}
				return err == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// large FILE BYTES writes one line of that many bytes.
func cmdLarge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: large FILE BYTES")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat("word ", n/5+1)[:n]), 0o644))
}

// serve DIR serves the files of a folder from this machine, until the script
// ends, at the address $SERVED; below $SERVED/busy, too, where the first request
// is told to come back in two seconds.
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve DIR")
	}
	files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
	mux := http.NewServeMux()
	mux.Handle("/", files)
	var busy atomic.Bool
	mux.HandleFunc("/busy/", func(w http.ResponseWriter, r *http.Request) {
		if busy.CompareAndSwap(false, true) {
			w.Header().Set("Retry-After", "2")
			http.Error(w, "your key "+r.Header.Get("Authorization")+" asks too much", http.StatusTooManyRequests)
			return
		}
		http.StripPrefix("/busy", files).ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	ts.Defer(server.Close)
	ts.Setenv("SERVED", server.URL)
}

// invalid FILE writes bytes that are no text.
func cmdInvalid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: invalid FILE")
	}
	data := make([]byte, 4096)
	for i := range data {
		data[i] = byte(i * 167 >> 3)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// mount DIR OPTIONS mounts a tmpfs until the script ends; it needs root.
func cmdMount(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mount DIR OPTIONS")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", args[1], "tmpfs", dir).CombinedOutput(); err != nil {
		ts.Fatalf("mount: %v: %s", err, out)
	}
	ts.Defer(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			ts.Logf("umount: %v: %s", err, out)
		}
	})
}

// clips DIR N checks how many clips the store in DIR holds.
func cmdClips(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: clips DIR N")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	got, err := countFiles(filepath.Join(ts.MkAbs(args[0]), "??", "*.clip"))
	ts.Check(err)
	if (got == want) == neg {
		ts.Fatalf("%d clips in the store", got)
	}
}

// stopped SIGNAL PATTERN N narrate ARG... starts the command and sends it the
// signal once N files match the pattern, none of them empty. It must not have
// ended before. After INT or TERM the command must end with status 1, say that
// it was interrupted, and leave no process behind.
func cmdStopped(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: stopped SIGNAL PATTERN N COMMAND...")
	}
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	signal, ok := signals[args[0]]
	if !ok {
		ts.Fatalf("no signal %s", args[0])
	}
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	path := args[3]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
			path = filepath.Join(dir, path)
			break
		}
	}
	var stderr strings.Builder
	c := exec.Command(path, args[4:]...)
	c.Dir = ts.MkAbs(".")
	c.Stderr = &stderr
	for _, name := range []string{"PATH", "HOME", "NARRATE_CACHE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	ts.Check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	deadline := time.After(2 * time.Minute)
	for waiting := true; waiting; {
		select {
		case err := <-ended:
			ts.Fatalf("the command ended by itself: %v\n%s", err, &stderr)
		case <-deadline:
			ts.Check(c.Process.Kill())
			ts.Fatalf("never %d files %s", want, args[1])
		case <-time.After(time.Millisecond):
			n, err := countFiles(ts.MkAbs(args[1]))
			ts.Check(err)
			waiting = n < want
		}
	}
	if err := c.Process.Signal(signal); err != nil {
		ts.Fatalf("the command ended by itself: %v\n%s", err, &stderr)
	}
	<-ended
	if signal != syscall.SIGKILL && (c.ProcessState.ExitCode() != 1 || !strings.HasPrefix(stderr.String(), "error: interrupted\nhint: ")) {
		ts.Fatalf("after the signal: %v\n%s", c.ProcessState, &stderr)
	}
}

// countFiles counts the files that match a pattern and are not empty.
func countFiles(pattern string) (int, error) {
	paths, err := filepath.Glob(pattern)
	n := 0
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			n++
		}
	}
	return n, err
}

// same DIR DIR checks that two folders hold the same files, byte for byte.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same DIR DIR")
	}
	out, err := exec.Command("diff", "-r", ts.MkAbs(args[0]), ts.MkAbs(args[1])).CombinedOutput()
	if (err == nil) == neg {
		ts.Fatalf("diff: %v\n%s", err, out)
	}
}

// link FOLDER PROGRAM… makes a folder with only these programs, for PATH.
func cmdLink(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: link FOLDER PROGRAM...")
	}
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o755))
	for _, program := range args[1:] {
		path, err := exec.LookPath(program)
		ts.Check(err)
		ts.Check(os.Symlink(path, filepath.Join(ts.MkAbs(args[0]), program)))
	}
}
