// Package http speaks through services on the web that profiles describe: each
// is a YAML file that says where the service is, what it is asked, where the
// sound and the word times are in its answer, and what it costs. Profiles for
// several services are embedded; others come from the user's folder. See
// docs/backends.md and docs/service.schema.json.
//
// What is put into a request is escaped for where it stands, so that a text is
// never markup, a parameter or a part of an address.
package http

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"unicode/utf8"

	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/internal/tts/web"
	"narrate/voices"
)

// adapter is this package's own part in a clip: what it makes of a profile and a
// request. Count it up with every change here that may alter the sound or the
// marks of any text.
const adapter = 1

// marksNote is why there are no word times.
const marksNote = "no word times: the service does not tell them"

// Options configure a Backend. The zero value is right for use.
type Options struct {
	// Server, such as "http://127.0.0.1:8080", is asked in place of the host in
	// the profile's address.
	Server string
	Web    web.Options
}

// Backend is a service as a tts.Backend.
type Backend struct {
	profile *Profile
	server  string
	client  *web.Client
}

// New makes the backend that a profile describes. It asks nobody yet.
func New(p *Profile, o Options) *Backend {
	return &Backend{p, o.Server, web.New(o.Web)}
}

// Name implements tts.Backend: the profile's.
func (b *Backend) Name() string { return b.profile.Name }

// Info implements tts.Backend. It tells what the profile says, without asking
// the service.
func (b *Backend) Info(ctx context.Context) (tts.Info, error) {
	if err := ctx.Err(); err != nil {
		return tts.Info{}, err
	}
	info := tts.Info{
		Version:  fmt.Sprintf("http %d profile %s", adapter, b.profile.digest),
		Voices:   slices.Clone(b.profile.voices.known),
		Marks:    b.profile.answer.marks.of != "",
		MaxText:  b.profile.terms.MaxText,
		Parallel: b.profile.terms.Parallel,
	}
	if !info.Marks {
		info.MarksNote = marksNote
	}
	return info, nil
}

// Check implements tts.Checker. A voice whose name has the form of the service's
// names may turn out to be missing there only when it is to speak.
func (b *Backend) Check(ctx context.Context, v voices.Voice) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := b.profile.ask(ctx, v); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return b.named(err)
	}
	return nil
}

// Terms implements tts.Bargainer.
func (b *Backend) Terms(v voices.Voice) tts.Terms {
	a, err := b.profile.read(v)
	if err != nil { // which Check tells
		return b.profile.terms
	}
	return a.terms
}

// Close implements tts.Backend.
func (b *Backend) Close() error {
	b.client.Close()
	return nil
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
	return tts.Clip{}, b.named(err)
}

// named puts the backend's name before an error.
func (b *Backend) named(err error) error { return fmt.Errorf("%s: %w", b.profile.Name, err) }

func (b *Backend) synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	p := b.profile
	if !utf8.ValidString(r.Text) {
		return tts.Clip{}, fmt.Errorf("%w: not valid UTF-8", tts.ErrText)
	}
	if err := tts.ValidPhonemes(r.Text, r.Phonemes); err != nil {
		return tts.Clip{}, err
	}
	a, err := p.ask(ctx, r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	if n, most := utf8.RuneCountInString(r.Text), p.terms.MaxText; most > 0 && n > most {
		return tts.Clip{}, fmt.Errorf("%w: %d characters, and it takes %d at a time", tts.ErrTooLong, n, most)
	}
	s := p.prepare(r.Text)
	if silent(s.text) {
		return tts.Clip{}, fmt.Errorf("%w: there is nothing to say in the text", tts.ErrEmpty)
	}
	answer, err := b.client.Do(ctx, b.build(a, s.text))
	if err != nil {
		return tts.Clip{}, p.explain(err)
	}
	data, stamps, err := p.unpack(answer.Body)
	if err != nil {
		return tts.Clip{}, err
	}
	clip, err := sound.Decode(ctx, p.answer.format, data)
	if err != nil {
		return tts.Clip{}, err
	}
	if clip, err = tts.Amplify(clip, a.gain); err != nil {
		return tts.Clip{}, err
	}
	clip.Marks = p.answer.place(r.Text, s, stamps, clip.Format.Rate, clip.Frames)
	return clip, nil
}

// build is the request for a text.
func (b *Backend) build(a *ask, text string) *web.Request {
	r, key := &b.profile.request, &b.profile.key
	v := a.values
	v["text"] = value{text: text, given: true}
	address, _ := r.address.fill(v, func(name, text string) string {
		if s := b.profile.settings[name]; s != nil && s.isAddress {
			return text
		}
		return url.PathEscape(text)
	})
	if b.server != "" {
		if u, err := url.Parse(address); err == nil {
			address = b.server + u.EscapedPath()
		}
	}
	query := url.Values{}
	for _, f := range r.query {
		if s, given := f.value.fill(v, plain); given {
			query.Set(f.name, s)
		}
	}
	header := map[string][]string{}
	for _, f := range r.headers {
		if s, given := f.value.fill(v, plain); given {
			header[f.name] = []string{s}
		}
	}
	ask := &web.Request{Method: r.method, Header: header}
	if secret := a.key.Reveal(); secret != "" {
		ask.Secrets = []web.Secret{a.key}
		if key.header != "" {
			header[key.header] = []string{key.prefix + secret}
		} else {
			query.Set(key.query, key.prefix+secret)
		}
	}
	ask.URL = address
	if len(query) > 0 {
		ask.URL += "?" + query.Encode()
	}
	ask.Body = r.body(v)
	return ask
}

// body is the request's body for the values.
func (r *requestRule) body(v values) []byte {
	switch {
	case r.json != nil:
		var body bytes.Buffer
		r.json.write(&body, v) // true: it holds the text, or the query does
		return body.Bytes()
	case r.xml != nil:
		return []byte(writeMarkup(r.xml, v, nil))
	case r.text != nil:
		s, _ := r.text.fill(v, plain)
		return []byte(s)
	}
	return nil
}

// Silent implements tts.Settler: where the key is, the pace and the price change
// no sound.
func (b *Backend) Silent(setting string) bool {
	return slices.Contains(commonSettings, setting)
}
