// Package transcripthtml writes a transcript as a web page, for people, search
// engines and podcast apps (podcast-namespace, transcripts/transcripts.md, "HTML":
// cite, time and p).
package transcripthtml

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"strconv"
	"strings"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/caption/cuefile"
	"narrate/internal/output/prose"
	"narrate/internal/script"
)

// Format is the output format "htmltranscript".
type Format struct{ cuefile.NeedsNothing }

// Info implements output.Format.
func (Format) Info() output.Info {
	return output.Info{
		Name: "htmltranscript", Suffix: "transcript.html", MediaType: "text/html; charset=utf-8", Caption: true,
		Summary: "transcript as a web page with times",
	}
}

// Write implements output.Format. A chapter is a section, a sentence a span with
// its id ("s12") and its times in seconds (data-start, data-end), to the nearest
// millisecond. Each paragraph has the time at which it begins, which leads to that
// place in the file of sound, or to the sentence itself where none is known. Parts
// in another language and direction say so. There are no scripts and nothing is
// loaded. The page is also well-formed XML.
func (Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	p := &page{Writer: cuefile.New(ctx, dst), e: &e, chapter: -1}
	p.head()
	ms := caption.Milliseconds{Rate: e.Timeline.Rate}
	for c := range p.Cues(&e, cuefile.Sentences(e.Captions)) {
		start, end := ms.Of(c.Span)
		p.sentence(c, start, end)
	}
	p.leaveChapter()
	p.Put("</article>\n</body>\n</html>\n")
	return p.End()
}

// style has the page read well without anything else; it follows the reader's
// colours.
const style = "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 serif}:root{color-scheme:light dark}" +
	"time{font:.75rem sans-serif}p{margin:0 0 1rem}ol{list-style:none}table{border-collapse:collapse;margin:0 0 1rem}td,th{border:1px solid;padding:.2rem .5rem;text-align:start;vertical-align:top}cite{display:block;font-weight:bold}pre{white-space:pre-wrap}"

// page is where writing has come to.
type page struct {
	*cuefile.Writer
	e       *output.Edition
	top     int          // the level of a chapter's heading less the chapter's own
	chapter int          // the open one; -1 for none
	lists   []list       // that are open, the outermost first
	quote   bool         // a quotation is open, in the last of them
	block   string       // what closes the open block; "" where none is open
	shown   []script.Row // of a table, to be shown behind it
	lang    string       // of the open block
	last    string       // the last sentence
}

// list is an open list with its open item.
type list struct {
	tag  string
	item int
}

// head writes what comes before the first chapter. The programme's title is a
// heading unless the first chapter's is the same.
func (p *page) head() {
	t, m := p.e.Timeline, &p.e.Metadata
	title := caption.Line(t.Title)
	p.Put("<!DOCTYPE html>\n<html", attributes(t.Lang), ">\n<head>\n<meta charset=\"utf-8\"/>\n",
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n",
		"<title>", cuefile.Escape(cmp.Or(title, caption.Line(output.SourceName(t.Source)), "Transcript")), "</title>\n")
	for _, tag := range [][2]string{{"author", t.Author}, {"description", m.Description}, {"generator", p.e.Generator}} {
		if value := caption.Line(tag[1]); value != "" {
			p.Put("<meta name=\"", tag[0], "\" content=\"", cuefile.Attribute(value), "\"/>\n")
		}
	}
	p.Put("<style>", style, "</style>\n</head>\n<body>\n<article>\n")
	if title != "" && len(t.Chapters) > 0 && caption.Line(t.Chapters[0].Title) != title {
		p.top = 1
		p.Put("<h1>", cuefile.Escape(title), "</h1>\n")
	}
}

// sentence writes one, and what begins with it.
func (p *page) sentence(c *caption.Cue, start, end int64) {
	u := c.Sentence.Utterance
	text := c.Lines[0].Text
	heading := u.Kind == document.Heading || u.Kind == document.Title
	id := "s" + strconv.Itoa(c.Number)
	enters := c.Chapter != p.chapter
	if enters {
		p.leaveChapter()
		p.chapter = c.Chapter
		p.Put("<section id=\"c", strconv.Itoa(c.Chapter+1), "\">\n")
		if title := caption.Line(p.e.Timeline.Chapters[c.Chapter].Title); title != "" && !heading {
			name := p.heading(0)
			p.Put("<", name, ">", cuefile.Escape(title), "</", name, ">\n")
		}
	}
	switch {
	case !enters && !u.Begins && !c.Introduces:
		p.Put(cuefile.Joint(p.last, text))
	case heading && enters:
		p.open(c, p.heading(0), id, start)
	case heading:
		p.open(c, p.heading(1), id, start)
	case u.Kind == document.Code:
		p.open(c, "pre", id, start)
	default:
		p.open(c, "p", id, start)
	}
	p.Put("<span id=\"", id, "\" data-start=\"", cuefile.Seconds(start), "\" data-end=\"", cuefile.Seconds(end), "\"")
	if c.Lang != p.lang {
		p.Put(attributes(c.Lang))
	}
	p.Put(">", set(u, text), "</span>")
	p.last = text
}

// set is a sentence with its emphasis, code and links, unless its text is not as it
// was written.
func set(u *script.Utterance, text string) string {
	if len(u.Spans) == 0 || text != u.Text {
		return cuefile.Escape(text)
	}
	var b strings.Builder
	prose.Set(&b, text, u.Spans, 0, len(text), nil)
	return b.String()
}

// heading is the element of the open chapter's heading, or of one so much deeper.
func (p *page) heading(deeper int) string {
	level := p.e.Timeline.Chapters[p.chapter].Level
	return "h" + strconv.Itoa(min(max(level, 1)+p.top+deeper, 6))
}

// open begins a block with a cue.
func (p *page) open(c *caption.Cue, element, id string, start int64) {
	p.leaveBlock()
	u := c.Sentence.Utterance
	in := u.Items
	if len(in) == 0 && u.Kind == document.ListItem {
		in = []int{-c.Number} // of its own, as nobody tells
	}
	p.enter(in, prose.Number(u.Text) != "", u.Kind == document.Quote)
	p.block, p.shown = "</"+element+">\n", u.Rows
	if c.Introduces && c.Speaker != "" {
		p.Put("<cite>", cuefile.Escape(c.Speaker), ":</cite>\n")
	}
	if element == "p" || element == "pre" {
		at := cuefile.Seconds(start)
		p.Put("<a href=\"", cuefile.Attribute(p.place(id, at)), "\"><time datetime=\"PT", at, "S\">", clock(start), "</time></a>\n")
	}
	p.lang = c.Lang
	p.Put("<", element)
	if c.Lang != p.e.Timeline.Lang {
		p.Put(attributes(c.Lang))
	}
	p.Put(">")
}

// place is the address of what is said at a time in seconds (W3C, "Media Fragments
// URI", section 4.2.1).
func (p *page) place(id, at string) string {
	if p.e.SoundFile == "" {
		return "#" + id
	}
	return (&url.URL{Path: p.e.SoundFile, Fragment: "t=" + at}).String()
}

// enter leaves the lists and the quotation that the next block is not in, and
// enters those that it is in.
func (p *page) enter(items []int, numbered, quote bool) {
	k := 0
	for k < len(items) && k < len(p.lists) && p.lists[k].item == items[k] {
		k++
	}
	if p.quote && (!quote || k < len(items) || k < len(p.lists)) {
		p.Put("</blockquote>\n")
		p.quote = false
	}
	tag := "ul"
	if numbered {
		tag = "ol"
	}
	// The next item of the same list: one with numbers and one without are two.
	next := k < len(items) && k < len(p.lists) && p.lists[k].tag == tag
	for i := len(p.lists) - 1; i >= k; i-- {
		p.Put("</li>\n")
		if !next || i > k {
			p.Put("</", p.lists[i].tag, ">\n")
		}
	}
	p.lists = p.lists[:k]
	for ; k < len(items); k++ {
		if !next {
			p.Put("<", tag, ">\n")
		}
		p.Put("<li>\n")
		p.lists = append(p.lists, list{tag, items[k]})
		next = false
	}
	if quote && !p.quote {
		p.Put("<blockquote>\n")
		p.quote = true
	}
}

// leaveBlock closes the open block. A table that it announces stands below it.
func (p *page) leaveBlock() {
	p.Put(p.block)
	p.block = ""
	if p.shown != nil {
		var b strings.Builder
		prose.WriteShown(&b, p.shown)
		p.Put(b.String())
		p.shown = nil
	}
}

func (p *page) leaveChapter() {
	p.leaveBlock()
	p.enter(nil, false, false)
	if p.chapter >= 0 {
		p.Put("</section>\n")
	}
}

// attributes are lang and dir, as far as lang is a language.
func attributes(lang string) string {
	if lang = cuefile.Language(lang); lang == "" {
		return ""
	}
	return ` lang="` + lang + `" dir="` + cuefile.Direction(lang) + `"`
}

// clock is H:MM:SS, the second in which it begins.
func clock(ms int64) string {
	s := cuefile.Clock(ms, '.')
	s = s[:len(s)-len(".000")]
	if s[0] == '0' {
		return s[1:]
	}
	return s
}
