package segment

// Japanese.
var japanese = language{
	name:   "ja",
	quotes: "“‘",
}
