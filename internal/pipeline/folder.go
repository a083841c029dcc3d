package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"narrate/internal/output"
	"narrate/internal/output/clipset"
)

// Errors that callers tell apart with errors.Is.
var (
	ErrExists = errors.New("exists already")                     // a finished file would be overwritten
	ErrInUse  = errors.New("another narrate is writing into it") // into the same folder
)

const clipsFolder = "clips"

// Folder is where an article's finished files go. From Prepare to Close it is
// this process's alone. All files are written into a hidden stage inside it
// and moved out when the last of them is whole; if one cannot be moved, what
// was there before is put back. So a failed or killed run leaves no half of a
// file, and what a killed run did leave in the stage goes with the next one.
type Folder struct {
	Dir     string
	Name    string // what its files are called, before the suffix
	Formats []output.Format
	Clips   clipset.Unit // "" for no clips
	// Apart has formats with sound or captions written as clips only.
	Apart bool
	// Cover is written as a file of its own, too; nil for none.
	Cover *output.Picture
	Force bool // overwrite what is there

	made  []string // the folders that Prepare made, outermost first
	stage *stage
}

func (f *Folder) path(suffix string) string {
	return filepath.Join(f.Dir, f.Name+"."+suffix)
}

// whole lists the formats of which there is a file for the whole programme.
func (f *Folder) whole() []output.Format {
	if !f.Apart {
		return f.Formats
	}
	var list []output.Format
	for _, format := range f.Formats {
		if info := format.Info(); info.Whole || !info.Sound && !info.Caption {
			list = append(list, format)
		}
	}
	return list
}

// soundFile is the name of the first file that holds the whole programme's
// sound; "" for none.
func (f *Folder) soundFile() string {
	for _, format := range f.whole() {
		if info := format.Info(); info.Sound && !info.Whole {
			return f.Name + "." + info.Suffix
		}
	}
	return ""
}

// coverPath is the cover's file; "" for none.
func (f *Folder) coverPath() string {
	if f.Cover == nil {
		return ""
	}
	return f.path("cover." + map[string]string{"image/jpeg": "jpg", "image/png": "png"}[f.Cover.MediaType])
}

// ReportPath is the report's file.
func (f *Folder) ReportPath() string { return f.path("report.json") }

func (f *Folder) clipsPath() string { return filepath.Join(f.Dir, clipsFolder) }

// Prepare makes the folder and checks, before any work is done, that all files
// can be written on this machine and none is in the way.
func (f *Folder) Prepare(ctx context.Context) error {
	for _, format := range f.Formats {
		if err := format.Check(ctx); err != nil {
			return err
		}
	}
	if info, err := os.Stat(f.Dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s: a file is where the folder for the finished files should be; -o DIR writes elsewhere", f.Dir)
	}
	made, err := makeFolders(f.Dir)
	f.made = made
	if err == nil {
		// This also shows, before an hour of speech, whether the folder can be
		// written, and undoes what a killed run has moved in.
		f.stage, err = openStage(f.Dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", f.Dir, err), f.Close())
	}
	if err := f.checkTargets(); err != nil {
		return errors.Join(err, f.Close())
	}
	return nil
}

// checkTargets says whether everything may be written where it should be.
func (f *Folder) checkTargets() error {
	for _, format := range f.whole() {
		if err := f.checkFile(f.path(format.Info().Suffix), f.Force); err != nil {
			return err
		}
	}
	if cover := f.coverPath(); cover != "" {
		if err := f.checkFile(cover, f.Force); err != nil {
			return err
		}
	}
	// A report is always replaced: a failed run leaves one and nothing else.
	if err := f.checkFile(f.ReportPath(), true); err != nil {
		return err
	}
	return f.checkClips()
}

// checkFile says whether a file may be written at path.
func (f *Folder) checkFile(path string, replace bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s: a folder is where a file should be written; move it away first", path)
	case !replace:
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	return nil
}

// checkClips says whether the clips folder may be written: in place of an
// older one only, and one that narrate wrote.
func (f *Folder) checkClips() error {
	if f.Clips == "" {
		return nil
	}
	if _, err := os.Lstat(f.clipsPath()); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(f.clipsPath(), clipset.IndexName)); err != nil {
		return fmt.Errorf("%s: not a folder of clips that narrate wrote; move it away first", f.clipsPath())
	}
	if !f.Force {
		return fmt.Errorf("%s: %w", f.clipsPath(), ErrExists)
	}
	return nil
}

// StaleClips is the clips folder of an earlier run that this one does not
// replace; "" if there is none.
func (f *Folder) StaleClips() string {
	if f.Clips != "" {
		return ""
	}
	if _, err := os.Lstat(filepath.Join(f.clipsPath(), clipset.IndexName)); err != nil {
		return ""
	}
	return f.clipsPath()
}

// Frames is how many frames Write encodes: what Edition.Progress adds up to.
func (f *Folder) Frames(e output.Edition) int64 {
	var n int64
	for _, format := range f.whole() {
		if format.Info().Sound {
			n += e.Timeline.Frames
		}
	}
	if f.Clips != "" {
		for _, format := range ClipFormats(f.Formats) {
			if format.Info().Sound {
				n += clipset.Frames(e, f.Clips)
			}
		}
	}
	return n
}

// Write writes all files and gives their paths. Either all of them are new
// afterwards, or none.
func (f *Folder) Write(ctx context.Context, e output.Edition) ([]string, error) {
	var targets []string
	e.SoundFile = f.soundFile()
	for _, format := range f.whole() {
		to := f.path(format.Info().Suffix)
		err := output.WriteFile(ctx, f.stage.path(to), format, e)
		if err == nil {
			err = flush(f.stage.path(to))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		targets = append(targets, to)
	}
	if cover := f.coverPath(); cover != "" {
		if err := os.WriteFile(f.stage.path(cover), f.Cover.Data, 0o644); err != nil {
			return nil, err
		}
		targets = append(targets, cover)
	}
	if f.Clips != "" {
		to := f.clipsPath()
		if err := clipset.Write(ctx, f.stage.path(to), e, f.Clips, ClipFormats(f.Formats)); err != nil {
			return nil, fmt.Errorf("%s: %w", to, err)
		}
		targets = append(targets, to)
	}
	if err := f.stage.publish(targets); err != nil {
		return nil, err
	}
	return targets, nil
}

// WriteReport writes the report, over an older one.
func (f *Folder) WriteReport(r *Report) error {
	raw, err := r.JSON()
	if err != nil {
		return err
	}
	to := f.ReportPath()
	if err := os.WriteFile(f.stage.path(to), raw, 0o644); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	return f.stage.publish([]string{to})
}

// Close lets go of the folder, and removes it if Prepare made it and nothing
// was written.
func (f *Folder) Close() error {
	var err error
	if f.stage != nil {
		err = f.stage.close()
		f.stage = nil
	}
	for i := len(f.made) - 1; i >= 0; i-- {
		// One that is not empty stays, and so do those around it.
		if os.Remove(f.made[i]) != nil {
			break
		}
	}
	f.made = nil
	return err
}

// ClipFormats are those of the formats that make sense for a single clip: the
// sound and its captions.
func ClipFormats(formats []output.Format) []output.Format {
	var list []output.Format
	for _, f := range formats {
		if info := f.Info(); !info.Whole && (info.Sound || info.Caption) {
			list = append(list, f)
		}
	}
	return list
}

// makeFolders makes dir and the folders around it, and gives those that were
// not there, outermost first.
func makeFolders(dir string) (made []string, err error) {
	var wanted []string
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		wanted = append(wanted, at)
	}
	for i := len(wanted) - 1; i >= 0; i-- {
		err := os.Mkdir(wanted[i], 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue // another process was faster
		}
		if err != nil {
			return made, err
		}
		made = append(made, wanted[i])
	}
	return made, nil
}

// flush has a finished file reach the disk, which the renaming must not do
// before it.
func flush(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
