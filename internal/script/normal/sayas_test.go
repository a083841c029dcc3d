package normal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// What each kind of say-as is said as: text, interpret-as, format, language;
// "-" is a refusal.
var sayings = []struct{ text, as, format, lang, want string }{
	{"B7Q", "characters", "", "en", "B 7 Q"},
	{"abc-12", "spell-out", "", "de", "A B C Bindestrich 1 2"},
	{"a.b@c", "verbatim", "", "en", "A dot B at C"},
	{"Straße", "characters", "", "de", "S T R A ß E"},
	{"ab cd", "characters", "", "fr", "A B, C D"},
	{"e\u0301x", "characters", "", "es", "E\u0301 X"},
	{"шиф", "characters", "", "ru", "Ш И Ф"},
	{"a_1", "characters", "", "sv", "A _ 1"},
	{"12345", "digits", "", "en", "1 2 3 4 5"},
	{"12-345 x", "digits", "", "pl", "1 2, 3 4 5, X"},
	{"2024", "number", "digits", "de", "2 0 2 4"},
	{"none", "digits", "", "en", "-"},

	{"1950", "cardinal", "", "de", "eintausendneunhundertfünfzig"},
	{"1,950", "number", "", "en", "one thousand nine hundred and fifty"},
	{"-12", "number", "cardinal", "en", "minus twelve"},
	{"3.14", "cardinal", "", "en", "3.14"},
	{"3,14", "decimal", "", "de", "3,14"},
	{"12345678901234567", "cardinal", "", "de", "12.345.678.901.234.567"},
	{"XIV", "cardinal", "", "fr", "quatorze"},
	{"21", "number", "", "es", "veintiuno"},
	{"28", "cardinal", "", "it", "ventotto"},
	{"80", "cardinal", "", "fr", "quatre-vingts"},
	{"twelve", "cardinal", "", "en", "-"},
	{"12", "cardinal", "", "nl", "-"},
	{"1", "number:cardinal", "", "en", "one"},

	{"3", "ordinal", "", "de", "dritte"},
	{"3.", "ordinal", "", "de", "dritte"},
	{"21", "number", "ordinal", "de", "einundzwanzigste"},
	{"XIV.", "ordinal", "", "de", "vierzehnte"},
	{"3rd", "ordinal", "", "en", "third"},
	{"112", "number:ordinal", "", "en", "one hundred and twelfth"},
	{"1", "ordinal", "", "fr", "premier"},
	{"1re", "ordinal", "", "fr", "première"},
	{"XXIe", "ordinal", "", "fr", "vingt et unième"},
	{"3º", "ordinal", "", "es", "tercero"},
	{"3.ª", "ordinal", "", "es", "tercera"},
	{"8", "ordinal", "", "it", "ottavo"},
	{"23", "ordinal", "", "it", "ventitreesimo"},
	{"-3", "ordinal", "", "en", "-"},
	{"3.5", "ordinal", "", "en", "-"},

	{"3/4", "fraction", "", "de", "drei viertel"},
	{"5/7", "fraction", "", "de", "fünf siebtel"},
	{"1/20", "fraction", "", "de", "ein zwanzigstel"},
	{"2 3/4", "fraction", "", "de", "zwei und drei viertel"},
	{"3/20", "fraction", "", "en", "three twentieths"},
	{"5/4", "fraction", "", "en", "five quarters"},
	{"2+1/2", "fraction", "", "en", "two and a half"},
	{"½", "fraction", "", "en", "a half"},
	{"5/3", "fraction", "", "fr", "cinq tiers"},
	{"3/20", "fraction", "", "fr", "trois vingtièmes"},
	{"2/7", "fraction", "", "es", "dos séptimos"},
	{"3/20", "fraction", "", "es", "tres veinteavos"},
	{"3/30", "fraction", "", "es", "tres treintavos"},
	{"3/20", "fraction", "", "it", "tre ventesimi"},
	{"1/0", "fraction", "", "en", "-"},
	{"a/b", "fraction", "", "en", "-"},

	{"10 km/h", "unit", "", "de", "10 Kilometer pro Stunde"},
	{"5 kg", "unit", "", "fr", "5 kilogrammes"},
	{"10", "unit", "", "en", "-"},
	{"$42.01", "currency", "", "en", "42 dollars and one cent"},
	{"3,50 €", "currency", "", "de", "3 Euro 50"},
	{"42", "currency", "usd", "en", "42 US dollars"},
	{"EUR20", "currency", "", "fr", "20 euros"},
	{"20", "currency", "", "es", "-"},

	{"+49 (0)30 123-456", "telephone", "", "de", "plus 4 9, 0, 3 0, 1 2 3, 4 5 6"},
	{"555-0123", "telephone", "1", "en", "5 5 5, 0 1 2 3"},
	{"call me", "telephone", "", "en", "-"},

	{"3/10/1847", "date", "dmy", "en-GB", "the third of October, eighteen forty-seven"},
	{"9/10/1960", "date", "mdy", "en-US", "September tenth, nineteen sixty"},
	{"1960-09-10", "date", "", "en", "September tenth, nineteen sixty"},
	{"19600910", "date", "yyyymmdd", "en", "September tenth, nineteen sixty"},
	{"????0910", "date", "md", "en", "September tenth"},
	{"10.9.", "date", "dm", "de", "zehnter September"},
	{"03.10.1990", "date", "", "de", "dritter Oktober neunzehnhundertneunzig"},
	{"2024-05-01", "date", "ymd", "de", "erster Mai 2024"},
	{"9/60", "date", "my", "de", "September neunzehnhundertsechzig"},
	{"2024/5", "date", "ym", "fr", "mai 2024"},
	{"1/5/2024", "date", "", "fr", "premier mai 2024"},
	{"14-7-1789", "date", "dmy", "fr", "14 juillet 1789"},
	{"1/5/2024", "date", "dmy", "es", "1 de mayo de 2024"},
	{"5/2024", "date", "my", "es", "mayo de 2024"},
	{"1/5/2024", "date", "dmy", "it", "primo maggio 2024"},
	{"5", "date", "m", "it", "maggio"},
	{"1", "date", "d", "fr", "premier"},
	{"3", "date", "d", "de", "dritter"},
	{"1984", "date", "y", "en", "nineteen eighty-four"},
	{"1984", "date", "", "de", "neunzehnhundert vierundachtzig"},
	{"13/13/2020", "date", "dmy", "en", "-"},
	{"1/2/3/4", "date", "", "en", "-"},
	{"1/2", "date", "ymd", "en", "-"},
	{"1/2/2020", "date", "xyz", "en", "-"},
	{"Oct. 3, 2024", "date", "mdy", "en", "October third, twenty twenty-four"},

	{"2:30pm", "time", "hms12", "en", "two thirty PM"},
	{"02:05", "time", "hms12", "en", "two oh five"},
	{"14:00", "time", "hms24", "en", "fourteen hundred hours"},
	{"15:10:01", "time", "hms12", "en", "three ten and one second"},
	{"9am", "time", "", "en", "nine AM"},
	{"9:00", "time", "", "en", "nine o'clock"},
	{"0730p", "time", "", "en", "-"},
	{"14:30", "time", "hms24", "de", "vierzehn Uhr dreißig"},
	{"14.30 Uhr", "time", "", "de", "vierzehn Uhr dreißig"},
	{"1 Uhr", "time", "", "de", "ein Uhr"},
	{"2:30 p.m.", "time", "hms12", "de", "vierzehn Uhr dreißig"},
	{"143015", "time", "hms24", "de", "vierzehn Uhr dreißig und fünfzehn Sekunden"},
	{"14h30", "time", "", "fr", "quatorze heures trente"},
	{"1:00", "time", "", "fr", "une heure"},
	{"14:30", "time", "", "es", "catorce horas y treinta"},
	{"14:30", "time", "", "it", "ore quattordici e trenta"},
	{"25:00", "time", "", "en", "-"},
	{"soon", "time", "", "en", "-"},
	{"01:18:30", "duration", "hms", "en", "one hour, eighteen minutes and thirty seconds"},
	{"1'21\"", "duration", "", "de", "eine Minute und einundzwanzig Sekunden"},
	{"2:00", "duration", "hm", "fr", "deux heures"},
	{"0:00", "duration", "ms", "it", "zero secondi"},

	{"12 Elm St.", "address", "", "en", "12 Elm Street."},
	{"Hurrah", "interjection", "", "en", "Hurrah"},
	{"damn", "expletive", "", "en", "bleep"},
	{"Mist", "bleep", "", "de", "Piep"},
	{"x", "color", "", "en", "-"},
	{"", "characters", "", "en", "-"},
	{"12", "CARDINAL", "", "en", "twelve"},
	{"\xff", "characters", "", "en", "-"},
}

func TestSayAs(t *testing.T) {
	for _, test := range sayings {
		got, ok := SayAs(test.text, test.as, test.format, test.lang)
		if !ok {
			got = "-"
		}
		if got != test.want {
			t.Errorf("%q as %s (%s) in %s: %q, want %q", test.text, test.as, test.format, test.lang, got, test.want)
		}
	}
	if _, ok := SayAs(strings.Repeat("1", maxSayAs+1), "digits", "", "en"); ok {
		t.Error("a text without end was taken")
	}
}

func FuzzSayAs(f *testing.F) {
	kinds := map[string]bool{}
	for _, s := range sayings {
		f.Add(s.text, s.as, s.format, s.lang)
		kinds[s.as] = true
	}
	f.Fuzz(func(t *testing.T, text, as, format, lang string) {
		for _, lang := range []string{lang, "de", "en", "fr", "es", "it"} {
			said, ok := SayAs(text, as, format, lang)
			if ok && (said == "" || !utf8.ValidString(said) || strings.Contains(said, "  ")) || !ok && said != "" {
				t.Errorf("%q as %s (%s) in %s: %q, %v", text, as, format, lang, said, ok)
			}
			if as == "characters" && ok && sounding(text) && !sounding(said) {
				t.Errorf("%q: %q", text, said)
			}
		}
	})
}
