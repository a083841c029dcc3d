package script

import (
	"cmp"
	"strings"

	"narrate/internal/document"
)

// Credits are what is told before and after an audiobook. Where Title or Author
// is empty, the article's own is told; an empty Narrator is not.
type Credits struct{ Title, Author, Narrator string }

// creditbook is the words of the credits in one language: the titles of their
// chapters, and sentences in which % is a name.
type creditbook struct {
	opening, closing      string
	was, author, narrator string
}

var creditbooks = map[string]creditbook{
	"de": {"Vorspann", "Abspann", "Das war: %.", "Von %.", "Gelesen von %."},
	"en": {"Opening credits", "Closing credits", "This has been %.", "Written by %.", "Narrated by %."},
	"fr": {"Générique de début", "Générique de fin", "Vous avez écouté : %.", "Écrit par %.", "Lu par %."},
	"es": {"Créditos iniciales", "Créditos finales", "Han escuchado: %.", "Escrito por %.", "Narrado por %."},
	"it": {"Titoli di testa", "Titoli di coda", "Avete ascoltato: %.", "Scritto da %.", "Letto da %."},
	"nl": {"Begintitels", "Aftiteling", "U luisterde naar: %.", "Geschreven door %.", "Voorgelezen door %."},
	"pl": {"Czołówka", "Napisy końcowe", "To była książka: %.", "Autor: %.", "Czyta: %."},
	"ru": {"Вступительные титры", "Заключительные титры", "Вы слушали: %.", "Автор: %.", "Читает: %."},
	"zh": {"片头", "片尾", "以上是：%。", "作者：%。", "朗读：%。"},
	"ja": {"オープニングクレジット", "エンディングクレジット", "以上、%でした。", "著者：%。", "朗読：%。"},
}

// credit puts the credits around the chapters, as chapters of their own, in the
// article's language, or in English where narrate has no words in it.
func (b *builder) credit(c *Credits) {
	if c == nil {
		return
	}
	lang := b.script.Lang
	tag, ok := canonical(lang)
	book, known := creditbooks[base(tag)]
	if !ok || !known {
		lang, book = "en", creditbooks["en"]
	}
	who := []string{fill(book.author, cmp.Or(c.Author, b.script.Author)), fill(book.narrator, c.Narrator)}
	title := strings.TrimRight(cmp.Or(c.Title, b.script.Title), ".")
	first, last := b.place()
	opening := b.credits(book.opening, lang, first, append([]string{fill("%.", title)}, who...))
	closing := b.credits(book.closing, lang, last, append([]string{fill(book.was, title)}, who...))
	if len(opening.Utterances) == 0 {
		return
	}
	all := append([]Chapter{opening}, b.script.Chapters...)
	for i := range all[1:] {
		all[1+i].Number++
	}
	closing.Number = all[len(all)-1].Number + 1
	b.script.Chapters = append(all, closing)
}

// place is where the article's first and last utterance stand.
func (b *builder) place() (first, last document.Pos) {
	chapters := b.script.Chapters
	end := chapters[len(chapters)-1].Utterances
	return chapters[0].Utterances[0].Pos, end[len(end)-1].Pos
}

// fill is a sentence with a name, "" without one.
func fill(sentence, name string) string {
	if name == "" {
		return ""
	}
	return strings.ReplaceAll(sentence, "%", name)
}

func (b *builder) credits(title, lang string, pos document.Pos, sentences []string) Chapter {
	c := Chapter{Title: title, Number: 1, Level: b.top, Credits: true}
	cast := b.castFor(b.announcer(), lang, pos)
	for _, text := range sentences {
		if !hasSound(text) {
			continue
		}
		spoken, edits, phonemes := say(text, cast.stages)
		c.Utterances = append(c.Utterances, Utterance{
			Kind: document.Paragraph, Begins: true, Text: text, Spoken: spoken, Edits: edits, Phonemes: phonemes, Lang: lang,
			Voice: cast.voice, After: cast.voice.Pauses.Paragraph, Pos: pos,
		})
	}
	if len(c.Utterances) > 0 {
		c.Utterances[0].Before = cast.voice.Pauses.Chapter
		c.Utterances[len(c.Utterances)-1].After = cast.voice.Pauses.Chapter
	}
	return c
}
