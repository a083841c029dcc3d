package tts

// Settler is a Backend with settings that change no sound and no word times: a
// key's name, a price, a limit.
type Settler interface {
	// Silent reports whether a setting of voices.Voice is one of those.
	Silent(setting string) bool
}

// SilentSetting reports whether a setting leaves the clips of b as they are, so
// that changing it speaks nothing anew.
func SilentSetting(b Backend, setting string) bool {
	s, ok := as[Settler](b)
	return ok && s.Silent(setting)
}
