package clipstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"
)

// Limits say which entries Prune removes.
type Limits struct {
	// MaxBytes is what the entries that are not kept may hold; those that
	// were not used for the longest time go first. Negative is no limit.
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
func (s *Store) Prune(limits Limits) (done Pruned, err error) {
	err = s.exclusively(func() error {
		done, err = s.prune(limits)
		return err
	})
	return done, err
}

// Repair checks every entry and removes the damaged ones, whose keys it gives.
// It fails with ErrBusy while another process uses the store.
func (s *Store) Repair(ctx context.Context) (damaged []Key, err error) {
	err = s.exclusively(func() error {
		entries, err := s.Entries()
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			_, err := verify(s.path(e.Key))
			if errors.Is(err, ErrDamaged) {
				damaged = append(damaged, e.Key)
				err = s.remove(e.Key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return damaged, err
}

// exclusively runs do while no other process has the store open.
func (s *Store) exclusively(do func() error) (err error) {
	// Changing the lock from shared to exclusive is not atomic; it need not
	// be, as do looks at the store anew.
	if err := s.lock.Unlock(); err != nil {
		return fmt.Errorf("clip store: %w", err)
	}
	defer func() {
		unlockErr := s.lock.Unlock()
		if lockErr := s.lock.RLock(); unlockErr == nil {
			unlockErr = lockErr
		}
		if err == nil && unlockErr != nil {
			err = fmt.Errorf("clip store: %w", unlockErr)
		}
	}()
	locked, err := s.lock.TryLock()
	if err != nil {
		return fmt.Errorf("clip store: %w", err)
	}
	if !locked {
		return ErrBusy
	}
	return do()
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
	if limits.Keep != nil {
		entries = slices.DeleteFunc(entries, func(e Entry) bool { return limits.Keep(e.Key) })
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].LastUsed.Before(entries[j].LastUsed) })
	var total int64
	for _, e := range entries {
		total += e.Bytes
	}
	for _, e := range entries {
		tooMuch := limits.MaxBytes >= 0 && total > limits.MaxBytes
		if !tooMuch && !e.LastUsed.Before(limits.UnusedSince) {
			continue
		}
		if err := s.remove(e.Key); err != nil {
			return done, err
		}
		total -= e.Bytes
		done.Clips++
		done.Bytes += e.Bytes
	}
	return done, nil
}

// removeLeftovers removes unfinished files: nobody else is at work.
func (s *Store) removeLeftovers() error {
	return s.walk(func(path string, _ fs.FileInfo) error {
		if !strings.HasPrefix(filepath.Base(path), tempPrefix) {
			return nil
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clip store: %w", err)
		}
		return nil
	})
}
