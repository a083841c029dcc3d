package clipset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"narrate/internal/output/plain"
)

// heading is a clip's title: its text or its chapter's title on one line, and
// no longer than 100 code points.
func heading(name string) string { return plain.Shorten(plain.Line(name), 100) }

// makeFolder sees that dir is an empty folder and says whether it made it.
func makeFolder(dir string) (made bool, err error) {
	err = os.Mkdir(dir, 0o777)
	if !errors.Is(err, fs.ErrExist) {
		return err == nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	if len(entries) > 0 {
		return false, fmt.Errorf("%s: folder is not empty: %w", dir, fs.ErrExist)
	}
	return false, nil
}

// empty removes what Write wrote: the folder if it made it, else all in it.
func empty(dir string, made bool) error {
	if made {
		return os.RemoveAll(dir)
	}
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.Remove(filepath.Join(dir, entry.Name())))
	}
	return err
}

func writeIndex(path string, idx index) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(idx); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}
