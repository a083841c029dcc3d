package plot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"narrate/internal/output/plain"
)

// Measures of the picture, in pixels.
const (
	margin     = 24.0
	gutter     = 38.0 // for the numbers of the scales
	stripHigh  = 28.0 // of the chapters
	waveHigh   = 220.0
	loudHigh   = 170.0
	between    = 18.0 // of the two
	axisHigh   = 26.0
	keyHigh    = 22.0 // a row
	authorHigh = normal + 6
	factHigh   = 46.0 // a row
	listHigh   = 20.0 // a row
	listWide   = 280.0
	mostListed = 8 // rows of the list of chapters
	leastWave  = 60.0
	leastLoud  = 54.0

	highest  = 0.0 // LUFS at the top of the scale
	lowest   = -42.0
	loudStep = 6.0
)

// picture is a programme that is laid out.
type picture struct {
	programme     *Programme
	survey        *Survey
	pens          *pens
	width, height int

	left, right             float64 // of the panels
	strip, wave, loud, axis float64 // tops
	waveHigh, loudHigh      float64
	key, list               float64 // tops
	bands                   []band
	facts                   []fact
	series                  []float64 // short-term loudness
	rows                    [][]entry // of the key
	listed, across          int       // rows and columns of the list of chapters
	author                  string    // "" for none
}

// band is a chapter as it is drawn.
type band struct {
	number      int
	title, at   string
	start, stop int64
	x, wide     float64
}

func newPicture(programme *Programme, s *Survey, pens *pens, o Options) *picture {
	p := &picture{programme: programme, survey: s, pens: pens, width: o.Width, height: o.Height}
	if p.width == 0 {
		p.width = UsualWidth
	}
	p.left, p.right = margin+gutter, float64(p.width)-margin
	p.series = s.meter.Series()
	p.facts = programme.facts(s)
	p.author = plain.Line(programme.Author)
	p.layBands()
	p.rows = p.keyRows()
	p.listed, p.across = p.listShape()
	p.waveHigh, p.loudHigh = waveHigh, loudHigh
	used := p.lay()
	if p.height == 0 {
		p.height = int(math.Ceil(used))
		return p
	}
	// Where there is no room for all, the waveform and the loudness go first.
	used -= waveHigh + loudHigh
	least := float64(p.height) - leastWave - leastLoud
	if used > least && p.listed > 0 {
		used -= float64(p.listed) * listHigh
		p.listed = 0
	}
	if used > least {
		used -= float64(len(p.rows)) * keyHigh
		p.rows = nil
	}
	for rows := p.factRows(); used > least && rows > 1; rows-- {
		for p.factRows() == rows {
			p.facts = p.facts[:len(p.facts)-1]
		}
		used -= factHigh
	}
	if used > least && p.author != "" {
		p.author = ""
		used -= authorHigh
	}
	room := max(leastWave+leastLoud, float64(p.height)-used)
	p.waveHigh = math.Floor(room * waveHigh / (waveHigh + loudHigh))
	p.loudHigh = room - p.waveHigh
	p.lay()
	return p
}

// lay puts the parts one below the other, and gives the height of all.
func (p *picture) lay() float64 {
	y := p.factsTop() + float64(p.factRows())*factHigh + 6
	p.strip = y
	if len(p.bands) > 0 {
		y += stripHigh
	}
	p.wave = y
	p.loud = p.wave + p.waveHigh + between
	p.axis = p.loud + p.loudHigh
	p.key = p.axis + axisHigh
	p.list = p.key + float64(len(p.rows))*keyHigh + 4
	return p.list + float64(p.listed)*listHigh + margin/2
}

// x is where a frame lies.
func (p *picture) x(frame int64) float64 {
	if p.survey.frames == 0 {
		return p.left
	}
	return p.left + (p.right-p.left)*float64(frame)/float64(p.survey.frames)
}

// layBands lays out the chapters, each up to the next; what lies outside of the
// sound is cut off.
func (p *picture) layBands() {
	for i, c := range p.programme.Chapters {
		stop := p.survey.frames
		if i+1 < len(p.programme.Chapters) {
			stop = min(stop, p.programme.Chapters[i+1].Start)
		}
		begin := max(0, c.Start)
		if begin >= stop {
			continue
		}
		p.bands = append(p.bands, band{
			number: c.Number, title: plain.Shorten(plain.Line(c.Title), mostLetters), at: clock(p.survey.format.Rate.Duration(begin)),
			start: begin, stop: stop, x: p.x(begin), wide: p.x(stop) - p.x(begin),
		})
	}
	if len(p.bands) == 1 && (p.bands[0].title == "" || p.bands[0].title == plain.Line(p.programme.Title)) {
		p.bands = nil // that is the whole, and says nothing
	}
}

// mostLetters is how many letters of a title are ever drawn.
const mostLetters = 200

// factsTop is where the numbers of the heading begin.
func (p *picture) factsTop() float64 {
	y := margin + heading + 8
	if p.author != "" {
		y += authorHigh
	}
	return y
}

// placeFact gives the place of the i-th number of the heading.
func (p *picture) placeFact(i int) (x float64, row int) {
	next := margin
	for _, f := range p.facts[:i+1] {
		wide := max(p.pens.width(f.name, small, false), p.pens.width(f.value, figure, true)) * loose
		if x = next; x > margin && x+wide > p.right {
			x, row = margin, row+1
		}
		next = x + wide + 24
	}
	return x, row
}

func (p *picture) factRows() int {
	_, row := p.placeFact(len(p.facts) - 1)
	return row + 1
}

func (p *picture) draw(c canvas) {
	c.rect(0, 0, float64(p.width), float64(p.height), ground, "")
	p.drawHeading(c)
	c.rect(p.left, p.wave, p.right-p.left, p.waveHigh, panel, "")
	c.rect(p.left, p.loud, p.right-p.left, p.loudHigh, panel, "")
	p.drawMusic(c)
	p.drawSilences(c)
	p.drawScales(c)
	p.drawBands(c)
	p.drawWave(c)
	p.drawPeaks(c)
	p.drawLoudness(c)
	p.drawAxis(c)
	p.drawKey(c)
	if p.listed > 0 {
		p.drawList(c)
	}
}

func (p *picture) drawHeading(c canvas) {
	y := margin + heading
	room := p.right - margin
	lang := p.programme.Lang
	if title := c.shown(cleanTitle(p.programme), true); title != "" {
		size := heading
		for _, smaller := range []float64{figure, normal} {
			if p.pens.width(title, size, true) > room {
				size = smaller
			}
		}
		title = p.pens.fit(title, size, true, room)
		c.text(margin, y, title, style{size: size, bold: true, tint: ink, lang: lang, room: room})
	}
	if p.author != "" {
		y += normal + 8
		author := p.pens.fit(c.shown(p.author, false), normal, false, room)
		c.text(margin, y, author, style{size: normal, tint: muted, lang: lang, room: room})
	}
	for i, f := range p.facts {
		x, row := p.placeFact(i)
		top := p.factsTop() + float64(row)*factHigh
		tint := ink
		if f.bad {
			tint = peak
		}
		c.text(x, top+14, f.name, style{size: small, tint: muted})
		c.text(x, top+14+figure+3, f.value, style{size: figure, bold: true, tint: tint})
	}
}

// numbered reports a title that says its number itself.
func (b *band) numbered() bool {
	rest, found := strings.CutPrefix(b.title, strconv.Itoa(b.number))
	next, _ := utf8.DecodeRuneInString(rest)
	return found && !unicode.IsDigit(next) && !unicode.IsLetter(next)
}

// hint tells a chapter in words.
func (b *band) hint() string {
	if b.title == "" || b.numbered() {
		return strings.TrimSpace(b.title+" ("+b.at) + ")"
	}
	return fmt.Sprintf("%d. %s (%s)", b.number, b.title, b.at)
}

// drawBands draws the chapters: those that are too narrow for a number share a
// band with others, as a picture has only so many columns.
func (p *picture) drawBands(c canvas) {
	const narrow = 1.5
	for i := 0; i < len(p.bands); {
		b := &p.bands[i]
		n := 1
		wide := b.wide
		for wide < narrow && i+n < len(p.bands) {
			wide += p.bands[i+n].wide
			n++
		}
		tint := oddChapter
		if i%2 == 1 {
			tint = evenChapter
		}
		hint := b.hint()
		if n > 1 {
			hint = fmt.Sprintf("%s and %d more", hint, n-1)
		}
		c.rect(b.x, p.strip, wide, stripHigh-4, tint, hint)
		if i > 0 && wide >= 4 {
			c.rect(b.x, p.strip, 1, stripHigh-4, border, "")
		}
		if i > 0 && wide >= 8 {
			c.rect(b.x, p.wave, 0.5, p.axis-p.wave, border, "")
		}
		if n == 1 {
			p.label(c, b)
		}
		i += n
	}
}

// label writes number and title into a chapter's band, as far as they fit.
func (p *picture) label(c canvas, b *band) {
	const pad, near = 6, 3 // from the edges, and where there is a number alone
	x, room := b.x+pad, b.wide-2*pad
	y := p.strip + (stripHigh-4)/2 + normal*0.36
	title := c.shown(b.title, false)
	if number := strconv.Itoa(b.number); !b.numbered() || title == "" {
		wide := p.pens.width(number, normal, true) * loose
		switch {
		case wide <= room:
			c.text(x, y, number, style{size: normal, bold: true, tint: ink})
		case wide <= b.wide-2*near:
			c.text(b.x+b.wide/2, y, number, style{size: normal, bold: true, anchor: middle, tint: ink})
		}
		x += wide + pad
		room -= wide + pad
	}
	if title = p.pens.fit(title, normal, false, room/loose); title != "" {
		c.text(x, y, title, style{size: normal, tint: ink, lang: p.programme.Lang, room: room})
	}
}

// loose is how much wider another font may be than ours.
const loose = 1.16

// allLabelled reports that number and title of every chapter stand in its band.
func (p *picture) allLabelled() bool {
	const pads = 18
	for i := range p.bands {
		b := &p.bands[i]
		wide := p.pens.width(b.title, normal, false)
		if !b.numbered() {
			wide += p.pens.width(strconv.Itoa(b.number), normal, true)
		}
		if wide*loose+pads > b.wide {
			return false
		}
	}
	return true
}

// listShape is in how many rows and columns chapters are listed; no rows where
// all can be read in their bands. It has as many columns as titles leave whole;
// where some are too long for any, as few as there is height for.
func (p *picture) listShape() (rows, columns int) {
	if p.allLabelled() {
		return 0, 0
	}
	columns = max(1, int((p.right-p.left)/listWide))
	rows = mostListed
	for n := columns; n >= 1; n-- {
		high := (len(p.bands) + n - 1) / n
		if high > mostListed {
			break
		}
		rows = high
		columns = (len(p.bands) + rows - 1) / rows
		if p.listFits(columns) {
			break
		}
	}
	return rows, columns
}

// listFits reports that no title is cut in a list of so many columns.
func (p *picture) listFits(columns int) bool {
	for i := range p.bands {
		b := &p.bands[i]
		if p.pens.width(b.title, normal, false) > p.listRoom(b, columns)/loose {
			return false
		}
	}
	return true
}

const listGap = 8 // between the parts of a row of the list

// listTimes is how wide the times in the list are.
func (p *picture) listTimes() float64 {
	return p.pens.width(p.bands[len(p.bands)-1].at, normal, false) * loose
}

// listNumber is how wide a chapter's number is in the list.
func (p *picture) listNumber(b *band) float64 {
	return p.pens.width(strconv.Itoa(b.number), normal, true) * loose
}

// listRoom is the width that a chapter's title has in a list of so many columns.
func (p *picture) listRoom(b *band, columns int) float64 {
	room := (p.right-p.left)/float64(columns) - 3*listGap - p.listTimes()
	if !b.numbered() {
		room -= p.listNumber(b) + listGap
	}
	return room
}

func (p *picture) drawList(c canvas) {
	rows, columns := p.listed, p.across
	wide := (p.right - p.left) / float64(columns)
	times := p.listTimes()
	for i := range p.bands {
		row, column := i%rows, i/rows
		x, y := p.left+float64(column)*wide, p.list+float64(row)*listHigh+normal
		if i == rows*columns-1 && i+1 < len(p.bands) {
			c.text(x, y, fmt.Sprintf("and %d further chapters", len(p.bands)-i), style{size: normal, tint: muted})
			return
		}
		b := &p.bands[i]
		c.text(x, y, b.at, style{size: normal, tint: muted})
		begin := x + times + listGap
		title := c.shown(b.title, false)
		if !b.numbered() || title == "" {
			c.text(begin, y, strconv.Itoa(b.number), style{size: normal, bold: true, tint: ink})
			begin += p.listNumber(b) + listGap
		}
		room := p.listRoom(b, columns)
		if title = p.pens.fit(title, normal, false, room/loose); title != "" {
			c.text(begin, y, title, style{size: normal, tint: ink, lang: p.programme.Lang, room: room})
		}
	}
}

func (p *picture) drawMusic(c canvas) {
	for _, m := range p.programme.Music {
		from, to := p.x(max(0, m.Span.Start)), p.x(min(p.survey.frames, m.Span.End))
		if from >= to {
			continue
		}
		at := clock(p.survey.format.Rate.Duration(max(0, m.Span.Start)))
		c.rect(from, p.wave, max(1, to-from), p.waveHigh, music, "music: "+m.Name+" ("+at+")")
		if p.pens.width(m.Name, small, false)*loose+8 <= to-from {
			c.text(from+4, p.wave+p.waveHigh-5, m.Name, style{size: small, tint: muted})
		}
	}
}

// drawSilences marks long silences; those that would touch in the picture are
// drawn as one.
func (p *picture) drawSilences(c canvas) {
	rate := p.survey.format.Rate
	for i := 0; i < len(p.survey.silences); {
		s := p.survey.silences[i]
		n, stop := 1, s.End
		for i+n < len(p.survey.silences) && p.x(p.survey.silences[i+n].Start)-p.x(stop) < 1 {
			stop = p.survey.silences[i+n].End
			n++
		}
		i += n
		length := fmt.Sprintf("%.1f s", rate.Duration(s.Frames()).Seconds())
		hint := fmt.Sprintf("silence of %s (%s)", length, clock(rate.Duration(s.Start)))
		if n > 1 {
			hint = fmt.Sprintf("%d silences", n)
		}
		from, wide := p.x(s.Start), p.x(stop)-p.x(s.Start)
		c.rect(from, p.wave, max(1, wide), p.waveHigh, pause, hint)
		if n == 1 && p.pens.width(length, small, false)*loose+6 <= wide {
			c.text(from+wide/2, p.wave+14, length, style{size: small, anchor: middle, tint: ink})
		}
	}
}

func (p *picture) drawScales(c canvas) {
	wide := p.right - p.left
	for _, line := range []struct {
		sample float64
		text   string
	}{{1, "0"}, {0.5, "\u22126"}, {0, "dBFS"}, {-0.5, "\u22126"}, {-1, "0"}} {
		y := p.waveAt(line.sample)
		c.rect(p.left, y, wide, 0.5, grid, "")
		c.text(p.left-6, y+small*0.36, line.text, style{size: small, anchor: end, tint: muted})
	}
	for v := lowest; v <= highest; v += loudStep {
		y := p.loudAt(v)
		c.rect(p.left, y, wide, 0.5, grid, "")
		text := strings.Fields(decibels(v, ""))[0]
		text = strings.TrimSuffix(text, ".0")
		if v == highest {
			text = "LUFS"
		}
		if p.loudHigh >= 7*14 || math.Mod(v, 2*loudStep) == 0 {
			c.text(p.left-6, y+small*0.36, text, style{size: small, anchor: end, tint: muted})
		}
	}
}

// waveAt is where a sample of that size lies.
func (p *picture) waveAt(v float64) float64 {
	v = max(-1, min(1, v))
	return p.wave + p.waveHigh/2 - v*(p.waveHigh/2)
}

// loudAt is where that loudness lies.
func (p *picture) loudAt(lufs float64) float64 {
	lufs = max(lowest, min(highest, lufs))
	return p.loud + p.loudHigh*(highest-lufs)/(highest-lowest)
}

// columns is how many columns the panels have: one for each pixel of a PNG.
func (p *picture) columns() int { return int((p.right - p.left) * sharp) }

func (p *picture) drawWave(c canvas) {
	n := p.columns()
	var tops, bottoms, upper, lower []point
	add := func(to *[]point, i int, y float64) {
		x := p.left + float64(i)/sharp
		*to = append(*to, point{x, y}, point{x + 1.0/sharp, y})
	}
	for i := range n {
		w, ok := p.survey.waves.column(i, n, p.survey.frames)
		if !ok {
			continue
		}
		lo, hi := p.survey.span(i, n)
		rms := math.Sqrt(w.square / float64(max(1, hi-lo)*int64(p.survey.format.Channels)))
		const thin = 0.5
		top, bottom := p.waveAt(float64(w.high)), p.waveAt(float64(w.low))
		if bottom-top < thin {
			top, bottom = (top+bottom-thin)/2, (top+bottom+thin)/2
		}
		add(&tops, i, top)
		add(&bottoms, i, bottom)
		add(&upper, i, max(top, p.waveAt(rms)))
		add(&lower, i, min(bottom, p.waveAt(-rms)))
	}
	if len(tops) == 0 {
		return
	}
	c.area(tops, bottoms, waveform)
	c.area(upper, lower, body)
}

// drawPeaks marks where true peaks pass the limit, at the top of the waveform.
func (p *picture) drawPeaks(c canvas) {
	n := int(p.right - p.left)
	for i := 0; i < n; {
		from := i
		for i < n {
			if over, ok := p.survey.peaks.column(i, n, p.survey.frames); !ok || !over {
				break
			}
			i++
		}
		if i > from {
			at := clock(p.survey.format.Rate.Duration(p.survey.frames * int64(from) / int64(n)))
			c.rect(p.left+float64(from), p.wave-3, max(2, float64(i-from)), 10, peak, "true peak above "+decibels(p.programme.Peak, "dBTP")+" ("+at+")")
		}
		i++
	}
}

// stretch is a part of the loudness over time that is on the scale throughout:
// the mean of each column, and its most and its least.
type stretch struct{ mean, high, low []point }

// stretches are short-term loudness, each value in the middle of the three seconds
// that it is of. Silence, and what is below the scale, parts them.
func (p *picture) stretches() []stretch {
	series := p.series
	n := min(len(series), int(p.right-p.left))
	var all []stretch
	under := false // a stretch is under way
	for j := range n {
		from, to := len(series)*j/n, len(series)*(j+1)/n
		sum, most, least := 0.0, math.Inf(-1), math.Inf(1)
		for _, v := range series[from:to] {
			sum += math.Pow(10, v/10)
			most, least = max(most, v), min(least, v)
		}
		mean := 10 * math.Log10(sum/float64(to-from))
		if mean < lowest {
			under = false
			continue
		}
		if !under {
			all, under = append(all, stretch{}), true
		}
		seconds := 1.5 + float64(from+to-1)/20
		x := p.left + (p.right-p.left)*seconds*float64(p.survey.format.Rate)/float64(p.survey.frames)
		s := &all[len(all)-1]
		s.mean = append(s.mean, point{x, p.loudAt(mean)})
		s.high, s.low = append(s.high, point{x, p.loudAt(most)}), append(s.low, point{x, p.loudAt(least)})
	}
	return slices.DeleteFunc(all, func(s stretch) bool { return len(s.mean) < 2 })
}

func (p *picture) drawLoudness(c canvas) {
	stretches := p.stretches()
	if p.spreads() {
		for _, s := range stretches {
			c.area(s.high, s.low, spread)
		}
	}
	if v, ok := p.survey.meter.Integrated(); ok {
		c.rect(p.left, p.loudAt(v)-0.5, p.right-p.left, 1, whole, "")
	}
	if t := p.programme.Target; t != nil {
		c.dashed(p.left, p.loudAt(*t), p.right-p.left, 1.5, target)
	}
	for _, s := range stretches {
		c.line(s.mean, 1.5, loud)
	}
}

// spreads reports that columns have several values of loudness each.
func (p *picture) spreads() bool { return len(p.series) > int(p.right-p.left) }

func (p *picture) drawAxis(c canvas) {
	rate := p.survey.format.Rate
	length := rate.Duration(p.survey.frames)
	if length <= 0 {
		return
	}
	wide := p.right - p.left
	s := step(length, wide, p.pens.width("00:00:00", small, false)+16)
	fine := step(length, wide, 9)
	if s%fine == 0 {
		for at := fine; at <= length; at += fine {
			c.rect(p.x(rate.Frames(at)), p.axis, 0.5, 4, border, "")
		}
	}
	for at := time.Duration(0); at <= length; at += s {
		x := p.x(rate.Frames(at))
		c.rect(x, p.axis, 1, 8, border, "")
		text := mark(at, s)
		if half := p.pens.width(text, small, false) / 2; x+half <= p.right+margin-2 {
			c.text(x, p.axis+8+small, text, style{size: small, anchor: middle, tint: muted})
		}
	}
}

// entry explains a colour.
type entry struct {
	tint tint
	text string
	line bool // whether it is drawn as a line
}

// keyRows are the entries of the key, in rows.
func (p *picture) keyRows() [][]entry {
	all := []entry{{waveform, "waveform", false}, {body, "its RMS", false}}
	if len(p.programme.Music) > 0 {
		all = append(all, entry{music, "music", false})
	}
	if len(p.survey.silences) > 0 {
		all = append(all, entry{pause, longSilence, false})
	}
	if p.survey.passed > 0 {
		all = append(all, entry{peak, "true peak above " + decibels(p.programme.Peak, "dBTP"), false})
	}
	if len(p.stretches()) > 0 {
		all = append(all, entry{loud, "loudness of 3 s", true})
		if p.spreads() {
			all = append(all, entry{spread, "from its least to its most", false})
		}
	}
	if v, ok := p.survey.meter.Integrated(); ok {
		all = append(all, entry{whole, "of the whole: " + decibels(v, "LUFS"), true})
	}
	if t := p.programme.Target; t != nil {
		all = append(all, entry{target, "wanted: " + decibels(*t, "LUFS"), true})
	}
	var rows [][]entry
	x := p.right
	for _, e := range all {
		wide := p.entryWide(e)
		if x+wide > p.right {
			rows = append(rows, nil)
			x = p.left
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += wide
	}
	return rows
}

// swatch is how wide a colour is in the key.
const swatch = 16.0

func (p *picture) entryWide(e entry) float64 {
	return swatch + 6 + p.pens.width(e.text, small, false)*loose + 18
}

func (p *picture) drawKey(c canvas) {
	for i, row := range p.rows {
		x, y := p.left, p.key+float64(i)*keyHigh+6
		for _, e := range row {
			switch {
			case e.tint == target:
				c.dashed(x, y+5, swatch, 2, e.tint)
			case e.line:
				c.rect(x, y+4, swatch, 2, e.tint, "")
			default:
				c.rect(x, y, swatch, 10, e.tint, "")
			}
			c.text(x+swatch+6, y+9, e.text, style{size: small, tint: muted})
			x += p.entryWide(e)
		}
	}
}
