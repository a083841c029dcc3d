package opus

import (
	"fmt"
	"slices"

	"narrate/internal/output"
	"narrate/internal/output/audio/opus/libopus"
	"narrate/internal/pcm"
)

// clockRate is the rate that positions in an Opus file count in, whatever the
// rate of the sound (RFC 7845, section 4).
const clockRate = 48000

// packetTicks is the length of a packet, 20 ms, at clockRate.
const packetTicks = clockRate / 50

// rates are those that the codec takes as they are (RFC 6716, 2.1.1). Any other
// would have to be converted, and ends and chapters would lie between frames.
var rates = []pcm.Hz{8000, 12000, 16000, 24000, 48000}

// The bit rates in bits a second: below the first speech breaks up, above the
// second, for each channel, the encoder takes no more.
const (
	minBitRate = 6000
	maxBitRate = 256000
)

// stream is the shape of an Opus stream and its sound.
type stream struct {
	format   pcm.Format
	encoding output.Encoding
	sound    int64 // frames of sound in it
	ticks    int64 // of clockRate in a frame of sound
	frames   int64 // of sound in a packet
	piece    int64 // packets that are encoded by one worker, about
}

// newStream checks that sound of this shape can be Opus and plans it.
func newStream(f pcm.Format, sound int64, enc output.Encoding) (stream, error) {
	s := stream{format: f, encoding: enc, sound: sound, piece: piecePackets}
	most := maxBitRate * f.Channels
	switch {
	case !slices.Contains(rates, f.Rate):
		return s, fmt.Errorf("opus: cannot hold %d Hz exactly: it takes 8000, 12000, 16000, 24000 and 48000; narrate the article with --format opus or --sound rate=48000", f.Rate)
	case f.Channels != 1 && f.Channels != 2:
		return s, fmt.Errorf("opus: cannot hold %d channels: it takes 1 or 2", f.Channels)
	case enc.Opus < minBitRate || enc.Opus > most:
		return s, fmt.Errorf("opus: no bit rate of %g kb/s with %d channels: it takes %d to %d",
			float64(enc.Opus)/1000, f.Channels, minBitRate/1000, most/1000)
	case enc.Quality < 0 || enc.Quality > 9:
		return s, fmt.Errorf("opus: no quality %d: it goes from 0 (best) to 9 (fastest)", enc.Quality)
	case sound < 0:
		return s, fmt.Errorf("opus: sound of %d frames", sound)
	}
	s.ticks = clockRate / int64(f.Rate)
	s.frames = packetTicks / s.ticks
	return s, nil
}

// complexity is how much work the encoder does, 10 being the most.
func (s stream) complexity() int { return 10 - s.encoding.Quality }

func (s stream) config() libopus.Config {
	return libopus.Config{Format: s.format, BitRate: s.encoding.Opus, Free: s.encoding.VBR, Complexity: s.complexity()}
}

// end is the position of the sound's end, with preSkip ticks before the sound.
func (s stream) end(preSkip int64) int64 { return preSkip + s.sound*s.ticks }

// count is how many packets hold the sound, with preSkip ticks before it.
func (s stream) count(preSkip int64) int64 {
	return max(1, (s.end(preSkip)+packetTicks-1)/packetTicks)
}
