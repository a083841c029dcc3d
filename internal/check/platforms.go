package check

// Where the numbers of the platforms stand, by their own pages or by those who
// cite them in 2026; where a platform says nothing public, the source is named
// for what it is.
const (
	appleAudio   = "Apple Podcasts for Creators, Audio requirements: podcasters.apple.com/support/893-audio-requirements"
	appleArtwork = "Apple Podcasts for Creators, Artwork requirements: podcasters.apple.com/support/896-artwork-requirements"

	spotifyLoudness = "Spotify for Artists, Loudness normalization: support.spotify.com/artists/article/loudness-normalization"
	spotifyChapters = "Spotify for Creators, Creating and managing chapters: support.spotify.com/creators/article/creating-and-managing-chapters"
	spotifyAudio    = "Spotify's Podcast Delivery Specification, as hosts of podcasts cite it: MP3 or AAC of 96 to 320 kb/s"

	youtubeChapters = "YouTube Help, Video chapters: support.google.com/youtube/answer/9884579"
	youtubeSize     = "YouTube Help, Upload videos longer than 15 minutes: support.google.com/youtube/answer/71673"
	youtubeTitles   = "Vevo Help, YouTube Chapters: a title is cut behind 49 characters where the pointer rests on it"
	youtubeLoudness = "YouTube publishes no number; it is measured to turn down what is louder than −14 LUFS"

	acxAudio = "ACX Help, ACX audio submission requirements: help.acx.com/s/article/what-are-the-acx-audio-submission-requirements"
	acxJoint = "ACX, Rules for audiobook production, an older edition of the requirements: stereo files must not be joint stereo, mono is strongly recommended"
	acxCover = "ACX, Cover Art: acx.com/help/cover-art/201686780"
	// Audible's own delivery specification is given to publishers, not to the
	// public. What it sells it makes from files by ACX's rules; the M4B is what
	// distributors ask for.
	audibleM4B = "not public: BookBaby's rules for M4B (support.bookbaby.com, How do I supply the audio content for my audiobook) with ACX's numbers"

	soundness = "holds for any file that people listen to"
	bs1770    = "ITU-R BS.1770-4, annex 2: above 0 dBTP decoders and converters distort"
	markers   = "players skip or misplace chapters that overlap or lie outside the sound (ID3v2 Chapter Frame Addendum; MP4 chapter tracks)"
)

// General is what every file is held to, whatever else it is for.
var General = Target{
	Name:    "general",
	Summary: "what holds for every file: whole, not clipped, chapters in order",
	wants: []want{
		{measure: "damage", limit: oneOf("none"), source: soundness},
		{measure: "loudness", limit: limit{present: true}, source: soundness},
		{measure: "true_peak", limit: atMost(0), advice: true, source: bs1770},
		{measure: "longest_pause", limit: atMost(10), advice: true, source: soundness},
		{measure: "clipped", limit: none(), source: soundness},
		{measure: "dropouts", limit: none(), source: soundness},
		{measure: "dead_channels", limit: none(), source: soundness},
		{measure: "chapter_order", limit: none(), source: markers},
		{measure: "chapters_end", limit: between(-2, 0.1), source: markers},
		{measure: "untitled_chapters", limit: none(), advice: true, source: soundness},
		{measure: "title", limit: limit{present: true}, advice: true, source: soundness},
	},
}

// platforms are all there are, and all their numbers.
var platforms = []Target{
	{
		Name:    "apple",
		Summary: "Apple Podcasts, for an episode in a feed",
		wants: []want{
			{measure: "codec", limit: oneOf(mp3, aac), source: appleAudio},
			{measure: "container", limit: oneOf(mp3, mp4), source: appleAudio},
			{measure: "rate", limit: oneNumber(44100, 48000), source: appleAudio},
			{measure: "channels", limit: between(1, 2), source: appleAudio},
			{measure: "bit_rate", limit: between(96, 128), advice: true, when: mono, source: appleAudio},
			{measure: "bit_rate", limit: between(128, 256), advice: true, when: stereo, source: appleAudio},
			{measure: "loudness", limit: between(-17, -15), source: appleAudio},
			{measure: "true_peak", limit: atMost(-1), source: appleAudio},
			{measure: "cover", limit: oneOf("JPEG", "PNG"), source: appleArtwork},
			{measure: "cover_width", limit: between(1400, 3000), source: appleArtwork},
			{measure: "cover_height", limit: between(1400, 3000), source: appleArtwork},
			{measure: "cover_shape", limit: oneOf("square"), source: appleArtwork},
			{measure: "cover_colour", limit: oneOf("RGB"), source: appleArtwork},
		},
	},
	{
		Name:    "spotify",
		Summary: "Spotify, for an episode of a podcast",
		wants: []want{
			{measure: "codec", limit: oneOf(mp3, aac), source: spotifyAudio},
			{measure: "channels", limit: between(1, 2), source: spotifyAudio},
			{measure: "bit_rate", limit: between(96, 320), advice: true, source: spotifyAudio},
			// It plays at −14; speech that is brought there from −17 still has
			// its peaks, and what is louder than −13 has lost them in vain.
			{measure: "loudness", limit: between(-17, -13), advice: true, source: spotifyLoudness},
			{measure: "true_peak", limit: atMost(-1), source: spotifyLoudness},
			{measure: "true_peak", limit: atMost(-2), advice: true, when: louderThan(-14), source: spotifyLoudness},
			{measure: "chapters", limit: atLeast(3), source: spotifyChapters},
			{measure: "first_chapter", limit: none(), source: spotifyChapters},
			{measure: "chapter_order", limit: none(), source: spotifyChapters},
			{measure: "untitled_chapters", limit: none(), source: spotifyChapters},
			{measure: "longest_title", limit: atMost(39), source: spotifyChapters, fix: "shorten the titles of chapters to under 40 characters, by %s"},
			{measure: "shortest_chapter", limit: atLeast(30), advice: true, source: spotifyChapters},
		},
	},
	{
		Name:    "youtube",
		Summary: "YouTube, for the sound of a video or an episode of a podcast",
		wants: []want{
			{measure: "loudness", limit: between(-17, -13), advice: true, source: youtubeLoudness},
			{measure: "true_peak", limit: atMost(-1), advice: true, source: youtubeLoudness},
			{measure: "length", limit: atMost(12 * 3600), source: youtubeSize},
			{measure: "file_size", limit: atMost(256e9), source: youtubeSize},
			{measure: "chapters", limit: atLeast(3), source: youtubeChapters},
			{measure: "first_chapter", limit: none(), source: youtubeChapters},
			{measure: "chapter_order", limit: none(), source: youtubeChapters},
			{measure: "shortest_chapter", limit: atLeast(10), source: youtubeChapters},
			{measure: "untitled_chapters", limit: none(), source: youtubeChapters},
			{measure: "longest_title", limit: atMost(49), advice: true, source: youtubeTitles},
		},
	},
	{
		Name:    "acx",
		Summary: "ACX, for one chapter of an audiobook",
		wants: append([]want{
			{measure: "codec", limit: oneOf(mp3), source: acxAudio},
			{measure: "container", limit: oneOf(mp3), source: acxAudio},
			{measure: "bit_rate", limit: atLeast(192), source: acxAudio},
			{measure: "bit_rate_mode", limit: oneOf("constant"), source: acxAudio},
			{measure: "stereo_mode", limit: oneOf("plain"), advice: true, source: acxJoint},
			{measure: "length", limit: atMost(120 * 60), source: acxAudio},
			{measure: "head", limit: between(0.5, 1), source: acxAudio},
			{measure: "tail", limit: between(1, 5), source: acxAudio},
			{measure: "chapters", limit: atMost(1), advice: true, source: acxAudio, fix: "give each chapter a file of its own (per-chapter)"},
		}, acxSound...),
	},
	{
		Name:    "audible",
		Summary: "Audible, for a finished audiobook as one M4B, or an MP3 by the rules of ACX",
		wants: append([]want{
			{measure: "codec", limit: oneOf(mp3, aac), source: audibleM4B},
			{measure: "container", limit: oneOf(mp3, mp4), source: audibleM4B},
			{measure: "bit_rate", limit: atLeast(192), when: isMP3, source: acxAudio},
			{measure: "bit_rate", limit: atLeast(192), advice: true, when: isAAC, source: audibleM4B},
			{measure: "bit_rate_mode", limit: oneOf("constant"), when: isMP3, source: acxAudio},
			{measure: "length", limit: atMost(120 * 60), when: isMP3, source: acxAudio},
			{measure: "head", limit: between(0.5, 1), source: acxAudio},
			{measure: "tail", limit: between(1, 5), source: acxAudio},
			{measure: "chapters", limit: atLeast(1).there(), advice: true, when: isAAC, source: audibleM4B},
			{measure: "title", limit: limit{present: true}, source: audibleM4B},
			{measure: "artist", limit: limit{present: true}, source: audibleM4B},
			{measure: "cover", limit: oneOf("JPEG", "PNG").there(), when: isAAC, source: audibleM4B},
			{measure: "cover_width", limit: atLeast(2400), advice: true, source: acxCover},
			{measure: "cover_shape", limit: oneOf("square"), source: acxCover},
			{measure: "cover_colour", limit: oneOf("RGB"), source: acxCover},
		}, acxSound...),
	},
}

// acxSound is what ACX asks of the sound itself.
var acxSound = []want{
	{measure: "rate", limit: oneNumber(44100), source: acxAudio},
	{measure: "channels", limit: between(1, 2), source: acxAudio},
	{measure: "channels", limit: oneNumber(1), advice: true, source: acxJoint},
	{measure: "rms", limit: between(-23, -18), source: acxAudio},
	// ACX speaks of peaks, without saying which. A file whose samples keep the
	// limit and whose true peak does not may pass.
	{measure: "sample_peak", limit: atMost(-3), source: acxAudio},
	{measure: "true_peak", limit: atMost(-3), advice: true, source: acxAudio},
	{measure: "noise_floor", limit: atMost(-60), source: acxAudio},
}

func mono(f *facts) bool   { return f.probe.Format.Channels == 1 }
func stereo(f *facts) bool { return f.probe.Format.Channels == 2 }

func louderThan(lufs float64) func(*facts) bool {
	return func(f *facts) bool { return f.sound != nil && f.sound.hasLoudness && f.sound.loudness > lufs }
}
