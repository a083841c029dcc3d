package output_test

import (
	"bytes"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/outputtest"
)

func TestReadPicture(t *testing.T) {
	for _, kind := range []string{"image/jpeg", "image/png"} {
		p := outputtest.Picture(t, kind, 300)
		if p.MediaType != kind || p.Width != 300 || p.Height != 300 {
			t.Errorf("%s: %s of %d × %d", kind, p.MediaType, p.Width, p.Height)
		}
		if _, err := output.ReadPicture(p.Data[:len(p.Data)/2]); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s, cut: %v", kind, err)
		}
	}
	huge := bytes.Clone(outputtest.Picture(t, "image/png", 8).Data)
	copy(huge[16:], "\x00\x01\x00\x00") // its width; DecodeConfig checks no sum of the data
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("<svg/>"), "huge": huge, "long": make([]byte, output.MaxPictureBytes+1),
	} {
		if _, err := output.ReadPicture(data); err == nil {
			t.Errorf("%s: is accepted", name)
		}
	}
}
