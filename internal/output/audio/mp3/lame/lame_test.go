package lame

import (
	"errors"
	"testing"

	"narrate/internal/dylib"
	"narrate/internal/pcm"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestEncode: a frame comes out for every frame of sound that goes in, but for
// those that the encoder still looks at.
func TestEncode(t *testing.T) {
	l := library(t)
	for _, channels := range []int{1, 2} {
		e, err := l.New(Config{Format: pcm.Format{Rate: 24000, Channels: channels}, BitRate: 64000, Quality: 7}, 576)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		var out []byte
		for i := range 100 {
			if out, err = e.Encode(out, make([]int16, 576*channels)); err != nil {
				t.Fatal(err)
			}
			if whole := max(0, i-1) * 192; len(out) < whole || len(out) > whole+192 {
				t.Fatalf("%d channels: %d bytes after %d frames", channels, len(out), i+1)
			}
		}
		if out, err = e.Encode(out[:0], nil); err != nil || len(out) != 0 {
			t.Errorf("nothing gives %d bytes, %v", len(out), err)
		}
		e.Close()
	}
}

func TestRefused(t *testing.T) {
	l := library(t)
	for _, c := range []struct {
		Config
		frameSize int
	}{
		{Config{Format: pcm.Format{Rate: 24000, Channels: 0}, BitRate: 64000}, 576},
		{Config{Format: pcm.Format{Rate: 24001, Channels: 1}, BitRate: 64000}, 576},
		{Config{Format: pcm.Format{Rate: 24000, Channels: 1}, BitRate: 64000}, 1152}, // another frame than expected
	} {
		if e, err := l.New(c.Config, c.frameSize); err == nil {
			e.Close()
			t.Errorf("%+v is taken", c)
		}
	}
}

func TestForbidden(t *testing.T) {
	library(t)
	t.Setenv("NARRATE_NO_LIBS", "1")
	if _, err := Load(); !errors.Is(err, dylib.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
