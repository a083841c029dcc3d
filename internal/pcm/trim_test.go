package pcm_test

import (
	"bytes"
	"math"
	"os/exec"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/pcm/wav"
)

func TestTrim(t *testing.T) {
	mono := pcm.Format{Rate: 20000, Channels: 1} // a window is 100 frames
	stereo := pcm.Format{Rate: 20000, Channels: 2}
	tone := func(f pcm.Format, amplitude float64, frames int64) []int16 {
		return pcmtest.Tone(f, 1000, amplitude, frames)
	}
	left := tone(stereo, 0.5, 1000)
	for i := 1; i < len(left); i += 2 {
		left[i] = 0
	}
	join := func(parts ...[]int16) (all []int16) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	click := pcmtest.Silence(mono, 2000)
	click[700] = 250
	for _, c := range []struct {
		name    string
		rule    pcm.TrimRule
		format  pcm.Format
		samples []int16
		want    pcm.Span
	}{
		{"nothing", pcm.DefaultTrim, mono, nil, pcm.Span{}},
		{"silence", pcm.DefaultTrim, mono, pcmtest.Silence(mono, 5000), pcm.Span{}},
		{"noise at -66 dB", pcm.DefaultTrim, mono, tone(mono, 0.0007, 5000), pcm.Span{}},
		{"one click", pcm.DefaultTrim, mono, click, pcm.Span{}},
		{"sound only", pcm.DefaultTrim, mono, tone(mono, 0.5, 5000), pcm.Span{End: 5000}},
		{"sound of a part of a window", pcm.DefaultTrim, mono, tone(mono, 0.5, 30), pcm.Span{End: 30}},
		{
			"both ends", pcm.DefaultTrim, mono,
			join(pcmtest.Silence(mono, 4000), tone(mono, 0.5, 1000), pcmtest.Silence(mono, 6000)),
			pcm.Span{Start: 3800, End: 5600},
		},
		{
			"soft start and end at -54 dB", pcm.DefaultTrim, mono,
			join(pcmtest.Silence(mono, 4000), tone(mono, 0.003, 100), pcmtest.Silence(mono, 600), tone(mono, 0.5, 1000), tone(mono, 0.003, 300), pcmtest.Silence(mono, 6000)),
			pcm.Span{Start: 3800, End: 6600},
		},
		{
			"pauses inside stay", pcm.DefaultTrim, mono,
			join(tone(mono, 0.5, 1000), pcmtest.Silence(mono, 9000), tone(mono, 0.5, 1000)),
			pcm.Span{End: 11000},
		},
		{
			"one channel", pcm.DefaultTrim, stereo,
			join(pcmtest.Silence(stereo, 1000), left, pcmtest.Silence(stereo, 1000)),
			pcm.Span{Start: 800, End: 2600},
		},
		{
			"no margins",
			pcm.TrimRule{ThresholdDB: -60},
			mono,
			join(pcmtest.Silence(mono, 1000), tone(mono, 0.5, 1000), pcmtest.Silence(mono, 1000)),
			pcm.Span{Start: 1000, End: 2000},
		},
		{
			"keep all",
			pcm.TrimRule{ThresholdDB: math.Inf(-1)},
			mono,
			pcmtest.Silence(mono, 4321),
			pcm.Span{End: 4321},
		},
	} {
		if got := c.rule.Span(c.samples, c.format); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTrimKey(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range []pcm.TrimRule{
		pcm.DefaultTrim,
		{},
		{ThresholdDB: -60},
		{ThresholdDB: -60.5},
		{KeepHead: time.Millisecond},
		{KeepTail: time.Millisecond},
		{KeepHead: 1},
		{ThresholdDB: math.Inf(-1)},
	} {
		if seen[r.Key()] {
			t.Errorf("%v has a key of another rule: %s", r, r.Key())
		}
		seen[r.Key()] = true
	}
}

func TestSilent(t *testing.T) {
	f := pcm.Format{Rate: 22050, Channels: 1}
	for _, c := range []struct {
		samples []int16
		peak    int
		silent  bool
	}{
		{nil, 0, true},
		{pcmtest.Silence(f, 100), 0, true},
		{[]int16{1, -2, 1}, 2, true},
		{[]int16{0, 32, -32}, 32, true},
		{[]int16{0, -33, 3}, 33, false},
		{[]int16{-32768, 32767}, 32768, false},
	} {
		if got := pcm.Peak(c.samples); got != c.peak {
			t.Errorf("Peak(%v) = %d", c.samples, got)
		}
		if got := pcm.Silent(c.samples); got != c.silent {
			t.Errorf("Silent(%v) = %v", c.samples, got)
		}
		if pcm.Silent(c.samples) && pcm.DefaultTrim.Span(c.samples, f) != (pcm.Span{}) {
			t.Errorf("%v is silent, yet not trimmed away", c.samples)
		}
	}
}

// espeak-ng starts with the silence of a closure before a plosive, up to 50 ms,
// and ends with 0.3 s of silence. All that sounds must be kept.
func TestTrimSpeech(t *testing.T) {
	for _, text := range []string{"Guten Morgen.", "Pferde", "Tschüss", "Ja", "Psst", "Hoffnung", "Elf", "Schiff auf See"} {
		for _, volume := range []string{"100", "20"} {
			cmd := exec.Command("espeak-ng", "--stdin", "--stdout", "-v", "de", "-a", volume)
			cmd.Stdin = bytes.NewBufferString(text)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			r, err := wav.NewReader(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			samples, err := pcm.ReadAll(r, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			f, frames := r.Format(), int64(len(samples))
			if pcm.Silent(samples) {
				t.Errorf("%s at volume %s counts as silent", text, volume)
			}
			span := pcm.DefaultTrim.Span(samples, f)
			if span.Start < 0 || span.End > frames || span.Frames() < f.Rate.Frames(100*time.Millisecond) {
				t.Fatalf("%s: %v of %d frames", text, span, frames)
			}
			if head, tail := pcm.Peak(samples[:span.Start]), pcm.Peak(samples[span.End:]); head > 32 || tail > 32 {
				t.Errorf("%s at volume %s: peaks of %d and %d are cut off", text, volume, head, tail)
			}
			if head := f.Rate.Duration(span.Start); head > 40*time.Millisecond {
				t.Errorf("%s: %v cut from the head", text, head)
			}
			if tail := f.Rate.Duration(frames - span.End); tail < 250*time.Millisecond || tail > 320*time.Millisecond {
				t.Errorf("%s at volume %s: %v cut from the tail, where the engine adds 0.3 s", text, volume, tail)
			}
		}
	}
}
