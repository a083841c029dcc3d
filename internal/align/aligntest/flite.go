package aligntest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"narrate/internal/dylib"
	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// FliteVoices are those that Flite has as libraries: diphones, and voices of
// statistical models.
var FliteVoices = []string{"kal16", "slt", "rms", "awb"}

// cstWave is cst_wave of Flite 2.2 (cst_wave.h).
type cstWave struct {
	_                      unsafe.Pointer // its type
	rate, frames, channels int32
	samples                *int16
}

// flite is libflite with one voice. It keeps state and is for one at a time.
type flite struct {
	voice           uintptr
	synthText       func(text string, voice uintptr) uintptr
	wave            func(utterance uintptr) *cstWave
	relation        func(utterance uintptr, name string) uintptr
	head            func(relation uintptr) uintptr
	next            func(item uintptr) uintptr
	daughter        func(item uintptr) uintptr
	as              func(item uintptr, relation string) uintptr
	name            func(item uintptr, feature string) string
	float           func(item uintptr, path string) float32
	deleteUtterance func(utterance uintptr)
}

// Flite speaks English with a voice of FliteVoices, through libflite, which says
// where each word's sounds begin and end. Where it is not installed the error
// wraps tts.ErrMissing.
func Flite(ctx context.Context, voice string, texts []string) ([]Sample, error) {
	return once("flite "+voice, texts, func() ([]Sample, error) {
		f, err := openFlite(voice)
		if err != nil {
			return nil, err
		}
		samples := make([]Sample, len(texts))
		for i, text := range texts {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if samples[i], err = f.speak(text); err != nil {
				return nil, fmt.Errorf("flite: %w", err)
			}
			samples[i].Voice = voice
		}
		return samples, nil
	})
}

// openFlite loads a voice. It stays in memory: Flite has no way to free what it
// keeps. The lock of once is held.
func openFlite(voice string) (*flite, error) {
	if !slices.Contains(FliteVoices, voice) {
		return nil, fmt.Errorf("flite: %w: %q", tts.ErrVoice, voice)
	}
	lib, err := dylib.Open("libflite.so.1")
	if err != nil {
		return nil, fmt.Errorf("flite is %w: %w", tts.ErrMissing, err)
	}
	voiceLib, err := dylib.Open("libflite_cmu_us_" + voice + ".so.1")
	if err != nil {
		return nil, fmt.Errorf("flite is %w: %w", tts.ErrMissing, err)
	}
	f := &flite{}
	var start func() int32
	var register func(folder uintptr) uintptr
	err = errors.Join(
		lib.Func(&start, "flite_init"),
		lib.Func(&f.synthText, "flite_synth_text"),
		lib.Func(&f.wave, "utt_wave"),
		lib.Func(&f.relation, "utt_relation"),
		lib.Func(&f.head, "relation_head"),
		lib.Func(&f.next, "item_next"),
		lib.Func(&f.daughter, "item_daughter"),
		lib.Func(&f.as, "item_as"),
		lib.Func(&f.name, "item_feat_string"),
		lib.Func(&f.float, "ffeature_float"),
		lib.Func(&f.deleteUtterance, "delete_utterance"),
		voiceLib.Func(&register, "register_cmu_us_"+voice),
	)
	if err != nil {
		return nil, err
	}
	start()
	if f.voice = register(0); f.voice == 0 {
		return nil, fmt.Errorf("flite: %w: %q", tts.ErrVoice, voice)
	}
	return f, nil
}

// speak walks the utterance: a token is several words ("1994"), a word several
// syllables, those several segments; a segment knows where it ends.
func (f *flite) speak(text string) (Sample, error) {
	said, err := ascii(text)
	if err != nil {
		return Sample{}, err
	}
	utterance := f.synthText(said, f.voice)
	if utterance == 0 {
		return Sample{}, fmt.Errorf("%w: %q", tts.ErrBroken, text)
	}
	defer f.deleteUtterance(utterance)
	wave := f.wave(utterance)
	if wave == nil || wave.channels != 1 || wave.rate <= 0 || wave.frames <= 0 || wave.frames > longest {
		return Sample{}, fmt.Errorf("%w: %q", tts.ErrBroken, text)
	}
	s := Sample{
		Engine: "flite", Lang: "en", Text: text, Rate: pcm.Hz(wave.rate),
		Samples: slices.Clone(unsafe.Slice(wave.samples, wave.frames)),
	}
	var tokens []token
	for item := f.head(f.relation(utterance, "Token")); item != 0; item = f.next(item) {
		sounds := false
		t := token{name: f.name(item, "name")}
		for word := f.daughter(item); word != 0; word = f.next(word) {
			spoken := f.as(word, "SylStructure")
			if spoken == 0 || f.daughter(spoken) == 0 {
				continue
			}
			if !sounds {
				t.start = frame(float64(f.float(spoken, "R:SylStructure.daughter1.daughter1.R:Segment.p.end")), s.Rate)
			}
			t.end = frame(float64(f.float(spoken, "R:SylStructure.daughtern.daughtern.R:Segment.end")), s.Rate)
			sounds = true
		}
		if sounds {
			tokens = append(tokens, t)
		}
	}
	s.Words, err = place(text, tokens)
	return s, err
}
