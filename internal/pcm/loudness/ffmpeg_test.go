package loudness

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/pcm"
)

// TestAgainstFFmpeg: ffmpeg's ebur128 measures the same.
func TestAgainstFFmpeg(t *testing.T) {
	const seconds = 10
	sounds := map[string]func(pcm.Format) []int16{
		"speech":          func(f pcm.Format) []int16 { return espeak(t, f) },
		"synthetic words": func(f pcm.Format) []int16 { return spoken(f, seconds, 3) },
		"music":           func(f pcm.Format) []int16 { return played(f, seconds, 3) },
		"noise":           func(f pcm.Format) []int16 { return noise(f, seconds, 3) },
		"loud speech":     func(f pcm.Format) []int16 { return clipped(espeak(t, f), 4) },
		"silence":         func(f pcm.Format) []int16 { return make([]int16, 4*int(f.Rate)*f.Channels) },
	}
	for _, test := range []struct {
		format pcm.Format
		sounds []string
	}{
		{mono(8000), []string{"speech", "noise"}},
		{mono(11025), []string{"speech", "music"}},
		{stereo(16000), []string{"music"}},
		{mono(22050), []string{"speech", "music", "silence"}},
		{mono(24000), []string{"loud speech"}},
		{stereo(24000), []string{"synthetic words"}},
		{mono(44100), []string{"speech", "noise"}},
		{stereo(44100), []string{"music"}},
		{mono(48000), []string{"synthetic words"}},
		{stereo(48000), []string{"noise"}},
	} {
		for _, name := range test.sounds {
			what := fmt.Sprintf("%s, %d Hz, %d channels", name, test.format.Rate, test.format.Channels)
			samples := sounds[name](test.format)
			m := meter(t, test.format, samples)
			got, ok := m.Integrated()
			lu, _ := m.Range()
			want := ebur128(t, test.format, samples)
			t.Logf("%s: %.2f LUFS, %.2f LU, %.2f dBTP; ffmpeg %.1f, %.1f, %.1f", what, got, lu, m.TruePeak(), want.lufs, want.lu, want.peak)
			if name == "silence" {
				if ok || !math.IsInf(m.TruePeak(), -1) || !math.IsInf(want.peak, -1) {
					t.Errorf("%s: %g LUFS, %g dBTP", what, got, m.TruePeak())
				}
				continue
			}
			// ffmpeg rounds to tenths. For the range it takes another rank than the
			// code of Tech 3342, section 4, which in sound this short is up to half
			// an LU.
			const rounding = 0.05
			if !ok || math.Abs(got-want.lufs) > 0.05+rounding || math.Abs(lu-want.lu) > 0.6+rounding || math.Abs(m.TruePeak()-want.peak) > 0.15+rounding {
				t.Errorf("%s: another measure", what)
			}
		}
	}
}

// clipped is sound made so many times as loud, with what is too loud cut off.
func clipped(samples []int16, times int) []int16 {
	out := make([]int16, len(samples))
	for i, s := range samples {
		out[i] = int16(max(-32768, min(32767, int(s)*times)))
	}
	return out
}

// espeak is speech of espeak-ng.
func espeak(t *testing.T, f pcm.Format) []int16 {
	t.Helper()
	const text = "Listen. The meter of this programme hears what people hear, and says how loud it is; " +
		"whispers, shouts and hisses are the same to it. Seven swans sat silently beside the sea! Who counted them? Nobody did."
	voice := run(t, nil, "espeak-ng", "-v", "en", "--stdout", text)
	raw := run(t, voice, "ffmpeg", "-v", "error", "-i", "-", "-ac", strconv.Itoa(f.Channels), "-ar", strconv.Itoa(int(f.Rate)), "-f", "s16le", "-")
	samples := make([]int16, len(raw)/2)
	if _, err := binary.Decode(raw, binary.LittleEndian, samples); err != nil {
		t.Fatal(err)
	}
	return samples
}

// reading is what ffmpeg tells.
type reading struct{ lufs, lu, peak float64 }

var summary = regexp.MustCompile(`(?s)I:\s+(\S+) LUFS.*LRA:\s+(\S+) LU\b.*Peak:\s+(\S+) dBFS`)

func ebur128(t *testing.T, f pcm.Format, samples []int16) reading {
	t.Helper()
	raw, err := binary.Append(nil, binary.LittleEndian, samples)
	if err != nil {
		t.Fatal(err)
	}
	told := string(run(t, raw, "ffmpeg", "-hide_banner", "-nostats", "-f", "s16le", "-ar", strconv.Itoa(int(f.Rate)), "-ac", strconv.Itoa(f.Channels),
		"-i", "-", "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"))
	// It may build its filters more than once: the last summary is that of all.
	found := summary.FindStringSubmatch(told[max(0, strings.LastIndex(told, "Summary:")):])
	if found == nil {
		t.Fatalf("ffmpeg tells no loudness: %s", told)
	}
	var values [3]float64
	for i, s := range found[1:] {
		if values[i], err = strconv.ParseFloat(s, 64); err != nil {
			t.Fatal(err)
		}
	}
	return reading{values[0], values[1], values[2]}
}

// run gives what a program writes, or where that is nothing what it tells.
func run(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	var out, told bytes.Buffer
	c := exec.Command(name, args...)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &out, &told
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, told.String())
	}
	if out.Len() == 0 {
		return told.Bytes()
	}
	return out.Bytes()
}
