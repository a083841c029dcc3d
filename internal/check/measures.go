package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"narrate/internal/ffmpeg"
)

// facts are all that is known of a file.
type facts struct {
	probe  ffmpeg.Probe
	damage string       // what is wrong with it; "" for nothing
	sound  *soundFacts  // nil where it could not be decoded to its end
	mpeg   *ffmpeg.MPEG // of MP3 alone
	cover  *coverFacts  // nil where there is none
}

// measure is one thing that is measured. Number or text gives its value; false
// or "" is that the file has none.
type measure struct {
	id, label, unit string
	decimals        int
	number          func(*facts) (float64, bool)
	text            func(*facts) string
	// What to do where the value is too low or too high, or is not one of those
	// wanted, or is not there. %s is by how much, where it stands.
	low, high, other, absent string
}

// measures are all there are, in the order of the table.
var measures = []measure{
	{
		id: "damage", label: "damage",
		text:  func(f *facts) string { return orNone(f.damage) },
		other: "the file is broken: make it, copy it or download it again",
	},

	{
		id: "container", label: "container", text: func(f *facts) string { return containerName(f.probe.Container) },
		other: "write it in another format (--format)",
	},
	{
		id: "codec", label: "codec", text: func(f *facts) string { return codecName(f.probe.Codec) },
		other: "write it in another format (--format)",
	},
	{
		id: "rate", label: "sample rate", unit: "Hz", number: func(f *facts) (float64, bool) { return float64(f.probe.Format.Rate), true },
		low: "make it anew at another rate (rate); raising it afterwards adds nothing to the sound", high: "make it anew at another rate (rate)", other: "make it anew at another rate (rate)",
	},
	{
		id: "channels", label: "channels", number: func(f *facts) (float64, bool) { return float64(f.probe.Format.Channels), true },
		low: "make it anew with more channels (channels)", high: "make it anew with fewer channels (channels)", other: "make it anew with other channels (channels)",
	},
	{
		id: "stereo_mode", label: "stereo", text: func(f *facts) string {
			switch {
			case f.mpeg == nil || f.probe.Format.Channels != 2:
				return ""
			case f.mpeg.Joint:
				return "joint"
			}
			return "plain"
		},
		other: "encode it in plain stereo (lame -m s), or better in mono",
	},
	{
		id: "bit_rate", label: "bit rate", unit: "kb/s", number: func(f *facts) (float64, bool) {
			rate := f.bitRate()
			return float64(rate) / 1000, rate > 0
		},
		low: "encode it anew from the source at a higher bit rate; encoding this file again makes it worse", high: "encode it anew from the source at a lower bit rate",
		other: "encode it anew from the source at another bit rate",
	},
	{
		id: "bit_rate_mode", label: "bit rate is", text: func(f *facts) string {
			switch {
			case f.mpeg != nil && f.mpeg.Constant, strings.HasPrefix(f.probe.Codec, "pcm_"):
				return "constant"
			case f.mpeg != nil:
				return "variable"
			}
			return "" // AAC and Opus do not tell
		},
		other: "encode it anew from the source with a constant bit rate (CBR)",
	},
	{
		id: "length", label: "length", unit: "s", decimals: 3, number: func(f *facts) (float64, bool) { return f.length().Seconds(), f.length() > 0 },
		low: "it is too short", high: "divide it, best between chapters",
	},
	{
		id: "file_size", label: "file size", unit: "bytes", number: func(f *facts) (float64, bool) { return float64(f.probe.Bytes), true },
		high: "divide it, or encode it anew at a lower bit rate",
	},
	{
		id: "gapless", label: "gapless", text: func(f *facts) string {
			switch {
			case f.mpeg == nil:
				return ""
			case f.mpeg.Gapless:
				return "yes"
			}
			return "no"
		},
		other: "encode it with an encoder that writes a LAME tag",
	},

	level("loudness", "loudness", "LUFS", func(s *soundFacts) (float64, bool) { return s.loudness, s.hasLoudness },
		"make it louder by %s dB, with a limiter", "make it softer by %s dB"),
	level("loudness_range", "loudness range", "LU", func(s *soundFacts) (float64, bool) { return s.loudRange, s.hasRange },
		"", "compress it: the soft passages are lost where it is not quiet"),
	level("rms", "RMS", "dBFS", func(s *soundFacts) (float64, bool) { return finite(s.rms) },
		"make it louder by %s dB, with a limiter", "make it softer by %s dB"),
	level("sample_peak", "sample peak", "dBFS", func(s *soundFacts) (float64, bool) { return finite(s.samplePeak) },
		"", "limit the peaks %s dB lower before encoding"),
	level("true_peak", "true peak", "dBTP", func(s *soundFacts) (float64, bool) { return finite(s.truePeak) },
		"", "limit the peaks %s dB lower before encoding, with a limiter for true peaks"),
	level("noise_floor", "noise floor", "dBFS", func(s *soundFacts) (float64, bool) { return noiseFloor(s) },
		"", "bring the noise down by %s dB: a quieter room, less gain, or noise reduction"),
	silenceOf("head", "silence before", func(s *soundFacts) time.Duration { return s.head },
		"put %s s more silence before the first sound (head)", "cut %s s of the silence before the first sound (head)"),
	silenceOf("tail", "silence after", func(s *soundFacts) time.Duration { return s.tail },
		"put %s s more silence after the last sound (tail)", "cut %s s of the silence after the last sound (tail)"),
	silenceOf("longest_pause", "longest pause", func(s *soundFacts) time.Duration { return s.pause },
		"", "look whether something is missing there"),
	faults("clipped", "clipped places", func(s *soundFacts) int { return s.clipped },
		"it was too loud before it was encoded: make it anew with a limiter; this cannot be mended"),
	faults("dropouts", "dropouts", func(s *soundFacts) int { return s.dropouts },
		"the sound stops in the midst of a wave: make it or record it anew"),
	faults("dead_channels", "empty channels", func(s *soundFacts) int { return s.deadOut },
		"make it anew in mono, or with sound in each channel"),

	{
		id: "chapters", label: "chapters", number: func(f *facts) (float64, bool) { return float64(len(f.probe.Chapters)), len(f.probe.Chapters) > 0 },
		low: "make more chapters, or none", high: "make fewer chapters", absent: "give it chapters",
	},
	{
		id: "first_chapter", label: "first chapter at", unit: "s", decimals: 3,
		number: func(f *facts) (float64, bool) {
			return ofChapters(f, func(c []ffmpeg.Chapter) float64 { return c[0].Start.Seconds() })
		},
		high: "let the first chapter begin at 0",
	},
	{
		id: "chapter_order", label: "chapters out of order",
		number: func(f *facts) (float64, bool) { return ofChapters(f, outOfOrder) },
		high:   "let each chapter begin after the one before it, and end no later than the next begins",
	},
	{
		id: "shortest_chapter", label: "shortest chapter", unit: "s", decimals: 3,
		number: func(f *facts) (float64, bool) {
			return ofChapters(f, func(c []ffmpeg.Chapter) float64 { return shortest(c, f.length()) })
		},
		low: "join short chapters with their neighbours",
	},
	{
		id: "chapters_end", label: "last chapter past end", unit: "s", decimals: 3,
		number: func(f *facts) (float64, bool) {
			if f.length() == 0 {
				return 0, false
			}
			return ofChapters(f, func(c []ffmpeg.Chapter) float64 { return (c[len(c)-1].End - f.length()).Seconds() })
		},
		low: "let the last chapter end with the sound", high: "let the last chapter end with the sound",
	},
	{
		id: "untitled_chapters", label: "untitled chapters",
		number: func(f *facts) (float64, bool) {
			return ofChapters(f, func(c []ffmpeg.Chapter) float64 {
				n := 0
				for _, chapter := range c {
					if strings.TrimSpace(chapter.Title) == "" {
						n++
					}
				}
				return float64(n)
			})
		},
		high: "give every chapter a title",
	},
	{
		id: "longest_title", label: "longest chapter title", unit: "characters",
		number: func(f *facts) (float64, bool) {
			return ofChapters(f, func(c []ffmpeg.Chapter) float64 {
				n := 0
				for _, chapter := range c {
					n = max(n, utf8.RuneCountInString(chapter.Title))
				}
				return float64(n)
			})
		},
		high: "shorten the titles of chapters by %s characters",
	},

	tag("title", "title", "title"),
	tag("artist", "artist", "artist", "album_artist", "author"),
	tag("album", "album", "album"),
	{
		id: "cover", label: "cover", text: func(f *facts) string { return ofCover(f, func(c *coverFacts) string { return c.format }) },
		other: "make the cover a JPEG or PNG", absent: "put a cover into the file (--cover)",
	},
	{
		id: "cover_width", label: "cover width", unit: "px", number: func(f *facts) (float64, bool) {
			return ofSizedCover(f, func(c *coverFacts) int { return c.width })
		},
		low: "make the cover larger by %s px from its source; enlarging it blurs it", high: "make the cover smaller by %s px",
	},
	{
		id: "cover_height", label: "cover height", unit: "px", number: func(f *facts) (float64, bool) {
			return ofSizedCover(f, func(c *coverFacts) int { return c.height })
		},
		low: "make the cover larger by %s px from its source; enlarging it blurs it", high: "make the cover smaller by %s px",
	},
	{
		id: "cover_shape", label: "cover shape", text: func(f *facts) string {
			return ofCover(f, func(c *coverFacts) string {
				switch {
				case c.width == 0:
					return ""
				case c.width == c.height:
					return "square"
				}
				return "not square"
			})
		},
		other: "cut the cover to a square",
	},
	{
		id: "cover_colour", label: "cover colour", text: func(f *facts) string { return ofCover(f, func(c *coverFacts) string { return c.colour }) },
		other: "save the cover as RGB, without transparency",
	},
	{
		id: "cover_size", label: "cover size", unit: "bytes", number: func(f *facts) (float64, bool) {
			return ofSizedCover(f, func(c *coverFacts) int { return c.bytes })
		},
		high: "save the cover with stronger compression",
	},
}

func level(id, label, unit string, of func(*soundFacts) (float64, bool), low, high string) measure {
	return measure{id: id, label: label, unit: unit, decimals: 1, low: low, high: high, absent: "there is no sound to measure: make it anew", number: func(f *facts) (float64, bool) {
		if f.sound == nil {
			return 0, false
		}
		return of(f.sound)
	}}
}

// silenceOf is told in tenths of a second, as the rules are: the sound's first
// window is no sharper a place.
func silenceOf(id, label string, of func(*soundFacts) time.Duration, low, high string) measure {
	return measure{id: id, label: label, unit: "s", decimals: 2, low: low, high: high, number: func(f *facts) (float64, bool) {
		if f.sound == nil || f.sound.silent {
			return 0, false
		}
		return of(f.sound).Seconds(), true
	}}
}

func faults(id, label string, of func(*soundFacts) int, high string) measure {
	return measure{id: id, label: label, high: high, number: func(f *facts) (float64, bool) {
		if f.sound == nil || f.sound.silent {
			return 0, false
		}
		return float64(of(f.sound)), true
	}}
}

func tag(id, label string, names ...string) measure {
	return measure{id: id, label: label, absent: "give the file the tag " + id, text: func(f *facts) string {
		for _, name := range names {
			if v := strings.TrimSpace(f.probe.Tags[name]); v != "" {
				return v
			}
		}
		return ""
	}}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func finite(v float64) (float64, bool) { return v, !math.IsInf(v, 0) && !math.IsNaN(v) }

// noiseFloor of digital silence is no number; it is as low as 16 bits tell.
func noiseFloor(s *soundFacts) (float64, bool) {
	if math.IsNaN(s.noiseFloor) || s.silent {
		return 0, false
	}
	return max(s.noiseFloor, -120), true
}

func (f *facts) bitRate() int {
	switch {
	case f.mpeg != nil && f.mpeg.BitRate > 0:
		return f.mpeg.BitRate
	case f.probe.BitRate > 0:
		return f.probe.BitRate
	case f.length() > 0 && f.cover == nil:
		return int(float64(f.probe.Bytes) * 8 / f.length().Seconds())
	}
	return 0
}

// length is the sound's, as decoded, or else what the file says.
func (f *facts) length() time.Duration {
	if f.sound != nil {
		return f.sound.length()
	}
	return f.probe.Length
}

func ofChapters(f *facts, of func([]ffmpeg.Chapter) float64) (float64, bool) {
	if len(f.probe.Chapters) == 0 {
		return 0, false
	}
	return of(f.probe.Chapters), true
}

// overlap is what two chapters may share: some formats keep milliseconds, of
// either end.
const overlap = 2 * time.Millisecond

func outOfOrder(chapters []ffmpeg.Chapter) float64 {
	n := 0
	for i := 1; i < len(chapters); i++ {
		if chapters[i].Start <= chapters[i-1].Start || chapters[i-1].End > chapters[i].Start+overlap {
			n++
		}
	}
	return float64(n)
}

// shortest is that of the times from each chapter's start to the next.
func shortest(chapters []ffmpeg.Chapter, length time.Duration) float64 {
	least := time.Duration(math.MaxInt64)
	for i, c := range chapters {
		end := max(c.End, c.Start)
		if i+1 < len(chapters) {
			end = chapters[i+1].Start
		} else if length > 0 {
			end = length
		}
		least = min(least, max(0, end-c.Start))
	}
	return least.Seconds()
}

func ofCover(f *facts, of func(*coverFacts) string) string {
	if f.cover == nil {
		return ""
	}
	return of(f.cover)
}

func ofSizedCover(f *facts, of func(*coverFacts) int) (float64, bool) {
	if f.cover == nil || of(f.cover) == 0 {
		return 0, false
	}
	return float64(of(f.cover)), true
}

// Names of containers and codecs as the rules have them.
const (
	mp3, mp4, ogg, flac, wav, adts = "MP3", "MP4", "Ogg", "FLAC", "WAV", "ADTS"
	aac, opus, vorbis, pcmCodec    = "AAC", "Opus", "Vorbis", "PCM"
)

func containerName(name string) string {
	switch name {
	case "mp3", "flac", "wav":
		return strings.ToUpper(name)
	case "ogg":
		return ogg
	case "aac":
		return adts
	}
	if slices.Contains(strings.Split(name, ","), "mp4") {
		return mp4
	}
	return name
}

func codecName(name string) string {
	switch {
	case strings.HasPrefix(name, "pcm_"):
		return pcmCodec
	case name == "mp3", name == "aac", name == "flac", name == "alac":
		return strings.ToUpper(name)
	case name == "opus":
		return opus
	case name == "vorbis":
		return vorbis
	}
	return name
}

// rounded is a number as it is shown; the rules judge what is shown.
func (m *measure) rounded(v float64) float64 {
	scale := math.Pow10(m.decimals)
	if v = math.Round(v*scale) / scale; v == 0 {
		return 0 // not -0
	}
	return v
}

// show writes a number with its unit.
func (m *measure) show(v float64) string {
	switch {
	case m.id == "length":
		return clock(v)
	case m.unit == "bytes" && v >= 1e6:
		return fmt.Sprintf("%.1f MB", v/1e6)
	case m.unit == "bytes" && v >= 1e3:
		return fmt.Sprintf("%.1f kB", v/1e3)
	}
	return strings.TrimSpace(m.plain(v) + " " + m.unit)
}

// plain writes a number with no more decimals than it has.
func (m *measure) plain(v float64) string {
	return strconv.FormatFloat(m.rounded(v), 'f', -1, 64)
}

// clock writes seconds as h:mm:ss.
func clock(s float64) string {
	d := time.Duration(s * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}
