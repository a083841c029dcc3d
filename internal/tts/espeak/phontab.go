package espeak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"narrate/internal/tts"
)

// The engine takes phonemes by mnemonics, such as tS or A:, of which each voice
// has its own set, with its own sounds. Which there are is in the installed
// file phontab; how each sounds, in IPA, the engine tells. So the table from IPA
// to mnemonics is made from the engine at hand, whatever its version.

// phonemeTable is one of phontab: what it adds to the table that it builds on.
type phonemeTable struct {
	name     string
	base     int // index of the table below, -1 for none
	phonemes []phoneme
}

type phoneme struct {
	mnemonic string
	code     byte
	kind     byte
	level    int // how many tables below the voice's own
}

// Kinds of phoneme (synthesize.h).
const (
	kindVowel   = 2
	kindNasal   = 8  // the last of the consonants, which begin after the vowels
	kindInvalid = 15 // not of this language
)

// parsePhontab reads a phontab (LoadPhData in synthdata.c): the number of
// tables and three bytes that do not matter; each table is its number of
// phonemes, the number of the table below it, counted from 1 with 0 for none,
// two more bytes, a name of 32 bytes, and 16 bytes a phoneme (PHONEME_TAB):
// mnemonic 4, flags 4, program 2, code 1, kind 1, and four more.
func parsePhontab(data []byte) ([]phonemeTable, error) {
	bad := errors.New("not a phoneme table as espeak-ng 1.50 to 1.52 have it")
	if len(data) < 4 {
		return nil, bad
	}
	tables := make([]phonemeTable, data[0])
	data = data[4:]
	for i := range tables {
		if len(data) < 36 {
			return nil, bad
		}
		n, base := int(data[0]), int(data[1])-1
		name, _, _ := bytes.Cut(data[4:36], []byte{0})
		data = data[36:]
		if base >= i || len(data) < 16*n {
			return nil, bad
		}
		t := phonemeTable{name: string(name), base: base}
		for ; n > 0; n-- {
			mnemonic, _, _ := bytes.Cut(data[:4], []byte{0})
			t.phonemes = append(t.phonemes, phoneme{mnemonic: string(mnemonic), code: data[10], kind: data[11]})
			data = data[16:]
		}
		tables[i] = t
	}
	if len(data) > 0 {
		return nil, bad
	}
	return tables, nil
}

// phonemesOf lists the phonemes of a table, those of the tables below it
// included unless they are replaced, the nearest table's last; level is how far
// down each is.
func phonemesOf(tables []phonemeTable, i, level int) []phoneme {
	var all []phoneme
	if t := tables[i]; t.base >= 0 {
		all = phonemesOf(tables, t.base, level+1)
	}
	for _, p := range tables[i].phonemes {
		all = slices.DeleteFunc(all, func(q phoneme) bool { return q.code == p.code })
		p.level = level
		all = append(all, p)
	}
	return all
}

// tableName gives the name of the phoneme table that a voice uses: as its file
// says, else that of its first language, whole or without its region.
func tableName(file []byte, tables []phonemeTable) (int, error) {
	var named, language string
	for line := range strings.Lines(string(file)) {
		f := strings.Fields(line)
		switch {
		case len(f) < 2:
		case f[0] == "phonemes":
			named = f[1]
		case f[0] == "language" && language == "":
			language = f[1]
		}
	}
	base, _, _ := strings.Cut(language, "-")
	for _, name := range []string{named, language, base} {
		if i := slices.IndexFunc(tables, func(t phonemeTable) bool { return t.name == name }); i >= 0 && name != "" {
			return i, nil
		}
	}
	return 0, fmt.Errorf("no phoneme table for language %q", language)
}

// sound is a phoneme of a voice.
type sound struct {
	mnemonic string
	vowel    bool // it bears the stress
	rank     int  // of those that sound the same the lowest is used
}

// sounds is what a voice can pronounce.
type sounds struct {
	language string
	// By IPA in NFD. What a vowel sounds like may depend on its stress, so that
	// stressed vowels have a table of their own.
	keys, stressed map[string]sound
	longest        int             // key, in code points
	kinds          map[string]byte // of all mnemonics, also of those without a sound: length, palatalization
}

// Frames around a phoneme whose IPA is asked for, so that its neighbours leave
// it as it is: a vowel between consonants, stressed and not; a consonant
// between vowels and, for languages that weaken it there, at the start.
var frames = map[bool][2]string{
	true:  {"[[t|%s|t|'a]]", "[[t|'%s|t|@]]"},
	false: {"[[a|%s|'a]]", "[[%s|'a]]"},
}

// learn asks the engine for the sounds of a voice of its list.
func (e *engine) learn(ctx context.Context, b *Backend, voice string) (*sounds, error) {
	if e.tablesErr != nil {
		return nil, e.tablesErr
	}
	base, _, _ := strings.Cut(voice, "+")
	var file []byte
	var err error
	for _, folder := range []string{"lang", "voices"} {
		if file, err = os.ReadFile(filepath.Join(e.folder, folder, filepath.FromSlash(base))); err == nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("voice file: %w", err)
	}
	table, err := tableName(file, e.tables)
	if err != nil {
		return nil, err
	}
	language, _, _ := strings.Cut(e.tables[table].name, "-")
	s := &sounds{language: language, keys: map[string]sound{}, stressed: map[string]sound{}, kinds: map[string]byte{}}
	var ask strings.Builder
	var asked []phoneme
	for _, p := range phonemesOf(e.tables, table, 0) {
		if p.mnemonic == "" || p.kind == kindInvalid {
			continue
		}
		s.kinds[p.mnemonic] = p.kind
		if p.kind < kindVowel || p.kind > kindNasal || strings.ContainsAny(p.mnemonic, "|] ") {
			continue
		}
		for _, frame := range frames[p.kind == kindVowel] {
			fmt.Fprintf(&ask, frame+"\n\n", p.mnemonic)
		}
		asked = append(asked, p)
	}
	out, err := e.run(ctx, b.options.Timeout, maxListing, ask.String(), "--stdin", "-q", "--ipa", "--sep=_", "-b", "1", "-v", voice)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(lines) != 2*len(asked) {
		return nil, fmt.Errorf("voice %s says %d things of %d phonemes", voice, len(lines), len(asked))
	}
	for i, p := range asked {
		if p.kind == kindVowel {
			s.add(s.keys, p, lines[2*i], 1, 4, 0)
			s.add(s.stressed, p, lines[2*i+1], 1, 4, 0)
		} else {
			s.add(s.keys, p, lines[2*i], 1, 3, 0)
			s.add(s.keys, p, lines[2*i+1], 0, 2, 100)
		}
	}
	return s, nil
}

// add takes over what the engine says of a phoneme in a frame of so many sounds,
// in which it is the one at the given index; one that is changed by the frame,
// or has no sound that IPA can name, is left out. rank is added to its own.
func (s *sounds) add(keys map[string]sound, p phoneme, line string, index, count, rank int) {
	parts := strings.Split(strings.Trim(line, " _"), "_")
	if len(parts) != count {
		return
	}
	// A tone is not the sound's; "[" is the mnemonics' sign for dental.
	key := strings.TrimRight(strings.TrimPrefix(parts[index], "ˈ"), "0123456789")
	key = norm.NFD.String(strings.ReplaceAll(key, "[", "\u032a"))
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != longMark }) {
		return
	}
	n := sound{mnemonic: p.mnemonic, vowel: p.kind == kindVowel, rank: rank + 3*len(p.mnemonic) + 4*p.level}
	// Variants of a sound, which the language's rules use in certain places,
	// have mnemonics with further signs: t#, l/2, I2.
	for i, c := range p.mnemonic {
		if strings.ContainsRune("#/-.*!~_\"", c) || i > 0 && unicode.IsDigit(c) {
			n.rank += 10
		}
	}
	s.longest = max(s.longest, utf8.RuneCountInString(key))
	for i, key := range []string{key, strings.Map(unmarked, key)} {
		n.rank += 500 * i // a Japanese a is ä, but the only a there is
		if old, ok := keys[key]; !ok || old.rank > n.rank {
			keys[key] = n
		}
	}
}

// unmarked drops the marks that tell shades of a sound apart; nasal vowels and
// syllabic consonants are sounds of their own.
func unmarked(r rune) rune {
	if unicode.Is(unicode.Mn, r) && r != tilde && r != syllabic {
		return -1
	}
	return r
}

// soundsOf gives the sounds of a voice, which are learnt once.
func (b *Backend) soundsOf(ctx context.Context, e *engine, voice string) (*sounds, error) {
	b.mu.Lock()
	found := b.sounds[voice]
	if found == nil {
		found = tts.NewFound[*sounds]()
		b.sounds[voice] = found
	}
	b.mu.Unlock()
	return found.Get(ctx, func() (*sounds, error) {
		s, err := e.learn(ctx, b, voice)
		if err != nil {
			return nil, fmt.Errorf("espeak: %w by voice %s: %w", tts.ErrPhonemes, voice, err)
		}
		return s, nil
	})
}
