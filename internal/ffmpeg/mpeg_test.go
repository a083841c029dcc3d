package ffmpeg

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func walk(t *testing.T, data []byte) MPEG {
	t.Helper()
	m, err := walkMPEG(bufio.NewReaderSize(bytes.NewReader(data), 256<<10))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReadMPEG(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct {
		args []string
		want MPEG
	}{
		"cbr":    {[]string{"-b:a", "96k"}, MPEG{BitRate: 96000, Constant: true, Gapless: true}},
		"joint":  {[]string{"-b:a", "128k", "-ac", "2"}, MPEG{BitRate: 128000, Constant: true, Joint: true, Gapless: true}},
		"plain":  {[]string{"-b:a", "128k", "-ac", "2", "-joint_stereo", "0"}, MPEG{BitRate: 128000, Constant: true, Gapless: true}},
		"mpeg2":  {[]string{"-b:a", "64k", "-ar", "24000"}, MPEG{BitRate: 64000, Constant: true, Gapless: true}},
		"mpeg25": {[]string{"-b:a", "32k", "-ar", "11025", "-ac", "2", "-joint_stereo", "0"}, MPEG{BitRate: 32000, Constant: true, Gapless: true}},
		"bare":   {[]string{"-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0"}, MPEG{BitRate: 96000, Constant: true}},
		"tagged": {[]string{"-b:a", "96k", "-write_id3v1", "1", "-metadata", "title=x"}, MPEG{BitRate: 96000, Constant: true, Gapless: true}},
	} {
		path := encode(t, filepath.Join(dir, name+".mp3"), test.args...)
		got, err := ReadMPEG(path)
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// Cut in the midst of the last frame, and further on behind many.
		for _, part := range []int{len(data)/2 + 50, len(data) - 140} {
			if got := walk(t, data[:part]); got.Cut == "" || got.Other != "" {
				t.Errorf("%s: %d of %d: %+v", name, part, len(data), got)
			}
		}
		for _, trailer := range []string{"\x00\x00\x00", "APETAGEX and more", "\x00TAG" + strings.Repeat("x", 125)} {
			if name == "tagged" { // has one
				break
			}
			if got := walk(t, append(data[:len(data):len(data)], trailer...)); got != test.want {
				t.Errorf("%s with %.9q: %+v", name, trailer, got)
			}
		}
		if got := walk(t, append(data[:len(data):len(data)], "no tag at all"...)); got.Other == "" && name != "tagged" {
			t.Errorf("%s with a text: %+v", name, got)
		}
	}
	vbr, err := ReadMPEG(encode(t, filepath.Join(dir, "vbr.mp3"), "-q:a", "2"))
	if err != nil || vbr.Constant || vbr.BitRate < 32000 || vbr.BitRate > 320000 {
		t.Errorf("variable: %+v, %v", vbr, err)
	}
}

func FuzzMPEG(f *testing.F) {
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x02xx\xff\xfb\x90\x00" + strings.Repeat("\x00", 413) + "\xff\xfb\x90\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m := walk(t, data); m.BitRate < 0 || m.BitRate > 320000 {
			t.Errorf("%+v", m)
		}
	})
}
