package config

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"narrate/internal/script"
	"narrate/internal/strictyaml"
	"narrate/internal/strictyaml/schematest"
	"narrate/internal/timeline"
	"narrate/voices"
)

func known(t testing.TB) Known {
	t.Helper()
	set, err := voices.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Known{Voices: set, Formats: []string{"mp3", "srt"}, Presets: []string{"speech", "podcast"}, Clips: []string{"section"}, Captions: []string{"netflix"}, Caption: func(key, value string) string {
		if key != "width" || value == "x" {
			return "no " + key + " " + value
		}
		return ""
	}}
}

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	return schematest.Load(t, "../../docs/config.schema.json")
}

const slow = "name: slow\nbackend: espeak\nlanguage: de\nvoice: de\nrate: 0.8\n"

const full = `lang: de-AT
voices:
  fr: voices/slow.yaml
  no: nb
cast:
  Anna: espeak:de+f3
  Jean-Luc O'Neil: fr
quote-voice: en-GB
block-voices: {headings: fr, announcements: 'espeak:de+f2'}
chapter-voices:
- {chapters: 2-3, voice: en-GB}
- title: "Nachwort: 1999"
  voice: voices/slow.yaml
lexicons: [words/de.yaml, words/names.pls]
blocks: {code: skip, footnotes: inline}
languages:
  passages: false
  phrases: true
chapters: 2-5,7
format: [srt, mp3]
preset: podcast
clips: section
sound: {level: -18, vbr: true, head: 500ms}
chapter-marks: {levels: 2, shortest: 30s, introduction: Vorweg, number: true}
meta: {title: "Ein Titel", part: 3, date: 2026-11, link: "https://example.org/", cover: cover.png}
chapter-meta:
  - {chapters: 2, link: "https://example.org/2"}
  - {chapters: 3-, picture: three.jpg}
captions: netflix
caption: {width: 40}
music:
  intro: {file: intro.mp3, under: 4s}
  sting: {file: sting.wav, gain: -3}
  bed: {file: bed.flac, lead: 2s, duck: 12}
`

func TestLoad(t *testing.T) {
	folder := t.TempDir()
	for name, data := range map[string]string{
		FileName: full, "voices/slow.yaml": slow, "words/de.yaml": "entries: [{word: a, say: b}]\n",
		"words/names.pls": `<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="de"/>`,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(filepath.Join(folder, FileName), known(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := schematest.Validate(t, schema(t), []byte(full)); err != nil {
		t.Error(err)
	}
	if c.Lang != "de-AT" || c.Voice != nil || c.QuoteVoice.Name != "en-GB" || c.Preset != "podcast" || c.Clips != "section" ||
		*c.Passages || !*c.Phrases || !slices.Equal(c.Formats, []string{"srt", "mp3"}) ||
		!slices.Equal(c.Chapters, []script.Range{{First: 2, Last: 5}, {First: 7, Last: 7}}) ||
		!reflect.DeepEqual(c.Blocks, map[string]script.Treatment{"code": "skip", "footnotes": "inline"}) {
		t.Errorf("%+v", c)
	}
	if len(c.Voices) != 2 || c.Voices["fr"].Rate != 0.8 || c.Voices["no"].Name != "nb" {
		t.Errorf("voices: %+v", c.Voices)
	}
	if len(c.Cast) != 2 || c.Cast["anna"].Engine != "de+f3" || c.Cast["jean-luc o'neil"].Name != "fr" {
		t.Errorf("cast: %+v", c.Cast)
	}
	if len(c.BlockVoices) != 2 || c.BlockVoices["headings"].Name != "fr" || c.BlockVoices["announcements"].Engine != "de+f2" {
		t.Errorf("block-voices: %+v", c.BlockVoices)
	}
	if v := c.ChapterVoices; len(v) != 2 || !slices.Equal(v[0].Chapters, []script.Range{{First: 2, Last: 3}}) || v[0].Title != "" || v[0].Voice.Name != "en-GB" ||
		v[1].Chapters != nil || v[1].Title != "Nachwort: 1999" || v[1].Voice.Rate != 0.8 {
		t.Errorf("chapter-voices: %+v", v)
	}
	want := Config{
		Sound: map[string]string{"level": "-18", "vbr": "true", "head": "500ms"},
		Marks: map[string]string{"levels": "2", "shortest": "30s", "introduction": "Vorweg", "number": "true"},
		Meta: map[string]string{
			"title": "Ein Titel", "part": "3", "date": "2026-11", "link": "https://example.org/", "cover": filepath.Join(folder, "cover.png"),
		},
		ChapterMeta: []ChapterMeta{
			{Chapters: []script.Range{{First: 2, Last: 2}}, Link: "https://example.org/2"},
			{Chapters: []script.Range{{First: 3, Last: 1 << 20}}, Picture: filepath.Join(folder, "three.jpg")},
		},
		Music:    map[timeline.Sounding]*Music{},
		Captions: "netflix", Caption: map[string]string{"width": "40"},
	}
	for s, file := range map[timeline.Sounding]string{timeline.Intro: "intro.mp3", timeline.Sting: "sting.wav", timeline.Under: "bed.flac"} {
		want.Music[s] = NewMusic(s, filepath.Join(folder, file))
	}
	want.Music[timeline.Intro].Under = 4 * time.Second
	want.Music[timeline.Sting].Gain = -3
	want.Music[timeline.Under].Lead, want.Music[timeline.Under].Duck = 2*time.Second, 12
	got := Config{Sound: c.Sound, Marks: c.Marks, Meta: c.Meta, ChapterMeta: c.ChapterMeta, Music: c.Music, Captions: c.Captions, Caption: c.Caption}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(c.Lexicons) != 2 || c.Lexicons[0].Entries[0].Say != "b" || c.Lexicons[1].Language != "de" {
		t.Errorf("lexicons: %+v", c.Lexicons)
	}
	for _, empty := range []string{"", "# voice: de\n", "\uFEFF\n"} {
		c, err := decode(FileName, []byte(empty), known(t))
		if err != nil || !reflect.DeepEqual(c, Config{}) {
			t.Errorf("%q: %+v, %v", empty, c, err)
		}
	}
	if _, err := Load(folder, known(t)); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Load(filepath.Join(folder, "none.yaml"), known(t)); err == nil || !strings.HasPrefix(err.Error(), "configuration ") {
		t.Errorf("no file: %v", err)
	}
}

func TestDecodeErrors(t *testing.T) {
	compiled := schema(t)
	for _, test := range []struct {
		data, want string
		loose      bool // the schema cannot say it
	}{
		{"lang: de\nvoise: de\n", "c.yaml:2:1: voise: unknown key; known are block-voices, blocks, caption, captions, cast, chapter-marks, chapter-meta, chapter-voices, chapters, clips,", false},
		{"lang: german!\n", `c.yaml:1:7: lang: "german!" is not a BCP 47 language tag`, false},
		{"lang: 12\n", "c.yaml:1:7: lang: wants text, has a number", false},
		{"voice: nobody\n", `c.yaml:1:8: voice: no such voice: no profile is named "nobody"`, true},
		{"voice: slow.yaml\n", "c.yaml:1:8: voice: voice profile slow.yaml: ", true},
		{"voice: 'Espeak:de'\n", `c.yaml:1:8: voice: voice "Espeak:de": `, true},
		{"voice: ''\n", `voice: no such voice`, false},
		{"voice: [de]\n", "c.yaml:1:8: voice: wants text, has a list", false},
		{"voice: de\nvoices: {fr: fr}\n", "c.yaml:1:6: voices: has no use beside voice", false},
		{"voices: de\n", "c.yaml:1:9: voices: wants keys and values, has text", false},
		{"voices:\n  fr: nobody\n", "c.yaml:2:7: voices.fr: no such voice", true},
		{"voices:\n  'f r': fr\n", `c.yaml:2:3: voices: "f r" is not a BCP 47 language tag`, false},
		{"voices: {de-at: de, de-AT: de}\n", "voices.de-AT: stands here twice", true},
		{"cast: {Anna: de, anna: fr}\n", "cast.anna: stands here twice", true},
		{"cast: {' x': de}\n", `c.yaml:1:8: cast: " x" is not a speaker's name`, false},
		{"cast: {'a:b': de}\n", `"a:b" is not a speaker's name`, false},
		{"cast: {anna: 3}\n", "cast.anna: wants text, has a number", false},
		{"quote-voice: nobody\n", "c.yaml:1:14: quote-voice: no such voice", true},
		{"block-voices: {quotes: de}\n", "c.yaml:1:16: block-voices.quotes: unknown key; known are announcements, asides, captions, code, footnotes, headings, images, lists, tables", false},
		{"block-voices:\n  code: nobody\n", "c.yaml:2:9: block-voices.code: no such voice", true},
		{"block-voices: {code: 3}\n", "block-voices.code: wants text, has a number", false},
		{"chapter-voices: {title: a, voice: de}\n", "c.yaml:1:17: chapter-voices: wants a list of chapters and their voices, has keys and values", false},
		{"chapter-voices:\n- chapters: 2\n", "c.yaml:2:11: chapter-voices.voice: is missing", false},
		{"chapter-voices:\n- voice: de\n", "c.yaml:2:8: chapter-voices: wants either chapters", false},
		{"chapter-voices: [{chapters: 2, title: a, voice: de}]\n", "chapter-voices: wants either chapters", false},
		{"chapter-voices: [{chapters: two, voice: de}]\n", `chapter-voices.chapters: "two" is not a selection`, false},
		{"chapter-voices: [{title: ' ', voice: de}]\n", "chapter-voices.title: is empty or longer than 1000 characters", false},
		{"chapter-voices: [{title: 7, voice: de}]\n", "chapter-voices.title: wants text, has a number; put it in quotation marks", false},
		{"chapter-voices: [{title: a, voice: nobody}]\n", "chapter-voices.voice: no such voice", true},
		{"chapter-voices: [{titel: a, voice: de}]\n", "chapter-voices.titel: unknown key; known are chapters, title, voice", false},
		{"lexicons: words.yaml\n", "c.yaml:1:11: lexicons: wants a list of files, has text", false},
		{"lexicons: [words.txt]\n", `c.yaml:1:12: lexicons: "words.txt": a lexicon is a .yaml or a .pls file`, false},
		{"lexicons: [words.yaml]\n", "c.yaml:1:12: lexicons: lexicon words.yaml: no such file", true},
		{"blocks:\n  tabels: read\n", "c.yaml:2:3: blocks.tabels: unknown key; known are asides, code, emoji, footnotes, images, links, quotes, tables", false},
		{"blocks:\n  code: inline\n", `c.yaml:2:9: blocks.code: there is no treatment of code "inline"; there are read, skip, announce`, false},
		{"blocks:\n  code: true\n", "blocks.code: wants text, has true or false", false},
		{"languages: {phrases: yes please}\n", "c.yaml:1:22: languages.phrases: wants true or false, has text", false},
		{"languages: {phrase: true}\n", "languages.phrase: unknown key; known are passages, phrases", false},
		{"chapters: two\n", `c.yaml:1:11: chapters: "two" is not a selection of chapters such as 2-5,7`, false},
		{"chapters: 5-2\n", "the last chapter comes before the first", true},
		{"chapters: 0\n", `"0" is not a selection`, false},
		{"chapters: 1.5\n", `"1.5" is not a selection`, false},
		{"chapters: [1]\n", "chapters: wants chapters such as 2-5,7, has a list", false},
		{"format: mp3\n", "c.yaml:1:9: format: wants a list of formats, has text", false},
		{"format: []\n", "format: is an empty list", false},
		{"format: [mp3, ogg]\n", `c.yaml:1:15: format: there is no output format "ogg"; there are mp3, srt`, false},
		{"preset: loud\n", `c.yaml:1:9: preset: there is no preset "loud"; there are speech, podcast`, false},
		{"sound: {level: 3}\n", `c.yaml:1:16: sound: level: "3" is not -40 to -6`, false},
		{"sound: {loud: 3}\n", `sound: no key "loud"; there are rate, channels,`, false},
		{"sound: {level: [3]}\n", "sound.level: wants text, a number, true or false, has a list", false},
		{"chapter-marks: {levels: 0}\n", `chapter-marks: levels: "0" is not 1 to 6`, false},
		{"chapter-marks: {longest: 5}\n", `longest: "5" is not a time such as 20m`, false},
		{"chapter-marks: {title: x}\n", `no rule "title" for chapters; there are introduction, levels`, false},
		{"meta: {titel: x}\n", `c.yaml:1:15: meta: no metadata "titel"; there are author, copyright,`, false},
		{"meta: {date: 2026-13}\n", `date: "2026-13" is not a date`, true},
		{"meta: {link: 'javascript:alert(1)'}\n", `meta: link: "javascript:alert(1)" is not an http or https address`, false},
		{"meta: {title: ''}\n", `"" is not a line of 1 to 1000 characters`, false},
		{"meta: {part: none}\n", `part: "none" is not 1 to 9999`, false},
		{"chapter-meta: [{link: 'https://a.b/'}]\n", "chapter-meta.chapters: is missing", false},
		{"chapter-meta: [{chapters: 2}]\n", "wants a link or a picture", false},
		{"music: {theme: {file: a.mp3}}\n", "music.theme: unknown key; known are bed, intro, outro, sting", false},
		{"music: {intro: {gain: 3}}\n", "music.intro.file: is missing", false},
		{"music: {sting: {file: a.mp3, under: 3s}}\n", "music.sting.under: unknown key", false},
		{"music: {bed: {file: a.mp3, lead: 61m}}\n", "61m is more than an hour", true},
		{"captions: tv\n", `c.yaml:1:11: captions: there is no profile of captions "tv"`, false},
		{"caption: {widht: 3}\n", "caption: no widht 3", false},
		{"clips: verse\n", `clips: there is no unit of clips "verse"; there are section, none`, false},
		{"- lang: de\n", "c.yaml:1:1: wants keys and values, has a list", false},
		{"lang: de\n---\nlang: fr\n", "one file holds one configuration", true},
		{"lang: &a de\n", "anchors, aliases and tags have no place in a configuration", true},
		{strings.Repeat("#", strictyaml.MaxFile+1), "a configuration has at most 262144 bytes", true},
	} {
		_, err := decode("c.yaml", []byte(test.data), known(t))
		if err == nil || !strings.HasPrefix(err.Error(), "c.yaml:") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.80q: got %v, want %q", test.data, err, test.want)
		}
		if !test.loose && schematest.Validate(t, compiled, []byte(test.data)) == nil {
			t.Errorf("%.80q: the schema finds nothing wrong", test.data)
		}
	}
}

// TestSchema holds the elements and treatments in the schema against those
// there are.
func TestSchema(t *testing.T) {
	blocks := schema(t).Properties["blocks"].Properties
	elements, treatments := script.Elements()
	if len(blocks) != len(elements) {
		t.Errorf("%d elements in the schema, want %v", len(blocks), elements)
	}
	usual := script.DefaultPolicy()
	for _, element := range elements {
		s := blocks[element]
		if s == nil {
			t.Errorf("%s: not in the schema", element)
			continue
		}
		policy := script.DefaultPolicy()
		if err := policy.Set(element, (*s.Default).(string)); err != nil || policy != usual {
			t.Errorf("%s: %v is not the default (%v)", element, *s.Default, err)
		}
		values := s.Enum
		if values == nil {
			values = s.Ref.Enum
		}
		got, err := json.Marshal(values.Values)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := json.Marshal(treatments[element]); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %s in the schema, want %s (%v)", element, got, want, err)
		}
	}
	names := slices.Sorted(maps.Keys(schema(t).Properties["block-voices"].Properties))
	if want := slices.Sorted(slices.Values(script.VoicedBlocks())); !slices.Equal(names, want) {
		t.Errorf("block-voices: %v in the schema, want %v", names, want)
	}
}

func TestOver(t *testing.T) {
	yes, no := true, false
	a, b, c := &voices.Voice{Name: "a"}, &voices.Voice{Name: "b"}, &voices.Voice{Name: "c"}
	first, second := &voices.Lexicon{Place: "first"}, &voices.Lexicon{Place: "second"}
	flags := Config{
		Lexicons: []*voices.Lexicon{first},
		Lang:     "de", Cast: map[string]*voices.Voice{"anna": a}, Blocks: map[string]script.Treatment{"code": "read"},
		Phrases: &yes, Formats: []string{"mp3"}, Clips: NoClips,
	}
	file := Config{
		Lexicons: []*voices.Lexicon{second},
		Lang:     "en", Voices: map[string]*voices.Voice{"fr": c}, QuoteVoice: c,
		BlockVoices: map[string]*voices.Voice{"code": b}, ChapterVoices: []script.ChapterVoice{{Title: "x", Voice: b}},
		Cast:   map[string]*voices.Voice{"anna": b, "ben": b},
		Blocks: map[string]script.Treatment{"code": "skip", "tables": "skip"}, Passages: &no, Phrases: &no,
		Chapters: []script.Range{{First: 1, Last: 2}}, Formats: []string{"srt"}, Preset: "podcast", Clips: "section",
	}
	want := Config{
		Lexicons: []*voices.Lexicon{first, second},
		Lang:     "de", Voices: map[string]*voices.Voice{"fr": c}, QuoteVoice: c,
		BlockVoices: map[string]*voices.Voice{"code": b}, ChapterVoices: file.ChapterVoices,
		Cast:   map[string]*voices.Voice{"anna": a, "ben": b},
		Blocks: map[string]script.Treatment{"code": "read", "tables": "skip"}, Passages: &no, Phrases: &yes,
		Chapters: file.Chapters, Formats: []string{"mp3"}, Preset: "podcast", Clips: NoClips,
	}
	if got := flags.Over(file); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if file.Cast["anna"] != b || len(flags.Cast) != 1 {
		t.Error("the maps that were taken together have changed")
	}
	// One level says who speaks.
	for _, c := range []struct{ over, below, want Config }{
		{Config{Voice: a}, file, Config{Voice: a}},
		{Config{}, Config{Voice: b}, Config{Voice: b}},
		{Config{Voices: file.Voices}, Config{Voice: a}, Config{Voices: file.Voices}},
	} {
		if got := c.over.Over(c.below); got.Voice != c.want.Voice || !reflect.DeepEqual(got.Voices, c.want.Voices) {
			t.Errorf("got %+v, want %+v", got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		strings.ReplaceAll(strings.ReplaceAll(full, "voices/slow.yaml", "fr"), "[words/de.yaml, words/names.pls]", "[]"), "chapters: 7\n", "format:\n- mp3\n", "cast:\n  ? Anna\n  : de\n",
		"blocks: {code: }\n", "voices: {~: de}\n", "languages: ~", "<<: {a: b}\n", "chapters: 0x10\n",
	} {
		f.Add([]byte(seed))
	}
	there := known(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if lower := bytes.ToLower(data); bytes.Contains(lower, []byte(".y")) || bytes.Contains(lower, []byte(".pls")) {
			return // no profile or lexicon files
		}
		c, err := decode("f.yaml", data, there)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Fatalf("no place in %q", err)
			}
			return
		}
		for name, v := range c.Cast {
			if v == nil || CastProblem(name) != "" {
				t.Fatalf("%q: %v", name, v)
			}
		}
		for tag, v := range c.Voices {
			if v == nil || voices.LanguageProblem(tag) != "" {
				t.Fatalf("%q: %v", tag, v)
			}
		}
		for i := range c.ChapterVoices {
			if v := &c.ChapterVoices[i]; v.Voice == nil || (v.Chapters == nil) == (v.Title == "") {
				t.Fatalf("%+v", v)
			}
		}
		policy := script.DefaultPolicy()
		for element, treatment := range c.Blocks {
			if err := policy.Set(element, string(treatment)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
