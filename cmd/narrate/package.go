package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"narrate/internal/clipstore"
	"narrate/internal/config"
	"narrate/internal/input"
	"narrate/internal/output"
	"narrate/internal/output/clipset"
	"narrate/internal/output/manifest"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/preset"
	"narrate/internal/timeline"
)

const packageLong = `narrate package makes further files from what is spoken already: it reads a
timeline.json that narrate wrote, takes the clips from the clip store, and
speaks nothing. Levels, bit rates and whether each chapter is a file are those of
the timeline, unless --preset or --sound says others; its sample rate, pauses and
music stay as they are.`

const packageExample = `  narrate package --format m4b book/book.timeline.json
  narrate package --format m4a,flac --sound aac=48 talk/talk.timeline.json
  narrate package --format srt,vtt -o captions talk/talk.timeline.json`

// packaging is the command that makes further files of a timeline.
type packaging struct {
	*app
	production
	output, clips string
	jobs          int
	force, quiet  bool
	verify, json  bool
	textOnly      bool // no file with sound, and no report
}

func oneTimeline(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError{errors.New("give one timeline.json")}
	}
	return nil
}

func (p *packaging) fileFlags(f *pflag.FlagSet) {
	f.StringVarP(&p.output, "output", "o", "", "folder for the files (default: that of the timeline)")
	f.IntVarP(&p.jobs, "jobs", "j", runtime.NumCPU(), "pieces encoded at once")
	f.BoolVarP(&p.force, "force", "f", false, "overwrite finished files")
	f.BoolVarP(&p.quiet, "quiet", "q", false, "print errors and warnings only")
}

func newPackageCommand(a *app) *cobra.Command {
	p := &packaging{app: a}
	c := &cobra.Command{
		Use:     "package [flags] TIMELINE.json",
		Short:   "make further files of a timeline without speaking again",
		Long:    packageLong,
		Example: packageExample,
		Args:    oneTimeline,
		RunE:    func(c *cobra.Command, args []string) error { return p.run(c.Context(), args[0]) },
	}
	p.flags(c)
	f := c.Flags()
	p.fileFlags(f)
	f.BoolVar(&p.verify, "check", true, "measure the sound files that were written, as \"narrate check\" does, and warn of misses")
	f.BoolVar(&p.json, "json", false, "print the result as one JSON object")
	f.StringVar(&p.clips, "clips", "", "also write a file for each 'section' or 'sentence' into clips/ (default: none)")
	complete(c, "clips", []string{string(clipset.Section), string(clipset.Sentence)})
	return c
}

func (p *packaging) run(ctx context.Context, path string) (err error) {
	given, err := p.given()
	if err != nil {
		return err
	}
	if p.jobs < 1 {
		return usageError{fmt.Errorf("--jobs %d: at least 1", p.jobs)}
	}
	unit := clipset.Unit("")
	if p.clips != "" {
		if unit, err = clipset.ParseUnit(p.clips); err != nil {
			return usageError{fmt.Errorf("--clips: %w", err)}
		}
	}
	e, err := readTimeline(path)
	if err != nil {
		return err
	}
	e.Generator, e.Jobs, e.Shared = generator, p.jobs, new(sync.Map)
	if e.Captions, err = captionRules(given); err != nil {
		return usageError{err}
	}
	numbers, err := p.numbers(&e, given)
	if err != nil {
		return err
	}
	if given.Formats == nil {
		given.Formats = slices.DeleteFunc(numbers.Formats, func(name string) bool { return name == manifest.Format{}.Info().Name })
		if given.Preset == "" {
			return usageError{errors.New("name the files to write with --format")}
		}
	}
	formats, err := findFormats(given.Formats)
	if err != nil {
		return usageError{err}
	}
	leaveHeadroom(&e.Mastering, formats)
	for _, f := range formats {
		switch info := f.Info(); {
		case p.textOnly && info.Sound:
			return usageError{fmt.Errorf("--format: %s holds sound; narrate package makes it", info.Name)}
		case p.textOnly && info.Plays:
			return usageError{fmt.Errorf("--format: %s plays a file of sound beside it; narrate package --format mp3,%s makes both", info.Name, info.Name)}
		}
		if err := fit(f, pcm.Format{Rate: e.Timeline.Rate, Channels: e.Channels}, &e.Encoding, given.Sound); err != nil {
			return err
		}
	}
	base := timelineBase(path)
	if err := p.tell(&e, given, formats, filepath.Join(filepath.Dir(path), base), numbers.Cover); err != nil {
		return err
	}
	if err := p.keep(ctx, &e, path, formats); err != nil {
		return err
	}
	folder := &pipeline.Folder{
		Dir: p.output, Name: base, Formats: formats, Clips: unit, Apart: numbers.PerChapter, Force: p.force,
	}
	if folder.Dir == "" {
		folder.Dir = filepath.Dir(path)
	}
	if folder.Apart {
		folder.Clips = clipset.Section
		if err := parted(e.Timeline, &numbers); err != nil {
			return err
		}
	}
	if err := folder.Prepare(ctx); err != nil {
		return err
	}
	r := result{Folder: folder.Dir}
	err = p.make(ctx, folder, path, e, &numbers, &r)
	if closeErr := folder.Close(); err == nil {
		err = closeErr
	}
	if err != nil || p.quiet && !p.json {
		return err
	}
	return p.printFiles(r, "", p.json)
}

// parted says whether a timeline has the silence around each chapter that a
// preset wants of each file.
func parted(t *timeline.Timeline, p *preset.Preset) error {
	for i := range t.Chapters {
		c := &t.Chapters[i]
		if len(c.Cues) == 0 {
			continue
		}
		head, tail := c.Cues[0].Span.Start-c.Span.Start, c.Span.End-c.Cues[len(c.Cues)-1].Span.End
		if head < t.Rate.Frames(p.Head) || tail < t.Rate.Frames(p.Tail) {
			return fmt.Errorf("chapter %d has not the silence before and after that %s wants of each file; narrate the article again with --preset %s", i+1, p.Name, p.Name)
		}
	}
	return nil
}

// numbers gives the edition the numbers that are asked for: a preset's, or its
// own, with some changed.
func (p *packaging) numbers(e *output.Edition, given config.Config) (preset.Preset, error) {
	own, err := preset.Find(e.Made.Preset)
	if err != nil { // made by none, or by one that another version has
		own = preset.Preset{}
	}
	numbers := own
	numbers.Encoding, numbers.Mastering, numbers.Format.Channels = e.Encoding, e.Mastering, max(1, e.Channels)
	numbers.PerChapter, numbers.Head, numbers.Tail = e.Made.PerChapter, e.Made.Head, e.Made.Tail
	if given.Preset != "" {
		if numbers, err = preset.Find(given.Preset); err != nil {
			return numbers, usageError{err}
		}
		if own.Name != "" && e.Metadata.Genre == own.Genre {
			e.Metadata.Genre = numbers.Genre
		}
	}
	for _, key := range []string{"rate", "head", "tail", "credits"} {
		if given.Sound[key] != "" {
			return numbers, usageError{fmt.Errorf("--sound: %s is a matter of the timeline; narrate the article again to change it", key)}
		}
	}
	if err := numbers.SetAll(given.Sound); err != nil {
		return numbers, usageError{fmt.Errorf("--sound: %w", err)}
	}
	numbers.Format.Rate = e.Timeline.Rate
	e.Encoding, e.Mastering, e.Channels = numbers.Encoding, numbers.Mastering, numbers.Format.Channels
	e.Made.Preset, e.Made.PerChapter = numbers.Name, numbers.PerChapter
	return numbers, nil
}

// tell gives the edition what the user tells, and the cover: the one named,
// that beside the timeline, or a drawn one.
func (p *packaging) tell(e *output.Edition, given config.Config, formats []output.Format, beside string, draw bool) error {
	t := e.Timeline
	said := plan{config: given, formats: formats}
	said.preset.Cover = draw
	if title := given.Meta["title"]; title != "" {
		t.Title = title
	}
	if author := given.Meta["author"]; author != "" {
		t.Author = author
	}
	if err := said.overwrite(&e.Metadata); err != nil {
		return err
	}
	if given.Meta["cover"] == "" && said.holdsCover() {
		for _, suffix := range []string{".cover.jpg", ".cover.png"} {
			if _, err := os.Lstat(beside + suffix); err == nil {
				e.Metadata.Cover, err = readPicture(beside + suffix)
				return err
			}
		}
	}
	var err error
	e.Metadata.Cover, err = said.cover(t.Source, t.Title, t.Author, nil, p.messages.warningf)
	return err
}

// keep finds the book that a timeline was made of, for the formats that keep it:
// where its name leads from here, beside the timeline, or beside its folder. Of
// the files there only the book itself counts, byte for byte, where the timeline
// tells its digest.
func (p *packaging) keep(ctx context.Context, e *output.Edition, path string, formats []output.Format) error {
	source := e.Timeline.Source
	keeps := slices.ContainsFunc(formats, func(f output.Format) bool { _, ok := f.(output.Keeper); return ok })
	if !keeps || !fromArchive(e.Timeline) {
		return nil
	}
	dir, base := filepath.Dir(path), filepath.Base(source)
	var changed error // what its name leads to is not the book
	for _, file := range []string{source, filepath.Join(dir, base), filepath.Join(dir, "..", base)} {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() || file == source && !filepath.IsLocal(file) {
			continue
		}
		book, err := input.Load(ctx, file, nil)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil && (e.SourceSHA256 == "" || digest(book.Data) == e.SourceSHA256) {
			e.Original = keep(formats, file, book.Data, p.messages.warningf)
			return nil
		}
		if file == source && changed == nil {
			if err == nil {
				err = fmt.Errorf("%s: its bytes are others", file)
			}
			changed = fmt.Errorf("%w: the book is not the one that was narrated, or has changed since; narrate it again, or move it away to have the EPUB made anew of the timeline", err)
		}
	}
	if changed != nil {
		return changed
	}
	p.messages.warningf("%s: is not found where it was, nor beside the timeline; the EPUB is made anew of its text", source)
	return nil
}

// fromArchive reports whether a timeline's text is from members of an archive.
func fromArchive(t *timeline.Timeline) bool {
	for i := range t.Chapters {
		for k := range t.Chapters[i].Cues {
			if strings.HasPrefix(t.Chapters[i].Cues[k].Utterance.Pos.File, t.Source+"/") {
				return true
			}
		}
	}
	return false
}

// make writes the files and fills r in.
func (p *packaging) make(ctx context.Context, folder *pipeline.Folder, path string, e output.Edition, numbers *preset.Preset, r *result) error {
	progress := newProgress(p.messages.w, p.quiet || p.json)
	defer progress.close()
	p.messages.clear = progress.clear
	defer func() { p.messages.clear = nil }()
	var sound *pipeline.SoundReport
	if slices.ContainsFunc(folder.Formats, func(f output.Format) bool { return f.Info().Sound }) {
		if recorded(e.Timeline) {
			var names []string
			for _, f := range folder.Formats {
				names = append(names, f.Info().Name)
			}
			return fmt.Errorf("%s: it is of a recording, whose sound it does not keep: run \"narrate align\" again with --format %s", path, strings.Join(names, ","))
		}
		store, err := p.store(ctx)
		if err != nil {
			return err
		}
		defer store.Close()
		if sound, err = p.sound(ctx, store, &e, folder.Apart, progress); err != nil {
			return err
		}
		r.Reused = e.Timeline.Cues()
	}
	progress.start("writing", folder.Frames(e), "")
	var err error
	if r.Files, err = folder.Write(ctx, e); err != nil {
		return err
	}
	if p.textOnly {
		p.warnOfCaptions(&e, folder.Formats, `; "narrate captions lint" names those of SubRip and WebVTT files`)
		return nil
	}
	told := pipeline.Folder{Dir: filepath.Dir(path), Name: folder.Name}
	earlier, err := pipeline.ReadReport(told.ReportPath())
	if err != nil {
		p.messages.warningf("%v; the new report does not tell what became of the article", err)
	}
	r.Report = pipeline.NewPackageReport(e.Timeline, earlier)
	return p.account(ctx, folder, r, sound, &e, numbers, p.verify)
}

// recorded reports whether a timeline is of a recording.
func recorded(t *timeline.Timeline) bool {
	return slices.ContainsFunc(t.Chapters, func(c timeline.Chapter) bool {
		return slices.ContainsFunc(c.Cues, func(cue timeline.Cue) bool {
			return cue.Key == "" && cue.Utterance.Voice.Backend == pipeline.Recording
		})
	})
}

// sound gives the edition its sound.
func (p *packaging) sound(ctx context.Context, store *clipstore.Store, e *output.Edition, perChapter bool, progress *progress) (*pipeline.SoundReport, error) {
	if err := haveClips(ctx, store, e); err != nil {
		return nil, err
	}
	voice, err := pipeline.Voice(e.Timeline, store)
	if err != nil {
		return nil, err
	}
	return p.master(ctx, store, voice, e, perChapter, progress)
}

// haveClips says whether the store has every clip whole.
func haveClips(ctx context.Context, store *clipstore.Store, e *output.Edition) error {
	missing, first := 0, error(nil)
	check := func(place, hex string, frames int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		key, err := clipstore.ParseKey(hex)
		if err != nil {
			return fmt.Errorf("%s: the timeline does not tell its clip: %w", place, err)
		}
		clip, err := store.Get(key)
		if err == nil && clip.Frames != frames {
			err = fmt.Errorf("clip %s has %d frames instead of %d", hex, clip.Frames, frames)
		}
		if err != nil {
			if missing++; first == nil {
				first = fmt.Errorf("%s: %w", place, err)
			}
		}
		return nil
	}
	for i := range e.Timeline.Chapters {
		for _, cue := range e.Timeline.Chapters[i].Cues {
			if err := check(cue.Utterance.Pos.String(), cue.Key, cue.Span.Frames()); err != nil {
				return err
			}
		}
	}
	for _, m := range e.Timeline.Music {
		if err := check(string(m.Sound), m.Key, m.Frames); err != nil {
			return err
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d of the clips are not in the store %s, which may have been pruned; narrate the article again: %w", missing, store.Dir(), first)
	}
	return nil
}

// timelineSuffix ends the names of timelines.
var timelineSuffix = "." + manifest.Format{}.Info().Suffix

// timelineBase is what the files of a timeline are called.
func timelineBase(path string) string {
	base := filepath.Base(path)
	if name, ok := strings.CutSuffix(base, timelineSuffix); ok && name != "" {
		return name
	}
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// readTimeline reads a timeline.json.
func readTimeline(path string) (output.Edition, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return output.Edition{}, fmt.Errorf("%s: no such file; narrate writes one with --format timeline", path)
	}
	if err != nil {
		return output.Edition{}, err
	}
	defer f.Close()
	e, err := manifest.Read(f)
	if err != nil {
		return e, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}
