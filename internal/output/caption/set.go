package caption

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"narrate/internal/output"
)

// Limits of the user's own numbers.
const (
	maxWidth    = 1000
	maxLines    = 8
	maxDuration = time.Hour
	maxSpeed    = 1000
	maxOffset   = 1000 * time.Hour
	maxFrames   = 1000 // a second
)

// Keys are what Set takes.
func Keys() []string {
	return []string{"width", "lines", "shortest", "longest", "linger", "gap", "speed", "speaker", "words", "unit", "fps", "offset"}
}

// Set changes one of the rules: a number of columns, lines or characters a
// second; a time in seconds ("1.5") or with a unit ("800ms"); yes or no; a unit
// ("fitted", "sentence", "word"); frames a second ("25", "23.976",
// "24000/1001"). 0 takes a limit away. After an error the rules are as before.
func Set(rules *output.Captions, key, value string) error {
	value = strings.TrimSpace(value)
	var err error
	switch key {
	case "width":
		err = setNumber(&rules.Width, value, maxWidth)
	case "lines":
		err = setNumber(&rules.Lines, value, maxLines)
	case "shortest":
		err = setDuration(&rules.Shortest, value, 0, maxDuration)
	case "longest":
		err = setDuration(&rules.Longest, value, 0, maxDuration)
	case "linger":
		err = setDuration(&rules.Linger, value, 0, maxDuration)
	case "gap":
		err = setDuration(&rules.Gap, value, 0, maxDuration)
	case "offset":
		err = setDuration(&rules.Offset, value, -maxOffset, maxOffset)
	case "speed":
		err = setSpeed(&rules.Speed, value)
	case "speaker":
		err = setBool(&rules.Speaker, value)
	case "words":
		err = setBool(&rules.Words, value)
	case "unit":
		err = setUnit(&rules.Unit, value)
	case "fps":
		err = setRate(rules, value)
	default:
		return fmt.Errorf("captions have no %q; what can be set is %s", key, strings.Join(Keys(), ", "))
	}
	if err != nil {
		return fmt.Errorf("captions: %s=%s: %w", key, value, err)
	}
	return nil
}

func setNumber(n *int, value string, highest int) error {
	v, err := strconv.Atoi(value)
	if err != nil || v < 0 || v > highest {
		return fmt.Errorf("not a whole number from 0 to %d", highest)
	}
	*n = v
	return nil
}

func setDuration(d *time.Duration, value string, lowest, highest time.Duration) error {
	v, err := time.ParseDuration(value)
	if err != nil {
		v, err = time.ParseDuration(value + "s")
	}
	if err != nil || v < lowest || v > highest {
		return fmt.Errorf("not a time from %g to %g seconds, such as 1.5 or 800ms", lowest.Seconds(), highest.Seconds())
	}
	*d = v
	return nil
}

func setSpeed(speed *float64, value string) error {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > maxSpeed {
		return fmt.Errorf("not a number of characters a second from 0 to %d", maxSpeed)
	}
	*speed = v
	return nil
}

func setBool(b *bool, value string) error {
	switch value {
	case "yes", "true", "on", "1":
		*b = true
	case "no", "false", "off", "0":
		*b = false
	default:
		return errors.New("neither yes nor no")
	}
	return nil
}

func setUnit(unit *output.CaptionUnit, value string) error {
	switch v := output.CaptionUnit(value); v {
	case output.Fitted, output.Sentence, output.Word:
		*unit = v
		return nil
	}
	return fmt.Errorf("neither %s, %s nor %s", output.Fitted, output.Sentence, output.Word)
}

// setRate sets the video's rate. Where the gap is still the profile's own, one
// that is asked for in frames, it follows.
func setRate(rules *output.Captions, value string) error {
	if value == "0" {
		rules.Rate = nil
		return nil
	}
	rate, err := ParseRate(value)
	if err != nil {
		return err
	}
	if p, ok := Find(rules.Profile); ok && p.Profile == "netflix" && (rules.Gap == p.Gap || rules.Rate != nil && rules.Gap == frameTime(*rules.Rate, netflixGap)) {
		rules.Gap = frameTime(rate, netflixGap)
	}
	rules.Rate = &rate
	return nil
}

// frameTime is the time of n frames of video.
func frameTime(rate output.FrameRate, n int64) time.Duration {
	return time.Duration(n * rate.Seconds * int64(time.Second) / rate.Frames)
}

// ParseRate reads frames a second: "25", "12.5", "24000/1001"; and "23.976",
// "29.97", "47.952", "59.94", "119.88" as what they stand for.
func ParseRate(value string) (output.FrameRate, error) {
	bad := fmt.Errorf("not a number of frames a second from 1 to %d, such as 25, 23.976 or 24000/1001", maxFrames)
	frames, seconds, isRatio := strings.Cut(value, "/")
	if isRatio {
		f, err1 := strconv.ParseInt(frames, 10, 64)
		s, err2 := strconv.ParseInt(seconds, 10, 64)
		if err1 != nil || err2 != nil || s < 1 || s > 1_000_000 || f < s || f > s*maxFrames {
			return output.FrameRate{}, bad
		}
		return lowest(f, s), nil
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || !(v >= 1 && v <= maxFrames) {
		return output.FrameRate{}, bad
	}
	// NTSC's rates are a thousandth below a whole one.
	if whole := math.Ceil(v); whole != v && math.Abs(whole*1000/1001-v) < 0.005 {
		return lowest(int64(whole)*1000, 1001), nil
	}
	return lowest(int64(math.Round(v*1000)), 1000), nil
}

func lowest(frames, seconds int64) output.FrameRate {
	a, b := frames, seconds
	for b != 0 {
		a, b = b, a%b
	}
	return output.FrameRate{Frames: frames / a, Seconds: seconds / a}
}
