package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"narrate/internal/check"
	"narrate/internal/ffmpeg"
	"narrate/internal/pipeline"
	"narrate/internal/preset"
)

// checkFinished measures the sound files that were written, so many at once,
// against the preset that they were made by, and warns of each miss, also in the
// report. Files of no preset are held against what holds for every file.
func (a *app) checkFinished(ctx context.Context, folder *pipeline.Folder, r *result, p *preset.Preset, jobs int) error {
	sounds := soundFiles(folder, r.Files)
	if _, err := ffmpeg.Find(ctx); errors.Is(err, ffmpeg.ErrMissing) {
		// The files are written and valid all the same; they were made without it.
		return nil
	}
	var targets []check.Target
	if p.Name != "" {
		target := check.FromPreset(p)
		if platform, err := check.FindTarget(p.Name); err == nil && p.Name == "acx" {
			target = platform // whose rules the preset keeps
		}
		targets = append(targets, target)
	}
	results := make([]*check.Result, len(sounds))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(max(1, jobs))
	for i, file := range sounds {
		group.Go(func() error {
			var err error
			if results[i], err = check.File(inner, file, targets); err != nil {
				return fmt.Errorf("checking what was written: %w", err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.Checks = results
	for _, result := range results {
		for _, row := range result.Rows {
			if row.Verdict != check.Fail {
				continue
			}
			miss := fmt.Sprintf("%s is %s, where %s wants %s: %s", row.Label, row.Value, row.Target, row.Wanted, row.Fix)
			a.messages.warningf("%s: %s", result.File, miss)
			r.FileWarnings = append(r.FileWarnings, filepath.Base(result.File)+": "+miss)
		}
	}
	return nil
}

// soundFiles lists those of the files that hold sound, and where there is a
// file a chapter, those in the folder of clips.
func soundFiles(folder *pipeline.Folder, files []string) []string {
	suffixes := map[string]bool{}
	for _, f := range folder.Formats {
		if info := f.Info(); info.Sound && !info.Whole {
			suffixes["."+info.Suffix] = true
		}
	}
	var sounds []string
	for _, file := range files {
		if suffixes[filepath.Ext(file)] {
			sounds = append(sounds, file)
			continue
		}
		if !folder.Apart || strings.HasSuffix(file, ".json") {
			continue
		}
		entries, err := os.ReadDir(file)
		if err != nil {
			continue // a file, which holds no sound
		}
		for _, entry := range entries {
			if suffixes[filepath.Ext(entry.Name())] {
				sounds = append(sounds, filepath.Join(file, entry.Name()))
			}
		}
	}
	return sounds
}
