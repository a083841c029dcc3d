package segment

// Spanish.
var spanish = language{
	name:   "es",
	quotes: "«“‘‹",
}
