package script

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// everyLanguage has a voice for each language.
func everyLanguage(string) bool { return true }

func TestPassageLanguage(t *testing.T) {
	const english = "The harbour was quiet when we came back, and nobody had seen the boat that should have been there."
	for name, test := range map[string]struct{ article, text, want string }{
		// Prose in another language.
		"English in German":    {"de", english, "en"},
		"English in Japanese":  {"ja", english, "en"},
		"French in German":     {"de", "Le port était calme quand nous sommes revenus, et personne n’avait vu le bateau qui devait nous attendre.", "fr"},
		"German in English":    {"en-GB", "Der Hafen war still, als wir zurückkamen, und niemand hatte das Boot gesehen, das dort auf uns warten sollte.", "de"},
		"Spanish in German":    {"de-AT", "El puerto estaba tranquilo cuando volvimos, y nadie había visto el barco que debía esperarnos allí.", "es"},
		"Italian in French":    {"fr", "Il porto era tranquillo quando siamo tornati, e nessuno aveva visto la barca che doveva aspettarci lì.", "it"},
		"Dutch in German":      {"de", "De haven was stil toen we terugkwamen, en niemand had de boot gezien die daar op ons moest wachten.", "nl"},
		"Polish in German":     {"de", "W porcie było cicho, gdy wróciliśmy, i nikt nie widział łodzi, która miała tam na nas czekać.", "pl"},
		"Portuguese in German": {"de", "O porto estava calmo quando voltámos, e ninguém tinha visto o barco que devia estar à nossa espera.", "pt"},
		"Swedish in English":   {"en", "Hamnen var tyst när vi kom tillbaka, och ingen hade sett båten som skulle ha legat där och väntat på oss.", "sv"},
		"decomposed letters":   {"de", "Le port e\u0301tait calme quand nous sommes revenus, et personne n’avait vu le bateau qui devait nous attendre a\u0300 quai.", "fr"},

		// The article's own language, or too little of another.
		"German in German":           {"de", "Der Hafen war still, als wir zurückkamen, und niemand hatte das Boot gesehen.", ""},
		"a short sentence":           {"de", "The harbour was quiet.", ""},
		"a title":                    {"de", "The Return of the Man Who Was Never There", ""},
		"a quotation in a sentence":  {"de", "Auf dem Schild stand „No one is to leave the harbour after the bell has rung in the evening“, und alle hielten sich daran.", ""},
		"half and half":              {"de", "Der Hafen war still, als wir zurückkamen, und niemand hatte es gesehen. " + english, ""},
		"half the other way":         {"de", english + " Der Hafen war still, als wir zurückkamen, und niemand hatte es gesehen.", ""},
		"loan words":                 {"de", "Das Meeting mit dem Head of Sales war okay, aber das Feedback zum Release der App war Business as usual.", ""},
		"names of bands":             {"de", "The Harbour Lights, The Men of the Sea, Sons of the North Wind, Queen of the Night and the Drowned, The End of the Pier", ""},
		"names of people":            {"en", "Anna de la Cruz, María del Mar y Vega, José de los Santos, Pedro de la Fuente, Luis del Río", ""},
		"places":                     {"en", "Porto, Lisboa, Braga, Coimbra, Faro, Viana do Castelo, Ponta Delgada, Vila Real de Santo António", ""},
		"a reference":                {"de", "Smith, J. and Miller, A. (1999): The life of the harbour and the people who lived on it. London, pp. 12–40.", ""},
		"a French reference":         {"en", "Dupont, J. (2001). La vie des abeilles dans les jardins de la ville et dans les bois. Paris, p. 33.", ""},
		"a command":                  {"de", "cp -r /srv/harbour/logs backup && tar czf backup.tar.gz backup && rm -rf backup && sync && poweroff", ""},
		"a command that repeats bin": {"da", "rwxr-xr-x root bin cat rwxr-xr-x bin bin cp rwxr-xr-x bin bin mv rwxr-xr-x bin ls", ""},
		"filler text":                {"en", "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.", ""},
		"filler text in Italian":     {"it", "Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat.", ""},
		"numbers":                    {"de", "12 345 678 90 12 345 678 90 12 345 678 90", ""},
		"capitals":                   {"de", strings.ToUpper(english), ""},

		// Neighbours.
		"Portuguese in Spanish": {"es", "O porto estava calmo quando voltámos, e ninguém tinha visto o barco que devia estar à nossa espera.", ""},
		"Danish in Norwegian":   {"nb", "Havnen var stille, da vi kom tilbage, og ingen havde set båden, som skulle have ligget der og ventet på os.", ""},
		"Ukrainian in Russian":  {"ru", "У порту було тихо, коли ми повернулися, і ніхто не бачив човна, який мав там на нас чекати.", ""},
		"Serbian and Croatian":  {"sr-Latn", "Luka je bila tiha kad smo se vratili, i nitko nije vidio brod koji je tamo trebao čekati na nas.", ""},

		// An article in a language without a list of function words.
		"an unknown language": {"cy", english, ""},

		// Another script.
		"Russian":                 {"de", "В гавани было тихо.", "ru"},
		"a Russian word":          {"en", "Гавань", "ru"},
		"Ukrainian":               {"de", "У порту було тихо, і ніхто не бачив човна.", "uk"},
		"Belarusian":              {"de", "У порце было ціха, і ніхто не бачыў лодкі.", "be"},
		"Bulgarian":               {"de", "Пристанището беше тихо, когато се върнахме, и никой не беше видял лодката.", "bg"},
		"Bulgarian, a hard sign":  {"de", "Пъстър кораб", "bg"},
		"Russian, a hard sign":    {"de", "Объект", "ru"},
		"Serbian":                 {"de", "Лука је била тиха и нико није видео чамац.", "sr"},
		"Macedonian":              {"de", "Пристаништето беше тивко, а ноќе никој не го виде бродот.", "mk"},
		"Kazakh":                  {"de", "Біз қайтып келгенде айлақ тыныш болды.", ""},
		"Greek":                   {"de", "Το λιμάνι ήταν ήσυχο.", "el"},
		"a formula":               {"de", "α + β = γ · δ", ""},
		"a Greek word among many": {"de", "Das Wort λόγος bedeutet vielerlei.", ""},
		"Chinese":                 {"de", "我们回来的时候，港口很安静。", "zh"},
		"Chinese names alone":     {"de", "東京都港区海岸通十番地", ""},
		"Japanese":                {"de", "港は静かだった。", "ja"},
		"Japanese in Chinese":     {"zh", "私たちが戻ったとき、港は静かで、誰も船を見ていなかった。", "ja"},
		"one kana in Chinese":     {"zh", "他们在港口喝了“鮮の每日C”果汁，然后坐船回家。", ""},
		"Chinese in Japanese":     {"ja", "我们回来的时候，港口很安静，没有人看见那条应该在那里等我们的船。", "zh"},
		"kanji in Japanese":       {"ja", "東京都港区海岸通十番地港湾管理事務所第二庁舎", ""},
		"Korean":                  {"de", "항구는 조용했다.", "ko"},
		"Chinese in Korean":       {"ko", "我们回来的时候，港口很安静，没有人看见那条应该在那里等我们的船。", "zh"},
		"Arabic":                  {"de", "كان الميناء هادئا.", "ar"},
		"Persian":                 {"de", "بندر آرام بود و کسی قایق را ندید.", "fa"},
		"Arabic in Persian":       {"fa", "كان الميناء هادئا.", ""},
		"Hebrew":                  {"de", "הנמל היה שקט.", "he"},
		"Hindi":                   {"en", "बंदरगाह शांत था।", "hi"},
		"Thai":                    {"en", "ท่าเรือเงียบสงบ", "th"},
		"no letters":              {"de", "1984 – 2024 …", ""},
		"nothing":                 {"de", "", ""},
		"a script without a name": {"de", "ꔀꔁꔂꔃꔄꔅꔆꔇꔈ", ""},
	} {
		got, ok := passageLanguage(test.text, test.article, everyLanguage)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
		if got, ok := passageLanguage(test.text, test.article, func(string) bool { return false }); got != "" || ok {
			t.Errorf("%s: got %q without a voice", name, got)
		}
	}
	// Each language's prose stays in articles of its own language.
	for lang, text := range prose {
		if got, ok := passageLanguage(text, lang, everyLanguage); ok {
			t.Errorf("%s: got %q", lang, got)
		}
	}
}

// The lists hold words of the language as they are compared: in lower case, and
// each in the running text of a language only where it is one.
func TestFunctionWords(t *testing.T) {
	for _, lang := range functionLanguages {
		words := strings.Fields(functionLists[lang])
		if len(words) < 30 {
			t.Errorf("%s: %d words", lang, len(words))
		}
		seen := map[string]bool{}
		for _, w := range words {
			if found, _ := wordsOf(w); len(found) != 1 || found[0].text != w || plain(w) != w || seen[w] {
				t.Errorf("%s: %q", lang, w)
			}
			seen[w] = true
		}
		if base(lang) != lang {
			t.Errorf("%s is no base language", lang)
		}
	}
}

// passageSizes are the columns of the table in docs/voices.md: from so many
// letters on.
var passageSizes = []int{0, 25, 40, 60, 80, 100, 150, 200, 300}

// TestPassageTreebanks measures passageLanguage on sentences, and on paragraphs
// of three, of the treebanks in the folder that SEGBENCH_DATA names: how often a
// passage leaves its own article, and how often it is found in one of another
// language. docs/voices.md has the table.
func TestPassageTreebanks(t *testing.T) {
	dir := os.Getenv("SEGBENCH_DATA")
	if dir == "" {
		t.Skip("SEGBENCH_DATA names no folder of test texts")
	}
	data, err := os.ReadFile(filepath.Join(dir, "treebanks.json"))
	if err != nil {
		t.Fatal(err)
	}
	var treebanks []struct {
		Lang string
		Docs [][][2]string
	}
	if err := json.Unmarshal(data, &treebanks); err != nil {
		t.Fatal(err)
	}
	type cell struct{ home, left, abroad, found, wrong int }
	sizes := map[bool][]cell{false: make([]cell, len(passageSizes)), true: make([]cell, len(passageSizes))}
	articles := []string{"de", "en", "fr", "es", "it", "nl", "pl", "pt", "sv", "ru", "zh", "ja"}
	n := 0
	measure := func(text, lang string, sameScript bool) {
		letters := strings.Count(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return 'x'
			}
			return -1
		}, text), "x")
		i := len(passageSizes) - 1
		for passageSizes[i] > letters {
			i--
		}
		c := &sizes[sameScript][i]
		c.home++
		if got, ok := passageLanguage(text, lang, everyLanguage); ok {
			c.left++
			t.Errorf("%s in an article in it: got %s: %s", lang, got, text)
		}
		n++
		for k := range 3 {
			article := articles[(n+k*5)%len(articles)]
			if neighbours(article, lang) || sameScript != (writtenIn(article)[0] == writtenIn(lang)[0]) {
				continue
			}
			c.abroad++
			switch got, ok := passageLanguage(text, article, everyLanguage); {
			case got == lang:
				c.found++
			case ok:
				c.wrong++
				t.Logf("%s in an article in %s: got %s: %s", lang, article, got, text)
			}
		}
	}
	for _, tb := range treebanks {
		for _, doc := range tb.Docs {
			for i := range doc {
				for _, sameScript := range []bool{true, false} {
					measure(doc[i][0], tb.Lang, sameScript)
					if i%3 == 2 {
						measure(doc[i-2][0]+" "+doc[i-1][0]+" "+doc[i][0], tb.Lang, sameScript)
					}
				}
			}
		}
	}
	var table strings.Builder
	for i, size := range passageSizes {
		same, other := sizes[true][i], sizes[false][i]
		percent := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
		fmt.Fprintf(&table, "| %d | %d | %d | %.0f %% | %d | %.0f %% | %d |\n", size, same.home, same.left,
			percent(same.found, same.abroad), same.wrong, percent(other.found, other.abroad), other.wrong)
	}
	t.Logf("letters from, passages, left, found, wrong, found in another script, wrong\n%s", &table)
}

func FuzzPassageLanguage(f *testing.F) {
	for lang, text := range prose {
		f.Add(text, lang)
	}
	f.Add("\xff\xfe\u0301港の", "zh")
	f.Add("αβγδ", "")
	f.Fuzz(func(t *testing.T, text, article string) {
		lang, ok := passageLanguage(text, article, everyLanguage)
		if ok != (lang != "") || ok && (base(lang) != lang || lang == base(article)) || !utf8.ValidString(lang) {
			t.Errorf("%q in %q: got %q, %v", text, article, lang, ok)
		}
		if again, _ := passageLanguage(text, article, everyLanguage); again != lang {
			t.Errorf("%q in %q: got %q, then %q", text, article, lang, again)
		}
	})
}

func BenchmarkPassageLanguage(b *testing.B) {
	text := strings.Repeat(prose["fr"]+" ", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if lang, _ := passageLanguage(text, "de", everyLanguage); lang != "fr" {
			b.Fatal(lang)
		}
	}
}
