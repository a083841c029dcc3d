//go:build !unix

package espeak

import "os/exec"

// ownGroup does nothing: this system has no process groups of that kind.
func ownGroup(*exec.Cmd) {}

// killGroup kills the command's process.
func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
