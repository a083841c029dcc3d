package script

import (
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/voices"
)

// prose is ordinary text, long enough for detection.
var prose = map[string]string{
	"de": "Am frühen Morgen lag Nebel über dem Fluss, und die Fähre fuhr erst um halb neun. Der Kapitän, ein wortkarger Mann, trank seinen Kaffee im Stehen.",
	"en": "In the early morning fog lay over the river, and the ferry did not leave until half past eight. The captain, a man of few words, drank his coffee standing up.",
	"fr": "Au petit matin, le brouillard couvrait le fleuve et le bac ne partit qu’à huit heures et demie. Le capitaine, un homme taciturne, buvait son café debout.",
	"es": "A primera hora de la mañana la niebla cubría el río y el transbordador no salió hasta las ocho y media. El capitán, hombre de pocas palabras, bebía su café de pie.",
	"it": "Di primo mattino la nebbia copriva il fiume e il traghetto partì soltanto alle otto e mezza. Il capitano, uomo di poche parole, beveva il caffè in piedi.",
	"nl": "In de vroege ochtend hing er mist boven de rivier en de veerpont vertrok pas om half negen. De kapitein, een man van weinig woorden, dronk zijn koffie staand.",
	"pl": "Wczesnym rankiem nad rzeką wisiała mgła, a prom odpłynął dopiero o wpół do dziewiątej. Kapitan, człowiek małomówny, pił kawę na stojąco.",
	"pt": "De manhã cedo o nevoeiro cobria o rio e a balsa só partiu às oito e meia. O capitão, homem de poucas palavras, bebia o seu café em pé.",
	"ru": "Ранним утром над рекой стоял туман, и паром отошёл только в половине девятого. Капитан, человек немногословный, пил свой кофе стоя.",
	"zh": "清晨，江面上笼罩着大雾，渡轮直到八点半才开。",
	"sv": "Tidigt på morgonen låg dimman över floden och färjan gick inte förrän halv nio. Kaptenen, en fåordig man, drack sitt kaffe stående.",
	"uk": "Рано-вранці над річкою стояв туман, і пором відійшов лише о пів на дев'яту. Капітан, небагатослівний чоловік, пив свою каву стоячи.",
}

func TestLanguage(t *testing.T) {
	find := func(name string) *voices.Voice { return voicesFind(t, name) }
	for name, test := range map[string]struct {
		source, text, meta string
		lang               string
		voice              *voices.Voice
		want, warning      string
	}{
		"the caller's word":                 {source: "a.fr.txt", text: prose["en"], meta: "es", lang: "de-at", want: "de-AT"},
		"metadata before detection":         {source: "a.fr.txt", text: prose["en"], meta: "es_MX", want: "es-MX"},
		"bad metadata":                      {source: "a.txt", text: prose["en"], meta: "English!", want: "en", warning: `a.txt: the article's language "English!" is not a BCP 47 tag`},
		"detection before the name":         {source: "a.fr.txt", text: prose["en"], want: "en"},
		"the name tells the region":         {source: "a.en-GB.txt", text: prose["en"], want: "en-GB"},
		"the voice tells the region":        {source: "a.txt", text: prose["pt"], voice: find("pt-BR"), want: "pt-BR"},
		"detection before the voice":        {source: "a.txt", text: prose["en"], voice: find("de"), want: "en", warning: `a.txt: the text is in "en", but voice "de", which is to speak it, is for "de" (--voice names another voice`},
		"short: the name":                   {source: "x/a.de.txt", text: "Kapitän Ahab.", want: "de"},
		"short: the name with _":            {source: "a_pt_BR.txt", text: "O rio.", want: "pt-BR"},
		"short: the name is no language":    {source: "a.old.txt", text: "Der Kapitän trank seinen Kaffee.", want: "de", warning: "too short to be sure"},
		"short: the voice":                  {source: "a.txt", text: "Hallo!", voice: find("sv"), want: "sv"},
		"short: a guess":                    {source: "a.txt", text: "Der Kapitän trank seinen Kaffee.", want: "de", warning: `a.txt: too short to be sure of the language; it is taken as "de" (--lang names another)`},
		"short, but the script is decisive": {source: "a.txt", text: "渡轮开了。", want: "zh"},
		"short Greek":                       {source: "a.txt", text: "Καλημέρα.", want: "el"},
		"nothing to go by":                  {source: "a.txt", text: "1984", want: "en", warning: `a.txt: nothing tells the language; it is taken as "en"`},
		"standard input":                    {source: "-", text: prose["it"], want: "it"},
		"a name detection does not know":    {source: "a.sk.txt", text: "Ráno sa rybári vrátili s prázdnymi sieťami, ale nikto sa nesťažoval. Kapitán, muž málovravný, pil svoju kávu postojačky a pozeral na rieku.", want: "sk"},
	} {
		opts := espeak
		opts.Lang, opts.Voice = test.lang, test.voice
		doc := article(test.source, test.text)
		doc.Lang = test.meta
		s := build(t, doc, opts)
		if s.Lang != test.want {
			t.Errorf("%s: got %s, want %s", name, s.Lang, test.want)
		}
		if warnings := strings.Join(s.Warnings, "\n"); (test.warning == "") != (warnings == "") || !strings.Contains(warnings, test.warning) {
			t.Errorf("%s: warnings %q, want %q", name, warnings, test.warning)
		}
	}
	// Of an engine's own voice, the engine tells; what is spoken by others does not
	// count, and neither do regions and parts of a language.
	for _, test := range []struct {
		lang, engine, text string
		warns              bool
	}{
		{"de", "en", "paragraph: Hallo.", true},
		{"de", "de-AT", "paragraph: Hallo.", false},
		{"de", "", "paragraph: Hallo.", false},
		{"de", "mul", "paragraph: Hallo.", false},
		{"de", "und", "paragraph: Hallo.", false},
		{"zh", "cmn", "paragraph: 你好。", false},
		{"de", "en", "paragraph l=en: A long passage in English.\nparagraph: Hallo.", false},
		{"de", "en", "paragraph: [voice: de] Ein langer Absatz.\nparagraph: Hallo.", false},
	} {
		direct, err := voices.Direct("espeak:x")
		if err != nil {
			t.Fatal(err)
		}
		opts := espeak
		opts.Voice, opts.Speaks = direct, func(*voices.Voice) string { return test.engine }
		doc := marked(t, "a.txt", test.text)
		doc.Lang = test.lang
		if s := build(t, doc, opts); (len(s.Warnings) > 0) != test.warns {
			t.Errorf("%+v: warnings %q", test, s.Warnings)
		}
	}
	for want, text := range prose {
		if s := build(t, article("a.txt", text), espeak); s.Lang != want || len(s.Warnings) > 0 {
			t.Errorf("got %s, want %s (%q)", s.Lang, want, s.Warnings)
		}
	}
}

func TestTitle(t *testing.T) {
	for _, test := range []struct{ source, own, want string }{
		{"nordkorea.de.txt", "", "Nordkorea"},
		{"/x/the_old-harbour_en.md", "", "The old harbour"},
		{"a_pt_BR.txt", "", "A"},
		{"report.v2.txt", "", "Report.v2"},
		{"report.xx.txt", "", "Report.xx"},
		{"report.la.txt", "", "Report.la"}, // no voice speaks it
		{"README", "", "README"},
		{".txt", "", ".txt"},
		{"__.txt", "", "__.txt"},
		{"de.txt", "", "De"},
		{"u\u0308ber.de.txt", "", "Über"},
		{"bad\xff.txt", "", "Bad\ufffd"},
		{"-", "", "The Pier"},
		{"a.txt", " The\u00ad  Real One ", "The Real One"},
	} {
		doc := article(test.source, "Some words stand here.", "= The Pier")
		doc.Title, doc.Lang = test.own, "en"
		if got := build(t, doc, espeak).Title; got != test.want {
			t.Errorf("%q: got %q, want %q", test.source, got, test.want)
		}
	}
	doc := article("-", "No heading at all.")
	if got := build(t, doc, espeak).Title; got != "Untitled" {
		t.Errorf("got %q", got)
	}
}

func TestSample(t *testing.T) {
	var blocks []document.Block
	for range 20000 {
		blocks = append(blocks, document.Block{Text: "Kurze Zeile mit ein paar Wörtern über den Fluss."})
	}
	blocks = append(blocks, document.Block{Text: strings.Repeat("ä", 1<<20)})
	blocks = append(blocks, document.Block{Text: strings.Repeat("x", 1000), Kind: document.Code}, document.Block{Text: strings.Repeat("x", 1000), Lang: "la"})
	got := sample(blocks)
	if len(got) < sampleSize/2 || len(got) > sampleSize*5/4 || strings.Contains(got, "xx") || strings.ContainsRune(got, '\ufffd') {
		t.Errorf("%d bytes", len(got))
	}
	if !strings.Contains(got, "\nKurze Zeile mit ein paar Wörtern über den Fluss.\n") {
		t.Error("short blocks are broken")
	}
	if got := sample([]document.Block{{Text: "Ganz kurz."}, {Text: "Und noch eins."}}); got != "Ganz kurz.\nUnd noch eins.\n" {
		t.Errorf("%q", got)
	}
}
