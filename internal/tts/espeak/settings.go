package espeak

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"narrate/voices"
)

// gapUnit is the unit of the engine's word gap at its normal speed
// (speak_lib.h, espeakWORDGAP); maxGap is more than a pause between two words
// can mean.
const (
	gapUnit = 10 * time.Millisecond
	maxGap  = 2 * time.Second
)

// knownSettings are the settings of a voice that only this engine has.
var knownSettings = map[string]func(r *request, value string) error{
	// How far the pitch moves around its middle, as a factor of normal.
	"range": func(r *request, value string) error {
		factor, err := strconv.ParseFloat(value, 64)
		n := math.Round(factor * normalRange)
		if err != nil || !(n >= 0 && n <= maxRange) {
			return fmt.Errorf("range %q is not a number between 0 and %.2f", value, float64(maxRange)/normalRange)
		}
		r.Range = int(n) - normalRange
		return nil
	},
	// Silence between words, at normal speed.
	"word-gap": func(r *request, value string) error {
		gap, err := time.ParseDuration(value)
		if err != nil || gap < 0 || gap > maxGap || gap%gapUnit != 0 {
			return fmt.Errorf("word-gap %q is not a duration between 0s and %v in steps of %v, such as 50ms", value, maxGap, gapUnit)
		}
		r.Gap = int(gap / gapUnit)
		return nil
	},
}

// apply puts a voice's settings into the request.
func (r *request) apply(v voices.Voice) error {
	var unfit []string
	for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
		set, ok := knownSettings[name]
		if !ok {
			unfit = append(unfit, fmt.Sprintf("it has no setting %.64q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(knownSettings)), ", ")))
			continue
		}
		if err := set(r, v.Settings[name]); err != nil {
			unfit = append(unfit, err.Error())
		}
	}
	if unfit != nil {
		return unfitVoice(strings.Join(unfit, "; "))
	}
	return nil
}
