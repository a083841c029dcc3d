package outputtest

import (
	"bytes"
	"context"
	"os/exec"
	"testing"
	"time"
)

// Tool runs an independent reader and gives what it prints. A reader that is
// missing, fails, takes minutes or writes anything to standard error fails the
// test.
func Tool(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, complaints.Bytes())
	}
	if complaints.Len() > 0 {
		t.Fatalf("%s %q complains:\n%s", name, args, complaints.Bytes())
	}
	return out.Bytes()
}
