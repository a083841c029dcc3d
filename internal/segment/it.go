package segment

// Italian.
var italian = language{
	name:   "it",
	quotes: "«“‘‹",
}
