package script

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"narrate/internal/document"
	"narrate/voices"
)

// like gives the voice de under another name.
func like(t testing.TB, name string) *voices.Voice {
	t.Helper()
	v := *voicesFind(t, "de")
	v.Name = name
	return &v
}

func TestOwnVoices(t *testing.T) {
	anna, ben, eva := like(t, "anna"), like(t, "ben"), like(t, "eva")
	const three = "heading 1: Eins\nparagraph: A.\nheading 1: Zwei\nparagraph: B.\nheading 1: Drei\nparagraph: C."
	only := func(kind string, change func(*Options)) func(*Options) {
		return func(o *Options) {
			o.BlockVoices = map[string]*voices.Voice{kind: ben}
			o.ChapterVoices = []ChapterVoice{{Chapters: []Range{{1, 9}}, Voice: anna}}
			if change != nil {
				change(o)
			}
		}
	}
	for _, test := range []struct {
		name, text, want, warning string
		change                    func(*Options)
	}{
		{
			name: "chapters by number", text: three, want: "Eins|A.|anna Zwei|anna B.|anna Drei|anna C.",
			change: func(o *Options) { o.ChapterVoices = []ChapterVoice{{Chapters: []Range{{2, maxRange}}, Voice: anna}} },
		},
		{
			name: "chapters by title", text: three, want: "Eins|A.|ben Zwei|ben B.|Drei|C.",
			change: func(o *Options) { o.ChapterVoices = []ChapterVoice{{Title: " ZWEI", Voice: ben}} },
		},
		{
			name: "the first entry", text: three, want: "anna Eins|anna A.|anna Zwei|anna B.|ben Drei|ben C.",
			change: func(o *Options) {
				o.ChapterVoices = []ChapterVoice{{Chapters: []Range{{1, 2}}, Voice: anna}, {Title: "Zwei", Voice: eva}, {Chapters: []Range{{1, 3}}, Voice: ben}}
			},
		},
		{
			name: "no such number", text: three, want: "Eins|A.|Zwei|B.|Drei|C.", warning: `a.de.txt: chapter-voices: chapters 4-6,9- is no chapter of it, so that voice "anna"`,
			change: func(o *Options) {
				o.ChapterVoices = []ChapterVoice{{Chapters: []Range{{4, 6}, {9, maxRange}}, Voice: anna}}
			},
		},
		{
			name: "no such title", text: three, want: "Eins|A.|Zwei|B.|Drei|C.", warning: `title "Vier" is no chapter of it`,
			change: func(o *Options) { o.ChapterVoices = []ChapterVoice{{Title: "Vier", Voice: anna}} },
		},
		{
			name: "a chapter that is not selected is no mistake", text: three, want: "Eins|A.",
			change: func(o *Options) {
				o.Chapters, o.ChapterVoices = []Range{{1, 1}}, []ChapterVoice{{Title: "Zwei", Voice: anna}}
			},
		},
		{
			name: "before voices of languages and the article's", text: "heading 1: Eins\nparagraph l=fr: Bonjour.\nheading 1: Zwei\nparagraph l=fr: Bonsoir.", want: "anna Eins|anna Bonjour.|ben Zwei|ben Bonsoir.",
			change: func(o *Options) {
				o.Voice, o.ChapterVoices = ben, []ChapterVoice{{Chapters: []Range{{1, 1}}, Voice: anna}}
			},
		},
		{
			name: "headings", text: "title: Titel\nheading 1: Kopf\nparagraph: A.", want: "ben Titel|ben Kopf|anna A.", change: only("headings", nil),
		},
		{name: "lists", text: "list-item: A.\nparagraph: B.", want: "ben A.|anna B.", change: only("lists", nil)},
		{name: "tables", text: "table g1: A.\ncaption g1: B.", want: "ben A.|anna B.", change: only("tables", nil)},
		{name: "code", text: "code: A.\nparagraph: B.", want: "ben A.|anna B.", change: only("code", func(o *Options) { o.Blocks.Code = TreatRead })},
		{name: "images", text: "image: A.\nparagraph: B.", want: "ben A.|anna B.", change: only("images", func(o *Options) { o.Blocks.Images = TreatRead })},
		{name: "captions", text: "image g1: A.\ncaption g1: B.", want: "anna A.|ben B.", change: only("captions", func(o *Options) { o.Blocks.Images = TreatRead })},
		{name: "footnotes and what stands in them", text: "paragraph: A.\nfootnote n1: B.\nlist-item n1: C.", want: "anna A.|ben B.|ben C.", change: only("footnotes", func(o *Options) { o.Blocks.Footnotes = TreatEnd })},
		{name: "asides and what stands in them", text: "heading 2 a: A\nparagraph a: B.\nparagraph: C.", want: "ben A|ben B.|anna C.", change: only("asides", nil)},
		{name: "announcements", text: "code: x = 1", want: "ben Programmcode, eine Zeile.", change: only("announcements", nil)},
		{name: "announcements are not of the kind", text: "code: x = 1", want: "anna Programmcode, eine Zeile.", change: only("code", nil)},
		{name: "quotations before kinds", text: "list-item q: A.\nlist-item: B.", want: "eva A.|ben B.", change: only("lists", func(o *Options) { o.Quotes = eva })},
		{
			name: "tags and the cast before all", text: "list-item: [voice: eva] A.\nlist-item: Eva: B.\nlist-item: C.", want: "eva A.|eva Eva: B.|ben C.",
			change: only("lists", func(o *Options) { o.Cast = map[string]*voices.Voice{"eva": eva} }),
		},
		{
			name: "a tag that ends gives back to the chapter", text: "paragraph: [voice: eva]\nparagraph: A.\nparagraph: [/voice]\nparagraph: B.", want: "eva A.|anna B.",
			change: only("lists", func(o *Options) { o.Cast = map[string]*voices.Voice{"eva": eva} }),
		},
	} {
		opts := espeak
		test.change(&opts)
		doc := marked(t, "a.de.txt", test.text)
		doc.Lang = "de"
		s, err := Build(doc, opts)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if opts.Chapters == nil {
			checkBuilt(t, doc, s)
		}
		var got []string
		for _, c := range s.Chapters {
			for _, u := range c.Utterances {
				got = append(got, strings.TrimPrefix(u.Voice.Name+" "+u.Text, "de "))
			}
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("%s: got %s, want %s", test.name, strings.Join(got, "|"), test.want)
		}
		if warnings := strings.Join(s.Warnings, "\n"); (test.warning == "") != (warnings == "") || !strings.Contains(warnings, test.warning) {
			t.Errorf("%s: warnings %q", test.name, s.Warnings)
		}
	}
}

// TestVoicedBlocks has each kind that can be named decide about some block.
func TestVoicedBlocks(t *testing.T) {
	decides := map[string]bool{voicedAnnouncements: true}
	for kind := document.Paragraph; kind <= document.Caption; kind++ {
		decides[voicedAs(&document.Block{Kind: kind})] = true
	}
	decides[voicedAs(&document.Block{Note: 1})] = true
	decides[voicedAs(&document.Block{Aside: true})] = true
	delete(decides, "")
	for _, name := range VoicedBlocks() {
		if !decides[name] {
			t.Errorf("%s: no block is of it", name)
		}
		delete(decides, name)
	}
	if len(decides) > 0 {
		t.Errorf("not named: %v", decides)
	}
}

// TestChapterVoiceProperties gives random chapters of random documents a voice
// that differs by name alone: the script is the same but for that name, which
// stands in those chapters and nowhere else, on all for which nobody is named.
func TestChapterVoiceProperties(t *testing.T) {
	anna, own, quotes, lists := like(t, "anna"), like(t, "own"), like(t, "quotes"), like(t, "lists")
	main := voicesFind(t, "de")
	rapid.Check(t, func(t *rapid.T) {
		w := &scribe{t: t}
		doc := &document.Document{Source: "a.de.md", Lang: "de"}
		for i := range 2 + w.pick(12, "blocks") {
			doc.Blocks = append(doc.Blocks, w.block(i))
		}
		opts := Options{
			Lang: "de", Voice: main, Voices: embedded, Backend: "espeak", Cast: map[string]*voices.Voice{"anna": anna},
			Quotes: quotes, BlockVoices: map[string]*voices.Voice{"lists": lists},
		}
		for _, e := range opts.Blocks.elements() {
			*e.value = e.allowed[w.pick(len(e.allowed), e.name)]
		}
		want, err := Build(doc, opts)
		if errors.Is(err, ErrNothing) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		chosen := Range{1 + w.pick(4, "first"), 0}
		chosen.Last = chosen.First + w.pick(3, "more")
		opts.ChapterVoices = []ChapterVoice{{Chapters: []Range{chosen}, Voice: own}}
		got, err := Build(doc, opts)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want.Chapters {
			c := &want.Chapters[i]
			if c.Number < chosen.First || c.Number > chosen.Last {
				continue
			}
			for k := range c.Utterances {
				if u := &c.Utterances[k]; u.Voice.Name == main.Name {
					v := *u.Voice // with its delivery
					v.Name = own.Name
					u.Voice = &v
				}
			}
		}
		if !reflect.DeepEqual(got.Chapters, want.Chapters) || !reflect.DeepEqual(got.Skipped, want.Skipped) {
			t.Errorf("%+v\ngot %s\nwant %s", chosen, dump(got), dump(want))
		}
	})
}
