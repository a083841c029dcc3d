// Package web is how speech services are asked over HTTP: with a time limit for
// each part of an exchange, bounded answers, errors that tts and its decorators
// tell apart, and keys that appear in none of them.
package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"narrate/internal/tts"
)

// Options configure a Client. The zero value is right for use.
type Options struct {
	// Connect is how long it may take to reach the service, TLS included;
	// default 15 s.
	Connect time.Duration
	// FirstByte is how long the service may think before it answers; default
	// 2 min, since many make all of the sound first.
	FirstByte time.Duration
	// Stall is how long nothing may come in the midst of an answer; default
	// 30 s.
	Stall time.Duration
	// Total is for everything; default 10 min.
	Total time.Duration
	// MaxBody is the largest answer in bytes; default 64 MiB.
	MaxBody int64
}

// Client asks services. It keeps connections open for further requests and
// takes proxies from the environment. It is safe for concurrent use.
type Client struct {
	options   Options
	transport *http.Transport
	http      *http.Client
}

// New makes a Client.
func New(o Options) *Client {
	o.Connect = cmp.Or(o.Connect, 15*time.Second)
	o.FirstByte = cmp.Or(o.FirstByte, 2*time.Minute)
	o.Stall = cmp.Or(o.Stall, 30*time.Second)
	o.Total = cmp.Or(o.Total, 10*time.Minute)
	o.MaxBody = cmp.Or(o.MaxBody, 64<<20)
	dialer := &net.Dialer{Timeout: o.Connect}
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    o.Connect,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true, // sound does not shrink; and an answer is then as large as it is
	}
	return &Client{
		options:   o,
		transport: transport,
		http: &http.Client{
			Transport: transport,
			// None is followed: it could lead a key to another host, and turns
			// a POST into a GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close closes the connections that are kept open.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Request is what a service is asked.
type Request struct {
	Method string // "" is POST
	URL    string
	Header http.Header // beside User-Agent
	Body   []byte
	// Secrets are what URL and Header hold that must not be seen. They are
	// masked in errors and in the answer, and go out over TLS or in a local
	// network only.
	Secrets []Secret
}

// String is the request's method and address, without what may be secret.
func (r Request) String() string { return r.method() + " " + place(r.URL) }

// GoString is String.
func (r Request) GoString() string { return r.String() }

func (r Request) method() string { return cmp.Or(r.Method, http.MethodPost) }

// place is an address without credentials, query and fragment.
func place(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// Response is an answer with the status of success.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // whole
}

// Do sends a request and reads the whole answer, whose status is 200 to 299;
// any other is a *StatusError. Errors of time limits and broken connections are
// such as may pass. When ctx ends, its own error is given. Nothing holds a
// secret.
func (c *Client) Do(ctx context.Context, r *Request) (*Response, error) {
	m := mask(r.Secrets)
	resp, err := c.do(ctx, r, m)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, m.err(err)
	}
	return resp, nil
}

func (c *Client) do(ctx context.Context, r *Request, m masker) (*Response, error) {
	u, err := url.Parse(r.URL)
	switch {
	case err != nil: // which would quote it
		return nil, fmt.Errorf("%w: the service's address cannot be read", tts.ErrVoice)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Errorf("%w: the service's address %q is not of the form https://host/path", tts.ErrVoice, place(r.URL))
	case u.Scheme == "http" && len(m.words) > 0 && !local(u.Hostname()):
		return nil, fmt.Errorf("%w: a key is not sent to %s without encryption; use an https address", tts.ErrKey, u.Host)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	total := time.AfterFunc(c.options.Total, func() {
		cancel(fmt.Errorf("%s did not finish within %v", u.Host, c.options.Total))
	})
	defer total.Stop()
	// It runs from when the request is written. What comes before has limits of
	// its own.
	waiting := time.AfterFunc(c.options.Total, func() {
		cancel(fmt.Errorf("%s did not answer within %v", u.Host, c.options.FirstByte))
	})
	defer waiting.Stop()
	var mu sync.Mutex
	answered := false // which may happen before all is written
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
		mu.Lock()
		defer mu.Unlock()
		if !answered {
			waiting.Reset(c.options.FirstByte)
		}
	}}

	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), r.method(), r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", tts.ErrVoice, "the request cannot be made: its method or address is not valid")
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("User-Agent", "narrate")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, explain(ctx, u, err)
	}
	defer resp.Body.Close() // only read from: nothing is lost if closing fails
	stalled := func() {
		cancel(fmt.Errorf("%s stopped in the midst of its answer for %v", u.Host, c.options.Stall))
	}
	mu.Lock()
	answered = true
	waiting.Stop()
	mu.Unlock()
	stall := time.AfterFunc(c.options.Stall, stalled)
	defer stall.Stop()
	limit := c.options.MaxBody
	if resp.StatusCode/100 != 2 {
		limit = maxExplanation
	}
	body, err := io.ReadAll(&limited{resp.Body, limit, func() { stall.Reset(c.options.Stall) }})
	var long *tooLargeError
	switch {
	case resp.StatusCode/100 != 2:
		return nil, failure(u, resp, m.bytes(body), m) // as much of it as came
	case errors.As(err, &long):
		return nil, fmt.Errorf("%w: %s sends more than %d MiB", tts.ErrBroken, u.Host, limit>>20)
	case err != nil:
		return nil, explain(ctx, u, err)
	}
	return &Response{resp.StatusCode, resp.Header, m.bytes(body)}, nil
}

// limited reads r and fails beyond the limit.
type limited struct {
	r        io.Reader
	left     int64
	progress func()
}

type tooLargeError struct{}

func (*tooLargeError) Error() string { return "too large" }

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &tooLargeError{}
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, &tooLargeError{}
	}
	if n > 0 {
		l.progress()
	}
	return n, err
}
