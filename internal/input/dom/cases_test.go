package dom

// cases are pages with what becomes of them.
var cases = []struct{ page, want string }{
	{`<h1>Ein <b>Titel</b></h1><p>Kaffee &amp; <i>Kuchen</i>.<br>Zweite&nbsp;Zeile<br><br>Dritter Absatz`, `
heading1 "Ein Titel"
	strong "Titel"
paragraph "Kaffee & Kuchen. Zweite\u00a0Zeile"
	emphasis "Kuchen"
	line-break at 16
paragraph "Dritter Absatz"
`},
	{`<div role=heading aria-level=4>Vier</div><h2><div>Teil</div><div>Zwei</div></h2>lose <div>Text</div> danach`, `
heading4 "Vier"
heading2 "Teil Zwei"
	line-break at 4
paragraph "lose"
paragraph "Text"
paragraph "danach"
`},
	{`<ol start=3 type=a><li>Eins<li><p>Zwei</p><p>Mehr</p><ul><li>innen</ul><li><a href="http://x.example/">Link</a></ol><ol reversed><li>x<li value=7>y</ol><ol type=I start=4><li>z</ol>`, `
list-item items=[1] "c) Eins"
	generated "c)"
list-item items=[2] "d) Zwei"
	generated "d)"
list-item items=[2] "Mehr"
list-item items=[2 3] "innen"
list-item items=[4] "e) Link"
	generated "e)"
	link "Link" http://x.example/
list-item items=[5] "2. x"
	generated "2."
list-item items=[6] "7. y"
	generated "7."
list-item items=[7] "IV) z"
	generated "IV)"
`},
	{`<ul><li>a<blockquote>b<ul><li>c</ul></blockquote><pre>d</pre><li><h3>e</h3>f<table><tr><th>g<th>h<tr><td rowspan=9999>i<td colspan=0>j</table><ol><li><ol><li>k</ol></ol></ul>l`, `
list-item items=[1] "a"
quote items=[1] quoted "b"
list-item items=[1 2] quoted "c"
code items=[1] "d"
heading3 "e"
list-item items=[3] "f"
table group=1 items=[3] "g · h"
	cell 0 header "g"
	cell 1 header "h"
	generated "·"
table group=1 items=[3] "i · j"
	cell 0 rows=1000 "i"
	cell 1 "j"
	generated "·"
list-item items=[3 4 5] "1. 1. k"
	generated "1."
	generated "1."
paragraph "l"
`},
	{`<dl><dt>Wort<dd>Erklärung</dl>`, `
list-item items=[1] "Wort"
list-item items=[2] "Erklärung"
`},
	{`<blockquote lang=en><p>He said <q>go <q>now</q></q>.</p></blockquote><p>Sie sagte <q lang=de>geh</q>.`, `
quote lang=en quoted "He said “go ‘now’”."
	generated "“"
	generated "‘"
	generated "’"
	generated "”"
paragraph "Sie sagte „geh“."
	foreign "„geh“" de
	generated "„"
	generated "“"
`},
	{`<pre>

  code
    more &lt;
</pre><hr><pre class=verse>Zeile eins
Zeile zwei</pre>`, `
code "  code\n    more <"
break ""
paragraph "Zeile eins Zeile zwei"
	line-break at 10
`},
	{`<table><caption>Werte</caption><thead><tr><th>A<th>B<th>C<tbody><tr><td rowspan=2>1<td colspan=2>2<tr><td>3<td>4</table>`, `
caption group=1 "Werte"
table group=1 "A · B · C"
	cell 0 header "A"
	cell 1 header "B"
	cell 2 header "C"
	generated "·"
	generated "·"
table group=1 "1 · 2"
	cell 0 rows=2 "1"
	cell 1 columns=2 "2"
	generated "·"
table group=1 "3 · 4"
	cell 1 "3"
	cell 2 "4"
	generated "·"
`},
	{`<table><tr><td><p>Layout</p></td></tr></table><table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table><table><tr><td>x<td><p>long</p><p>text</p><p>cell</p><tr><td>y<td>z</table>`, `
paragraph "Layout"
paragraph "a"
paragraph "b"
paragraph "c"
paragraph "d"
table group=1 "x · long text cell"
	cell 0 "x"
	cell 1 "long text cell"
	generated "·"
	line-break at 9
	line-break at 14
table group=1 "y · z"
	cell 0 "y"
	cell 1 "z"
	generated "·"
`},
	{`<p>Wort<sup><a href="#fn1" id=r1>1</a></sup>, <a href="#fn2" role=doc-noteref>*</a> und 10<sup>2</sup> H<sub>2</sub>O, 1<sup>st</sup>, Wort.<sup>7</sup></p><ol class=footnotes><li id=fn1><p>Die Note <a href="#r1">↩</a></p><li id=fn2>Noch eine <a href="#r1">zurück</a></ol>`, `
paragraph "Wort, und 10² H₂O, 1st, Wort."
	note-ref at 4 1
	note-ref at 5 2
	raised "st"
footnote note=1 "Die Note"
footnote note=2 "Noch eine"
dropped mark of a note: "1"
dropped mark of a note: "*"
dropped mark of a note: "7"
dropped back link: "↩"
dropped back link: "zurück"
`},
	{`<p>Text [<a href="#n1">1</a>] weiter</p><p id=n1>[1] Die Note</p><p>Seite <a href="#s2">2</a></p><h2 id=s2>Abschnitt</h2>`, `
paragraph "Text weiter"
	note-ref at 4 1
footnote note=1 "Die Note"
paragraph "Seite 2"
heading2 "Abschnitt"
dropped mark of a note: "["
dropped mark of a note: "1"
dropped mark of a note: "]"
dropped mark of a note: "[1]"
`},
	{`<p>Rand<span class=sidenote>eine Randnote</span> weiter</p>`, `
paragraph "Rand weiter"
	note-ref at 4 1
footnote note=1 "eine Randnote"
`},
	{`<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup> x<ol class="references"><li id="cite_note-1"><span class="mw-cite-backlink"><b><a href="#cite_ref-1">^</a></b></span> <span class="reference-text">Quelle</span></li></ol>`, `
paragraph "x"
	note-ref at 0 1
footnote note=1 "Quelle"
dropped mark of a note: "[1]"
dropped back link: "^"
`},
	{`<figure><img src=x alt="Ein Bild"><figcaption>Unter <p>schrift</p></figcaption></figure><p>Im <img alt=Bild> Satz</p><p><a href="x"><img alt=allein></a></p><p><img alt="IMG_1.jpg">Text</p><svg aria-label="Zeichnung"><text>drin</text></svg>`, `
image group=1 "Ein Bild"
caption group=1 "Unter schrift"
	line-break at 5
paragraph "Im Bild Satz"
	alt "Bild"
image "allein"
paragraph "Text"
image "Zeichnung"
dropped text in a drawing: "drin"
`},
	{`<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>です
日本
<b>語</b> und
Text</p>`, `
paragraph "漢字です日本語 und Text"
	instead "漢" かん
	instead "字" じ
	strong "語"
`},
	{`<p lang=fr>Bonjour <span lang=de>Tag</span></p><div lang=es><p>Hola</p></div><p>Das <i lang=en>is</i></p>`, `
paragraph lang=fr "Bonjour Tag"
	foreign "Tag" de
paragraph lang=es "Hola"
paragraph "Das is"
	foreign "is" en
	emphasis "is"
`},
	{`<div hidden>h</div><nav><a href=x>a</a> <a href=y>b</a></nav><p>a <del>b</del> c <ins>d</ins> <span style="display: none">e</span></p><button>f</button><noscript>g</noscript><p>x <span aria-hidden=true>i</span></p><span epub:type=pagebreak>12</span>`, `
paragraph "a c d"
paragraph "x"
dropped hidden: "h"
dropped navigation: "a b"
dropped struck out: "b"
dropped hidden: "e"
dropped form control: "f"
dropped for browsers without scripts: "g"
dropped hidden: "i"
dropped page number: "12"
`},
	{`<aside><p>Kasten</p></aside><details><summary>Auf</summary>Inhalt</details><dialog>zu</dialog><template>nie</template>`, `
paragraph aside "Kasten"
paragraph "Auf"
paragraph "Inhalt"
dropped hidden: "zu"
`},
	{`<p><abbr title="zum Beispiel">z. B.</abbr> <a href="https://e.example/a">Link</a> <a href="#x">Anker</a></p><h2 id=x>Titel<a class=headerlink href="#x">¶</a></h2>`, `
paragraph "z. B. Link Anker"
	abbr "z. B." zum Beispiel
	link "Link" https://e.example/a
heading2 "Titel"
dropped link to its own place: "¶"
`},
	{`<p>Formel <math alttext="a plus b"><mi>a</mi><mo>+</mo><mi>b</mi><annotation>a+b</annotation></math></p>`, `
paragraph "Formel a+b"
	instead "a+b" a plus b
dropped annotation of a formula: "a+b"
`},
	{`<table>lose<tr><td>x<td>y<tr><td>z<td>w</table>`, `
paragraph "lose"
table group=1 "x · y"
	cell 0 "x"
	cell 1 "y"
	generated "·"
table group=1 "z · w"
	cell 0 "z"
	cell 1 "w"
	generated "·"
`},
	{`<p>a<wbr>b so&shy;ft &lt;b&gt; &#x1F600; &notit; שלום <bdo dir=rtl>x</bdo></p>`, `
paragraph "ab soft <b> 😀 ¬it; שלום x"
`},
	{`<p>Halb ist <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>, <math><msup><mi>x</mi><mn>2</mn></msup> <mo>+</mo> <msub><mi>a</mi><mn>1</mn></msub></math>, <math><msqrt><mn>2</mn></msqrt></math>, <math><mroot><mi>y</mi><mn>3</mn></mroot></math>.</p>`, `
paragraph "Halb ist 1/2, x²+a₁, √2, ∛y."
	generated "/"
	generated "√"
	generated "∛"
dropped degree of a root: "3"
`},
	{`<p><math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><msup><mi>c</mi><mrow><mi>k</mi><mo>-</mo><mi>j</mi></mrow></msup></mfrac></math> <math><mfenced><mi>u</mi><mi>v</mi></mfenced><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover></math></p>`, `
paragraph "(a+b)/c^(k-j) (u,v)∑iⁿ"
	generated "("
	generated ")"
	generated "/"
	generated "^"
	generated "("
	generated ")"
	generated "("
	generated ","
	generated ")"
`},
	{`<p><math><semantics><mrow><mi>v</mi></mrow><annotation encoding="text/plain">speed</annotation><annotation encoding="application/x-tex">v_{0}</annotation></semantics></math></p>`, `
paragraph "v"
	instead "v" speed
dropped annotation of a formula: "speed v_{0}"
`},
	{`<p>Nimm 3<sup>1</sup>/<sub>2</sub> Tassen, <sup>3</sup>⁄<sub>4</sub> Liter.</p>`, `
paragraph "Nimm 3 1/2 Tassen, 3⁄4 Liter."
	raised "1"
	lowered "2"
	raised "3"
	lowered "4"
`},
	{`<p>Drittens mit <a href="#n4"><sup>4</sup></a>, und <a href="#n5"><sup>5</sup></a> weiter.<sup>†</sup> Also a<sup>*</sup>.</p><ol><li id=n4>Vier<li id=n5>Fünf</ol>`, `
paragraph "Drittens mit, und weiter. Also a*."
	note-ref at 12 1
	note-ref at 17 2
	raised "*"
footnote note=1 "Vier"
footnote note=2 "Fünf"
dropped mark of a note: "4"
dropped mark of a note: "5"
dropped mark of a note: "†"
`},
	{`<p>Sand.<sup class="noprint Inline-Template">[<i><a href="/w">citation needed</a></i>]</sup> Mehr<sup class=reference><a href="#c1">[1]</a></sup></p><ol><li id=c1><span class=mw-cite-backlink>^ <a href="#x"><sup>a</sup></a></span> <span>Quelle. <a href="other.html">Back</a></span></ol><p><a href="other.html">Back</a></p>`, `
paragraph "Sand. Mehr"
	note-ref at 10 1
footnote note=1 "Quelle."
paragraph "Back"
	link "Back" other.html
dropped remark for editors: "[citation needed]"
dropped mark of a note: "[1]"
dropped back link: "^ a"
dropped back link: "Back"
`},
	{"<pre>Die See, die See,\nsie ruft mich sehr.\n\nDoch ich bleib hier.</pre><pre>make all\nmake install</pre><pre><code>Das ist Code,\nDas ist er.</code></pre><pre class=screen>Wie geht es?\nGut geht es.</pre><pre>Name:  Otto\nOrt:   Ulm</pre>", `
paragraph "Die See, die See, sie ruft mich sehr."
	line-break at 17
paragraph "Doch ich bleib hier."
code "make all\nmake install"
code "Das ist Code,\nDas ist er."
code "Wie geht es?\nGut geht es."
code "Name:  Otto\nOrt:   Ulm"
`},
}
