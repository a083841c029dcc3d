package caption_test

import (
	"slices"
	"strings"
	"testing"

	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/pcm"
	"narrate/internal/script"
	"narrate/internal/segment"
	"narrate/internal/timeline"
	"narrate/voices"
)

// spoken is a programme of sentences, each said at so many columns a second,
// with times of words in proportion to their columns and pauses between.
func spoken(lang string, rate pcm.Hz, speed int64, sentences []string) *timeline.Timeline {
	t := &timeline.Timeline{Rate: rate, Lang: lang, Chapters: []timeline.Chapter{{}}}
	at := int64(rate) / 2
	for _, text := range sentences {
		u := &script.Utterance{Text: text, Spoken: text, Lang: lang, Voice: &voices.Voice{Name: lang}}
		cue := timeline.Cue{Utterance: u, Timing: timeline.Estimated}
		frames := max(1, int64(caption.Columns(text))*int64(rate)/speed)
		cue.Span = pcm.Span{Start: at, End: at + frames}
		for lo := 0; lo < len(text); {
			n := strings.IndexByte(text[lo:]+" ", ' ')
			if n > 0 {
				start := at + frames*int64(lo)/int64(len(text))
				if k := len(cue.Words); k > 0 {
					cue.Words[k-1].Span.End = start
				}
				cue.Words = append(cue.Words, timeline.Word{Span: pcm.Span{Start: start, End: cue.Span.End}, Lo: lo, Hi: lo + n})
			}
			lo += n + 1
		}
		t.Chapters[0].Cues = append(t.Chapters[0].Cues, cue)
		at = cue.Span.End + int64(rate)*2/5
	}
	t.Frames = at
	t.Chapters[0].Span.End = at
	return t
}

// sentences divides an article into its sentences.
func sentences(article, lang string) []string {
	var out []string
	for paragraph := range strings.SplitSeq(article, "\n\n") {
		for _, s := range segment.Split(paragraph, lang) {
			out = append(out, paragraph[s.Lo:s.Hi])
		}
	}
	return out
}

func find(t testing.TB, name string) output.Captions {
	t.Helper()
	rules, ok := caption.Find(name)
	if !ok {
		t.Fatalf("no profile %q", name)
	}
	return rules
}

func laid(t *timeline.Timeline, rules output.Captions) []caption.Cue {
	return slices.Collect(caption.Cues(&output.Edition{Timeline: t}, rules))
}
