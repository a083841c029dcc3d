package script

import (
	"strings"
	"time"
	"unicode"
)

// How long espeak-ng speaks at its normal rate, without the silence at either
// end, fitted to sentences of ordinary prose in each language. Other engines
// are nearer to this than to any guess.
const (
	perDigit  = 400 * time.Millisecond // "1987" is said as four words
	perClause = 300 * time.Millisecond // a comma, colon or dash and the drawl before it
	perLetter = 67 * time.Millisecond  // in a language that is not in the table
)

// letterTime is the time of a letter by language; marks are not letters.
var letterTime = map[string]time.Duration{
	"bg": 70 * time.Millisecond,
	"cs": 71 * time.Millisecond,
	"da": 57 * time.Millisecond,
	"de": 56 * time.Millisecond,
	"en": 61 * time.Millisecond,
	"es": 64 * time.Millisecond,
	"et": 75 * time.Millisecond,
	"fr": 48 * time.Millisecond,
	"hi": 141 * time.Millisecond,
	"hu": 73 * time.Millisecond,
	"it": 63 * time.Millisecond,
	"ko": 170 * time.Millisecond,
	"lt": 80 * time.Millisecond,
	"nl": 63 * time.Millisecond,
	"pl": 73 * time.Millisecond,
	"ru": 58 * time.Millisecond,
	"sk": 71 * time.Millisecond,
	"sl": 80 * time.Millisecond,
	"tr": 79 * time.Millisecond,
	"uk": 57 * time.Millisecond,
	"vi": 61 * time.Millisecond,
	"zh": 235 * time.Millisecond,
}

// Estimate foretells how long the script will sound, pauses included: within
// 15 % for ordinary German and English prose.
func Estimate(s *Script) time.Duration {
	var total time.Duration
	var previous *Utterance
	rates := map[string]time.Duration{} // by whole tag: finding its base is slow
	for i := range s.Chapters {
		for j := range s.Chapters[i].Utterances {
			u := &s.Chapters[i].Utterances[j]
			letter, ok := rates[u.Lang]
			if !ok {
				if letter, ok = letterTime[base(u.Lang)]; !ok {
					letter = perLetter
				}
				rates[u.Lang] = letter
			}
			if previous != nil {
				total += max(previous.After, u.Before)
			}
			previous = u
			total += time.Duration(float64(sounding(u.Spoken, letter)) / u.Voice.Rate)
		}
	}
	return total
}

// sounding is the time of a spoken text at the normal rate.
func sounding(spoken string, letter time.Duration) time.Duration {
	var total, clause time.Duration
	for _, r := range spoken {
		switch {
		case unicode.IsLetter(r):
			total += clause + letter
			clause = 0
		case unicode.IsNumber(r): // a comma before it may be one of "4,312"
			total += perDigit
			clause = 0
		case total > 0 && strings.ContainsRune(",;:–—、，；：", r):
			clause = perClause
		}
	}
	return total
}
