package segment

// Polish: ordinals are written with a stop, Roman numerals without.
var polish = language{
	name:     "pl",
	letters:  "VX", // Roman numerals, which take no stop
	ordinals: true,
	quotes:   "«‹‘",
}
