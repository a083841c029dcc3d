package ffmpeg

import (
	"context"
	"time"

	"narrate/internal/process"
)

// decodeTimeout is for one Decode. ffmpeg decodes at several hundred times real
// time.
const decodeTimeout = 2 * time.Minute

// Decode has ffmpeg turn sound in a container of its own naming ("flac", "ogg",
// "aac") into a WAVE stream of signed 16-bit samples, at the rate and with the
// channels that it has. Damage is an error, and so is a stream of more than
// limit bytes. The data reaches ffmpeg over a pipe, and it may open nothing
// else, whatever the data says.
func (p *Program) Decode(ctx context.Context, container string, data []byte, limit int) ([]byte, error) {
	return process.Run{
		Program: p.Path,
		Args: []string{
			"-hide_banner", "-nostdin", "-v", "error", "-xerror", "-threads", "1",
			"-protocol_whitelist", "pipe", "-err_detect", "crccheck+explode",
			"-f", container, "-i", "pipe:0",
			"-map", "0:a:0", "-map_metadata", "-1", "-c:a", "pcm_s16le",
			"-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "wav", "pipe:1",
		},
		Input: string(data), Limit: limit, Timeout: decodeTimeout,
	}.Output(ctx)
}
