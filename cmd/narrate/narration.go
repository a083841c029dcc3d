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
	"time"

	"narrate/internal/check"
	"narrate/internal/clipstore"
	"narrate/internal/config"
	"narrate/internal/fetch"
	"narrate/internal/output"
	"narrate/internal/output/clipset"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
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

func (n *narration) run(ctx context.Context, articles []string) (err error) {
	dirs, err := n.folders(articles)
	if err != nil {
		return err
	}
	j, err := n.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if finishErr := n.finish(j); finishErr != nil {
			n.messages.failure(finishErr)
			err = cmp.Or(err, errReported)
		}
	}()
	failed := false
	for i, article := range articles {
		err := n.article(ctx, j, article, dirs[i])
		if ctx.Err() != nil {
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
	sc, err := j.script(ctx, article, c)
	if err != nil {
		return err
	}
	p.tell(sc)
	speaker := &pipeline.Speaker{
		Store: j.store, Backends: j.backends, Rate: p.preset.Format.Rate, Trim: pcm.DefaultTrim, Jobs: n.jobs,
	}
	if err := n.afford(ctx, j, speaker, sc); err != nil || n.dryRun {
		return err
	}
	metadata, err := p.metadata(sc, article, n.messages.warningf)
	if err != nil {
		return err
	}
	// What can go wrong without a word spoken goes wrong before one is paid for.
	if err := p.prepare(ctx, j.store); err != nil {
		return fmt.Errorf("%s: %w", fetch.Public(article), err)
	}
	folder := &pipeline.Folder{
		Dir: dir, Name: baseName(article), Formats: p.formats, Clips: p.unit, Apart: p.preset.PerChapter, Cover: metadata.Cover, Force: n.force,
	}
	if err := folder.Prepare(ctx); err != nil {
		return err
	}
	r := result{Folder: dir}
	err = n.make(ctx, j, p, metadata, speaker, sc, folder, &r)
	if closeErr := folder.Close(); err == nil {
		err = closeErr
	}
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

func (n *narration) print(r result, took time.Duration) error {
	switch {
	case n.json:
		encoder := json.NewEncoder(n.stdout)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	case n.quiet:
		return nil
	}
	var err error
	if r.Frames > 0 {
		_, err = fmt.Fprintf(n.stdout, "%s: %s in %d %s, %d of %d sentences spoken anew, in %s\n",
			r.Folder, clock(r.Rate.Duration(r.Frames)), r.Chapters, plural(r.Chapters, "chapter"),
			r.Spoken, r.Utterances, took.Round(10*time.Millisecond))
	}
	if err != nil {
		return err
	}
	return n.list(r.Files)
}

// list prints the files that were written.
func (n *narration) list(files []string) error {
	for _, f := range files {
		if _, err := fmt.Fprintln(n.stdout, "  "+f); err != nil {
			return err
		}
	}
	return nil
}

// stopped says what ended a run, and what is to be had of it.
func (n *narration) stopped(r result) error {
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
func (n *narration) make(ctx context.Context, j *job, p plan, metadata output.Metadata, speaker *pipeline.Speaker, sc *script.Script, folder *pipeline.Folder, r *result) error {
	progress := newProgress(n.messages.w, n.quiet || n.json)
	defer progress.close()
	n.messages.clear = progress.clear
	defer func() { n.messages.clear = nil }()

	progress.start("speaking", int64(sc.Utterances()), "sentences")
	j.spoken, n.messages.resumable = true, true
	speaker.Progress = func(done int) { progress.set(int64(done)) }
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
		Channels: p.preset.Format.Channels, Generator: generator, Jobs: n.jobs,
	}
	sound, err := n.master(ctx, j.store, voice, &edition, p.preset.PerChapter, progress)
	if err != nil {
		return err
	}
	progress.start("writing", folder.Frames(edition), "")
	if r.Files, err = folder.Write(ctx, edition); err != nil {
		return err
	}
	if n.verify {
		if r.Checks, err = n.checkFinished(ctx, folder, r.Files, &p.preset, n.jobs); err != nil {
			return err
		}
	}
	if stale := folder.StaleClips(); stale != "" {
		n.messages.warningf("%s: the clips of an earlier run, which --clips would replace", stale)
	}
	r.Report = pipeline.NewReport(sc, speech, t)
	r.Sound = sound
	r.Report.Warnings = append(r.Report.Warnings, sound.Warnings(p.preset.Mastering)...)
	n.reportCaptions(r.Report, &edition, p.formats)
	r.Files = append(r.Files, folder.ReportPath())
	return folder.WriteReport(r.Report)
}
