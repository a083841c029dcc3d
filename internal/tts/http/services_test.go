package http

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The services, played by this test: each refuses what the real one refuses, and
// more, since it takes nothing that a profile has no reason to send.

// reply is what a service answers.
type reply struct {
	status int
	kind   string // of content
	body   []byte
}

func refuse(status int, body string) reply { return reply{status, "application/json", []byte(body)} }

// service is one of them.
type service struct {
	profile  string
	voice    string
	variable string
	settings map[string]string
	// fast is a rate that it takes.
	fast   float64
	answer func(r *http.Request, body []byte, say speaker) reply
}

var services = []service{
	{"elevenlabs", "JBFqnCBsd6RMkjVDRZzb", "ELEVENLABS_API_KEY", nil, 1.2, elevenlabs},
	{"azure", "de-DE-KatjaNeural", "AZURE_SPEECH_KEY", map[string]string{"region": "westeurope"}, 1.5, azure},
	{"google", "en-US-Neural2-C", "GOOGLE_API_KEY", nil, 1.5, google},
	{"deepgram", "aura-2-thalia-en", "DEEPGRAM_API_KEY", nil, 1.5, deepgram},
	{"example", "anna", "EXAMPLE_API_KEY", nil, 1.5, example},
}

// strict reads JSON without unknown fields and without anything behind it.
func strict(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("more than one value")
	}
	return nil
}

func within(x *float64, lo, hi float64) bool { return x == nil || *x >= lo && *x <= hi }

func or(x *float64, standard float64) float64 {
	if x == nil {
		return standard
	}
	return *x
}

// same reports whether a query has those parameters and no others.
func same(q url.Values, names ...string) bool {
	for name, values := range q {
		if !slices.Contains(names, name) || len(values) != 1 {
			return false
		}
	}
	return true
}

var elevenlabsPath = regexp.MustCompile(`^/v1/text-to-speech/([A-Za-z0-9]{20})/with-timestamps$`)

// elevenlabs follows elevenlabs.io/docs/api-reference/text-to-speech/convert-with-timestamps
// and elevenlabs.io/docs/resources/errors.
func elevenlabs(r *http.Request, body []byte, say speaker) reply {
	detail := func(status int, code, message string) reply {
		return refuse(status, fmt.Sprintf(`{"detail":{"status":%q,"message":%q}}`, code, message))
	}
	path := elevenlabsPath.FindStringSubmatch(r.URL.EscapedPath())
	switch {
	case path == nil:
		return refuse(404, `{"detail":"Not Found"}`)
	case r.Method != http.MethodPost:
		return refuse(405, `{"detail":"Method Not Allowed"}`)
	case r.Header.Get("Xi-Api-Key") != canary:
		return detail(401, "invalid_api_key", "Invalid API key "+r.Header.Get("Xi-Api-Key"))
	case !strings.EqualFold(path[1], "JBFqnCBsd6RMkjVDRZzb"): // the suite tries a name of the same form
		return detail(404, "voice_not_found", "A voice with the voice_id "+path[1]+" was not found.")
	case !same(r.URL.Query(), "output_format") || r.URL.Query().Get("output_format") != "mp3_44100_128":
		return detail(400, "invalid_output_format", "no such output_format")
	case r.Header.Get("Content-Type") != "application/json":
		return refuse(422, `{"detail":[{"loc":["body"],"msg":"not JSON","type":"type_error"}]}`)
	}
	var ask struct {
		Text     string   `json:"text"`
		Model    string   `json:"model_id"`
		Seed     *float64 `json:"seed"`
		Settings *struct {
			Stability  *float64 `json:"stability"`
			Similarity *float64 `json:"similarity_boost"`
			Style      *float64 `json:"style"`
			Speed      *float64 `json:"speed"`
		} `json:"voice_settings"`
	}
	if err := strict(body, &ask); err != nil {
		return refuse(422, fmt.Sprintf(`{"detail":[{"loc":["body"],"msg":%q,"type":"value_error"}]}`, err))
	}
	speed := 1.0
	if s := ask.Settings; s != nil {
		speed = or(s.Speed, 1)
		if !within(s.Speed, 0.7, 1.2) || !within(s.Stability, 0, 1) || !within(s.Similarity, 0, 1) || !within(s.Style, 0, 1) {
			return refuse(422, `{"detail":[{"loc":["body","voice_settings"],"msg":"out of range","type":"value_error"}]}`)
		}
		if *s == (struct {
			Stability  *float64 `json:"stability"`
			Similarity *float64 `json:"similarity_boost"`
			Style      *float64 `json:"style"`
			Speed      *float64 `json:"speed"`
		}{}) {
			return refuse(422, `{"detail":[{"loc":["body","voice_settings"],"msg":"empty","type":"value_error"}]}`)
		}
	}
	switch {
	case !strings.HasPrefix(ask.Model, "eleven_"):
		return detail(400, "model_not_found", "no such model")
	case ask.Text == "":
		return detail(400, "empty_text", "no text")
	case utf8.RuneCountInString(ask.Text) > 10000:
		return detail(400, "max_character_limit_exceeded", "too many characters")
	case strings.ContainsAny(ask.Text, "<"):
		return detail(500, "obeyed", "this would be obeyed")
	}
	data, chars, starts := say.mp3(ask.Text, speed)
	out, err := json.Marshal(map[string]any{
		"audio_base64": base64.StdEncoding.EncodeToString(data),
		"alignment": map[string]any{
			"characters": chars, "character_start_times_seconds": starts, "character_end_times_seconds": starts,
		},
		"normalized_alignment": nil,
	})
	if err != nil {
		return refuse(500, err.Error())
	}
	return reply{200, "application/json", out}
}

var percent = regexp.MustCompile(`^[+-][0-9]{1,3}%$`)

// azure follows learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech
// and .../speech-synthesis-markup-voice.
func azure(r *http.Request, body []byte, say speaker) reply {
	text := func(status int, s string) reply { return reply{status, "text/plain", []byte(s)} }
	switch {
	case r.URL.EscapedPath() != "/cognitiveservices/v1" || r.URL.RawQuery != "":
		return text(404, "")
	case r.Method != http.MethodPost:
		return text(405, "")
	case r.Header.Get("Ocp-Apim-Subscription-Key") != canary:
		return refuse(401, `{"error":{"code":"401","message":"Access denied due to invalid subscription key `+r.Header.Get("Ocp-Apim-Subscription-Key")+`"}}`)
	case r.Header.Get("Content-Type") != "application/ssml+xml":
		return text(415, "")
	case r.Header.Get("X-Microsoft-Outputformat") != "riff-24khz-16bit-mono-pcm":
		return text(400, "Unsupported output format")
	case r.UserAgent() == "":
		return text(400, "User-Agent is required")
	}
	// Nothing may stand in it but these elements, in this order, and text; the
	// last two, and what they say, may be left out.
	want := [][]string{
		{"speak version xmlns mstts lang"},
		{"voice name"},
		{"express-as style"},
		{"prosody rate pitch", "prosody rate", "prosody pitch"},
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	attributes := map[string]string{}
	words, depth := "", 0
	for {
		token, err := d.Token()
		if err != nil {
			if err.Error() != "EOF" {
				return text(400, "The SSML is not well-formed: "+err.Error())
			}
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			is := token.Name.Local
			for _, a := range token.Attr {
				is += " " + a.Name.Local
				attributes[a.Name.Local] = a.Value
			}
			for depth > 1 && depth < len(want) && !slices.Contains(want[depth], is) {
				depth++
			}
			if depth >= len(want) || !slices.Contains(want[depth], is) {
				return text(400, "unexpected element: "+is)
			}
			depth++
		case xml.EndElement:
			depth += 100 // nothing may begin again
		case xml.CharData:
			if depth < 2 && strings.TrimSpace(string(token)) != "" {
				return text(400, "text outside of the voice")
			}
			words += string(token)
		default:
			return text(400, "unexpected markup")
		}
	}
	switch {
	case attributes["name"] != "de-DE-KatjaNeural":
		return text(400, "Unsupported voice "+attributes["name"]+".")
	case attributes["lang"] != "de-DE":
		return text(400, "a bad attribute")
	}
	for _, name := range []string{"rate", "pitch"} {
		if attributes[name] == "" {
			attributes[name] = "+0%"
		}
	}
	switch {
	case !percent.MatchString(attributes["rate"]), !percent.MatchString(attributes["pitch"]):
		return text(400, "a bad attribute")
	}
	number := func(s string) float64 {
		n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
		if err != nil {
			return 0
		}
		return 1 + float64(n)/100
	}
	rate, pitch := number(attributes["rate"]), number(attributes["pitch"])
	if rate < 0.5 || rate > 2 || pitch < 0.5 || pitch > 1.5 {
		return text(400, "prosody out of range")
	}
	return reply{200, "audio/x-wav", say.wav(words, rate, pitch, 1)}
}

var googleVoice = regexp.MustCompile(`^en-US-(Neural2-C|Chirp3-HD-Kore)$`)

// google follows cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize,
// .../v1/AudioConfig and .../quotas.
func google(r *http.Request, body []byte, say speaker) reply {
	wrong := func(status int, name, message string) reply {
		return refuse(status, fmt.Sprintf(`{"error":{"code":%d,"message":%q,"status":%q}}`, status, message, name))
	}
	switch {
	case r.URL.EscapedPath() != "/v1/text:synthesize" || r.Method != http.MethodPost || r.URL.RawQuery != "":
		return reply{404, "text/html", []byte("<!DOCTYPE html><title>Error 404 (Not Found)</title>")}
	case r.Header.Get("X-Goog-Api-Key") != canary:
		return wrong(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key. "+r.Header.Get("X-Goog-Api-Key"))
	case r.Header.Get("Content-Type") != "application/json":
		return wrong(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
	}
	var ask struct {
		Input struct {
			Text string `json:"text"`
		} `json:"input"`
		Voice struct {
			Language string `json:"languageCode"`
			Name     string `json:"name"`
		} `json:"voice"`
		Audio struct {
			Encoding string   `json:"audioEncoding"`
			Rate     *float64 `json:"speakingRate"`
			Pitch    *float64 `json:"pitch"`
			Volume   *float64 `json:"volumeGainDb"`
		} `json:"audioConfig"`
	}
	if err := strict(body, &ask); err != nil {
		return wrong(400, "INVALID_ARGUMENT", "Invalid JSON payload received. "+err.Error())
	}
	audio := ask.Audio
	switch {
	case ask.Input.Text == "":
		return wrong(400, "INVALID_ARGUMENT", "Either `input.text` or `input.ssml` must be set.")
	case len(ask.Input.Text) > 5000:
		return wrong(400, "INVALID_ARGUMENT", "Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes.")
	case !googleVoice.MatchString(ask.Voice.Name):
		return wrong(400, "INVALID_ARGUMENT", fmt.Sprintf("Voice '%s' does not exist. Is it misspelled?", ask.Voice.Name))
	case ask.Voice.Language != "en-US":
		return wrong(400, "INVALID_ARGUMENT", "Requested language code doesn't match the voice's.")
	case audio.Encoding != "LINEAR16", !within(audio.Rate, 0.25, 2), !within(audio.Pitch, -20, 20), !within(audio.Volume, -96, 16):
		return wrong(400, "INVALID_ARGUMENT", "Invalid value in audioConfig")
	case audio.Pitch != nil && strings.Contains(ask.Voice.Name, "Chirp"):
		return wrong(400, "INVALID_ARGUMENT", "This voice does not support pitch parameters at this time.")
	}
	wav := say.wav(ask.Input.Text, or(audio.Rate, 1), 1+or(audio.Pitch, 0)/24, decibels(or(audio.Volume, 0)))
	out, err := json.Marshal(map[string]string{"audioContent": base64.StdEncoding.EncodeToString(wav)})
	if err != nil {
		return refuse(500, err.Error())
	}
	return reply{200, "application/json; charset=UTF-8", out}
}

// deepgram follows developers.deepgram.com/reference/text-to-speech/speak-request,
// .../docs/tts-voice-controls and .../docs/errors.
func deepgram(r *http.Request, body []byte, say speaker) reply {
	wrong := func(status int, code, message string) reply {
		return refuse(status, fmt.Sprintf(`{"err_code":%q,"err_msg":%q,"request_id":"0"}`, code, message))
	}
	q := r.URL.Query()
	switch {
	case r.URL.EscapedPath() != "/v1/speak":
		return wrong(404, "NOT_FOUND", "no such path")
	case r.Method != http.MethodPost:
		return wrong(405, "METHOD_NOT_ALLOWED", "")
	case r.Header.Get("Authorization") != "Token "+canary:
		return wrong(401, "INVALID_AUTH", "Invalid credentials "+r.Header.Get("Authorization"))
	case r.Header.Get("Content-Type") != "application/json":
		return wrong(415, "UNSUPPORTED_MEDIA_TYPE", "not JSON")
	case !same(q, "model", "encoding", "container", "sample_rate", "speed"):
		return wrong(400, "INVALID_QUERY_PARAMETER", "Failed to deserialize query parameters")
	case q.Get("model") != "aura-2-thalia-en" && q.Get("model") != "aura-asteria-en":
		return wrong(400, "Bad Request", "No such model/version combination found.")
	case q.Get("encoding") != "linear16" || q.Get("container") != "wav" || q.Get("sample_rate") != "24000":
		return wrong(400, "UNSUPPORTED_AUDIO_FORMAT", "Unsupported audio format specified.")
	}
	speed := 1.0
	if q.Has("speed") {
		var err error
		if speed, err = strconv.ParseFloat(q.Get("speed"), 64); err != nil || speed < 0.7 || speed > 1.5 || !strings.HasPrefix(q.Get("model"), "aura-2-") {
			return wrong(400, "INVALID_QUERY_PARAMETER", "speed must be between 0.7 and 1.5")
		}
	}
	var ask struct {
		Text string `json:"text"`
	}
	if err := strict(body, &ask); err != nil {
		return wrong(400, "PAYLOAD_ERROR", err.Error())
	}
	switch {
	case ask.Text == "":
		return wrong(400, "INVALID_BODY", "no text")
	case utf8.RuneCountInString(ask.Text) > 2000:
		return wrong(413, "PAYLOAD_TOO_LARGE", "Input text exceeds maximum character limit of 2000.")
	case strings.Contains(ask.Text, `\{`):
		return wrong(500, "OBEYED", "this would be obeyed")
	}
	return reply{200, "audio/wav", say.wav(ask.Text, speed, 1, 1)}
}

// example is the service of examples/service.yaml.
func example(r *http.Request, body []byte, say speaker) reply {
	wrong := func(status int, text string) reply {
		return refuse(status, fmt.Sprintf(`{"problem":{"text":%q}}`, text))
	}
	q := r.URL.Query()
	switch {
	case r.URL.EscapedPath() != "/speak/anna" || r.Method != http.MethodPost:
		return wrong(400, "no such voice")
	case r.Header.Get("Authorization") != "Bearer "+canary:
		return wrong(401, "who are you, "+r.Header.Get("Authorization"))
	case r.Header.Get("Content-Type") != "application/json", !same(q, "model"), q.Get("model") != "large":
		return wrong(400, "a bad request")
	}
	var ask struct {
		Text     string `json:"text"`
		Language string `json:"language"`
		Options  *struct {
			Speed  *float64 `json:"speed"`
			Pitch  string   `json:"pitch"`
			Warmth *float64 `json:"warmth"`
		} `json:"options"`
	}
	speed, pitch := 1.0, 1.0
	if err := strict(body, &ask); err != nil {
		return wrong(400, err.Error())
	}
	if o := ask.Options; o != nil {
		speed = or(o.Speed, 1)
		if o.Pitch != "" {
			if !percent.MatchString(o.Pitch) {
				return wrong(400, "a bad pitch")
			}
			n, err := strconv.Atoi(strings.TrimSuffix(o.Pitch, "%"))
			if err != nil {
				return wrong(400, err.Error())
			}
			pitch += float64(n) / 100
		}
		if !within(o.Warmth, 0, 1) {
			return wrong(400, "too warm")
		}
	}
	switch {
	case ask.Language != "de", speed < 0.5, speed > 2, pitch < 0.5, pitch > 1.5:
		return wrong(400, "a bad option")
	case utf8.RuneCountInString(ask.Text) > 500:
		return wrong(413, "too long")
	case strings.ContainsAny(ask.Text, "[]"):
		return wrong(500, "this would be obeyed")
	}
	type word struct {
		Word  string `json:"word"`
		Start int    `json:"start"`
	}
	list := []word{}
	at := 0
	for _, part := range strings.Fields(ask.Text) {
		at += strings.Index(ask.Text[at:], part)
		start := float64(utf8.RuneCountInString(ask.Text[:at])) * perCharacter / speed
		list = append(list, word{strings.ToUpper(part), int(start * 1000)})
		at += len(part)
	}
	out, err := json.Marshal(map[string]any{"result": map[string]any{
		"sound": base64.StdEncoding.EncodeToString(say.wav(ask.Text, speed, pitch, 1)), "words": list,
	}})
	if err != nil {
		return refuse(500, err.Error())
	}
	return reply{200, "application/json", out}
}
