// Package conform holds a speech engine to the contract of tts.Backend. It
// knows nothing of tests: ttstest makes tests of its checks, and
// `narrate backends check` a report for who writes a backend.
package conform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/voices"
)

// Config says what is to be checked.
type Config struct {
	// New makes a backend. The suite closes it.
	New func() tts.Backend
	// Voice is one that the engine has, for a language in Latin letters.
	Voice voices.Voice
	// Slow is a text, and SlowRate the Voice.Rate, that take the engine as long
	// as any, for a request to be cancelled in its midst. Empty is the longest
	// text that the engine takes, or LongText characters.
	Slow     string
	SlowRate float64
	// Repeatable says that the same request gives the same bytes, to which the
	// engine is then held.
	Repeatable bool
	// Folders are those that must be empty in the end, by what to call them.
	Folders map[string]string
}

// LongText is how many characters make a long text for an engine without a
// limit.
const LongText = 1000

// Check is one demand of the contract.
type Check struct {
	Name  string
	Wants string // for people: what the contract wants
	run   func(*Suite, *findings) error
}

// Checks are all checks in the order to run them. The last, "close", ends the
// suite.
var Checks = []Check{
	{"info", "a name, a version that is the same each time, and a list of voices, each with a name of its own and a language; without word times, a note why", (*Suite).info},
	{"empty", `a text of white space or control characters has no sound; punctuation alone is spoken, or has none`, (*Suite).empty},
	{"hostile", "whatever stands in the text is text: it is never obeyed, and the words around it are all spoken", (*Suite).hostile},
	{"unusable", "a text that is not valid UTF-8, or longer than the engine takes, is refused", (*Suite).unusable},
	{"voice", "a voice that is not in the engine's list is refused, in one readable line", (*Suite).voice},
	{"check", "a voice is judged the same before speaking and when it is to speak", (*Suite).check},
	{"prosody", "factors of 1 are the engine's normal; rate, pitch and volume change the sound as they say, or are refused", (*Suite).prosody},
	{"clip", "the sound is whole each time that it is read; each word is marked where it starts, in order, without punctuation", (*Suite).clip},
	{"longest", "the longest text that the engine takes is spoken to its end", (*Suite).longest},
	{"phonemes", "phonemes change the sound of their word alone", (*Suite).phonemes},
	{"parallel", "requests may come from several sides at once, and change nothing in each other", (*Suite).parallel},
	{"repeatable", "the same request gives the same bytes", (*Suite).repeatable},
	{"cancel", "a request that is cancelled ends at once and leaves no process; the next one is spoken", (*Suite).cancel},
	{"close", "in the end, no process and no file is left", (*Suite).close},
}

// Result is what became of a check.
type Result struct {
	Check
	Problems []string // none: it is met
	Skipped  string   // why it does not apply
}

// Suite is one run of the checks. Its backend serves those that need no fresh
// one.
type Suite struct {
	Config
	before int // child processes
	b      tts.Backend
	about  *tts.Info // nil until the engine was asked
}

// Start makes a suite. Nothing else may start or end child processes until the
// check "close" was made, as it must be in any case.
func Start(c Config) *Suite {
	s := &Suite{Config: c, before: children()}
	s.b = c.New()
	return s
}

// Do makes one check.
func (s *Suite) Do(ctx context.Context, c Check) Result {
	f := &findings{ctx: ctx}
	if s.about == nil && c.Name != "close" {
		info, err := s.b.Info(ctx)
		if err != nil {
			f.errorf("it cannot be asked what it is: %v", err)
			return Result{Check: c, Problems: f.problems}
		}
		s.about = &info
		if s.Slow == "" {
			n := LongText
			if info.MaxText > 0 {
				n = min(n, info.MaxText)
			}
			s.Slow = long(n)
		}
	}
	err := c.run(s, f)
	var skip skipped
	if errors.As(err, &skip) {
		return Result{Check: c, Problems: f.problems, Skipped: string(skip)}
	}
	if err != nil {
		f.errorf("%v", err)
	}
	return Result{Check: c, Problems: f.problems}
}

// findings collects what is wrong. It is safe for concurrent use.
type findings struct {
	ctx      context.Context
	mu       sync.Mutex
	problems []string
}

func (f *findings) errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.problems = append(f.problems, fmt.Sprintf(format, args...))
}

// skipped is the error of a check that does not apply.
type skipped string

func (s skipped) Error() string { return string(s) }

// say speaks with the suite's voice, checks the clip and gives its samples.
func (s *Suite) say(ctx context.Context, b tts.Backend, r tts.Request) (tts.Clip, []int16, error) {
	clip, err := b.Synthesize(ctx, r)
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

// try is say for a text, with changes to the voice.
func (s *Suite) try(ctx context.Context, text string, change ...func(*voices.Voice)) (tts.Clip, []int16, error) {
	r := tts.Request{Text: text, Voice: s.Voice}
	for _, c := range change {
		c(&r.Voice)
	}
	return s.say(ctx, s.b, r)
}

// long is a text of n characters, some of two bytes.
func long(n int) string {
	const sentence = "Sieben müde Gänse flögen über öde Hügel, "
	return string([]rune(strings.Repeat(sentence, n/len([]rune(sentence))+1))[:n])
}

// close checks what is left.
func (s *Suite) close(f *findings) error {
	for range 2 {
		if err := s.b.Close(); err != nil {
			f.errorf("closing: %v", err)
		}
	}
	if after := children(); after > s.before {
		f.errorf("%d child processes in the end, %d before", after, s.before)
	}
	for what, folder := range s.Folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			f.errorf("%v", err)
		}
		for _, e := range entries {
			f.errorf("left %s in the %s folder", e.Name(), what)
		}
	}
	return nil
}

// children counts this process's child processes, dead ones that were not
// waited for included. It knows them on Linux alone; elsewhere it gives 0.
func children() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0 // the pattern is sound
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
