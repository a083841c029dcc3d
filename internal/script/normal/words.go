package normal

import "strings"

// gender of what is counted. German has three; the others use the first two.
type gender uint8

const (
	masculine gender = iota
	feminine
	neuter
)

// maxSpelled bounds the numbers that are spelled out; larger ones stay digits.
const maxSpelled = 999_999_999_999

var (
	deSmall = strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn")
	deTens  = strings.Fields("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
)

// deCardinal spells n: 21 is “einundzwanzig”, 1 is “eins”.
func deCardinal(n int64) string {
	s := deBelow(n % 1_000_000)
	if n >= 1_000_000 && n%1_000_000 == 0 {
		s = ""
	}
	for _, big := range []struct {
		value     int64
		one, many string
	}{{1_000_000, "Million", "Millionen"}, {1_000_000_000, "Milliarde", "Milliarden"}} {
		switch part := n / big.value % 1000; part {
		case 0:
		case 1:
			s = "eine " + big.one + " " + s
		default:
			s = deBelow(part) + " " + big.many + " " + s
		}
	}
	return strings.TrimSpace(s)
}

// deBelow spells n below a million.
func deBelow(n int64) string {
	switch {
	case n < 20:
		return deSmall[n]
	case n < 100:
		if n%10 == 0 {
			return deTens[n/10]
		}
		return deApart(deJoin(n%10)+"und", deTens[n/10])
	case n < 1000:
		return deApart(deHead(n/100)+"hundert", deTail(n%100))
	}
	return deApart(deHead(n/1000)+"tausend", deTail(n%1000))
}

// deApart writes a number word in two before “vier”, whose first sound espeak-ng
// gets wrong inside a word: “fünfund vierzig”.
func deApart(head, tail string) string {
	if strings.HasPrefix(tail, "vier") {
		return head + " " + tail
	}
	return head + tail
}

// deJoin is a number before something that it is written together with.
func deJoin(n int64) string {
	s := deBelow(n)
	if n%100 == 1 {
		return strings.TrimSuffix(s, "s")
	}
	return s
}

func deHead(n int64) string {
	if n == 1 {
		return "ein"
	}
	return deJoin(n)
}

func deTail(n int64) string {
	if n == 0 {
		return ""
	}
	return deBelow(n)
}

// deOrdinal spells the ordinal of n with the given ending: “dritt” + “en”.
func deOrdinal(n int64, ending string) string {
	s, m := deCardinal(n), n%100
	if n == 100 || n == 1000 {
		s = strings.TrimPrefix(s, "ein")
	}
	switch {
	case m == 1 && n > 0:
		s = strings.TrimSuffix(s, "eins") + "erst"
	case m == 3:
		s = strings.TrimSuffix(s, "drei") + "dritt"
	case m == 7:
		s = strings.TrimSuffix(s, "en") + "t"
	case m == 8:
	case m > 0 && m < 20 || n == 0:
		s += "t"
	default:
		s += "st"
	}
	return s + ending
}

// deYear spells a year: 1987 is “neunzehnhundertsiebenundachtzig”.
func deYear(n int64) string {
	if n < 1100 || n > 1999 {
		return deCardinal(n)
	}
	return deApart(deBelow(n/100)+"hundert", deTail(n%100))
}

var (
	enSmall = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	enTens  = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
)

// enCardinal spells n the British way: “one hundred and five”.
func enCardinal(n int64) string {
	var parts []string
	for _, big := range []struct {
		value int64
		name  string
	}{{1_000_000_000, "billion"}, {1_000_000, "million"}, {1000, "thousand"}} {
		if part := n / big.value % 1000; part > 0 {
			parts = append(parts, enBelow(part)+" "+big.name)
		}
	}
	switch low := n % 1000; {
	case low == 0 && len(parts) > 0:
	case low < 100 && len(parts) > 0:
		parts = append(parts, "and "+enBelow(low))
	default:
		parts = append(parts, enBelow(low))
	}
	return strings.Join(parts, " ")
}

// enBelow spells n below a thousand.
func enBelow(n int64) string {
	switch {
	case n < 20:
		return enSmall[n]
	case n < 100:
		if n%10 == 0 {
			return enTens[n/10]
		}
		return enTens[n/10] + "-" + enSmall[n%10]
	}
	s := enSmall[n/100] + " hundred"
	if n%100 > 0 {
		s += " and " + enBelow(n%100)
	}
	return s
}

var enIrregular = map[string]string{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}

// enOrdinal spells the ordinal of n.
func enOrdinal(n int64) string {
	s := enCardinal(n)
	cut := strings.LastIndexAny(s, " -") + 1
	lastWord := s[cut:]
	switch irregular, ok := enIrregular[lastWord]; {
	case ok:
		lastWord = irregular
	case strings.HasSuffix(lastWord, "y"):
		lastWord = strings.TrimSuffix(lastWord, "y") + "ieth"
	default:
		lastWord += "th"
	}
	return s[:cut] + lastWord
}

// enYear spells a year in pairs: “nineteen oh five”, “eighteen hundred”, “two
// thousand and five”, “twenty twenty-four”.
func enYear(n int64) string {
	high, low := n/100, n%100
	switch {
	case n < 1100 || n >= 2000 && n < 2010 || n > 2999:
		return enCardinal(n)
	case low == 0:
		return enBelow(high) + " hundred"
	case low < 10:
		return enBelow(high) + " oh " + enBelow(low)
	}
	return enBelow(high) + " " + enBelow(low)
}

// enPlural is the plural of a number word: “nineties”, “hundreds”.
func enPlural(s string) string {
	if strings.HasSuffix(s, "y") {
		return strings.TrimSuffix(s, "y") + "ies"
	}
	if strings.HasSuffix(s, "x") {
		return s + "es"
	}
	return s + "s"
}

var (
	frSmall = strings.Fields("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf")
	frTens  = strings.Fields("- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt")
)

// frCardinal spells n in its masculine form.
func frCardinal(n int64) string {
	var parts []string
	for _, big := range []struct {
		value int64
		name  string
	}{{1_000_000_000, "milliard"}, {1_000_000, "million"}} {
		switch part := n / big.value % 1000; part {
		case 0:
		case 1:
			parts = append(parts, "un "+big.name)
		default:
			parts = append(parts, frBelow(part, true)+" "+big.name+"s")
		}
	}
	switch part := n / 1000 % 1000; part {
	case 0:
	case 1:
		parts = append(parts, "mille")
	default:
		parts = append(parts, frBelow(part, false)+" mille")
	}
	if low := n % 1000; low > 0 || len(parts) == 0 {
		parts = append(parts, frBelow(low, true))
	}
	return strings.Join(parts, " ")
}

// frBelow spells n below a thousand; at the end of a number quatre-vingts and
// deux cents have their s.
func frBelow(n int64, end bool) string {
	switch {
	case n < 20:
		return frSmall[n]
	case n < 100:
		unit := n % 10
		if n/10 == 7 || n/10 == 9 {
			unit += 10
		}
		switch {
		case n == 80 && end:
			return "quatre-vingts"
		case unit == 0:
			return frTens[n/10]
		case unit == 1 && n < 80 || n == 71:
			return frTens[n/10] + " et " + frSmall[unit]
		}
		return frTens[n/10] + "-" + frSmall[unit]
	}
	s := "cent"
	if n >= 200 {
		s = frSmall[n/100] + " cent"
		if n%100 == 0 && end {
			s += "s"
		}
	}
	if n%100 > 0 {
		s += " " + frBelow(n%100, end)
	}
	return s
}

// frOrdinal spells the ordinal of n.
func frOrdinal(n int64, g gender) string {
	if n == 1 {
		if g == feminine {
			return "première"
		}
		return "premier"
	}
	s := frCardinal(n)
	switch {
	case strings.HasSuffix(s, "cinq"):
		s += "u"
	case strings.HasSuffix(s, "neuf"):
		s = strings.TrimSuffix(s, "f") + "v"
	case strings.HasSuffix(s, "vingts"), strings.HasSuffix(s, "cents"), strings.HasSuffix(s, "millions"):
		s = strings.TrimSuffix(s, "s")
	case strings.HasSuffix(s, "e"):
		s = strings.TrimSuffix(s, "e")
	}
	return s + "ième"
}

var (
	esSmall    = strings.Fields("cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve")
	esTens     = strings.Fields("- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa")
	esHundreds = strings.Fields("- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos")
)

// esCardinal spells n in its masculine form, standing alone: “uno”.
func esCardinal(n int64) string {
	var parts []string
	if part := n / 1_000_000; part == 1 {
		parts = append(parts, "un millón")
	} else if part > 1 {
		parts = append(parts, esCut(esCardinal(part))+" millones")
	}
	switch part := n / 1000 % 1000; part {
	case 0:
	case 1:
		parts = append(parts, "mil")
	default:
		parts = append(parts, esCut(esBelow(part))+" mil")
	}
	if low := n % 1000; low > 0 || len(parts) == 0 {
		parts = append(parts, esBelow(low))
	}
	return strings.Join(parts, " ")
}

// esCut is the form before a masculine noun: “veintiún”, “treinta y un”.
func esCut(s string) string {
	if strings.HasSuffix(s, "veintiuno") {
		return strings.TrimSuffix(s, "uno") + "ún"
	}
	if strings.HasSuffix(s, "uno") {
		return strings.TrimSuffix(s, "o")
	}
	return s
}

// esBelow spells n below a thousand.
func esBelow(n int64) string {
	switch {
	case n < 30:
		return esSmall[n]
	case n < 100:
		if n%10 == 0 {
			return esTens[n/10]
		}
		return esTens[n/10] + " y " + esSmall[n%10]
	case n == 100:
		return "cien"
	}
	s := esHundreds[n/100]
	if n%100 > 0 {
		s += " " + esBelow(n%100)
	}
	return s
}

var (
	esOrdinals    = strings.Fields("- primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo")
	esOrdinalTens = strings.Fields("- décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo nonagésimo")
)

// esOrdinal spells the ordinal of n from 1 to 99; others are said as cardinals.
// cut is the form before a masculine noun: “primer”, “tercer”.
func esOrdinal(n int64, g gender, cut bool) string {
	if n < 1 || n > 99 {
		return esCardinal(n)
	}
	var s string
	switch {
	case n <= 12:
		s = esOrdinals[n]
	case n < 20:
		s = "decimo" + esOrdinals[n-10]
		if n == 17 {
			s = "decimoséptimo"
		}
		if n == 18 {
			s = "decimoctavo"
		}
	case n%10 == 0:
		s = esOrdinalTens[n/10]
	default:
		s = esOrdinalTens[n/10] + " " + esOrdinals[n%10]
	}
	switch {
	case g == feminine:
		if n > 20 && n%10 != 0 {
			return strings.TrimSuffix(esOrdinalTens[n/10], "o") + "a " + strings.TrimSuffix(esOrdinals[n%10], "o") + "a"
		}
		return strings.TrimSuffix(s, "o") + "a"
	case cut && (strings.HasSuffix(s, "primero") || strings.HasSuffix(s, "tercero")):
		return strings.TrimSuffix(s, "o")
	}
	return s
}

var (
	itSmall = strings.Fields("zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove")
	itTens  = strings.Fields("- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
)

// itCardinal spells n.
func itCardinal(n int64) string {
	var parts []string
	for _, big := range []struct {
		value     int64
		one, many string
	}{{1_000_000_000, "un miliardo", "miliardi"}, {1_000_000, "un milione", "milioni"}} {
		switch part := n / big.value % 1000; part {
		case 0:
		case 1:
			parts = append(parts, big.one)
		default:
			parts = append(parts, itBelow(part)+" "+big.many)
		}
	}
	if low := n % 1_000_000; low > 0 || len(parts) == 0 {
		s := ""
		switch part := low / 1000; part {
		case 0:
		case 1:
			s = "mille"
		default:
			s = strings.ReplaceAll(itBelow(part), "tré", "tre") + "mila"
		}
		if low%1000 > 0 || low == 0 {
			s += itBelow(low % 1000)
		}
		if low%1000%10 == 3 && low > 20 && !strings.HasSuffix(s, "tré") && low%100 != 13 {
			s = strings.TrimSuffix(s, "tre") + "tré"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

// itBelow spells n below a thousand.
func itBelow(n int64) string {
	switch {
	case n < 20:
		return itSmall[n]
	case n < 100:
		s := itTens[n/10]
		switch n % 10 {
		case 0:
			return s
		case 1, 8:
			return s[:len(s)-1] + itSmall[n%10]
		case 3:
			return s + "tré"
		}
		return s + itSmall[n%10]
	}
	s := "cento"
	if n >= 200 {
		s = itSmall[n/100] + "cento"
	}
	switch low := n % 100; {
	case low == 0:
		return s
	case low == 8 || low/10 == 8:
		return s[:len(s)-1] + itBelow(low)
	default:
		return s + itBelow(low)
	}
}

var itOrdinals = strings.Fields("- primo secondo terzo quarto quinto sesto settimo ottavo nono decimo")

// itOrdinal spells the ordinal of n.
func itOrdinal(n int64, g gender) string {
	var s string
	switch {
	case n >= 1 && n <= 10:
		s = itOrdinals[n]
	default:
		s = itCardinal(n)
		switch {
		case strings.HasSuffix(s, "tré"):
			s = strings.TrimSuffix(s, "é") + "e"
		case strings.HasSuffix(s, "sei") && n%100 != 16:
		case strings.HasSuffix(s, "mila"):
			s = strings.TrimSuffix(s, "a") + "l"
		default:
			s = s[:len(s)-1]
		}
		s += "esimo"
	}
	if g == feminine {
		return strings.TrimSuffix(s, "o") + "a"
	}
	return s
}

// romanValue is the value of a Roman numeral in capitals and of the usual form
// from 1 to 3999; 0 if s is none.
func romanValue(s string) int64 {
	if len(s) > 15 {
		return 0
	}
	var n int64
	rest := s
	for _, d := range []struct {
		text  string
		value int64
		most  int
	}{
		{"M", 1000, 3},
		{"CM", 900, 1},
		{"D", 500, 1},
		{"CD", 400, 1},
		{"C", 100, 3},
		{"XC", 90, 1},
		{"L", 50, 1},
		{"XL", 40, 1},
		{"X", 10, 3},
		{"IX", 9, 1},
		{"V", 5, 1},
		{"IV", 4, 1},
		{"I", 1, 3},
	} {
		for k := 0; k < d.most && strings.HasPrefix(rest, d.text); k++ {
			n += d.value
			rest = rest[len(d.text):]
		}
	}
	if rest != "" || romanText(n) != s {
		return 0
	}
	return n
}

// romanText writes n as a Roman numeral.
func romanText(n int64) string {
	var b strings.Builder
	for _, d := range []struct {
		value int64
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= d.value {
			b.WriteString(d.text)
			n -= d.value
		}
	}
	return b.String()
}
