package segment

// Dutch: ’s and ’t stand before the first word with a capital.
var dutch = language{
	name:    "nl",
	clitics: true,
	quotes:  "“‘«‹",
}
