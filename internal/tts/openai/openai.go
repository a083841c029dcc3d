// Package openai speaks through OpenAI's speech service and the many servers
// that answer as it does (Kokoro-FastAPI, LocalAI, openedai-speech, …):
// POST BASE/audio/speech with a JSON body, the sound in the answer's body
// (platform.openai.com/docs/api-reference/audio/createSpeech). Which server it
// is, its model and its key are in the voice's settings.
//
// Kokoro-FastAPI tells when each word starts, at a path of its own
// (/dev/captioned_speech, its README, "Timestamps (word level)").
package openai

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/internal/tts/web"
	"narrate/voices"
)

// version is Info.Version; it changes with whatever here changes the sound. A
// service does not tell when it changes its voices.
const version = "openai 1"

// Options configure a Backend. The zero value is right for use.
type Options struct {
	// BaseURL is OpenAI's own address, for voices that name none.
	BaseURL string
	Web     web.Options
}

// Backend is a speech service as a tts.Backend.
type Backend struct {
	home   string
	client *web.Client
}

// New makes a Backend. It asks nobody yet.
func New(o Options) *Backend {
	if o.BaseURL == "" {
		o.BaseURL = "https://api.openai.com/v1"
	}
	return &Backend{strings.TrimRight(o.BaseURL, "/"), web.New(o.Web)}
}

// Name implements tts.Backend.
func (b *Backend) Name() string { return "openai" }

// Info implements tts.Backend. It tells of OpenAI's own service, without asking
// it; other servers have other voices.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	if err := ctx.Err(); err != nil {
		return tts.Info{}, err
	}
	return tts.Info{
		Version:   version,
		Voices:    offer(),
		MarksNote: "OpenAI gives no word times; Kokoro-FastAPI does, with the setting timestamps: true",
		MaxText:   maxText,
		Parallel:  parallelOpenAI,
	}, nil
}

// Check implements tts.Checker. A voice of another server than OpenAI's may turn
// out to be missing there only when it is to speak.
func (b *Backend) Check(ctx context.Context, v voices.Voice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := b.profile(ctx, v); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return named(err)
	}
	return nil
}

// Terms implements tts.Bargainer.
func (b *Backend) Terms(v voices.Voice) tts.Terms {
	p, err := b.parse(v)
	if err != nil { // which Check tells
		return tts.Terms{MaxText: maxText, Parallel: 1}
	}
	return p.terms
}

// Synthesize implements tts.Backend.
func (b *Backend) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := ctx.Err(); err != nil {
		return tts.Clip{}, err
	}
	clip, err := b.synthesize(ctx, r)
	switch {
	case err == nil:
		return clip, nil
	case ctx.Err() != nil:
		return tts.Clip{}, ctx.Err()
	}
	return tts.Clip{}, named(err)
}

// named puts the backend's name before an error, once.
func named(err error) error { return fmt.Errorf("openai: %w", err) }

func (b *Backend) synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if !utf8.ValidString(r.Text) {
		return tts.Clip{}, fmt.Errorf("%w: not valid UTF-8", tts.ErrText)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return tts.Clip{}, err
	}
	p, err := b.profile(ctx, r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	if n := utf8.RuneCountInString(r.Text); n > p.terms.MaxText {
		return tts.Clip{}, fmt.Errorf("%w: %d characters, and %s takes %d at a time", tts.ErrTooLong, n, p.model, p.terms.MaxText)
	}
	input := harmless(r.Text, p.home)
	if !strings.ContainsFunc(input, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S) }) {
		return tts.Clip{}, fmt.Errorf("%w: there is nothing to say in the text", tts.ErrEmpty)
	}
	data, stamps, err := b.ask(ctx, p, input)
	if err != nil {
		return tts.Clip{}, err
	}
	clip, err := sound.Decode(ctx, sound.Format{Name: p.format, Rate: p.rate, Channels: 1}, data)
	if err != nil {
		return tts.Clip{}, err
	}
	if clip, err = tts.Amplify(clip, p.volume); err != nil {
		return tts.Clip{}, err
	}
	clip.Marks = place(r.Text, stamps, clip.Format.Rate, clip.Frames)
	return clip, nil
}

// Close implements tts.Backend.
func (b *Backend) Close() error {
	b.client.Close()
	return nil
}

// body is what a service is asked. What is not set is left out, for it to take
// its own default, and since some refuse fields that they do not know.
type body struct {
	Model        string  `json:"model"`
	Input        string  `json:"input"`
	Voice        any     `json:"voice"`
	Format       string  `json:"response_format"`
	Speed        float64 `json:"speed,omitempty"`
	Instructions string  `json:"instructions,omitempty"`
	Stream       *bool   `json:"stream,omitempty"` // of Kokoro-FastAPI
}

// ask gives the sound as the service sends it, and its word times if they are
// wanted.
func (b *Backend) ask(ctx context.Context, p *profile, input string) ([]byte, []stamp, error) {
	ask := body{Model: p.model, Input: input, Voice: p.voice, Format: p.format, Instructions: p.instructions}
	if p.home && strings.HasPrefix(p.voice, customVoice) {
		ask.Voice = struct {
			ID string `json:"id"`
		}{p.voice}
	}
	if p.speed != 1 {
		ask.Speed = p.speed
	}
	address := p.base + "/audio/speech"
	if p.timestamps {
		address = strings.TrimSuffix(p.base, "/v1") + "/dev/captioned_speech"
		ask.Stream = new(bool)
	}
	text, err := json.Marshal(ask)
	if err != nil {
		return nil, nil, err
	}
	request := &web.Request{URL: address, Body: text, Header: http.Header{"Content-Type": {"application/json"}}}
	if key := p.key.Reveal(); key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
		request.Secrets = []web.Secret{p.key}
	}
	answer, err := b.client.Do(ctx, request)
	var status *web.StatusError
	switch {
	case errors.As(err, &status) && errors.Is(status, tts.ErrText):
		return nil, nil, status.Meaning(meaning(status))
	case err != nil:
		return nil, nil, err
	case !p.timestamps:
		return answer.Body, nil, nil
	}
	return captioned(answer.Body)
}

// captioned unpacks an answer with word times.
func captioned(data []byte) ([]byte, []stamp, error) {
	if len(data) == 0 {
		return nil, nil, fmt.Errorf("%w: the answer is empty", tts.ErrEmpty)
	}
	var answer struct {
		Audio  *string `json:"audio"`
		Stamps []stamp `json:"timestamps"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || answer.Audio == nil {
		return nil, nil, fmt.Errorf("%w: the answer is not JSON with audio and timestamps; it begins %.100q", tts.ErrBroken, data)
	}
	audio, err := base64.StdEncoding.DecodeString(*answer.Audio)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: its audio is not base64: %w", tts.ErrBroken, err)
	}
	return audio, answer.Stamps, nil
}

// About what a service complains, in words, where no field says so.
var (
	missing = regexp.MustCompile(`(?i)\b(voice|model)\b.*\b(not found|(does )?not exist|not supported|unsupported|unknown|invalid|not available)\b|\b(unknown|unsupported|invalid|no such) (voice|model)\b`)
	tooLong = regexp.MustCompile(`(?i)string_too_long|too long|at most \d+ characters|maximum (input )?length|context_length_exceeded`)
)

// meaning is what a refused request comes to: OpenAI names the field in "param",
// servers built with FastAPI in "loc".
func meaning(e *web.StatusError) error {
	var answer struct {
		Error struct {
			Param string `json:"param"`
			Code  any    `json:"code"`
		} `json:"error"`
	}
	var list struct {
		Detail []struct {
			Loc  []any  `json:"loc"`
			Type string `json:"type"`
		} `json:"detail"`
	}
	// Where a body is of another form, nothing is found in it.
	_ = json.Unmarshal(e.Body, &answer)
	_ = json.Unmarshal(e.Body, &list)
	field, words := answer.Error.Param, fmt.Sprint(answer.Error.Code, " ", e.Message)
	if field == "" && len(list.Detail) > 0 && len(list.Detail[0].Loc) > 0 {
		d := list.Detail[0]
		field, words = fmt.Sprint(d.Loc[len(d.Loc)-1]), words+" "+d.Type
	}
	switch {
	case field == "input" && tooLong.MatchString(words), field == "" && tooLong.MatchString(words):
		return tts.ErrTooLong
	case field != "" && field != "input", missing.MatchString(words):
		return tts.ErrVoice // or a setting of it
	}
	return tts.ErrText
}

// harmless is the text without what a server could obey. OpenAI's reads all as
// text. Others have brackets of their own: Kokoro-FastAPI "[pause:9s]" and
// "[word](/sounds/)", some models "[laugh]" or "<laugh>", or take SSML.
func harmless(text string, home bool) string {
	var s strings.Builder
	for i, r := range text {
		switch {
		case unicode.IsControl(r):
			s.WriteByte(' ')
		case !home && r == '[':
			s.WriteByte('(')
		case !home && r == ']':
			s.WriteByte(')')
		case !home && r == '<':
			s.WriteByte('<')
			if next, _ := utf8.DecodeRuneInString(text[i+1:]); unicode.IsLetter(next) || strings.ContainsRune("/!?|", next) {
				s.WriteByte(' ')
			}
		default:
			s.WriteRune(r)
		}
	}
	return s.String()
}

// inaudible are the settings that change neither sound nor word times.
var inaudible = []string{"key-env", "key-file", "max-text", "parallel", "requests-per-minute", "price-per-million", "price-per-minute"}

// Silent implements tts.Settler.
func (b *Backend) Silent(setting string) bool { return slices.Contains(inaudible, setting) }
