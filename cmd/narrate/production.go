package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"narrate/internal/clipstore"
	"narrate/internal/config"
	"narrate/internal/cover"
	"narrate/internal/document"
	"narrate/internal/fetch"
	"narrate/internal/output"
	"narrate/internal/output/caption"
	"narrate/internal/output/clipset"
	"narrate/internal/output/page"
	"narrate/internal/pcm"
	"narrate/internal/pipeline"
	"narrate/internal/preset"
	"narrate/internal/script"
	"narrate/internal/timeline"
)

// production are the options of every command that makes finished files: how
// they sound and what they tell.
type production struct {
	formats      []string
	preset       string
	sound, marks map[string]string
	meta         []string
	music        map[timeline.Sounding]*string
	captions     string
	caption      map[string]string
}

func (o *production) flags(c *cobra.Command) {
	o.formatFlag(c, formatNames(), "default: the preset's")
	o.captionFlags(c)
	f := c.Flags()
	f.StringVar(&o.preset, "preset", "", "the numbers of the sound: "+strings.Join(preset.Names(), ",")+" (default: "+preset.All[0].Name+")")
	f.StringToStringVar(&o.sound, "sound", nil, "numbers of the preset that are to be others, as `KEY=VALUE`: "+strings.Join(soundKeys(), ", ")+"; can be repeated")
	f.StringArrayVar(&o.meta, "meta", nil, "what the files tell, as `KEY=VALUE`: "+strings.Join(config.MetaKeys(), ", ")+"; can be repeated")
	for _, flag := range []string{"sound", "meta"} {
		f.Lookup(flag).DefValue = "" // no "(default [])" in the help
	}
	complete(c, "preset", preset.Names())
}

// formatFlag is the option for the files to write, with the names that it takes
// and what happens without it.
func (o *production) formatFlag(c *cobra.Command, names []string, without string) {
	c.Flags().StringSliceVar(&o.formats, "format", nil, "files to write: "+strings.Join(names, ",")+" ("+without+")")
	complete(c, "format", names)
}

func (o *production) captionFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.captions, "captions", "", "how text is divided into captions: "+strings.Join(caption.Names(), ",")+" (default: sentence)")
	f.StringToStringVar(&o.caption, "caption", nil, "numbers of the captions that are to be others, as `KEY=VALUE`: "+strings.Join(caption.Keys(), ", ")+"; can be repeated")
	f.Lookup("caption").DefValue = ""
	complete(c, "captions", caption.Names())
}

// marksFlag is the option for chapters.
func (o *production) marksFlag(c *cobra.Command) {
	c.Flags().StringToStringVar(&o.marks, "chapter-marks", nil, "which chapters the files have, as `KEY=VALUE`: levels, shortest, longest, introduction, number; can be repeated")
	c.Flags().Lookup("chapter-marks").DefValue = ""
}

// layoutFlags are the options for what lies around the clips.
func (o *production) layoutFlags(c *cobra.Command) {
	o.marksFlag(c)
	f := c.Flags()
	o.music = map[timeline.Sounding]*string{}
	for _, s := range config.Soundings {
		o.music[s] = f.String(string(s), "", "`FILE` of sound "+map[timeline.Sounding]string{
			timeline.Intro: "before the first word", timeline.Outro: "after the last word",
			timeline.Sting: "between chapters", timeline.Under: "under the first chapter",
		}[s])
		must(c.MarkFlagFilename(string(s)))
	}
}

func soundKeys() []string {
	names := make([]string, len(preset.Keys))
	for i, k := range preset.Keys {
		names[i] = k.Name
	}
	return names
}

// given is what the options say, once they are checked.
func (o *production) given() (config.Config, error) {
	c := config.Config{Preset: o.preset, Sound: o.sound, Marks: o.marks, Captions: o.captions, Caption: o.caption}
	if _, err := captionRules(c); err != nil {
		return c, usageError{err}
	}
	if _, err := findFormats(o.formats); err != nil {
		return c, usageError{err}
	}
	if len(o.formats) > 0 {
		c.Formats = o.formats
	}
	p, err := preset.Find(cmp.Or(o.preset, preset.All[0].Name))
	if err != nil {
		return c, usageError{err}
	}
	if err := p.SetAll(o.sound); err != nil {
		return c, usageError{fmt.Errorf("--sound: %w", err)}
	}
	if _, err := config.Rules(o.marks); err != nil {
		return c, usageError{fmt.Errorf("--chapter-marks: %w", err)}
	}
	for _, pair := range o.meta {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return c, usageError{fmt.Errorf("--meta: %q is not KEY=VALUE", pair)}
		}
		if what := config.MetaProblem(key, value); what != "" {
			return c, usageError{fmt.Errorf("--meta: %s", what)}
		}
		if c.Meta == nil {
			c.Meta = map[string]string{}
		}
		c.Meta[key] = value
	}
	for s, file := range o.music {
		if *file == "" {
			continue
		}
		if c.Music == nil {
			c.Music = map[timeline.Sounding]*config.Music{}
		}
		c.Music[s] = config.NewMusic(s, *file)
	}
	return c, nil
}

// captionRules are those of a profile, with the numbers that are to be others.
func captionRules(c config.Config) (output.Captions, error) {
	name := cmp.Or(c.Captions, string(output.Sentence))
	rules, ok := caption.Find(name)
	if !ok {
		return rules, fmt.Errorf("no captions %q; there are %s", name, strings.Join(caption.Names(), ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Caption)) {
		if err := caption.Set(&rules, key, c.Caption[key]); err != nil {
			return rules, err
		}
	}
	return rules, nil
}

// plan is what the options of one article come to.
type plan struct {
	formats []output.Format
	unit    clipset.Unit // "" for no clips
	preset  preset.Preset
	rules   timeline.Rules
	caption output.Captions
	config  config.Config
	// What prepare finds.
	laid     timeline.Layout
	pictures map[string]*output.Picture
}

// newPlan gives the plan of an article.
func newPlan(c config.Config) (plan, error) {
	p := plan{config: c}
	var err error
	if p.preset, err = preset.Find(cmp.Or(c.Preset, preset.All[0].Name)); err != nil {
		return p, err
	}
	if err := p.preset.SetAll(c.Sound); err != nil {
		return p, fmt.Errorf("sound: %w", err)
	}
	if c.Formats == nil {
		c.Formats = p.preset.Formats
	}
	if p.formats, err = findFormats(c.Formats); err != nil {
		return p, err
	}
	if p.rules, err = config.Rules(c.Marks); err != nil {
		return p, fmt.Errorf("chapter-marks: %w", err)
	}
	if p.caption, err = captionRules(c); err != nil {
		return p, err
	}
	leaveHeadroom(&p.preset.Mastering, p.formats)
	if p.preset.Longest > 0 && p.rules.Longest == 0 {
		p.rules.Longest = p.preset.Longest
	}
	p.suitOpus(c.Sound["rate"] != "")
	switch {
	case p.preset.PerChapter:
		p.unit = clipset.Section
	case c.Clips == "" || c.Clips == config.NoClips:
		return p, nil
	}
	if p.unit == "" {
		if p.unit, err = clipset.ParseUnit(c.Clips); err != nil {
			return p, err
		}
	}
	if len(pipeline.ClipFormats(p.formats)) == 0 {
		return p, errors.New("clips: none of the formats is for clips; add mp3, wav, srt or vtt")
	}
	return p, nil
}

// opusHeadroom is what coding as Opus adds to true peaks at most, in dB, as
// measured on speech.
const opusHeadroom = 2

// leaveHeadroom has the limiter leave what the formats need: Opus adds more to
// peaks than the others.
func leaveHeadroom(m *output.Mastering, formats []output.Format) {
	if holds(formats, "opus") {
		m.Headroom = max(m.Headroom, opusHeadroom)
	}
}

// holds reports whether a format is among those to be written.
func holds(formats []output.Format, name string) bool {
	return slices.ContainsFunc(formats, func(f output.Format) bool { return f.Info().Name == name })
}

// holds reports whether a format is among those to be written.
func (p *plan) holds(name string) bool {
	return holds(p.formats, name)
}

// suitOpus takes a rate that Opus can hold to the frame, unless the user has
// named one: the next higher that it codes.
func (p *plan) suitOpus(named bool) {
	if named || !p.holds("opus") {
		return
	}
	if p.preset.Format.Rate <= 24000 {
		p.preset.Format.Rate = 24000
	} else {
		p.preset.Format.Rate = 48000
	}
}

// layout lays music and silence around the clips; the music is decoded into
// the store. Its gains are in LU beside the voice.
func (p *plan) layout(ctx context.Context, store *clipstore.Store) (timeline.Layout, error) {
	l := timeline.Layout{Head: p.preset.Head, Tail: p.preset.Tail, PerChapter: p.preset.PerChapter, Rules: p.rules}
	for _, s := range config.Soundings {
		m := p.config.Music[s]
		if m == nil {
			continue
		}
		track, err := pipeline.LoadMusic(ctx, store, m.File, p.preset.Format)
		if err != nil {
			return l, err
		}
		rate := p.preset.Format.Rate
		track.Gain, track.Duck = m.Gain, m.Duck
		track.FadeIn, track.FadeOut = rate.Frames(m.FadeIn), rate.Frames(m.FadeOut)
		insert := &timeline.Insert{Track: track, Pause: m.Pause, Under: m.Under}
		switch s {
		case timeline.Intro:
			l.Intro = insert
		case timeline.Outro:
			l.Outro = insert
		case timeline.Sting:
			l.Sting = insert
		case timeline.Under:
			l.Bed = &timeline.Bed{Track: track, Lead: m.Lead, Tail: m.Tail}
		}
	}
	return l, nil
}

// tell has the script say what the user says of title and author.
func (p *plan) tell(sc *script.Script) {
	if title := p.config.Meta["title"]; title != "" {
		for i := range sc.Chapters {
			if c := &sc.Chapters[i]; c.Level == 0 && c.Title == sc.Title {
				c.Title = title
			}
		}
		sc.Title = title
	}
	sc.Author = cmp.Or(p.config.Meta["author"], sc.Author)
}

// metadata is what the files tell besides title and author. warn is told what
// the article has in vain.
func (p *plan) metadata(sc *script.Script, article string, warn func(format string, args ...any)) (output.Metadata, error) {
	m := output.Metadata{Date: sc.Date, Description: sc.Description, Genre: p.preset.Genre}
	if config.MetaProblem("date", m.Date) != "" {
		m.Date = ""
	}
	if fetch.IsAddress(article) {
		m.Link = fetch.Public(article)
	}
	if err := p.overwrite(&m); err != nil {
		return m, err
	}
	var err error
	m.Cover, err = p.cover(sc.Source, sc.Title, sc.Author, sc.Cover, warn)
	return m, err
}

// overwrite has metadata say what the user says.
func (p *plan) overwrite(m *output.Metadata) error {
	said := p.config.Meta
	for key, dst := range map[string]*string{
		"narrator": &m.Narrator, "series": &m.Series, "date": &m.Date, "description": &m.Description, "genre": &m.Genre,
		"publisher": &m.Publisher, "copyright": &m.Copyright, "link": &m.Link,
	} {
		*dst = cmp.Or(said[key], *dst)
	}
	if part := said["part"]; part != "" {
		n, err := strconv.Atoi(part)
		if err != nil {
			return err
		}
		m.Part = n
	}
	return nil
}

// cover is the one that the user names, or the article's own, or a drawn one
// where the preset wants one.
func (p *plan) cover(source, title, author string, own *document.Cover, warn func(format string, args ...any)) (*output.Picture, error) {
	if !p.holdsCover() {
		return nil, nil
	}
	if file := p.config.Meta["cover"]; file != "" {
		return readPicture(file)
	}
	if own != nil && len(own.Data) > 0 {
		picture, err := output.ReadPicture(own.Data)
		if err == nil {
			return picture, nil
		}
		warn("%s: its cover %s cannot be used: %v", source, own.Name, err)
	}
	if !p.preset.Cover {
		return nil, nil
	}
	picture, whole, err := cover.Draw(title, author)
	if err == nil && !whole {
		warn("%s: the drawn cover lacks letters that its type does not have; --meta cover=FILE takes a picture", source)
	}
	return picture, err
}

// origin is the file that an article came as.
type origin struct {
	kept   []byte // all of it, where one of the formats keeps it; else nil
	sha256 string
}

// originOf is the origin of an article that came as those bytes. warn is told
// what the user must know of their being kept.
func originOf(formats []output.Format, source string, came []byte, warn func(format string, args ...any)) origin {
	return origin{keep(formats, source, came, warn), digest(came)}
}

// digest is the SHA-256 of data as timelines tell it.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// keep gives the file that an article came as where one of the formats keeps it,
// and nil where none does. warn is told what the user must know of that.
func keep(formats []output.Format, source string, came []byte, warn func(format string, args ...any)) []byte {
	var original []byte
	for _, f := range formats {
		k, ok := f.(output.Keeper)
		if !ok {
			continue
		}
		keeps, notes := k.Keeps(came)
		for _, note := range notes {
			warn("%s: %s", source, note)
		}
		if keeps {
			original = came
		}
	}
	return original
}

// holdsCover reports whether a file that is asked for has a place for a cover.
func (p *plan) holdsCover() bool {
	return slices.ContainsFunc(p.formats, func(f output.Format) bool { return f.Info().Cover })
}

// prepare finds what the plan needs besides speech, and says what of it cannot
// be had: formats that cannot hold the sound, music, pictures.
func (p *plan) prepare(ctx context.Context, store *clipstore.Store) error {
	beside := false
	for _, f := range p.formats {
		info := f.Info()
		beside = beside || info.Sound && !info.Whole && !p.preset.PerChapter
		if err := fit(f, p.preset.Format, &p.preset.Encoding, p.config.Sound); err != nil {
			return err
		}
	}
	if !beside && p.holds(page.Format{}.Info().Name) {
		return errors.New("page: there is no sound for it; take --format mp3,page, or singlepage")
	}
	p.pictures = map[string]*output.Picture{}
	for _, said := range p.config.ChapterMeta {
		if said.Picture == "" || p.pictures[said.Picture] != nil {
			continue
		}
		picture, err := readPicture(said.Picture)
		if err != nil {
			return err
		}
		p.pictures[said.Picture] = picture
	}
	var err error
	p.laid, err = p.layout(ctx, store)
	return err
}

// fit says whether a format can hold the sound. Bit rates that are too high for
// it become what fits, but for those that the user has named, in sound.
func fit(f output.Format, of pcm.Format, e *output.Encoding, sound map[string]string) error {
	if suiter, ok := f.(output.Suiter); ok {
		suited := suiter.Suit(of, *e)
		if sound["mp3"] == "" {
			e.MP3 = suited.MP3
		}
		if sound["aac"] == "" {
			e.AAC = suited.AAC
		}
	}
	if fitter, ok := f.(output.Fitter); ok {
		return fitter.Fits(of, *e)
	}
	return nil
}

// chapterMetadata is what the files tell of chapters, by their numbers in the
// timeline. What is told of a chapter that goes on another's is told of that.
func (p *plan) chapterMetadata(t *timeline.Timeline, warn func(format string, args ...any)) map[int]output.ChapterMetadata {
	all := map[int]output.ChapterMetadata{}
	for _, said := range p.config.ChapterMeta {
		told := false
		for i := range t.Chapters {
			c := &t.Chapters[i]
			next := math.MaxInt // the article's chapter that the next one begins with
			if i+1 < len(t.Chapters) && t.Chapters[i+1].Origin > 0 {
				next = t.Chapters[i+1].Origin
			}
			if c.Origin == 0 || !script.Meets(said.Chapters, c.Origin, max(next-1, c.Origin)) {
				continue
			}
			m := all[c.Number]
			m.Link = cmp.Or(said.Link, m.Link)
			m.Picture = cmp.Or(p.pictures[said.Picture], m.Picture)
			all[c.Number] = m
			told = true
		}
		if !told {
			warn("%s: chapter-meta: there is no chapter %s", t.Source, script.FormatRanges(said.Chapters))
		}
	}
	return all
}

// readPicture reads a picture that the user has named.
func readPicture(file string) (*output.Picture, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such picture", file)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a file", file)
	case info.Size() > output.MaxPictureBytes:
		return nil, fmt.Errorf("%s: a picture of %d bytes, where %d are the most", file, info.Size(), output.MaxPictureBytes)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	picture, err := output.ReadPicture(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return picture, nil
}
