package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"narrate/internal/output"
	"narrate/internal/pcm"
)

const rate = 8000

// tone is a second of sound: a sine of that size.
func tone(size float64) []int16 {
	samples := make([]int16, rate)
	for i := range samples {
		samples[i] = int16(math.Round(32767 * size * math.Sin(2*math.Pi*400*float64(i)/rate)))
	}
	return samples
}

// survey is of a sound in which each number is the size of a second.
func survey(t *testing.T, sizes ...float64) *Survey {
	t.Helper()
	s, err := NewSurvey(pcm.Format{Rate: rate, Channels: 1}, UsualPeak)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range sizes {
		s.Write(tone(size))
	}
	s.End()
	return s
}

func drawn(t *testing.T, p Programme, s *Survey, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Draw(&b, p, s, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPlaces: the waveform, the silence and the peaks lie where they sound, in
// columns of pixels.
func TestPlaces(t *testing.T) {
	s := survey(t, 0.5, 0.5, 0, 0, 0, 0, 0, 0.5, 1, 0.5)
	p := Programme{Title: "T"}
	p.Wants(output.Mastering{})
	const width = 686 // columns: 2 * 600
	img, err := png.Decode(bytes.NewReader(drawn(t, p, s, Options{Kind: PNG, Width: width})))
	if err != nil {
		t.Fatal(err)
	}
	pens, err := newPens()
	if err != nil {
		t.Fatal(err)
	}
	defer pens.close()
	laid := newPicture(&p, s, pens, Options{Kind: PNG, Width: width})
	find := func(c tint) (first, last int) {
		first, last = -1, -1
		for x := 2 * (margin + gutter); x < 2*(width-margin); x++ {
			for y := 2 * int(laid.wave-3); y < 2*int(laid.loud); y++ {
				r, g, b, _ := img.At(int(x), y).RGBA()
				w := palette[c].light
				if uint8(r>>8) == w.R && uint8(g>>8) == w.G && uint8(b>>8) == w.B {
					if first < 0 {
						first = int(x)
					}
					last = int(x)
				}
			}
		}
		return first, last
	}
	const left = 2 * (margin + gutter)
	for _, want := range []struct {
		tint        tint
		first, last float64 // seconds
	}{
		{body, 0, 10},
		{pause, 2, 7},
		{peak, 8, 9},
	} {
		first, last := find(want.tint)
		if math.Abs(float64(first)-left-120*want.first) > 6 || math.Abs(float64(last+1)-left-120*want.last) > 6 {
			t.Errorf("%s from column %d to %d", palette[want.tint].name, first-left, last+1-left)
		}
	}
	middle := img.(*image.RGBA)
	at := func(second float64) (n int) { // pixels of the waveform
		for y := range middle.Bounds().Dy() {
			c := middle.RGBAAt(left+int(120*second), y)
			if w := palette[waveform].light; c.R == w.R && c.G == w.G && c.B == w.B {
				n++
			}
			if w := palette[body].light; c.R == w.R && c.G == w.G && c.B == w.B {
				n++
			}
		}
		return n
	}
	if half, full := at(0.5), at(8.5); math.Abs(float64(half)-waveHigh) > 20 || math.Abs(float64(full)-2*waveHigh) > 40 {
		t.Errorf("half of full scale is %d pixels high, full scale %d", half, full)
	}
}

// titles try what chapters are called.
var titles = []string{
	"Vorwort", `"Quoted" & <b>bold</b>`, "3. Der dritte Tag", "", "\u05D9\u05D5\u05DD \u05E9\u05E0\u05D9", "Kaffee \U0001F469\u200D\U0001F680 \u2615",
	strings.Repeat("Donaudampfschiff", 40), "\x00\x1b[31m\u2028\ufeff", "\u7B2C\u4E00\u7AE0\uFF1A\u5F00\u59CB", strings.Repeat("sehr lang ", 90),
}

// TestLabels: in the row of the chapters no label overlaps another one or
// leaves its chapter, however many there are and however wide the picture is.
func TestLabels(t *testing.T) {
	s := survey(t, make([]float64, 20)...)
	for _, chapters := range []int{1, 2, 30, 2000} {
		p := Programme{Title: titles[1], Author: titles[5], Lang: "de"}
		for i := range chapters {
			p.Chapters = append(p.Chapters, Chapter{i + 1, titles[i%len(titles)], s.frames * int64(i) / int64(chapters)})
		}
		for _, width := range []int{LeastWidth, UsualWidth} {
			picture := drawn(t, p, s, Options{Kind: SVG, Width: width})
			bands, labels := row(t, picture)
			if len(bands) == 0 && chapters > 1 {
				t.Fatalf("%d chapters, %d wide: no bands", chapters, width)
			}
			last := 0.0
			for _, l := range labels {
				inside := false
				for _, b := range bands {
					inside = inside || l[0] >= b[0] && l[1] <= b[1]+0.2
				}
				if !inside || l[0] < last-0.2 {
					t.Errorf("%d chapters, %d wide: a label from %v, after %v, in %v", chapters, width, l, last, bands)
				}
				last = l[1]
			}
		}
	}
}

// row gives the ends of the chapters' bands and of their labels.
func row(t *testing.T, picture []byte) (bands, labels [][2]float64) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	depth, top := 0, -1.0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return bands, labels
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			depth++
			a := map[string]string{}
			for _, attr := range e.Attr {
				a[attr.Name.Local] = attr.Value
			}
			n := func(name string) float64 {
				v, err := strconv.ParseFloat(a[name], 64)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			switch class := strings.Fields(a["class"] + " ")[:min(1, len(strings.Fields(a["class"])))]; {
			case e.Name.Local == "rect" && (class[0] == "odd" || class[0] == "even"):
				top = n("y")
				bands = append(bands, [2]float64{n("x"), n("x") + n("width")})
			case depth == 2 && e.Name.Local == "svg" && n("y") > top && n("y") < top+stripHigh && top >= 0:
				labels = append(labels, [2]float64{n("x"), n("x") + n("width")})
			}
		}
	}
}

// TestLevels: there is no line where there is no loudness, silence has no levels,
// and one that misses what was wanted looks like it.
func TestLevels(t *testing.T) {
	pens, err := newPens()
	if err != nil {
		t.Fatal(err)
	}
	defer pens.close()
	loud, quiet := []float64{0.5, 0.5, 0.5, 0.5}, make([]float64, 6)
	for want, sizes := range [][]float64{quiet, loud, append(append(append([]float64{}, loud...), quiet...), loud...)} {
		s := survey(t, sizes...)
		p := Programme{Title: "T"}
		p.Wants(output.Mastering{Measure: output.LUFS, Level: -16})
		laid := newPicture(&p, s, pens, Options{Kind: SVG})
		if got := laid.stretches(); len(got) != want {
			t.Errorf("%v: %d lines of loudness, want %d", sizes, len(got), want)
		}
		levels := map[string]string{}
		for _, f := range p.facts(s) {
			levels[f.name] = f.value
		}
		if silent := want == 0; (levels["loudness"] == none) != silent || (levels["true peak"] == none) != silent {
			t.Errorf("%v: %v", sizes, levels)
		}
	}
	s := survey(t, loud...)
	measured, _ := s.meter.Integrated()
	for off, want := range map[float64]bool{0: false, 0.9: false, -0.9: false, 1.1: true, -1.1: true} {
		p := Programme{}
		p.Wants(output.Mastering{Measure: output.LUFS, Level: measured + off})
		if f := p.facts(s)[1]; f.name != "loudness" || f.bad != want {
			t.Errorf("%g LU off: %+v", off, f)
		}
	}
}

// TestRoom: titles in the list of chapters are cut only where nothing makes room
// for them, and in the least picture the times of the axis stay inside, whatever
// stands above.
func TestRoom(t *testing.T) {
	pens, err := newPens()
	if err != nil {
		t.Fatal(err)
	}
	defer pens.close()
	s := survey(t, make([]float64, 20)...)
	for _, n := range []int{2, 5, 8, 30} {
		p := Programme{Title: strings.Repeat("Ein langer Titel ", 9), Author: "Jemand"}
		for i := range n {
			p.Chapters = append(p.Chapters, Chapter{i + 1, strings.Repeat("n", 60), s.frames * int64(i) / int64(n)})
		}
		laid := newPicture(&p, s, pens, Options{Kind: SVG})
		if fits := laid.listFits(laid.across); laid.listed > mostListed || fits != (n < 30) {
			t.Errorf("%d chapters in %d rows and %d columns: fit %t", n, laid.listed, laid.across, fits)
		}
		laid = newPicture(&p, s, pens, Options{Kind: SVG, Width: LeastWidth, Height: LeastHeight})
		if end := laid.axis + axisHigh; end > LeastHeight-4 {
			t.Errorf("%d chapters: the axis ends at %g of %d pixels", n, end, LeastHeight)
		}
	}
	const room = 200
	if short := pens.fit("Am Donaudampfschifffahrtsgesellschaftskapitänspatent", heading, true, room); pens.width(short, heading, true) < 0.75*room {
		t.Errorf("%q leaves more than a quarter of the room", short)
	}
}

// TestSizes: any length of sound can be drawn in any size.
func TestSizes(t *testing.T) {
	for _, frames := range []int{0, 1, 100, 4 * rate} {
		s := survey(t)
		s.Write(make([]int16, frames))
		s.End()
		for _, o := range []Options{{SVG, 0, 0}, {SVG, LeastWidth, LeastHeight}, {PNG, LeastWidth, LeastHeight}, {SVG, 500, MostHeight}} {
			p := Programme{Chapters: []Chapter{{1, "a", 0}, {2, "b", 50}, {3, "c", 40}, {4, "d", -5}, {5, "e", 1 << 40}}, Music: []Music{{"intro", pcm.Span{Start: -5, End: 1 << 40}}}}
			picture := drawn(t, p, s, o)
			if o.Kind == SVG {
				if err := xml.Unmarshal(picture, new(struct{})); err != nil {
					t.Errorf("%d frames: %v", frames, err)
				}
				if bytes.Contains(picture, []byte("NaN")) || bytes.Contains(picture, []byte("Inf")) {
					t.Errorf("%d frames: a place that is none", frames)
				}
			} else if c, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil || c.Width != 2*o.Width || o.Height > 0 && c.Height != 2*o.Height {
				t.Errorf("%d frames: %+v, %v", frames, c, err)
			}
		}
	}
	for _, o := range []Options{{"gif", 0, 0}, {SVG, LeastWidth - 1, 0}, {PNG, MostWidth + 1, 0}, {PNG, 0, LeastHeight - 1}, {SVG, 0, MostHeight + 1}} {
		if err := Draw(io.Discard, Programme{}, survey(t), o); err == nil {
			t.Errorf("%+v is drawn", o)
		}
	}
}

// TestBounded: however long the sound is, no more is kept of it than a picture
// needs, and the loudest is not lost.
func TestBounded(t *testing.T) {
	l := ladder[float64]{size: waveRung, both: math.Max}
	const frames = 20*maxRungs*waveRung + 5
	loud := int64(0) // where the loudest is
	for at, size := int64(0), l.size; at < frames; at, size = at+size, l.size {
		if loud == 0 && at >= frames/2 {
			loud = at
			l.add(5000)
			continue
		}
		l.add(float64(at % 1000))
	}
	if len(l.rungs) >= maxRungs || int64(len(l.rungs))*l.size < frames {
		t.Errorf("%d rungs of %d frames", len(l.rungs), l.size)
	}
	for i := range 3000 {
		v, ok := l.column(i, 3000, frames)
		if near := int(loud * 3000 / frames); !ok || i == near && v != 5000 || (i < near-1 || i > near+1) && v >= 1000 {
			t.Fatalf("column %d has %g (%t)", i, v, ok)
		}
	}
}

// TestSteps: marks of the axis are where people count, far enough apart and
// not too far.
func TestSteps(t *testing.T) {
	for _, length := range []time.Duration{time.Millisecond, 10 * time.Second, 5 * time.Minute, time.Hour, 20 * time.Hour, 3000 * time.Hour} {
		for _, width := range []float64{250, 1500, 3900} {
			s := step(length, width, 70)
			if gap := width * float64(s) / float64(length); gap < 70 || gap > 70*3 && s > time.Millisecond {
				t.Errorf("%v in %g pixels: marks every %v, %g pixels apart", length, width, s, gap)
			}
		}
	}
	for want, at := range map[string][2]time.Duration{
		"0:05": {5 * time.Second, time.Second}, "1:30:00": {90 * time.Minute, time.Minute}, "0.05 s": {50 * time.Millisecond, 10 * time.Millisecond},
		"2 s": {2 * time.Second, 500 * time.Millisecond}, "100:00:00": {100 * time.Hour, time.Hour},
	} {
		if got := mark(at[0], at[1]); got != want {
			t.Errorf("%v is %q, want %q", at, got, want)
		}
	}
}

// TestWithoutLetters: a box stands for each sign that the type of a PNG has not.
func TestWithoutLetters(t *testing.T) {
	pens, err := newPens()
	if err != nil {
		t.Fatal(err)
	}
	defer pens.close()
	r := newRaster(10, 10, pens)
	for title, want := range map[string]string{"Kaffee \u2615\uFE0F und Tee": "Kaffee \u25A1 und Tee", "\u05D9\u05D5\u05DD 2": "\u25A1\u25A1\u25A1 2", "\U0001F469\u200D\U0001F680": "\u25A1", "Ночь": "Ночь", "": ""} {
		if got := r.shown(title, false); got != want {
			t.Errorf("%q is shown as %q", title, got)
		}
	}
	for _, bold := range []bool{false, true} {
		if !pens.has([]rune(missing)[0], bold) {
			t.Errorf("the type has no %s", missing)
		}
	}
	for room := range 300 {
		short := pens.fit("Ein Titel aus \U0001F469\u200D\U0001F680 Wörtern", normal, true, float64(room))
		if pens.width(short, normal, true) > float64(room) || strings.Contains(short, "\u200D\u2026") {
			t.Errorf("%q in %d pixels", short, room)
		}
	}
	for want, v := range map[string]float64{"0.0 LU": -0.04, "\u221216.0 LU": -16, "5.3 LU": 5.26} {
		if got := decibels(v, "LU"); got != want {
			t.Errorf("%g is %q", v, got)
		}
	}
}

// BenchmarkSurvey looks at a minute of sound and reports how many times faster
// than that it is.
func BenchmarkSurvey(b *testing.B) {
	const rate, seconds = 44100, 60
	random := rand.New(rand.NewPCG(1, 2))
	sound := make([]int16, rate*seconds)
	for i := range sound {
		swell := math.Sin(float64(i) / rate * 9)
		sound[i] = int16(swell*12000*math.Sin(float64(i)/30) + 2000*(random.Float64()-0.5))
	}
	for b.Loop() {
		s, err := NewSurvey(pcm.Format{Rate: rate, Channels: 1}, UsualPeak)
		if err != nil {
			b.Fatal(err)
		}
		for at := 0; at < len(sound); at += 4096 {
			s.Write(sound[at:min(at+4096, len(sound))])
		}
		s.End()
	}
	b.ReportMetric(float64(b.N)*seconds/b.Elapsed().Seconds(), "times")
}
