package segment

// German: common nouns have capitals, so that only a likely opener proves a new
// sentence after an abbreviation, and ordinals are written with a stop.
var german = language{
	name:     "de",
	nouns:    true,
	ordinals: true,
	romans:   true,
	quotes:   "»›‚",
}
