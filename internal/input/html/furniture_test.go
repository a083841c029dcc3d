package html

import (
	"fmt"
	"strings"
	"testing"

	"narrate/internal/document"
	"narrate/internal/input"
)

const filler = "<p>Before it stands a paragraph, with words, commas and things that make it count as the text of an article.</p>"

// What a box in the middle of an article, or at its end, becomes.
func TestFurniture(t *testing.T) {
	const (
		read  = "read"
		aside = "aside"
		gone  = "gone"
	)
	for _, c := range []struct{ box, want, atEnd string }{
		// Prose stays, whatever its class.
		{`<div class="sidebar"><p class="title"><b>TIP</b></p><p>MARK stands in a box of a manual. It explains a detail.</p></div>`, aside, aside},
		{`<div class="related"><p>MARK is a full sentence, with words enough.</p></div>`, aside, gone},
		{`<div class="related-concepts"><p>MARK is a full sentence, with words enough.</p></div>`, read, read},
		{`<p class="share-of-market">MARK has a share of the market.</p>`, read, read},
		{`<div class="gdpr"><p>MARK tells what the regulation asks for.</p></div>`, aside, aside},
		{`<div class="toc"><p>MARK is a full sentence, with words enough.</p></div>`, aside, aside},
		{`<div class="banner"><p>MARK ends in a colon, and what it says is long enough to be taken for a sentence of the text:</p></div>`, aside, aside},
		{`<div class="menu"><p>MARK 吾輩は猫である。名前はまだ無い。どこで生れたか。</p></div>`, aside, aside},
		{`<section class="social"><h2>Social aspects</h2><p>MARK is what bees do together, all summer.</p></section>`, read, read},
		{`<section class="comments-on-method"><h2>On the method</h2><p>MARK was measured twice, and by two people.</p></section>`, read, read},
		{`<section class="comments"><h2>Comments</h2><p>MARK is what a reader thinks of it.</p></section>`, read, gone},
		{`<div class="note"><p>MARK</p></div>`, read, read},
		{`<div class="sidebar"><p>MARK is told in <a href="https://x.example/a-very-long-address-of-a-page-that-has-the-details">https://x.example/a-very-long-address-of-a-page-that-has-the-details</a></p><p>It is worth the time.</p></div>`, aside, aside},
		{`<div class="newsletter"><p>MARK was the first letter of news, and it came by ship each month.</p></div>`, aside, aside},
		// Calls to the reader, labels, buttons and links go.
		{`<div class="newsletter-signup"><h3>MARK Sign up</h3><p>Get the best stories every morning.</p><form><input type=email><button>Go</button></form></div>`, gone, gone},
		{`<div class="subscription-widget"><p>MARK Thanks for reading! Subscribe for free to receive new posts.</p></div>`, gone, gone},
		{`<div class="cookie-notice"><p>MARK We value your privacy and use cookies on this page.</p></div>`, gone, gone},
		{`<div class="related"><h3>MARK</h3><ul><li><a href="/1">Fishermen are angry about the new plan.</a></li></ul></div>`, gone, gone},
		{`<div class="share"><a href="/t">MARK Tweet</a> <a href="/f">Post</a></div>`, gone, gone},
		{`<div class="meta">MARK Jan 3</div>`, gone, gone},
		{`<p class="button-wrapper"><a class="button primary" href="/s">MARK</a></p>`, gone, gone},
		{`<p><a href="#">MARK Tweet this</a></p>`, gone, gone},
		{`<div id="siteNotice">MARK Donate now!</div>`, gone, gone},
		{`<div id="siteSub">MARK From a free encyclopedia</div>`, gone, gone},
	} {
		box := c.box
		for i, want := range []string{c.want, c.atEnd} {
			page := "<html lang=en><body><main><article><h1>Title</h1>" + strings.Repeat(filler, 4) + box
			if i == 0 {
				page += strings.Repeat(filler, 4)
			}
			doc := readPage(t, page+"</article></main>")
			got := gone
			for _, b := range doc.Blocks {
				if strings.Contains(b.Text, "MARK") {
					if got = read; b.Aside {
						got = aside
					}
				}
			}
			if got != want {
				t.Errorf("%s\nis %s, not %s, at the end: %v", box, got, want, i == 1)
			}
		}
	}
}

func readPage(t *testing.T, page string) *document.Document {
	t.Helper()
	return read(t, input.Source{Data: []byte(page)})
}

// Labels that say nothing of an article go where they stand alone.
func TestLabels(t *testing.T) {
	for text, gone := range map[string]bool{
		"Advertisement": true, "Anzeige": true, "Werbung": true, "Subscribe now": true, "1.2K claps": true, "4 min read": true,
		"Jan 3 · 4 min read": true, "Tweet this": true, "5 Min. Lesezeit": true,
		"An advertisement": false, "Share of market.": false, "He had 4 minutes to read it.": false, "Follow the sun": false,
	} {
		doc := readPage(t, "<html lang=en><body><main><article><h1>Title</h1>"+strings.Repeat(filler, 3)+"<div><span>"+text+"</span></div>"+filler)
		found := false
		for _, b := range doc.Blocks {
			found = found || b.Text == text
		}
		if found == gone {
			t.Errorf("%q: read %v", text, found)
		}
	}
}

// The head of a manual's page is none of its text, as its foot is not.
func TestManualHead(t *testing.T) {
	doc := readPage(t, `<html lang=en><body><p id="title"><a href="http://x.example"><img alt="Product Site" src=l.png></a><a href="i.html"><img alt="Docs" src=r.png></a></p>
<ul class="docnav top"><li><a accesskey="p" href="a.html">Prev</a></li><li>The Handbook of Clocks</li><li><a accesskey="n" href="c.html">Next</a></li></ul>
<div class="section"><h2>2. Winding</h2>`+strings.Repeat(filler, 6)+`</div>
<ul class="docnav"><li><a accesskey="p" href="a.html">Prev 1. Tools</a></li><li><a accesskey="n" href="c.html">Next 3. Oil</a></li></ul></body></html>`)
	if doc.Blocks[0].Text != "2. Winding" || len(doc.Blocks) != 7 {
		t.Errorf("%d blocks, the first %q", len(doc.Blocks), doc.Blocks[0].Text)
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "Home": 0, "By Eve Stone": 0, "© 2024 Blog. Imprint. Privacy.": 0, "on May 2. By Eve": 0, "This is one.": 1, "That is what he thinks of it.": 1,
		"This is one. And this is two!": 2, "Er kam am 3. Mai zu uns.": 1, "v1.2 is out": 0, "吾輩は猫である、名前は。": 1,
		fmt.Sprint(strings.Repeat("word ", 15)): 1,
	} {
		if got := sentences(text); got != want {
			t.Errorf("%q: %d, not %d", text, got, want)
		}
	}
}
