// Package ttstest is the conformance suite for speech engines: whatever
// implements tts.Backend must pass Run.
package ttstest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/voices"
)

// Config says what is to be tested.
type Config struct {
	// New makes a backend. The suite closes it.
	New func(testing.TB) tts.Backend
	// Voice is one that the engine has, for a language in Latin letters.
	Voice voices.Voice
	// Slow is a text, and SlowRate the Voice.Rate, that take the engine as long
	// as any, for a request to be cancelled in its midst.
	Slow     string
	SlowRate float64
	// Repeatable says that the same request gives the same bytes, to which the
	// engine is then held.
	Repeatable bool
}

// suite is one run; its backend serves the tests that need no fresh one.
type suite struct {
	Config
	b    tts.Backend
	info tts.Info
}

// Run tests a backend. It runs in empty folders of its own, which must be
// empty afterwards: the working folder, the temporary one and the user's home.
func Run(t *testing.T, c Config) {
	cwd, temp, home := t.TempDir(), t.TempDir(), t.TempDir()
	t.Chdir(cwd)
	t.Setenv("TMPDIR", temp)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	before := children(t)

	s := &suite{Config: c, b: c.New(t)}
	var err error
	if s.info, err = s.b.Info(t.Context()); err != nil {
		t.Fatalf("Info: %v", err)
	}
	t.Run("info", s.testInfo)
	t.Run("empty", s.testEmpty)
	t.Run("hostile", s.testHostile)
	t.Run("unusable", s.testUnusable)
	t.Run("voice", s.testVoice)
	t.Run("check", s.testCheck)
	t.Run("prosody", s.testProsody)
	t.Run("clip", s.testClip)
	t.Run("longest", s.testLongest)
	t.Run("phonemes", s.testPhonemes)
	t.Run("parallel", s.testParallel)
	t.Run("repeatable", s.testRepeatable)
	t.Run("cancel", s.testCancel)
	for range 2 {
		if err := s.b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if after := children(t); after > before {
		t.Errorf("%d child processes after Close, %d before", after, before)
	}
	for what, folder := range map[string]string{"working": cwd, "temporary": temp, "home": home} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Error(err)
		}
		for _, e := range entries {
			t.Errorf("left %s in the %s folder", e.Name(), what)
		}
	}
}

// try speaks text, checks the clip and gives its samples.
func (s *suite) try(b tts.Backend, text string, change ...func(*voices.Voice)) (tts.Clip, []int16, error) {
	r := tts.Request{Text: text, Voice: s.Voice}
	for _, c := range change {
		c(&r.Voice)
	}
	clip, err := b.Synthesize(context.Background(), r)
	if err != nil {
		return tts.Clip{}, nil, err
	}
	if err := check.Clip(r, clip); err != nil {
		return tts.Clip{}, nil, err
	}
	reader, err := clip.Open()
	if err != nil {
		return tts.Clip{}, nil, err
	}
	samples, err := pcm.ReadAll(reader, clip.Frames)
	return clip, samples, errors.Join(err, reader.Close())
}

func (s *suite) testInfo(t *testing.T) {
	if s.b.Name() == "" {
		t.Errorf("name %q", s.b.Name())
	}
	if s.info.Version == "" {
		t.Error("no version")
	}
	if !s.info.Marks && s.info.MarksNote == "" {
		t.Error("no marks, and no note why")
	}
	if s.info.MaxText < 0 || s.info.Parallel < 0 {
		t.Errorf("limits %d and %d", s.info.MaxText, s.info.Parallel)
	}
	names := make(map[string]bool)
	for _, v := range s.info.Voices {
		if v.Name == "" || v.Language == "" || names[v.Name] {
			t.Errorf("voice %+v: no name, no language or listed twice", v)
		}
		names[v.Name] = true
	}
	if !names[s.Voice.Engine] {
		t.Errorf("voice %q is not in the list", s.Voice.Engine)
	}
	again, err := s.b.Info(t.Context())
	if err != nil || again.Version != s.info.Version || len(again.Voices) != len(s.info.Voices) {
		t.Errorf("asked again: %+v, %v", again.Version, err)
	}
	b := s.New(t)
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Info(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Info: %v", err)
	}
	if other, err := b.Info(t.Context()); err != nil || other.Version != s.info.Version {
		t.Errorf("another backend: version %q, not %q, %v", other.Version, s.info.Version, err)
	}
}

func (s *suite) testEmpty(t *testing.T) {
	for _, text := range []string{"", " ", "\t\r\n", "\u00a0", "\u2003\u2028", "\x00", "\x1b\x07"} {
		if _, _, err := s.try(s.b, text); !errors.Is(err, tts.ErrEmpty) {
			t.Errorf("%q: %v, want ErrEmpty", text, err)
		}
	}
	// Some engines call punctuation by name, which is sound.
	for _, text := range []string{".", "…", "?!", "—", "-", "--", "“”", "()", "[[", "]]", "[[]]", "<", "&", "*"} {
		if _, _, err := s.try(s.b, text); err != nil && !errors.Is(err, tts.ErrEmpty) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// testHostile puts between words what engines have been seen to obey, and
// looks for the words around it.
func (s *suite) testHostile(t *testing.T) {
	const before, after = "Seven grey geese went over the hill, ", " and nobody ever saw them again."
	plain, _, err := s.try(s.b, before+after)
	if err != nil {
		t.Fatal(err)
	}
	canary := filepath.Join(t.TempDir(), "canary")
	texts := []string{
		"-f/etc/hostname", "--help", "-s 9999", "[[", "]]", "[[[[", "[[h@l'oU]]", "[ [", "[[_::_:]]",
		"<", ">", "&", "&amp;", "&#0;", "&lt", "<!--", "<![CDATA[", "</speak>", "<speak>", "<p>", "<br", "<mark name='x'/>",
		"<break time='3600s'/>", "<prosody rate='1%'>", "<voice name='xx'>", "<?xml version='1.0'?>",
		"<audio src='file:///dev/zero'/>", fmt.Sprintf(`<audio src="'$(touch %s)'">`, canary),
		fmt.Sprintf("`touch %s`", canary), fmt.Sprintf("$(touch %s)", canary), fmt.Sprintf("; touch %s;", canary),
		"%s%n", `\`, `"`, "'", "{", "|",
		"\x00", "\x01", "\x0180S", "\x01+10S", "\x01V", "\x1b", "\x1b[2J", "\x7f", "\u0080", "\u0085", "\u009b",
		"\n", "\n\n", "\r\n\r\n", "\t", "\v", "\f", "\u2028", "\u2029", "\ufeff", "\ufffd", "\u200b", "\u200d", "\u202e", "\u00ad",
		"\ue000", "\uf8ff", "\U000f0000", "\uffff", "\U0010ffff", "😀", "👩\u200d👩\u200d👧", "e\u0301\u0301\u0301",
		strings.Repeat("-", 100), strings.Repeat("[", 101), strings.Repeat("<", 50), strings.Repeat("\n", 100),
	}
	var group sync.WaitGroup
	limit := make(chan struct{}, 4)
	for i, text := range texts {
		// In front of the text for every third, between its words otherwise.
		whole := before + text + after
		if i%3 == 0 {
			whole = text + before + after
		}
		group.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			clip, _, err := s.try(s.b, whole)
			switch {
			case err != nil:
				t.Errorf("%q: %v", whole, err)
			case clip.Frames < plain.Frames*8/10:
				t.Errorf("%q: words around it were lost: %d frames, %d without it", whole, clip.Frames, plain.Frames)
			}
		})
	}
	group.Wait()
	if _, err := os.Stat(canary); err == nil {
		t.Error("text was run as a command")
	}
}

func (s *suite) testUnusable(t *testing.T) {
	for _, text := range []string{"\xff", "abc\xc3", "caf\xe9 noir", "\xed\xa0\x80", "\xf4\x90\x80\x80"} {
		if _, _, err := s.try(s.b, text); !errors.Is(err, tts.ErrText) {
			t.Errorf("%q: %v, want ErrText", text, err)
		}
	}
	if s.info.MaxText > 0 {
		if _, _, err := s.try(s.b, strings.Repeat("ä", s.info.MaxText+1)); !errors.Is(err, tts.ErrTooLong) {
			t.Errorf("overlong text: %v", err)
		}
		if _, _, err := s.try(s.b, strings.Repeat("word ", 1<<20)); !errors.Is(err, tts.ErrTooLong) {
			t.Errorf("5 MB of text: %v", err)
		}
	}
}

func (s *suite) testVoice(t *testing.T) {
	for _, name := range []string{"", "no-such-voice", "-h", "--version", "../../../etc/passwd", "/etc/passwd", "a\x00b", "\xff", s.Voice.Engine + "+no-such-variant", s.Voice.Engine + "/..", strings.Repeat("x", 10000)} {
		_, _, err := s.try(s.b, "Hello there.", func(v *voices.Voice) { v.Engine = name })
		if !errors.Is(err, tts.ErrVoice) {
			t.Errorf("%.100q: %v, want ErrVoice", name, err)
		} else if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
			t.Errorf("%.100q: not one line of a readable length, but %d bytes: %.200v", name, len(err.Error()), err)
		}
	}
	for _, rate := range []float64{-1, 1e-9, 1000, 1e300} {
		_, _, err := s.try(s.b, "Hello there.", func(v *voices.Voice) { v.Rate = rate })
		if err != nil && !tts.Permanent(err) {
			t.Errorf("rate %g: %v", rate, err)
		}
	}
}

// testCheck holds what a tts.Checker says of a voice against what speaking with
// it comes to.
func (s *suite) testCheck(t *testing.T) {
	if _, ok := s.b.(tts.Checker); !ok {
		return
	}
	factors := []float64{-1, 0, 1e-9, 0.1, 0.25, 0.45, 0.46, 1, 2, 2.57, 2.58, 4, 1000, math.NaN(), math.Inf(1)}
	var all []voices.Voice
	add := func(change func(*voices.Voice)) {
		v := s.Voice
		change(&v)
		all = append(all, v)
	}
	for _, name := range []string{s.Voice.Engine, strings.ToUpper(s.Voice.Engine), "", "no-such-voice", s.Voice.Engine + "+no-such-variant", "\xff"} {
		add(func(v *voices.Voice) { v.Engine = name })
	}
	for _, f := range factors {
		add(func(v *voices.Voice) { v.Rate = f })
		add(func(v *voices.Voice) { v.Pitch = f })
		add(func(v *voices.Voice) { v.Volume = f })
	}
	for _, v := range all {
		says := tts.CheckVoice(t.Context(), s.b, v)
		_, err := s.b.Synthesize(t.Context(), tts.Request{Text: "Hello there.", Voice: v})
		if !errors.Is(err, tts.ErrVoice) {
			err = nil // such as silence: not a matter of whether it has the voice
		}
		if fmt.Sprint(says) != fmt.Sprint(err) || errors.Is(says, tts.ErrVoice) != (err != nil) {
			t.Errorf("%+v: Check says %v, Synthesize %v", v, says, err)
		}
	}
	b := s.New(t)
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tts.CheckVoice(ctx, b, s.Voice); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled Check: %v", err)
	}
}

func (s *suite) testProsody(t *testing.T) {
	const text = "Seven grey geese went over the hill."
	plain, sound, err := s.try(s.b, text)
	if err != nil {
		t.Fatal(err)
	}
	one, same, err := s.try(s.b, text, func(v *voices.Voice) { v.Rate, v.Pitch, v.Volume = 1, 1, 1 })
	if err != nil {
		t.Fatal(err)
	}
	if s.Voice.Rate == 0 && s.Voice.Pitch == 0 && s.Voice.Volume == 0 && (one.Frames != plain.Frames || s.Repeatable && !slices.Equal(sound, same)) {
		t.Error("factors of 1 are not the same as none")
	}
	fast, _, err := s.try(s.b, text, func(v *voices.Voice) { v.Rate = 1.5 })
	if err != nil {
		t.Fatal(err)
	}
	if fast.Frames > one.Frames*9/10 {
		t.Errorf("%d frames at rate 1.5, %d at 1", fast.Frames, one.Frames)
	}
	if _, soft, err := s.try(s.b, text, func(v *voices.Voice) { v.Volume = 0.5 }); err != nil {
		t.Error(err)
	} else if pcm.Peak(soft) > pcm.Peak(same)*9/10 {
		t.Errorf("peak %d at volume 0.5, %d at 1", pcm.Peak(soft), pcm.Peak(same))
	}
	if _, high, err := s.try(s.b, text, func(v *voices.Voice) { v.Pitch = 1.5 }); err != nil {
		t.Error(err)
	} else if slices.Equal(high, same) {
		t.Error("the pitch changes nothing")
	}
}

func (s *suite) testClip(t *testing.T) {
	const text = "  Über grünen Hügeln (sehr weit oben) zogen „sieben“ graue Gänse.  "
	clip, _, err := s.try(s.b, text)
	if err != nil {
		t.Fatal(err)
	}
	open := func() pcm.Reader {
		r, err := clip.Open()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	pcmtest.CheckReader(t, open, clip.Frames)
	// Two readers at once are independent.
	a, b := open(), open()
	defer a.Close()
	defer b.Close()
	x, y := make([]int16, 1000*clip.Format.Channels), make([]int16, 1000*clip.Format.Channels)
	for {
		n, errA := a.Read(x)
		m, errB := b.Read(y)
		if n != m || !slices.Equal(x[:n], y[:m]) || (errA == nil) != (errB == nil) {
			t.Fatal("two readers of one clip differ")
		}
		if errA != nil {
			break
		}
	}
	if !s.info.Marks {
		if len(clip.Marks) != 0 {
			t.Error("marks in spite of Info")
		}
		return
	}
	words := []string{"Über", "grünen", "Hügeln", "sehr", "weit", "oben", "zogen", "sieben", "graue", "Gänse"}
	var got []string
	for _, m := range clip.Marks {
		got = append(got, text[m.Lo:m.Hi])
	}
	if !slices.Equal(got, words) {
		t.Errorf("marked words %q, want %q", got, words)
	}
}

// testLongest speaks as much as Info allows, in letters of two bytes.
func (s *suite) testLongest(t *testing.T) {
	if s.info.MaxText == 0 {
		return
	}
	text := []rune(strings.Repeat("Sieben müde Gänse flögen über öde Hügel, ", s.info.MaxText/40+1))[:s.info.MaxText]
	clip, _, err := s.try(s.b, string(text))
	if err != nil {
		t.Fatal(err)
	}
	short, _, err := s.try(s.b, string(text[:41]))
	if err != nil {
		t.Fatal(err)
	}
	if want := short.Frames * int64(s.info.MaxText/41) / 2; clip.Frames < want {
		t.Errorf("%d characters give %d frames, fewer than %d", s.info.MaxText, clip.Frames, want)
	}
}

// texts are some for tests that need several.
func texts() []string {
	var all []string
	for i := range 10 {
		all = append(all, fmt.Sprintf("Sentence number %d, with %d geese%s", i, 3*i, strings.Repeat(" and one more", i%5))+[]string{".", "!", "?"}[i%3])
	}
	return all
}

func (s *suite) testParallel(t *testing.T) {
	texts := texts()
	serial := make([][]int16, len(texts))
	marks := make([][]tts.Mark, len(texts))
	for i, text := range texts {
		clip, samples, err := s.try(s.b, text)
		if err != nil {
			t.Fatal(err)
		}
		serial[i], marks[i] = samples, clip.Marks
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for k := range texts {
				i := (k*[]int{1, 3, 7, 9}[worker] + worker) % len(texts) // each in its own order
				clip, samples, err := s.try(s.b, texts[i])
				switch {
				case err != nil:
					t.Error(err)
				case s.Repeatable && (!slices.Equal(samples, serial[i]) || !slices.Equal(clip.Marks, marks[i])):
					t.Errorf("%q differs when spoken beside others", texts[i])
				}
			}
		})
	}
	group.Wait()
}

func (s *suite) testRepeatable(t *testing.T) {
	if !s.Repeatable {
		return
	}
	other := s.New(t)
	defer other.Close()
	for _, text := range slices.Backward(texts()) {
		a, x, err := s.try(s.b, text)
		if err != nil {
			t.Fatal(err)
		}
		b, y, err := s.try(other, text)
		if err != nil {
			t.Fatal(err)
		}
		if a.Format != b.Format || !slices.Equal(x, y) || !slices.Equal(a.Marks, b.Marks) {
			t.Errorf("%q: two backends differ", text)
		}
	}
}

func (s *suite) testCancel(t *testing.T) {
	r := tts.Request{Text: "Never to be said.", Voice: s.Voice}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.b.Synthesize(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}

	// A fresh backend, so that all child processes are its own.
	b := s.New(t)
	if _, err := b.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	resident := children(t)
	r.Text, r.Voice.Rate = s.Slow, s.SlowRate
	for i := range 4 {
		want := context.Canceled
		interrupt := func(ctx context.Context, pause time.Duration) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			timer := time.AfterFunc(pause, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		}
		if i == 3 {
			interrupt, want = context.WithTimeout, context.DeadlineExceeded
		}
		// On a fast machine the engine may be done first; then the pause was
		// too long, however long the machine takes.
		for pause := time.Duration(20*(i+1)) * time.Millisecond; ; pause /= 2 {
			ctx, cancel := interrupt(t.Context(), pause)
			_, err := b.Synthesize(ctx, r)
			cancel()
			if err == nil && pause > time.Millisecond {
				continue
			}
			if !errors.Is(err, want) {
				t.Errorf("ended after %v, in the midst: %v, want %v", pause, err, want)
			}
			break
		}
		if n := children(t); n > resident {
			t.Errorf("%d child processes after cancelling, %d before", n, resident)
		}
	}
	if _, _, err := s.try(b, "It goes on after that."); err != nil {
		t.Errorf("after cancelling: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// children counts this process's child processes, dead ones that were not
// waited for included. It knows them on Linux alone; elsewhere it gives 0.
func children(t testing.TB) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Fatalf("cannot read /proc: %v", err)
	}
	n := 0
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// proc(5): pid (name) state ppid …; the name may hold anything.
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if len(fields) > 1 && fields[1] == fmt.Sprint(os.Getpid()) {
			n++
		}
	}
	return n
}
