package opus

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/audio/opus/ogg"
	"narrate/internal/pcm"
)

// encodeFFmpeg has one ffmpeg encode all of the sound with the settings of
// encodePieces. The packets are taken out of ffmpeg's own Ogg stream.
func encodeFFmpeg(ctx context.Context, p *ffmpeg.Program, s stream, e output.Edition, out *sink) (err error) {
	r, err := audio.Open(e.Sound, pcm.Span{End: s.sound})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	number := 0
	packets := ogg.NewSplitter(func(packet []byte) error {
		number++
		switch number {
		case 1:
			preSkip, err := s.preSkip(packet)
			if err != nil {
				return err
			}
			return out.begin(preSkip, "libopus by ffmpeg "+p.Version, e)
		case 2: // its comments
			return nil
		default:
			return out.packet(packet)
		}
	})
	vbr := "constrained"
	if s.encoding.VBR {
		vbr = "on"
	}
	err = p.Encode(ctx, metered{r, e.Progress}, packets,
		"-c:a", "libopus", "-b:a", strconv.Itoa(s.encoding.Opus), "-vbr", vbr,
		"-compression_level", strconv.Itoa(s.complexity()), "-application", "audio", "-frame_duration", "20",
		"-f", "ogg")
	if err == nil {
		err = packets.Close()
	}
	if errors.Is(err, ogg.ErrDamaged) {
		return fmt.Errorf("opus: %s: %w", p.Path, err)
	}
	return err
}

// preSkip reads an identification header, which must be that of the stream.
func (s stream) preSkip(head []byte) (int64, error) {
	if len(head) != 19 || string(head[:8]) != "OpusHead" || int(head[9]) != s.format.Channels || head[18] != 0 {
		return 0, fmt.Errorf("opus: a stream that begins with %q: %w", head[:min(len(head), 19)], errStream)
	}
	return int64(binary.LittleEndian.Uint16(head[10:])), nil
}

// metered reports what is read.
type metered struct {
	pcm.Reader
	progress func(frames int64) // nil where nobody asks
}

func (m metered) Read(dst []int16) (int, error) {
	n, err := m.Reader.Read(dst)
	if m.progress != nil && n > 0 {
		m.progress(int64(n / m.Format().Channels))
	}
	return n, err
}
