// Package check measures finished sound files, narrate's own or anyone's,
// against what platforms and presets want of them.
package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"narrate/internal/ffmpeg"
)

// Verdict is what a Row comes to.
type Verdict string

// The verdicts. A file fails where one of its rows does.
const (
	Pass Verdict = "pass"
	Fail Verdict = "fail"
	Note Verdict = "note" // other than recommended
	Info Verdict = "info" // measured, and nobody wants anything
)

// Row is one measure, held against one wish. Its JSON names are stable.
type Row struct {
	Measure string   `json:"measure"`          // "true_peak"
	Label   string   `json:"label"`            // "true peak"
	Value   string   `json:"value"`            // as people read it: "-1.3 dBTP"
	Number  *float64 `json:"number,omitempty"` // the same in Unit, where it is one
	Unit    string   `json:"unit,omitempty"`   // "dBTP"
	Target  string   `json:"target,omitempty"` // who wants it
	Wanted  string   `json:"wanted,omitempty"` // "at most -1 dBTP"
	Verdict Verdict  `json:"verdict"`
	Fix     string   `json:"fix,omitempty"`    // what to do, where it fails or is noted
	Source  string   `json:"source,omitempty"` // where the wish stands
}

// Result is what was found of a file.
type Result struct {
	File    string   `json:"file"`
	Passed  bool     `json:"passed"`
	Targets []string `json:"targets"` // it was held against, General first
	Fits    []string `json:"fits"`    // all of Targets() that it would pass
	Rows    []Row    `json:"rows"`
}

// Failed reports whether one row fails.
func (r *Result) Failed() bool { return !r.Passed }

// File measures a file against General and all of the targets. It decodes the
// file once, from start to end, in bounded memory.
//
// An error is a file that is none, is empty or holds no sound that can be read
// (see ffmpeg.Probe), an ffmpeg that is missing or was ended (ffmpeg.ErrBroken),
// or ctx's end. A file that is damaged is a Result with a failed row, and without levels: those of a part
// would be taken for those of the whole.
func File(ctx context.Context, path string, targets []Target) (*Result, error) {
	program, err := ffmpeg.Find(ctx)
	if err != nil {
		return nil, err
	}
	f, err := gather(ctx, program, path)
	if err != nil {
		return nil, err
	}
	r := &Result{File: path, Targets: []string{General.Name}, Fits: []string{}}
	for _, t := range targets {
		r.Targets = append(r.Targets, t.Name)
	}
	r.Rows, r.Passed = judge(f, append([]Target{General}, targets...))
	for _, t := range Targets() {
		if _, fits := judge(f, []Target{General, t}); fits {
			r.Fits = append(r.Fits, t.Name)
		}
	}
	return r, nil
}

// gather measures a file.
func gather(ctx context.Context, program *ffmpeg.Program, path string) (*facts, error) {
	probe, err := program.Probe(ctx, path)
	if err != nil {
		return nil, err
	}
	f := &facts{probe: probe}
	var decode error
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		f.sound, decode, err = measureSound(ctx, program, path, probe.Format.Channels)
		return err
	})
	group.Go(func() error {
		if probe.Container != "mp3" || probe.Codec != "mp3" {
			return nil
		}
		m, err := ffmpeg.ReadMPEG(path)
		f.mpeg = &m
		return err
	})
	group.Go(func() error {
		if len(probe.Pictures) == 0 {
			return nil
		}
		picture, err := program.Picture(ctx, path)
		if errors.Is(err, ffmpeg.ErrBroken) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			f.cover = &coverFacts{format: "unreadable"}
			return nil
		}
		f.cover = readCover(picture)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	switch {
	case ctxEnded(decode), errors.Is(decode, ffmpeg.ErrBroken):
		return nil, decode
	case f.mpeg != nil && f.mpeg.Other != "":
		f.damage = f.mpeg.Other
	case decode != nil:
		f.damage = strings.TrimPrefix(decode.Error(), path+": ")
	case endsEarly(f):
		f.damage = fmt.Sprintf("cut off: %v of %v are there", f.sound.length().Round(time.Millisecond), probe.Length.Round(time.Millisecond))
	}
	if f.damage != "" {
		f.sound = nil
	}
	return f, nil
}

func ctxEnded(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// promiseSlack is how much shorter the sound may be than its container says:
// some count what the encoder added at both ends.
const promiseSlack = 150 * time.Millisecond

// endsEarly compares the sound with the length in the header of containers that
// have one; the others' is a guess.
func endsEarly(f *facts) bool {
	switch containerName(f.probe.Container) {
	case mp4, flac, wav:
		return f.sound.length() < f.probe.Length-promiseSlack
	}
	return false
}

// judge holds the facts against the targets: for each measure a row for each
// that wants something of it, or one without.
func judge(f *facts, targets []Target) (rows []Row, passed bool) {
	passed = true
	for i := range measures {
		m := &measures[i]
		value := valueOf(m, f)
		wanted := false
		for _, t := range targets {
			for j := range t.wants {
				w := &t.wants[j]
				if w.measure != m.id || w.when != nil && !w.when(f) || !value.there && !w.limit.present {
					continue
				}
				// Levels of a broken file are missing for a reason that has
				// been told.
				if !value.there && f.damage != "" {
					continue
				}
				row := value.row(m)
				row.Target, row.Wanted, row.Source = t.Name, w.limit.wanted(m), w.source
				if w.advice {
					row.Wanted += " (advice)"
				}
				row.Verdict, row.Fix = w.judge(m, value)
				passed = passed && row.Verdict != Fail
				rows = append(rows, row)
				wanted = true
			}
		}
		if !wanted && value.there {
			row := value.row(m)
			row.Verdict = Info
			rows = append(rows, row)
		}
	}
	return rows, passed
}

// value is a measure's for a file.
type value struct {
	there  bool
	number float64
	text   string // where it is no number
}

func valueOf(m *measure, f *facts) value {
	if m.number != nil {
		n, ok := m.number(f)
		return value{there: ok, number: m.rounded(n)}
	}
	text := m.text(f)
	return value{there: text != "", text: text}
}

func (v value) row(m *measure) Row {
	r := Row{Measure: m.id, Label: m.label, Unit: m.unit, Value: v.text}
	switch {
	case !v.there:
		r.Value = "missing"
	case m.number != nil:
		r.Number, r.Value = &v.number, m.show(v.number)
	}
	return r
}

// judge says what the value comes to and what to do about it.
func (w *want) judge(m *measure, v value) (verdict Verdict, fix string) {
	bad := Fail
	if w.advice {
		bad = Note
	}
	l := &w.limit
	difference := 0.0
	switch {
	case !v.there:
		return bad, m.absent
	case len(l.names) > 0:
		if slices.Contains(l.names, v.text) {
			return Pass, ""
		}
		fix = m.other
	case len(l.numbers) > 0:
		if slices.Contains(l.numbers, v.number) {
			return Pass, ""
		}
		fix = m.other
	case l.bounded && v.number < l.least:
		fix, difference = m.low, l.least-v.number
	case l.bounded && v.number > l.most:
		fix, difference = m.high, v.number-l.most
	default:
		return Pass, ""
	}
	if w.fix != "" {
		fix = w.fix
	}
	if strings.Contains(fix, "%s") {
		fix = fmt.Sprintf(fix, m.plain(difference))
	}
	return bad, fix
}
