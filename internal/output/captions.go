package output

import "time"

// CaptionUnit is what one caption holds.
type CaptionUnit string

// The units.
const (
	Fitted   CaptionUnit = "fitted"   // what fits the screen and can be read, of one sentence
	Sentence CaptionUnit = "sentence" // a whole sentence on one line, however long
	Word     CaptionUnit = "word"     // a word
)

// Captions say how text is divided into captions. Zero numbers are no limits.
// The zero value is a caption a sentence on one line, with the sound's times.
type Captions struct {
	Profile string // the name of the rules; for messages
	Unit    CaptionUnit
	// Width is how many columns a line has at most: grapheme clusters, of which
	// wide ones (UAX #11) take two.
	Width int
	Lines int // of a caption at most
	// Shortest and Longest are how long a caption is seen. One that is said
	// faster stays, as far as there is room, but no longer than Linger after its
	// sound.
	Shortest, Longest, Linger time.Duration
	// Gap is the least time between two captions; those that are closer touch
	// or are parted by it.
	Gap   time.Duration
	Speed float64 // characters a second at most
	// Speaker has a caption say who speaks, where several do.
	Speaker bool
	// Words has formats that can show how the words are spoken one by one.
	Words bool
	// Rate is the frames a second of the video that times are rounded to; nil
	// is milliseconds.
	Rate *FrameRate
	// Offset is added to all times; what would begin before 0 is cut.
	Offset time.Duration
}

// FrameRate is Frames video frames in Seconds seconds: 25 in 1, 24000 in 1001.
type FrameRate struct{ Frames, Seconds int64 }
