package script

import (
	"strings"
	"testing"

	"narrate/internal/document"
)

func TestCredits(t *testing.T) {
	doc := func() *document.Document {
		return &document.Document{Source: "a.txt", Title: "Am Meer", Lang: "de", Blocks: []document.Block{
			{Kind: document.Heading, Level: 1, Text: "Am Strand", Anchors: []document.Anchor{{Pos: document.Pos{File: "a.txt", Line: 1, Col: 1}}}},
			{Text: "Es regnet.", Anchors: []document.Anchor{{Pos: document.Pos{File: "a.txt", Line: 3, Col: 1}}}},
		}}
	}
	for _, c := range []struct {
		lang    string
		credits *Credits
		want    string
	}{
		{"de", nil, "1 Am Strand: Am Strand|Es regnet."},
		{"de", &Credits{"Am Meer.", "Ada Bob", "Eva"}, "1 Vorspann: Am Meer.|Von Ada Bob.|Gelesen von Eva. 2 Am Strand: Am Strand|Es regnet. 3 Abspann: Das war: Am Meer.|Von Ada Bob.|Gelesen von Eva."},
		{"de", &Credits{Title: "Am Meer"}, "1 Vorspann: Am Meer. 2 Am Strand: Am Strand|Es regnet. 3 Abspann: Das war: Am Meer."},
		{"sv", &Credits{Title: "Vid havet"}, "1 Opening credits: Vid havet. 2 Am Strand: Am Strand|Es regnet. 3 Closing credits: This has been Vid havet."},
		{"de", &Credits{}, "1 Vorspann: Am Meer. 2 Am Strand: Am Strand|Es regnet. 3 Abspann: Das war: Am Meer."},
	} {
		o := espeak
		o.Lang, o.Credits = c.lang, c.credits
		sc, err := Build(doc(), o)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, chapter := range sc.Chapters {
			var said []string
			for _, u := range chapter.Utterances {
				said = append(said, u.Text)
				if u.Voice == nil || u.Lang == "" {
					t.Errorf("%q has nobody to speak it", u.Text)
				}
			}
			all = append(all, string(rune('0'+chapter.Number))+" "+chapter.Title+": "+strings.Join(said, "|"))
		}
		if got := strings.Join(all, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.lang, got, c.want)
		}
	}
}
