package vorbis

import (
	"fmt"
	"math"
	"strconv"

	"narrate/internal/output"
)

// maxGain is the most that a gain can be, in dB: beyond it nothing was measured
// that is a programme.
const maxGain = 51

// R128 is by how much players are to change the sound so that it has −23 LUFS,
// as Opus has it: in 256ths of a decibel (RFC 7845, 5.2.1). For a part of a set
// (Timeline.Number) it is that of the whole.
func R128(e output.Edition) []Field {
	if e.Level == nil {
		return nil
	}
	gain := -23 - e.Level.Loudness
	if !(math.Abs(gain) <= maxGain) { // also where it is no number
		return nil
	}
	value := strconv.Itoa(int(math.Round(gain * 256)))
	if e.Timeline.Number > 0 {
		return []Field{{"R128_ALBUM_GAIN", value}}
	}
	return []Field{{"R128_TRACK_GAIN", value}, {"R128_ALBUM_GAIN", value}}
}

// ReplayGain is by how much players are to change the sound so that it has −18
// LUFS, and its peak relative to full scale, as FLAC has it (ReplayGain 2.0). For
// a part of a set (Timeline.Number) it is that of the whole.
func ReplayGain(e output.Edition) []Field {
	if e.Level == nil {
		return nil
	}
	gain, peak := -18-e.Level.Loudness, math.Pow(10, e.Level.TruePeak/20)
	if !(math.Abs(gain) <= maxGain && peak > 0 && peak <= 8) {
		return nil
	}
	db, linear := fmt.Sprintf("%+.2f dB", gain), fmt.Sprintf("%.6f", peak)
	album := []Field{{"REPLAYGAIN_ALBUM_GAIN", db}, {"REPLAYGAIN_ALBUM_PEAK", linear}}
	if e.Timeline.Number > 0 {
		return album
	}
	return append([]Field{{"REPLAYGAIN_TRACK_GAIN", db}, {"REPLAYGAIN_TRACK_PEAK", linear}}, album...)
}
