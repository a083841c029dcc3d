package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Embedded is a folder of files that the program brings along.
type Embedded struct {
	Files   fs.FS
	Pattern string // those of fs.Glob
	Place   string // what messages call the folder
}

// FileError is one file of several that cannot be used.
type FileError struct {
	// Name is that of the thing in it, as far as that can be told; else the file's
	// without its end.
	Name string
	Err  error
}

func (e *FileError) Error() string { return e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// FileErrors are those that an error of Overlay joins; nil where it is another.
func FileErrors(err error) []*FileError {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var all []*FileError
	for _, err := range joined.Unwrap() {
		var one *FileError
		if !errors.As(err, &one) {
			return nil
		}
		all = append(all, one)
	}
	return all
}

// nameLine is the line with the name of what is in a file.
var nameLine = regexp.MustCompile(`(?m)^name:[ \t]*["']?([A-Za-z0-9._-]+)`)

// nameOf gives the name of what is in a file that cannot be read as it should.
func nameOf(folder fs.FS, file string) string {
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	f, err := folder.Open(file)
	if err != nil {
		return name // its error is told already
	}
	defer f.Close()
	start, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if m := nameLine.FindSubmatch(start); err == nil && m != nil {
		return string(m[1])
	}
	return name
}

// Overlay gives the things that the embedded files hold, overlaid by those of
// the *.yaml files of each of dirs in turn: one replaces an earlier folder's of
// the same name. A folder that does not exist is an empty one; two of one name in
// one folder, or more than so many files in one, are an error. They are sorted by
// name. A file of dirs that cannot be used is left out: the error then joins a
// FileError for each, and the list holds what is in the others.
func Overlay[T any](k Kind, own Embedded, dirs []string, most int,
	load func(folder fs.FS, file, place string) (T, error), name func(T) string,
) ([]T, error) {
	all := map[string]T{}
	var broken []error
	add := func(folder fs.FS, pattern string, place func(file string) string) error {
		files, err := fs.Glob(folder, pattern)
		if err != nil {
			return fmt.Errorf("%ss: %w", k.Name, err)
		}
		if len(files) > most {
			return fmt.Errorf("%ss: more than %d files in %s", k.Name, most, place(""))
		}
		from := map[string]string{}
		for _, file := range files {
			thing, err := load(folder, file, place(file))
			if err != nil {
				broken = append(broken, &FileError{nameOf(folder, file), err})
				continue
			}
			called := name(thing)
			if other, twice := from[called]; twice {
				err := fmt.Errorf("%s: name: %q is also the name in %s", place(file), called, other)
				broken = append(broken, &FileError{called, err})
				continue
			}
			from[called] = place(file)
			all[called] = thing
		}
		return nil
	}
	if err := add(own.Files, own.Pattern, func(file string) string { return path.Join(own.Place, file) }); err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("%ss: %w", k.Name, err)
		case !info.IsDir():
			return nil, fmt.Errorf("%ss: %s is not a folder", k.Name, dir)
		}
		if err := add(os.DirFS(dir), "*.yaml", func(file string) string { return filepath.Join(dir, file) }); err != nil {
			return nil, err
		}
	}
	var list []T
	for _, called := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[called])
	}
	return list, errors.Join(broken...)
}
