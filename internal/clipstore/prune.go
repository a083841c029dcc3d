package clipstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Limits say which entries Prune removes.
type Limits struct {
	// MaxBytes is what the store may hold; the entries that were not used
	// for the longest time go first. Negative is no limit.
	MaxBytes int64
	// UnusedSince removes every entry last used before it; zero is no limit.
	UnusedSince time.Time
	// Keep, where set, protects an entry from either limit.
	Keep func(Key) bool
}

// Pruned is what Prune did.
type Pruned struct {
	Clips int
	Bytes int64
}

// Prune removes entries beyond the limits and the leftovers of killed
// processes. It fails with ErrBusy while another process uses the store.
func (s *Store) Prune(limits Limits) (Pruned, error) {
	var done Pruned
	// Changing the lock from shared to exclusive is not atomic; it need not
	// be, as the entries are listed under the exclusive one.
	if err := s.lock.Unlock(); err != nil {
		return done, fmt.Errorf("clip store: %w", err)
	}
	locked, err := s.lock.TryLock()
	if err != nil {
		return done, fmt.Errorf("clip store: %w", err)
	}
	if locked {
		done, err = s.prune(limits)
		if unlockErr := s.lock.Unlock(); err == nil && unlockErr != nil {
			err = fmt.Errorf("clip store: %w", unlockErr)
		}
	} else {
		err = ErrBusy
	}
	if lockErr := s.lock.RLock(); err == nil && lockErr != nil {
		err = fmt.Errorf("clip store: %w", lockErr)
	}
	return done, err
}

func (s *Store) prune(limits Limits) (Pruned, error) {
	var done Pruned
	if err := s.removeLeftovers(); err != nil {
		return done, err
	}
	entries, err := s.Entries()
	if err != nil {
		return done, err
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].LastUsed.Before(entries[j].LastUsed) })
	var total int64
	for _, e := range entries {
		total += e.Bytes
	}
	for _, e := range entries {
		tooMuch := limits.MaxBytes >= 0 && total > limits.MaxBytes
		tooOld := e.LastUsed.Before(limits.UnusedSince)
		if !tooMuch && !tooOld || limits.Keep != nil && limits.Keep(e.Key) {
			continue
		}
		if err := s.Remove(e.Key); err != nil {
			return done, err
		}
		total -= e.Bytes
		done.Clips++
		done.Bytes += e.Bytes
	}
	return done, nil
}

func (s *Store) removeLeftovers() error {
	return s.walk(func(path string, info fs.FileInfo) error {
		if !strings.HasPrefix(filepath.Base(path), tempPrefix) || time.Since(info.ModTime()) < staleTemp {
			return nil
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clip store: %w", err)
		}
		return nil
	})
}
