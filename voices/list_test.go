package voices

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestResolveList(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "slow.yaml"), []byte("name: slow\nbackend: espeak\nlanguage: de\nvoice: gmw/de\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	plain, err := set.Find("de")
	if err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{
		"de":                        "de",
		"de,espeak:de+f3":           "de espeak:de+f3",
		"slow.yaml, en-GB , de":     "slow en-GB de",
		"espeak:de+f3,espeak:de+f3": "espeak:de+f3 espeak:de+f3",
	} {
		v, err := set.ResolveList(folder, arg)
		if err != nil {
			t.Errorf("%s: %v", arg, err)
			continue
		}
		names := []string{v.Name}
		for _, f := range v.Fallback {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s", arg, got)
		}
		if v == plain && len(v.Fallback) > 0 || len(plain.Fallback) > 0 {
			t.Errorf("%s: the profile itself has a fallback", arg)
		}
	}
	for arg, says := range map[string]string{"de,": "empty name", ",de": "empty name", "de,nobody": "nobody", "": "no profile"} {
		if _, err := set.ResolveList(folder, arg); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", arg, err)
		}
	}
	if _, err := set.ResolveList(folder, "de,nobody"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}
