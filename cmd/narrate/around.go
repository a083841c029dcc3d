package main

import (
	"time"

	"narrate/internal/tts"
	"narrate/internal/tts/breaker"
	"narrate/internal/tts/check"
	"narrate/internal/tts/limit"
	"narrate/internal/tts/purse"
	"narrate/internal/tts/retry"
	"narrate/internal/tts/tempo"
)

// safe is an engine that can be relied upon: what it costs is counted, each clip
// is checked, its terms are kept, what is unlike its other clips or fails is
// asked for again, and a service that is down is left alone. waiting is told of
// pauses.
func safe(b tts.Backend, p *purse.Purse, waiting func(pause time.Duration, try int, why error)) tts.Backend {
	b = limit.New(check.New(purse.New(b, p)), limit.Options{})
	return breaker.New(retry.New(tempo.New(b), retry.Options{Waiting: waiting}), breaker.Options{})
}
