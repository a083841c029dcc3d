// Package tempo is a decorator for speech engines that learns how each voice
// speaks, and has spoken once more what does not come out like that: sound that
// a service has cut off whole and unharmed, as where the header of a WAV answer
// tells no length, or that claims another rate than it has.
package tempo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/voices"
)

// What is doubtful. A voice's pace is the length of its clips over what Expected
// says; over 1,400 sentences of six languages, 99 % of espeak-ng's clips lie
// between 0.75 and 1.5 of its usual pace. A wrong alarm costs one more request.
const (
	learnt        = 8 // clips from which on a voice's usual pace is known
	remembered    = 101
	least, most   = 0.72, 1.6
	leastUnlearnt = 0.5 // of Expected, for the first clips of a voice
	mostUnlearnt  = 3.5
	shortest      = 1.5 // seconds expected: one word more or less is no sign
	alike         = 0.05
	abrupt        = 0.35 // the loudness of the end over that of the clip, from which on it is cut
	usualAbrupt   = 0.2  // the part of a voice's clips that end so, from which on that is its way
)

// New is b with each clip held against the earlier ones of its voice. One that is
// far too short or too long, or ends in the midst of sound where others do not,
// is asked for once more. If that one is as usual, it counts; if it is as long as
// the first, the text is like that; else the error wraps tts.ErrBroken. It does
// also where the rate of samples is another than that of the voice's other clips
// and the pace is wrong. Clips are those that package check lets pass.
func New(b tts.Backend) tts.Backend {
	return &backend{Around: tts.Around{Backend: b}, known: map[string]*voice{}}
}

type backend struct {
	tts.Around
	mu    sync.Mutex
	known map[string]*voice // by what makes its sound
}

// voice is what is known of one.
type voice struct {
	paces  []float64 // the last ones
	ends   []bool    // whether those clips ended abruptly
	rates  map[pcm.Hz]int
	oldest int
}

// look is what a clip looks like.
type look struct {
	seconds, expected float64
	rate              pcm.Hz
	abrupt            bool
}

func (b *backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	clip, err := b.Backend.Synthesize(ctx, r)
	if err != nil {
		return tts.Clip{}, err
	}
	first, err := see(r, clip)
	if err != nil {
		return tts.Clip{}, b.broken(err)
	}
	doubt, strange := b.doubt(r.Voice, first)
	if doubt == "" {
		b.learn(r.Voice, first)
		return clip, nil
	}
	again, err := b.Backend.Synthesize(ctx, r)
	if err != nil {
		return tts.Clip{}, err
	}
	second, err := see(r, again)
	if err != nil {
		return tts.Clip{}, b.broken(err)
	}
	if still, _ := b.doubt(r.Voice, second); still == "" {
		b.learn(r.Voice, second)
		return again, nil
	}
	switch near := second.seconds/first.seconds > 1-alike && first.seconds/second.seconds > 1-alike; {
	case strange:
		return tts.Clip{}, b.broken(fmt.Errorf("%s, and it has %d Hz, unlike the others: is that right?", doubt, first.rate))
	case !near:
		return tts.Clip{}, b.broken(fmt.Errorf("%s; asked for again, it had %.2f s", doubt, second.seconds))
	}
	b.learn(r.Voice, second)
	return again, nil
}

func (b *backend) broken(err error) error {
	return fmt.Errorf("%s: %w: %w", b.Name(), tts.ErrBroken, err)
}

// see looks at a clip.
func see(r tts.Request, clip tts.Clip) (look, error) {
	l := look{
		seconds:  clip.Format.Rate.Duration(clip.Frames).Seconds(),
		expected: Expected(r.Text).Seconds() / rate(r.Voice),
		rate:     clip.Format.Rate,
	}
	var err error
	l.abrupt, err = abruptEnd(clip)
	return l, err
}

func rate(v voices.Voice) float64 {
	if !(v.Rate > 0) {
		return 1
	}
	return v.Rate
}

// doubt says what is odd about a clip, "" for nothing; strange is a pace that
// comes with another rate of samples.
func (b *backend) doubt(v voices.Voice, l look) (what string, strange bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.voice(v)
	usual, lo, hi := 1.0, leastUnlearnt, mostUnlearnt
	if len(k.paces) >= learnt {
		usual, lo, hi = median(k.paces), least, most
	}
	expected := l.expected * usual
	if p := l.seconds / expected; l.expected >= shortest && (p < lo || p > hi) {
		strange = len(k.paces) >= learnt && k.rates[l.rate] == 0
		return fmt.Sprintf("%.2f s of sound, where this voice takes about %.2f s", l.seconds, expected), strange
	}
	if l.abrupt && !k.endsAbruptly() {
		return fmt.Sprintf("%.2f s of sound that end in the midst of it", l.seconds), false
	}
	return "", false
}

func (b *backend) learn(v voices.Voice, l look) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.voice(v).learn(l)
}

// voice is called with mu held.
func (b *backend) voice(v voices.Voice) *voice {
	var id strings.Builder
	fmt.Fprintf(&id, "%q %q %g %g %g", v.Engine, v.Language, v.Rate, v.Pitch, v.Volume)
	for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
		fmt.Fprintf(&id, " %q %q", name, v.Settings[name])
	}
	k := b.known[id.String()]
	if k == nil {
		k = &voice{rates: map[pcm.Hz]int{}}
		b.known[id.String()] = k
	}
	return k
}

func (k *voice) learn(l look) {
	k.rates[l.rate]++
	k.ends = remember(k.ends, l.abrupt, k.oldest)
	if l.expected >= shortest {
		k.paces = remember(k.paces, l.seconds/l.expected, k.oldest)
	}
	k.oldest = (k.oldest + 1) % remembered
}

// remember adds to the last ones.
func remember[T any](list []T, x T, oldest int) []T {
	if len(list) < remembered {
		return append(list, x)
	}
	list[oldest] = x
	return list
}

// endsAbruptly reports a voice whose clips often end so.
func (k *voice) endsAbruptly() bool {
	n := 0
	for _, abrupt := range k.ends {
		if abrupt {
			n++
		}
	}
	return float64(n) > usualAbrupt*float64(len(k.ends))
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
