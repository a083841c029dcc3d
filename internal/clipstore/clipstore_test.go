package clipstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

var format = pcm.Format{Rate: 22050, Channels: 1}

func ramp(n int) []int16 {
	samples := make([]int16, n)
	for i := range samples {
		samples[i] = int16(i*37 - 12000)
	}
	return samples
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *Store, k Key, n int) {
	t.Helper()
	if _, err := s.Put(k, format, ramp(n), nil); err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, r pcm.Reader) []int16 {
	t.Helper()
	defer r.Close()
	all, err := pcm.ReadAll(r, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNewKeyTellsFieldsApart(t *testing.T) {
	keys := map[Key][]string{}
	for _, fields := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "", "b"}, {"a\x00b"}} {
		k := NewKey(fields...)
		if other, taken := keys[k]; taken {
			t.Errorf("%q and %q have the same key", other, fields)
		}
		keys[k] = fields
		if k != NewKey(fields...) {
			t.Errorf("%q: the key is not stable", fields)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	s := open(t, t.TempDir())
	marks := []tts.Mark{{Frame: 0, Lo: 0, Hi: 3}, {Frame: 900, Lo: 4, Hi: 9}}
	samples := ramp(5000)
	if _, err := s.Put(NewKey("a"), format, samples, marks); err != nil {
		t.Fatal(err)
	}
	clip, err := s.Get(NewKey("a"))
	if err != nil {
		t.Fatal(err)
	}
	if clip.Format != format || clip.Frames != 5000 || !slices.Equal(clip.Marks, marks) {
		t.Errorf("got %+v", clip)
	}
	for range 2 {
		r, err := clip.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, r); !slices.Equal(got, samples) {
			t.Error("samples differ")
		}
	}
	part, err := s.OpenPart(NewKey("a"), pcm.Span{Start: 123, End: 4321})
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, part); !slices.Equal(got, samples[123:4321]) {
		t.Error("the part's samples differ")
	}
	if _, err := s.OpenPart(NewKey("a"), pcm.Span{Start: 0, End: 5001}); err == nil {
		t.Error("a part beyond the end opens")
	}
	if _, err := s.Get(NewKey("b")); !errors.Is(err, ErrAbsent) {
		t.Errorf("absent clip: %v", err)
	}
}

func TestEveryDamageIsFound(t *testing.T) {
	s := open(t, t.TempDir())
	k := NewKey("a")
	put(t, s, k, 64)
	path := s.path(k)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damage := func(name string, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(k); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x10
		damage("a flipped bit", flipped)
		damage("a cut file", whole[:i])
	}
	damage("a longer file", append(slices.Clone(whole), 0))
	for _, make := range []func(string) error{
		func(path string) error { return os.Mkdir(path, 0o755) },
		func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		if err := errors.Join(os.RemoveAll(path), make(path)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(k); !errors.Is(err, ErrDamaged) {
			t.Errorf("no file: %v", err)
		}
		put(t, s, k, 64)
		if _, err := s.Get(k); err != nil {
			t.Errorf("no file, replaced: %v", err)
		}
	}
	damage("a cut file", whole[:100])
	found, err := s.Repair(t.Context())
	if err != nil || !slices.Equal(found, []Key{k}) {
		t.Errorf("repair: %v, %v", found, err)
	}
	if _, err := s.Get(k); !errors.Is(err, ErrAbsent) {
		t.Errorf("after the repair: %v", err)
	}
	put(t, s, k, 64)
	if _, err := s.Get(k); err != nil {
		t.Errorf("after putting it again: %v", err)
	}
}

func TestPrune(t *testing.T) {
	s := open(t, t.TempDir())
	now := time.Now()
	for i, name := range []string{"old", "middle", "new"} {
		put(t, s, NewKey(name), 1000)
		at := now.Add(time.Duration(i-3) * 24 * time.Hour)
		if err := os.Chtimes(s.path(NewKey(name)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	names := func() string {
		list := ""
		for _, name := range []string{"old", "middle", "new"} {
			if _, err := os.Stat(s.path(NewKey(name))); err == nil {
				list += name + " "
			}
		}
		return list
	}
	steps := []struct {
		name   string
		limits Limits
		want   string
	}{
		{"no limit", Limits{MaxBytes: -1}, "old middle new "},
		{"everything is kept", Limits{Keep: func(Key) bool { return true }}, "old middle new "},
		{"room for one besides the kept oldest", Limits{MaxBytes: 3000, Keep: func(k Key) bool { return k == NewKey("old") }}, "old new "},
		{"by age", Limits{MaxBytes: -1, UnusedSince: now.Add(-60 * time.Hour)}, "new "},
		{"to nothing", Limits{}, ""},
	}
	for _, step := range steps {
		before := len(names())
		done, err := s.Prune(step.limits)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := names(); got != step.want || (done.Clips == 0) != (len(got) == before) {
			t.Errorf("%s: %q are left after %+v, want %q", step.name, got, done, step.want)
		}
	}
}

func TestGetRenewsTheTimeOfUse(t *testing.T) {
	s := open(t, t.TempDir())
	k := NewKey("a")
	put(t, s, k, 10)
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(s.path(k), old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(k); err != nil {
		t.Fatal(err)
	}
	entries, err := s.Entries()
	if err != nil || len(entries) != 1 || time.Since(entries[0].LastUsed) > time.Minute {
		t.Errorf("entries %+v, %v", entries, err)
	}
}

func TestPruneWaitsForOthersAndSweepsLeftovers(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	put(t, s, NewKey("a"), 10)
	leftover := filepath.Join(filepath.Dir(s.path(NewKey("a"))), tempPrefix+"killed")
	if err := os.WriteFile(leftover, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(Limits{}); !errors.Is(err, ErrBusy) {
		t.Fatalf("pruned under another's feet: %v", err)
	}
	if _, err := s.Repair(t.Context()); !errors.Is(err, ErrBusy) {
		t.Fatalf("repaired under another's feet: %v", err)
	}
	if _, err := other.Get(NewKey("a")); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Prune(Limits{}); err != nil || done.Clips != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := os.Stat(leftover); !os.IsNotExist(err) {
		t.Errorf("the leftover is still there: %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), file); err == nil {
		t.Error("a file opens as a store")
	}
}

func FuzzGet(f *testing.F) {
	dir := f.TempDir()
	s, err := Open(f.Context(), dir)
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	k := NewKey("a")
	if _, err := s.Put(k, format, ramp(20), []tts.Mark{{Frame: 1, Lo: 0, Hi: 2}}); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(s.path(k))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(s.path(k), data, 0o644); err != nil {
			t.Fatal(err)
		}
		clip, err := s.Get(k)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		r, err := clip.Open()
		if err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, r); int64(len(got)) != clip.Frames*int64(clip.Format.Channels) {
			t.Fatalf("%d samples for %d frames", len(got), clip.Frames)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	k := NewKey("a")
	if _, err := s.Put(k, format, ramp(9*22050), nil); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(9 * 22050 * 2)
	for b.Loop() {
		if _, err := s.Get(k); err != nil {
			b.Fatal(err)
		}
	}
}

func TestParseKey(t *testing.T) {
	k := NewKey("a")
	if got, err := ParseKey(k.String()); err != nil || got != k {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "ab", k.String() + "00", strings.Repeat("x", 64)} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

// TestPutSound: sound that is not as long as announced is not stored.
func TestPutSound(t *testing.T) {
	s := open(t, t.TempDir())
	f := pcm.Format{Rate: 8000, Channels: 2}
	for frames, ok := range map[int64]bool{20000: true, 19999: false, 20001: false, 0: false} {
		k := NewKey(fmt.Sprint(frames))
		clip, err := s.PutSound(k, pcm.Silence(f, 20000), frames, nil)
		if (err == nil) != ok || ok && (clip.Frames != frames || clip.Format != f) {
			t.Errorf("%d frames: %+v, %v", frames, clip, err)
		}
		if s.Has(k) != ok {
			t.Errorf("%d frames: in the store: %t", frames, !ok)
		}
	}
}

func TestWords(t *testing.T) {
	s := open(t, t.TempDir())
	marks := []tts.Mark{{Frame: 5, End: 9, Lo: 0, Hi: 3}, {Frame: 9, Lo: 4, Hi: 6}}
	k := NewKey("words", "a")
	if _, _, err := s.Words(k); !errors.Is(err, ErrAbsent) {
		t.Errorf("before: %v", err)
	}
	for _, m := range [][]tts.Mark{marks, nil} {
		if err := s.PutWords(k, m, 0.25); err != nil {
			t.Fatal(err)
		}
		if got, confidence, err := s.Words(k); err != nil || !slices.Equal(got, m) || confidence != 0.25 {
			t.Errorf("%v, %g, %v", got, confidence, err)
		}
	}
	if _, err := s.Get(k); !errors.Is(err, ErrDamaged) {
		t.Errorf("words are taken for a clip: %v", err)
	}
	sound := NewKey("sound")
	if _, err := s.Put(sound, pcm.Format{Rate: 8000, Channels: 1}, []int16{1, 2, 3}, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Words(sound); !errors.Is(err, ErrDamaged) {
		t.Errorf("a clip is taken for words: %v", err)
	}
}
