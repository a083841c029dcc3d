package piper

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"narrate/internal/pcm"
	"narrate/internal/tts"
	"narrate/internal/tts/sound"
	"narrate/internal/tts/web"
	"narrate/voices"
)

// DefaultURL is where piper's HTTP server answers unless it is told otherwise.
const DefaultURL = "http://127.0.0.1:5000"

// onlyVoice is the name of the voice of a server that does not tell any.
const onlyVoice = "default"

// ServerOptions configure a Server.
type ServerOptions struct {
	// URL is the server of voices that name none in their setting base-url;
	// default DefaultURL. Where it is given, Info asks it for its voices.
	URL string
	Web web.Options
	// Parallel is how many requests may run at once; default 2.
	Parallel int
}

// Server is piper's HTTP server as a tts.Backend.
type Server struct {
	options ServerOptions
	client  *web.Client

	mu    sync.Mutex
	sites map[string]*site // by address; never changed once it is there
}

// site is what is known of a server.
type site struct {
	url  string
	path string // for requests
	// bare is a server that has one voice, of which it tells nothing, and takes
	// nothing but text (rhasspy/piper, src/python_run/README_http.md).
	bare   bool
	voices map[string]served
}

// served is a voice of a server.
type served struct {
	config *config
	err    error  // why the configuration is of no use
	hash   string // of the configuration
}

// voice gives a voice, with the name that the server takes; the rate of a bare
// server's is not known.
func (at *site) voice(v voices.Voice) (*config, error) {
	if at.bare {
		c := &config{Speakers: 1}
		c.Inference.LengthScale = 1
		return c, at.fitting(v)
	}
	found, ok := at.voices[v.Engine]
	if !ok { // the server would take another voice
		names := strings.Join(slices.Sorted(maps.Keys(at.voices)), ", ")
		return nil, unfitVoice(fmt.Sprintf("there is no voice %.100q at %.200s; there are: %.500s", v.Engine, at.url, names))
	}
	if found.err != nil {
		return nil, fmt.Errorf("%w: the configuration of voice %.100q at %.200s: %w", tts.ErrVoice, v.Engine, at.url, found.err)
	}
	return found.config, nil
}

// NewServer makes a Server. It asks nobody yet.
func NewServer(o ServerOptions) *Server {
	if o.Parallel == 0 {
		o.Parallel = 2
	}
	return &Server{options: o, client: web.New(o.Web), sites: map[string]*site{}}
}

// Name implements tts.Backend.
func (s *Server) Name() string { return "piper-server" }

// Info implements tts.Backend. It asks the server of the options, if any: voices
// may name other servers, so that nothing need be at DefaultURL. Once a voice was
// found, or looked for, there, its voices are listed, too.
func (s *Server) Info(ctx context.Context) (tts.Info, error) {
	if err := ctx.Err(); err != nil {
		return tts.Info{}, err
	}
	info := tts.Info{
		Version:   fmt.Sprintf("piper-server adapter %d", adapter),
		MarksNote: marksNote,
		MaxText:   maxText,
		Parallel:  s.options.Parallel,
	}
	s.mu.Lock()
	at := s.sites[DefaultURL]
	s.mu.Unlock()
	if s.options.URL != "" {
		var err error
		if at, err = s.site(ctx, s.options.URL); err != nil {
			return tts.Info{}, err
		}
	}
	if at == nil {
		return info, nil
	}
	if at.bare {
		info.Voices = []tts.EngineVoice{{Name: onlyVoice, Language: "und", Note: "what the server was started with"}}
	}
	for _, name := range slices.Sorted(maps.Keys(at.voices)) {
		if v := at.voices[name]; v.err == nil {
			info.Voices = append(info.Voices, tts.EngineVoice{Name: name, Language: language(v.config), Note: note(v.config)})
		}
	}
	return info, nil
}

// Check implements tts.Checker.
func (s *Server) Check(ctx context.Context, v voices.Voice) error {
	_, _, _, err := s.prepare(ctx, v)
	return err
}

// VoiceVersion implements tts.Versioner by the configuration of the voice, which
// is all that the server tells of it.
func (s *Server) VoiceVersion(ctx context.Context, v voices.Voice) (string, error) {
	at, _, _, err := s.prepare(ctx, v)
	if err != nil {
		return "", err
	}
	return at.url + " " + at.voices[v.Engine].hash, nil
}

// prepare finds the server and the voice, and turns its profile into a tuning.
func (s *Server) prepare(ctx context.Context, v voices.Voice) (*site, *config, tuning, error) {
	at, err := s.site(ctx, v.Settings["base-url"])
	if err != nil {
		return nil, nil, tuning{}, err
	}
	c, err := at.voice(v)
	var t tuning
	if err == nil {
		t, err = tune(v, c, "base-url")
	}
	if err != nil {
		return nil, nil, tuning{}, fmt.Errorf("piper-server: %w", err)
	}
	return at, c, t, nil
}

// fitting objects to what a bare server cannot do.
func (at *site) fitting(v voices.Voice) error {
	if v.Engine != onlyVoice {
		return unfitVoice(fmt.Sprintf("there is no voice %.100q at %.200s: the server has one and does not tell its name, so call it %q", v.Engine, at.url, onlyVoice))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Settings)) {
		if name != "base-url" {
			return unfitVoice(fmt.Sprintf("setting %.64q: the server at %.200s takes nothing but text; it is told such things when it is started", name, at.url))
		}
	}
	if factor(v.Rate) != 1 {
		return unfitVoice(fmt.Sprintf("rate %g: the server at %.200s takes nothing but text; start it with --length-scale instead", v.Rate, at.url))
	}
	return nil
}

// question is a request (piper1-gpl, docs/API_HTTP.md).
type question struct {
	Text    string  `json:"text"`
	Voice   string  `json:"voice"`
	Speaker *int    `json:"speaker_id,omitempty"`
	Length  float64 `json:"length_scale"`
	Noise   float64 `json:"noise_scale"`
	NoiseW  float64 `json:"noise_w_scale"`
}

// Synthesize implements tts.Backend.
func (s *Server) Synthesize(ctx context.Context, r tts.Request) (tts.Clip, error) {
	if err := usable(ctx, r); err != nil {
		return tts.Clip{}, err
	}
	at, c, t, err := s.prepare(ctx, r.Voice)
	if err != nil {
		return tts.Clip{}, err
	}
	text := harmless(r.Text)
	if text == "" {
		return tts.Clip{}, errNothing
	}
	ask := &web.Request{URL: at.url + at.path, Header: http.Header{"Accept": {"audio/wav, */*;q=0.1"}}}
	if at.bare {
		ask.Header.Set("Content-Type", "text/plain; charset=utf-8")
		ask.Body = []byte(text)
	} else {
		q := question{Text: text, Voice: r.Voice.Engine, Length: t.length, Noise: t.noise, NoiseW: t.noiseW}
		if t.speaker >= 0 {
			q.Speaker = &t.speaker
		}
		ask.Header.Set("Content-Type", "application/json")
		if ask.Body, err = json.Marshal(q); err != nil {
			return tts.Clip{}, err
		}
	}
	resp, err := s.client.Do(ctx, ask)
	var clip tts.Clip
	if err == nil {
		clip, err = sound.Decode(ctx, sound.Format{Name: sound.WAV}, resp.Body)
	}
	if err == nil && !at.bare && clip.Format != (pcm.Format{Rate: pcm.Hz(c.Audio.SampleRate), Channels: 1}) {
		err = fmt.Errorf("%w: sound of %d Hz and %d channels, and the voice's is %d Hz and 1", tts.ErrBroken, clip.Format.Rate, clip.Format.Channels, c.Audio.SampleRate)
	}
	if err != nil {
		if ctx.Err() != nil {
			return tts.Clip{}, ctx.Err()
		}
		return tts.Clip{}, fmt.Errorf("piper-server: %w", err)
	}
	return t.amplify(clip), nil
}

// Close implements tts.Backend.
func (s *Server) Close() error {
	s.client.Close()
	return nil
}

// site looks at a server, once; a failure is not remembered.
func (s *Server) site(ctx context.Context, address string) (*site, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if address == "" {
		address = s.options.URL
	}
	if address == "" {
		address = DefaultURL
	}
	s.mu.Lock()
	at := s.sites[address]
	s.mu.Unlock()
	if at != nil {
		return at, nil
	}
	at, err := s.examine(ctx, address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("piper-server: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sites[address] = at
	return at, nil
}

// examine asks a server for its voices. One that has no such page is of the
// first kind, which has one voice. One that has a page with information takes
// requests at /synthesize, which older ones take at /.
func (s *Server) examine(ctx context.Context, address string) (*site, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, unfitVoice("base-url is not of the form http://host:port, without name, password or query")
	}
	at := &site{url: strings.TrimRight(address, "/"), path: "/"}
	resp, err := s.client.Do(ctx, &web.Request{Method: http.MethodGet, URL: at.url + "/voices"})
	var status *web.StatusError
	if errors.As(err, &status) && status.Status == http.StatusNotFound {
		at.bare = true
		return at, nil
	}
	if err != nil {
		return nil, err
	}
	var listed map[string]json.RawMessage
	if len(resp.Body) > maxConfig {
		return nil, fmt.Errorf("the list of voices at %s has more than %d MiB", at.url, maxConfig>>20)
	}
	if err := json.Unmarshal(resp.Body, &listed); err != nil || listed == nil {
		return nil, fmt.Errorf("%s/voices is not the list of voices of a piper server, but %.100q", at.url, resp.Body)
	}
	at.voices = map[string]served{}
	for name, raw := range listed {
		c, err := parseConfig(raw)
		at.voices[name] = served{c, err, fmt.Sprintf("%x", sha256.Sum256(raw))[:16]}
	}
	resp, err = s.client.Do(ctx, &web.Request{Method: http.MethodGet, URL: at.url + "/info"})
	switch {
	case err == nil && json.Valid(resp.Body):
		at.path = "/synthesize"
	case err == nil, errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusMethodNotAllowed):
	default:
		return nil, err
	}
	return at, nil
}
