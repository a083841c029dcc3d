package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"narrate/internal/clipstore"
	"narrate/internal/input"
	"narrate/internal/output"
	"narrate/internal/output/clipset"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/voices"
)

// maxStore is what the clip store may hold after a run, besides the clips of
// that run: some fifty hours of speech.
const maxStore = 8 << 30

// narration is the main command: articles in, finished files out.
type narration struct {
	*app
	reading
	output, preset, clips string
	formats               []string
	jobs                  int
	force, allowGaps      bool
	quiet, json           bool
}

// plan is what the options come to, the same for all articles.
type plan struct {
	formats  []output.Format
	unit     clipset.Unit
	preset   pipeline.Preset
	voices   *voices.Set
	backends backends
	store    *clipstore.Store
	maxText  int
	used     map[clipstore.Key]bool // the clips of this run
	spoken   bool                   // the store may have grown
}

func (n *narration) run(ctx context.Context, articles []string) (err error) {
	dirs, err := n.folders(articles)
	if err != nil {
		return err
	}
	p, err := n.plan(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if finishErr := n.finish(p); finishErr != nil {
			n.messages.failure(finishErr)
			err = cmp.Or(err, errReported)
		}
	}()
	failed := false
	for i, article := range articles {
		err := n.article(ctx, p, article, dirs[i])
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

// finish lets go of what plan opened, and keeps the store within its bounds.
func (n *narration) finish(p *plan) error {
	if p.spoken {
		keep := func(k clipstore.Key) bool { return p.used[k] }
		if _, err := p.store.Prune(clipstore.Limits{MaxBytes: maxStore, Keep: keep}); err != nil && !errors.Is(err, clipstore.ErrBusy) {
			n.messages.warningf("%v", err)
		}
	}
	return errors.Join(p.backends.close(), p.store.Close())
}

// plan checks the options and opens what the work needs.
func (n *narration) plan(ctx context.Context) (*plan, error) {
	p := &plan{used: map[clipstore.Key]bool{}}
	var err error
	names := n.formats
	if len(names) == 0 {
		names = splitNames(defaultFormats)
	}
	if p.formats, err = findFormats(names); err != nil {
		return nil, err
	}
	if n.clips != "" {
		if p.unit, err = clipset.ParseUnit(n.clips); err != nil {
			return nil, usageError{fmt.Errorf("--clips: %w", err)}
		}
	}
	if p.preset, err = pipeline.FindPreset(n.preset); err != nil {
		return nil, usageError{err}
	}
	if n.jobs < 1 {
		return nil, usageError{fmt.Errorf("--jobs %d: at least 1", n.jobs)}
	}
	if err := checkLang(n.lang); err != nil {
		return nil, err
	}
	if p.unit != "" && len(pipeline.ClipFormats(p.formats)) == 0 {
		return nil, usageError{errors.New("--clips: none of the formats is for clips; add mp3, wav, srt or vtt")}
	}
	if p.voices, err = profiles(); err != nil {
		return nil, err
	}
	if p.store, err = n.store(ctx); err != nil {
		return nil, err
	}
	p.backends = openBackends()
	p.maxText = p.backends.maxText(ctx)
	return p, nil
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
			return nil, usageError{fmt.Errorf("%s and %s would both go to the folder %s", other, article, dir)}
		}
		from[strings.ToLower(dir)] = article
		dirs[i] = dir
	}
	return dirs, nil
}

// baseName is an article's file name without folder and extension.
func baseName(article string) string {
	if article == "-" {
		return "article"
	}
	base := filepath.Base(filepath.Clean(article))
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}

// article narrates one article.
func (n *narration) article(ctx context.Context, p *plan, article, dir string) (err error) {
	began := time.Now()
	source, err := input.Load(ctx, article, n.stdin)
	if err != nil {
		return err
	}
	sc, err := n.script(source, n.reading, p.voices, p.maxText)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	folder := &pipeline.Folder{Dir: dir, Name: baseName(article), Formats: p.formats, Clips: p.unit, Force: n.force}
	if err := folder.Prepare(ctx); err != nil {
		return err
	}
	r := result{Folder: dir}
	err = n.make(ctx, p, sc, folder, &r)
	if closeErr := folder.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := n.print(r, time.Since(began)); err != nil {
		return err
	}
	return n.failures(r.Report, article)
}

// result is what --json prints: the report and what is true of this run only.
type result struct {
	*pipeline.Report
	Folder string   `json:"folder"`
	Files  []string `json:"files"`
	Spoken int      `json:"spoken"` // clips made in this run
	Reused int      `json:"reused"` // utterances whose clip was there
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
	for _, f := range r.Files {
		if err == nil {
			_, err = fmt.Fprintln(n.stdout, "  "+f)
		}
	}
	return err
}

// failures names every sentence that is not heard.
func (n *narration) failures(r *pipeline.Report, article string) error {
	if r.Complete {
		return nil
	}
	const most = 20
	for i, f := range r.Failed {
		if i == most {
			n.messages.errorf("%s: and %d more; the report lists all", article, len(r.Failed)-most)
			break
		}
		n.messages.errorf("%s:%d:%d: not spoken: %q: %s", article, f.Line, f.Col, excerpt(f.Text, 60), f.Reason)
	}
	n.messages.errorf("%s: %d of %d sentences could not be spoken", article, len(r.Failed), r.Utterances)
	if r.Frames == 0 {
		n.messages.hintf("no audio was written, as it would hide the gap; the same command tries those sentences again, --allow-gaps writes it without them")
	}
	return errReported
}

// make speaks the script, writes the finished files and fills r in.
func (n *narration) make(ctx context.Context, p *plan, sc *script.Script, folder *pipeline.Folder, r *result) error {
	progress := newProgress(n.messages.w, n.quiet || n.json)
	defer progress.close()
	n.messages.clear = progress.clear
	defer func() { n.messages.clear = nil }()

	progress.start("speaking", int64(sc.Utterances()), "sentences")
	p.spoken, n.messages.resumable = true, true
	speaker := &pipeline.Speaker{
		Store: p.store, Backends: p.backends, Rate: p.preset.Rate, Trim: pcm.DefaultTrim, Jobs: n.jobs,
		Progress: func(done int) { progress.set(int64(done)) },
	}
	speech, err := speaker.Speak(ctx, sc)
	if err != nil {
		return err
	}
	for _, key := range speech.Keys {
		p.used[key] = true
	}
	for _, w := range speech.Warnings {
		n.messages.warningf("%s", w)
	}
	r.Spoken, r.Reused = speech.Spoken, speech.Reused
	if len(speech.Failed) > 0 && (!n.allowGaps || len(speech.Failed) == len(speech.Clips)) {
		r.Report = pipeline.NewReport(sc, speech, nil)
		r.Files = []string{folder.ReportPath()}
		return folder.WriteReport(r.Report)
	}
	t, err := timeline.Build(sc, p.preset.Rate, speech.Clips)
	if err != nil {
		return err
	}
	edition := output.Edition{
		Timeline:  t,
		Sound:     speech.Sound(t, p.store),
		Encoding:  p.preset.Encoding,
		Generator: "narrate " + version,
		Jobs:      n.jobs,
		Progress:  progress.add,
	}
	progress.start("writing", folder.Frames(edition), "")
	if r.Files, err = folder.Write(ctx, edition); err != nil {
		return err
	}
	if stale := folder.StaleClips(); stale != "" {
		n.messages.warningf("%s: the clips of an earlier run, which --clips would replace", stale)
	}
	r.Report = pipeline.NewReport(sc, speech, t)
	r.Files = append(r.Files, folder.ReportPath())
	return folder.WriteReport(r.Report)
}
