package loudness

import (
	"math"
	"syscall"
	"testing"
	"time"

	"narrate/internal/pcm"
)

// BenchmarkMeter tells how many seconds of sound a core measures in one of its
// own seconds.
func BenchmarkMeter(b *testing.B) {
	speech := func(f pcm.Format) []int16 { return spoken(f, 60, 1) }
	for _, bench := range []struct {
		name   string
		format pcm.Format
		sound  func(pcm.Format) []int16
	}{
		{"mono 22050 Hz", pcm.Format{Rate: 22050, Channels: 1}, speech},
		{"mono 44100 Hz", pcm.Format{Rate: 44100, Channels: 1}, speech},
		{"stereo 48000 Hz", pcm.Format{Rate: 48000, Channels: 2}, speech},
		{"mono 44100 Hz noise", pcm.Format{Rate: 44100, Channels: 1}, func(f pcm.Format) []int16 { return noise(f, 60, 1) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			samples := bench.sound(bench.format)
			start := processor(b)
			for b.Loop() {
				m, err := NewMeter(bench.format)
				if err != nil {
					b.Fatal(err)
				}
				m.Write(samples)
				if math.IsInf(m.TruePeak(), 0) {
					b.Fatal("silence")
				}
			}
			b.ReportMetric(60*float64(b.N)/(processor(b)-start).Seconds(), "×real-time")
		})
	}
}

// processor is the time that this process has computed: benchmarks of a machine
// that has other work say nothing by the clock.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
