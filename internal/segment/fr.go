package segment

// French: guillemets stand apart from what they enclose.
var french = language{
	name:   "fr",
	quotes: "«“‘‹",
}
