package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"narrate/internal/check"
	"narrate/internal/clipstore"
	"narrate/internal/config"
	"narrate/internal/fetch"
	"narrate/internal/output"
	"narrate/internal/output/clipset"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/preset"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// maxStore is what the clip store may hold after a run, besides the clips of
// that run: some fifty hours of speech.
const maxStore = 8 << 30

// narration is the main command: articles in, finished files out.
type narration struct {
	*app
	reading
	production
	output, clips    string
	jobs             int
	force, allowGaps bool
	verify           bool
	align            bool // words of voices that tell no times are found in the sound
	dryRun           bool
	maxCost          float64
	quiet, json      bool
}

// job is what a run opens once for all its articles.
type job struct {
	*studio
	store  *clipstore.Store
	used   map[clipstore.Key]bool // the clips of this run
	spoken bool                   // the store may have grown
	budget budget
}

func (n *narration) run(ctx context.Context, articles []string) error {
	dirs, err := n.folders(articles)
	if err != nil {
		return err
	}
	return n.work(ctx, func(j *job) error { return n.articles(ctx, j, articles, dirs) })
}

// work does something with what a run opens, and finishes that.
func (n *narration) work(ctx context.Context, do func(*job) error) error {
	j, err := n.open(ctx)
	if err != nil {
		return err
	}
	err = do(j)
	if finishErr := n.finish(j); finishErr != nil {
		n.messages.failure(finishErr)
		err = cmp.Or(err, errReported)
	}
	return err
}

// articles narrates one article after the other, each into its folder.
func (n *narration) articles(ctx context.Context, j *job, articles, dirs []string) error {
	failed := false
	for i, article := range articles {
		err := n.article(ctx, j, article, dirs[i])
		if ctx.Err() != nil {
			if errors.Is(err, errReported) {
				return err
			}
			return ctx.Err()
		}
		if err == nil {
			continue
		}
		failed = true
		if !errors.Is(err, errReported) {
			n.messages.failure(err)
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// open checks the options and opens what the work needs.
func (n *narration) open(ctx context.Context) (*job, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	s, err := n.app.open(&n.reading)
	if err != nil {
		return nil, err
	}
	made, err := n.production.given()
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	made.Clips = n.clips
	s.given = s.given.Over(made)
	j := &job{
		studio: s, used: map[clipstore.Key]bool{},
		budget: budget{most: n.maxCost, limits: n.changed("max-cost"), planned: map[string]float64{}},
	}
	if j.budget.limits {
		s.purse.Limit(n.maxCost)
	}
	open := n.store
	if n.dryRun { // which makes none
		open = n.presentStore
	}
	if j.store, err = open(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return j, nil
}

// check says what is wrong with the options, as far as they tell by themselves.
func (n *narration) check() error {
	if err := n.reading.check(); err != nil {
		return err
	}
	if _, err := n.production.given(); err != nil {
		return err
	}
	if n.clips != "" && n.clips != config.NoClips {
		if _, err := clipset.ParseUnit(n.clips); err != nil {
			return usageError{fmt.Errorf("--clips: %w", err)}
		}
	}
	if n.changed("max-cost") && !(n.maxCost >= 0 && n.maxCost <= math.MaxInt32) {
		return usageError{fmt.Errorf("--max-cost %g: at least 0, and a number", n.maxCost)}
	}
	if n.jobs < 1 {
		return usageError{fmt.Errorf("--jobs %d: at least 1", n.jobs)}
	}
	if len(n.formats) > 0 && n.clips != "" {
		if _, err := newPlan(config.Config{Formats: n.formats, Clips: n.clips}); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// finish lets go of what was opened, and keeps the store within its bounds.
func (n *narration) finish(j *job) error {
	if j.spoken {
		keep := func(k clipstore.Key) bool { return j.used[k] }
		if _, err := j.store.Prune(clipstore.Limits{MaxBytes: maxStore, Keep: keep}); err != nil && !errors.Is(err, clipstore.ErrBusy) {
			n.messages.warningf("%v", err)
		}
	}
	if j.store == nil {
		return j.close()
	}
	return errors.Join(j.close(), j.store.Close())
}

// folders gives each article's folder for its files.
func (n *narration) folders(articles []string) ([]string, error) {
	dirs := make([]string, len(articles))
	from := map[string]string{}
	for i, article := range articles {
		dir := baseName(article)
		if info, err := os.Stat(dir); n.output == "" && err == nil && !info.IsDir() {
			dir += ".narrated" // the article itself, or another file, has the name
		}
		switch {
		case n.output != "" && len(articles) == 1:
			dir = n.output
		case n.output != "":
			dir = filepath.Join(n.output, dir)
		}
		if other, taken := from[strings.ToLower(dir)]; taken {
			return nil, usageError{fmt.Errorf("%s and %s would both go to the folder %s", fetch.Public(other), fetch.Public(article), dir)}
		}
		from[strings.ToLower(dir)] = article
		dirs[i] = dir
	}
	return dirs, nil
}

// article narrates one article.
func (n *narration) article(ctx context.Context, j *job, article, dir string) error {
	began := time.Now()
	c, err := j.of(article)
	if err != nil {
		return err
	}
	p, err := newPlan(c)
	if err != nil {
		return fmt.Errorf("%s: %w", fetch.Public(article), err)
	}
	sc, came, err := j.script(ctx, article, c)
	if err != nil {
		return err
	}
	p.tell(sc)
	speaker := &pipeline.Speaker{
		Store: j.store, Backends: j.backends, Rate: p.preset.Format.Rate, Trim: pcm.DefaultTrim, Jobs: n.jobs,
	}
	if n.align {
		speaker.Reference = j.reference
	}
	if err := n.afford(ctx, j, speaker, sc); err != nil || n.dryRun {
		return err
	}
	metadata, err := p.metadata(sc, article, n.messages.warningf)
	if err != nil {
		return err
	}
	from := originOf(p.formats, sc.Source, came, n.messages.warningf)
	// What can go wrong without a word spoken goes wrong before one is paid for.
	if err := p.prepare(ctx, j.store); err != nil {
		return fmt.Errorf("%s: %w", fetch.Public(article), err)
	}
	folder := &pipeline.Folder{
		Dir: dir, Name: baseName(article), Formats: p.formats, Clips: p.unit, Apart: p.preset.PerChapter, Cover: metadata.Cover, Force: n.force,
	}
	r, err := filled(ctx, folder, func(r *result) error {
		return n.make(ctx, j, p, metadata, from, speaker, sc, folder, r)
	})
	if err != nil {
		return err
	}
	if err := n.print(r, time.Since(began)); err != nil {
		return err
	}
	if r.stopped != nil {
		return n.stopped(r)
	}
	return n.failures(r, sc.Source)
}

// result is what --json prints: the report and what is true of this run only.
type result struct {
	*pipeline.Report
	Folder string   `json:"folder"`
	Files  []string `json:"files"`
	Spoken int      `json:"spoken"` // clips made in this run
	Reused int      `json:"reused"` // utterances whose clip was there
	// Checks are what was measured of the sound files.
	Checks []*check.Result `json:"checks,omitempty"`

	failed  []pipeline.Failure
	stopped error // what ended the run before all was tried
}

// filled prepares a folder, has it filled with finished files and lets go of it.
func filled(ctx context.Context, folder *pipeline.Folder, fill func(*result) error) (result, error) {
	r := result{Folder: folder.Dir}
	if err := folder.Prepare(ctx); err != nil {
		return r, err
	}
	err := fill(&r)
	if closeErr := folder.Close(); err == nil {
		err = closeErr
	}
	return r, err
}

// account ends the work on the files that were written: they are checked, and
// the report, which tells of the article already, tells of them and is written.
func (a *app) account(ctx context.Context, folder *pipeline.Folder, r *result, sound *pipeline.SoundReport, e *output.Edition, p *preset.Preset, verify bool) error {
	r.Sound = sound
	r.FileWarnings = sound.Warnings(e.Mastering)
	for _, f := range folder.Formats {
		warner, ok := f.(output.Warner)
		if !ok {
			continue
		}
		for _, w := range warner.Warnings(e.Timeline) {
			a.messages.warningf("%s: %s", e.Timeline.Source, w)
			r.FileWarnings = append(r.FileWarnings, w)
		}
	}
	var unchecked error // the files are whole all the same, and so is the report
	if verify {
		unchecked = a.checkFinished(ctx, folder, r, p, e.Jobs)
	}
	a.reportCaptions(r.Report, e, folder.Formats)
	r.Files = append(r.Files, folder.ReportPath())
	return cmp.Or(folder.WriteReport(r.Report), unchecked)
}

func (n *narration) print(r result, took time.Duration) error {
	if n.quiet && !n.json {
		return nil
	}
	if !n.json && r.Frames > 0 {
		_, err := fmt.Fprintf(n.stdout, "%s: %s in %d %s, %d of %d sentences spoken anew, in %s\n",
			printable(r.Folder), clock(r.Rate.Duration(r.Frames)), r.Chapters, plural(r.Chapters, "chapter"),
			r.Spoken, r.Utterances, took.Round(10*time.Millisecond))
		if err != nil {
			return err
		}
	}
	return n.printFiles(r, "  ", n.json)
}

// printFiles prints the files, each behind the indent, or all there is as JSON.
func (a *app) printFiles(r result, indent string, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(a.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	for _, f := range r.Files {
		if _, err := fmt.Fprintln(a.stdout, indent+printable(f)); err != nil {
			return err
		}
	}
	return nil
}

// stopped says what ended a run, and what is to be had of it.
func (n *narration) stopped(r result) error {
	if errors.Is(r.stopped, context.Canceled) {
		n.messages.errorf("%v", r.stopped)
		n.messages.hintf("%d of %d sentences are spoken, %d of them in this run; the report lists the others, and the same command goes on from there",
			r.Heard, r.Utterances, r.Spoken)
		return errReported
	}
	n.messages.failure(r.stopped)
	n.messages.hintf("%d of %d sentences are not heard, which the report lists; what was spoken is kept, and the same command goes on from there", len(r.failed), r.Utterances)
	return errReported
}

// failures names every sentence that is not heard.
func (n *narration) failures(r result, source string) error {
	if r.Complete {
		return nil
	}
	n.missing(r, source, "not spoken")
	n.messages.errorf("%s: %d of %d sentences could not be spoken", source, len(r.failed), r.Utterances)
	if r.Frames == 0 {
		n.messages.hintf("no audio was written, as it would hide the gap; the same command tries those sentences again, --allow-gaps writes it without them")
	}
	return errReported
}

// missing names the sentences that are not heard, or as many as one reads.
func (n *narration) missing(r result, source, what string) {
	const most = 20
	for i, f := range r.failed {
		if i == most {
			n.messages.errorf("%s: and %d more; the report lists all", source, len(r.failed)-most)
			break
		}
		n.messages.errorf("%s: %s: %q: %s", f.Pos, what, excerpt(f.Text, 60), f.Reason)
	}
}

// make speaks the script, writes the finished files and fills r in.
func (n *narration) make(ctx context.Context, j *job, p plan, metadata output.Metadata, from origin, speaker *pipeline.Speaker, sc *script.Script, folder *pipeline.Folder, r *result) error {
	progress := newProgress(n.messages.w, n.quiet || n.json)
	defer n.show(progress)()

	progress.start("speaking", int64(sc.Utterances()), "sentences")
	j.spoken, n.messages.resumable = true, true
	speaker.Progress = func(done int) { progress.set(int64(done)) }
	speaker.Aligning = func(done, of int) {
		if done == 1 {
			progress.start("finding words", int64(of), "sentences")
		}
		progress.set(int64(done))
	}
	defer context.AfterFunc(ctx, func() {
		if waiting := j.purse.Waiting(); waiting > 0 {
			n.messages.hintf("waiting a moment for %d %s that cost money; a second interrupt does not", waiting, plural(waiting, "request"))
		}
	})()
	speech, err := speaker.Speak(ctx, sc)
	if speech == nil {
		return err
	}
	for _, key := range speech.Keys {
		j.used[key] = true
	}
	for _, w := range speech.Warnings {
		n.messages.warningf("%s", w)
	}
	r.Spoken, r.Reused, r.failed = speech.Spoken, speech.Reused, speech.Failed
	if err != nil {
		r.stopped = err
		r.Report = pipeline.NewReport(sc, speech, nil)
		r.Stopped = err.Error()
		r.Files = []string{folder.ReportPath()}
		return folder.WriteReport(r.Report)
	}
	if len(speech.Failed) > 0 && (!n.allowGaps || len(speech.Failed) == len(speech.Clips)) {
		r.Report = pipeline.NewReport(sc, speech, nil)
		r.Files = []string{folder.ReportPath()}
		return folder.WriteReport(r.Report)
	}
	t, err := timeline.Build(sc, p.preset.Format.Rate, speech.Clips, p.laid)
	if err != nil {
		return err
	}
	for _, m := range t.Music {
		key, err := clipstore.ParseKey(m.Key)
		if err != nil {
			return err
		}
		j.used[key] = true
	}
	metadata.Chapters = p.chapterMetadata(t, n.messages.warningf)
	voice, err := pipeline.Voice(t, j.store)
	if err != nil {
		return err
	}
	if err := pipeline.BalanceMusic(ctx, t, voice, j.store, p.preset.Mastering, n.jobs); err != nil {
		return err
	}
	edition := output.Edition{
		Timeline: t, Encoding: p.preset.Encoding, Mastering: p.preset.Mastering, Metadata: metadata, Captions: p.caption,
		Channels: p.preset.Format.Channels, Made: p.preset.Made(), Generator: generator, Jobs: n.jobs,
		Original: from.kept, SourceSHA256: from.sha256, Shared: new(sync.Map),
	}
	sound, err := n.master(ctx, j.store, voice, &edition, p.preset.PerChapter, progress)
	if err != nil {
		return err
	}
	progress.start("writing", folder.Frames(edition), "")
	if r.Files, err = folder.Write(ctx, edition); err != nil {
		return err
	}
	if stale := folder.StaleClips(); stale != "" {
		n.messages.warningf("%s: the clips of an earlier run, which --clips would replace", stale)
	}
	r.Report = pipeline.NewReport(sc, speech, t)
	return n.account(ctx, folder, r, sound, &edition, &p.preset, n.verify)
}
