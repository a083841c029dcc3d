//go:build (linux || darwin) && (amd64 || arm64)

package espeak

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"

	"narrate/internal/dylib"
)

// From espeak_ng.h and speak_lib.h of espeak-ng 1.51.
const (
	modeSynchronous = 1 // ENOUTPUT_MODE_SYNCHRONOUS

	paramRate   = 1 // espeakRATE
	paramVolume = 2 // espeakVOLUME
	paramPitch  = 3 // espeakPITCH
	paramRange  = 4 // espeakRANGE
	paramGap    = 7 // espeakWORDGAP

	posCharacter = 1 // POS_CHARACTER

	// What the program sets: espeakCHARS_UTF8 | espeakPHONEMES | espeakENDPAUSE.
	synthFlags = 0x1 | 0x100 | 0x1000

	eventEnd        = 0 // espeakEVENT_LIST_TERMINATED
	eventWord       = 1 // espeakEVENT_WORD
	eventSampleRate = 8 // espeakEVENT_SAMPLERATE
)

// event is espeak_EVENT on 64-bit systems, 40 bytes.
type event struct {
	kind, id         int32
	position, length int32 // characters, from 1
	millis, sample   int32 // since the start of the sound
	user             uintptr
	value, _         int32 // a union of 8 bytes
}

// calls are the functions of the library that are used here.
type calls struct {
	initializePath   func(path uintptr)
	initialize       func(context uintptr) int32
	initializeOutput func(mode, buffer int32, device uintptr) int32
	setSynthCallback func(callback uintptr)
	setVoiceByName   func(name string) int32
	setParameter     func(parameter, value, relative int32) int32
	synthesize       func(text *byte, size uintptr, position uint32, kind int32, end, flags uint32, id, user uintptr) int32
	getSampleRate    func() int32
	terminate        func() int32
	info             func(path uintptr) string
	statusMessage    func(status int32, text *byte, size uintptr)
	setRandSeed      func(seed int) int32
}

// library speaks by libespeak-ng, which is loaded and unloaded for each
// sentence. It is for one thread.
type library struct {
	names    []string
	callback uintptr
	// srand is the C library's. Voices with breath in them take their noise
	// from its rand (up to 1.51), whose state outlives the unloading. Nil where
	// it was not found.
	srand func(seed uint32)

	// What the callback collects.
	samples  []int16
	words    []word
	rate     int
	overflow bool
}

func newLibrary() *library {
	l := &library{names: []string{"libespeak-ng.so.1"}}
	kept := []string{"libpcaudio.so.0", "libsonic.so.0"}
	libc := "libc.so.6"
	if runtime.GOOS == "darwin" {
		l.names = []string{"libespeak-ng.1.dylib", "/opt/homebrew/lib/libespeak-ng.1.dylib", "/usr/local/lib/libespeak-ng.1.dylib"}
		kept = []string{"libpcaudio.0.dylib", "/opt/homebrew/lib/libpcaudio.0.dylib", "/usr/local/lib/libpcaudio.0.dylib"}
		libc = "libSystem.B.dylib"
	}
	// What the library depends on stays in memory: loading the sound server's
	// client library and its thirty others takes longer than speaking. Where
	// they are missing or have other names, all is right but slower.
	for _, name := range kept {
		_, _ = dylib.Open(name)
	}
	if lib, err := dylib.Open(libc); err != nil || lib.Func(&l.srand, "srand") != nil {
		l.srand = nil
	}
	l.callback = purego.NewCallback(l.collect)
	return l
}

// answer does what a question asks.
func (l *library) answer(q question) (answer, []int16) {
	a, err := l.once(q)
	if err != nil {
		return answer{Error: err.Error(), Spent: a.Spent}, nil
	}
	return a, l.samples
}

// once loads the library, uses it and unloads it.
func (l *library) once(q question) (a answer, err error) {
	l.samples, l.words, l.rate, l.overflow = l.samples[:0], nil, 0, false
	lib, err := dylib.Open(l.names...)
	if err != nil {
		return answer{}, err
	}
	defer func() {
		err = errors.Join(err, lib.Close())
		a.Spent = dylib.Loaded(lib.Name) || l.srand == nil
	}()
	c, err := bind(lib)
	if err != nil {
		return answer{}, err
	}
	a.Version = c.info(0)
	if c.setRandSeed == nil && since152(a.Version) {
		return a, fmt.Errorf("%s %s cannot be made repeatable", lib.Name, a.Version)
	}
	if q.Speak == nil {
		return a, nil
	}
	if l.srand != nil {
		l.srand(1) // how every process starts, by the C standard
	}
	if err := l.speak(c, *q.Speak); err != nil {
		return a, err
	}
	a.Rate, a.Words = l.rate, l.words
	return a, nil
}

func bind(lib *dylib.Library) (*calls, error) {
	c := &calls{}
	err := errors.Join(
		lib.Func(&c.initializePath, "espeak_ng_InitializePath"),
		lib.Func(&c.initialize, "espeak_ng_Initialize"),
		lib.Func(&c.initializeOutput, "espeak_ng_InitializeOutput"),
		lib.Func(&c.setSynthCallback, "espeak_SetSynthCallback"),
		lib.Func(&c.setVoiceByName, "espeak_ng_SetVoiceByName"),
		lib.Func(&c.setParameter, "espeak_ng_SetParameter"),
		lib.Func(&c.synthesize, "espeak_ng_Synthesize"),
		lib.Func(&c.getSampleRate, "espeak_ng_GetSampleRate"),
		lib.Func(&c.terminate, "espeak_ng_Terminate"),
		lib.Func(&c.info, "espeak_Info"),
		lib.Func(&c.statusMessage, "espeak_ng_GetStatusCodeMessage"),
	)
	if err != nil {
		return nil, err
	}
	if lib.Func(&c.setRandSeed, "espeak_ng_SetRandSeed") != nil {
		c.setRandSeed = nil // before 1.52
	}
	return c, nil
}

// speak makes the calls that the program makes, in its order.
func (l *library) speak(c *calls, r request) error {
	c.initializePath(0)
	if err := c.check("initialize", c.initialize(0)); err != nil {
		return err // it has cleaned up and started nothing
	}
	// Terminate also ends the library's own thread, which must not outlive
	// its code. A second round of initialize and terminate in the same copy of
	// the library would hang (1.51); this copy does not get one.
	defer c.terminate()
	if r.Seed {
		if err := c.check("seed", c.setRandSeed(1)); err != nil {
			return err
		}
	}
	if err := c.check("open output", c.initializeOutput(modeSynchronous, 0, 0)); err != nil {
		return err
	}
	c.setSynthCallback(l.callback)
	if err := c.check("voice "+r.Voice, c.setVoiceByName(r.Voice)); err != nil {
		return err
	}
	l.rate = int(c.getSampleRate())
	if err := errors.Join(
		c.check("rate", c.setParameter(paramRate, int32(r.WPM), 0)),
		c.check("volume", c.setParameter(paramVolume, int32(r.Volume), 0)),
		c.check("pitch", c.setParameter(paramPitch, int32(r.Pitch), 0)),
	); err != nil {
		return err
	}
	if r.Range != 0 {
		if err := c.check("range", c.setParameter(paramRange, int32(normalRange+r.Range), 0)); err != nil {
			return err
		}
	}
	if r.Gap > 0 {
		if err := c.check("word gap", c.setParameter(paramGap, int32(r.Gap), 0)); err != nil {
			return err
		}
	}
	text := append([]byte(r.Text), 0)
	err := c.check("speak", c.synthesize(&text[0], uintptr(len(text)), 0, posCharacter, 0, synthFlags, 0, 0))
	if l.overflow {
		return fmt.Errorf("more than %d samples for one text", maxFrames)
	}
	return err
}

// check turns a status into an error.
func (c *calls) check(what string, status int32) error {
	if status == 0 {
		return nil
	}
	text := make([]byte, 512)
	c.statusMessage(status, &text[0], uintptr(len(text)))
	text, _, _ = bytes.Cut(text, []byte{0})
	return fmt.Errorf("libespeak-ng: %s: %s", what, bytes.ToValidUTF8(text, []byte("?")))
}

// collect is the library's callback: a piece of sound and the events in it. It
// gives 1 to stop.
func (l *library) collect(sound *int16, n int32, events *event) uintptr {
	for e := events; e != nil && e.kind != eventEnd; e = (*event)(unsafe.Add(unsafe.Pointer(e), unsafe.Sizeof(*e))) {
		switch e.kind {
		case eventWord:
			l.words = append(l.words, word{Frame: int64(e.sample), Position: int(e.position)})
		case eventSampleRate:
			l.rate = int(e.value)
		}
	}
	if sound != nil && n > 0 {
		if len(l.samples)+int(n) > maxFrames {
			l.overflow = true
			return 1
		}
		l.samples = append(l.samples, unsafe.Slice(sound, n)...)
	}
	return 0
}
