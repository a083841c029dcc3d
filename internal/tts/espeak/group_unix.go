//go:build unix

package espeak

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts the command's process into a group of its own, so that it and
// its children (MBROLA) can be killed together and the terminal's interrupt
// reaches narrate alone.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

// killGroup kills the group of a command that was started by ownGroup. It may
// be called only before the command has been waited for.
func killGroup(cmd *exec.Cmd) error {
	err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
