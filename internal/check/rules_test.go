package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"narrate/internal/ffmpeg"
	"narrate/internal/pcm"
	"narrate/internal/preset"
)

// facts of a chapter of an audiobook, an MP3 that no target minds but for what
// the others want otherwise.
func chapterMP3() *facts {
	format := pcm.Format{Rate: 44100, Channels: 1}
	return &facts{
		probe: ffmpeg.Probe{
			Container: "mp3", Codec: "mp3", Bytes: 30e6, Length: 20 * time.Minute, BitRate: 192000, Format: format, Sounds: 1,
			Tags: map[string]string{"title": "One", "artist": "A. Writer", "album": "Book"},
		},
		mpeg: &ffmpeg.MPEG{BitRate: 192000, Constant: true, Gapless: true},
		sound: &soundFacts{
			format: format, frames: format.Rate.Frames(20 * time.Minute),
			loudness: -19.6, hasLoudness: true, loudRange: 4, hasRange: true, rms: -20, samplePeak: -3.6, truePeak: -3.4, noiseFloor: -70,
			head: 700 * time.Millisecond, tail: 2 * time.Second, pause: 2 * time.Second,
		},
	}
}

func cover(side int) *coverFacts {
	return &coverFacts{format: "JPEG", colour: "RGB", width: side, height: side, bytes: 300000}
}

// withChapters gives the facts three chapters of a third of the sound each.
func withChapters(f *facts) *facts {
	third := f.length() / 3
	f.probe.Chapters = []ffmpeg.Chapter{{Start: 0, End: third, Title: "One"}, {Start: third, End: 2 * third, Title: "Two"}, {Start: 2 * third, End: f.length(), Title: "Three"}}
	return f
}

func episode() *facts {
	f := withChapters(chapterMP3())
	f.mpeg.BitRate = 96000
	f.sound.loudness, f.sound.truePeak, f.sound.samplePeak = -16, -1.2, -1.4
	f.cover = cover(3000)
	return f
}

func stereoEpisode() *facts {
	f := episode()
	f.probe.Format.Channels, f.sound.format.Channels = 2, 2
	f.mpeg.BitRate, f.mpeg.Joint = 160000, true
	return f
}

func book() *facts {
	f := withChapters(chapterMP3())
	f.mpeg = nil
	f.probe.Container, f.probe.Codec, f.probe.BitRate = "mov,mp4,m4a,3gp,3g2,mj2", "aac", 192000
	f.cover = cover(2400)
	return f
}

func plainStereo() *facts {
	f := chapterMP3()
	f.probe.Format.Channels, f.sound.format.Channels = 2, 2
	return f
}

// lasting gives the sound another length and leaves its chapters.
func lasting(d time.Duration) func(*facts) {
	return func(f *facts) { f.sound.frames = f.sound.format.Rate.Frames(d) }
}

// TestEachRule changes one thing of a file that a target passes, and wants that
// row, and no other, to tell.
func TestEachRule(t *testing.T) {
	for target, test := range map[string]struct {
		good  func() *facts
		cases map[string][]func(*facts) // by the measure that tells
	}{
		"general": {episode, map[string][]func(*facts){
			"damage":            {func(f *facts) { f.damage, f.sound = "cut", nil }},
			"loudness":          {func(f *facts) { f.sound.hasLoudness = false }},
			"true_peak":         {func(f *facts) { f.sound.truePeak = 0.06 }},
			"longest_pause":     {func(f *facts) { f.sound.pause = 10010 * time.Millisecond }},
			"clipped":           {func(f *facts) { f.sound.clipped = 1 }},
			"dropouts":          {func(f *facts) { f.sound.dropouts = 1 }},
			"dead_channels":     {func(f *facts) { f.sound.deadOut = 1 }},
			"chapter_order":     {func(f *facts) { f.probe.Chapters[1].Start -= time.Second }, func(f *facts) { f.probe.Chapters[1].Start = 0 }},
			"chapters_end":      {func(f *facts) { f.probe.Chapters[2].End += 101 * time.Millisecond }, func(f *facts) { f.probe.Chapters[2].End -= 2001 * time.Millisecond }},
			"untitled_chapters": {func(f *facts) { f.probe.Chapters[0].Title = "  " }},
			"title":             {func(f *facts) { delete(f.probe.Tags, "title") }},
		}},
		"apple": {episode, map[string][]func(*facts){
			"codec":        {func(f *facts) { f.probe.Codec = "opus" }},
			"container":    {func(f *facts) { f.probe.Container = "ogg" }},
			"rate":         {func(f *facts) { f.probe.Format.Rate = 22050 }},
			"channels":     {func(f *facts) { f.probe.Format.Channels = 6 }},
			"bit_rate":     {func(f *facts) { f.mpeg.BitRate = 64000 }, func(f *facts) { f.mpeg.BitRate = 160000 }},
			"loudness":     {func(f *facts) { f.sound.loudness = -17.06 }, func(f *facts) { f.sound.loudness = -14.9 }},
			"true_peak":    {func(f *facts) { f.sound.truePeak = -0.9 }},
			"cover":        {func(f *facts) { f.cover.format = "another format" }},
			"cover_width":  {func(f *facts) { f.cover = cover(1399); f.cover.height = 1400 }, func(f *facts) { f.cover.width = 3001 }},
			"cover_height": {func(f *facts) { f.cover.height = 3001 }, func(f *facts) { f.cover.height = 1399 }},
			"cover_shape":  {func(f *facts) { f.cover.height = 2000 }},
			"cover_colour": {func(f *facts) { f.cover.colour = "CMYK" }, func(f *facts) { f.cover.colour = "RGB with alpha" }},
		}},
		"apple, stereo": {stereoEpisode, map[string][]func(*facts){
			"bit_rate": {func(f *facts) { f.mpeg.BitRate = 112000 }, func(f *facts) { f.mpeg.BitRate = 320000 }},
		}},
		"spotify": {episode, map[string][]func(*facts){
			"codec":             {func(f *facts) { f.probe.Codec = "opus" }},
			"channels":          {func(f *facts) { f.probe.Format.Channels = 6 }},
			"bit_rate":          {func(f *facts) { f.mpeg.BitRate = 64000 }},
			"loudness":          {func(f *facts) { f.sound.loudness = -17.1 }},
			"true_peak":         {func(f *facts) { f.sound.truePeak = -0.9 }, func(f *facts) { f.sound.loudness = -13.9 }},
			"chapters":          {func(f *facts) { f.probe.Chapters = f.probe.Chapters[:2] }},
			"first_chapter":     {func(f *facts) { f.probe.Chapters[0].Start = time.Second }},
			"chapter_order":     {func(f *facts) { f.probe.Chapters[0].End += time.Second }},
			"untitled_chapters": {func(f *facts) { f.probe.Chapters[0].Title = "" }},
			"longest_title": {func(f *facts) {
				f.probe.Chapters[0].Title = "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüä"
			}},
			"shortest_chapter": {func(f *facts) { f.probe.Chapters[1].Start = f.probe.Chapters[2].Start - 29*time.Second }},
		}},
		"youtube": {episode, map[string][]func(*facts){
			"loudness":          {func(f *facts) { f.sound.loudness = -12.9 }},
			"true_peak":         {func(f *facts) { f.sound.truePeak = -0.9 }},
			"length":            {lasting(12*time.Hour + time.Second)},
			"file_size":         {func(f *facts) { f.probe.Bytes = 256e9 + 1 }},
			"chapters":          {func(f *facts) { f.probe.Chapters = f.probe.Chapters[:2] }},
			"first_chapter":     {func(f *facts) { f.probe.Chapters[0].Start = time.Second }},
			"chapter_order":     {func(f *facts) { f.probe.Chapters[0].End += time.Second }},
			"shortest_chapter":  {func(f *facts) { f.probe.Chapters[1].Start = f.probe.Chapters[2].Start - 9*time.Second }},
			"untitled_chapters": {func(f *facts) { f.probe.Chapters[0].Title = "" }},
			"longest_title":     {func(f *facts) { f.probe.Chapters[0].Title = "01234567890123456789012345678901234567890123456789" }},
		}},
		"acx": {chapterMP3, map[string][]func(*facts){
			"codec":         {func(f *facts) { f.probe.Codec = "aac" }},
			"container":     {func(f *facts) { f.probe.Container = "ogg" }},
			"bit_rate":      {func(f *facts) { f.mpeg.BitRate = 160000 }},
			"bit_rate_mode": {func(f *facts) { f.mpeg.Constant = false }},
			"rate":          {func(f *facts) { f.probe.Format.Rate = 48000 }},
			"length":        {lasting(2*time.Hour + time.Second)},
			"head":          {func(f *facts) { f.sound.head = 490 * time.Millisecond }, func(f *facts) { f.sound.head = 1010 * time.Millisecond }},
			"tail":          {func(f *facts) { f.sound.tail = 990 * time.Millisecond }, func(f *facts) { f.sound.tail = 5010 * time.Millisecond }},
			"chapters":      {func(f *facts) { withChapters(f) }},
			"channels":      {func(f *facts) { f.probe.Format.Channels = 2 }},
			"rms":           {func(f *facts) { f.sound.rms = -23.1 }, func(f *facts) { f.sound.rms = -17.9 }},
			"sample_peak":   {func(f *facts) { f.sound.samplePeak = -2.9 }},
			"true_peak":     {func(f *facts) { f.sound.truePeak = -2.9 }},
			"noise_floor":   {func(f *facts) { f.sound.noiseFloor = -59.9 }},
		}},
		"acx, stereo": {plainStereo, map[string][]func(*facts){
			"stereo_mode": {func(f *facts) { f.mpeg.Joint = true }},
		}},
		"audible": {book, map[string][]func(*facts){
			"codec":        {func(f *facts) { f.probe.Codec = "alac" }},
			"container":    {func(f *facts) { f.probe.Container = "ogg" }},
			"bit_rate":     {func(f *facts) { f.probe.BitRate = 64000 }},
			"rate":         {func(f *facts) { f.probe.Format.Rate = 48000 }},
			"head":         {func(f *facts) { f.sound.head = 0 }},
			"tail":         {func(f *facts) { f.sound.tail = 0 }},
			"chapters":     {func(f *facts) { f.probe.Chapters = nil }},
			"title":        {func(f *facts) { delete(f.probe.Tags, "title") }},
			"artist":       {func(f *facts) { delete(f.probe.Tags, "artist") }},
			"cover":        {func(f *facts) { f.cover = nil }},
			"cover_width":  {func(f *facts) { f.cover = cover(2399) }},
			"cover_shape":  {func(f *facts) { f.cover.height++ }},
			"cover_colour": {func(f *facts) { f.cover.colour = "grey" }},
			"channels":     {func(f *facts) { f.probe.Format.Channels = 2 }},
			"rms":          {func(f *facts) { f.sound.rms = -23.1 }},
			"sample_peak":  {func(f *facts) { f.sound.samplePeak = -2.9 }},
			"true_peak":    {func(f *facts) { f.sound.truePeak = -2.9 }},
			"noise_floor":  {func(f *facts) { f.sound.noiseFloor = -59.9 }},
		}},
		"audible, MP3": {chapterMP3, map[string][]func(*facts){
			"bit_rate":      {func(f *facts) { f.mpeg.BitRate = 128000 }},
			"bit_rate_mode": {func(f *facts) { f.mpeg.Constant = false }},
			"length":        {lasting(2*time.Hour + time.Second)},
		}},
	} {
		name, _, _ := strings.Cut(target, ",")
		rules := General
		if name != General.Name {
			var err error
			if rules, err = FindTarget(name); err != nil {
				t.Fatal(err)
			}
		}
		if told := telling(judge(test.good(), []Target{rules})); len(told) > 0 && target != "acx, stereo" {
			t.Errorf("%s: a good file: %v", target, told)
		}
		for measure, changes := range test.cases {
			for i, change := range changes {
				f := test.good()
				change(f)
				told := telling(judge(f, []Target{rules}))
				// What follows from another: a cover that is not square has two
				// sides, a stereo chapter is no mono one.
				told = slices.DeleteFunc(told, func(m string) bool {
					return m != measure && (m == "cover_shape" || m == "channels" && target == "acx, stereo")
				})
				if !slices.Equal(told, []string{measure}) {
					t.Errorf("%s: %s, change %d: %v tell", target, measure, i, told)
				}
			}
		}
		if target != name {
			continue
		}
		for _, w := range rules.wants {
			if test.cases[w.measure] == nil && !slices.Contains([]string{"stereo_mode", "bit_rate_mode", "length"}, w.measure) {
				t.Errorf("%s: no case for %s", target, w.measure)
			}
		}
	}
}

// telling are the measures that fail or are noted, once each.
func telling(rows []Row, passed bool) []string {
	var told []string
	fails := false
	for _, r := range rows {
		fails = fails || r.Verdict == Fail
		if r.Verdict != Fail && r.Verdict != Note {
			continue
		}
		if r.Fix == "" {
			told = append(told, "no fix for "+r.Measure)
		}
		if !slices.Contains(told, r.Measure) {
			told = append(told, r.Measure)
		}
	}
	if fails == passed {
		told = append(told, "the sum is wrong")
	}
	return told
}

func TestPresets(t *testing.T) {
	for i := range preset.All {
		p := &preset.All[i]
		rules := FromPreset(p)
		// A file as the preset makes it.
		f := chapterMP3()
		f.probe.Format, f.sound.format = p.Format, p.Format
		f.sound.frames = p.Format.Rate.Frames(time.Hour)
		f.mpeg.BitRate, f.mpeg.Constant = p.Encoding.MP3, !p.Encoding.VBR
		f.sound.head, f.sound.tail = p.Head+20*time.Millisecond, p.Tail+200*time.Millisecond
		f.sound.loudness, f.sound.rms = p.Mastering.Level, p.Mastering.Level
		f.sound.truePeak = p.Mastering.Peak
		f.cover = cover(3000)
		if told := telling(judge(f, []Target{rules})); len(told) > 0 {
			t.Errorf("%s: %v", p.Name, told)
		}
		for measure, change := range map[string]func(*facts) bool{
			"rate":      func(f *facts) bool { f.probe.Format.Rate += 1000; return true },
			"channels":  func(f *facts) bool { f.probe.Format.Channels++; return true },
			"bit_rate":  func(f *facts) bool { f.mpeg.BitRate += 32000; return !p.Encoding.VBR },
			"loudness":  func(f *facts) bool { f.sound.loudness += 1.1; return p.Mastering.Measure == "lufs" },
			"rms":       func(f *facts) bool { f.sound.rms -= 1.1; return p.Mastering.Measure == "rms" },
			"true_peak": func(f *facts) bool { f.sound.truePeak += 0.1; return p.Mastering.Measure != "none" },
			"head":      func(f *facts) bool { f.sound.head = 0; return p.Head > 0 },
			"tail":      func(f *facts) bool { f.sound.tail = 0; return p.Tail > 0 },
			"length":    func(f *facts) bool { lasting(p.Longest + time.Second)(f); return p.Longest > 0 },
			"cover":     func(f *facts) bool { f.cover = nil; return p.Cover },
		} {
			changed := *f
			sound, mpeg := *f.sound, *f.mpeg
			changed.sound, changed.mpeg = &sound, &mpeg
			var want []string
			if change(&changed) {
				want = []string{measure}
			}
			if told := telling(judge(&changed, []Target{rules})); !slices.Equal(told, want) {
				t.Errorf("%s: %s: %v tell", p.Name, measure, told)
			}
		}
	}
}

// TestTargets: each has a name of its own, and each rule a measure and a source.
func TestTargets(t *testing.T) {
	seen := map[string]bool{}
	for _, target := range append(Targets(), General) {
		if target.Name == "" || target.Summary == "" || seen[target.Name] || len(target.wants) == 0 {
			t.Errorf("%q: %q", target.Name, target.Summary)
		}
		seen[target.Name] = true
		for _, w := range target.wants {
			m := findMeasure(w.measure)
			if m == nil || w.source == "" {
				t.Errorf("%s: %+v", target.Name, w)
				continue
			}
			if (len(w.limit.names) > 0) == (m.number != nil) && !(w.limit.present && len(w.limit.names) == 0) {
				t.Errorf("%s: %s is of another kind", target.Name, w.measure)
			}
		}
	}
	for _, name := range append(preset.Names(), "apple", "spotify", "youtube", "audible") {
		if target, err := FindTarget(name); err != nil || target.Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := FindTarget("General"); err == nil {
		t.Error("General is found")
	}
}

// findMeasure gives the measure of that name.
func findMeasure(id string) *measure {
	for i := range measures {
		if measures[i].id == id {
			return &measures[i]
		}
	}
	return nil
}
