package mp3

import (
	"runtime"

	"narrate/internal/ffmpeg"
)

// hint says how to get an encoder on this system.
func hint() string {
	switch runtime.GOOS {
	case "linux":
		return "apt-get install espeak-ng brings the library, apt-get install ffmpeg the program"
	case "darwin":
		return "brew install lame, or " + ffmpeg.Hint()
	default:
		return ffmpeg.Hint()
	}
}
