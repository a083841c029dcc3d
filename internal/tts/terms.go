package tts

import (
	"context"
	"errors"
	"time"
	"unicode"

	"narrate/voices"
)

// Terms are what a backend asks of those who use a voice.
type Terms struct {
	// MaxText is the longest Request.Text in code points; 0 is no limit.
	MaxText int
	// Parallel is how many requests may run at once; 0 is one a core.
	Parallel int
	// RequestsPerMinute and CharactersPerMinute bound the pace; 0 is no limit.
	RequestsPerMinute, CharactersPerMinute float64
	Price                                  Price
}

// Price is what speech costs; the zero value is nothing.
type Price struct {
	PerMillion float64 // for a million characters (code points of Request.Text)
	PerMinute  float64 // for a minute of sound
	Currency   string  // ISO 4217: "USD"
	// Overhead is how many characters are charged with each request beside its
	// text: markup around it.
	Overhead int
	// Ideograph is how many characters a Chinese one (Han, in Japanese and Korean
	// too) is charged as; 0 is one.
	Ideograph int
}

// Free reports whether it costs nothing.
func (p Price) Free() bool { return p.PerMillion == 0 && p.PerMinute == 0 }

// Characters is how many are charged for a request with the text.
func (p Price) Characters(text string) int {
	n := p.Overhead
	for _, r := range text {
		if p.Ideograph > 0 && unicode.Is(unicode.Han, r) {
			n += p.Ideograph
		} else {
			n++
		}
	}
	return n
}

// Amount is what a request costs whose answer has that much sound.
func (p Price) Amount(text string, sound time.Duration) float64 {
	return float64(p.Characters(text))*p.PerMillion/1e6 + sound.Minutes()*p.PerMinute
}

// Bargainer is a Backend whose terms differ from voice to voice, or are more
// than Info tells.
type Bargainer interface {
	// Terms gives the terms of a voice that Check accepts. It asks nobody.
	Terms(voices.Voice) Terms
}

// TermsOf gives the terms of b for a voice: those of a Bargainer, else what
// Info says. It fails as Info does.
func TermsOf(ctx context.Context, b Backend, v voices.Voice) (Terms, error) {
	info, err := b.Info(ctx)
	if err != nil {
		return Terms{}, err
	}
	if t, ok := as[Bargainer](b); ok {
		return t.Terms(v), nil
	}
	return Terms{MaxText: info.MaxText, Parallel: info.Parallel}, nil
}

// PriceOf gives what a voice of b costs, as TermsOf does, without asking anybody.
func PriceOf(b Backend, v voices.Voice) Price {
	if t, ok := as[Bargainer](b); ok {
		return t.Terms(v).Price
	}
	return Price{}
}

// Later is an error of a service that passes with time: it is overloaded,
// starts again, or cannot be reached.
type Later struct {
	// Wait is when to come back, where the service says so (HTTP's Retry-After,
	// RFC 9110 section 10.2.3); 0 where it does not.
	Wait time.Duration
	// Busy says that it wants fewer requests, so that all of them wait.
	Busy bool
	// Absent says that nothing at all answers: perhaps nothing is there.
	Absent bool
	Err    error
}

func (l *Later) Error() string { return l.Err.Error() }
func (l *Later) Unwrap() error { return l.Err }

// Errors of services, beside those of all backends.
var (
	ErrKey   = errors.New("not authorised")      // the service refuses the key
	ErrQuota = errors.New("nothing left to use") // what was paid for is used up
	ErrDown  = errors.New("out of order")        // it fails so long that going on is pointless
	ErrSpent = errors.New("too expensive")       // it would cost more than the user allows
)

// Useless reports whether a backend's error would come again for every further
// request of the same voice.
func Useless(err error) bool {
	return errors.Is(err, ErrMissing) || errors.Is(err, ErrVoice) || errors.Is(err, ErrKey) ||
		errors.Is(err, ErrQuota) || errors.Is(err, ErrDown) || errors.Is(err, ErrSpent)
}
