package page

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/timeline"
)

var (
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// Where a page's sound may come from, as its policy has it. Browsers do not
// agree on whether 'self' covers a page that is opened from a disk.
const (
	beside = "'self' file:"
	inside = "data:"
)

// policy is the page's Content-Security-Policy (Level 3): its own script and
// style by their hashes, its sound, its pictures, and nothing else.
func policy(media string) string {
	return "default-src 'none'; script-src " + hash(script) + "; style-src " + hash(style) +
		"; img-src data:; media-src " + media + "; base-uri 'none'; form-action 'none'"
}

// hash is a source expression that allows an inline element with that content.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// write writes the page. src writes the value of the sound's address. The sound
// stands last, since it may be far longer than the article.
func write(ctx context.Context, dst io.Writer, e *output.Edition, media string, src func(io.Writer) error) error {
	w := bufio.NewWriterSize(dst, 1<<16)
	l, uiLang := labelsIn(e.Timeline.Lang)
	head(w, e, media)
	w.WriteString("<body>\n<a class=\"skip\" href=\"#text\"" + lang(uiLang) + ">" + escape(l["skip"]) + "</a>\n")
	player(w, e, l, uiLang)
	contents(w, e.Timeline, l, uiLang)
	w.WriteString("<main id=\"text\" tabindex=\"-1\">\n<article>\n")
	a := article{Writer: w, edition: e, labels: l}
	if err := a.write(ctx, l, uiLang); err != nil {
		return err
	}
	w.WriteString("</article>\n</main>\n")
	footer(w, e)
	help(w, l, uiLang)
	if err := writeData(w, e, l); err != nil {
		return err
	}
	w.WriteString(`<section class="native" aria-label="` + escape(l["player"]) + `"` + lang(uiLang) + `><audio id="audio" controls preload="metadata" src="`)
	if err := src(w); err != nil {
		return err
	}
	w.WriteString("\"></audio></section>\n<script type=\"module\">" + script + "</script>\n</body>\n</html>\n")
	if err := w.Flush(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func head(w *bufio.Writer, e *output.Edition, media string) {
	t := e.Timeline
	direction := ""
	if leftward[primary(t.Lang)] {
		direction = ` dir="rtl"`
	}
	fmt.Fprintf(w, `<!DOCTYPE html>
<html%s%s>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>%s</title>
`, lang(t.Lang), direction, escape(policy(media)), escape(title(e)))
	for _, m := range [][2]string{
		{"author", t.Author},
		{"description", e.Metadata.Description},
		{"generator", e.Generator},
	} {
		if text := line(m[1]); text != "" {
			fmt.Fprintf(w, "<meta name=\"%s\" content=\"%s\">\n", m[0], text)
		}
	}
	if isWeb(e.Metadata.Link) {
		fmt.Fprintf(w, "<link rel=\"canonical\" href=\"%s\">\n", line(e.Metadata.Link))
	}
	w.WriteString("<style>" + style + "</style>\n</head>\n")
}

// title is what the page is called; it must have a name.
func title(e *output.Edition) string {
	return cmp.Or(plain.Line(e.Timeline.Title), plain.Line(output.SourceName(e.Timeline.Source)), "\u2026")
}

// rates are the speeds on offer.
var rates = []string{"0.5", "0.75", "0.9", "1", "1.1", "1.25", "1.5", "1.75", "2", "2.5", "3"}

// player writes the controls. Time runs from left to right in them whatever
// the article's language, as on other players.
func player(w *bufio.Writer, e *output.Edition, l labels, uiLang string) {
	length := e.Timeline.Rate.Milliseconds(e.Timeline.Frames)
	button := func(id, label, icon, more string) {
		fmt.Fprintf(w, `<button type="button" id="%s" aria-label="%s" title="%[2]s"%s>%s</button>`+"\n", id, escape(label), more, icons[icon])
	}
	fmt.Fprintf(w, `<section class="player" aria-label="%s" dir="ltr"%s>
<button type="button" id="follow" hidden>%s%s</button>
<div class="line"><span id="now">0:00</span><span class="track"><span id="ticks" aria-hidden="true"></span>`+
		`<input type="range" id="seek" min="0" max="%d.%03d" step="any" value="0" autocomplete="off" aria-label="%s"></span><span id="length">%s</span></div>
<div class="buttons">
`, escape(l["player"]), lang(uiLang), icons["place"], escape(l["follow"]), length/1000, length%1000, escape(l["position"]), clock(length))
	w.WriteString("<div class=\"where\">\n")
	if len(e.Timeline.Chapters) > 1 {
		button("toc", l["chapters"], "list", ` aria-expanded="false" aria-controls="contents"`)
	}
	w.WriteString("<span id=\"chapter\" dir=\"auto\" aria-hidden=\"true\"" + lang(e.Timeline.Lang) + "></span>\n</div>\n<div class=\"main\">\n")
	button("back", l["back"], "back", "")
	button("play", l["play"], "play", "")
	button("forward", l["forward"], "forward", "")
	w.WriteString("</div>\n<div class=\"side\">\n")
	fmt.Fprintf(w, `<select id="speed" autocomplete="off" aria-label="%s" title="%[1]s">`, escape(l["speed"]))
	for _, r := range rates {
		selected := ""
		if r == "1" {
			selected = " selected"
		}
		fmt.Fprintf(w, `<option value="%s"%s>%[1]s×</option>`, r, selected)
	}
	w.WriteString("</select>\n")
	button("dark", l["dark"], "dark", ` aria-pressed="false"`)
	button("helper", l["help"], "help", ` aria-haspopup="dialog"`)
	w.WriteString("</div>\n</div>\n<p id=\"status\" role=\"status\"></p>\n</section>\n")
}

// contents writes the list of chapters.
func contents(w *bufio.Writer, t *timeline.Timeline, l labels, uiLang string) {
	if len(t.Chapters) < 2 {
		return
	}
	fmt.Fprintf(w, "<nav id=\"contents\" aria-labelledby=\"contents-title\">\n<h2 id=\"contents-title\"%s>%s</h2>\n<ol>\n", lang(uiLang), escape(l["chapters"]))
	for i := range t.Chapters {
		c := &t.Chapters[i]
		fmt.Fprintf(w, `<li class="l%d"><a href="#c%d"><span dir="auto">%s</span> <span class="at">%s</span></a></li>`+"\n",
			min(max(c.Level, 1), 4), i+1, escape(cmp.Or(plain.Line(c.Title), strconv.Itoa(cmp.Or(c.Number, i+1)))), clock(t.Rate.Milliseconds(c.Span.Start)))
	}
	w.WriteString("</ol>\n</nav>\n")
}

func footer(w *bufio.Writer, e *output.Edition) {
	said := &e.Metadata
	if plain.Line(said.Publisher+said.Copyright) == "" {
		return
	}
	w.WriteString("<footer>\n")
	for _, text := range []string{said.Publisher, said.Copyright} {
		if text = line(text); text != "" {
			w.WriteString("<p dir=\"auto\">" + text + "</p>\n")
		}
	}
	w.WriteString("</footer>\n")
}

// keys are the rows of the help: keys, and the label that says what they do.
var keys = []struct{ keys, label string }{
	{"space K", "keyPlay"},
	{"\u2190 \u2192", "keySeek"},
	{"J L", "keySentence"},
	{"P N", "keyChapter"},
	{"C", "chapters"},
	{"[ ]", "keySpeed"},
	{"F", "keyFollow"},
	{"T", "keyDark"},
	{"?", "keyHelp"},
	{"\u2190 \u2192 \u2191 \u2193", "keyWords"},
	{"enter", "keyJump"},
}

func help(w *bufio.Writer, l labels, uiLang string) {
	fmt.Fprintf(w, "<dialog id=\"help\" aria-labelledby=\"help-title\"%s dir=\"auto\">\n<h2 id=\"help-title\" tabindex=\"-1\">%s</h2>\n<p>%s</p>\n<dl>\n",
		lang(uiLang), escape(l["shortcuts"]), escape(l["keyPointer"]))
	for _, k := range keys {
		w.WriteString("<div><dt>")
		for _, key := range strings.Fields(k.keys) {
			w.WriteString("<kbd>" + escape(cmp.Or(l[key], key)) + "</kbd>")
		}
		w.WriteString("</dt><dd>" + escape(l[k.label]) + "</dd></div>\n")
	}
	fmt.Fprintf(w, "</dl>\n<p><label><input type=\"checkbox\" id=\"letters\" autocomplete=\"off\" checked> %s</label></p>\n"+
		"<button type=\"button\" id=\"close\">%s</button>\n</dialog>\n", escape(l["letters"]), escape(l["close"]))
}

// clock is a time for people: "1:02:03" or "2:03".
func clock(ms int64) string {
	s := ms / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// fill puts a value into a label.
func fill(label, value string) string { return strings.ReplaceAll(label, "{0}", value) }

// icons are pictures for buttons, which carry their own labels.
var icons = map[string]string{
	"play": svg(`<path class="when-paused" d="M8 5.2v13.6c0 .8.9 1.3 1.6.9l10.5-6.800a1.1 1.1 0 0 0 0-1.800L9.6 4.300C8.9 3.9 8 4.4 8 5.200z"/>` +
		`<path class="when-playing" d="M7 4.500h2.800a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zm7.2 0H17a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-2.800a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1z"/>`),
	"back":    svg(`<path d="M6 5h2v14H6zM19 6v12a.7.7 0 0 1-1.1.6l-8.2-6a.7.7 0 0 1 0-1.200l8.2-6A.7.7 0 0 1 19 6z"/>`),
	"forward": svg(`<path d="M16 5h2v14h-2zM5 6v12a.7.7 0 0 0 1.1.6l8.2-6a.7.7 0 0 0 0-1.200l-8.2-6A.7.7 0 0 0 5 6z"/>`),
	"list":    svg(`<path d="M4 6h2v2H4zm4 0h12v2H8zM4 11h2v2H4zm4 0h12v2H8zM4 16h2v2H4zm4 0h12v2H8z"/>`),
	"dark":    svg(`<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2v14a7 7 0 0 1 0-14z"/>`),
	"help":    svg(`<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14zm-1 10.500h2v2h-2zM12 6.500c-2 0-3.4 1.3-3.5 3.200h2c.1-.9.6-1.4 1.5-1.4.8 0 1.4.5 1.4 1.2 0 .7-.3 1-1.1 1.6-.9.6-1.3 1.2-1.3 2.300v.6h2V13.600c0-.5.2-.8 1-1.3 1-.7 1.5-1.5 1.5-2.7 0-1.8-1.4-3.1-3.5-3.100z"/>`),
	"place":   svg(`<path d="M11 2h2v3.1A7 7 0 0 1 18.9 11H22v2h-3.1A7 7 0 0 1 13 18.9V22h-2v-3.1A7 7 0 0 1 5.1 13H2v-2h3.1A7 7 0 0 1 11 5.1zm1 5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zm0 2.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"/>`),
}

func svg(paths string) string {
	return `<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">` + paths + `</svg>`
}
