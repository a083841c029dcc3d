package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"narrate/internal/input"
	"narrate/internal/input/docx"
	"narrate/internal/input/epub"
	"narrate/internal/input/html"
	"narrate/internal/input/markdown"
	"narrate/internal/input/odt"
	"narrate/internal/input/ssml"
	"narrate/internal/input/text"
	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/caption/vtt"
	"narrate/internal/output/chapters"
	"narrate/internal/output/manifest"
	"narrate/internal/tts"
	"narrate/internal/tts/check"
	"narrate/internal/tts/espeak"
	"narrate/internal/tts/retry"
)

// The tables of all plug-ins. A new input format, backend or output format is
// a new folder and a line here.

var inputFormats = []input.Format{
	text.Format{},
	markdown.Format{},
	html.Format{},
	epub.Format{},
	docx.Format{},
	odt.Format{},
	ssml.Format{},
}

var outputFormats = []output.Format{
	mp3.Format{},
	wav.Format{},
	srt.Format{},
	vtt.Format{},
	chapters.Format{},
	manifest.Format{},
}

var newBackends = []func() tts.Backend{
	func() tts.Backend { return espeak.New(espeak.Options{Worker: worker()}) },
}

// worker is the command that starts this program again as an engine's worker;
// nil, which engines take for none, where the system does not tell its path.
func worker() []string {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{path}
}

const (
	defaultFormats = "mp3,srt,vtt,chapters,timeline"
	defaultBackend = "espeak"
)

// backends is every speech engine, safe to use: each clip is checked, and what
// fails is tried again.
type backends map[string]tts.Backend

func openBackends() backends {
	all := backends{}
	for _, open := range newBackends {
		b := open()
		all[b.Name()] = retry.New(check.New(b), retry.Options{})
	}
	return all
}

func (b backends) close() error {
	var errs []error
	for _, backend := range b {
		errs = append(errs, backend.Close())
	}
	return errors.Join(errs...)
}

// maxText is the longest text that every installed backend takes at once, in
// code points; 0 is no limit.
func (b backends) maxText(ctx context.Context) int {
	most := 0
	for _, backend := range b {
		info, err := backend.Info(ctx)
		if err == nil && info.MaxText > 0 && (most == 0 || info.MaxText < most) {
			most = info.MaxText
		}
	}
	return most
}

// findFormats gives the output formats of those names, each once.
func findFormats(names []string) ([]output.Format, error) {
	var found []output.Format
	all := formatNames()
	seen := map[string]bool{}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		i := slices.Index(all, name)
		if i < 0 {
			return nil, fmt.Errorf("no output format %q; there are %s", name, strings.Join(all, ", "))
		}
		if !seen[name] {
			found = append(found, outputFormats[i])
		}
		seen[name] = true
	}
	return found, nil
}
