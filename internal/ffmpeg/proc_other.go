//go:build !unix

package ffmpeg

import "os/exec"

// isolate leaves cmd as it is: there are no process groups here, and the
// program alone is killed when its context ends.
func isolate(*exec.Cmd) {}
