package pipeline_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"narrate/internal/clipstore"
	"narrate/internal/input"
	"narrate/internal/input/text"
	"narrate/internal/output"
	"narrate/internal/output/audio/mp3"
	"narrate/internal/output/audio/wav"
	"narrate/internal/output/chapters"
	"narrate/internal/pcm"
	pcmwav "narrate/internal/pcm/wav"
	"narrate/internal/pipeline"
	"narrate/internal/preset"
	"narrate/internal/script"
	"narrate/internal/timeline"
	"narrate/internal/tts"
	"narrate/internal/tts/espeak"
	"narrate/voices"
)

func TestMain(m *testing.M) {
	if handled, status := espeak.WorkerMain(); handled {
		os.Exit(status)
	}
	os.Exit(m.Run())
}

// realSpeaker speaks with the real engine into a store of its own.
func realSpeaker(t *testing.T, rate pcm.Hz) *pipeline.Speaker {
	t.Helper()
	store, err := clipstore.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	backend := espeak.New(espeak.Options{Worker: []string{self}})
	t.Cleanup(func() { backend.Close() })
	return &pipeline.Speaker{Store: store, Backends: map[string]tts.Backend{"espeak": backend}, Rate: rate, Trim: pcm.DefaultTrim, Jobs: 2}
}

// edition speaks the article with the real engine and writes it.
type edition struct {
	timeline *timeline.Timeline
	speech   *pipeline.Speech
	store    *clipstore.Store
	files    []string
}

func narrate(t *testing.T, article string, rate pcm.Hz, encoding output.Encoding, formats ...output.Format) edition {
	t.Helper()
	source, err := input.Load(t.Context(), article, nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := input.Read(source, []input.Format{text.Format{}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := voices.Load()
	if err != nil {
		t.Fatal(err)
	}
	sc, err := script.Build(doc, script.Options{Voices: set, Backend: "espeak"})
	if err != nil {
		t.Fatal(err)
	}
	speaker := realSpeaker(t, rate)
	store := speaker.Store
	speech, err := speaker.Speak(t.Context(), sc)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := timeline.Build(sc, rate, speech.Clips, timeline.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	folder := pipeline.Folder{Dir: filepath.Join(t.TempDir(), "out"), Name: "a", Formats: formats}
	if err := folder.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	voice, err := pipeline.Voice(tl, store)
	if err != nil {
		t.Fatal(err)
	}
	files, err := folder.Write(t.Context(), output.Edition{
		Timeline: tl, Sound: voice, Encoding: encoding, Generator: "narrate test", Jobs: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return edition{tl, speech, store, files}
}

func samplesOfWAV(t *testing.T, path string) []int16 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcmwav.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := pcm.ReadAll(r, math.MaxInt32)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// TestExactness decodes the finished files and looks for every sentence where
// the timeline says it is.
func TestExactness(t *testing.T) {
	for _, name := range []string{"podcast", "speech"} {
		preset, err := preset.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, article := range []string{"leuchtturm.de.txt", "night-train.en.txt"} {
			t.Run(preset.Name+" "+article, func(t *testing.T) {
				t.Parallel()
				e := narrate(t, filepath.Join("../../examples", article), preset.Format.Rate, preset.Encoding, wav.Format{}, mp3.Format{}, chapters.Format{})
				whole := samplesOfWAV(t, e.files[0])
				checkWAV(t, e, whole)
				checkMP3(t, e, whole)
				checkChapters(t, e)
			})
		}
	}
}

// checkWAV finds each stored clip at its cue, sample by sample, and silence
// everywhere else.
func checkWAV(t *testing.T, e edition, whole []int16) {
	t.Helper()
	if int64(len(whole)) != e.timeline.Frames {
		t.Fatalf("the WAV has %d frames, the timeline %d", len(whole), e.timeline.Frames)
	}
	at := int64(0)
	for _, chapter := range e.timeline.Chapters {
		for _, cue := range chapter.Cues {
			for _, v := range whole[at:cue.Span.Start] {
				if v != 0 {
					t.Fatalf("sound in the pause before %q", cue.Utterance.Text)
				}
			}
			clip, err := e.store.OpenPart(e.speech.Keys[cue.Clip], pcm.Span{Start: 0, End: cue.Span.Frames()})
			if err != nil {
				t.Fatal(err)
			}
			samples, err := pcm.ReadAll(clip, cue.Span.Frames())
			clip.Close()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(samples, whole[cue.Span.Start:cue.Span.End]) {
				t.Errorf("%q is not at frame %d", cue.Utterance.Text, cue.Span.Start)
			}
			at = cue.Span.End
		}
	}
	last := e.timeline.Chapters[len(e.timeline.Chapters)-1]
	if at != e.timeline.Frames || last.Span.End != e.timeline.Frames {
		t.Errorf("last cue ends at %d, last chapter at %d, the audio at %d", at, last.Span.End, e.timeline.Frames)
	}
}

// checkMP3 decodes gaplessly by an independent decoder and measures, by
// cross-correlation, how far each sentence lies from where it is in the WAV.
func checkMP3(t *testing.T, e edition, whole []int16) {
	t.Helper()
	decoded := filepath.Join(t.TempDir(), "decoded.wav")
	if out, err := exec.Command("mpg123", "-q", "-w", decoded, e.files[1]).CombinedOutput(); err != nil {
		t.Fatalf("mpg123: %v: %s", err, out)
	}
	lossy := samplesOfWAV(t, decoded)
	if len(lossy) != len(whole) {
		t.Fatalf("the MP3 decodes to %d frames, the timeline has %d", len(lossy), len(whole))
	}
	most := int(e.timeline.Rate.Frames(1_000_000)) // one millisecond
	for _, chapter := range e.timeline.Chapters {
		for _, cue := range chapter.Cues {
			start, end := int(cue.Span.Start), int(min(cue.Span.Start+int64(e.timeline.Rate)/2, cue.Span.End))
			best, lag := math.Inf(-1), 0
			for d := -3 * most; d <= 3*most; d++ {
				sum := 0.0
				for i := max(start, -d); i < end && i+d < len(lossy); i++ {
					sum += float64(whole[i]) * float64(lossy[i+d])
				}
				if sum > best {
					best, lag = sum, d
				}
			}
			if lag < -most || lag > most {
				t.Errorf("%q is %d frames off in the MP3", cue.Utterance.Text, lag)
			}
		}
	}
}

// checkChapters compares chapters.json with what two independent readers find
// in the MP3, to the millisecond.
func checkChapters(t *testing.T, e edition) {
	t.Helper()
	type chapter struct {
		start, end int64
		title      string
	}
	ms := func(s string) int64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return int64(math.Round(f * 1000))
	}
	raw, err := os.ReadFile(e.files[2])
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Version  string
		Chapters []struct {
			StartTime, EndTime json.Number
			Title              string
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var want []chapter
	for _, c := range file.Chapters {
		want = append(want, chapter{ms(c.StartTime.String()), ms(c.EndTime.String()), c.Title})
	}
	if file.Version != "1.2.0" || len(want) != len(e.timeline.Chapters) {
		t.Fatalf("version %q, %d chapters", file.Version, len(want))
	}

	out, err := exec.Command("ffprobe", "-v", "error", "-of", "json", "-show_chapters", e.files[1]).Output()
	if err != nil {
		t.Fatalf("ffprobe: %v", err)
	}
	var probe struct {
		Chapters []struct {
			StartTime string `json:"start_time"`
			EndTime   string `json:"end_time"`
			Tags      struct{ Title string }
		}
	}
	if err := json.Unmarshal(out, &probe); err != nil {
		t.Fatal(err)
	}
	var got []chapter
	for _, c := range probe.Chapters {
		got = append(got, chapter{ms(c.StartTime), ms(c.EndTime), c.Tags.Title})
	}
	if !slices.Equal(got, want) {
		t.Errorf("ffprobe finds %v, chapters.json has %v", got, want)
	}

	const reader = `
import sys
from mutagen.id3 import ID3
tags = ID3(sys.argv[1])
[toc] = tags.getall("CTOC")
assert toc.flags == 3, toc.flags
chapters = {c.element_id: c for c in tags.getall("CHAP")}
for element in toc.child_element_ids:
    c = chapters.pop(element)
    print(c.start_time, c.end_time, c.sub_frames["TIT2"].text[0], sep="\t")
assert not chapters, chapters
`
	var stderr bytes.Buffer
	python := exec.Command("/usr/bin/python3", "-c", reader, e.files[1])
	python.Stderr = &stderr
	if out, err = python.Output(); err != nil {
		t.Fatalf("mutagen: %v: %s", err, stderr.String())
	}
	got = nil
	for line := range strings.Lines(string(out)) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		start, err1 := strconv.ParseInt(f[0], 10, 64)
		end, err2 := strconv.ParseInt(f[1], 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("mutagen: %q", line)
		}
		got = append(got, chapter{start, end, f[2]})
	}
	if !slices.Equal(got, want) {
		t.Errorf("mutagen finds %v, chapters.json has %v", got, want)
	}
}
