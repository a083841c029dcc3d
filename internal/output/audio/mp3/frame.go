package mp3

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/audio/mp3/lame"
	"narrate/internal/pcm"
)

// The bit rates of layer III in kb/s, by the header's index less one (ISO/IEC
// 11172-3, 2.4.2.3; ISO/IEC 13818-3, 2.4.2.3).
var (
	bitRates1 = []int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	bitRates2 = []int{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
)

// The sample rates in Hz by the header's index (the same places).
var (
	rates1 = []pcm.Hz{44100, 48000, 32000}
	rates2 = []pcm.Hz{22050, 24000, 16000}
)

// stream is the shape of an MPEG stream and its sound.
type stream struct {
	format  pcm.Format
	bitRate int   // bits a second; about that for speech where vbr is set
	vbr     bool  // the frames have bit rates of their own
	v       int   // with vbr: LAME's -V in hundredths
	sound   int64 // frames of sound in it
	spf     int64 // frames of sound in an MPEG frame
	header  [4]byte
}

// newStream checks that sound of this shape can be an MP3 and plans it.
func newStream(f pcm.Format, sound int64, enc output.Encoding) (stream, error) {
	s := stream{format: f, bitRate: enc.MP3, vbr: enc.VBR, sound: sound, spf: 1152}
	rates, version := rates1, byte(3)
	if !slices.Contains(rates, f.Rate) {
		s.spf, rates, version = 576, rates2, 2
	}
	bitRates := s.bitRates()
	rate, kbps := slices.Index(rates, f.Rate), slices.Index(bitRates, enc.MP3/1000)
	switch {
	case rate < 0:
		return s, fmt.Errorf("mp3: cannot hold %d Hz: it takes 16000, 22050, 24000, 32000, 44100 and 48000", f.Rate)
	case f.Channels != 1 && f.Channels != 2:
		return s, fmt.Errorf("mp3: cannot hold %d channels: it takes 1 or 2", f.Channels)
	case kbps < 0 || enc.MP3%1000 != 0:
		return s, fmt.Errorf("mp3: no bit rate of %g kb/s at %d Hz: it takes %s",
			float64(enc.MP3)/1000, f.Rate, strings.Trim(fmt.Sprint(bitRates), "[]"))
	case enc.Quality < 0 || enc.Quality > 9:
		return s, fmt.Errorf("mp3: no quality %d: it goes from 0 (best) to 9 (fastest)", enc.Quality)
	case sound < 0:
		return s, fmt.Errorf("mp3: sound of %d frames", sound)
	}
	// 11 bits of sync, version, layer III, no CRC; bit rate, sample rate,
	// padding and private bit; mode (joint stereo or mono), original.
	s.header = [4]byte{0xff, 0xe0 | version<<3 | 1<<1 | 1, byte(kbps+1)<<4 | byte(rate)<<2, 1<<6 | 1<<2}
	if f.Channels == 1 {
		s.header[3] = 3<<6 | 1<<2
	}
	if s.vbr {
		s.v = vbrQuality(f, enc.MP3, enc.Quality)
		return s, nil
	}
	return s, s.fits(s.offset(s.count()))
}

// bitRates are those of the stream's MPEG version in kb/s.
func (s stream) bitRates() []int {
	if s.spf == 1152 {
		return bitRates1
	}
	return bitRates2
}

// fits says whether the tag can count so many bytes of frames.
func (s stream) fits(bytes int64) error {
	if end := bytes + s.tagSize(); end > math.MaxUint32 {
		return fmt.Errorf("mp3: %d bytes are too many for its Info tag, which counts to %d: take a lower bit rate, or clips", end, math.MaxUint32)
	}
	return nil
}

// count is how many MPEG frames LAME makes of the sound: enough for its delay
// before and at least 576 frames after, so that decoders, which lag by 529,
// give all of it (lame_encode_flush in its lame.c).
func (s stream) count() int64 { return (s.sound + lame.Delay + 576 + s.spf - 1) / s.spf }

// offset is how many bytes the first n MPEG frames of a stream of constant bit
// rate take, to within one: where the exact size of a frame is not whole, some
// frames are a byte longer.
func (s stream) offset(n int64) int64 {
	return n * s.spf / 8 * int64(s.bitRate) / int64(s.format.Rate)
}

// side is the size of the side information that follows the header.
func (s stream) side() int {
	switch {
	case s.spf == 1152 && s.format.Channels == 2:
		return 32
	case s.spf == 576 && s.format.Channels == 1:
		return 9
	default:
		return 17
	}
}

// errFrame is wrapped where an encoder's output is not the stream planned.
var errFrame = errors.New("the encoder's output is not what was asked for")

// next gives the size of the MPEG frame that begins at b, whose header must be
// whole and that of the stream; it may end beyond b.
func (s stream) next(b []byte) (int, error) {
	// All is fixed but the padding bit, the private bit, the joint stereo
	// extension and the copyright bits, and with vbr the bit rate.
	fixed := byte(0xfc)
	if s.vbr {
		fixed = 0x0c
	}
	index := int(b[2] >> 4)
	if b[0] != s.header[0] || b[1] != s.header[1] || (b[2]^s.header[2])&fixed != 0 || (b[3]^s.header[3])&0xc0 != 0 ||
		index == 0 || index == 15 {
		return 0, fmt.Errorf("mp3: frame header %x instead of %x: %w", b[:4], s.header, errFrame)
	}
	return s.frameSize(index) + int(b[2]>>1&1), nil
}

// frameSize is the size in bytes of a frame without padding that has the bit
// rate of that index.
func (s stream) frameSize(index int) int {
	return int(s.spf) / 8 * s.bitRates()[index-1] * 1000 / int(s.format.Rate)
}
