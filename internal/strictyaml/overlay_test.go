package strictyaml

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOverlay(t *testing.T) {
	own := Embedded{Files: fstest.MapFS{"a.yaml": {Data: []byte("b")}, "c.yaml": {Data: []byte("a")}, "x.txt": {Data: []byte("x")}}, Pattern: "*.yaml", Place: "own"}
	// A thing is "name from place"; its file holds the name.
	load := func(folder fs.FS, file, place string) (string, error) {
		data, err := Kind{Name: "thing"}.Load(folder, file, place)
		return string(data) + " from " + place, err
	}
	name := func(thing string) string { return thing[:1] }
	folder := func(files ...string) string {
		dir := t.TempDir()
		for _, f := range files {
			file, data, _ := strings.Cut(f, "=")
			if err := os.WriteFile(filepath.Join(dir, file), []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	one, two := folder("1.yaml=b", "2.yaml=d", "3.yml=e"), folder("1.yaml=d")
	list, err := Overlay(Kind{Name: "thing"}, own, []string{one, "/no/such/folder", two}, 2, load, name)
	want := []string{"a from own/c.yaml", "b from " + filepath.Join(one, "1.yaml"), "d from " + filepath.Join(two, "1.yaml")}
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("%q, %v, want %q", list, err, want)
	}
	twice, many := folder("1.yaml=q", "2.yaml=q"), folder("1.yaml=q", "2.yaml=r", "3.yaml=s")
	for dir, want := range map[string]string{
		twice:                        filepath.Join(twice, "2.yaml") + `: name: "q" is also the name in ` + filepath.Join(twice, "1.yaml"),
		many:                         "things: more than 2 files in " + many,
		filepath.Join(one, "1.yaml"): "things: " + filepath.Join(one, "1.yaml") + " is not a folder",
	} {
		if _, err := Overlay(Kind{Name: "thing"}, own, []string{dir}, 2, load, name); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", dir, err, want)
		}
	}
	if err := os.Mkdir(filepath.Join(two, "z.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Overlay(Kind{Name: "thing"}, own, []string{two}, 2, load, name); err == nil || !strings.Contains(err.Error(), "z.yaml: not a regular file") {
		t.Errorf("a folder for a file: %v", err)
	}
}

// TestOverlayBroken: files that cannot be used are told with their names, and
// leave the others as they are.
func TestOverlayBroken(t *testing.T) {
	dir := t.TempDir()
	for file, text := range map[string]string{
		"a.yaml": "name: 'first'\nbad: 1\n", "b.yaml": "bad: 1\n", "c.yaml": "name: good\n", "d.yaml": "name: good\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(folder fs.FS, file, place string) (string, error) {
		data, err := fs.ReadFile(folder, file)
		if name, ok := strings.CutPrefix(string(data), "name: good"); ok {
			return "good" + strings.TrimSpace(name), err
		}
		return "", errors.New(place + ": bad")
	}
	none := Embedded{Files: os.DirFS(t.TempDir()), Pattern: "*.yaml", Place: "none"}
	list, err := Overlay(Kind{Name: "thing"}, none, []string{dir}, 9, load, func(s string) string { return s })
	if len(list) != 1 || list[0] != "good" {
		t.Errorf("%q", list)
	}
	var names []string
	for _, f := range FileErrors(err) {
		names = append(names, f.Name)
	}
	if strings.Join(names, " ") != "first b good" || !strings.Contains(err.Error(), "a.yaml: bad") {
		t.Errorf("%q: %v", names, err)
	}
	if FileErrors(errors.New("another")) != nil || FileErrors(errors.Join(errors.New("another"))) != nil {
		t.Error("other errors are taken for those of files")
	}
}
