package chapters

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"narrate/internal/output"
	"narrate/internal/output/plain"
	"narrate/internal/timeline"
)

// What the platforms show of the list (YouTube Help, "Video chapters";
// Spotify for Creators, "Creating and managing chapters"). Both show no
// chapters where fewer than three are left; the list is written all the same,
// since its times are links then, too.
const (
	youTubeLeast     = 10 // seconds a chapter
	youTubeMost      = 5000
	spotifyMost      = 4000 // code points a description
	spotifyTitleMost = 39   // code points: "under 40 characters"
)

// YouTube is the output format "youtube": lines to be put into a video's
// description.
type YouTube struct{ needsNothing }

// Info implements output.Format.
func (YouTube) Info() output.Info {
	return output.Info{
		Name: "youtube", Suffix: "youtube.txt", MediaType: "text/plain",
		Summary: "chapters for the description of a YouTube video",
	}
}

// Write implements output.Format. A time is the second in which the chapter
// begins; chapters that last less than ten seconds are merged.
func (YouTube) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	list := marks(e.Timeline, wholeSeconds(e.Timeline), youTubeLeast)
	return write(ctx, dst, fitting(list, youTubeMost, func(m mark) string {
		return youTubeClock(m.start) + " " + harmless(m.title)
	}))
}

// Spotify is the output format "spotify": lines to be put into an episode's
// description.
type Spotify struct{ needsNothing }

// Info implements output.Format.
func (Spotify) Info() output.Info {
	return output.Info{
		Name: "spotify", Suffix: "spotify.txt", MediaType: "text/plain",
		Summary: "chapters for the description of an episode on Spotify",
	}
}

// Write implements output.Format.
func (Spotify) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	list := marks(e.Timeline, wholeSeconds(e.Timeline), 1)
	return write(ctx, dst, fitting(list, spotifyMost, func(m mark) string {
		return "(" + spotifyClock(m.start) + ") " + plain.Shorten(harmless(m.title), spotifyTitleMost)
	}))
}

// wholeSeconds gives the second that a frame lies in, so that no first word is
// cut.
func wholeSeconds(t *timeline.Timeline) func(int64) int64 {
	return func(frame int64) int64 { return frame / int64(t.Rate) }
}

// youTubeClock is 0:00, 59:59 or 1:00:00.
func youTubeClock(s int64) string {
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// spotifyClock is 00:00, 59:59 or 01:00:00.
func spotifyClock(s int64) string {
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// fitting is the list as lines, and no longer than the description that it is
// for may be: where it would be, chapters are left out by thin.
func fitting(list []mark, most int, line func(mark) string) string {
	for {
		var b strings.Builder
		for _, m := range list {
			b.WriteString(line(m))
			b.WriteByte('\n')
		}
		length := utf8.RuneCountInString(b.String())
		if length <= most || len(list) <= 1 {
			return b.String()
		}
		list = thin(list, max(1, min(len(list)-1, len(list)*most/length)))
	}
}

var (
	// clock is what the platforms would take for another time and link.
	clock = regexp.MustCompile(`(\d):(\d)`)
	// angles are refused in YouTube's descriptions, and taken for markup in
	// those of episodes.
	angles = strings.NewReplacer("<", "\uFF1C", ">", "\uFF1E")
)

// harmless is a title without what platforms see more in than text: a ratio
// sign keeps "14:30" from being a time, and looks the same.
func harmless(title string) string {
	for clock.MatchString(title) { // twice for 1:2:3
		title = clock.ReplaceAllString(title, "$1\u2236$2")
	}
	return angles.Replace(title)
}
