package piper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"narrate/internal/tts"
)

// The limits for what lies in the folders of voices.
const (
	maxConfig   = 8 << 20 // bytes; with a thousand speakers, one has 50 kB
	maxSpeakers = 1 << 16
	maxPath     = 1000  // bytes of a model's name
	maxDepth    = 5     // as deep as the project's own collection of voices
	maxEntries  = 10000 // of files and folders that are looked through
)

// suffix is how the file of a model ends.
const suffix = ".onnx"

// config is what matters here of a model's configuration, MODEL.onnx.json
// (piper1-gpl, src/piper/config.py).
type config struct {
	Audio struct {
		SampleRate int    `json:"sample_rate"`
		Quality    string `json:"quality"`
	} `json:"audio"`
	Espeak struct {
		Voice string `json:"voice"`
	} `json:"espeak"`
	Language struct {
		Code string `json:"code"`
	} `json:"language"`
	Inference struct {
		LengthScale float64 `json:"length_scale"`
		NoiseScale  float64 `json:"noise_scale"`
		NoiseW      float64 `json:"noise_w"`
	} `json:"inference"`
	Speakers   int            `json:"num_speakers"`
	SpeakerIDs map[string]int `json:"speaker_id_map"`
}

// parseConfig reads a model's configuration. Fields that it does not know are
// for others.
func parseConfig(data []byte) (*config, error) {
	c := &config{Speakers: 1}
	// What the programs take where the model says nothing.
	c.Inference.LengthScale, c.Inference.NoiseScale, c.Inference.NoiseW = 1, 0.667, 0.8
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("it is not a model's configuration: %w", err)
	}
	if r := c.Audio.SampleRate; r < 8000 || r > 192000 {
		return nil, fmt.Errorf("its audio.sample_rate is %d, not 8000 to 192000", r)
	}
	if c.Speakers < 1 || c.Speakers > maxSpeakers {
		return nil, fmt.Errorf("its num_speakers is %d, not 1 to %d", c.Speakers, maxSpeakers)
	}
	for name, id := range c.SpeakerIDs {
		if id < 0 || id >= c.Speakers {
			return nil, fmt.Errorf("its speaker_id_map gives %.64q the number %d of %d", name, id, c.Speakers)
		}
	}
	i := c.Inference
	if !(i.LengthScale >= minLength && i.LengthScale <= maxLength) || !(i.NoiseScale >= 0 && i.NoiseScale <= maxNoise) || !(i.NoiseW >= 0 && i.NoiseW <= maxNoise) {
		return nil, fmt.Errorf("its inference has the scales %g, %g and %g", i.LengthScale, i.NoiseScale, i.NoiseW)
	}
	return c, nil
}

// readConfig reads the configuration in a file; its errors wrap tts.ErrVoice.
func readConfig(path string) (*config, error) {
	data, err := readSome(path, maxConfig)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: the model's configuration %s is missing; it is downloaded together with the model, see %s", tts.ErrVoice, path, page)
	case err != nil:
		return nil, fmt.Errorf("%w: the model's configuration: %w", tts.ErrVoice, err)
	case len(data) > maxConfig:
		return nil, fmt.Errorf("%w: %s has more than %d MiB and is no configuration of a model", tts.ErrVoice, path, maxConfig>>20)
	}
	c, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", tts.ErrVoice, path, err)
	}
	return c, nil
}

// readSome reads a file, at most a byte more than the limit.
func readSome(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read from
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// models are the voices in folders.
type models struct {
	folders []string

	mu   sync.Mutex
	sums map[string]sum
}

// sum is what a file held when it had that size and time.
type sum struct {
	size int64
	time time.Time
	hash string
}

// find gives the path of a model: by its own, which begins with "/" or "~/", or
// by its name or path in one of the folders, with ".onnx" or without. Its errors
// wrap tts.ErrVoice.
func (m *models) find(name string) (string, error) {
	if name == "" {
		return "", unfitVoice("a piper voice needs the name or the path of its model")
	}
	if len(name) > maxPath || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return "", unfitVoice(fmt.Sprintf("%.100q is not the name of a model", name))
	}
	path, err := expand(name)
	if err != nil {
		return "", err
	}
	if filepath.IsAbs(path) {
		if !strings.HasSuffix(path, suffix) {
			return "", unfitVoice(fmt.Sprintf("%.200q is not a model: its name does not end in %s", path, suffix))
		}
		ok, err := model(path)
		if err == nil && !ok {
			err = unfitVoice(fmt.Sprintf("there is no model %.200q; %s", path, m.hint()))
		}
		return path, err
	}
	path = strings.TrimSuffix(filepath.FromSlash(path), suffix) + suffix
	if !filepath.IsLocal(path) {
		return "", unfitVoice(fmt.Sprintf("%.200q leads out of the folders of voices; give the whole path", name))
	}
	for _, folder := range m.folders {
		if ok, err := model(filepath.Join(folder, path)); err != nil || ok {
			return filepath.Join(folder, path), err
		}
	}
	found, _ := m.walk()
	if p, ok := found[strings.TrimSuffix(path, suffix)]; ok {
		_, err := model(p)
		return p, err
	}
	return "", unfitVoice(fmt.Sprintf("there is no voice %.100q; %s", name, m.hint()))
}

// hint says how to get a voice.
func (m *models) hint() string {
	s := "for how to download voices see " + page
	if len(m.folders) > 0 {
		s += fmt.Sprintf(", and lay model and configuration (.onnx and .onnx.json) into %.200s", m.folders[0])
	}
	return s
}

// expand puts the user's home in place of "~".
func expand(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: %.200q: %w", tts.ErrVoice, path, err)
	}
	return filepath.Join(home, rest), nil
}

// model reports whether there is a model at that path. What is there and cannot
// be one is an error that wraps tts.ErrVoice: a download often ends in a page
// that explains an error, or in the pointer of a large file.
func model(path string) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.IsDir():
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%w: %w", tts.ErrVoice, err)
	case !info.Mode().IsRegular():
		return false, unfitVoice(fmt.Sprintf("%.200q is not a file", path))
	}
	head, err := readSome(path, 100)
	if err != nil {
		return false, fmt.Errorf("%w: %w", tts.ErrVoice, err)
	}
	text := bytes.TrimSpace(head)
	for _, start := range []string{"<", "{", "version https://git-lfs"} {
		if len(text) == 0 || bytes.HasPrefix(text, []byte(start)) {
			return false, unfitVoice(fmt.Sprintf("%.200q is not a model: it begins with %.40q; download it again, see %s", path, text, page))
		}
	}
	return true, nil
}

// walk looks through the folders for models, by name; also in order.
func (m *models) walk() (paths map[string]string, names []string) {
	paths = map[string]string{}
	seen := 0
	for _, folder := range m.folders {
		// Folders that are missing or cannot be read hold no voices.
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if seen++; seen > maxEntries {
				return fs.SkipAll
			}
			if err != nil {
				return nil
			}
			below, err := filepath.Rel(folder, path)
			if err != nil {
				return nil
			}
			if d.IsDir() {
				if strings.Count(below, string(filepath.Separator)) >= maxDepth {
					return fs.SkipDir
				}
				return nil
			}
			name, ok := strings.CutSuffix(d.Name(), suffix)
			if ok && paths[name] == "" && utf8.ValidString(name) && name != "" {
				paths[name] = path
				names = append(names, name)
			}
			return nil
		})
	}
	slices.Sort(names)
	return paths, names
}

// list gives the voices in the folders that can be used.
func (m *models) list() []tts.EngineVoice {
	paths, names := m.walk()
	var all []tts.EngineVoice
	for _, name := range names {
		path, err := m.find(name)
		if err != nil || path != paths[name] {
			continue
		}
		c, err := readConfig(path + ".json")
		if err != nil {
			continue // who asks for it is told
		}
		all = append(all, tts.EngineVoice{Name: name, Language: language(c), Note: note(c)})
	}
	return all
}

// sum is a hash of a file's content, which is read again when its size or time
// has changed. A model has 5 to 120 MB, read in a tenth of a second.
func (m *models) sum(ctx context.Context, path string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() // only read from
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if s := m.sums[path]; s.hash != "" && s.size == info.Size() && s.time.Equal(info.ModTime()) {
		return s.hash, nil
	}
	h := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if _, err := io.CopyN(h, f, 1<<20); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", err
		}
	}
	s := sum{info.Size(), info.ModTime(), fmt.Sprintf("%x", h.Sum(nil)[:8])}
	m.sums[path] = s
	return s.hash, nil
}
