// Package clipstore keeps clips on disk under the hash of everything that made
// their sound, so that nothing is spoken twice. Entries are written beside and
// renamed; a damaged one is told by its checksum. Several processes may use one
// store at once.
package clipstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"narrate/internal/pcm"
	"narrate/internal/tts"
)

// Key names a clip.
type Key [sha256.Size]byte

// String is the key in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// ParseKey reads what String gives.
func ParseKey(s string) (Key, error) {
	var k Key
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(k) {
		return k, fmt.Errorf("clip store: %.80q is not a key", s)
	}
	copy(k[:], raw)
	return k, nil
}

// keyVersion changes whenever keys made before must no longer be found.
const keyVersion = "narrate clip 1"

// NewKey hashes the fields in order, each with its length in front, so that no
// two lists of fields give the same key.
func NewKey(fields ...string) Key {
	h := sha256.New()
	var length [8]byte
	for _, f := range append([]string{keyVersion}, fields...) {
		binary.LittleEndian.PutUint64(length[:], uint64(len(f)))
		h.Write(length[:])
		h.Write([]byte(f))
	}
	return Key(h.Sum(nil))
}

// Errors that callers tell apart with errors.Is.
var (
	ErrAbsent  = errors.New("no such clip")
	ErrDamaged = errors.New("damaged clip")
	ErrBusy    = errors.New("the clip store is in use by another narrate")
)

const (
	suffix     = ".clip"
	tempPrefix = ".tmp-"
	// touchEvery is how old an entry's time of last use may get before it is
	// renewed: exact enough for pruning, and spares the disk.
	touchEvery = time.Hour
)

// Store is an open clip store. Its methods are safe for concurrent use.
type Store struct {
	dir  string
	lock *flock.Flock // shared while open, exclusive while pruning
}

// lockEvery is how often a lock that another process holds is tried again.
const lockEvery = 50 * time.Millisecond

// Open opens the store in dir, which is made if need be. It waits while
// another process prunes the store.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("clip store: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	if _, err := lock.TryRLockContext(ctx, lockEvery); err != nil {
		return nil, errors.Join(fmt.Errorf("clip store: %w", err), lock.Close())
	}
	return &Store{dir: dir, lock: lock}, nil
}

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

// Close lets go of the store.
func (s *Store) Close() error { return s.lock.Close() }

func (s *Store) path(k Key) string {
	name := k.String()
	return filepath.Join(s.dir, name[:2], name+suffix)
}

// Get gives the clip, every byte of it checked, and notes that it was used.
// The error wraps ErrAbsent or ErrDamaged where the clip must be spoken.
func (s *Store) Get(k Key) (tts.Clip, error) {
	h, err := s.read(k)
	if err == nil && h.Words != nil {
		err = fmt.Errorf("clip store: %w: %s: no sound", ErrDamaged, s.path(k))
	}
	if err != nil {
		return tts.Clip{}, err
	}
	return s.clip(s.path(k), h), nil
}

// touch notes that an entry was used.
func touch(path string) {
	now := time.Now()
	if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > touchEvery {
		// A read-only store still serves; its entries only look older.
		_ = os.Chtimes(path, now, now)
	}
}

func (s *Store) clip(path string, h header) tts.Clip {
	return tts.Clip{
		Format: pcm.Format{Rate: pcm.Hz(h.Rate), Channels: h.Channels},
		Frames: h.Frames,
		Marks:  h.tts(),
		Open:   func() (pcm.Reader, error) { return openPart(path, pcm.Span{Start: 0, End: h.Frames}) },
	}
}

// OpenPart reads the frames of span of a clip, without checking the sum again:
// Get did that in this run.
func (s *Store) OpenPart(k Key, span pcm.Span) (pcm.Reader, error) {
	return openPart(s.path(k), span)
}

// Put stores a clip of interleaved samples. The entry is whole or absent.
func (s *Store) Put(k Key, format pcm.Format, samples []int16, marks []tts.Mark) (tts.Clip, error) {
	return s.PutSound(k, pcm.Samples(format, samples), int64(len(samples)/format.Channels), marks)
}

// PutSound stores a clip of which so many frames are read, and no more are
// there. The entry is whole or absent. It does not close sound.
func (s *Store) PutSound(k Key, sound pcm.Reader, frames int64, marks []tts.Mark) (tts.Clip, error) {
	if f := sound.Format(); frames <= 0 || f.Channels <= 0 || f.Rate <= 0 {
		return tts.Clip{}, fmt.Errorf("clip store: a clip of %d frames of %d channels at %d Hz", frames, f.Channels, f.Rate)
	}
	h := newHeader(sound.Format(), frames, marks)
	if err := s.put(k, h, sound); err != nil {
		return tts.Clip{}, err
	}
	return s.clip(s.path(k), h), nil
}

// put writes an entry: whole or not at all.
func (s *Store) put(k Key, h header, sound pcm.Reader) error {
	path := s.path(k)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("clip store: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix)
	if err != nil {
		return fmt.Errorf("clip store: %w", err)
	}
	err = write(f, h, sound)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if info, statErr := os.Lstat(path); statErr == nil && info.IsDir() {
		err = errors.Join(err, os.RemoveAll(path)) // which no renaming replaces
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("clip store: %w", err)
	}
	return nil
}

// remove deletes an entry; it is no error if there is none.
func (s *Store) remove(k Key) error {
	if err := os.RemoveAll(s.path(k)); err != nil {
		return fmt.Errorf("clip store: %w", err)
	}
	return nil
}

// Entry is one clip as it lies on disk.
type Entry struct {
	Key      Key
	Bytes    int64
	LastUsed time.Time
}

// Entries lists all clips, in no particular order.
func (s *Store) Entries() ([]Entry, error) {
	var entries []Entry
	err := s.walk(func(path string, info fs.FileInfo) error {
		raw, err := hex.DecodeString(strings.TrimSuffix(filepath.Base(path), suffix))
		if err == nil && len(raw) == sha256.Size && strings.HasSuffix(path, suffix) {
			entries = append(entries, Entry{Key: Key(raw), Bytes: info.Size(), LastUsed: info.ModTime()})
		}
		return nil
	})
	return entries, err
}

// walk calls fn for every file of the shards, finished or not.
func (s *Store) walk(fn func(path string, info fs.FileInfo) error) error {
	shards, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("clip store: %w", err)
	}
	for _, shard := range shards {
		if !shard.IsDir() || len(shard.Name()) != 2 {
			continue
		}
		files, err := os.ReadDir(filepath.Join(s.dir, shard.Name()))
		if err != nil {
			return fmt.Errorf("clip store: %w", err)
		}
		for _, f := range files {
			info, err := f.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // another process pruned it
			}
			if err != nil {
				return fmt.Errorf("clip store: %w", err)
			}
			if err := fn(filepath.Join(s.dir, shard.Name(), f.Name()), info); err != nil {
				return err
			}
		}
	}
	return nil
}
