package tts

import (
	"context"
	"errors"
	"time"

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
}

// Free reports whether it costs nothing.
func (p Price) Free() bool { return p.PerMillion == 0 && p.PerMinute == 0 }

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

// Later is an error of a service that says when to come back (HTTP's
// Retry-After, RFC 9110 section 10.2.3).
type Later struct {
	Wait time.Duration
	Err  error
}

func (l *Later) Error() string { return l.Err.Error() }
func (l *Later) Unwrap() error { return l.Err }

// Errors of services, beside those of all backends.
var (
	ErrKey   = errors.New("not authorised")      // the service refuses the key
	ErrQuota = errors.New("nothing left to use") // what was paid for is used up
	ErrDown  = errors.New("out of order")        // so many failures in a row that going on is pointless
)

// Useless reports whether a backend's error would come again for every further
// request of the same voice.
func Useless(err error) bool {
	return errors.Is(err, ErrMissing) || errors.Is(err, ErrVoice) || errors.Is(err, ErrKey) ||
		errors.Is(err, ErrQuota) || errors.Is(err, ErrDown)
}
