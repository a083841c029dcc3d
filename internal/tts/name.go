package tts

import (
	"context"

	"narrate/voices"
)

// Namer is a Backend that knows a voice by several names.
type Namer interface {
	// VoiceName gives the one under which Info lists the voice, or would: the
	// same for all names of it. It fails as Check does.
	VoiceName(context.Context, voices.Voice) (string, error)
}

// NameOf gives the engine's own name of a voice: what tells it apart from others
// in clips' keys and levels.
func NameOf(ctx context.Context, b Backend, v voices.Voice) (string, error) {
	if n, ok := as[Namer](b); ok {
		return n.VoiceName(ctx, v)
	}
	return v.Engine, nil
}
