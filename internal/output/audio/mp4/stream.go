package mp4

import (
	"fmt"
	"slices"
	"strings"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

const (
	// packetFrames is how many frames of sound a packet holds (ISO/IEC
	// 14496-3, 4.5.1.1).
	packetFrames = 1024
	// priming is by how many frames the decoded sound lags: the first packet
	// of ffmpeg's encoder holds none of the sound, but is needed to decode
	// the next, since packets overlap by half.
	priming = packetFrames
	// channelBytes is the most that a packet takes for each channel: 6144
	// bits (ISO/IEC 14496-3, 4.5.3.1).
	channelBytes = 6144 / 8
)

// rates are the sample rates in Hz by their index (ISO/IEC 14496-3, 1.6.3.4).
var rates = []pcm.Hz{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000}

// minBitRate is the least that ffmpeg's encoder can be brought to.
const minBitRate = 8000

// mostMean is the most bits a packet may have for each channel in the mean, for
// none to have more than channelBytes. ffmpeg's encoder makes a packet anew that
// is too large, unless it has less than 1/0.9⁴ times the bits of the mean: that
// one it takes as it is.
const mostMean = 8 * channelBytes * 6561 / 10000

// mostBitRate is the most bits a second of sound of that format.
func mostBitRate(f pcm.Format) int { return mostMean * f.Channels * int(f.Rate) / packetFrames }

// maxPackets keeps the tables in memory, and the index below the 4 GiB that a
// box can have: a month of sound at 48 kHz.
const maxPackets = 1 << 27

// stream is the shape of an AAC stream and its sound.
type stream struct {
	format    pcm.Format
	rateIndex int
	bitRate   int   // bits a second
	sound     int64 // frames of sound in it
	packets   int64
}

// newStream checks that sound of this shape can be AAC-LC and plans it.
func newStream(f pcm.Format, sound int64, enc output.Encoding) (stream, error) {
	s := stream{
		format: f, rateIndex: slices.Index(rates, f.Rate), bitRate: enc.AAC, sound: sound,
		packets: (sound+packetFrames-1)/packetFrames + 1,
	}
	most := mostBitRate(f)
	switch {
	case s.rateIndex < 0:
		known := slices.Clone(rates)
		slices.Sort(known)
		return s, fmt.Errorf("AAC cannot hold %d Hz: it takes %s", f.Rate, strings.Trim(fmt.Sprint(known), "[]"))
	case f.Channels != 1 && f.Channels != 2:
		return s, fmt.Errorf("cannot hold %d channels: it takes 1 or 2", f.Channels)
	case enc.AAC < minBitRate || enc.AAC > most:
		return s, fmt.Errorf("no bit rate of %g kb/s at %d Hz with %d channels: it takes %d to %d",
			float64(enc.AAC)/1000, f.Rate, f.Channels, minBitRate/1000, most/1000)
	case sound < 0 || s.packets > maxPackets:
		return s, fmt.Errorf("sound of %d frames: it takes up to %d", sound, int64(maxPackets-1)*packetFrames)
	}
	return s, nil
}

// maxPacket is the most bytes that a packet can have.
func (s stream) maxPacket() int { return channelBytes * s.format.Channels }

// config is the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): AAC-LC at the
// rate with the channels, and the extension that says that there is no SBR,
// which decoders otherwise look for at rates of 24 kHz and below.
func (s stream) config() []byte {
	const lc, extension, sbr = 2, 0x2b7, 5
	base := uint16(lc<<11 | s.rateIndex<<7 | s.format.Channels<<3)
	return []byte{byte(base >> 8), byte(base), extension >> 3, extension&7<<5 | sbr, 0}
}
