package pcm_test

import (
	"errors"
	"io"
	"slices"
	"testing"

	"narrate/internal/pcm"
	"narrate/internal/pcm/pcmtest"
)

func TestReaders(t *testing.T) {
	stereo := pcm.Format{Rate: 24000, Channels: 2}
	noise := pcmtest.Noise(stereo, 1, 1, 50000)
	got := pcmtest.CheckReader(t, func() pcm.Reader { return pcm.Samples(stereo, noise) }, 50000)
	if !slices.Equal(got, noise) {
		t.Error("Samples gives other samples")
	}
	got = pcmtest.CheckReader(t, func() pcm.Reader { return pcm.Silence(stereo, 50000) }, 50000)
	if pcm.Peak(got) != 0 {
		t.Error("Silence is not silent")
	}
	got = pcmtest.CheckReader(t, func() pcm.Reader { return pcm.Mono(pcm.Samples(stereo, noise)) }, 50000)
	for i, s := range got {
		if d := 2*int(s) - int(noise[2*i]) - int(noise[2*i+1]); d < -1 || d > 1 {
			t.Fatalf("frame %d: %d from %d", i, s, noise[2*i:2*i+2])
		}
	}
	for _, f := range []pcm.Format{stereo, {Rate: 8000, Channels: 1}} {
		pcmtest.CheckReader(t, func() pcm.Reader { return pcm.Samples(f, nil) }, 0)
		pcmtest.CheckReader(t, func() pcm.Reader { return pcm.Silence(f, 0) }, 0)
		pcmtest.CheckReader(t, func() pcm.Reader { return pcm.Mono(pcm.Samples(f, nil)) }, 0)
	}
}

func TestMono(t *testing.T) {
	three := pcm.Format{Rate: 8000, Channels: 3}
	r := pcm.Mono(pcm.Samples(three, []int16{
		1, 1, 0, 1, 0, 0, -1, -1, 0, -1, 0, 0,
		32767, 32767, 32767, -32768, -32768, -32768, 32767, -32768, 1,
	}))
	got, err := pcm.ReadAll(r, 7)
	if want := []int16{1, 0, -1, 0, 32767, -32768, 0}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if f := r.Format(); f != (pcm.Format{Rate: 8000, Channels: 1}) {
		t.Errorf("format %v", f)
	}
	two := pcm.Format{Rate: 8000, Channels: 2}
	got, err = pcm.ReadAll(pcm.Mono(pcm.Samples(two, []int16{0, 1, 0, -1, 3, 4})), 3)
	if want := []int16{1, -1, 4}; err != nil || !slices.Equal(got, want) {
		t.Errorf("halves: %v, %v, want %v", got, err, want)
	}
	one := pcm.Samples(pcm.Format{Rate: 8000, Channels: 1}, nil)
	if pcm.Mono(one) != one {
		t.Error("mono sound is wrapped")
	}
}

func TestChannel(t *testing.T) {
	two := pcm.Format{Rate: 8000, Channels: 2}
	for channel, want := range [][]int16{{1, 3, 5}, {2, 4, 6}} {
		r := pcm.Channel(pcm.Samples(two, []int16{1, 2, 3, 4, 5, 6}), channel)
		got, err := pcm.ReadAll(r, 3)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("channel %d: %v, %v, want %v", channel, got, err, want)
		}
		if f := r.Format(); f != (pcm.Format{Rate: 8000, Channels: 1}) {
			t.Errorf("format %v", f)
		}
	}
}

func TestReadAll(t *testing.T) {
	f := pcm.Format{Rate: 8000, Channels: 2}
	if _, err := pcm.ReadAll(pcm.Silence(f, 1000), 999); err == nil {
		t.Error("the limit is not kept")
	}
	if got, err := pcm.ReadAll(pcm.Silence(f, 1000), 1000); err != nil || len(got) != 2000 {
		t.Errorf("%d samples, %v", len(got), err)
	}
	broken := errors.New("broken")
	if _, err := pcm.ReadAll(&failing{pcm.Silence(f, 1000), broken}, 2000); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := pcm.ReadAll(pcm.Mono(&failing{pcm.Silence(f, 1000), broken}), 2000); !errors.Is(err, broken) {
		t.Errorf("error through Mono: %v", err)
	}
	if _, err := pcm.ReadAll(pcm.Samples(f, make([]int16, 3)), 9); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("half a frame: %v", err)
	}
}

// failing ends with an error.
type failing struct {
	pcm.Reader
	err error
}

func (f *failing) Read(dst []int16) (int, error) {
	n, err := f.Reader.Read(dst)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}

func TestSmallBuffer(t *testing.T) {
	f := pcm.Format{Rate: 8000, Channels: 2}
	for _, r := range []pcm.Reader{
		pcm.Samples(f, make([]int16, 8)), pcm.Silence(f, 8), pcm.Mono(pcm.Silence(f, 8)),
	} {
		if n, err := r.Read(make([]int16, r.Format().Channels-1)); n != 0 || err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%T: Read into less than a frame gives %d, %v", r, n, err)
		}
	}
}
