package segment

// Russian: a smile is a closing bracket without eyes.
var russian = language{
	name:    "ru",
	letters: "яIVX",
	smiles:  true,
	quotes:  "«‹‘",
}
