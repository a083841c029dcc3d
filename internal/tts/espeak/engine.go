package espeak

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"narrate/internal/dylib"
	"narrate/internal/process"
	"narrate/internal/tts"
)

// engine is what was found on this machine.
type engine struct {
	program string // path
	version string // "1.51"
	data    string // fingerprint of the data folder
	seeded  bool   // the noise must be seeded to be repeatable
	voices  list
	note    string // why the library is not used; empty where it is
	folder  string // of the voice data

	tables    []phonemeTable
	tablesErr error // why pronunciations cannot be given
}

// adapter is this package's own part in a clip: what harmless, synthFlags,
// place, tokenize and the numbers of prosody make of a request. Count it up
// with every change there that may alter the sound or the marks of any text,
// or clips of before would be taken for those of now.
const adapter = 1

// key changes whenever the sound, or what comes with it, may change.
func (e *engine) key() string {
	marks := "with word times"
	if e.note != "" {
		marks = "without word times"
	}
	return fmt.Sprintf("espeak-ng %s data %s adapter %d %s", e.version, e.data, adapter, marks)
}

// look examines the engine, once; a failure is not remembered.
func (b *Backend) look(ctx context.Context) (*engine, error) {
	return b.engine.Get(ctx, func() (*engine, error) {
		e, err := b.examine(ctx)
		if err != nil {
			return nil, fmt.Errorf("espeak: %w", err)
		}
		return e, nil
	})
}

// versionLine is what espeak-ng --version prints.
var versionLine = regexp.MustCompile(`(?m)text-to-speech: +(\S+).*Data at: *(.+?)\s*$`)

func (b *Backend) examine(ctx context.Context) (*engine, error) {
	path, err := exec.LookPath(b.options.Program)
	if err != nil {
		return nil, fmt.Errorf("%s is %w (%w); %s", b.options.Program, tts.ErrMissing, err,
			process.InstallHint("espeak-ng", "espeak-ng", "eSpeak-NG.eSpeak-NG"))
	}
	e := &engine{program: path}
	out, err := e.run(ctx, b.options.Timeout, maxListing, "", "--version")
	if err != nil {
		return nil, err
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return nil, fmt.Errorf("%s --version: cannot make sense of %.100q; narrate needs espeak-ng 1.50 or later", path, out)
	}
	e.version = string(m[1])
	e.seeded = since152(e.version)
	data, err := filepath.EvalSymlinks(string(m[2]))
	if err != nil {
		return nil, fmt.Errorf("voice data of %s: %w; reinstall espeak-ng", path, err)
	}
	if e.data, err = fingerprint(ctx, data); err != nil {
		return nil, fmt.Errorf("voice data of %s: %w", path, err)
	}
	e.folder = data
	tables, err := os.ReadFile(filepath.Join(data, "phontab"))
	if err == nil {
		e.tables, err = parsePhontab(tables)
	}
	e.tablesErr = err
	if err := e.listVoices(ctx, b, data); err != nil {
		return nil, err
	}
	e.note, err = b.probe(ctx, e.version)
	return e, err
}

func (e *engine) listVoices(ctx context.Context, b *Backend, data string) error {
	out, err := e.run(ctx, b.options.Timeout, maxListing, "", "--voices")
	if err != nil {
		return err
	}
	e.voices.voices = parseVoices(string(out))
	if len(e.voices.voices) == 0 {
		return fmt.Errorf("%s --voices lists no voice; reinstall espeak-ng", e.program)
	}
	variants, err := os.ReadDir(filepath.Join(data, "voices", "!v"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("voice variants: %w", err)
	}
	for _, v := range variants {
		e.voices.variants = append(e.voices.variants, v.Name())
	}
	if out, err = e.run(ctx, b.options.Timeout, maxListing, "", "--voices=mb"); err != nil {
		return err
	}
	_, missing := exec.LookPath("mbrola")
	for _, v := range parseVoices(string(out)) {
		there := slices.ContainsFunc(mbrolaPlaces(data, v.file), func(place string) bool {
			info, err := os.Stat(place)
			return err == nil && info.Mode().IsRegular()
		})
		if there && missing == nil {
			e.voices.voices = append(e.voices.voices, v)
		} else {
			e.voices.silent = append(e.voices.silent, v)
		}
	}
	return nil
}

// probe asks a worker whether it can use the library. The note says why not.
func (b *Backend) probe(ctx context.Context, version string) (note string, err error) {
	switch {
	case dylib.Disabled():
		return "no word times: libespeak-ng is switched off by NARRATE_NO_LIBS", nil
	case len(b.options.Worker) == 0:
		return "no word times: no worker to load libespeak-ng in", nil
	}
	found, err := b.pool.probe(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return fmt.Sprintf("no word times: %v", err), nil
	}
	if found != version {
		return fmt.Sprintf("no word times: libespeak-ng is version %s, but the program is %s", found, version), nil
	}
	return "", nil
}

// since152 reports whether a version is 1.52 or later. These seed the noise in
// some voices from the clock unless told not to; earlier ones refuse the
// option.
func since152(version string) bool {
	m := regexp.MustCompile(`^(\d+)\.(\d+)`).FindStringSubmatch(version)
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(m[1]) // digits; too many of them count as the largest number
	minor, _ := strconv.Atoi(m[2])
	return major > 1 || major == 1 && minor >= 52
}

// fingerprint is a hash over all files below a folder, by name and content.
// For the engine's 13 MB it takes some 20 ms.
func fingerprint(ctx context.Context, folder string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err := cmp.Or(err, ctx.Err()); err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		content := sha256.New()
		if _, err := io.Copy(content, f); err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%q %x\n", filepath.ToSlash(name), content.Sum(nil))
		return err
	})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), nil
}
