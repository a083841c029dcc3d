package mp3

import (
	"context"
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
	return p.Encode(ctx, metered{r, e.Progress}, out,
		"-c:a", "libmp3lame", "-b:a", strconv.Itoa(s.bitRate), "-compression_level", strconv.Itoa(e.Encoding.Quality),
		"-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3")
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
