package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// roleEnv makes the test binary play a program in place of running tests.
const roleEnv = "NARRATE_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleEnv); role != "" {
		os.Exit(play(role))
	}
	// Or every role and worker under the race detector would take a second to
	// exit.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

func play(role string) int {
	switch role {
	case "echo":
		fmt.Fprintln(os.Stderr, "not an error")
		if _, err := io.Copy(os.Stdout, os.Stdin); err != nil {
			return 1
		}
		fmt.Print(os.Args[1:])
	case "fail":
		fmt.Println("output")
		fmt.Fprintln(os.Stderr, strings.Repeat("noise ", 10000)+"\n\x1b[31m  cannot\tgo on")
		return 3
	case "endless":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<16)); err != nil {
				return 0
			}
		}
	case "hang":
		fmt.Fprintln(os.Stderr, "hanging")
		time.Sleep(time.Hour)
	case "family", "parent": // with a child of its own; both stay
		os.Setenv(roleEnv, "hang")
		cmd := exec.Command(os.Args[0])
		if role == "parent" {
			cmd = Command(context.Background(), os.Args[0])
		}
		if err := cmd.Start(); err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(cmd.Process.Pid)
		time.Sleep(time.Hour)
	}
	return 0
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, role string) Run {
	return Run{
		Program: self(t), Args: []string{"-a", "b c"}, Env: append(os.Environ(), roleEnv+"="+role),
		Input: "some input\n", Limit: 1000, Timeout: time.Minute,
	}
}

func TestOutput(t *testing.T) {
	out, err := run(t, "echo").Output(t.Context())
	if err != nil || string(out) != "some input\n[-a b c]" {
		t.Errorf("%q, %v", out, err)
	}
	exact := run(t, "echo")
	exact.Limit = len(out)
	if _, err := exact.Output(t.Context()); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	hang := run(t, "hang")
	hang.Timeout = time.Second
	absent := run(t, "echo")
	absent.Program = filepath.Join(t.TempDir(), "absent")
	less := run(t, "echo")
	less.Limit = len(out) - 1
	for _, test := range []struct {
		run  Run
		want string
	}{
		{run(t, "fail"), `: exit status 3; it said: "… `},
		{run(t, "fail"), ` noise [31m cannot go on"`},
		{run(t, "endless"), ": more than 1000 bytes of output"},
		{less, "bytes of output"},
		{hang, ` did not end within 1s and was stopped; it said: "hanging"`},
		{absent, "absent"},
	} {
		out, err := test.run.Output(t.Context())
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.run.Program) || out != nil {
			t.Errorf("%q, %.300v, want %q", out, err, test.want)
		}
	}
	ours := errors.New("ours")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(ours) })
	if _, err := run(t, "hang").Output(ctx); !errors.Is(err, ours) {
		t.Errorf("cancelled: %v", err)
	}
}

// start starts the test binary in a role and gives the child that it names.
func start(t *testing.T, cmd *exec.Cmd, role string) (child string) {
	t.Helper()
	cmd.Env = append(os.Environ(), roleEnv+"="+role)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// gone waits for a process to end, as Linux tells it.
func gone(t *testing.T, pid string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
		// A zombie has ended too; whether it is collected is not our business.
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %s is still there: %s", pid, stat)
		}
	}
}

// TestGroup checks that a program's children end with it, on cancelling and by
// Kill.
func TestGroup(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for way, stop := range map[string]func(*exec.Cmd) error{
		"cancel": func(*exec.Cmd) error { cancel(); return nil },
		"kill":   Kill,
	} {
		cmd := Command(context.Background(), self(t))
		if way == "cancel" {
			cmd = Command(ctx, self(t))
		}
		child := start(t, cmd, "family")
		if err := stop(cmd); err != nil {
			t.Errorf("%s: %v", way, err)
		}
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: it ended well", way)
		}
		if runtime.GOOS == "linux" {
			gone(t, child)
		}
	}
}

// TestOrphan checks that nothing outlives narrate, however that ends.
func TestOrphan(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux kills the children of the dead")
	}
	cmd := exec.Command(self(t))
	child := start(t, cmd, "parent")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it ended well")
	}
	gone(t, child)
}

func TestTail(t *testing.T) {
	var tail Tail
	if tail.Note() != "" {
		t.Error("a note of nothing")
	}
	fmt.Fprint(&tail, " \n\t ")
	if tail.Note() != "" {
		t.Error("a note of white space")
	}
	fmt.Fprint(&tail, "one\r\ntwo\x00 \"three\" ü \u202e\u0085\n")
	if got, want := tail.Note(), `; it said: "one two \"three\" ü \u202e"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for range 1000 {
		fmt.Fprintln(&tail, "some words of a library")
	}
	fmt.Fprintln(&tail, "the \xff last")
	if n := tail.Note(); len(n) > tailSize+100 || !strings.HasPrefix(n, `; it said: "… `) || !strings.HasSuffix(n, ` of a library the ? last"`) {
		t.Errorf("%d bytes: %.50s", len(n), n)
	}
	whole := Tail{}
	if n, err := whole.Write([]byte(strings.Repeat("x", tailSize))); n != tailSize || err != nil || strings.Contains(whole.Note(), "…") {
		t.Errorf("%d, %v: %.50s", n, err, whole.Note())
	}
	if n, err := whole.Write([]byte(strings.Repeat("y", 3*tailSize))); n != 3*tailSize || err != nil || whole.Note() != fmt.Sprintf(`; it said: "… %s"`, strings.Repeat("y", tailSize)) {
		t.Errorf("%d, %v: %.50s", n, err, whole.Note())
	}
}

func TestInstallHint(t *testing.T) {
	for system, want := range map[string]string{
		"linux": "install it with: apt-get install a", "freebsd": "install it with: apt-get install a",
		"darwin": "install it with: brew install b", "windows": "install it with: winget install c",
	} {
		if got := installHint(system, "a", "b", "c"); got != want {
			t.Errorf("%s: %q", system, got)
		}
	}
}
