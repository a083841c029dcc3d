package segment

// English: the pronoun I has its capital everywhere.
var english = language{
	name:          "en",
	alwaysCapital: "I",
	quotes:        "“‘«‹",
}
