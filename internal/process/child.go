package process

import (
	"io"
	"os/exec"
	"sync"
	"time"
)

// Child is a Command that reads its standard input as long as it runs.
type Child struct {
	Cmd    *exec.Cmd
	In     io.WriteCloser
	Stderr Tail

	kill sync.Once
}

// Start starts the command, whose standard input and standard error are the
// Child's, and gives its standard output.
func (c *Child) Start() (io.ReadCloser, error) {
	in, err := c.Cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.Cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.In, c.Cmd.Stderr = in, &c.Stderr
	return out, c.Cmd.Start()
}

// Stop kills the child and its group. It may be called at any time, also by
// several goroutines, until Leave returns.
func (c *Child) Stop() {
	c.kill.Do(func() {
		// It may have ended by itself, which is as good.
		_ = Kill(c.Cmd)
	})
}

// Leave closes the child's standard input and waits until it has ended, for so
// long by itself. Its exit status is in Cmd.
func (c *Child) Leave(grace time.Duration) {
	_ = c.In.Close()
	late := time.AfterFunc(grace, c.Stop)
	_ = c.Cmd.Wait()
	late.Stop()
	// From here on its process number may be another's.
	c.kill.Do(func() {})
}
