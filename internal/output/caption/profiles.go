package caption

import (
	"time"

	"narrate/internal/output"
)

// The numbers and where they are from are told in docs/captions.md.
var profiles = []output.Captions{
	{
		Profile: "netflix", Unit: output.Fitted, Width: 42, Lines: 2,
		Shortest: time.Second * 5 / 6, Longest: 7 * time.Second, Linger: time.Second / 2,
		Gap: time.Second / 12, Speed: 20,
	},
	{
		Profile: "bbc", Unit: output.Fitted, Width: 37, Lines: 2,
		Shortest: 900 * time.Millisecond, Longest: 7 * time.Second, Linger: 1500 * time.Millisecond, Speed: 18,
	},
	{
		Profile: "youtube", Unit: output.Fitted, Width: 32, Lines: 2,
		Shortest: time.Second, Longest: 6 * time.Second, Linger: time.Second, Speed: 20,
	},
	{
		Profile: "podcast", Unit: output.Fitted, Width: 65, Lines: 2,
		Shortest: time.Second, Longest: 12 * time.Second, Linger: time.Second, Speaker: true,
	},
	{Profile: "sentence", Unit: output.Sentence},
	{Profile: "word", Unit: output.Word},
	{
		Profile: "karaoke", Unit: output.Fitted, Width: 32, Lines: 1,
		Shortest: 500 * time.Millisecond, Longest: 5 * time.Second, Linger: time.Second, Words: true,
	},
}

// netflixGap is how many frames of video Netflix wants between two captions,
// whatever the rate.
const netflixGap = 2

// Names are the profiles' names.
func Names() []string {
	names := make([]string, len(profiles))
	for i := range profiles {
		names[i] = profiles[i].Profile
	}
	return names
}

// Find gives the profile of that name.
func Find(name string) (output.Captions, bool) {
	for _, p := range profiles {
		if p.Profile == name {
			return p, true
		}
	}
	return output.Captions{}, false
}
