package command

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/ttstest"
	"narrate/voices"
)

func conforms(t *testing.T, p *Profile, voice string, slowest float64) {
	t.Helper()
	ttstest.Run(t, ttstest.Config{
		New:        func(testing.TB) tts.Backend { return New(p, Options{}) },
		Voice:      voices.Voice{Engine: voice},
		Slow:       strings.Repeat("777777 ", p.text.max/7),
		SlowRate:   slowest,
		Repeatable: true,
	})
}

// The real programs.

func TestFlite(t *testing.T)    { conforms(t, load(t, "flite"), "slt", 0.25) }
func TestFestival(t *testing.T) { conforms(t, load(t, "festival"), "kal_diphone", 0.25) }

// These are in Debian's section non-free, so that they are not on every machine.

func TestInstalledPico2wave(t *testing.T) { conforms(t, installed(t, "pico2wave"), "en-US", 0.5) }
func TestInstalledRHVoice(t *testing.T)   { conforms(t, installed(t, "rhvoice"), "slt", 0.25) }

// installed is a profile whose program is on this machine.
func installed(t *testing.T, name string) *Profile {
	t.Helper()
	p := load(t, name)
	if _, err := exec.LookPath(p.program); err != nil {
		t.Skipf("%v; %s", err, p.install["linux"])
	}
	return p
}

// double is a profile whose program this test plays.
func double(t *testing.T, name string) *Profile {
	t.Helper()
	t.Setenv(roleEnv, name)
	p := load(t, name)
	p.systems, p.program = nil, self(t)
	if p.version != nil {
		p.version.program = ""
	}
	if p.voices.command != nil {
		p.voices.command.program = ""
	}
	return p
}

// TestPico2wave is of a double: the program is not free. It takes its text as an
// argument.
func TestPico2wave(t *testing.T) { conforms(t, double(t, "pico2wave"), "en-US", 0.5) }

// TestDoubles drives doubles of further programs that are not in Debian, or not
// on Linux. They refuse what their models refuse.
func TestDoubles(t *testing.T) {
	for name, want := range map[string]struct{ version, voices, refuses string }{
		"say":     {"14.5 ", "Albert en-US, Bad News en-US, Eddy (German (Germany)) de-DE, Tingting zh-CN", "pitch 1.2: its pitch cannot be changed"},
		"rhvoice": {"1.14.0 ", "anna ru, slt en-US, my-voice ru", "rate 6 would be 600, and it takes 20 to 500"},
	} {
		t.Run(name, func(t *testing.T) {
			b := check.New(New(double(t, name), Options{}))
			info, err := b.Info(t.Context())
			if err != nil || !strings.HasPrefix(info.Version, want.version) || info.Marks || info.MarksNote == "" {
				t.Fatalf("%+v, %v", info, err)
			}
			var list []string
			for _, v := range info.Voices {
				list = append(list, v.Name+" "+v.Language)
			}
			if got := strings.Join(list, ", "); got != want.voices {
				t.Errorf("voices %s", got)
			}
			frames := map[float64]int64{}
			for _, rate := range []float64{0, 1, 1.5} {
				for _, v := range info.Voices {
					r := tts.Request{Text: "-v Seven geese [[slnc 9]] said: -- [[[[ <b>", Voice: voices.Voice{Engine: v.Name, Rate: rate, Volume: 0.5}}
					clip, err := b.Synthesize(t.Context(), r)
					if err != nil {
						t.Errorf("%s: %v", v.Name, err)
					}
					frames[rate] = clip.Frames
				}
			}
			if frames[0] != frames[1] || frames[1.5] > frames[1]*7/10 {
				t.Errorf("frames by rate: %v", frames)
			}
			err = tts.CheckVoice(t.Context(), b, voices.Voice{Engine: info.Voices[0].Name, Rate: 6, Pitch: 1.2})
			if !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), want.refuses) {
				t.Errorf("%v, want %q", err, want.refuses)
			}
		})
	}
}
