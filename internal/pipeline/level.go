package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"narrate/internal/clipstore"
	"narrate/internal/pcm"
	"narrate/internal/pcm/loudness"
	"narrate/internal/script"
	"narrate/internal/tts"
	"narrate/voices"
)

// Level is how a voice is brought to the loudness of the others.
type Level struct {
	Voice    string  `json:"voice"` // by the first of its names, where profiles share one
	Backend  string  `json:"backend"`
	Loudness float64 `json:"loudness"` // of its clips as they were spoken, in LUFS; 0 where there was too little to measure
	Gain     float64 `json:"gain"`     // in dB
}

// soundID tells apart the sounds of voices: two profiles of one voice of an
// engine are as loud as each other. Prosody is no part of it: a volume that is
// asked for is to be heard, and pace and pitch leave the loudness as it is.
type soundID struct{ backend, engine, settings string }

func (s *Speaker) soundOf(cast *casting, v *voices.Voice) soundID {
	id := soundID{backend: v.Backend, engine: cast.engines[v]}
	for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
		if !tts.SilentSetting(s.Backends[v.Backend], name) {
			id.settings += fmt.Sprintf("%q=%q ", name, v.Settings[name])
		}
	}
	return id
}

// heard is what one voice speaks in a programme.
type heard struct {
	voice  *voices.Voice // the first of its names
	frames int64
	meter  *loudness.Meter
	// shares are the frames by the volume that was asked for.
	shares map[float64]int64
}

// level brings the voices of a programme to one loudness: one gain a voice, for
// all that it says, so that what it says softly stays soft. The voice that says
// most stays as it is. Loudness is that of ITU-R BS.1770-4 over all clips of a
// voice, each as often as it is heard; the volume that a voice's profile asks for
// is kept on top of that, as it says how loud the voice is to be among others.
// Where one voice speaks there is nothing to do.
func (s *Speaker) level(ctx context.Context, cast *casting, utterances []*script.Utterance, speech *Speech) error {
	all := map[soundID]*heard{}
	var order []*heard
	for i, clip := range speech.Clips {
		if clip == nil {
			continue
		}
		v := speaks(utterances[i], speech, i)
		id := s.soundOf(cast, v)
		h := all[id]
		if h == nil {
			meter, err := loudness.NewMeter(pcm.Format{Rate: s.Rate, Channels: 1})
			if err != nil {
				return err
			}
			h = &heard{voice: v, meter: meter, shares: map[float64]int64{}}
			all[id] = h
			order = append(order, h)
		}
		h.frames += clip.Frames
		h.shares[v.Volume] += clip.Frames
	}
	if len(order) < 2 {
		return nil
	}
	for i, clip := range speech.Clips {
		if clip == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		h := all[s.soundOf(cast, speaks(utterances[i], speech, i))]
		if err := measure(h.meter, s.Store, speech.Keys[i], clip.Frames); err != nil {
			return &storeError{fmt.Errorf("%s: %w", utterances[i].Pos, err)}
		}
	}
	speech.Levels = levels(order)
	gains := map[*heard]float64{}
	for i, h := range order {
		gains[h] = speech.Levels[i].Gain
	}
	for i, clip := range speech.Clips {
		if clip != nil {
			clip.Gain = gains[all[s.soundOf(cast, speaks(utterances[i], speech, i))]]
		}
	}
	return nil
}

// speaks is who is heard in the i-th utterance.
func speaks(u *script.Utterance, speech *Speech, i int) *voices.Voice {
	if by := speech.Clips[i].By; by != nil {
		return by
	}
	return u.Voice
}

// measure reads a clip from the store into a meter.
func measure(m *loudness.Meter, store *clipstore.Store, key clipstore.Key, frames int64) (err error) {
	r, err := store.OpenPart(key, pcm.Span{Start: 0, End: frames})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	block := make([]int16, 8192)
	for {
		n, err := r.Read(block)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		m.Write(block[:n])
	}
}

// levels gives the level of each voice, in the order given.
func levels(order []*heard) []Level {
	main := order[0]
	for _, h := range order {
		if h.frames > main.frames {
			main = h
		}
	}
	target, measured := main.meter.Integrated()
	target -= main.volume()
	out := make([]Level, len(order))
	for i, h := range order {
		out[i] = Level{Voice: h.voice.Name, Backend: h.voice.Backend}
		is, ok := h.meter.Integrated()
		if !ok {
			continue
		}
		out[i].Loudness = hundredths(is)
		if h == main || !measured {
			continue
		}
		// A sample of full scale is as far as it may be raised.
		most := 20 * math.Log10(math.MaxInt16/32768.0/h.meter.Peak())
		most = max(0, math.Floor(most*100)/100)
		out[i].Gain = min(hundredths(target+h.volume()-is), most)
	}
	return out
}

// volume is what the voice asks for most of the time, in dB.
func (h *heard) volume() float64 {
	volume, most := 1.0, int64(0)
	for v, frames := range h.shares {
		if frames > most || frames == most && v < volume {
			volume, most = v, frames
		}
	}
	if !(volume > 0) { // not set
		return 0
	}
	return 20 * math.Log10(volume)
}

// hundredths rounds, so that what differs from machine to machine in the last
// digits of a number does not change a sample.
func hundredths(x float64) float64 { return math.Round(x*100)/100 + 0 } // and no -0
