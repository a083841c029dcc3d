// Package libopus encodes Opus packets with the shared library libopus (API of
// 1.1 and later, include/opus.h), without cgo.
package libopus

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"narrate/internal/dylib"
	"narrate/internal/pcm"
)

// names are what the library is called, by system.
func names() []string {
	if runtime.GOOS == "darwin" {
		return []string{
			"libopus.0.dylib", "libopus.dylib",
			"/opt/homebrew/lib/libopus.dylib", "/usr/local/lib/libopus.dylib",
		}
	}
	return []string{"libopus.so.0", "libopus.so"}
}

// Library is a loaded libopus.
type Library struct {
	Version string // "1.3.1"

	create   func(rate, channels, application int32, code *int32) uintptr
	destroy  func(st uintptr)
	encode   func(st uintptr, samples *int16, frames int32, out *byte, size int32) int32
	strerror func(code int32) string
	set      func(st uintptr, request, value int32) int32
	get      func(st uintptr, request int32, value *int32) int32
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
	functions := map[string]any{
		"opus_get_version_string": &version,
		"opus_strerror":           &l.strerror,
		"opus_encoder_create":     &l.create,
		"opus_encoder_destroy":    &l.destroy,
		"opus_encode":             &l.encode,
	}
	for name, fn := range functions {
		if err := d.Func(fn, name); err != nil {
			return nil, fmt.Errorf("%w: %w", dylib.ErrUnavailable, err)
		}
	}
	if err := l.controls(d); err != nil {
		return nil, fmt.Errorf("%w: %w", dylib.ErrUnavailable, err)
	}
	l.Version = strings.TrimPrefix(version(), "libopus ")
	return l, nil
})

// controls finds opus_encoder_ctl, whose third argument is variadic. Nearly
// everywhere such an argument is passed like any other; on Apple's ARM it lies
// on the stack, where an argument comes that finds the eight registers taken.
func (l *Library) controls(d *dylib.Library) error {
	const name = "opus_encoder_ctl"
	if runtime.GOOS != "darwin" || runtime.GOARCH != "arm64" {
		if err := d.Func(&l.set, name); err != nil {
			return err
		}
		return d.Func(&l.get, name)
	}
	var set func(st, request, _, _, _, _, _, _, value uintptr) int32
	var get func(st, request, _, _, _, _, _, _ uintptr, value *int32) int32
	if err := d.Func(&set, name); err != nil {
		return err
	}
	if err := d.Func(&get, name); err != nil {
		return err
	}
	l.set = func(st uintptr, request, value int32) int32 {
		return set(st, uintptr(request), 0, 0, 0, 0, 0, 0, uintptr(value))
	}
	l.get = func(st uintptr, request int32, value *int32) int32 {
		return get(st, uintptr(request), 0, 0, 0, 0, 0, 0, value)
	}
	return nil
}

// The requests and values of opus_defines.h that are used here.
const (
	applicationAudio      = 2049
	setBitRate            = 4002
	setVBR                = 4006
	setComplexity         = 4010
	setVBRConstraint      = 4020
	getLookahead          = 4027
	setLSBDepth           = 4036
	setPredictionDisabled = 4042
)

// Config is how an Encoder encodes.
type Config struct {
	Format  pcm.Format // 1 or 2 channels; 8, 12, 16, 24 or 48 kHz
	BitRate int        // bits a second
	// Free lets the bit rate follow the sound; else it stays close to BitRate
	// over about a second ("constrained VBR").
	Free       bool
	Complexity int // 0 (fastest) to 10
}

// Encoder is one run of the encoder, from silence. Encoders are independent of
// each other; a single one is for one goroutine at a time.
type Encoder struct {
	Lookahead int // by how many frames what a decoder gives lags behind

	lib      *Library
	st       uintptr
	channels int
	packet   [maxPacket]byte
}

// maxPacket is the size of the largest packet of one frame (RFC 6716, 3.4,
// [R2] and 3.2.1).
const maxPacket = 1275 + 1

// New makes an Encoder. It must be closed.
func (l *Library) New(c Config) (*Encoder, error) {
	var code int32
	st := l.create(int32(c.Format.Rate), int32(c.Format.Channels), applicationAudio, &code)
	if st == 0 || code != 0 {
		return nil, fmt.Errorf("libopus %s: refuses %+v: %s", l.Version, c, l.strerror(code))
	}
	e := &Encoder{lib: l, st: st, channels: c.Format.Channels}
	constraint := int32(1)
	if c.Free {
		constraint = 0
	}
	for _, s := range [][2]int32{
		{setBitRate, int32(c.BitRate)},
		{setVBR, 1},
		{setVBRConstraint, constraint},
		{setComplexity, int32(c.Complexity)},
		{setLSBDepth, 16},
	} {
		if code := l.set(st, s[0], s[1]); code != 0 {
			e.Close()
			return nil, fmt.Errorf("libopus %s: refuses %+v (request %d): %s", l.Version, c, s[0], l.strerror(code))
		}
	}
	var lookahead int32
	if code := l.get(st, getLookahead, &lookahead); code != 0 || lookahead < 0 || int(lookahead) > int(c.Format.Rate) {
		e.Close()
		return nil, fmt.Errorf("libopus %s: tells no delay (%d): %s", l.Version, lookahead, l.strerror(code))
	}
	e.Lookahead = int(lookahead)
	return e, nil
}

// Independent says whether the packets that follow rely on the ones before
// as little as the codec can.
func (e *Encoder) Independent(on bool) error {
	value := int32(0)
	if on {
		value = 1
	}
	if code := e.lib.set(e.st, setPredictionDisabled, value); code != 0 {
		return fmt.Errorf("libopus %s: cannot do without prediction: %s", e.lib.Version, e.lib.strerror(code))
	}
	return nil
}

// Encode makes one packet of interleaved samples: 2.5, 5, 10, 20, 40 or 60 ms.
// The packet is good until the next call.
func (e *Encoder) Encode(samples []int16) ([]byte, error) {
	if len(samples) < e.channels {
		return nil, fmt.Errorf("libopus %s: no sound to encode", e.lib.Version)
	}
	n := e.lib.encode(e.st, &samples[0], int32(len(samples)/e.channels), &e.packet[0], maxPacket)
	if n < 1 || n > maxPacket {
		return nil, fmt.Errorf("libopus %s: encoding fails: %s", e.lib.Version, e.lib.strerror(n))
	}
	return e.packet[:n], nil
}

// Close frees the encoder.
func (e *Encoder) Close() {
	if e.st != 0 {
		e.lib.destroy(e.st)
		e.st = 0
	}
}
