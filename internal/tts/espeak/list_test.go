package espeak

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"narrate/internal/tts"
)

const listing = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh 5)
 5  cmn-latn-pinyin --/M      Chinese_(Mandarin,_latin_as_Pinyin) sit/cmn-Latn-pinyin  (zh-cmn 5)(zh 5)
 5  de              --/M      German             gmw/de               
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/F      English_(America)  gmw/en-US            (en 3)
 5  xx              --/M      Strange            -option              
 5  pt              --/M      Portuguese_(Portugal) roa/pt               (pt-pt 5)
 5  pt-br           --/M      Portuguese_(Brazil) roa/pt-BR            (pt 6)
`

func TestFind(t *testing.T) {
	l := list{voices: parseVoices(listing), variants: []string{"f3", "F4", "Mr serious"}}
	if len(l.voices) != 7 {
		t.Fatalf("%d voices", len(l.voices))
	}
	for name, want := range map[string]string{
		"gmw/de": "gmw/de", "GMW/DE": "gmw/de", "de": "gmw/de", "De": "gmw/de", "German": "gmw/de",
		"en": "gmw/en", "en-gb": "gmw/en", "EN-US": "gmw/en-US", "zh": "sit/cmn", "pt": "roa/pt", "pt-pt": "roa/pt", "pt-BR": "roa/pt-BR",
		"de+f3": "gmw/de+f3", "gmw/en+F4": "gmw/en+F4", "de+Mr serious": "gmw/de+Mr serious",
	} {
		if got, err := l.find(name); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", name, got, err, want)
		}
	}
	const voiceList, variantList = `; "narrate voices --engine-voices" lists them`, `; "espeak-ng --voices=variant" lists them`
	for name, hint := range map[string]string{
		"": voiceList, "xx": voiceList, "-option": voiceList, "klingon": voiceList, "+f3": voiceList, "../de": voiceList,
		"gmw/dee": "; close are gmw/de", "de_DE": "; close are de", "en-GP": "; close are en-gb", "germ": "; close are German",
		"de+f5": "; close are de+F4, de+f3", "de+": "; close are de+F4, de+f3, de+Mr serious", "gmw/de+f4": "; close are gmw/de+F4, gmw/de+f3",
		"de+f3+f3": "; close are de+f3", "de+nope": variantList,
	} {
		got, err := l.find(name)
		if !errors.Is(err, tts.ErrVoice) || !strings.HasSuffix(err.Error(), hint) || !strings.HasPrefix(err.Error(), "espeak-ng has no v") {
			t.Errorf("%q: %q, %v, want a hint at %q", name, got, err, hint)
		}
	}
	want := tts.EngineVoice{Name: "gmw/en-US", Language: "en-us", Note: "English (America), female"}
	if got := l.offer(); !slices.Contains(got, want) {
		t.Errorf("no %+v in %+v", want, got)
	}
}

// TestSilentVoices: who asks for a voice that lacks its program or data is told
// what to install.
func TestSilentVoices(t *testing.T) {
	l := list{voices: parseVoices(listing), silent: parseVoices(" 7  grc  --/M  ancient-greek-mbrola-1 mb/mb-de6-grc\n 7  de  --/M  german-mbrola-5 mb/mb-de5\n")}
	for name, want := range map[string]string{
		"mb/mb-de5": "mbrola mbrola-de5", "MB/mb-de5+f3": "mbrola mbrola-de5", "german-mbrola-5": "mbrola mbrola-de5", "mb/mb-de6-grc": "mbrola mbrola-de6",
	} {
		got, err := l.find(name)
		if !errors.Is(err, tts.ErrVoice) || !strings.HasSuffix(err.Error(), "apt-get install "+want) {
			t.Errorf("%q: %q, %v, want %q", name, got, err, want)
		}
	}
	if got, err := l.find("de"); err != nil || got != "gmw/de" {
		t.Errorf("de: %q, %v", got, err)
	}
}

func FuzzParseVoices(f *testing.F) {
	f.Add(listing, "de")
	f.Add("5 a b/c d e (f 1)(g", "g+")
	f.Add("1 \xff --/ x \x00 ((((", "\xff")
	f.Fuzz(func(t *testing.T, out, name string) {
		l := list{voices: parseVoices(out), variants: []string{"f3"}}
		for _, v := range l.voices {
			if v.file == "" || strings.HasPrefix(v.file, "-") || strings.ContainsAny(v.file, " \n") {
				t.Fatalf("file %q", v.file)
			}
		}
		if got, err := l.find(name); err == nil && strings.HasPrefix(got, "-") {
			t.Fatalf("voice %q", got)
		}
		l.offer()
	})
}

func TestMbrolaPlaces(t *testing.T) {
	for file, voice := range map[string]string{"mb/mb-de1": "de1", "mb/mb-de6-grc": "de6"} {
		if got := mbrolaPlaces("/data", file); got[0] != "/data/mbrola/"+voice || !slices.Contains(got, "/usr/share/mbrola/"+voice+"/"+voice) {
			t.Errorf("%s: %v", file, got)
		}
	}
}

func TestSince152(t *testing.T) {
	for version, want := range map[string]bool{
		"1.50": false, "1.51": false, "1.51.1": false, "1.52": true, "1.52.0": true, "1.52-dev": true, "1.100": true, "2.0": true,
		"": false, "dev": false, "0.99": false, "99999999999999999999.1": true,
	} {
		if got := since152(version); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}
