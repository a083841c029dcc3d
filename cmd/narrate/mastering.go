package main

import (
	"context"

	"narrate/internal/clipstore"
	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
)

// generator is what finished files name as the program that made them.
var generator = "narrate " + version

// master gives the edition its sound: the voice, with the timeline's music,
// mastered as the edition says.
func (a *app) master(ctx context.Context, store *clipstore.Store, voice pcm.Source, e *output.Edition, perChapter bool, progress *progress) (*pipeline.SoundReport, error) {
	t := e.Timeline
	progress.start("mastering", t.Frames*pipeline.MasteringPasses, "")
	programme, err := pipeline.Master(ctx, t, voice, store, e.Channels, e.Mastering, perChapter, e.Jobs, progress.set)
	if err != nil {
		return nil, err
	}
	e.Sound, e.Progress, e.Level = programme, progress.add, nil
	if e.Mastering.Measure == output.Unchanged {
		return nil, nil
	}
	report := pipeline.NewSoundReport(t, programme.Reports)
	if report.Loudness != nil {
		e.Level = &output.Level{Loudness: *report.Loudness, Range: report.Range, TruePeak: report.TruePeak}
	}
	for _, w := range report.Warnings(e.Mastering) {
		a.messages.warningf("%s: %s", t.Source, w)
	}
	return report, nil
}
