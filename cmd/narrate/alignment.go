package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"narrate/internal/config"
	"narrate/internal/fetch"
	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/voices"
)

const alignLong = `narrate align finds where the sentences of an article are read in a recording
of it, by a human or another program, and writes what narrate writes of its own
narrations: captions, chapter marks, the timeline, and with sound the read-along
page and EPUB. What is read beside the text, left out or read again is told;
sentences that are not found are an error. The sound is used as it is, unless
--preset or --sound asks for a level.

The recording is a file of sound, or a film, of nearly any kind. It is compared with the same text
spoken by espeak-ng, whose clips are kept for the next run.`

const alignExample = `  narrate align talk.mp3 talk.md
  narrate align -o captions --format srt,vtt,ttml lecture.wav lecture.docx
  narrate align --format mp3,page,timeline reading.flac story.html
  narrate align --allow-gaps --format epub book.m4b book.epub`

// alignFormats are written unless others are named: what needs no sound.
var alignFormats = []string{"srt", "vtt", "chapters", "timeline"}

// referenceRate is what the references are spoken at: espeak-ng's own.
const referenceRate = pcm.Hz(22050)

// fewest is the share of sentences that are found at least where the recording
// is one of the article.
const fewest = 0.5

// alignment is the command that times a recording.
type alignment struct{ narration }

func newAlignCommand(a *app) *cobra.Command {
	n := &alignment{narration{app: a}}
	n.reading.recorded = true
	c := &cobra.Command{
		Use:     "align [flags] AUDIO ARTICLE",
		Short:   "make captions and timing of a recording of an article",
		Long:    alignLong,
		Example: alignExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{errors.New("give one recording and one article")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return n.run(c.Context(), args[0], args[1]) },
	}
	n.reading.flags(c)
	n.production.flags(c)
	n.production.marksFlag(c)
	f := c.Flags()
	for _, flag := range voiceFlags {
		must(f.MarkHidden(flag))
	}
	f.Lookup("format").Usage = "files to write: " + strings.Join(formatNames(), ",") + " (default: " + strings.Join(alignFormats, ",") + ")"
	f.StringVarP(&n.output, "output", "o", "", "folder for the files (default: named like the article)")
	f.IntVarP(&n.jobs, "jobs", "j", runtime.NumCPU(), "sentences aligned and pieces encoded at once")
	f.BoolVarP(&n.force, "force", "f", false, "overwrite finished files")
	f.BoolVar(&n.allowGaps, "allow-gaps", false, "write the files even if sentences were not found")
	f.BoolVarP(&n.quiet, "quiet", "q", false, "print errors and warnings only")
	f.BoolVar(&n.json, "json", false, "print the result as one JSON object")
	return c
}

// voiceFlags say who speaks an article; a recording is spoken.
var voiceFlags = []string{"voice", "quote-voice", "cast"}

func (n *alignment) run(ctx context.Context, recording, article string) error {
	for _, flag := range voiceFlags {
		if n.changed(flag) {
			return usageError{fmt.Errorf("--%s: nobody speaks but the recording", flag)}
		}
	}
	if _, err := os.Stat(recording); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: no such recording", recording)
	}
	dirs, err := n.folders([]string{article})
	if err != nil {
		return err
	}
	return n.work(ctx, func(j *job) error { return n.align(ctx, j, recording, article, dirs[0]) })
}

// align times one recording.
func (n *alignment) align(ctx context.Context, j *job, recording, article, dir string) error {
	began := time.Now()
	c, err := j.of(article)
	if err != nil {
		return err
	}
	if c, err = ofRecording(c); err != nil {
		return fmt.Errorf("%s: %w", fetch.Public(article), err)
	}
	p, err := newPlan(c)
	if err != nil {
		return fmt.Errorf("%s: %w", fetch.Public(article), err)
	}
	if p.preset.PerChapter || p.preset.Credits {
		return usageError{fmt.Errorf("the preset %s divides and adds to what is spoken; a recording is left as it is", p.preset.Name)}
	}
	if c.Preset == "" && c.Sound["measure"] == "" && c.Sound["level"] == "" {
		p.preset.Mastering = output.Mastering{Measure: output.Unchanged}
		p.preset.Name = ""
	}
	own, cut, err := pipeline.RecordingFormat(ctx, recording)
	if err != nil {
		return err
	}
	if cut != "" {
		n.messages.warningf("%s: the file is cut off: %s; what is there is used", recording, cut)
	}
	p.suitRecording(own)
	sc, came, err := j.script(ctx, article, c)
	if err != nil {
		return err
	}
	p.tell(sc)
	metadata, err := p.metadata(sc, article, n.messages.warningf)
	if err != nil {
		return err
	}
	from := originOf(p.formats, sc.Source, came, n.messages.warningf)
	if err := p.prepare(ctx, j.store); err != nil {
		return fmt.Errorf("%s: %w", fetch.Public(article), err)
	}
	folder := &pipeline.Folder{Dir: dir, Name: baseName(article), Formats: p.formats, Cover: metadata.Cover, Force: n.force}
	r, err := filled(ctx, folder, func(r *result) error {
		return n.time(ctx, j, p, metadata, from, sc, recording, own, folder, r)
	})
	if err != nil {
		return err
	}
	if err := n.print(r, time.Since(began)); err != nil {
		return err
	}
	return n.failures(r, sc.Source, recording)
}

// ofRecording leaves out of a configuration what is of no use where nothing is
// spoken but references.
func ofRecording(c config.Config) (config.Config, error) {
	c.Voice, c.QuoteVoice, c.Cast, c.BlockVoices, c.ChapterVoices = nil, nil, nil, nil, nil
	c.Voices = map[string]*voices.Voice{} // nor is the article to choose
	c.Music, c.Clips = nil, config.NoClips
	c.Blocks = aloud(c.Blocks)
	if c.Formats == nil && c.Preset == "" {
		c.Formats = alignFormats
	}
	for _, key := range []string{"head", "tail", "credits", "per-chapter"} {
		if c.Sound[key] != "" {
			return c, usageError{fmt.Errorf("--sound: %s: a recording is left as it is", key)}
		}
	}
	return c, nil
}

// aloud gives what the user wants of the article's elements, and for those that
// are not named what people who read aloud do with them.
func aloud(blocks map[string]script.Treatment) map[string]script.Treatment {
	all := script.AloudPolicy().Treatments()
	maps.Copy(all, blocks)
	return all
}

// suitRecording takes the recording's own rate and channels where no others are
// asked for. What is to be mastered is mastered in mono.
func (p *plan) suitRecording(own pcm.Format) {
	if p.config.Sound["rate"] == "" {
		p.preset.Format.Rate = own.Rate
		p.suitOpus(false)
	}
	switch {
	case p.preset.Mastering.Measure != output.Unchanged:
		p.preset.Format.Channels = 1
	case p.config.Sound["channels"] == "":
		p.preset.Format.Channels = own.Channels
	}
}

// time finds the sentences, writes the finished files and fills r in.
func (n *alignment) time(ctx context.Context, j *job, p plan, metadata output.Metadata, from origin, sc *script.Script, recording string, own pcm.Format, folder *pipeline.Folder, r *result) error {
	progress := newProgress(n.messages.w, n.quiet || n.json)
	defer n.show(progress)()

	sound, key, err := pipeline.LoadRecording(ctx, j.store, recording, own, p.preset.Format)
	if err != nil {
		return err
	}
	j.used[key], j.spoken = true, true
	progress.start("speaking references", int64(sc.Utterances()), "sentences")
	speaker := &pipeline.Speaker{
		Store: j.store, Backends: j.backends, Rate: referenceRate, Trim: pcm.DefaultTrim, Jobs: n.jobs,
		Progress: func(done int) { progress.set(int64(done)) },
	}
	speech, err := speaker.Speak(ctx, sc)
	if err != nil {
		return err
	}
	for _, key := range speech.Keys {
		j.used[key] = true
	}
	r.Spoken, r.Reused = speech.Spoken, speech.Reused
	progress.start("listening", sound.Frames(), "")
	listener := &pipeline.Listener{
		Store: j.store, Sound: sound, Name: filepath.Base(recording), Rate: referenceRate, Jobs: n.jobs, Progress: progress.set,
		Placing: func(done, of int) {
			if done == 1 {
				progress.start("placing sentences", int64(of), "sentences")
			}
			progress.set(int64(done))
		},
	}
	heard, err := listen(ctx, listener, sc, speech)
	if err != nil {
		return err
	}
	r.failed = heard.Missing
	for _, w := range heard.Warnings {
		n.messages.warningf("%s", w)
	}
	report := func(t *timeline.Timeline) {
		r.Report = pipeline.NewHeardReport(sc, heard, p.preset.Format.Rate, t)
	}
	if len(heard.Missing) > 0 && (!n.allowGaps || heard.Found() == 0) {
		report(nil)
		r.Files = []string{folder.ReportPath()}
		return folder.WriteReport(r.Report)
	}
	t, err := timeline.Place(sc, p.preset.Format.Rate, sound.Frames(), heard.Clips, heard.Starts, p.rules)
	if err != nil {
		return err
	}
	metadata.Chapters = p.chapterMetadata(t, n.messages.warningf)
	edition := output.Edition{
		Timeline: t, Sound: sound, Encoding: p.preset.Encoding, Mastering: p.preset.Mastering, Metadata: metadata, Captions: p.caption,
		Channels: p.preset.Format.Channels, Made: p.preset.Made(), Generator: generator, Jobs: n.jobs,
		Original: from.kept, SourceSHA256: from.sha256, Shared: new(sync.Map),
	}
	var level *pipeline.SoundReport
	if p.preset.Mastering.Measure != output.Unchanged {
		if level, err = n.master(ctx, j.store, sound, &edition, false, progress); err != nil {
			return err
		}
	}
	progress.start("writing", folder.Frames(edition), "")
	edition.Progress = progress.add
	if r.Files, err = folder.Write(ctx, edition); err != nil {
		return err
	}
	report(t)
	return n.account(ctx, folder, r, level, &edition, &p.preset, level != nil)
}

func (n *alignment) print(r result, took time.Duration) error {
	if n.json || n.quiet || r.Frames == 0 {
		return n.narration.print(r, took)
	}
	if _, err := fmt.Fprintf(n.stdout, "%s: %s in %d %s, %d of %d sentences found, in %s\n",
		printable(r.Folder), clock(r.Rate.Duration(r.Frames)), r.Chapters, plural(r.Chapters, "chapter"),
		r.Heard, r.Utterances, took.Round(10*time.Millisecond)); err != nil {
		return err
	}
	return n.printFiles(r, "  ", false)
}

// failures names every sentence that was not found.
func (n *alignment) failures(r result, source, recording string) error {
	if r.Complete {
		return nil
	}
	n.missing(r, source, "not found")
	n.messages.errorf("%s: %d of %d sentences were not found in %s", source, len(r.failed), r.Utterances, recording)
	switch {
	case float64(r.Heard) < fewest*float64(r.Heard+len(r.failed)):
		n.messages.hintf("this may be a recording of another text or in another language, which --lang sets; --chapters limits the article to what is read")
	case r.Frames == 0:
		n.messages.hintf("nothing was written, as it would hide the gap; --chapters limits the article to what is read, --allow-gaps writes the files without those sentences")
	}
	return errReported
}

// listenLimit is the memory, in bytes, from which on garbage is collected often
// while a recording is listened to, which makes much and lets most of it live for
// a moment only. An hour of sound then takes less than 100 MiB with the program.
const listenLimit = 72 << 20

// listen has a recording listened to.
func listen(ctx context.Context, l *pipeline.Listener, sc *script.Script, speech *pipeline.Speech) (*pipeline.Heard, error) {
	if os.Getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(listenLimit))
	}
	return l.Listen(ctx, sc, speech)
}
