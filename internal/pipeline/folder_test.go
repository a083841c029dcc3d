package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/clipset"
	"narrate/internal/output/outputtest"
)

// plain is a format of a few bytes.
type plain struct {
	name, content string
	err           error
}

func (p plain) Info() output.Info {
	return output.Info{Name: p.name, Suffix: p.name, Caption: true}
}
func (p plain) Check(context.Context) error { return nil }
func (p plain) Write(_ context.Context, dst io.WriteSeeker, _ output.Edition) error {
	if _, err := io.WriteString(dst, p.content); err != nil {
		return err
	}
	return p.err
}

// tree lists what is below a folder, with the content of files.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if filepath.Base(name) != clipset.IndexName {
				name += "=" + string(content)
			}
		}
		list = append(list, filepath.ToSlash(name))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func files(t *testing.T, dir string, contents map[string]string) {
	t.Helper()
	for name, content := range contents {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var errTest = errors.New("test failure")

func TestFolder(t *testing.T) {
	good := []output.Format{plain{name: "x", content: "new x"}, plain{name: "y", content: "new y"}}
	bad := []output.Format{plain{name: "x", content: "new x"}, plain{name: "y", content: "half", err: errTest}}
	older := map[string]string{"a.x": "old x", "a.y": "old y", "clips/index.json": "", "clips/1.x": "old clip"}
	const oldTree = "a.x=old x a.y=old y clips clips/1.x=old clip clips/index.json"
	const newClips = "clips clips/01-chapter-one.x=new x clips/01-chapter-one.y=new y clips/index.json"
	for _, test := range []struct {
		name    string
		there   map[string]string
		formats []output.Format
		clips   clipset.Unit
		force   bool
		prepare string // what Prepare's error says
		write   error  // what Write's error wraps
		want    string
	}{
		{name: "a new folder", formats: good, want: "a.x=new x a.y=new y"},
		{name: "with clips", formats: good, clips: clipset.Section, want: "a.x=new x a.y=new y " + newClips},
		{name: "a format fails", formats: bad, write: errTest},
		{name: "a format fails beside older files", there: older, formats: bad, clips: clipset.Section, force: true, write: errTest, want: oldTree},
		{name: "a file exists", there: older, formats: good, prepare: "a.x: exists already", want: oldTree},
		{
			name: "clips exist", there: map[string]string{"clips/index.json": ""}, formats: good, clips: clipset.Section,
			prepare: "clips: exists already", want: "clips clips/index.json",
		},
		{name: "force", there: older, formats: good, force: true, want: "a.x=new x a.y=new y clips clips/1.x=old clip clips/index.json"},
		{name: "force with clips", there: older, formats: good, clips: clipset.Section, force: true, want: "a.x=new x a.y=new y " + newClips},
		{
			name: "clips that are not ours", there: map[string]string{"clips/mine": "precious"}, formats: good, clips: clipset.Section, force: true,
			prepare: "not a folder of clips that narrate wrote", want: "clips clips/mine=precious",
		},
		{
			name: "a folder in a file's place", there: map[string]string{"a.y/mine": "precious"}, formats: good, force: true,
			prepare: "a.y: a folder is where a file should be written", want: "a.y a.y/mine=precious",
		},
		{
			name: "a folder in the report's place", there: map[string]string{"a.report.json/mine": "precious"}, formats: good,
			prepare: "a.report.json: a folder is", want: "a.report.json a.report.json/mine=precious",
		},
		{
			name: "what a killed run left", there: map[string]string{".narrate/lock": "", ".narrate/a.x": "half", ".narrate/clips/1.x": "half"}, formats: good,
			want: "a.x=new x a.y=new y",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "deep", "out")
			files(t, dir, test.there)
			f := &Folder{Dir: dir, Name: "a", Formats: test.formats, Clips: test.clips, Force: test.force}
			err := f.Prepare(t.Context())
			if (err == nil) != (test.prepare == "") || err != nil && !strings.Contains(err.Error(), test.prepare) {
				t.Fatalf("prepare: %v", err)
			}
			if err == nil {
				e := outputtest.Edition(t, outputtest.Spec{Chapters: 1, Cues: 2, Titles: []string{"Chapter One"}})
				paths, err := f.Write(t.Context(), e)
				if !errors.Is(err, test.write) || test.write == nil && err != nil {
					t.Fatalf("write: %v", err)
				}
				for _, path := range paths {
					if _, err := os.Stat(path); err != nil {
						t.Error(err)
					}
				}
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if test.there == nil && test.want == "" {
				if got := tree(t, root); got != "" {
					t.Errorf("left behind: %s", got)
				}
				return
			}
			if got := tree(t, dir); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestPublishRollsBack makes the last move fail after the others are done.
func TestPublishRollsBack(t *testing.T) {
	dir := t.TempDir()
	files(t, dir, map[string]string{"a": "old a", "clips/1": "old clip"})
	s, err := openStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	files(t, s.dir, map[string]string{"a": "new a", "b": "new b", "clips/1": "new clip"})
	targets := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "clips"), filepath.Join(dir, "never-written")}
	if err := s.publish(targets); err == nil {
		t.Fatal("a file that was never written is published")
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if got, want := tree(t, dir), "a=old a clips clips/1=old clip"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestKilledBetweenMoves starts from what a run leaves that was killed when it
// had moved the first and the third of four files.
func TestKilledBetweenMoves(t *testing.T) {
	dir := t.TempDir()
	files(t, dir, map[string]string{
		"a": "new a", "b": "old b", "c": "new c", "mine": "precious",
		".narrate/lock": "", ".narrate/moving.json": `["a","b","c","d"]`,
		".narrate/old-0": "old a", ".narrate/old-1": "old b", ".narrate/b": "new b", ".narrate/d": "new d",
	})
	s, err := openStage(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if got, want := tree(t, dir), "a=old a b=old b mine=precious"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOneRunAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	first := &Folder{Dir: dir, Name: "a"}
	if err := first.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := &Folder{Dir: dir, Name: "b"}
	if err := second.Prepare(t.Context()); !errors.Is(err, ErrInUse) || !strings.HasPrefix(err.Error(), dir) {
		t.Fatalf("the second run: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Prepare(t.Context()); err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the empty folder is left: %v", err)
	}
}

// TestManyRuns has many runs take turns at one folder, each alone in it.
func TestManyRuns(t *testing.T) {
	dir := t.TempDir()
	errs := make(chan error)
	for i := range 8 {
		go func() {
			for turn := 0; turn < 20; {
				s, err := openStage(dir)
				if errors.Is(err, ErrInUse) {
					continue
				}
				if err != nil {
					errs <- err
					return
				}
				mine := fmt.Sprint(i, turn)
				path := s.path("mine")
				if err = os.WriteFile(path, []byte(mine), 0o644); err == nil {
					var got []byte
					if got, err = os.ReadFile(path); err == nil && string(got) != mine {
						err = fmt.Errorf("%s found %s", mine, got)
					}
				}
				if err = errors.Join(err, s.close()); err != nil {
					errs <- err
					return
				}
				turn++
			}
			errs <- nil
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
