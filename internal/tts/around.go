package tts

// Around is what a decorator embeds: the Backend that it stands around. What
// the decorator itself does not do (Checker, Namer, Pronouncer, Speller,
// Bargainer), CheckVoice, NameOf, CheckPhonemes, CheckNative and TermsOf find in there.
type Around struct{ Backend }

// Unwrap gives the Backend inside.
func (a Around) Unwrap() Backend { return a.Backend }

// as gives the outermost of b and the backends that it stands around that has
// the ability.
func as[Ability any](b Backend) (Ability, bool) {
	for {
		if a, ok := b.(Ability); ok {
			return a, true
		}
		d, ok := b.(interface{ Unwrap() Backend })
		if !ok {
			var none Ability
			return none, false
		}
		b = d.Unwrap()
	}
}
