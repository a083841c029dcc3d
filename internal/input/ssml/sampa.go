package ssml

import "strings"

// xsampa are the signs of X-SAMPA (J. C. Wells, 1995) and what they are in IPA.
// Letters that are the same in both are not listed.
var xsampa = map[string]string{
	"b_<": "ɓ", "d`": "ɖ", "d_<": "ɗ", "g": "ɡ", "g_<": "ɠ", "h\\": "ɦ", "j\\": "ʝ", "l`": "ɭ", "l\\": "ɺ", "n`": "ɳ", "p\\": "ɸ",
	"r`": "ɽ", "r\\": "ɹ", "r\\`": "ɻ", "s`": "ʂ", "s\\": "ɕ", "t`": "ʈ", "v\\": "ʋ", "x\\": "ɧ", "z`": "ʐ", "z\\": "ʑ", "P": "ʋ",
	"A": "ɑ", "B": "β", "B\\": "ʙ", "C": "ç", "D": "ð", "E": "ɛ", "F": "ɱ", "G": "ɣ", "G\\": "ɢ", "H": "ɥ", "H\\": "ʜ", "I": "ɪ",
	"J": "ɲ", "J\\": "ɟ", "K": "ɬ", "K\\": "ɮ", "L": "ʎ", "L\\": "ʟ", "M": "ɯ", "M\\": "ɰ", "N": "ŋ", "N\\": "ɴ", "O": "ɔ", "Q": "ɒ",
	"R": "ʁ", "R\\": "ʀ", "S": "ʃ", "T": "θ", "U": "ʊ", "V": "ʌ", "W": "ʍ", "X": "χ", "X\\": "ħ", "Y": "ʏ", "Z": "ʒ",
	"@": "ə", "@\\": "ɘ", "@`": "ɚ", "{": "æ", "}": "ʉ", "1": "ɨ", "2": "ø", "3": "ɜ", "3\\": "ɞ", "3`": "ɝ", "4": "ɾ", "5": "ɫ",
	"6": "ɐ", "7": "ɤ", "8": "ɵ", "9": "œ", "&": "ɶ", "?": "ʔ", "?\\": "ʕ", "<\\": "ʢ", ">\\": "ʡ",
	"\"": "ˈ", "%": "ˌ", ":": "ː", ":\\": "ˑ", "'": "ʲ", "_j": "ʲ", "_h": "ʰ", "_w": "ʷ", "_G": "ˠ", "_?\\": "ˤ", "`": "˞",
	"~": "\u0303", "_~": "\u0303", "_=": "\u0329", "=": "\u0329", "_^": "\u032f", "_0": "\u0325", "_v": "\u032c", "_d": "\u032a",
	"_\"": "\u0308", "_}": "\u031a", "_o": "\u031e", "_r": "\u031d", "_+": "\u031f", "_-": "\u0320", "_n": "ⁿ", "_l": "ˡ", "_": "\u0361",
	"-": "", "-\\": "‿", ".": ".", "|": "|", "||": "‖", " ": " ", "$": ".", "#": "",
}

// longestXSAMPA is the longest sign.
const longestXSAMPA = 3

// fromXSAMPA turns X-SAMPA into IPA; ok is false for a sign that it lacks.
func fromXSAMPA(s string) (ipa string, ok bool) {
	var b strings.Builder
next:
	for s != "" {
		for n := min(longestXSAMPA, len(s)); n > 0; n-- {
			if sign, known := xsampa[s[:n]]; known {
				b.WriteString(sign)
				s = s[n:]
				continue next
			}
		}
		if s[0] < 'a' || s[0] > 'z' {
			return "", false
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String(), true
}
