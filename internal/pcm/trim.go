package pcm

import (
	"fmt"
	"math"
	"time"
)

// TrimRule says how the silence at both ends of a clip is cut off.
type TrimRule struct {
	// ThresholdDB is the level below which sound counts as silence: RMS over
	// 5 ms in dB relative to full scale. At -Inf nothing is cut.
	ThresholdDB float64
	// KeepHead and KeepTail are kept of what lies before the first and after
	// the last sound, for starts and ends that are softer than the threshold.
	KeepHead, KeepTail time.Duration
}

// DefaultTrim cuts what is softer than -60 dBFS, the highest noise floor that
// audiobook publishers accept: weak fricatives and the release of a plosive
// are 20 dB above it, the idle noise of engines and of lossy codecs is below.
// More is kept after the sound than before because voices fade out but rarely
// fade in.
var DefaultTrim = TrimRule{ThresholdDB: -60, KeepHead: 10 * time.Millisecond, KeepTail: 30 * time.Millisecond}

// trimWindow is as short as the burst of a plosive, so that the silence before
// it does not dilute it, and long enough that one stray sample (a click, the
// last bit of dither) is not sound.
const trimWindow = 5 * time.Millisecond

// Key is a text that changes whenever the rule cuts differently.
func (t TrimRule) Key() string {
	return fmt.Sprintf("trim 1 rms %v threshold %g head %d tail %d", trimWindow, t.ThresholdDB, int64(t.KeepHead), int64(t.KeepTail))
}

// Span is the part of a clip that the rule keeps. It is empty only where all
// of the clip, in every channel, is below the threshold. samples are whole
// frames, interleaved.
func (t TrimRule) Span(samples []int16, f Format) Span {
	frames := len(samples) / f.Channels
	window := max(1, int(f.Rate.Frames(trimWindow)))
	limit := 32768 * 32768 * math.Pow(10, t.ThresholdDB/10)
	loud := func(at int) bool {
		end := min(at+window, frames)
		for c := range f.Channels {
			sum := int64(0)
			for i := at; i < end; i++ {
				s := int64(samples[i*f.Channels+c])
				sum += s * s
			}
			if float64(sum) >= limit*float64(end-at) {
				return true
			}
		}
		return false
	}
	first := 0
	for first < frames && !loud(first) {
		first += window
	}
	if first >= frames {
		return Span{}
	}
	last := (frames - 1) / window * window
	for !loud(last) {
		last -= window
	}
	return Span{
		Start: max(0, int64(first)-f.Rate.Frames(t.KeepHead)),
		End:   min(int64(frames), int64(last+window)+f.Rate.Frames(t.KeepTail)),
	}
}

// Peak is the largest absolute sample value, 0 to 32768.
func Peak(samples []int16) int {
	peak := 0
	for _, s := range samples {
		peak = max(peak, int(s), -int(s))
	}
	return peak
}

// silentPeak is -60 dBFS. Engines that say nothing give exact zeros; dither is
// one or two units and what a lossy codec leaves of silence a few, while even
// speech turned down to a tenth has peaks above a thousand. Whatever is
// silent by this measure is also cut whole by DefaultTrim.
const silentPeak = 32

// Silent reports whether a clip holds nothing that could be heard.
func Silent(samples []int16) bool {
	for _, s := range samples {
		if s > silentPeak || s < -silentPeak {
			return false
		}
	}
	return true
}
