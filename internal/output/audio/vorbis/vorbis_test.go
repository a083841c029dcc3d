package vorbis

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/output/outputtest"
	"narrate/internal/timeline"
)

func list(fields []Field) string {
	var out strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&out, "%s=%s\n", f.Name, f.Value)
	}
	return out.String()
}

func TestFields(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{Chapters: 3, Rate: 24000, Metadata: outputtest.Metadata(t), Frames: func(int) int64 { return 24000*61 + 12 }})
	e.Timeline.Title = "Titel\x00\n\xff"
	const want = `TITLE=Titel ` + "\ufffd" + `
ARTIST=Ada & <Bob>
ALBUMARTIST=Ada & <Bob>
ALBUM=Das Ganze = „alles“; #1
PERFORMER=Zoë & "Max" <voice>
NARRATOR=Zoë & "Max" <voice>
COMPOSER=Zoë & "Max" <voice>
SERIES=Reihe: סדרה
SERIES-PART=3
DATE=2026-11-29
GENRE=Audiobook
DESCRIPTION=Zeile eins. Zeile zwei mit <b>Markup</b> & "Zitat" 😀.
COMMENT=Zeile eins. Zeile zwei mit <b>Markup</b> & "Zitat" 😀.
ORGANIZATION=Verlag & Söhne
PUBLISHER=Verlag & Söhne
COPYRIGHT=© 2026 Ada
LANGUAGE=de
CONTACT=https://example.org/a?b=1&c=%22d%22
URL=https://example.org/a?b=1&c=%22d%22
ENCODER=narrate 0.0-test
CHAPTER001=00:00:00.000
CHAPTER001NAME=Vorwort
CHAPTER001URL=https://example.org/one
CHAPTER002=00:01:01.026
CHAPTER002NAME="Quoted" & 'so', <b>bold</b> &amp; more
CHAPTER003=00:02:02.051
CHAPTER003NAME=00:00:01.000 --> 00:00:02.000
CHAPTER003URL=https://example.org/three?x=1&y=2
`
	if got := list(Fields(e)); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	part := e.Cut(e.Timeline.Chapters[1].Span, "Zwei", 2, 3)
	if got := list(Fields(part)); !strings.Contains(got, "TRACKNUMBER=2\nTRACKTOTAL=3\n") {
		t.Errorf("no track in %s", got)
	}
}

// TestChapters: how many are numbered, and which of too many are told.
func TestChapters(t *testing.T) {
	for _, c := range []struct {
		chapters    int
		level       func(i int) int
		first, last string // names
		told, deep  int
	}{
		{0, nil, "", "", 0, 0},
		{1, nil, "CHAPTER001", "CHAPTER001", 1, 0},
		{999, nil, "CHAPTER001", "CHAPTER999", 999, 0},
		{1000, nil, "CHAPTER000", "CHAPTER999", 1000, 0},
		{1001, nil, "CHAPTER000", "CHAPTER999", 1000, 0},
		{1500, func(i int) int { return 1 + i%2 }, "CHAPTER000", "CHAPTER999", 1000, 250},
		{1500, func(i int) int { return min(i, 2) }, "CHAPTER000", "CHAPTER999", 1000, 998},
	} {
		line := &timeline.Timeline{Rate: 1000}
		for i := range c.chapters {
			ch := timeline.Chapter{Level: 1}
			if c.level != nil {
				ch.Level = c.level(i)
			}
			line.Chapters = append(line.Chapters, ch)
		}
		deep := 0
		for _, told := range atMost(line.Chapters, maxChapters) {
			if told.Level == 2 {
				deep++
			}
		}
		fields := chapters(output.Edition{Timeline: line})
		if len(fields) != c.told || c.told > 0 && (fields[0].Name != c.first || fields[len(fields)-1].Name != c.last) {
			t.Errorf("%d chapters: %d told", c.chapters, len(fields))
		}
		if deep != c.deep {
			t.Errorf("%d chapters: %d of the second level told, want %d", c.chapters, deep, c.deep)
		}
	}
}

func TestClock(t *testing.T) {
	for n, want := range map[int64]string{
		0: "00:00:00.000", 1: "00:00:00.001", 59999: "00:00:59.999", 60000: "00:01:00.000",
		3599999: "00:59:59.999", 3600000: "01:00:00.000", 359999999: "99:59:59.999", 360000000: "100:00:00.000",
	} {
		if got := clock(1000, n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestGains(t *testing.T) {
	for _, c := range []struct {
		level  *output.Level
		number int
		want   string
	}{
		{nil, 0, ""},
		{&output.Level{Loudness: -16, TruePeak: -1}, 0, `R128_TRACK_GAIN=-1792
R128_ALBUM_GAIN=-1792
REPLAYGAIN_TRACK_GAIN=-2.00 dB
REPLAYGAIN_TRACK_PEAK=0.891251
REPLAYGAIN_ALBUM_GAIN=-2.00 dB
REPLAYGAIN_ALBUM_PEAK=0.891251
`},
		{&output.Level{Loudness: -23.5, TruePeak: 0}, 2, "R128_ALBUM_GAIN=128\nREPLAYGAIN_ALBUM_GAIN=+5.50 dB\nREPLAYGAIN_ALBUM_PEAK=1.000000\n"},
		{&output.Level{Loudness: math.Inf(-1), TruePeak: math.Inf(-1)}, 0, ""},
		{&output.Level{Loudness: math.NaN()}, 0, ""},
	} {
		e := output.Edition{Timeline: &timeline.Timeline{Number: c.number}, Level: c.level}
		if got := list(append(R128(e), ReplayGain(e)...)); got != c.want {
			t.Errorf("%+v: %s, want %s", c.level, got, c.want)
		}
	}
}

func TestComments(t *testing.T) {
	got, err := Comments("v\x00", []Field{{"A", "b"}, {"C", ""}})
	if want := "\x01\x00\x00\x00v\x02\x00\x00\x00\x03\x00\x00\x00A=b\x02\x00\x00\x00C="; err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzClean: a value is one line of UTF-8, and clean already.
func FuzzClean(f *testing.F) {
	for _, s := range append(outputtest.Titles, outputtest.Texts...) {
		f.Add(s)
	}
	f.Add("\xff\xc0")
	f.Fuzz(func(t *testing.T, text string) {
		got := audio.Line(text)
		if strings.ContainsAny(got, "\r\n\x00") || strings.ToValidUTF8(got, "") != got || audio.Line(got) != got {
			t.Errorf("%q", got)
		}
	})
}
