package mp3

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
)

// encodeFFmpeg has one ffmpeg encode all of the sound with the settings of
// encodePieces.
func encodeFFmpeg(ctx context.Context, p *ffmpeg.Program, s stream, e output.Edition, out io.Writer) (err error) {
	r, err := audio.Open(e.Sound, pcm.Span{End: s.sound})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}()
	rate := []string{"-b:a", strconv.Itoa(s.bitRate)}
	if s.vbr {
		rate = []string{"-q:a", fmt.Sprintf("%d.%02d", s.v/100, s.v%100)}
	}
	args := append([]string{"-c:a", "libmp3lame"}, rate...)
	if f := softening(s); f != "" {
		args = append(args, "-af", "aformat=sample_fmts=fltp,volume=1/"+f)
	}
	return p.Encode(ctx, metered{r, e.Progress}, out, append(args,
		"-compression_level", strconv.Itoa(e.Encoding.Quality),
		"-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3")...)
}

// softening is what LAME multiplies sound by unless it is told otherwise, which
// ffmpeg cannot do; "" for one (abr_switch_map in its presets.c).
func softening(s stream) string {
	switch {
	case s.vbr || s.bitRate >= 256000:
		return ""
	case s.bitRate >= 224000:
		return "0.98"
	case s.bitRate >= 192000:
		return "0.97"
	default:
		return "0.95"
	}
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
