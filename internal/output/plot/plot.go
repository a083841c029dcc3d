// Package plot writes a programme as a picture: waveform, chapters and loudness
// over time. See narrate/internal/plot for what it shows.
package plot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"narrate/internal/output"
	"narrate/internal/output/audio"
	"narrate/internal/pcm"
	"narrate/internal/plot"
)

// Format is the output formats "plot" and "plotpng".
type Format struct{ Picture plot.Options }

// Info implements output.Format. The sound is looked at, not held, which is the
// same to those that make it.
func (f Format) Info() output.Info {
	info := output.Info{
		Name: "plot", Suffix: "plot.svg", MediaType: "image/svg+xml", Sound: true, Whole: true,
		Summary: "picture of waveform, chapters and loudness (SVG)",
	}
	if f.Picture.Kind == plot.PNG {
		info.Name, info.Suffix, info.MediaType = "plotpng", "plot.png", "image/png"
		info.Summary = "picture of waveform, chapters and loudness (PNG)"
	}
	return info
}

// Check implements output.Format.
func (Format) Check(context.Context) error { return nil }

// Write implements output.Format.
func (f Format) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	programme, survey, err := Look(ctx, e)
	if err == nil {
		out := bufio.NewWriter(dst)
		if err = plot.Draw(out, programme, survey, f.Picture); err == nil {
			err = out.Flush()
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.Info().Name, err)
	}
	return nil
}

// Look goes through an edition's sound once, for pictures of it.
func Look(ctx context.Context, e output.Edition) (plot.Programme, *plot.Survey, error) {
	programme := newProgramme(e)
	if err := audio.Check(e); err != nil {
		return programme, nil, err
	}
	survey, err := plot.NewSurvey(e.Sound.Format(), programme.Peak)
	if err != nil {
		return programme, nil, err
	}
	return programme, survey, look(ctx, e, survey)
}

// blockFrames are how many frames are read at a time.
const blockFrames = 4096

// look shows the survey all of the sound.
func look(ctx context.Context, e output.Edition, s *plot.Survey) (err error) {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	r, err := audio.Open(e.Sound, pcm.Span{End: e.Timeline.Frames})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	channels := e.Sound.Format().Channels
	block := make([]int16, blockFrames*channels)
	for {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		n, err := r.Read(block)
		if errors.Is(err, io.EOF) {
			s.End()
			return nil
		}
		if err != nil {
			return err
		}
		s.Write(block[:n])
		if e.Progress != nil {
			e.Progress(int64(n / channels))
		}
	}
}

// newProgramme is what the picture says of an edition.
func newProgramme(e output.Edition) plot.Programme {
	t := e.Timeline
	p := plot.Programme{Title: t.Title, Author: t.Author, Lang: t.Lang}
	for i := range t.Chapters {
		c := &t.Chapters[i]
		p.Chapters = append(p.Chapters, plot.Chapter{Number: c.Number, Title: c.Title, Start: c.Span.Start})
	}
	for _, m := range t.Music {
		p.Music = append(p.Music, plot.Music{Name: string(m.Sound), Span: m.Span})
	}
	p.Wants(e.Mastering)
	return p
}
