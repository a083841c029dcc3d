// Package lame encodes MPEG-1 and MPEG-2 layer III frames with the shared
// library libmp3lame (API of LAME 3.98 and later, include/lame.h), without cgo.
package lame

import (
	"fmt"
	"runtime"
	"sync"

	"narrate/internal/dylib"
	"narrate/internal/pcm"
)

// Delay is how many frames LAME puts before the sound (ENCDELAY in its
// encoder.h): what the Info tag counts as the encoder's delay. Decoders add
// 529 of their own.
const Delay = 576

// names are what the library is called, by system.
func names() []string {
	if runtime.GOOS == "darwin" {
		return []string{
			"libmp3lame.0.dylib", "libmp3lame.dylib",
			"/opt/homebrew/lib/libmp3lame.dylib", "/usr/local/lib/libmp3lame.dylib",
		}
	}
	return []string{"libmp3lame.so.0", "libmp3lame.so"}
}

// Library is a loaded libmp3lame.
type Library struct {
	Version string // "3.100"

	init             func() uintptr
	close            func(gf uintptr) int32
	initParams       func(gf uintptr) int32
	setNumChannels   func(gf uintptr, n int32) int32
	setMode          func(gf uintptr, mode int32) int32
	setInRate        func(gf uintptr, hz int32) int32
	setOutRate       func(gf uintptr, hz int32) int32
	setQuality       func(gf uintptr, q int32) int32
	setBitRate       func(gf uintptr, kbps int32) int32
	setVBR           func(gf uintptr, mode int32) int32
	setVBRQuality    func(gf uintptr, v float32) int32
	setScale         func(gf uintptr, factor float32) int32
	scale            func(gf uintptr) float32
	setWriteTag      func(gf uintptr, on int32) int32
	setNoReservoir   func(gf uintptr, on int32) int32
	setErrorf        func(gf uintptr, fn uintptr) int32
	frameSize        func(gf uintptr) int32
	encoderDelay     func(gf uintptr) int32
	lowpass          func(gf uintptr) int32
	encode           func(gf uintptr, left, right *int16, frames int32, out *byte, size int32) int32
	encodeInterleave func(gf uintptr, samples *int16, frames int32, out *byte, size int32) int32

	// making guards the making of encoders: the library fills tables that
	// all encoders share while it does so, with the same values every time.
	making sync.Mutex
}

// Load gives the library, loading it on first use. Its error wraps
// dylib.ErrUnavailable where there is none, or the user forbade it.
func Load() (*Library, error) {
	if dylib.Disabled() { // even where it was loaded before
		_, err := dylib.Open()
		return nil, err
	}
	return load()
}

var load = sync.OnceValues(func() (*Library, error) {
	d, err := dylib.Open(names()...)
	if err != nil {
		return nil, err
	}
	l := &Library{}
	var version func() string
	for name, fn := range map[string]any{
		"get_lame_short_version":         &version,
		"lame_init":                      &l.init,
		"lame_close":                     &l.close,
		"lame_init_params":               &l.initParams,
		"lame_set_num_channels":          &l.setNumChannels,
		"lame_set_mode":                  &l.setMode,
		"lame_set_in_samplerate":         &l.setInRate,
		"lame_set_out_samplerate":        &l.setOutRate,
		"lame_set_quality":               &l.setQuality,
		"lame_set_brate":                 &l.setBitRate,
		"lame_set_VBR":                   &l.setVBR,
		"lame_set_VBR_quality":           &l.setVBRQuality,
		"lame_set_scale":                 &l.setScale,
		"lame_get_scale":                 &l.scale,
		"lame_set_bWriteVbrTag":          &l.setWriteTag,
		"lame_set_disable_reservoir":     &l.setNoReservoir,
		"lame_set_errorf":                &l.setErrorf,
		"lame_get_framesize":             &l.frameSize,
		"lame_get_encoder_delay":         &l.encoderDelay,
		"lame_get_lowpassfreq":           &l.lowpass,
		"lame_encode_buffer":             &l.encode,
		"lame_encode_buffer_interleaved": &l.encodeInterleave,
	} {
		if err := d.Func(fn, name); err != nil {
			return nil, fmt.Errorf("%w: %w", dylib.ErrUnavailable, err)
		}
	}
	l.Version = version()
	return l, nil
})

// Config is how an Encoder encodes: always without the bit reservoir, so that
// every frame stands by itself.
type Config struct {
	Format  pcm.Format // 1 or 2 channels; a rate of MPEG-1 or MPEG-2
	BitRate int        // bits a second; without meaning where VBR is set
	VBR     bool       // the bit rate follows the sound (LAME's "mtrh")
	V       float32    // with VBR: LAME's -V, from 0 (best) to below 10
	Quality int        // 0 (best, slowest) to 9
}

// Encoder is one run of the encoder, from silence. Encoders are independent of
// each other; a single one is for one goroutine at a time.
type Encoder struct {
	// Lowpass is the corner frequency in Hz above which nothing is kept; 0
	// where all is.
	Lowpass int

	lib      *Library
	gf       uintptr
	channels int
}

// LAME's MPEG_mode and vbr_mode.
const (
	modeJoint = 1
	modeMono  = 3
	vbrMTRH   = 4
)

// New makes an Encoder. It must be closed.
func (l *Library) New(c Config, frameSize int) (*Encoder, error) {
	l.making.Lock()
	defer l.making.Unlock()
	e, err := l.start(c, 1)
	if err != nil {
		return nil, err
	}
	// LAME makes all sound softer at a constant bit rate below 256 kb/s, by up
	// to 0.45 dB, lest it clip. But its loudness was chosen with care, and room
	// for the peaks left.
	if factor := l.scale(e.gf); factor > 0 && factor != 1 {
		e.Close()
		if e, err = l.start(c, 1/factor); err != nil {
			return nil, err
		}
	}
	if size, delay := int(l.frameSize(e.gf)), int(l.encoderDelay(e.gf)); size != frameSize || delay != Delay {
		e.Close()
		return nil, fmt.Errorf("libmp3lame %s: encodes frames of %d with a delay of %d, not %d and %d",
			l.Version, size, delay, frameSize, Delay)
	}
	e.Lowpass = int(l.lowpass(e.gf))
	return e, nil
}

// start makes an Encoder of sound that is first multiplied by scale, besides
// what LAME multiplies it by.
func (l *Library) start(c Config, scale float32) (*Encoder, error) {
	gf := l.init()
	if gf == 0 {
		return nil, fmt.Errorf("libmp3lame %s: out of memory", l.Version)
	}
	e := &Encoder{lib: l, gf: gf, channels: c.Format.Channels}
	mode := int32(modeJoint)
	if c.Format.Channels == 1 {
		mode = modeMono
	}
	rate := int32(c.Format.Rate)
	l.setErrorf(gf, 0) // it would write to standard error
	codes := []int32{
		l.setNumChannels(gf, int32(c.Format.Channels)),
		l.setMode(gf, mode),
		l.setInRate(gf, rate),
		l.setOutRate(gf, rate),
		l.setScale(gf, scale),
		l.setQuality(gf, int32(c.Quality)),
		l.setWriteTag(gf, 0),
		l.setNoReservoir(gf, 1),
	}
	if c.VBR {
		codes = append(codes, l.setVBR(gf, vbrMTRH), l.setVBRQuality(gf, c.V))
	} else {
		codes = append(codes, l.setBitRate(gf, int32(c.BitRate/1000)))
	}
	for _, code := range append(codes, l.initParams(gf)) {
		if code < 0 {
			e.Close()
			return nil, fmt.Errorf("libmp3lame %s: refuses %+v (error %d)", l.Version, c, code)
		}
	}
	return e, nil
}

// Encode encodes interleaved samples and appends the MPEG frames that they
// complete to dst. A frame comes out once the encoder has seen about one frame
// and a half beyond its start.
func (e *Encoder) Encode(dst []byte, samples []int16) ([]byte, error) {
	frames := len(samples) / e.channels
	if frames == 0 {
		return dst, nil
	}
	// lame.h's worst case: 1.25 bytes a frame and 7200.
	at, room := len(dst), frames*5/4+7200
	if cap(dst)-at < room {
		dst = append(make([]byte, 0, 2*cap(dst)+room), dst...)
	}
	out := dst[at : at+room]
	var n int32
	if e.channels == 1 {
		n = e.lib.encode(e.gf, &samples[0], &samples[0], int32(frames), &out[0], int32(room))
	} else {
		n = e.lib.encodeInterleave(e.gf, &samples[0], int32(frames), &out[0], int32(room))
	}
	if n < 0 || int(n) > room {
		return dst, fmt.Errorf("libmp3lame %s: encoding fails (error %d)", e.lib.Version, n)
	}
	return dst[:at+int(n)], nil
}

// Close frees the encoder.
func (e *Encoder) Close() {
	if e.gf != 0 {
		e.lib.close(e.gf)
		e.gf = 0
	}
}
