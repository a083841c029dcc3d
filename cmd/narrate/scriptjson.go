package main

import (
	"unicode/utf8"

	"narrate/internal/document"
	"narrate/internal/pipeline"
	"narrate/internal/script"
)

// The JSON form of a script; docs/formats.md describes it.
type (
	scriptJSON struct {
		Version     int           `json:"version"`
		Source      string        `json:"source"`
		Title       string        `json:"title"`
		Author      string        `json:"author,omitempty"`
		Date        string        `json:"date,omitempty"`
		Description string        `json:"description,omitempty"`
		Cover       string        `json:"cover,omitempty"`
		Lang        string        `json:"lang"`
		Expected    float64       `json:"expectedSeconds"`
		Costs       []costJSON    `json:"costs"`
		Chapters    []chapterJSON `json:"chapters"`
		Skipped     []skipJSON    `json:"skipped"`
	}
	chapterJSON struct {
		Number     int             `json:"number"`
		Title      string          `json:"title"`
		Level      int             `json:"level"`
		Utterances []utteranceJSON `json:"utterances"`
	}
	utteranceJSON struct {
		Kind     string        `json:"kind"`
		Text     string        `json:"text"`
		Spoken   string        `json:"spoken"`
		Phonemes []phonemeJSON `json:"phonemes,omitempty"`
		Marks    []markJSON    `json:"marks,omitempty"`
		Lang     string        `json:"lang"`
		Voice    string        `json:"voice"`
		Before   int64         `json:"beforeMilliseconds"`
		After    int64         `json:"afterMilliseconds"`
		placeJSON
	}
	// phonemeJSON and markJSON count code points, as timeline.json does.
	phonemeJSON struct {
		From   int               `json:"from"`
		To     int               `json:"to"`
		IPA    string            `json:"ipa,omitempty"`
		Native map[string]string `json:"native,omitempty"` // by backend
	}
	markJSON struct {
		Name string `json:"name"`
		At   int    `json:"at"`
	}
	skipJSON struct {
		Text   string `json:"text"`
		Reason string `json:"reason"`
		placeJSON
	}
	placeJSON struct {
		File string `json:"file,omitempty"` // where it is not the source
		Line int    `json:"line"`
		Col  int    `json:"col"`
	}
)

func scriptToJSON(sc *script.Script, costs []pipeline.Cost) scriptJSON {
	out := scriptJSON{
		Version: 1, Source: sc.Source, Title: sc.Title, Author: sc.Author, Date: sc.Date, Description: sc.Description, Lang: sc.Lang,
		Expected: script.Estimate(sc).Seconds(), Costs: costsToJSON(costs), Skipped: []skipJSON{},
	}
	if sc.Cover != nil {
		out.Cover = sc.Cover.Name
	}
	place := func(pos document.Pos) placeJSON {
		p := placeJSON{File: pos.File, Line: pos.Line, Col: pos.Col}
		if pos.File == sc.Source {
			p.File = ""
		}
		return p
	}
	for i := range sc.Chapters {
		c := chapterJSON{
			Number: number(sc, i), Title: sc.Chapters[i].Title, Level: sc.Chapters[i].Level, Utterances: []utteranceJSON{},
		}
		for j := range sc.Chapters[i].Utterances {
			u := &sc.Chapters[i].Utterances[j]
			item := utteranceJSON{
				Kind: u.Kind.String(), Text: u.Text, Spoken: u.Spoken, Lang: u.Lang, Voice: u.Voice.Name,
				Before: u.Before.Milliseconds(), After: u.After.Milliseconds(), placeJSON: place(u.Pos),
			}
			for _, p := range u.Phonemes {
				from := utf8.RuneCountInString(u.Spoken[:p.Lo])
				said := phonemeJSON{From: from, To: from + utf8.RuneCountInString(u.Spoken[p.Lo:p.Hi]), IPA: p.IPA, Native: map[string]string{}}
				for _, own := range p.Native {
					said.Native[own.Backend] = own.Phonemes
				}
				item.Phonemes = append(item.Phonemes, said)
			}
			for _, m := range u.Marks {
				item.Marks = append(item.Marks, markJSON{m.Name, utf8.RuneCountInString(u.Text[:m.Text])})
			}
			c.Utterances = append(c.Utterances, item)
		}
		out.Chapters = append(out.Chapters, c)
	}
	for _, s := range sc.Skipped {
		out.Skipped = append(out.Skipped, skipJSON{s.Text, s.Reason, place(s.Pos)})
	}
	return out
}
