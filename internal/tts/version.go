package tts

import (
	"context"

	"narrate/voices"
)

// Versioner is a Backend whose voices have versions of their own: files or
// services that may change while the engine stays the same.
type Versioner interface {
	// VoiceVersion changes whenever the sound of a voice may change for a
	// reason that neither Info's Version nor the profile shows. It fails as
	// Check does.
	VoiceVersion(context.Context, voices.Voice) (string, error)
}

// VersionOf gives what a clip's key says of the engine and of the voice: Info's
// Version, and the voice's own where b is a Versioner.
func VersionOf(ctx context.Context, b Backend, v voices.Voice) (string, error) {
	info, err := b.Info(ctx)
	if err != nil {
		return "", err
	}
	o, ok := as[Versioner](b)
	if !ok {
		return info.Version, nil
	}
	own, err := o.VoiceVersion(ctx, v)
	if err != nil || own == "" {
		return info.Version, err
	}
	return info.Version + " voice " + own, nil
}
