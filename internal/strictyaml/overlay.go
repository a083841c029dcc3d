package strictyaml

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// Embedded is a folder of files that the program brings along.
type Embedded struct {
	Files   fs.FS
	Pattern string // those of fs.Glob
	Place   string // what messages call the folder
}

// Overlay gives the things that the embedded files hold, overlaid by those of
// the *.yaml files of each of dirs in turn: one replaces an earlier folder's of
// the same name. A folder that does not exist is an empty one; two of one name in
// one folder, or more than so many files in one, are an error. They are sorted by
// name.
func Overlay[T any](k Kind, own Embedded, dirs []string, most int,
	load func(folder fs.FS, file, place string) (T, error), name func(T) string,
) ([]T, error) {
	all := map[string]T{}
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
				return err
			}
			called := name(thing)
			if other, twice := from[called]; twice {
				return fmt.Errorf("%s: name: %q is also the name in %s", place(file), called, other)
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
	return list, nil
}
