package sound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os/exec"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/tts"
)

// TestStreamed: FLAC that tells no length shows where it was cut, WAV does not:
// that is for package tempo to find.
func TestStreamed(t *testing.T) {
	format := pcm.Format{Rate: 24000, Channels: 1}
	var raw bytes.Buffer
	for _, s := range pcmtest.Tone(format, 200, 0.5, 48000) {
		raw.Write(binary.LittleEndian.AppendUint16(nil, uint16(s)))
	}
	for _, container := range []string{"flac", "wav"} {
		// Into a pipe, where ffmpeg cannot go back and write the length.
		cmd := exec.Command("ffmpeg", "-v", "error", "-f", "s16le", "-ar", "24000", "-ac", "1", "-i", "-", "-f", container, "-")
		cmd.Stdin = bytes.NewReader(raw.Bytes())
		data, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if clip, err := Decode(t.Context(), Format{Name: container}, data); err != nil || clip.Frames != 48000 {
			t.Fatalf("%s: %d frames, %v", container, clip.Frames, err)
		}
		_, err = Decode(t.Context(), Format{Name: container}, data[:len(data)*6/10/2*2])
		if (container == "flac") != errors.Is(err, tts.ErrBroken) {
			t.Errorf("%s, cut: %v", container, err)
		}
	}
}
