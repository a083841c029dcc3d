package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"narrate/internal/ffmpeg"
	"narrate/internal/output"
	outplot "narrate/internal/output/plot"
	"narrate/internal/pipeline"
	"narrate/internal/plot"
	"narrate/internal/preset"
)

const plotLong = `narrate plot draws programmes: the waveform with chapters, music and silences,
loudness over time, peaks that are too high, and the numbers of the whole. It
takes finished sound files, narrate's or any others, with the chapters that they
have, and the timeline.json of programmes whose sound is in the clip store.

A picture NAME.plot.svg (or .png) is written beside each file. SVG is light or
dark as its reader likes it; PNG is light, has twice as many pixels a side as
--width and --height say, and no letters but Latin, Greek and Cyrillic ones.`

const plotExample = `  narrate plot talk.mp3
  narrate plot --format svg,png --preset podcast -o pictures *.mp3
  narrate plot --format png --width 1200 --height 400 talk/talk.timeline.json`

// plotting is the command that draws programmes.
type plotting struct {
	*app
	kinds         []string
	width, height int
	preset        string
	output        string
	jobs          int
	force, quiet  bool
}

func newPlotCommand(a *app) *cobra.Command {
	p := &plotting{app: a}
	c := &cobra.Command{
		Use:     "plot [flags] FILE...",
		Short:   "draw waveform, chapters and loudness of a programme",
		Long:    plotLong,
		Example: plotExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("no sound file and no timeline.json given")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, files []string) error { return p.run(c.Context(), files) },
	}
	f := c.Flags()
	f.StringSliceVar(&p.kinds, "format", []string{string(plot.SVG)}, "pictures to draw: svg,png")
	f.IntVar(&p.width, "width", plot.UsualWidth, "width in pixels")
	f.IntVar(&p.height, "height", 0, "height in pixels (default: what it takes)")
	f.StringVar(&p.preset, "preset", "", "show the levels that this preset wants of sound files: "+strings.Join(preset.Names(), ",")+" (default: none)")
	f.StringVarP(&p.output, "output", "o", "", "folder for the pictures (default: that of the file)")
	f.IntVarP(&p.jobs, "jobs", "j", runtime.NumCPU(), "pieces mastered at once")
	f.BoolVarP(&p.force, "force", "f", false, "overwrite pictures")
	f.BoolVarP(&p.quiet, "quiet", "q", false, "print errors and warnings only")
	f.Lookup("format").DefValue = string(plot.SVG)
	f.Lookup("height").DefValue = ""
	complete(c, "format", []string{string(plot.SVG), string(plot.PNG)})
	complete(c, "preset", preset.Names())
	return c
}

// run goes on after a file that cannot be drawn.
func (p *plotting) run(ctx context.Context, files []string) error {
	if p.jobs < 1 {
		return usageError{fmt.Errorf("--jobs %d: at least 1", p.jobs)}
	}
	var pictures []plot.Options
	for _, kind := range p.kinds {
		o := plot.Options{Kind: plot.Kind(kind), Width: p.width, Height: p.height}
		if err := o.Check(); err != nil {
			return usageError{err}
		}
		if !slices.Contains(pictures, o) {
			pictures = append(pictures, o)
		}
	}
	var mastering output.Mastering
	if p.preset != "" {
		numbers, err := preset.Find(p.preset)
		if err != nil {
			return usageError{fmt.Errorf("--preset: %w", err)}
		}
		mastering = numbers.Mastering
	}
	failed := false
	for _, file := range files {
		err := p.file(ctx, file, pictures, mastering)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			p.messages.failure(err)
			failed = true
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// file draws the pictures of one file.
func (p *plotting) file(ctx context.Context, file string, pictures []plot.Options, mastering output.Mastering) error {
	dir := p.output
	if dir == "" {
		dir = filepath.Dir(file)
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	base := filepath.Join(dir, timelineBase(file)+".")
	paths := make([]string, len(pictures))
	for i, o := range pictures {
		paths[i] = base + outplot.Format{Picture: o}.Info().Suffix
		if _, err := os.Lstat(paths[i]); err == nil && !p.force {
			return fmt.Errorf("%s: %w", paths[i], pipeline.ErrExists)
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	look := p.sound
	if strings.EqualFold(filepath.Ext(file), ".json") {
		look = p.timeline
	}
	programme, survey, err := look(ctx, file, mastering)
	if err != nil {
		return err
	}
	for i, o := range pictures {
		err := writeWhole(paths[i], p.force, func(path string) error { return draw(path, programme, survey, o) })
		if err != nil {
			return err
		}
		if p.quiet {
			continue
		}
		if _, err := fmt.Fprintln(p.stdout, printable(paths[i])); err != nil {
			return err
		}
	}
	return nil
}

func draw(path string, programme plot.Programme, survey *plot.Survey, o plot.Options) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	err = plot.Draw(out, programme, survey, o)
	if err == nil {
		err = out.Flush()
	}
	return errors.Join(err, file.Close())
}

// timeline looks at the programme of a timeline.json.
func (p *plotting) timeline(ctx context.Context, file string, _ output.Mastering) (plot.Programme, *plot.Survey, error) {
	if p.preset != "" {
		return plot.Programme{}, nil, fmt.Errorf("%s: --preset is for sound files; the timeline tells the levels it was made for", file)
	}
	e, err := readTimeline(file)
	if err != nil {
		return plot.Programme{}, nil, err
	}
	e.Jobs = p.jobs
	store, err := p.store(ctx)
	if err != nil {
		return plot.Programme{}, nil, err
	}
	defer store.Close()
	if err := haveClips(ctx, store, &e); err != nil {
		return plot.Programme{}, nil, err
	}
	voice, err := pipeline.Voice(e.Timeline, store)
	if err != nil {
		return plot.Programme{}, nil, err
	}
	progress := newProgress(p.messages.w, p.quiet)
	defer progress.close()
	p.messages.clear = progress.clear
	defer func() { p.messages.clear = nil }()
	if _, err := p.master(ctx, store, voice, &e, false, progress); err != nil {
		return plot.Programme{}, nil, err
	}
	progress.start("drawing", e.Timeline.Frames, "")
	return outplot.Look(ctx, e)
}

// sound looks at a sound file.
func (p *plotting) sound(ctx context.Context, file string, mastering output.Mastering) (programme plot.Programme, survey *plot.Survey, err error) {
	program, err := ffmpeg.Find(ctx)
	if err != nil {
		return programme, nil, err
	}
	probe, err := program.Probe(ctx, file)
	if err != nil {
		return programme, nil, err
	}
	programme = plot.Programme{Title: probe.Tags["title"], Author: probe.Tags["artist"]}
	programme.Wants(mastering)
	if programme.Title == "" {
		programme.Title = timelineBase(file)
	}
	for i, c := range probe.Chapters {
		programme.Chapters = append(programme.Chapters, plot.Chapter{Number: i + 1, Title: c.Title, Start: probe.Format.Rate.Frames(c.Start)})
	}
	// Of more than two channels most people hear the stereo sum.
	in, err := program.Open(ctx, file, ffmpeg.OpenOptions{Rate: probe.Format.Rate, Channels: min(probe.Format.Channels, 2)})
	if err != nil {
		return programme, nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	survey, err = plot.NewSurvey(in.Format(), programme.Peak)
	if err != nil {
		return programme, nil, fmt.Errorf("%s: %w", file, err)
	}
	progress := newProgress(p.messages.w, p.quiet)
	defer progress.close()
	progress.start("drawing", probe.Format.Rate.Frames(probe.Length), "")
	block := make([]float32, 16<<10)
	for {
		n, err := in.Read(block)
		survey.WriteFloat(block[:n])
		progress.add(int64(n / in.Format().Channels))
		if errors.Is(err, io.EOF) {
			survey.End()
			return programme, survey, nil
		}
		if err != nil {
			return programme, nil, err
		}
	}
}
