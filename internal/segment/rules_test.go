package segment

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// example is a text with its boundaries as “|”.
type example struct{ lang, text string }

// rules holds the examples of each rule, by the name that Explain gives it. In
// each example the rule decides at least one candidate.
var rules = []struct {
	name     string
	examples []example
}{
	{"stop", []example{
		{"de", "Es regnete. | Niemand ging hinaus. | „Wie schade!“ | Da klingelte es."},
		{"de", "Der Rest war „nicht verhandelbar“. | Das gefiel keinem."},
		{"de", "Er rief: „Ich bleibe hier.“ | Allerdings hörte ihn niemand."},
		{"de", "„Setz dich. | Trink etwas. | Dann reden wir“, sagte die Wirtin."},
		{"de", "»Wohin?« | »Nach Hause.« | »Jetzt schon?«"},
		{"de", "(Das steht so im Protokoll.) | Danach gingen alle."},
		{"de", "Das steht im Protokoll (Krüger 12). | Danach gingen alle."},
		{"de", "Das ist belegt.[12] | Mehr weiß man nicht.¹ | So ist es geblieben.12 | Schade."},
		{"de", "Er zahlte 20 %. | Sie zahlte 20 €. | Es hatte 20 °C. | Morgen wird es wärmer."},
		{"de", "Der Brief endet so . | Mehr steht da nicht ."},
		{"de", "Im Jahr 1897 . | Die Zeit verging."},
		{"de", "Er starb im Jahr 1897. | Ludwig war da schon tot."},
		{"en", "It was late. | 20 people were still waiting. | \"Who is next?\" | Nobody moved."},
		{"en", "They met in 2014. | The rest is history."},
		{"en", "No. | Never. | Not even once!"},
		{"en", "Write to ann@example.com. | Or see https://example.com/a.b/c.html. | Both work."},
		{"en", "Version 3.1.4 is out. | Open README.md. | Done at 14.30."},
		{"en", "“The End.” | He closed the book."},
		{"en", "The room was empty . \" | Then she left."},
		{"en", "He said \" I am here . \" | Then she left."},
		{"en", "Too late!! | What now?! | Run!"},
		{"fr", "Il a dit : « Je viens. » | Puis il est parti. | Vraiment ? | Oui !"},
		{"fr", "Louis XIV. | Voilà le nom. | Il suivit le cap. | Le bateau approchait."},
		{"es", "¿Vienes? | ¡Claro! | Vio el mar. | El agua estaba fría."},
		{"es", "«No sé». | La niña calló. | —Vete. | —No."},
		{"it", "Che ora è? | Sono le tre! | «Bene». | Partì."},
		{"nl", "Het glas is vol. | Jan dronk het. | ,,Wat nu?'' | Niemand wist het."},
		{"nl", "Zij bleef. | 's Avonds ging hij weg. | 't Was koud."},
		{"pl", "„Nie wiem”. | Poszedł. | Co teraz? | Nic!"},
		{"ru", "«Не знаю». | Он ушёл. | Что теперь? | Ничего!"},
		{"ru", "Он сказал: «Я приду.» | И не пришёл."},
		{"sv", "Hon kom. | Han gick. | ”Nej!” sade hon. | Vad nu?"},
	}},
	{"goes on", []example{
		{"de", "„Wer ist da?“, rief sie. | „Niemand!“, sagte er."},
		{"de", "Sie nahm Brot, Käse usw., dann ging sie."},
		{"en", "He left (why?), and nobody asked. | Apples, pears, etc., were sold."},
		{"es", "«¿Quién es?», preguntó ella. | «Nadie», dijo él."},
		{"zh", "“真的吗？”，她问。|没有人回答。"},
	}},
	{"small letter follows", []example{
		{"de", "„Halt!“ rief der Wächter. | Wie? fragte sie. | Ach! wie schön."},
		{"de", "Er arbeitet bei Yahoo! in Berlin. | Der Musikverein Panic! spielte auf."},
		{"en", "\"Stop!\" she said. | Yahoo! is a company. | He wrote ch. two."},
		{"en", "He teaches (he was an engineer once.) at the school."},
		{"fr", "« Qui est là ? » demanda-t-elle. | Personne."},
		{"ru", "«Кто там?» спросил он. | Никто."},
	}},
	{"small letters", []example{
		{"en", "we got there late. | they had closed! | what a pity."},
		{"de", "das essen war gut. | die bedienung freundlich... | wir kommen wieder."},
	}},
	{"small starter", []example{
		{"en", "The food was cold. | they did not even care. | Is it true? | yes it is."},
		{"nl", "Het eten was koud. | we gaan nooit meer."},
	}},
	{"whole word", []example{
		{"en", "This was a terrible experience. | lost my money there."},
	}},
	{"reporting clause", []example{
		{"en", "\"Who is there?\" John asked. | \"Nobody.\" | \"Then come in!\" Mary Brown replied, smiling."},
		{"it", "\"Chi è?\" Maria chiese. | Nessuno."},
		{"zh", "“你是谁？”她问。|他没有回答。"},
	}},
	{"tag", []example{
		{"en", "What a day! #sunny #beach"},
	}},
	{"bullet", []example{
		{"en", "It is ready. | • open the box"},
	}},
	{"bracket goes on", []example{
		{"en", "The band (Wham!) Ann likes best is old. | He came (really?). | They left (why?) | The rest stayed."},
	}},
	{"dash opens", []example{
		{"fr", "Voici la liste. | - prenez du pain"},
		{"en", "That was the end.|—Then it began again. | “Stop.”|—“Why?”"},
	}},
	{"dash closes", []example{
		{"de", "Das Dorf – wer hätte es gedacht? – Hauptstadt war es nie."},
		{"en", "The town – who would have thought it! – Was it ever a city?"},
	}},
	{"leading ellipsis", []example{
		{"en", "... Then he went on. | ... So did we."},
	}},
	{"ellipsis", []example{
		{"de", "Sie kam... | Er ging. | Dann … | Die Tür fiel zu."},
		{"en", "I never meant that.... | She left. | Well... who knows."},
		{"en", "It was over . . . . | Nobody moved."},
		{"ru", "Он ждал… | Потом ушёл."},
	}},
	{"ellipsis opens", []example{
		{"nl", "Het was stil. | ...en toen niet meer."},
	}},
	{"ellipsis in between", []example{
		{"de", "Das war ... Unsinn, meinte sie."},
		{"zh", "他……他走了。|真的。"},
		{"en", "Take steps 1, 2, ... 10 in turn."},
	}},
	{"always a capital", []example{
		{"en", "Well, what I mean is ... I did not do it."},
	}},
	{"omission", []example{
		{"en", "The author [...] Brown calls it a hall (...) of mirrors."},
		{"nl", "Hij was de eerste (...) | Daarna kwam niemand."},
	}},
	{"missing space", []example{
		{"en", "“Stop.”|“Why?”|“Because.” | He left."},
		{"de", "Das war das Ende.|Die Gäste gingen. | Sie kamen wieder!|Warum auch nicht."},
	}},
	{"no space", []example{
		{"ru", "Он живёт на ул.Садовой."},
		{"en", "See www.example.com/a or file.txt or v1.2 today. | The U.S.’s role grew."},
		{"de", "Um 14.30 Uhr kostet es 1.000.000 Euro."},
	}},
	{"number alone", []example{
		{"de", "1. Einleitung"},
		{"en", "3. Results of the study"},
		{"de", "II. Über Dinge"},
		{"en", "IV. The rest of the study"},
	}},
	{"list item", []example{
		{"de", "1. Wasser kochen | 2. Tee ziehen lassen | 3. Trinken"},
		{"de", "Man braucht: | 1. Mehl | 2. Milch | 3. Eier"},
		{"de", "a) Brot | b) Butter | c) Salz"},
		{"en", "1.) Boil water. | 2.) Make tea."},
		{"en", "• 9. Boil water | • 10. Make tea"},
		{"en", "• Apples | • Pears | • Plums"},
	}},
	{"chain", []example{
		{"de", "Dr. rer. nat. Maria Groß kam aus Frankfurt a. d. Oder und hatte z. B. Ideen."},
		{"de", "Der Bund u. v. m. | Das war alles."},
		{"es", "Vive en los EE. UU. desde 1990."},
		{"ru", "Яблоки, груши и т. д. | Потом он ушёл."},
	}},
	{"initials", []example{
		{"en", "J. R. R. Miller and J. K. Brown met G. B. S. | They talked."},
		{"ru", "Стихи писал А. С. Петров. | М. Ю. Иванов тоже."},
	}},
	{"initial", []example{
		{"de", "K.-H. Braun und Anna L. Weiß kamen. | Der Angeklagte Stefan K. | Er schwieg."},
		{"en", "Ann E. Brown met Albert I. Jones. | We chose option B. | Then it rained."},
		{"fr", "J.-P. Martin et S. de Brun vivaient à Lyon."},
		{"es", "J. L. Pérez (f. Madrid, 1990) fue pintor."},
		{"cs", "Psal to J. Novák. | Četl to kdekdo."},
	}},
	{"label", []example{
		{"en", "It is vitamin C. | Eating fruit helps. | So did you and I. | Ann left."},
		{"de", "Das ist Vitamin C. | Obst enthält viel davon."},
	}},
	{"letters", []example{
		{"en", "The B.Com. Office is full. | She holds a B.Com. | They were glad."},
	}},
	{"no vowel", []example{
		{"de", "Der Vrst. Müller sprach."},
		{"de", "Die vrst. Mutter kam. | Das gilt lt. Satzung für jdn. | Er weiß es."},
	}},
	{"abbreviation alone", []example{
		{"en", "P.S. The key is under the mat. | Etc. Nobody cared."},
		{"de", "Vgl. Der Zauberberg. | Usw. Die Liste ist lang."},
	}},
	{"abbreviation", []example{
		{"de", "Prof. Dr. med. Anna Weiß wohnt in St. Georgen. | Vgl. Müller, Abb. 3 und Kap. IV."},
		{"de", "Prof.Dr. Weiß und Dr.-Ing. Groß kamen."},
		{"de", "Ihr (geb. Müller) gehört z. B. Haus und Hof."},
		{"en", "Mr. and Mrs. Brown met Lt. Col. White, i.e. Bob. | Cf. Smith."},
		{"fr", "M. Dupont et Mme. Durand sont là. | Cf. Martin."},
		{"es", "El Sr. Pérez y la Dra. Gil viven en la Avda. Real."},
		{"it", "Il sig. Rossi e la Dott.ssa Neri sono qui. | Cfr. Verdi."},
		{"nl", "Dhr. Jansen en prof. De Wit zijn hier. | Dat is bijv. Amsterdam."},
		{"pl", "Prof. Nowak i ks. Wilk są tu. | To jest tzw. Zamek."},
		{"ru", "Проф. Иванов живёт на ул. Садовой. | См. Петрова."},
		{"pt", "Fui com o Dr. Silva. | Voltei só."},
	}},
	{"numbered", []example{
		{"en", "See no. 5 on p. 12, art. IV. | No. | Not that one."},
		{"de", "Siehe S. 12, Art. 5 und Goethestr. 3. | Dort steht es."},
		{"it", "Vedi p. 12 e art. 5. | Tutto qui."},
		{"pl", "Zob. s. 12 i art. 5. | Tam jest."},
	}},
	{"may be final", []example{
		{"de", "Er starb 14 n. Chr. | Die Trauer war groß. | Der Verein e. V. Sonnenblume zahlte 3 Mio. Euro."},
		{"en", "She works for Hill & Co. in Ohio. | He works for Hill & Co. | It is big."},
		{"en", "U.S. Senators met in the U.S. | They talked about Hill Inc. Chairman White."},
		{"es", "La empresa Gil S.A. cerró. | Trabaja para Gil S.A. | El dueño llora."},
		{"nl", "Jansen B.V. is failliet. | Hij werkt bij Jansen B.V. | De rest ook."},
	}},
	{"tail", []example{
		{"de", "Sie kaufte Brot, Käse usw. | Dann ging sie. | Brot, Käse usw. Vorräte lagen da."},
		{"en", "Bread, milk, etc. | Ann likes them. | Bread, milk, etc. are sold here."},
		{"it", "Comprò pane, latte, ecc. | Maria tornò. | Morì nel 44 a.C. | Augusto regnò."},
		{"pl", "Kupił chleb, mleko itd. | Jan wrócił."},
		{"ru", "Он купил хлеб, молоко и др. | Иван вернулся."},
	}},
	{"clock", []example{
		{"en", "They left at 5 p.m. | Mr. Brown stayed. | At 6 a.m. Mr. Brown left. | It was 7 a.m. Eastern time."},
	}},
	{"unit", []example{
		{"de", "Es dauerte 5 Min. | Der Rest ging schneller. | Nach 5 Min. Wartezeit kam er."},
		{"fr", "C'est à 5 km. | Paul le sait."},
		{"pl", "Urodził się w 1897 r. | Rodzice byli biedni. | W 1920 r. Jan wyjechał."},
		{"ru", "Он родился в 1897 г. | Иван был беден. | В 1812 г. Наполеон вошёл в город. | Он жил в г. Туле. | Это был XIX в. | Люди жили иначе."},
	}},
	{"calendar", []example{
		{"en", "It was sold on 3 Jan. | The price was high. | On Jan. 5 he left."},
		{"de", "Am 3. Okt. | Der Tag war kalt."},
		{"es", "Nació el 5 mar. 1990. | Vio el mar. | Escuchó las olas."},
	}},
	{"date", []example{
		{"de", "Am 27. 10. 2014 begann es. | Am 3. 4. war es vorbei."},
		{"ru", "Это было 27. 10. 2014 утром."},
	}},
	{"ordinal", []example{
		{"de", "Am 3. Oktober sprach der 45. Präsident über das 19. Jahrhundert. | Sie kam als 12. in der Wertung ins Ziel."},
		{"de", "Im 5. Jahrhundert kamen die einen, im 6. Jahrhundert die anderen. | Der 100. Gast bekam Blumen."},
		{"de", "Vom 2. Juli bis 13. August war zu. | Der 1000. Gast kam."},
		{"pl", "Walczył w 3. Pułku Piechoty. | Był ranny."},
	}},
	{"number", []example{
		{"de", "Es waren 30. | Die anderen fehlten. | Sie kam auf Platz 3. | Müller wurde Vierter. | Das steht in § 5. | Absatz 2 sagt mehr."},
		{"pl", "Spotkanie jest o godz. 15. | Zapraszamy."},
	}},
	{"Roman numeral", []example{
		{"de", "Ludwig XIV. ließ bauen. | Friedrich II. König von Preußen, schrieb. | Es war Papst Paul VI. | Die Menge jubelte."},
	}},
	{"ideographic stop", []example{
		{"zh", "他来了。|我走了！|为什么？|2009年再说。|很好!|真的?|好。"},
		{"zh", "她说：“我来了。”|然后她走了。"},
		{"ja", "これは本です。|あれは何ですか？|本当ですか?|３．５倍です。"},
		{"hi", "वह आया।|मैं गया।"},
	}},
	{"title", []example{
		{"zh", "我看过《谁是谁？》和《走吧！孩子》。|都很好看。"},
	}},
	{"particle", []example{
		{"ja", "「これは何ですか？」と聞いた。|「本です。」|やった！と叫んだ。|とても嬉しい。"},
		{"ja", "『君の名は。』は面白い。|モーニング娘。のライブに行く。|「はい。」|はっきり言った。"},
		{"zh", "“快跑！”的声音传来。|他没听见。"},
	}},
	{"smile", []example{
		{"en", "Thanks a lot :) | See you tomorrow 😀 | Bye"},
		{"en", "The food was cold :-( | Never again."},
		{"ja", "すごい♪|また来ます！"},
		{"ru", "Спасибо) | Приходите ещё 😊 | Ждём"},
	}},
	{"smile leads", []example{
		{"de", "🎉 Wir haben gewonnen. | Ja! 😀 | Sehr gut."},
		{"en", "👍🏽 🎉 Great. | (😀) Kim came 😀 | Bye"},
		{"en", "⚠️ Mind the step."},
		{"en", ":-) See you."},
		{"ja", "♪また来ます！|次です。"},
	}},
	{"smile goes on", []example{
		{"en", "I 😀 this place and you :) too"},
	}},
	{"grapheme", []example{
		{"en", "One. \u0301Two."},
	}},
}

// join returns the text of an example and its sentences.
func (e example) join() (text string, sentences []string) {
	if e.lang == "zh" || e.lang == "ja" {
		return strings.ReplaceAll(e.text, "|", ""), strings.Split(e.text, "|")
	}
	text = strings.ReplaceAll(strings.ReplaceAll(e.text, " | ", " "), "|", "")
	return text, regexp.MustCompile(` ?\| ?`).Split(e.text, -1)
}

// pieces returns the text of spans.
func pieces(text string, spans []Span) []string {
	var ss []string
	for _, sp := range spans {
		ss = append(ss, text[sp.Lo:sp.Hi])
	}
	return ss
}

func TestRules(t *testing.T) {
	for _, rule := range rules {
		for _, e := range rule.examples {
			text, want := e.join()
			if got := pieces(text, Split(text, e.lang)); !slices.Equal(got, want) {
				t.Errorf("%s, %s: %q\n got %s\nwant %s", rule.name, e.lang, text, strings.Join(got, " | "), strings.Join(want, " | "))
			}
			if !slices.ContainsFunc(Explain(text, e.lang), func(d Decision) bool { return d.Rule == rule.name }) {
				t.Errorf("%s, %s: the rule decides nothing in %q: %v", rule.name, e.lang, text, Explain(text, e.lang))
			}
		}
	}
}

// TestCases splits the texts of testdata, which are sorted by language.
func TestCases(t *testing.T) {
	for lang := range languages {
		data, err := os.ReadFile(filepath.Join("testdata", lang+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			text, want := example{lang, line}.join()
			if got := pieces(text, Split(text, lang)); !slices.Equal(got, want) {
				t.Errorf("%s: %q\n got %s\nwant %s", lang, text, strings.Join(got, " | "), strings.Join(want, " | "))
			}
		}
	}
}

// TestEveryRuleHasExamples holds the table and the manual against the source.
func TestEveryRuleHasExamples(t *testing.T) {
	named := regexp.MustCompile(`(?m)(?:return .*|= (?:true|false)|tell\(.*), "([A-Za-z ]+)"\)?$`)
	found := 0
	manual, err := os.ReadFile("../../docs/segmentation.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(src), -1) {
			found++
			i := slices.IndexFunc(rules, func(r struct {
				name     string
				examples []example
			},
			) bool {
				return r.name == m[1]
			})
			if i < 0 || len(rules[i].examples) == 0 {
				t.Errorf("%s: rule %q has no example", f, m[1])
			}
			if !strings.Contains(string(manual), m[1]) {
				t.Errorf("docs/segmentation.md does not tell of rule %q", m[1])
			}
		}
	}
	if found < len(rules) {
		t.Errorf("found %d rules in the source, the table has %d", found, len(rules))
	}
}
