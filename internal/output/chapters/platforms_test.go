package chapters

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
)

func TestYouTube(t *testing.T) {
	outputtest.Run(t, func() output.Format { return YouTube{} }, outputtest.Options{Check: func(t *testing.T, path string, e output.Edition) {
		text := read(t, path)
		list := parse(t, text, regexp.MustCompile(`^(?:(\d+):)?(\d\d?):(\d\d) (\S.*)$`), e)
		for i, m := range list[1:] {
			if m.start-list[i].start < 10 {
				t.Errorf("chapter %d lasts %d s", i, m.start-list[i].start)
			}
		}
		if strings.ContainsAny(text, "<>") || utf8.RuneCountInString(text) > 5000 {
			t.Errorf("YouTube refuses %.200q", text)
		}
	}})
}

func TestSpotify(t *testing.T) {
	outputtest.Run(t, func() output.Format { return Spotify{} }, outputtest.Options{Check: func(t *testing.T, path string, e output.Edition) {
		text := read(t, path)
		for i, m := range parse(t, text, regexp.MustCompile(`^\((?:(\d\d):)?(\d\d):(\d\d)\) (\S.*)$`), e) {
			if n := utf8.RuneCountInString(m.title); n >= 40 {
				t.Errorf("title %d has %d characters", i, n)
			}
		}
		if utf8.RuneCountInString(text) > 4000 {
			t.Errorf("a list of %d characters", utf8.RuneCountInString(text))
		}
	}})
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var anyClock = regexp.MustCompile(`\d:\d`)

// parse reads the lines as a platform does: each must be of the form, hold one
// time only, and its time be later than that of the line before.
func parse(t *testing.T, text string, form *regexp.Regexp, e output.Edition) []mark {
	t.Helper()
	var list []mark
	for line := range strings.Lines(text) {
		m := form.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Fatalf("line %q", line)
		}
		at := int64(0)
		for _, digits := range m[1:4] {
			n, err := strconv.Atoi("0" + digits)
			if err != nil {
				t.Fatal(err)
			}
			at = at*60 + int64(n)
		}
		if anyClock.MatchString(m[4]) {
			t.Errorf("title %q holds a time", m[4])
		}
		if len(list) == 0 && at != 0 || len(list) > 0 && at <= list[len(list)-1].start {
			t.Errorf("%d s after %v", at, list)
		}
		if last := e.Timeline.Frames / int64(e.Timeline.Rate); at > last {
			t.Errorf("%d s of %d", at, last)
		}
		list = append(list, mark{start: at, title: m[4]})
	}
	if len(list) == 0 {
		t.Fatal("no lines")
	}
	return list
}

// hostile are titles that try to be more than titles.
var hostile = []string{
	"Vorwort", "2:30 Uhr\nund 1:2:3", "<b>fett</b> & \"so\"", "", "\u05E4\u05E8\u05E7 \u05D0\u05F3\t1",
	"Ein Titel, der so lang ist, dass er nirgends hinpasst", strings.Repeat("\u7AE0", 60), "# = ; \\ [CHAPTER]",
}

// TestPlatformBytes: exactly these lines.
func TestPlatformBytes(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{
		Chapters: 8, Rate: 8000, Pause: -1, Titles: hostile, Frames: func(i int) int64 { return int64(8000*(5+600*i)) + 7999 },
	})
	for _, c := range []struct {
		f    output.Format
		want string
	}{
		{YouTube{}, "0:00 2\u223630 Uhr und 1\u22362\u22363\n10:11 \uFF1Cb\uFF1Efett\uFF1C/b\uFF1E & \"so\"\n30:17 4\n" +
			"1:00:23 \u05E4\u05E8\u05E7 \u05D0\u05F3 1\n1:40:29 Ein Titel, der so lang ist, dass er nirgends hinpasst\n" +
			"2:30:35 " + strings.Repeat("\u7AE0", 60) + "\n3:30:41 # = ; \\ [CHAPTER]\n"},
		{Spotify{}, "(00:00) Vorwort\n(00:05) 2\u223630 Uhr und 1\u22362\u22363\n(10:11) \uFF1Cb\uFF1Efett\uFF1C/b\uFF1E & \"so\"\n(30:17) 4\n" +
			"(01:00:23) \u05E4\u05E8\u05E7 \u05D0\u05F3 1\n(01:40:29) Ein Titel, der so lang ist, dass er\u2026\n" +
			"(02:30:35) " + strings.Repeat("\u7AE0", 38) + "\u2026\n(03:30:41) # = ; \\ [CHAPTER]\n"},
	} {
		if got := string(outputtest.Write(t, c.f, e)); got != c.want {
			t.Errorf("%s: got\n%s, want\n%s", c.f.Info().Name, got, c.want)
		}
	}
}

// TestFitting: a list that is too long for a description is thinned.
func TestFitting(t *testing.T) {
	list := marks(line(make([]int64, 26), nil), same, 0)
	for _, most := range []int{1, 3, 20, 51, 52, 100} {
		got := fitting(list, most, func(m mark) string { return m.title })
		if n := utf8.RuneCountInString(got); n > max(2, most) || n < min(52, most-4) || got[0] != 'A' {
			t.Errorf("%d characters of %d: %q", n, most, got)
		}
	}
	if got := fitting(nil, 5, nil); got != "" {
		t.Errorf("nothing gives %q", got)
	}
}

// TestNoChapters: a programme without chapters gives an empty list, and a cue
// sheet of one track.
func TestNoChapters(t *testing.T) {
	e := outputtest.Edition(t, outputtest.Spec{})
	e.Timeline.Chapters = nil
	for _, f := range all {
		got := string(outputtest.Write(t, f, e))
		empty := map[string]bool{"youtube": true, "spotify": true, "mp4chaps": true, "labels": true}
		if empty[f.Info().Name] != (got == "") {
			t.Errorf("%s: %q", f.Info().Name, got)
		}
	}
}

var all = []output.Format{Format{}, YouTube{}, Spotify{}, FFMetadata{}, MP4Chaps{}, Cue{}, Labels{}}
