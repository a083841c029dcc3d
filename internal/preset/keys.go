package preset

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

// Key is a number of a preset that can be set by itself.
type Key struct {
	Name    string
	Wants   string // what its value is: "8000 to 96000 Hz"
	Summary string
	set     func(p *Preset, value string) bool
}

// Keys are all there are.
var Keys = []Key{
	{"rate", "8000 to 96000", "sample rate in Hz", whole(8000, 96000, func(p *Preset, n int) { p.Format.Rate = pcm.Hz(n) })},
	{"channels", "1 or 2", "1 is mono", whole(1, 2, func(p *Preset, n int) { p.Format.Channels = n })},
	{"mp3", "8 to 320", "bit rate of MP3 in kb/s", whole(8, 320, func(p *Preset, n int) { p.Encoding.MP3 = n * 1000 })},
	{"aac", "16 to 320", "bit rate of M4B and M4A in kb/s", whole(16, 320, func(p *Preset, n int) { p.Encoding.AAC = n * 1000 })},
	{"opus", "6 to 510", "bit rate of Opus in kb/s", whole(6, 510, func(p *Preset, n int) { p.Encoding.Opus = n * 1000 })},
	{"vbr", "true or false", "the bit rate follows the sound (MP3, Opus)", truth(func(p *Preset, b bool) { p.Encoding.VBR = b })},
	{"quality", "0 (best) to 9 (fastest)", "how much work the encoder does", whole(0, 9, func(p *Preset, n int) { p.Encoding.Quality = n })},
	{"measure", "lufs, rms or none", "how the level is told; none leaves it as it was spoken", measure},
	{"level", "-40 to -6", "what the programme is brought to, in LUFS or dB RMS", number(-40, -6, func(p *Preset, f float64) { p.Mastering.Level = f })},
	{"peak", "-20 to 0", "what no true peak passes, in dBTP", number(-20, 0, func(p *Preset, f float64) { p.Mastering.Peak = f })},
	{"headroom", "0 to 6", "dB that the limiter stays below the peak, for what lossy coding adds", number(0, 6, func(p *Preset, f float64) { p.Mastering.Headroom = f })},
	{"highpass", "0 to 300", "Hz below which speech is filtered; 0 is no filter", number(0, 300, func(p *Preset, f float64) { p.Mastering.HighPass = f })},
	{"head", "a time such as 700ms", "silence before each file's first sound", duration(time.Minute, func(p *Preset, d time.Duration) { p.Head = d })},
	{"tail", "a time such as 2s", "silence after each file's last sound", duration(time.Minute, func(p *Preset, d time.Duration) { p.Tail = d })},
	{"per-chapter", "true or false", "a file for each chapter, with head and tail of its own, in place of one for all", truth(func(p *Preset, b bool) { p.PerChapter = b })},
	{"credits", "true or false", "opening and closing credits are spoken", truth(func(p *Preset, b bool) { p.Credits = b })},
	{"cover", "true or false", "a plain cover is drawn where there is none", truth(func(p *Preset, b bool) { p.Cover = b })},
}

// Set sets the number with that key.
func (p *Preset) Set(key, value string) error {
	names := make([]string, len(Keys))
	for i, k := range Keys {
		if k.Name == key {
			if !k.set(p, value) {
				return fmt.Errorf("%s: %q is not %s", key, value, k.Wants)
			}
			return nil
		}
		names[i] = k.Name
	}
	return fmt.Errorf("no key %q; there are %s", key, strings.Join(names, ", "))
}

// SetAll sets the numbers with those keys, or says which of them it cannot.
func (p *Preset) SetAll(values map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if err := p.Set(key, values[key]); err != nil {
			return err
		}
	}
	return nil
}

func whole(lo, hi int, set func(*Preset, int)) func(*Preset, string) bool {
	return func(p *Preset, s string) bool {
		n, err := strconv.Atoi(s)
		if err != nil || n < lo || n > hi {
			return false
		}
		set(p, n)
		return true
	}
}

// decimal is a number without an exponent: "-16", "0.5".
var decimal = regexp.MustCompile(`^-?[0-9]{1,6}(\.[0-9]{1,6})?$`)

func number(lo, hi float64, set func(*Preset, float64)) func(*Preset, string) bool {
	return func(p *Preset, s string) bool {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || !decimal.MatchString(s) || f < lo || f > hi {
			return false
		}
		set(p, f)
		return true
	}
}

func truth(set func(*Preset, bool)) func(*Preset, string) bool {
	return func(p *Preset, s string) bool {
		if s != "true" && s != "false" {
			return false
		}
		set(p, s == "true")
		return true
	}
}

func duration(most time.Duration, set func(*Preset, time.Duration)) func(*Preset, string) bool {
	return func(p *Preset, s string) bool {
		d, err := ParseTime(s)
		if err != nil || d > most {
			return false
		}
		set(p, d)
		return true
	}
}

func measure(p *Preset, s string) bool {
	switch m := output.Measure(s); m {
	case output.Unchanged, output.LUFS, output.RMS:
		p.Mastering.Measure = m
		return true
	}
	return false
}

// timeForm is a decimal number with its unit.
var timeForm = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m)$`)

// ParseTime reads "350ms", "1.2s" or "115m".
func ParseTime(s string) (time.Duration, error) {
	if timeForm.MatchString(s) {
		if d, err := time.ParseDuration(s); err == nil {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is not a time such as 350ms, 1.2s or 115m", s)
}
