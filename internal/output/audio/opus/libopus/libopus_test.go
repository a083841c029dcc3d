package libopus

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

// TestEncode: a packet comes out for every one that goes in.
func TestEncode(t *testing.T) {
	l := library(t)
	for _, rate := range []pcm.Hz{8000, 12000, 16000, 24000, 48000} {
		for channels := 1; channels <= 2; channels++ {
			e, err := l.New(Config{Format: pcm.Format{Rate: rate, Channels: channels}, BitRate: 32000, Complexity: 3})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if e.Lookahead < int(rate)/500 || e.Lookahead > int(rate)/50 {
				t.Errorf("%d Hz: it lags by %d frames", rate, e.Lookahead)
			}
			for i := range 20 {
				if err := e.Independent(i == 10); err != nil {
					t.Fatal(err)
				}
				p, err := e.Encode(make([]int16, int(rate)/50*channels))
				if err != nil || len(p) == 0 {
					t.Fatalf("packet %d of %d bytes, %v", i, len(p), err)
				}
			}
			if _, err := e.Encode(make([]int16, 7*channels)); err == nil {
				t.Error("a packet of 7 frames is made")
			}
			if _, err := e.Encode(nil); err == nil {
				t.Error("a packet of nothing is made")
			}
			e.Close()
		}
	}
}

func TestRefused(t *testing.T) {
	l := library(t)
	for _, c := range []Config{
		{Format: pcm.Format{Rate: 22050, Channels: 1}, BitRate: 32000},
		{Format: pcm.Format{Rate: 24000, Channels: 3}, BitRate: 32000},
		{Format: pcm.Format{Rate: 24000, Channels: 1}, BitRate: 0},
		{Format: pcm.Format{Rate: 24000, Channels: 1}, BitRate: 32000, Complexity: 11},
	} {
		if e, err := l.New(c); err == nil {
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
