package script

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"narrate/internal/document"
	"narrate/internal/script/normal"
	"narrate/voices"
)

// told writes utterances as "voice/lang[text = spoken]before>after", leaving out
// what is usual: the article's voice and language, a spoken form that is the text, pauses of
// a sentence or a paragraph.
func told(s *Script, pauses bool) string {
	var out []string
	for _, c := range s.Chapters {
		for i := range c.Utterances {
			u := &c.Utterances[i]
			var b strings.Builder
			if u.Voice.Name != s.Lang || u.Lang != s.Lang {
				fmt.Fprintf(&b, "%s/%s ", u.Voice.Name, u.Lang)
			}
			b.WriteString(u.Text)
			if u.Spoken != u.Text {
				b.WriteString(" = " + u.Spoken)
			}
			for _, p := range u.Phonemes {
				fmt.Fprintf(&b, " %s=[%s]", u.Spoken[p.Lo:p.Hi], p.IPA)
			}
			for _, m := range u.Marks {
				fmt.Fprintf(&b, " @%s:%d", m.Name, m.Text)
			}
			if pauses {
				fmt.Fprintf(&b, " %d>%d", u.Before.Milliseconds(), u.After.Milliseconds())
			}
			out = append(out, b.String())
		}
	}
	return strings.Join(out, "\n")
}

func TestSpans(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		change           func(*Options)
	}{
		{name: "sub", text: "Das {sub WeltCup|WM} begann.", want: "Das WM begann. = Das WeltCup begann."},
		{name: "sub without words", text: "Das {sub —|WM} begann.", want: "Das WM begann."},
		{name: "what is said instead is not normalised", text: "Am {sub 3. Mai|X} und am 3. Mai.", want: "Am X und am 3. Mai. = Am 3. Mai und am dritten Mai."},
		{name: "the words beside it are", text: "Am 3. {sub Oktober|Okt.} kam {abbr Doktor|Dr.} Weber.", want: "Am 3. Okt. kam Dr. Weber. = Am dritten Oktober kam Doktor Weber."},
		{name: "abbreviations", text: "Die {abbr Nordatlantikpakt|NATO}, {abbr beziehungsweise|bzw.} die {abbr Vereinten Nationen|U.N.} kam.", want: "Die NATO, bzw. die U.N. kam. = Die NATO, beziehungsweise die Vereinten Nationen kam."},
		{name: "no sentence ends in it", text: "Er sah {sub das erste. Das zweite|A. B} dort. Ende.", want: "Er sah A. B dort. = Er sah das erste. Das zweite dort.\nEnde."},
		{name: "the outer one", text: "Die {sub außen|alte {sub innen|X}} Welt.", want: "Die alte X Welt. = Die außen Welt."},
		{name: "say-as", text: "Der Kode {as characters|AB} gilt.", want: "Der Kode AB gilt. = Der Kode " + sayAs(t, "AB", "characters") + " gilt."},
		{name: "an unknown say-as", text: "Der Kode {as nonsense|AB} gilt.", want: "Der Kode AB gilt."},
		{name: "phonemes", text: "Am 3. Mai in {ipa ˈvɔstɛ|Worcester} auf 5 km.", want: "Am 3. Mai in Worcester auf 5 km. = Am dritten Mai in Worcester auf 5 Kilometer. Worcester=[ˈvɔstɛ]"},
		{name: "phonemes and the lexicon", text: "WLAN und {ipa x|WLAN}.", want: "x WLAN und WLAN. = Weh-Lan und WLAN. WLAN=[x]", change: withLexicon},
		{name: "phonemes of odd space", text: "Im {ipa x|al ten} Haus.", want: "Im al ten Haus. al ten=[x]"},
		{name: "lines", text: "Der Mond{br} ist aufgegangen,{br} die Sternlein{br}„prangen“{br}.", want: "Der Mond ist aufgegangen, die Sternlein„prangen“. = Der Mond, ist aufgegangen, die Sternlein,„prangen“."},
		{name: "a new line, a new sentence", text: "Es ist aus.{br} Er geht{br}", want: "Es ist aus.\nEr geht"},
		{name: "a sentence's end", text: "Erstens{end} zweitens", want: "Erstens\nzweitens"},
		{name: "a list's number", text: "{gen|a)} Anfang.", want: "a) Anfang. = a, Anfang."},
		{name: "a Roman one", text: "{gen|iv.} Anfang. Ende.", want: "iv. Anfang. = iv, Anfang.\nEnde."},
		{name: "a number alone", text: "{gen|1.}", want: "1."},
		{name: "link", text: "Siehe {link https://www.a.example/x|hier}.", want: "Siehe hier."},
		{name: "link read", text: "Siehe {link https://www.a.example/x|hier}, und {link mailto:x@a.example|da} auch.", want: "Siehe hier, und da auch. = Siehe hier, Adresse: a.example, und da, Adresse: x ät a Punkt example, auch.", change: links(TreatRead)},
		{name: "link announced", text: "Siehe {link /x|hier.} Dann {link /y|„da“} auch.", want: "Siehe hier. = Siehe hier, Link.\nDann „da“ auch. = Dann „da“, Link, auch.", change: links(TreatAnnounce)},
		{name: "marks", text: "{mark a}Eins ist da.{mark b} Zwei {mark c}ist da.{mark d}", want: "Eins ist da. @a:0\nZwei ist da. @b:0 @c:5 @d:12"},
		{name: "foreign inside", text: "Er las {lang fr|Le Monde} und schlief.", want: "Er las Le Monde und schlief."},
		{name: "foreign phrase", text: "Er las „{lang fr|Le Monde}“ und schlief {lang en-GB|well}.", want: "Er las\nfr/fr „Le Monde“\nund schlief\nen-GB/en-GB well.", change: func(o *Options) { o.Phrases = true }},
		{name: "foreign sentence", text: "Er las. {lang fr|Il lisait le 3 mai. Il dormait.} Er schlief.", want: "Er las.\nfr/fr Il lisait le 3 mai.\nfr/fr Il dormait.\nEr schlief."},
		{name: "foreign block", text: "{lang en-GB|{lang fr|Il lisait.}}", want: "fr/fr Il lisait."},
		{name: "foreign item", text: "{gen|1.} {lang fr|Il lisait.}", want: "fr/fr 1. Il lisait. = 1, Il lisait."},
		{name: "foreign, but --lang", text: "{lang fr|Il lisait.}", want: "fr/de Il lisait.", change: func(o *Options) { o.Lang, o.Voice = "de", voicesFind(t, "fr"); o.Phrases = true }},
		{name: "foreign without a voice", text: "Das {lang la|vale} galt. {lang la|Vale valde.}", want: "Das vale galt.\nde/la Vale valde.", change: func(o *Options) { o.Phrases = true }},
		{name: "voice", text: "Sie rief: {voice anna|Halt!} Er blieb.", want: "Sie rief:\nanna/de Halt!\nEr blieb.", change: withAnna(t)},
		{name: "voice in a sentence", text: "Sie rief {voice ANNA|halt} und ging.", want: "Sie rief\nanna/de halt\nund ging.", change: withAnna(t)},
		{name: "a profile's", text: "{voice en-GB|Halt!}", want: "en-GB/de Halt!"},
		{name: "one of several", text: "{voice carla Anna|Halt!}", want: "anna/de Halt!", change: withAnna(t)},
		{name: "unknown voice", text: "Sie rief {voice ./x.yaml|halt} und ging.", want: "Sie rief halt und ging."},
		{name: "by language", text: "{lang fr|Il lisait.} {lang fr-CA|Il dormait.}", want: "anna/fr Il lisait.\nanna/fr-CA Il dormait.", change: func(o *Options) {
			withAnna(t)(o)
			o.ByLanguage = map[string]*voices.Voice{"fr": o.Cast["anna"]}
		}},
		{name: "image", text: "Drück {alt|den Knopf}.", want: "Drück den Knopf. = Drück Bild: den Knopf."},
		{name: "image alone", text: "{alt|x.png}{mark m}", want: ""},
	} {
		opts := espeak
		if test.change != nil {
			test.change(&opts)
		}
		doc := marked(t, "a.de.txt", "paragraph: "+test.text+"\nbreak: *\ntitle: Schluss")
		doc.Lang = "de"
		s, err := Build(doc, opts)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		checkBuilt(t, doc, s)
		got := strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(told(s, false), "Schluss"), "Schluss @m:0"), "\n"), "de ")
		got = strings.TrimSuffix(strings.TrimSuffix(got, "fr/de "), "\n")
		if test.change != nil && strings.HasPrefix(test.want, "x ") {
			got = strings.ReplaceAll("x "+strings.TrimPrefix(got, "lex/de "), "\nlex/de ", "")
		}
		if got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

func withLexicon(o *Options) {
	v, _ := embedded.Find("de")
	changed := *v
	changed.Name, changed.Lexicon = "lex", []voices.Entry{{Word: "WLAN", Say: "Weh-Lan"}}
	o.Voice = &changed
}

func withAnna(t *testing.T) func(*Options) {
	anna := *voicesFind(t, "de")
	anna.Name = "anna"
	return func(o *Options) { o.Cast = map[string]*voices.Voice{"anna": &anna} }
}

func links(treatment Treatment) func(*Options) {
	return func(o *Options) { o.Blocks.Links = treatment }
}

func TestSilences(t *testing.T) {
	p := voices.Default().Pauses
	doc := marked(t, "a.de.txt", "paragraph: {pause 2s}Eins{pause 50ms} ist da.{pause 100ms} Zwei ist da.{pause 3s} Drei{pause 0s} da.{pause 90m}\nparagraph: —{pause 4s}\nparagraph: Vier.")
	s := build(t, doc, espeak)
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	want := fmt.Sprintf("Eins 2000>50\nist da. 0>%d\nZwei ist da. 0>3000\nDrei da. 0>60000\nVier. 4000>%d", ms(p.Sentence), ms(p.Paragraph))
	if got := told(s, true); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "a pause of 1h30m0s is asked for; it is 1m0s long") {
		t.Errorf("warnings: %q", s.Warnings)
	}
}

func TestProsody(t *testing.T) {
	doc := marked(t, "a.de.txt", "paragraph: Eins. {prosody 2 0 0.5|Zwei. {prosody 2 1.5 1|Drei.}} {prosody 2 0 0.5|Vier.}")
	s := build(t, doc, espeak)
	var got []string
	all := map[*voices.Voice]bool{}
	for _, u := range s.Chapters[0].Utterances {
		got = append(got, fmt.Sprintf("%s %v %v %v", u.Text, u.Voice.Rate, u.Voice.Pitch, u.Voice.Volume))
		all[u.Voice] = true
	}
	if want := "Eins. 1 1 1|Zwei. 2 1 0.5|Drei. 2.5 1.5 0.5|Vier. 2 1 0.5"; strings.Join(got, "|") != want || len(all) != 3 {
		t.Errorf("%d voices, got %s, want %s", len(all), strings.Join(got, "|"), want)
	}
	if len(s.Warnings) < 1 || !strings.Contains(strings.Join(s.Warnings, "\n"), `asks for a rate of 4 times the normal; voice "de" speaks at 2.5`) {
		t.Errorf("warnings: %q", s.Warnings)
	}
}

func TestLinks(t *testing.T) {
	doc := marked(t, "a.de.txt", strings.Join([]string{
		"paragraph: Hier {link https://a.example/|a.example} und {link https://b.example/1|b} und {link https://b.example/1|noch einmal}.",
		"paragraph: Dort {link https://b.example/1|b}, {link mailto:x@b.example|x@b.example} und {link https://c.example|c}.",
	}, "\n"))
	s, err := Build(doc, espeak)
	if err != nil {
		t.Fatal(err)
	}
	checkBuilt(t, doc, s)
	var got []string
	for _, k := range s.Skipped {
		got = append(got, fmt.Sprintf("%d:%d %s", k.Pos.Line, k.Pos.Col, k.Text))
	}
	if want := "1:83 https://b.example/1|2:113 https://c.example"; strings.Join(got, "|") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "|"), want)
	}
}

func TestCut(t *testing.T) {
	doc := marked(t, "a.de.txt", "paragraph: Das {mark m}{alt|erste Bild} und {lang fr|le {alt|zweite}{mark n} dernier} hier.")
	opts := espeak
	opts.Blocks.Images = TreatSkip
	s := build(t, doc, opts)
	u := &s.Chapters[0].Utterances[0]
	if u.Text != "Das und le dernier hier." || len(u.Marks) != 2 || u.Text[u.Marks[0].Text:] != "und le dernier hier." || u.Text[u.Marks[1].Text:] != "dernier hier." {
		t.Errorf("%q %v", u.Text, u.Marks)
	}
	b := &builder{doc: doc, script: &Script{}, policy: opts.Blocks}
	block := b.cut(&doc.Blocks[0], b.undescribed(&doc.Blocks[0]))
	whole := &doc.Blocks[0]
	for _, word := range []string{"Das", "und", "le", "dernier", "hier"} {
		if got, want := block.PosAt(strings.Index(block.Text, word)), whole.PosAt(strings.Index(whole.Text, word)); got != want {
			t.Errorf("%q is at %v, want %v", word, got, want)
		}
	}
	for _, sp := range block.Spans {
		if sp.Kind == document.Foreign && block.Text[sp.Lo:sp.Hi] != "le dernier" {
			t.Errorf("the French is %q", block.Text[sp.Lo:sp.Hi])
		}
	}
}

// sayAs is what normal.SayAs gives, without a comma's difference to us.
func sayAs(t *testing.T, text, as string) string {
	t.Helper()
	said, ok := normal.SayAs(text, as, "", "de")
	if !ok {
		t.Fatalf("%q as %s", text, as)
	}
	return plain(said)
}
