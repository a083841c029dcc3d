package tempo

import (
	"errors"
	"io"
	"math"
	"time"
	"unicode"

	"narrate/internal/tts"
)

// What the parts of a text take at rate 1, as an even reader says them. Only how
// they compare matters: the pace of a voice is learnt.
const (
	around     = 200 * time.Millisecond // head and tail
	letter     = 65 * time.Millisecond
	spelled    = 280 * time.Millisecond // a letter of an abbreviation
	digit      = 300 * time.Millisecond
	ideograph  = 220 * time.Millisecond
	kana       = 130 * time.Millisecond
	hangul     = 180 * time.Millisecond
	symbol     = 400 * time.Millisecond
	mark       = 150 * time.Millisecond // a comma, a full stop
	space      = 15 * time.Millisecond
	longestRun = 5 // capitals in a row that are spelled; more are a word
)

// Expected is about how long a text takes that is spoken at rate 1.
func Expected(text string) time.Duration {
	d := around
	capitals := 0
	flush := func() {
		if capitals >= 2 && capitals <= longestRun {
			d += time.Duration(capitals) * (spelled - letter)
		}
		capitals = 0
	}
	for _, r := range text {
		if unicode.IsUpper(r) {
			capitals++
		} else {
			flush()
		}
		switch {
		case unicode.Is(unicode.Han, r):
			d += ideograph
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			d += kana
		case unicode.Is(unicode.Hangul, r):
			d += hangul
		case unicode.IsNumber(r):
			d += digit
		case unicode.IsLetter(r), unicode.IsMark(r):
			d += letter
		case unicode.IsSymbol(r):
			d += symbol
		case unicode.IsPunct(r):
			d += mark
		case unicode.IsSpace(r):
			d += space
		}
	}
	flush()
	return d
}

// end is the part of a clip whose loudness tells whether it was cut.
const end = 15 * time.Millisecond

// abruptEnd reports a clip that ends nearly as loud as it is as a whole.
func abruptEnd(clip tts.Clip) (abruptly bool, err error) {
	r, err := clip.Open()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	channels := clip.Format.Channels
	from := (clip.Frames - int64(end.Seconds()*float64(clip.Format.Rate))) * int64(channels)
	block := make([]int16, 4096*channels)
	var all, last float64
	var at, n int64
	for {
		got, err := r.Read(block)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false, err
		}
		for _, s := range block[:got] {
			power := float64(s) * float64(s)
			all += power
			if at >= from {
				last += power
				n++
			}
			at++
		}
	}
	if n == 0 || at == n {
		return false, nil
	}
	return math.Sqrt(last/float64(n)) > abrupt*math.Sqrt(all/float64(at)), nil
}
