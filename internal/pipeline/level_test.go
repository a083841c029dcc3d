package pipeline

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"narrate/internal/clipstore"
	"narrate/internal/pcm"
	"narrate/internal/pcm/loudness"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/tts/fake"
	"narrate/voices"
)

// uneven is a fake whose voices differ in loudness, by the engine's name; click
// gives a voice a sample far above the others.
type uneven struct {
	*fake.Backend
	db    map[string]float64
	click map[string]int16
}

func (b uneven) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	clip, err := b.Backend.Synthesize(ctx, r)
	if err != nil {
		return clip, err
	}
	raw, err := clip.Open()
	if err != nil {
		return clip, err
	}
	samples, err := pcm.ReadAll(pcm.Amplify(raw, pcm.Decibels(b.db[r.Voice.Engine])), clip.Frames)
	if err != nil {
		return clip, err
	}
	samples = slices.Clone(samples)
	if c := b.click[r.Voice.Engine]; c != 0 {
		samples[len(samples)/2] = c
	}
	return tts.Samples(clip.Format, samples, clip.Marks), nil
}

// loudnessOf measures in a programme what each voice says.
func loudnessOf(t *testing.T, line *timeline.Timeline, samples []int16) map[string]float64 {
	t.Helper()
	meters := map[string]*loudness.Meter{}
	for _, cue := range line.Chapters[0].Cues {
		name := cue.Voice().Name
		if meters[name] == nil {
			m, err := loudness.NewMeter(pcm.Format{Rate: line.Rate, Channels: 1})
			if err != nil {
				t.Fatal(err)
			}
			meters[name] = m
		}
		meters[name].Write(samples[cue.Span.Start:cue.Span.End])
	}
	out := map[string]float64{}
	for name, m := range meters {
		out[name], _ = m.Integrated()
	}
	return out
}

const long = "This is a sentence of some length that says a good many words to be measured."

func TestLevels(t *testing.T) {
	anna, ben, cleo := fakeVoice("anna", 1), fakeVoice("ben", 1), fakeVoice("cleo", 1)
	half := fakeVoice("half", 0.5)
	softBen := *ben
	softBen.Volume = 0.3
	tests := []struct {
		name   string
		sc     *script.Script
		db     map[string]float64
		click  map[string]int16
		gains  map[string]float64 // expected, roughly
		within float64
	}{
		{"one voice", dialogue(anna, long, anna, long), map[string]float64{"anna": -10}, nil, nil, 0},
		{
			"a quiet and a loud one", dialogue(anna, long, ben, long, anna, long, cleo, long),
			map[string]float64{"ben": -12, "cleo": 7},
			nil,
			map[string]float64{"anna": 0, "ben": 12, "cleo": -7},
			1,
		},
		{
			"the main voice is the odd one", dialogue(ben, long, anna, long, anna, long),
			map[string]float64{"anna": -9},
			nil,
			map[string]float64{"ben": -9, "anna": 0},
			1,
		},
		{
			"its own soft words stay soft", dialogue(anna, long, anna, long+" And on.", anna, long, ben, long, &softBen, long, ben, long),
			map[string]float64{"ben": -6},
			nil,
			map[string]float64{"anna": 0, "ben": 6},
			2,
		},
		{
			"the volume of a profile stays", dialogue(anna, long, half, long, anna, long),
			map[string]float64{"half": -3},
			nil,
			map[string]float64{"anna": 0, "half": 3},
			1,
		},
		{
			"as far as the peak allows", dialogue(anna, long, ben, long, anna, long),
			map[string]float64{"ben": -12},
			map[string]int16{"ben": -20000},
			map[string]float64{"anna": 0, "ben": 4.28},
			0.01,
		},
		{
			"no room at all", dialogue(anna, long, ben, long, anna, long),
			map[string]float64{"ben": -12},
			map[string]int16{"ben": math.MinInt16},
			map[string]float64{"anna": 0, "ben": 0},
			0,
		},
		{
			"too short to measure", dialogue(anna, long, ben, "Oh.", anna, long),
			map[string]float64{"ben": -12},
			nil,
			map[string]float64{"anna": 0, "ben": 0},
			0,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := speaker(t, uneven{fake.New(fake.Options{Rate: 22050}), test.db, test.click}, t.TempDir())
			speech, err := s.Speak(t.Context(), test.sc)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]float64{}
			for _, l := range speech.Levels {
				got[l.Voice] = l.Gain
			}
			if len(got) != len(test.gains) {
				t.Fatalf("levels %+v", speech.Levels)
			}
			for name, want := range test.gains {
				if math.Abs(got[name]-want) > test.within {
					t.Errorf("%s is raised by %.2f dB, want about %.2f", name, got[name], want)
				}
			}
			line, samples := soundOf(t, s, test.sc, speech)
			for i, cue := range line.Chapters[0].Cues {
				if cue.Gain != got[cue.Voice().Name] {
					t.Errorf("cue %d is raised by %g dB", i, cue.Gain)
				}
				stored := clipOf(t, s, speech.Keys[cue.Clip], cue.Span.Frames())
				g := pcm.Decibels(cue.Gain)
				for k, v := range stored {
					wide := float64(v) * math.Pow(10, cue.Gain/20)
					if x := samples[cue.Span.Start+int64(k)]; x != g.Sample(v) || math.Abs(wide-float64(x)) > 1 {
						t.Fatalf("cue %d: sample %d of %d came out as %d", i, k, v, x)
					}
				}
			}
		})
	}
}

// TestLevelsOfOneVoice: names, and settings that change no sound, do not make two
// of one voice; settings that do change it, do.
func TestLevelsOfOneVoice(t *testing.T) {
	named := func(name, setting, value string) *voices.Voice {
		v := fakeVoice("anna", 1)
		v.Name, v.Settings = name, map[string]string{setting: value}
		return v
	}
	ben := fakeVoice("ben", 1)
	one, other, model := named("en-US", "price", "1"), named("fake:anna", "price", "2"), named("glad", "style", "glad")
	s := speaker(t, nil, t.TempDir())
	s.Backends = map[string]tts.Backend{"fake": settling{uneven{fake.New(fake.Options{Rate: 22050}), map[string]float64{"anna": -9}, nil}}}
	speech, err := s.Speak(t.Context(), dialogue(one, long, other, long+" And something else that lasts.", one, "Then a third one of some length comes along.", other, long))
	if err != nil || len(speech.Levels) != 0 {
		t.Errorf("alone: %+v, %v", speech.Levels, err)
	}
	speech, err = s.Speak(t.Context(), dialogue(ben, long, one, long, other, "Quite another text, which is measured as well.", ben, long, model, long))
	if err != nil || len(speech.Levels) != 3 || speech.Levels[1].Voice != "en-US" || speech.Levels[2].Voice != "glad" {
		t.Fatalf("%+v, %v", speech.Levels, err)
	}
	if a, b := speech.Clips[1].Gain, speech.Clips[2].Gain; a != b || a == 0 {
		t.Errorf("one voice has the gains %g and %g", a, b)
	}
}

// TestNamesOfOneVoice: an engine's voice that goes by two names has one clip for
// a text, and one level.
func TestNamesOfOneVoice(t *testing.T) {
	anna, upper, ben := fakeVoice("anna", 1), fakeVoice("ANNA", 1), fakeVoice("ben", 1)
	inner := fake.New(fake.Options{Rate: 22050})
	s := speaker(t, nil, t.TempDir())
	s.Backends = map[string]tts.Backend{"fake": settling{uneven{inner, map[string]float64{"anna": -9, "ANNA": -9}, nil}}}
	sc := dialogue(ben, long, anna, long, upper, long, upper, "Quite another text, which is measured as well.", ben, long+" "+long)
	speech, err := s.Speak(t.Context(), sc)
	if err != nil || len(speech.Levels) != 2 || speech.Levels[1].Voice != "anna" {
		t.Fatalf("%+v, %v", speech.Levels, err)
	}
	if speech.Keys[1] != speech.Keys[2] || speech.Keys[0] == speech.Keys[1] || inner.Calls() != 4 {
		t.Errorf("keys %v, %d calls", speech.Keys, inner.Calls())
	}
	if a, b := speech.Clips[1].Gain, speech.Clips[3].Gain; a != b || a == 0 {
		t.Errorf("one voice has the gains %g and %g", a, b)
	}
}

// settling is a backend of which a price changes no sound, nor the case of a
// voice's name the voice.
type settling struct{ uneven }

func (settling) Silent(setting string) bool { return setting == "price" }

func (settling) VoiceName(_ context.Context, v voices.Voice) (string, error) {
	return strings.ToLower(v.Engine), nil
}

// TestLevelled measures the programme again: all are as loud as the main voice,
// but for the volume that a profile asks for.
func TestLevelled(t *testing.T) {
	anna, ben, half := fakeVoice("anna", 1), fakeVoice("ben", 1), fakeVoice("half", 0.5)
	sc := dialogue(anna, long, ben, long, half, long, anna, long+" More.", ben, "And that is that, he says for ever.")
	backend := uneven{fake.New(fake.Options{}), map[string]float64{"ben": -15, "half": 4}, nil}
	s := speaker(t, backend, t.TempDir())
	speech, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	line, samples := soundOf(t, s, sc, speech)
	is := loudnessOf(t, line, samples)
	if math.Abs(is["ben"]-is["anna"]) > 0.1 || math.Abs(is["half"]-is["anna"]+6.02) > 0.1 {
		t.Errorf("%v", is)
	}
	for _, l := range speech.Levels {
		if math.Abs(l.Loudness+l.Gain-is[l.Voice]) > 0.1 {
			t.Errorf("%+v, measured %g", l, is[l.Voice])
		}
	}
	report, err := NewReport(sc, speech, line).JSON()
	if err != nil || !strings.Contains(string(report), `"levels": [`) || strings.Count(string(report), `"gain"`) != 3 {
		t.Errorf("%v: %s", err, report)
	}
	// Nothing of it depends on what the store held or on who came first.
	s.Jobs = 1
	again, err := s.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if _, same := soundOf(t, s, sc, again); !slices.Equal(same, samples) || !slices.Equal(again.Levels, speech.Levels) {
		t.Error("the second run sounds different")
	}
	second, err := NewReport(sc, again, line).JSON()
	if err != nil || !bytes.Equal(report, second) {
		t.Errorf("%v: the second report is\n%s", err, second)
	}
}

func clipOf(t *testing.T, s *Speaker, key clipstore.Key, frames int64) []int16 {
	t.Helper()
	r, err := s.Store.OpenPart(key, pcm.Span{Start: 0, End: frames})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	samples, err := pcm.ReadAll(r, frames)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}
