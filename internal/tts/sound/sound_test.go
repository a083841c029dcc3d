package sound

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
	"narrate/internal/pcm/wav"
	"narrate/internal/tts"
)

var mono = pcm.Format{Rate: 24000, Channels: 1}

// wave gives the samples as a WAVE file.
func wave(t testing.TB, f pcm.Format, samples []int16) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.wav")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wav.NewWriter(file, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(samples), w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// through has a program turn in into what it prints.
func through(t testing.TB, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// encode gives the samples as ffmpeg writes them into a file.
func encode(t testing.TB, f pcm.Format, samples []int16, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	all := slices.Concat([]string{"-v", "error", "-f", "wav", "-i", "pipe:0"}, args, []string{path})
	through(t, wave(t, f, samples), "ffmpeg", all...)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// streamed is a WAVE file as it is written into a pipe, with lengths that are
// not known yet.
func streamed(b []byte, length uint32) []byte {
	b = slices.Clone(b)
	binary.LittleEndian.PutUint32(b[4:], length)
	binary.LittleEndian.PutUint32(b[bytes.Index(b, []byte("data"))+4:], length)
	return b
}

func bytesOf(samples []int16) []byte {
	var b []byte
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// samplesOf reads a clip, which must keep to its contract.
func samplesOf(t testing.TB, clip tts.Clip) []int16 {
	t.Helper()
	return pcmtest.CheckReader(t, func() pcm.Reader {
		r, err := clip.Open()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}, clip.Frames)
}

// What loses nothing comes in sample by sample, whatever it was called.
func TestExact(t *testing.T) {
	stereo := pcm.Format{Rate: 44100, Channels: 2}
	for _, f := range []pcm.Format{mono, stereo} {
		samples := pcmtest.Noise(f, 1, 0.3, 12345)
		w := wave(t, f, samples)
		for name, c := range map[string]struct {
			format Format
			data   []byte
		}{
			"wav":                   {Format{Name: WAV}, w},
			"wav by OpenAI":         {Format{Name: WAV}, streamed(w, 0xffffffff)},
			"wav by espeak-ng":      {Format{Name: WAV}, streamed(w, 0x7ffff000)},
			"wav in place of mp3":   {Format{Name: MP3}, w},
			"wav in place of pcm":   {Format{Name: PCM, Rate: 8000, Channels: 1}, w},
			"pcm":                   {Format{Name: PCM, Rate: f.Rate, Channels: f.Channels}, bytesOf(samples)},
			"flac":                  {Format{Name: FLAC}, encode(t, f, samples, "-f", "flac")},
			"flac without a length": {Format{Name: FLAC}, through(t, w, "ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "flac", "pipe:1")},
			"flac in place of wav":  {Format{Name: WAV}, encode(t, f, samples, "-f", "flac")},
		} {
			clip, err := Decode(t.Context(), c.format, c.data)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if clip.Format != f || clip.Frames != 12345 || !slices.Equal(samplesOf(t, clip), samples) {
				t.Errorf("%s: %v, %d frames, or other samples", name, clip.Format, clip.Frames)
			}
		}
	}
}

// Bare samples that look like a frame of MP3 or AAC are bare samples; MP3 where
// they were asked for is MP3.
func TestBare(t *testing.T) {
	format := Format{Name: PCM, Rate: 24000, Channels: 1}
	for _, first := range []string{"\xff\xfb\x90\x00", "\xff\xf1\x50\x80", "\x00\x00\x00\x00", "\xff\xff\xff\xff", "OggS\x00\x02"} {
		data := append([]byte(first), bytesOf(pcmtest.Noise(mono, 2, 0.1, 500))...)
		clip, err := Decode(t.Context(), format, data)
		if err != nil || clip.Format != mono || clip.Frames != int64(len(data)/2) || !bytes.Equal(bytesOf(samplesOf(t, clip)), data) {
			t.Errorf("%q: %d frames, %v", first, clip.Frames, err)
		}
	}
	f := pcm.Format{Rate: 48000, Channels: 2}
	clip, err := Decode(t.Context(), format, encode(t, f, pcmtest.Tone(f, 440, 0.5, 9600), "-id3v2_version", "0", "-write_id3v1", "0", "-f", "mp3"))
	if err != nil || clip.Format != f || clip.Frames != 9600 {
		t.Errorf("mp3 in place of pcm: %v, %d frames, %v", clip.Format, clip.Frames, err)
	}
}

// Opus gives the length that went in; AAC adds the priming of its encoder, in
// front, and fills its last frame.
func TestLossy(t *testing.T) {
	f := pcm.Format{Rate: 48000, Channels: 1}
	samples := pcmtest.Tone(f, 300, 0.5, 50001)
	for _, c := range []struct {
		name        string
		args        []string
		least, most int64
		late        int64
	}{
		{Opus, []string{"-c:a", "libopus", "-b:a", "64k", "-f", "ogg"}, 50001, 50001, 0},
		{AAC, []string{"-c:a", "aac", "-b:a", "96k", "-f", "adts"}, 51025, 52224, 1024},
	} {
		clip, err := Decode(t.Context(), Format{Name: c.name}, encode(t, f, samples, c.args...))
		if err != nil {
			t.Fatal(err)
		}
		got := samplesOf(t, clip)
		if clip.Format != f || clip.Frames < c.least || clip.Frames > c.most {
			t.Errorf("%s: %v, %d frames", c.name, clip.Format, clip.Frames)
		}
		if d := shift(samples, got[c.late:], 1); d != 0 {
			t.Errorf("%s: %d frames from where it should be", c.name, d)
		}
	}
}

// What is no whole sound gives the right kind of error, and says what it is.
func TestRefused(t *testing.T) {
	samples := pcmtest.Noise(mono, 3, 0.3, 24000)
	w := wave(t, mono, samples)
	flac := encode(t, mono, samples, "-f", "flac")
	opus := encode(t, mono, samples, "-c:a", "libopus", "-f", "ogg")
	aac := encode(t, mono, samples, "-c:a", "aac", "-f", "adts")
	mp3 := encode(t, mono, samples, "-f", "mp3")
	damaged := func(b []byte) []byte {
		b = slices.Clone(b)
		copy(b[len(b)/2:], "damage, damage, damage, damage")
		return b
	}
	header := bytes.Index(w, []byte("data")) + 8
	firstPage := opus[:bytes.LastIndex(opus, []byte("OggS"))]
	for _, c := range []struct {
		name  string
		data  []byte
		kind  error
		want  string
		short bool
	}{
		{WAV, nil, tts.ErrEmpty, "the answer is empty", false},
		{PCM, nil, tts.ErrEmpty, "the answer is empty", false},
		{WAV, w[:header], tts.ErrBroken, "0 of 24000 frames", true},
		{WAV, streamed(w, 0xffffffff)[:header], tts.ErrEmpty, "wav sound of no frames", false},
		{WAV, w[:30], tts.ErrBroken, "the header is cut", true},
		{WAV, w[:len(w)-2], tts.ErrBroken, "23999 of 24000 frames", true},
		{WAV, streamed(w, 0xffffffff)[:len(w)-1], tts.ErrBroken, "ends inside frame", true},
		{PCM, bytesOf(samples)[:4001], tts.ErrBroken, "4001 bytes are not whole frames of 2", true},
		{MP3, mp3[:len(mp3)-200], tts.ErrBroken, "mp3: the last of", true},
		{MP3, mp3[:len(mp3)/2], tts.ErrBroken, "mp3: the last of", true},
		{FLAC, flac[:len(flac)/2], tts.ErrBroken, "", false},
		{FLAC, flac[:len(flac)-9], tts.ErrBroken, "", false},
		{FLAC, flac[:100], tts.ErrBroken, "", false},
		{FLAC, damaged(flac), tts.ErrBroken, "", false},
		{Opus, opus[:len(opus)-9], tts.ErrBroken, "ogg: the page at byte", true},
		{Opus, firstPage, tts.ErrBroken, "ogg: the page that is marked as the last is missing", true},
		{Opus, damaged(opus), tts.ErrBroken, "ogg: the page at byte", false},
		{AAC, aac[:len(aac)-9], tts.ErrBroken, "aac: the frame at byte", true},
		{AAC, aac[:3], tts.ErrBroken, "aac: the frame at byte 0 is cut", true},
		{AAC, append(slices.Clone(aac), "junk and more junk"...), tts.ErrBroken, "aac: no frame at byte", false},
		{MP3, []byte(`{"error": {"message": "quota"}}`), tts.ErrBroken, `mp3 sound was asked for, and the answer is JSON: "{\"error\": {\"message\": \"quota\"}}"`, false},
		{PCM, []byte("<!DOCTYPE html>\n<html><title>Bad gateway</title>" + strings.Repeat("<p>x</p>", 4000)), tts.ErrBroken, `the answer is a web page: "<!DOCTYPE html> <html><title>Bad gateway</title>`, false},
		{WAV, []byte("<?xml version='1.0'?><Error>no</Error>"), tts.ErrBroken, "the answer is XML", false},
		{WAV, []byte("\ufeffService Unavailable"), tts.ErrBroken, "the answer is text", false},
		{WAV, []byte("\x00\x01\x02\x03"), tts.ErrBroken, "begins with the bytes 00 01 02 03", false},
		{WAV, []byte("\x00\x00\x00\x18ftypM4A "), tts.ErrBroken, "nor any other that narrate reads", false},
		{Opus, encode(t, mono, samples[:9000], "-c:a", "libvorbis", "-f", "ogg"), tts.ErrBroken, "nor any other that narrate reads", false},
	} {
		_, err := Decode(t.Context(), Format{Name: c.name, Rate: 24000, Channels: 1}, c.data)
		if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.want) || c.short && !errors.Is(err, pcm.ErrShort) && c.kind == tts.ErrBroken {
			t.Errorf("%s, %d bytes: got %v, want %v with %q", c.name, len(c.data), err, c.kind, c.want)
		}
		if tts.Permanent(err) || strings.Contains(fmt.Sprint(err), "\n") || len(fmt.Sprint(err)) > 2600 {
			t.Errorf("%s, %d bytes: %v", c.name, len(c.data), err)
		}
	}
	if _, err := Decode(t.Context(), Format{Name: PCM}, []byte{1, 0}); !errors.Is(err, tts.ErrBroken) {
		t.Errorf("pcm of no rate: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, Format{Name: WAV}, w); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// A small file that becomes a large one is stopped.
func TestLimit(t *testing.T) {
	silence := make([]int16, 100000)
	w := wave(t, mono, silence)
	for name, data := range map[string][]byte{WAV: w, PCM: bytesOf(silence), FLAC: encode(t, mono, silence, "-f", "flac"), MP3: encode(t, mono, silence, "-f", "mp3")} {
		f := Format{Name: name, Rate: 24000, Channels: 1}
		if _, samples, err := decode(t.Context(), f, data, 100000); err != nil || len(samples) != 100000 {
			t.Errorf("%s: %d samples, %v", name, len(samples), err)
		}
		// The bytes of a WAVE header count for ffmpeg's output, too.
		if _, _, err := decode(t.Context(), f, data, 97000); err == nil || !strings.Contains(err.Error(), "more than") && !strings.Contains(err.Error(), "longer than") {
			t.Errorf("%s, too long: %v", name, err)
		}
	}
}

// Without ffmpeg, what needs it says so, and the rest works.
func TestNoFFmpeg(t *testing.T) {
	samples := pcmtest.Noise(mono, 3, 0.3, 2400)
	w, flac := wave(t, mono, samples), encode(t, mono, samples, "-f", "flac")
	t.Setenv("PATH", t.TempDir())
	if _, err := Decode(t.Context(), Format{Name: FLAC}, flac); !errors.Is(err, tts.ErrMissing) || !strings.Contains(err.Error(), "ffmpeg") {
		t.Errorf("got %v", err)
	}
	if err := Ready(t.Context(), Opus); !errors.Is(err, tts.ErrMissing) {
		t.Errorf("ready: %v", err)
	}
	if _, err := Decode(t.Context(), Format{Name: WAV}, w); err != nil || Ready(t.Context(), MP3) != nil {
		t.Error(err)
	}
}

func TestSniff(t *testing.T) {
	for data, want := range map[string]string{
		"":                                "",
		" \n ":                            "",
		"RIFF\x00\x00\x00\x00WAVEfmt ":    WAV,
		"RIFF\x00\x00\x00\x00AVI LIST":    "",
		"fLaC\x00":                        FLAC,
		"ID3\x04":                         MP3,
		"\xff\xfb\x90":                    MP3,
		"\xff\xf3\x90":                    MP3,
		"\xff\xf1\x50":                    AAC,
		"\xff\xf9\x50":                    AAC,
		"\xff":                            "",
		" {\"a\": 1}":                     jsonText,
		"[1]":                             jsonText,
		"<!doctype HTML><p>":              htmlText,
		"\n<HTML>":                        htmlText,
		"<Error/>":                        xmlText,
		"No such voice":                   plainText,
		"caf\xc3":                         "",
		"a\x00b":                          "",
		strings.Repeat("é", 600):          plainText,
		"x" + strings.Repeat("é", 600):    plainText,
		strings.Repeat("é", 512) + "\xff": plainText,
	} {
		if got := Sniff([]byte(data)); got != want {
			t.Errorf("%.20q: %q, want %q", data, got, want)
		}
	}
	if s := start([]byte(strings.Repeat("ab\n", 1000) + "\xff")); len([]rune(s)) != 201 || strings.Contains(s, "\n") {
		t.Errorf("start: %q", s)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint8(0), wave(f, mono, make([]int16, 100)))
	f.Add(uint8(1), []byte("\xff\xfb\x90\x00"))
	f.Add(uint8(2), []byte("\x01\x00\x02\x00"))
	f.Add(uint8(4), []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x13OpusHead"))
	f.Add(uint8(5), []byte("\xff\xf1\x50\x80\x00\xff\xfc"))
	f.Fuzz(func(t *testing.T, format uint8, data []byte) {
		switch Sniff(data) {
		case FLAC, Opus, AAC: // a process each
			if err := errors.Join(wholeOgg(data), wholeADTS(data)); err == nil && len(data) > 0 {
				t.Error("both")
			}
			if flacFrames(data) < 0 {
				t.Error("a negative length")
			}
			return
		}
		clip, err := Decode(t.Context(), Format{Names()[int(format)%len(Names())], 24000, 1}, data)
		if err != nil {
			if !errors.Is(err, tts.ErrBroken) && !errors.Is(err, tts.ErrEmpty) {
				t.Error(err)
			}
			return
		}
		samplesOf(t, clip)
	})
}
