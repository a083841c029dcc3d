package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"github.com/gofrs/flock"
)

const (
	stageName = ".narrate"
	stageLock = "lock"
	stageOld  = "old-"
	// stageMoving is there while files are moved out of the stage. It lists
	// them, so that a run that is killed in between can be undone.
	stageMoving = "moving.json"
)

// stage is the hidden folder for unfinished files. Its lock is held while its
// process lives, however that ends.
type stage struct {
	dir  string
	lock *flock.Flock
}

// openStage makes the stage of a folder, or takes over that of a process that
// is gone and empties it. It fails with ErrInUse if the process lives.
func openStage(folder string) (*stage, error) {
	s := &stage{dir: filepath.Join(folder, stageName)}
	for {
		if err := os.Mkdir(s.dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		s.lock = flock.New(filepath.Join(s.dir, stageLock))
		locked, err := s.lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // its last owner has just removed it
		case err != nil && !unsupported(err):
			return nil, errors.Join(err, s.lock.Close())
		case err == nil && !locked:
			return nil, errors.Join(ErrInUse, s.lock.Close())
		case err == nil && !s.current():
			// What was locked had been removed in between.
			if err := s.lock.Close(); err != nil {
				return nil, err
			}
			continue
		}
		if err := s.recover(folder); err != nil {
			return nil, errors.Join(err, s.lock.Close())
		}
		if err := s.empty(); err != nil {
			return nil, errors.Join(err, s.close())
		}
		return s, nil
	}
}

// unsupported says that a file system knows no locks (some network shares).
// There, two runs into one folder are not kept apart.
func unsupported(err error) bool {
	return errors.Is(err, syscall.ENOLCK) || errors.Is(err, errors.ErrUnsupported)
}

// current says whether the locked file is the one that others will find.
func (s *stage) current() bool {
	found, err := os.Stat(s.lock.Path())
	if err != nil {
		return false
	}
	held, err := s.lock.Stat()
	return err == nil && os.SameFile(found, held)
}

// empty removes what a killed process has left.
func (s *stage) empty() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == stageLock {
			continue
		}
		if err := os.RemoveAll(filepath.Join(s.dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// path is where the file that will be target is written.
func (s *stage) path(target string) string { return filepath.Join(s.dir, filepath.Base(target)) }

// publish moves finished files and folders out of the stage to their targets.
// What is there already is replaced, and put back if a later move fails or the
// process is killed before the last one.
func (s *stage) publish(targets []string) error {
	names := make([]string, len(targets))
	for i, target := range targets {
		names[i] = filepath.Base(target)
	}
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	journal := filepath.Join(s.dir, stageMoving)
	if err := errors.Join(os.WriteFile(journal+".new", list, 0o644), os.Rename(journal+".new", journal)); err != nil {
		return err
	}
	for i, target := range targets {
		err := keep(target, s.old(i))
		if err == nil {
			err = os.Rename(s.path(target), target)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", target, err), s.undo(targets), os.Remove(journal))
		}
	}
	// From here on the files are the new ones.
	if err := os.Remove(journal); err != nil {
		return err
	}
	for i := range targets {
		if err := os.RemoveAll(s.old(i)); err != nil {
			return err
		}
	}
	return nil
}

// recover undoes the moves of a run that was killed between them.
func (s *stage) recover(folder string) error {
	journal := filepath.Join(s.dir, stageMoving)
	list, err := os.ReadFile(journal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var targets []string
	if err := json.Unmarshal(list, &targets); err != nil {
		return fmt.Errorf("%s: %w", journal, err)
	}
	for i := range targets {
		targets[i] = filepath.Join(folder, filepath.Base(targets[i]))
	}
	if err := s.undo(targets); err != nil {
		return err
	}
	return os.Remove(journal)
}

// undo brings every target back to what it was before publish.
func (s *stage) undo(targets []string) error {
	var errs []error
	for i, target := range targets {
		if _, err := os.Lstat(s.path(target)); errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, os.RemoveAll(target)) // it was moved: this is the new one
		}
		if err := os.Rename(s.old(i), target); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// old is where what was at the i-th target is kept.
func (s *stage) old(i int) string { return filepath.Join(s.dir, stageOld+strconv.Itoa(i)) }

// keep puts what is at target aside, if anything is. A file stays in place as
// well, so that readers find either the old or the new one, unless the file
// system has no links.
func keep(target, kept string) error {
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() && os.Link(target, kept) == nil {
		return nil
	}
	return os.Rename(target, kept)
}

// close removes the stage and lets others in.
func (s *stage) close() error {
	err := s.empty()
	if runtime.GOOS == "windows" {
		// A file that is open cannot be removed there; nor can that of
		// whoever takes the lock in between, which is as it should be.
		err = errors.Join(err, s.lock.Close())
		_ = os.Remove(s.lock.Path())
	} else {
		// Removed first: whoever locks this file afterwards sees that it is
		// not the one that others will find.
		err = errors.Join(err, os.Remove(s.lock.Path()), s.lock.Close())
	}
	// If the next one is in already, the folder is not empty and stays.
	_ = os.Remove(s.dir)
	return err
}
