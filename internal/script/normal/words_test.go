package normal

import (
	"os/exec"
	"strings"
	"testing"
)

func TestNumberWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{deCardinal(0), "null"},
		{deCardinal(1), "eins"},
		{deCardinal(17), "siebzehn"},
		{deCardinal(21), "einundzwanzig"},
		{deCardinal(101), "einhunderteins"},
		{deCardinal(1001), "eintausendeins"},
		{deCardinal(21_021), "einundzwanzigtausendeinundzwanzig"},
		{deCardinal(1_000_000), "eine Million"},
		{deCardinal(2_000_001), "zwei Millionen eins"},
		{deCardinal(101_000), "einhunderteintausend"},
		{deOrdinal(1, "e"), "erste"},
		{deOrdinal(3, "en"), "dritten"},
		{deOrdinal(7, "er"), "siebter"},
		{deOrdinal(8, "es"), "achtes"},
		{deOrdinal(19, "e"), "neunzehnte"},
		{deOrdinal(20, "e"), "zwanzigste"},
		{deOrdinal(31, "en"), "einunddreißigsten"},
		{deOrdinal(103, "e"), "einhundertdritte"},
		{deOrdinal(101, "e"), "einhunderterste"},
		{deOrdinal(1000, "e"), "tausendste"},
		{deYear(1987), "neunzehnhundertsiebenundachtzig"},
		{deYear(1800), "achtzehnhundert"},
		{deYear(1101), "elfhunderteins"},
		{deYear(2024), "zweitausend vierundzwanzig"},
		{deYear(1066), "eintausendsechsundsechzig"},
		{enCardinal(0), "zero"},
		{enCardinal(105), "one hundred and five"},
		{enCardinal(1_005), "one thousand and five"},
		{enCardinal(1_234_567), "one million two hundred and thirty-four thousand five hundred and sixty-seven"},
		{enOrdinal(1), "first"},
		{enOrdinal(12), "twelfth"},
		{enOrdinal(20), "twentieth"},
		{enOrdinal(21), "twenty-first"},
		{enOrdinal(100), "one hundredth"},
		{enOrdinal(113), "one hundred and thirteenth"},
		{enYear(1984), "nineteen eighty-four"},
		{enYear(1905), "nineteen oh five"},
		{enYear(1800), "eighteen hundred"},
		{enYear(2005), "two thousand and five"},
		{enYear(2024), "twenty twenty-four"},
		{enYear(1066), "one thousand and sixty-six"},
		{frCardinal(71), "soixante et onze"},
		{frCardinal(80), "quatre-vingts"},
		{frCardinal(81), "quatre-vingt-un"},
		{frCardinal(91), "quatre-vingt-onze"},
		{frCardinal(200), "deux cents"},
		{frCardinal(201), "deux cent un"},
		{frCardinal(80_000), "quatre-vingt mille"},
		{frCardinal(1_000), "mille"},
		{frCardinal(2_000_000), "deux millions"},
		{frOrdinal(1, masculine), "premier"},
		{frOrdinal(1, feminine), "première"},
		{frOrdinal(5, masculine), "cinquième"},
		{frOrdinal(9, masculine), "neuvième"},
		{frOrdinal(21, feminine), "vingt et unième"},
		{frOrdinal(80, masculine), "quatre-vingtième"},
		{frOrdinal(30, masculine), "trentième"},
		{frOrdinal(1000, masculine), "millième"},
		{esCardinal(21), "veintiuno"},
		{esCardinal(31), "treinta y uno"},
		{esCardinal(100), "cien"},
		{esCardinal(101), "ciento uno"},
		{esCardinal(21_000), "veintiún mil"},
		{esCardinal(31_000), "treinta y un mil"},
		{esCardinal(1_000_000), "un millón"},
		{esCardinal(500_700), "quinientos mil setecientos"},
		{esOrdinal(1, masculine, true), "primer"},
		{esOrdinal(3, masculine, false), "tercero"},
		{esOrdinal(3, feminine, true), "tercera"},
		{esOrdinal(18, masculine, false), "decimoctavo"},
		{esOrdinal(21, feminine, false), "vigésima primera"},
		{esOrdinal(23, masculine, true), "vigésimo tercer"},
		{esOrdinal(20, feminine, false), "vigésima"},
		{itCardinal(21), "ventuno"},
		{itCardinal(28), "ventotto"},
		{itCardinal(33), "trentatré"},
		{itCardinal(103), "centotré"},
		{itCardinal(180), "centottanta"},
		{itCardinal(1_000), "mille"},
		{itCardinal(2_000), "duemila"},
		{itCardinal(23_000), "ventitremila"},
		{itCardinal(1_000_000), "un milione"},
		{itOrdinal(1, feminine), "prima"},
		{itOrdinal(11, masculine), "undicesimo"},
		{itOrdinal(23, masculine), "ventitreesimo"},
		{itOrdinal(26, masculine), "ventiseiesimo"},
		{itOrdinal(16, masculine), "sedicesimo"},
		{itOrdinal(20, feminine), "ventesima"},
		{itOrdinal(100, masculine), "centesimo"},
		{itOrdinal(1000, masculine), "millesimo"},
		{itOrdinal(2000, masculine), "duemillesimo"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestCardinalsByEar holds the number words against an engine that has its own:
// of all figures, those of the same number must sound most like the words.
func TestCardinalsByEar(t *testing.T) {
	var numbers []int64
	for n := int64(0); n <= 100; n++ {
		numbers = append(numbers, n)
	}
	numbers = append(numbers, 180, 188, 199, 200, 201, 277, 300, 371, 480, 555, 600, 666, 777, 800, 900, 999, 1000, 2000, 3000, 5000, 9000)
	for _, c := range []struct{ lang, voice string }{{"de", "gmw/de"}, {"en", "gmw/en"}, {"fr", "roa/fr"}, {"es", "roa/es"}, {"it", "roa/it"}} {
		l, _ := languageOf(c.lang)
		var figures, words []string
		for _, n := range numbers {
			figures = append(figures, itoa(n))
			words = append(words, l.cardinal(n))
		}
		byFigures, byWords := phonemes(t, c.voice, figures), phonemes(t, c.voice, words)
		if len(byFigures) != len(numbers) || len(byWords) != len(numbers) {
			t.Fatalf("%s: %d and %d clauses for %d numbers", c.lang, len(byFigures), len(byWords), len(numbers))
		}
		for i, n := range numbers {
			own := distance(byFigures[i], byWords[i])
			for j, other := range numbers {
				if j != i && own > 0 && distance(byFigures[j], byWords[i]) <= own {
					t.Errorf("%s: %q (%s) sounds like %d, not %d", c.lang, words[i], byWords[i], other, n)
				}
			}
		}
	}
}

// phonemes has espeak-ng transcribe lines, without stress and pauses.
func phonemes(t *testing.T, voice string, lines []string) []string {
	t.Helper()
	cmd := exec.Command("espeak-ng", "-v", voice, "-q", "-x", "--stdin")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.NewReplacer("'", "", ",", "", "_", "", "|", "", " ", "", ":", "", "!", "", ";", "", "%", "")
	var got []string
	for line := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		got = append(got, bare.Replace(line))
	}
	return got
}

// distance is the number of edits between two strings of ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal
			} else {
				row[j+1] = 1 + min(diagonal, row[j], next)
			}
			diagonal = next
		}
	}
	return row[len(b)]
}
