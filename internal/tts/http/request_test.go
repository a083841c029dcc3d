package http

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"narrate/internal/tts"
	"narrate/internal/tts/web"
	"narrate/voices"
)

// TestRequest checks what is asked, to the letter.
func TestRequest(t *testing.T) {
	const text = `A "quoted" <b> & \{x} [y].`
	for _, test := range []struct {
		profile       string
		voice         voices.Voice
		address, body string
	}{
		{
			"elevenlabs",
			voices.Voice{Engine: "EXAVITQu4vr4xnSDxMaL"},
			"https://api.elevenlabs.io/v1/text-to-speech/EXAVITQu4vr4xnSDxMaL/with-timestamps?output_format=mp3_44100_128",
			`{"text":"A \"quoted\"  b\u003e \u0026 \\{x} [y].","model_id":"eleven_multilingual_v2"}`,
		},
		{
			"elevenlabs",
			voices.Voice{Engine: "EXAVITQu4vr4xnSDxMaL", Rate: 1.1, Settings: map[string]string{"stability": "0.5", "seed": "7", "model": "eleven_flash_v2_5"}},
			"https://api.elevenlabs.io/v1/text-to-speech/EXAVITQu4vr4xnSDxMaL/with-timestamps?output_format=mp3_44100_128",
			`{"text":"A \"quoted\"  b\u003e \u0026 \\{x} [y].","model_id":"eleven_flash_v2_5","seed":7,"voice_settings":{"stability":0.5,"speed":1.10}}`,
		},
		{
			"azure",
			voices.Voice{Engine: "en-GB-RyanNeural", Rate: 0.8, Pitch: 1.25, Settings: map[string]string{"region": "uksouth"}},
			"https://uksouth.tts.speech.microsoft.com/cognitiveservices/v1",
			`<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="en-GB"><voice name="en-GB-RyanNeural"><prosody rate="-20%" pitch="+25%">A &quot;quoted&quot; &lt;b&gt; &amp; \{x} [y].</prosody></voice></speak>`,
		},
		{
			"google",
			voices.Voice{Engine: "cmn-CN-Wavenet-A", Pitch: 1.5, Volume: 0.5},
			"https://texttospeech.googleapis.com/v1/text:synthesize",
			`{"input":{"text":"A \"quoted\" \u003cb\u003e \u0026 \\{x} [y]."},"voice":{"languageCode":"cmn-CN","name":"cmn-CN-Wavenet-A"},"audioConfig":{"audioEncoding":"LINEAR16","pitch":7.02,"volumeGainDb":-6.02}}`,
		},
		{
			"deepgram",
			voices.Voice{Engine: "aura-2-celeste-es", Rate: 0.9},
			"https://api.deepgram.com/v1/speak?container=wav&encoding=linear16&model=aura-2-celeste-es&sample_rate=24000&speed=0.90",
			`{"text":"A \"quoted\" \u003cb\u003e \u0026  {x} [y]."}`,
		},
		{
			"example",
			voices.Voice{Engine: "custom-3", Language: "nl", Pitch: 0.9, Settings: map[string]string{"server": "http://10.0.0.2:9/base/", "warmth": "1"}},
			"http://10.0.0.2:9/base/speak/custom-3?model=large",
			`{"text":"A \"quoted\" \u003cb\u003e \u0026 \\{x} (y).","language":"nl","options":{"pitch":"-10%","warmth":1}}`,
		},
	} {
		p := load(t, test.profile)
		a, err := p.read(test.voice)
		if err != nil {
			t.Error(err)
			continue
		}
		a.key = web.NewSecret(canary)
		r := New(p, Options{}).build(a, p.prepare(text).text)
		if r.Method != http.MethodPost || r.URL != test.address || string(r.Body) != test.body {
			t.Errorf("%s: asked %s %s\n%s\nwant %s\n%s", test.profile, r.Method, r.URL, r.Body, test.address, test.body)
		}
		if got := r.Header[p.key.header]; !slices.Equal(got, []string{p.key.prefix + canary}) || len(r.Secrets) != 1 {
			t.Errorf("%s: the key is %q", test.profile, got)
		}
		unseen(t, r, a.values, p)
	}
}

// everywhere is a profile with the text and a setting in all places.
func everywhere(t testing.TB, body string) *Profile {
	t.Helper()
	p, err := decode("x.yaml", []byte(strings.Replace(`name: x
key: { environment: X_KEY, query: key }
settings: { mood: { description: x, default: a }, host: { description: x, default: a } }
request:
  address: https://{host}.example/a/{mood}/b
  headers: { X-Mood: "{mood}" }
BODY
answer: { format: wav }
voices: { list: [{ name: one, language: de }] }
`, "BODY", body, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzEscape checks that text and settings never become structure.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{
		"Hello.", `"`, `\`, `","x":"`, "</p>", "<p a='b'>", "]]>", "&amp;", "&#0;", "<!--", "{text}", "{mood}", "?", "#", "&a=b", "%2F", "../..", "/", "a/b?c#d",
		"\x00", "\x7f", "\u0085", "\u2028", "\ufffe", "\uffff", "\U0010ffff", "é", "\r\nX-Evil: 1", "a'b\"c", "；", "+", " ", "a b",
	} {
		f.Add(seed, seed)
	}
	bodies := map[string]*Profile{
		"json":  everywhere(f, `  json: { a: "x{mood}", t: "{text}", n: [1, true, ~, "{mood}"] }`),
		"xml":   everywhere(f, `  xml: '<s><p a="{mood}" b=''{mood}''>{text}</p></s>'`),
		"query": everywhere(f, `  query: { t: "{text}", m: "{mood}" }`),
		"text":  everywhere(f, `  text: "{text}"`),
	}
	f.Fuzz(func(t *testing.T, text, mood string) {
		for kind, p := range bodies {
			v := voices.Voice{Engine: "one", Settings: map[string]string{"mood": mood}}
			a, err := p.read(v)
			if err != nil {
				if !errors.Is(err, tts.ErrVoice) || strings.ContainsAny(err.Error(), "\n\x00") {
					t.Fatalf("%q: %v", mood, err)
				}
				continue
			}
			a.key = web.NewSecret(canary)
			said := p.prepare(strings.ToValidUTF8(text, ""))
			if len(said.from) != len(said.text) {
				t.Fatalf("%d places for %d bytes", len(said.from), len(said.text))
			}
			r := New(p, Options{}).build(a, said.text)
			u, err := url.Parse(r.URL)
			if err != nil || u.Host != "a.example" || u.Path != "/a/"+mood+"/b" || strings.Count(u.EscapedPath(), "/") != 3 || u.Fragment != "" {
				t.Fatalf("%s: %q became the address %s: %v", kind, mood, r.URL, err)
			}
			want := url.Values{"key": {canary}}
			if kind == "query" {
				want["t"], want["m"] = []string{said.text}, []string{mood}
			}
			if u.Query().Encode() != want.Encode() {
				t.Fatalf("query %v, want %v", u.Query(), want)
			}
			if got := r.Header["X-Mood"]; len(got) != 1 || got[0] != mood || strings.ContainsAny(got[0], "\r\n\x00") {
				t.Fatalf("header %q", got)
			}
			switch kind {
			case "json":
				var got struct {
					A, T string
					N    []any
				}
				if err := strict(r.Body, &got); err != nil || got.T != said.text || got.A != "x"+mood || len(got.N) != 4 || got.N[3] != mood {
					t.Fatalf("%q, %q became %s: %v", text, mood, r.Body, err)
				}
				if !json.Valid(r.Body) {
					t.Fatalf("%s", r.Body)
				}
			case "xml":
				tokens(t, r.Body, said.text, mood)
			case "text":
				if string(r.Body) != said.text {
					t.Fatalf("%q became %q", said.text, r.Body)
				}
			}
		}
	})
}

// tokens checks that XML is <s><p a b>text</p></s> and nothing else.
func tokens(t *testing.T, body []byte, text, mood string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(body)))
	names, words := "", ""
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%q became %s: %v", text, body, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			names += token.Name.Local
			for _, a := range token.Attr {
				names += " " + a.Name.Local
				if a.Value != mood {
					t.Fatalf("%q became %s", mood, body)
				}
			}
		case xml.EndElement:
			names += "/" + token.Name.Local
		case xml.CharData:
			words += string(token)
		default:
			t.Fatalf("%q became %s", text, body)
		}
	}
	if names != "sp a b/p/s" || words != text {
		t.Fatalf("%q became %s", text, body)
	}
}

func TestCheck(t *testing.T) {
	for _, s := range services {
		t.Setenv(s.variable, canary)
	}
	for _, test := range []struct {
		profile  string
		voice    voices.Voice
		settings string // name=value
		want     string // "" is nothing against it
	}{
		{"google", voices.Voice{Engine: "de-DE-Wavenet-B"}, "", ""},
		{"google", voices.Voice{Engine: "de-DE-Wavenet-B", Pitch: 1.2, Rate: 2, Volume: 2}, "", ""},
		{"google", voices.Voice{Engine: "de-DE-Chirp3-HD-Puck", Pitch: 1.2}, "", "pitch 1.2: the pitch of this voice cannot be changed"},
		{"google", voices.Voice{Engine: "de-DE-Polyglot-1"}, "", `it has no voice "de-DE-Polyglot-1"; there are de-DE-Neural2-G, `},
		{"google", voices.Voice{Engine: "de-DE-Neural2-G", Rate: 3}, "", "rate 3 would be 3.000, and it takes 0.250 to 2.000"},
		{"google", voices.Voice{Engine: "de-DE-Neural2-G"}, "model=x", `it has no setting "model"; there are key-env, key-file, parallel, `},
		{"google", voices.Voice{Engine: "de-DE-Neural2-G"}, "parallel=0", `setting parallel: "0" is not a number up to 64`},
		{"google", voices.Voice{Engine: "de-DE-Neural2-G"}, "price-per-million=NaN", `is not a number up to 1e+06`},
		{"azure", voices.Voice{Engine: "de-DE-KatjaNeural"}, "", "it needs the setting region: where the Speech resource is"},
		{"azure", voices.Voice{Engine: "de-DE-KatjaNeural"}, "region=west.evil", `setting region: "west.evil" is not a part of a host's name`},
		{"azure", voices.Voice{Engine: "de-DE-KatjaNeural"}, "region=a/b", "is not a part of a host's name"},
		{"azure", voices.Voice{Engine: "zh-CN-liaoning-XiaobeiNeural", Volume: 0.5}, "region=eastus", ""},
		{"deepgram", voices.Voice{Engine: "aura-asteria-en", Rate: 1.2}, "", "the rate of this voice cannot be changed"},
		{"deepgram", voices.Voice{Engine: "aura-2-thalia-en", Rate: 1.2}, "", ""},
		{"deepgram", voices.Voice{Engine: "aura-2-thalia-en", Volume: 3}, "", "volume 3 is not between 0.01 and 2"},
		{"elevenlabs", voices.Voice{Engine: "JBFqnCBsd6RMkjVDRZzb"}, "stability=1.5", "is not a number from 0 to 1"},
		{"elevenlabs", voices.Voice{Engine: "JBFqnCBsd6RMkjVDRZzb"}, "stability=.5", "is not a number from 0 to 1"},
		{"elevenlabs", voices.Voice{Engine: "JBFqnCBsd6RMkjVDRZzb"}, "model=eleven_v9", "is none of eleven_multilingual_v2, "},
		{"example", voices.Voice{Engine: "custom-7"}, "", `the language of the voice "custom-7" is not known`},
		{"example", voices.Voice{Engine: "custom-7", Language: "de"}, "", ""},
		{"example", voices.Voice{Engine: "ben"}, "server=ftp://x", "setting server: \"ftp://x\" is not an address such as"},
		{"example", voices.Voice{Engine: "ben"}, "server=http://u:p@x/", "is not an address such as"},
	} {
		v := test.voice
		if name, value, ok := strings.Cut(test.settings, "="); ok {
			v.Settings = map[string]string{name: value}
		}
		b := New(load(t, test.profile), Options{})
		err := b.Check(t.Context(), v)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s %v: %v", test.profile, v.Engine, err)
			}
			continue
		}
		if !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), test.profile+": ") {
			t.Errorf("%s %v %s: got %v, want %s", test.profile, v.Engine, test.settings, err, test.want)
		}
	}
}

func TestTerms(t *testing.T) {
	usd := func(x float64) tts.Price { return tts.Price{PerMillion: x, Currency: "USD"} }
	for _, test := range []struct {
		profile, voice string
		settings       map[string]string
		want           tts.Terms
	}{
		{"elevenlabs", "JBFqnCBsd6RMkjVDRZzb", nil, tts.Terms{MaxText: 2000, Parallel: 3, Price: usd(100)}},
		{"elevenlabs", "JBFqnCBsd6RMkjVDRZzb", map[string]string{"model": "eleven_flash_v2_5", "parallel": "10"}, tts.Terms{MaxText: 2000, Parallel: 10, Price: usd(50)}},
		{"azure", "de-DE-KatjaNeural", map[string]string{"region": "x"}, tts.Terms{MaxText: 1000, Parallel: 8, RequestsPerMinute: 3000, Price: tts.Price{PerMillion: 16, Currency: "USD", Ideograph: 2}}},
		{"google", "de-DE-Wavenet-A", nil, tts.Terms{MaxText: 1250, Parallel: 8, RequestsPerMinute: 200, Price: usd(16)}},
		{"google", "de-DE-Chirp3-HD-Kore", map[string]string{"price-per-million": "0", "requests-per-minute": "60"}, tts.Terms{MaxText: 1250, Parallel: 8, RequestsPerMinute: 60, Price: usd(0)}},
		{"deepgram", "aura-2-thalia-en", nil, tts.Terms{MaxText: 2000, Parallel: 15, Price: usd(30)}},
		{"example", "anna", map[string]string{"model": "small"}, tts.Terms{MaxText: 500, Parallel: 2, RequestsPerMinute: 600, Price: tts.Price{PerMillion: 5, Currency: "EUR"}}},
		{"example", "nobody", nil, tts.Terms{MaxText: 500, Parallel: 2, RequestsPerMinute: 600}},
	} {
		got, err := tts.TermsOf(t.Context(), New(load(t, test.profile), Options{}), voices.Voice{Engine: test.voice, Settings: test.settings})
		if err != nil || got != test.want {
			t.Errorf("%s %s: got %+v, %v, want %+v", test.profile, test.voice, got, err, test.want)
		}
	}
}

// TestMarks checks where word times go that are not those of the text.
func TestMarks(t *testing.T) {
	const text = "Dr. „Öl“ [said] 12 o'clock."
	p := load(t, "example")
	for _, test := range []struct {
		of   string
		said string // texts apart by "|", each starting a second after the other
		want string
	}{
		{words, "DR.|öl|(said)|12|o'clock", "0 Dr|1 Öl|2 said|3 12|4 o'clock"},
		{words, "doctor|öl|said|twelve|o'clock", "1 Öl|2 said|4 o'clock"},
		{words, "", ""},
		{characters, "D|r|.| |„|Ö|l|“| |(|s|a|i|d|)| |1|2| |o|'|c", "0 Dr|5 Öl|10 said|16 12|19 o'clock"},
		{characters, "D|r|Ö|x|l|s|a", "0 Dr|2 Öl|5 said"},
		{characters, "r|.| |„Ö|l", "3 Öl"},
	} {
		p.answer.marks.of = test.of
		var stamps []stamp
		if test.said != "" {
			for i, s := range strings.Split(test.said, "|") {
				stamps = append(stamps, stamp{s, float64(i)})
			}
		}
		var got []string
		for _, m := range p.answer.place(text, p.prepare(text), stamps, 1, 100) {
			got = append(got, strings.Join([]string{string(rune('0' + m.Frame%10)), text[m.Lo:m.Hi]}, " "))
			if m.Frame >= 10 {
				got[len(got)-1] = "1" + got[len(got)-1]
			}
		}
		if s := strings.Join(got, "|"); s != test.want {
			t.Errorf("%s %s: got %s, want %s", test.of, test.said, s, test.want)
		}
	}
	// Times outside of the clip, and such as go back, give no marks.
	bad := []stamp{{"Dr", -1}, {"Öl", 3}, {"said", 2}, {"12", 1e300}, {"o'clock", 100}}
	p.answer.marks.of = words
	if got := p.answer.place(text, p.prepare(text), bad, 1, 100); len(got) != 1 || got[0].Frame != 3 {
		t.Errorf("got %v", got)
	}
}

// TestMarkup: an attribute that says nothing, and an element without any, are left
// out of XML, and what is left is charged.
func TestMarkup(t *testing.T) {
	const speak, end = `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="de-DE"><voice name="de-DE-KatjaNeural">`, "</voice></speak>"
	for _, test := range []struct {
		rate, pitch float64
		style       string
		before, end string
		charged     int
	}{
		{1, 1, "", "", "", 0},
		{0, 0, "", "", "", 0},
		{0.95, 1, "", `<prosody rate="-5%">`, "</prosody>", 30},
		{0.95, 1.1, "calm", `<mstts:express-as style="calm"><prosody rate="-5%" pitch="+10%">`, "</prosody></mstts:express-as>", 93},
		{1, 1, "calm", `<mstts:express-as style="calm">`, "</mstts:express-as>", 50},
	} {
		b := New(load(t, "azure"), Options{})
		v := voices.Voice{Engine: "de-DE-KatjaNeural", Rate: test.rate, Pitch: test.pitch, Settings: map[string]string{"region": "westeurope"}}
		if test.style != "" {
			v.Settings["style"] = test.style
		}
		a, err := b.profile.read(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(b.build(a, "Nun <\"&").Body), speak+test.before+"Nun &lt;&quot;&amp;"+test.end+end; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		if got := b.Terms(v).Price.Overhead; got != test.charged {
			t.Errorf("%s: %d characters of markup are charged, want %d", test.before, got, test.charged)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	b := New(load(t, "azure"), Options{})
	defer b.Close()
	own := voices.Voice{Engine: "zh-CN-XiaoxiaoNeural", Settings: map[string]string{"region": "x", "price-per-million": "8"}}
	if p := b.Terms(own).Price; p.PerMillion != 8 || p.Characters("你好") != 4 {
		t.Errorf("%+v", p)
	}
}
