package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"narrate/internal/output"
	"narrate/internal/output/clipset"
)

// ErrExists is wrapped where a finished file would be overwritten.
var ErrExists = errors.New("exists already")

const (
	stagePrefix = ".narrate-"
	stageLock   = "lock"
	clipsFolder = "clips"
)

// Folder is where an article's finished files go. They are all written into a
// hidden folder inside it and renamed when the last of them is whole, so that
// a failed or killed run leaves no half of a file; what a killed run did leave
// behind goes with the next one.
type Folder struct {
	Dir     string
	Name    string // what its files are called, before the suffix
	Formats []output.Format
	Clips   clipset.Unit // "" for no clips
	Force   bool         // overwrite what is there

	made bool // Dir was made by Prepare
}

func (f *Folder) path(suffix string) string {
	return filepath.Join(f.Dir, f.Name+"."+suffix)
}

// ReportPath is the report's file.
func (f *Folder) ReportPath() string { return f.path("report.json") }

// Prepare makes the folder and checks, before any work is done, that all files
// can be written on this machine and none is in the way.
func (f *Folder) Prepare(ctx context.Context) error {
	for _, format := range f.Formats {
		if err := format.Check(ctx); err != nil {
			return err
		}
	}
	if !f.Force {
		paths := []string{}
		for _, format := range f.Formats {
			paths = append(paths, f.path(format.Info().Suffix))
		}
		if f.Clips != "" {
			paths = append(paths, filepath.Join(f.Dir, clipsFolder))
		}
		for _, path := range paths {
			if _, err := os.Lstat(path); err == nil {
				return fmt.Errorf("%s: %w", path, ErrExists)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	if err := os.Mkdir(f.Dir, 0o755); err == nil {
		f.made = true
	} else if err := os.MkdirAll(f.Dir, 0o755); err != nil {
		return err
	}
	if err := f.sweep(); err != nil {
		f.Discard()
		return err
	}
	// Whether the folder can be written is better known before an hour of
	// speech than after it.
	stage, err := f.stage()
	if err != nil {
		f.Discard()
		return err
	}
	return stage.remove()
}

// Frames is how many frames Write encodes: what Edition.Progress adds up to.
func (f *Folder) Frames(e output.Edition) int64 {
	once := e.Timeline.Frames
	if f.Clips != "" {
		once += clipset.Frames(e, f.Clips)
	}
	var n int64
	for _, format := range f.Formats {
		if format.Info().Sound {
			n += once
		}
	}
	return n
}

// Discard removes the folder if Prepare made it and nothing is in it.
func (f *Folder) Discard() {
	if f.made {
		os.Remove(f.Dir)
	}
}

// Write writes all files and gives their paths.
func (f *Folder) Write(ctx context.Context, e output.Edition) (paths []string, err error) {
	stage, err := f.stage()
	if err != nil {
		return nil, err
	}
	defer func() {
		if removeErr := stage.remove(); err == nil {
			err = removeErr
		}
	}()
	type move struct{ from, to string }
	var moves []move
	for _, format := range f.Formats {
		to := f.path(format.Info().Suffix)
		from := filepath.Join(stage.dir, filepath.Base(to))
		if err := writeFile(ctx, from, format, e); err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		moves = append(moves, move{from, to})
	}
	if f.Clips != "" {
		from, to := filepath.Join(stage.dir, clipsFolder), filepath.Join(f.Dir, clipsFolder)
		if err := clipset.Write(ctx, from, e, f.Clips, clipFormats(f.Formats)); err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		if err := stage.retire(to); err != nil {
			return nil, err
		}
		moves = append(moves, move{from, to})
	}
	for _, m := range moves {
		if err := os.Rename(m.from, m.to); err != nil {
			return nil, err
		}
		paths = append(paths, m.to)
	}
	return paths, nil
}

// WriteReport writes the report, over an older one.
func (f *Folder) WriteReport(r *Report) (err error) {
	raw, err := r.JSON()
	if err != nil {
		return err
	}
	stage, err := f.stage()
	if err != nil {
		return err
	}
	defer func() {
		if removeErr := stage.remove(); err == nil {
			err = removeErr
		}
	}()
	from := filepath.Join(stage.dir, filepath.Base(f.ReportPath()))
	if err := os.WriteFile(from, raw, 0o644); err != nil {
		return err
	}
	return os.Rename(from, f.ReportPath())
}

// clipFormats are those of the formats that make sense for a single clip: the
// sound and its captions.
func clipFormats(formats []output.Format) []output.Format {
	var list []output.Format
	for _, f := range formats {
		if info := f.Info(); info.Sound || info.Caption {
			list = append(list, f)
		}
	}
	return list
}

func writeFile(ctx context.Context, path string, format output.Format, e output.Edition) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	err = format.Write(ctx, file, e)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}

// stage is a hidden folder for unfinished files, locked while its process
// lives.
type stage struct {
	dir  string
	lock *flock.Flock
}

func (f *Folder) stage() (*stage, error) {
	dir, err := os.MkdirTemp(f.Dir, stagePrefix+"*")
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir, lock: flock.New(filepath.Join(dir, stageLock))}
	if err := s.lock.Lock(); err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

func (s *stage) remove() error {
	return errors.Join(s.lock.Close(), os.RemoveAll(s.dir))
}

// retire moves an older clips folder out of the way, into the stage. Only a
// folder that narrate wrote is touched.
func (s *stage) retire(clips string) error {
	if _, err := os.Lstat(clips); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(clips, clipset.IndexName)); err != nil {
		return fmt.Errorf("%s: not a folder of clips that narrate wrote; move it away first: %w", clips, err)
	}
	return os.Rename(clips, filepath.Join(s.dir, "old-"+clipsFolder))
}

// sweep removes the stages of processes that are gone.
func (f *Folder) sweep() error {
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), stagePrefix) {
			continue
		}
		dir := filepath.Join(f.Dir, entry.Name())
		path := filepath.Join(dir, stageLock)
		if _, err := os.Lstat(path); err != nil {
			continue // just being made, or not a stage
		}
		lock := flock.New(path)
		if dead, err := lock.TryLock(); err != nil || !dead {
			continue // in use
		}
		if err := errors.Join(lock.Close(), os.RemoveAll(dir)); err != nil {
			return err
		}
	}
	return nil
}
