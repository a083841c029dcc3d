package script

import (
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/voices"
)

func TestSpeakers(t *testing.T) {
	anna, ben := *voicesFind(t, "de"), *voicesFind(t, "de")
	anna.Name, ben.Name = "anna", "ben"
	cast := map[string]*voices.Voice{"anna": &anna, "ben": &ben}
	for _, test := range []struct {
		name, text, want, skipped, warning string
		change                             func(*Options)
	}{
		{
			name: "a tag alone holds until the next", text: "paragraph: Eins.\nparagraph: [voice: Anna]\nparagraph: Zwei.\nlist-item: Drei.\nparagraph: [voice: ben]\nparagraph: Vier.\nparagraph: [/voice]\nparagraph: Fünf.",
			want: "Eins.|anna Zwei.|anna Drei.|ben Vier.|Fünf.", skipped: "speaker tag: [voice: Anna]|speaker tag: [voice: ben]|speaker tag: [/voice]",
		},
		{
			name: "a tag holds until a heading", text: "paragraph: [voice: anna]\nparagraph: Eins.\nheading 3: Kopf\nparagraph: Zwei.",
			want: "anna Eins.|Kopf|Zwei.", skipped: "speaker tag: [voice: anna]",
		},
		{
			name: "a tag before words is for the block", text: "paragraph: [voice: anna] Eins. Zwei.\nparagraph: Drei.",
			want: "anna Eins.|anna Zwei.|Drei.", skipped: "speaker tag: [voice: anna]",
		},
		{
			name: "a tag closed behind words", text: "paragraph: [voice: anna]\nparagraph: Eins.\nparagraph: Zwei. [/voice]\nparagraph: Drei.",
			want: "anna Eins.|anna Zwei.|Drei.", skipped: "speaker tag: [voice: anna]|speaker tag: [/voice]",
		},
		{name: "a profile", text: "paragraph: [voice: en-GB] Eins.", want: "en-GB Eins.", skipped: "speaker tag: [voice: en-GB]"},
		{
			name: "an unknown one is text", text: "paragraph: [voice: carla] Eins.\nparagraph: [voice: Carla] Zwei.",
			want: "[voice: carla] Eins.|[voice: Carla] Zwei.", warning: `no voice of the cast and no profile is named "carla"`,
		},
		{
			name: "nobody else is to speak", text: "paragraph: [voice: carla]\nparagraph: {voice dora|Eins.} {voice en-GB|Zwei.} [/voice]",
			want: "Eins.|Zwei.", skipped: "speaker tag: [voice: carla]|speaker tag: [/voice]", change: func(o *Options) { o.Alone, o.Cast = true, nil },
		},
		{name: "a path is text", text: "paragraph: [voice: x.yaml] Eins.", want: "[voice: x.yaml] Eins.", warning: `"x.yaml"`},
		{name: "not in code", text: "code: [voice: anna] x", want: "[voice: anna] x", change: func(o *Options) { o.Blocks.Code = TreatRead }},
		{name: "labels", text: "paragraph: Anna: Eins. Zwei.\nparagraph: BEN (leise): Drei.\nparagraph: Carla: Vier.", want: "anna Anna: Eins.|anna Zwei.|ben BEN (leise): Drei.|Carla: Vier."},
		{name: "a label alone", text: "paragraph: Anna:\nparagraph: Eins.\nparagraph: Zwei.", want: "anna Eins.|Zwei.", skipped: "speaker's name: Anna:"},
		{name: "no cast, no labels", text: "paragraph: Anna: Eins.", want: "Anna: Eins.", change: func(o *Options) { o.Cast = nil }},
		{name: "quotations", text: "paragraph: Eins.\nquote q: Zwei.\nparagraph q: Ben: Drei.", want: "Eins.|anna Zwei.|ben Ben: Drei.", change: func(o *Options) { o.Quotes = &anna }},
		{name: "a tag and a label", text: "paragraph: [voice: anna] Ben: Eins.", want: "ben Ben: Eins.", skipped: "speaker tag: [voice: anna]"},
		{name: "announced by the article's voice", text: "paragraph: [voice: anna]\nquote q: Eins.", want: "Zitat.|anna Eins.|Ende des Zitats.", skipped: "speaker tag: [voice: anna]", change: func(o *Options) { o.Blocks.Quotes = TreatAnnounce }},
	} {
		opts := espeak
		opts.Cast = cast
		if test.change != nil {
			test.change(&opts)
		}
		doc := marked(t, "a.de.txt", test.text)
		doc.Lang = "de"
		s, err := Build(doc, opts)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		checkBuilt(t, doc, s)
		var got, skipped []string
		for _, c := range s.Chapters {
			for _, u := range c.Utterances {
				got = append(got, strings.TrimPrefix(u.Voice.Name+" "+u.Text, "de "))
				if strings.HasPrefix(u.Text, "BEN") && u.Spoken != "Drei." {
					t.Errorf("%s: the label is spoken: %q", test.name, u.Spoken)
				}
			}
		}
		for _, k := range s.Skipped {
			skipped = append(skipped, k.Reason+": "+k.Text)
		}
		if strings.Join(got, "|") != test.want || strings.Join(skipped, "|") != test.skipped {
			t.Errorf("%s: got %s, skipped %s", test.name, strings.Join(got, "|"), strings.Join(skipped, "|"))
		}
		if warnings := strings.Join(s.Warnings, "\n"); (test.warning == "") != (warnings == "") || !strings.Contains(warnings, test.warning) || len(s.Warnings) > 1 {
			t.Errorf("%s: warnings %q", test.name, s.Warnings)
		}
	}
}

func TestPassages(t *testing.T) {
	text := "paragraph: " + prose["de"] + "\nparagraph: " + prose["fr"] + "\nparagraph l=de: " + prose["fr"] + "\ncode: " + prose["en"]
	opts := espeak
	opts.Blocks.Code = TreatRead
	for _, test := range []struct {
		passages bool
		want     string
	}{{false, "de de de de"}, {true, "de fr de de"}} {
		opts.Passages = test.passages
		doc := marked(t, "a.txt", text)
		doc.Lang = "de"
		var got []string
		var line int
		for _, u := range build(t, doc, opts).Chapters[0].Utterances {
			if u.Pos.Line != line {
				got = append(got, u.Lang)
				line = u.Pos.Line
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("passages %v: got %s, want %s", test.passages, got, test.want)
		}
	}
}

func TestByLanguage(t *testing.T) {
	french, english := *voicesFind(t, "fr"), *voicesFind(t, "en-GB")
	french.Name, english.Name = "amélie", "oliver"
	opts := espeak
	opts.ByLanguage = map[string]*voices.Voice{"fr": &french, "en-GB": &english}
	doc := marked(t, "a.txt", "paragraph l=fr-CA: Un.\nparagraph l=en-GB: Two.\nparagraph l=en-US: Three.\nparagraph: Quatre.")
	doc.Lang = "fr"
	var got []string
	for _, u := range build(t, doc, opts).Chapters[0].Utterances {
		got = append(got, u.Voice.Name)
	}
	if want := "amélie oliver en-US amélie"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	opts.Voice = voicesFind(t, "de")
	for _, u := range build(t, doc, opts).Chapters[0].Utterances {
		if u.Voice != opts.Voice {
			t.Errorf("one voice for all, but %s speaks", u.Voice.Name)
		}
	}
	// A language that only the caller has a voice for.
	opts = espeak
	opts.ByLanguage = map[string]*voices.Voice{"la": &french}
	doc = marked(t, "a.txt", "paragraph: Portus vacuus est.")
	doc.Lang = "la"
	if u := build(t, doc, opts).Chapters[0].Utterances[0]; u.Voice != &french {
		t.Errorf("%s speaks", u.Voice.Name)
	}
}

func TestQuietContainers(t *testing.T) {
	opts := espeak
	opts.Lang = "de"
	opts.Blocks.Quotes, opts.Blocks.Asides = TreatAnnounce, TreatAnnounce
	// Nothing is announced around what is not spoken, in a language without
	// phrases, or twice; what begins together nests by its length.
	for _, test := range []struct{ name, lang, text, want string }{
		{"silent", "de", "quote q: —\nparagraph: Eins.", "Eins."},
		{"no phrases", "sv", "quote q: Ett.\nparagraph: Två.", "Ett.|Två."},
		{"aside around", "de", "quote q a: Eins.\nparagraph a: Zwei.", "Kasten.|Zitat.|Eins.|Ende des Zitats.|Zwei.|Ende des Kastens."},
		{"quotation around", "de", "quote q a: Eins.\nparagraph q: Zwei.", "Zitat.|Kasten.|Eins.|Ende des Kastens.|Zwei.|Ende des Zitats."},
		{"the same", "de", "quote q a: Eins.", "Kasten.|Zitat.|Eins.|Ende des Zitats.|Ende des Kastens."},
		{"crossing", "de", "quote q: Eins.\nquote q a: Zwei.\nparagraph a: Drei.", "Zitat.|Eins.|Kasten.|Zwei.|Ende des Zitats.|Drei.|Ende des Kastens."},
		{"a heading in one", "de", "heading q 1: Kopf\nparagraph q: Eins.", "Zitat.|Kopf|Eins.|Ende des Zitats."},
		{"a chapter ends it", "de", "quote q: Eins.\nheading 1: Kopf\nquote q: Zwei.", "Zitat.|Eins.|Ende des Zitats.|Kopf|Zitat.|Zwei.|Ende des Zitats."},
	} {
		opts.Lang = test.lang
		s, err := Build(marked(t, "a.txt", test.text), opts)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range s.Chapters {
			for _, u := range c.Utterances {
				got = append(got, u.Text)
			}
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s: got %s, want %s", test.name, strings.Join(got, "|"), test.want)
		}
	}
}

func TestMetadata(t *testing.T) {
	doc := marked(t, "a.de.txt", "paragraph: Eins.")
	doc.Author, doc.Date, doc.Description, doc.Cover = " Anna\u00ad  Weiß", "2024-05", "Vom\nHafen", &document.Cover{Name: "x.png"}
	s := build(t, doc, espeak)
	if s.Author != "Anna Weiß" || s.Date != "2024-05" || s.Description != "Vom Hafen" || s.Cover != doc.Cover {
		t.Errorf("%+v", s)
	}
}
