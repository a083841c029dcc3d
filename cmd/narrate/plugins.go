package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"narrate/internal/input"
	"narrate/internal/input/docx"
	"narrate/internal/input/epub"
	"narrate/internal/input/html"
	"narrate/internal/input/markdown"
	"narrate/internal/input/odt"
	"narrate/internal/input/ssml"
	"narrate/internal/input/text"
	"narrate/internal/output"
	"narrate/internal/output/audio/flac"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/mp4"
	"narrate/internal/output/audio/opus"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/caption/ass"
	"narrate/internal/output/caption/captionlabels"
	"narrate/internal/output/caption/csv"
	"narrate/internal/output/caption/lrc"
	"narrate/internal/output/caption/sbv"
	"narrate/internal/output/caption/srt"
	"narrate/internal/output/caption/syncmap"
	"narrate/internal/output/caption/textgrid"
	"narrate/internal/output/caption/transcript"
	"narrate/internal/output/caption/transcripthtml"
	"narrate/internal/output/caption/ttml"
	"narrate/internal/output/caption/txt"
	"narrate/internal/output/caption/vtt"
	"narrate/internal/output/caption/vttchapters"
	"narrate/internal/output/caption/vttmeta"
	"narrate/internal/output/chapters"
	outepub "narrate/internal/output/epub"
	"narrate/internal/output/lpf"
	"narrate/internal/output/manifest"
	"narrate/internal/output/page"
	outplot "narrate/internal/output/plot"
	"narrate/internal/plot"
	"narrate/internal/strictyaml"
	"narrate/internal/tts"
	"narrate/internal/tts/command"
	"narrate/internal/tts/espeak"
	"narrate/internal/tts/http"
	"narrate/internal/tts/openai"
	"narrate/internal/tts/piper"
	"narrate/internal/tts/plugin"
	"narrate/internal/tts/purse"
	"narrate/voices"
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
	mp4.Book,
	mp4.Audio,
	opus.Format{},
	flac.Format{},
	wav.Format{},
	lpf.Format{Audio: mp3.Format{}},
	outepub.Format{Audio: mp3.Format{}},
	page.Format{},
	page.Single{Audio: mp3.Format{}},
	outplot.Format{Picture: plot.Options{Kind: plot.SVG}},
	outplot.Format{Picture: plot.Options{Kind: plot.PNG}},
	srt.Format{},
	vtt.Format{},
	vttchapters.Format{},
	vttmeta.Format{},
	ass.Format{},
	lrc.Format{},
	lrc.Enhanced{},
	ttml.Format{},
	sbv.Format{},
	transcript.Format{},
	textgrid.Format{},
	captionlabels.Format{},
	csv.Format{},
	csv.Tabs{},
	syncmap.Format{},
	txt.Format{},
	transcripthtml.Format{},
	chapters.Format{},
	chapters.YouTube{},
	chapters.Spotify{},
	chapters.FFMetadata{},
	chapters.MP4Chaps{},
	chapters.Cue{},
	chapters.Labels{},
	manifest.Format{},
}

var newBackends = []func() tts.Backend{
	func() tts.Backend { return espeak.New(espeak.Options{Worker: worker()}) },
	func() tts.Backend { return openai.New(openai.Options{}) },
	func() tts.Backend { return piper.New(piper.Options{}) },
	func() tts.Backend { return piper.NewServer(piper.ServerOptions{URL: os.Getenv("NARRATE_PIPER_URL")}) },
}

// openers make every backend as it is: those above, the programs and services
// that profiles describe, and the plug-ins on PATH. Of one name the first counts.
// A profile that cannot be used is a warning, and its backend an error for who
// asks for it: it is not for those who do not, and no other takes its place.
func (a *app) openers() ([]func() tts.Backend, error) {
	all := slices.Clone(newBackends)
	taken, broken := map[string]bool{}, map[string]bool{}
	for _, open := range all {
		b := open() // which starts nothing
		taken[b.Name()] = true
		if err := b.Close(); err != nil {
			return nil, err
		}
	}
	add := func(name string, open func() tts.Backend) {
		if broken[name] {
			return // what it was to replace, which narrate brings along
		}
		if taken[name] {
			a.messages.warningf("profile %q is left out: narrate has a backend of that name already; give it another name", name)
			return
		}
		taken[name] = true
		all = append(all, open)
	}
	// without takes the files out that cannot be used; another error stays.
	without := func(err error) error {
		files := strictyaml.FileErrors(err)
		if files == nil {
			return err
		}
		for _, f := range files {
			a.messages.warningf("%v; the speech engine %q is left out", f.Err, f.Name)
			if !taken[f.Name] {
				add(f.Name, func() tts.Backend { return unusable{f.Name, f.Err} })
				broken[f.Name] = true
			}
		}
		return nil
	}
	programs, err := command.Load(filepath.Join(xdg.ConfigHome, "narrate", "commands"))
	if err := without(err); err != nil {
		return nil, err
	}
	for _, p := range programs {
		add(p.Name, func() tts.Backend { return command.New(p, command.Options{}) })
	}
	services, err := http.Load(filepath.Join(xdg.ConfigHome, "narrate", "services"))
	if err := without(err); err != nil {
		return nil, err
	}
	for _, p := range services {
		add(p.Name, func() tts.Backend { return http.New(p, http.Options{}) })
	}
	for _, f := range plugin.Find(os.Getenv("PATH")) {
		all = append(all, func() tts.Backend { return plugin.New(f.Name, f.Program, plugin.Options{}) })
	}
	return all, nil
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

const defaultBackend = "espeak"

// backends is every speech engine, safe to use: each clip is checked, the
// engine's terms are kept, what fails is tried again, and a service that is down
// is left alone.
type backends map[string]tts.Backend

func (a *app) openBackends() (backends, error) { return a.openBackendsFor(&purse.Purse{}) }

// openBackendsFor has what they cost taken from the purse.
func (a *app) openBackendsFor(p *purse.Purse) (backends, error) {
	openers, err := a.openers()
	if err != nil {
		return nil, err
	}
	all := backends{}
	for _, open := range openers {
		b := open()
		if all[b.Name()] != nil {
			if err := b.Close(); err != nil {
				return nil, err
			}
			continue
		}
		all[b.Name()] = safe(b, p, a.waiting)
	}
	return all, nil
}

func (b backends) close() error {
	var errs []error
	for _, backend := range b {
		errs = append(errs, backend.Close())
	}
	return errors.Join(errs...)
}

// speaks tells the language of an engine's own voice, BCP 47; "" where it is not
// known. What cannot be asked cannot speak either, which is told
// later on.
func (b backends) speaks(ctx context.Context) func(*voices.Voice) string {
	return func(v *voices.Voice) string {
		backend := b[v.Backend]
		if backend == nil {
			return ""
		}
		info, err := backend.Info(ctx)
		if err != nil {
			return ""
		}
		// eSpeak NG's voices can be named without their folder, and with a variant.
		name, _, _ := strings.Cut(v.Engine, "+")
		for _, own := range info.Voices {
			if own.Name == v.Engine || strings.EqualFold(own.Name, name) || strings.EqualFold(path.Base(own.Name), name) {
				return own.Language
			}
		}
		return ""
	}
}

// maxText tells the longest text that a voice and its fallbacks take at once, in
// code points; 0 is no limit. What cannot be had has no say.
func (b backends) maxText(ctx context.Context) func(*voices.Voice) int {
	known := map[*voices.Voice]int{}
	return func(v *voices.Voice) int {
		most, ok := known[v]
		if ok {
			return most
		}
		for _, v := range append([]*voices.Voice{v}, v.Fallback...) {
			backend := b[v.Backend]
			if backend == nil {
				continue
			}
			if terms, err := tts.TermsOf(ctx, backend, *v); err == nil && terms.MaxText > 0 && (most == 0 || terms.MaxText < most) {
				most = terms.MaxText
			}
		}
		known[v] = most
		return most
	}
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
