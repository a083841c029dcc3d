package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"narrate/internal/ffmpeg"
)

// A piece of twelve seconds that sounds as an audiobook's chapter does: bursts
// of two tones with pauses, 0.7 s of silence before and 2 s after. %s is its
// amplitude, and what else is in it.
const (
	bursts  = "(sin(1900*t)+0.5*sin(7000*t))*between(t,0.7,10)*lt(mod(t-0.7,2),1.5)"
	chapter = "0.163*" + bursts + "+0.0002*(random(0)-0.5)"
)

func run(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command("ffmpeg", append([]string{"-v", "error", "-y"}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%q: %v: %s", args, err, out)
	}
}

// computed are the files of formulas, which take ffmpeg longer to compute than
// all else, in a folder of theirs.
var (
	computed = map[string]string{}
	folder   string
)

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "check-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// compute gives a file of a formula, with all its digits.
func compute(t testing.TB, formula string) string {
	t.Helper()
	path := computed[formula]
	if path == "" {
		path = filepath.Join(folder, strconv.Itoa(len(computed))+".wav")
		run(t, "-f", "lavfi", "-i", "aevalsrc='"+formula+"':s=44100:d=12", "-c:a", "pcm_f64le", path)
		computed[formula] = path
	}
	return path
}

// sound writes a file of a formula.
func sound(t testing.TB, path, formula string, args ...string) string {
	t.Helper()
	run(t, slices.Concat([]string{"-i", compute(t, formula)}, args, []string{"-map_metadata", "-1", "-metadata", "title=One", "file:" + path})...)
	return path
}

func target(t testing.TB, names ...string) []Target {
	t.Helper()
	var all []Target
	for _, name := range names {
		one, err := FindTarget(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func number(t testing.TB, r *Result, measure string) float64 {
	t.Helper()
	for _, row := range r.Rows {
		if row.Measure == measure && row.Number != nil {
			return *row.Number
		}
	}
	t.Errorf("%s: no %s", r.File, measure)
	return math.NaN()
}

// TestFiles makes files that differ from a good one in one thing each.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	cbr := []string{"-b:a", "192k"}
	for name, test := range map[string]struct {
		formula string
		args    []string
		wanted  string
		tell    []string
	}{
		"good.mp3":     {chapter, cbr, "acx", nil},
		"low.mp3":      {chapter, []string{"-b:a", "128k"}, "acx", []string{"bit_rate"}},
		"vbr.mp3":      {chapter, []string{"-q:a", "4"}, "acx", []string{"bit_rate", "bit_rate_mode"}},
		"rate.mp3":     {chapter, append(cbr, "-ar", "48000"), "acx", []string{"rate"}},
		"joint.mp3":    {chapter, append(cbr, "-ac", "2", "-af", "volume=3dB"), "acx", []string{"channels", "stereo_mode"}},
		"lossless.wav": {chapter, nil, "acx", []string{"container", "codec"}},
		"late.mp3":     {chapter, append(cbr, "-af", "adelay=600"), "acx", []string{"head"}},
		"short.mp3":    {chapter, append(cbr, "-t", "10.4"), "acx", []string{"tail"}},
		"soft.mp3":     {chapter, append(cbr, "-af", "volume=-5dB"), "acx", []string{"rms"}},
		"peak.mp3":     {chapter + "+0.6*between(t,9,9.01)*sin(1900*t)", cbr, "acx", []string{"sample_peak", "true_peak"}},
		"noisy.mp3":    {chapter + "+0.006*(random(1)-0.5)", cbr, "acx", []string{"noise_floor"}},
		"clipped.flac": {"1.7*" + bursts, nil, "", []string{"true_peak", "clipped"}},
		"gap.flac":     {"(" + chapter + ")*(1-between(t,1.3005,1.33))", nil, "", []string{"dropouts"}},
		"dead.flac":    {chapter, []string{"-af", "pan=stereo|c0=c0|c1=0*c0"}, "", []string{"dead_channels"}},
		"silent.flac":  {"0", nil, "", []string{"loudness"}},
		"pause.flac":   {chapter, []string{"-af", "apad=pad_dur=0,aloop=1:529200,volume=0:enable='between(t,9,19.5)'"}, "", []string{"longest_pause"}},
		"wide.flac":    {chapter, []string{"-ac", "6"}, "spotify", []string{"codec", "channels", "bit_rate", "loudness"}},
	} {
		path := sound(t, filepath.Join(dir, name), test.formula, test.args...)
		var wanted []Target
		if test.wanted != "" {
			wanted = target(t, test.wanted)
		}
		r, err := File(t.Context(), path, wanted)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if told := telling(r.Rows, r.Passed); !slices.Equal(told, test.tell) {
			t.Errorf("%s: %v tell, want %v", name, told, test.tell)
			for _, row := range r.Rows {
				if row.Verdict == Fail || row.Verdict == Note {
					t.Log(row)
				}
			}
		}
		if name == "good.mp3" {
			if head, tail := number(t, r, "head"), number(t, r, "tail"); math.Abs(head-0.7) > 0.02 || math.Abs(tail-2) > 0.02 {
				t.Errorf("head %v, tail %v", head, tail)
			}
			if !slices.Contains(r.Fits, "acx") || slices.Contains(r.Fits, "apple") || number(t, r, "length") != 12 || number(t, r, "bit_rate") != 192 {
				t.Errorf("%+v", r)
			}
		}
	}
}

// TestLevels holds the levels against ffmpeg's own filters.
func TestLevels(t *testing.T) {
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"a.mp3":  {"-b:a", "128k"},
		"b.m4a":  {"-ac", "2", "-af", "pan=stereo|c0=c0|c1=0.3*c0"},
		"c.opus": nil,
		"d.flac": {"-ar", "22050"},
		"e.wav":  {"-ar", "48000", "-af", "volume=11dB"},
	} {
		path := sound(t, filepath.Join(dir, name), chapter+"+0.05*(random(2)-0.5)*(1+sin(t))", args...)
		r, err := File(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af", "ebur128=peak=true,astats=measure_perchannel=none", "-f", "null", "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for measure, want := range map[string]struct {
			pattern   string
			tolerance float64
		}{
			"loudness":       {`I: +(-?[0-9.]+) LUFS\n +Threshold`, 0.1},
			"loudness_range": {`LRA: +(-?[0-9.]+) LU\n +Threshold`, 0.4},
			"true_peak":      {`Peak: +(-?[0-9.]+) dBFS`, 0.2},
			"rms":            {`RMS level dB: (-?[0-9.]+)`, 0.1},
			"sample_peak":    {`Peak level dB: (-?[0-9.]+)`, 0.1},
		} {
			found := regexp.MustCompile(want.pattern).FindAllStringSubmatch(string(out), -1)
			if len(found) == 0 {
				t.Fatalf("%s: %s: nothing in %s", name, measure, out)
			}
			oracle, err := strconv.ParseFloat(found[len(found)-1][1], 64)
			if err != nil {
				t.Fatal(err)
			}
			if got := number(t, r, measure); math.Abs(got-oracle) > want.tolerance+0.05 {
				t.Errorf("%s: %s is %v, ffmpeg has %v", name, measure, got, oracle)
			}
		}
	}
}

// TestWholeFile reads chapters, tags and cover of real files.
func TestWholeFile(t *testing.T) {
	dir := t.TempDir()
	meta, png := filepath.Join(dir, "meta.txt"), filepath.Join(dir, "cover.png")
	text := ";FFMETADATA1\ntitle=A Talk\nartist=A. Speaker\nalbum=Talks\n"
	for i, title := range []string{"One", "Two", "Three"} {
		text += fmt.Sprintf("[CHAPTER]\nTIMEBASE=1/1000\nSTART=%d\nEND=%d\ntitle=%s\n", i*4000, i*4000+4000, title)
	}
	if err := os.WriteFile(meta, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, "-f", "lavfi", "-i", "color=red:s=1500x1500,format=rgb24", "-frames:v", "1", png)
	for _, name := range []string{"a.mp3", "b.m4a"} {
		path := filepath.Join(dir, name)
		run(t, "-i", compute(t, chapter), "-i", meta, "-i", png, "-map", "0", "-map", "2", "-map_metadata", "1", "-map_chapters", "1",
			"-c:v", "copy", "-disposition:v", "attached_pic", "-b:a", "96k", "-af", "volume=2.7dB", path)
		r, err := File(t.Context(), path, target(t, "apple", "youtube"))
		if err != nil {
			t.Fatal(err)
		}
		told := telling(r.Rows, r.Passed)
		if !slices.Equal(slices.DeleteFunc(told, func(m string) bool { return m == "bit_rate" }), []string{"shortest_chapter"}) {
			t.Errorf("%s: %v tell\n%+v", name, told, r.Rows)
		}
		for measure, want := range map[string]string{
			"chapters": "3", "first_chapter": "0 s", "chapter_order": "0", "shortest_chapter": "4 s", "title": "A Talk", "artist": "A. Speaker", "album": "Talks",
			"cover": "PNG", "cover_width": "1500 px", "cover_shape": "square", "cover_colour": "RGB", "length": "0:00:12",
		} {
			i := slices.IndexFunc(r.Rows, func(row Row) bool { return row.Measure == measure })
			if i < 0 || r.Rows[i].Value != want {
				t.Errorf("%s: %s: %d, want %q", name, measure, i, want)
			}
		}
	}
}

// TestJSON pins the names of the fields.
func TestJSON(t *testing.T) {
	r, err := File(t.Context(), sound(t, filepath.Join(t.TempDir(), "a.mp3"), chapter, "-b:a", "128k"), target(t, "acx"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"measure":"bit_rate","label":"bit rate","value":"128 kb/s","number":128,"unit":"kb/s","target":"acx","wanted":"at least 192 kb/s","verdict":"fail","fix":"`; !strings.Contains(string(out), want) {
		t.Errorf("no %s in %s", want, out)
	}
	if want := `"passed":false,"targets":["general","acx"],"fits":["spotify","youtube"]`; !strings.Contains(string(out), want) {
		t.Errorf("no %s in %s", want, out)
	}
}

// TestBroken: each gives one clear error, or fails for its damage alone.
func TestBroken(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "missing.mp3"): fs.ErrNotExist,
		dir:                               ffmpeg.ErrNoFile,
		write("empty.mp3", nil):           ffmpeg.ErrEmpty,
		write("text.mp3", bytes.Repeat([]byte("Words of a text. "), 500)): ffmpeg.ErrNoSound,
		write("zeros.m4a", make([]byte, 100000)):                          ffmpeg.ErrNoSound,
	} {
		r, err := File(t.Context(), path, nil)
		if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
	}
	for name, args := range map[string][]string{
		"a.mp3": {"-b:a", "128k"}, "b.m4a": {"-movflags", "faststart"}, "c.flac": nil, "d.opus": nil, "e.wav": nil, "f.ogg": {"-c:a", "libvorbis"},
	} {
		whole, err := os.ReadFile(sound(t, filepath.Join(dir, name), chapter, args...))
		if err != nil {
			t.Fatal(err)
		}
		part := len(whole) * 2 / 3
		r, err := File(t.Context(), write("cut-"+name, whole[:part]), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if told := telling(r.Rows, r.Passed); len(told) == 0 || told[0] != "damage" || len(told) > 1 && told[1] != "chapters_end" {
			t.Errorf("%s cut at %d of %d: %v tell", name, part, len(whole), told)
		}
		if slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Measure == "loudness" }) {
			t.Errorf("%s cut: its loudness is told", name)
		}
	}
	a, err := os.ReadFile(filepath.Join(dir, "a.mp3"))
	if err != nil {
		t.Fatal(err)
	}
	// Behind each other, they are no file of one rate.
	b, err := os.ReadFile(sound(t, filepath.Join(dir, "b.mp3"), chapter, "-ar", "22050", "-id3v2_version", "0", "-write_id3v1", "0", "-write_xing", "0"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"joined.mp3": slices.Concat(a, b),
		"junk.mp3":   slices.Concat(a[:len(a)/2], []byte("something else"), a[len(a)/2:]),
	} {
		r, err := File(t.Context(), write(name, data), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if told := telling(r.Rows, r.Passed); !slices.Equal(told, []string{"damage"}) {
			t.Errorf("%s: %v tell", name, told)
		}
	}
}

func TestCancel(t *testing.T) {
	path := sound(t, filepath.Join(t.TempDir(), "a.flac"), chapter, "-compression_level", "0", "-af", "aloop=60:529200")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if r, err := File(ctx, path, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, %v", r, err)
	}
}
