package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"narrate/internal/document"
	"narrate/internal/output"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// Report says what became of every sentence of one article. It depends on the
// article and the voices alone, not on what the clip store held.
type Report struct {
	Version  int    `json:"version"`
	Source   string `json:"source"`
	Title    string `json:"title"`
	Lang     string `json:"lang"`
	Complete bool   `json:"complete"` // every sentence is heard
	// Stopped is why the run ended before all was tried; "" where it did not.
	Stopped    string    `json:"stopped,omitempty"`
	Chapters   int       `json:"chapters"`
	Utterances int       `json:"utterances"` // to be spoken
	Heard      int       `json:"heard"`
	Frames     int64     `json:"frames"`
	Rate       pcm.Hz    `json:"rate"`
	Failed     []Missing `json:"failed"`
	Skipped    []Missing `json:"skipped"`
	// Fallback are the sentences that another voice spoke than the one that was
	// to, and why.
	Fallback []Spoken `json:"fallback"`
	// Sound is how the programme sounds; nil where none was made.
	Sound *SoundReport `json:"sound,omitempty"`
	// Captions are those that cannot keep to their rules.
	Captions []CaptionFault `json:"captions,omitempty"`
	// Levels are the voices heard, where there are several.
	Levels []Level `json:"levels,omitempty"`
	// Strange and Again are of a recording: what is no sentence of the article, and
	// further readings of its sentences, which do not count.
	Strange  []Stretch `json:"strange,omitempty"`
	Again    []Reread  `json:"again,omitempty"`
	Warnings []string  `json:"warnings"` // of the article and its speech
	// FileWarnings are those of mastering, of formats that cannot hold all there
	// is, and of the check of what was written.
	FileWarnings []string `json:"fileWarnings,omitempty"`
}

// CaptionFault is where a caption breaks its rules, as speech leaves no choice.
type CaptionFault struct {
	Caption int    `json:"caption"` // its number
	Kind    string `json:"kind"`
	Reason  string `json:"reason"`
	Text    string `json:"text"` // of the sentence
	Line    int    `json:"line"`
	Col     int    `json:"col"`
}

// Missing is text of the article that is not heard as it should be, and why.
type Missing struct {
	Text   string `json:"text"`
	Reason string `json:"reason"`
	File   string `json:"file,omitempty"` // where it is not the source: a member of an archive
	Line   int    `json:"line"`
	Col    int    `json:"col"`
}

// Stretch is a part of a recording.
type Stretch struct {
	StartFrame int64       `json:"startFrame"`
	EndFrame   int64       `json:"endFrame"`
	Start      json.Number `json:"start"` // seconds
	End        json.Number `json:"end"`
}

// Reread is text of the article that a recording has again.
type Reread struct {
	Missing
	Stretch
}

// Spoken is text of the article that a fallback spoke.
type Spoken struct {
	Missing
	Wanted string `json:"wanted"` // the voice that was to speak it
	Voice  string `json:"voice"`
}

// NewReport accounts for a script and its speech; t is nil where no timeline
// was made.
func NewReport(sc *script.Script, speech *Speech, t *timeline.Timeline) *Report {
	r := &Report{
		Version:    1,
		Source:     output.SourceName(sc.Source),
		Title:      sc.Title,
		Lang:       sc.Lang,
		Complete:   len(speech.Failed) == 0,
		Chapters:   len(sc.Chapters),
		Utterances: len(speech.Clips),
		Heard:      len(speech.Clips) - len(speech.Failed),
		Failed:     make([]Missing, 0, len(speech.Failed)),
		Skipped:    make([]Missing, 0, len(sc.Skipped)),
		Fallback:   make([]Spoken, 0, len(speech.Substitutes)),
		Levels:     speech.Levels,
		Warnings:   make([]string, 0, len(sc.Warnings)),
	}
	for _, w := range sc.Warnings {
		if r.Source != sc.Source { // an absolute path, which the places in warnings begin with
			w = strings.ReplaceAll(w, sc.Source, r.Source)
		}
		r.Warnings = append(r.Warnings, w)
	}
	if t != nil {
		r.Frames, r.Rate, r.Chapters = t.Frames, t.Rate, len(t.Chapters)
	}
	for _, f := range speech.Failed {
		r.Failed = append(r.Failed, missing(sc, f.Text, f.Reason, f.Pos))
	}
	for _, s := range speech.Substitutes {
		r.Fallback = append(r.Fallback, Spoken{missing(sc, s.Text, s.Reason, s.Pos), s.Wanted, s.Voice})
	}
	for _, s := range sc.Skipped {
		r.Skipped = append(r.Skipped, missing(sc, s.Text, s.Reason, s.Pos))
	}
	return r
}

// NewHeardReport accounts for a script and what was found of it in a recording of
// that rate; t is nil where no timeline was made.
func NewHeardReport(sc *script.Script, heard *Heard, rate pcm.Hz, t *timeline.Timeline) *Report {
	r := NewReport(sc, &Speech{Clips: heard.Clips, Failed: heard.Missing}, t)
	r.Heard, r.Rate, r.Strange = heard.Found(), rate, heard.Strange
	for _, f := range heard.Unread {
		r.Skipped = append(r.Skipped, missing(sc, f.Text, "heading: "+f.Reason, f.Pos))
	}
	for _, a := range heard.Again {
		r.Again = append(r.Again, Reread{missing(sc, a.Text, "read again; the last reading counts", a.Pos), a.Stretch})
	}
	r.Warnings = append(r.Warnings, heard.Warnings...)
	return r
}

// NewPackageReport accounts for a timeline of which further files are made. What
// became of the article is what the report of the run that made the timeline
// says; where that is not at hand, only what is heard is known. earlier may be
// nil.
func NewPackageReport(t *timeline.Timeline, earlier *Report) *Report {
	r := &Report{
		Version: 1, Source: output.SourceName(t.Source), Title: t.Title, Lang: t.Lang, Complete: true,
		Chapters: len(t.Chapters), Utterances: t.Cues(), Heard: t.Cues(), Frames: t.Frames, Rate: t.Rate,
		Failed: []Missing{}, Skipped: []Missing{}, Fallback: []Spoken{}, Warnings: []string{},
	}
	if e := earlier; e != nil && e.Version == r.Version && e.Source == r.Source && e.Frames == t.Frames && e.Rate == t.Rate && e.Heard == r.Heard {
		r.Complete, r.Utterances, r.Levels = e.Complete, e.Utterances, e.Levels
		r.Failed, r.Skipped = append(r.Failed, e.Failed...), append(r.Skipped, e.Skipped...)
		r.Fallback, r.Warnings = append(r.Fallback, e.Fallback...), append(r.Warnings, e.Warnings...)
		r.Strange, r.Again = e.Strange, e.Again
	}
	return r
}

// maxReport is the largest report that is read, in bytes.
const maxReport = 64 << 20

// ReadReport reads a report. One that is not there is nil.
func ReadReport(path string) (*Report, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxReport+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxReport {
		return nil, fmt.Errorf("%s: a report of more than %d bytes", path, maxReport)
	}
	var r Report
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("%s: no report: %w", path, err)
	}
	return &r, nil
}

func missing(sc *script.Script, text, reason string, pos document.Pos) Missing {
	m := Missing{Text: text, Reason: reason, Line: pos.Line, Col: pos.Col}
	if pos.File != sc.Source {
		m.File = output.PlaceName(sc.Source, pos.File)
	}
	return m
}

// JSON is the report as a file holds it.
func (r *Report) JSON() ([]byte, error) {
	raw, err := json.MarshalIndent(r, "", "  ")
	return append(raw, '\n'), err
}
