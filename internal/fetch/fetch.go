// Package fetch gets one page from an http or https address, and nothing but a
// whole page: every limit, cut and refusal is an error.
//
// The address may come from anywhere, so it must not lead to what only this
// machine or its network can reach: where a connection goes to is looked at
// when it is made, whatever the name resolved to and however many redirects led
// there (see private). Ports are free to choose. A proxy from the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) is used and may itself stand in the
// private network; what is asked of it is held to the same rule as far as this
// machine can resolve the name, and names of private networks are refused.
//
// There are no cookies, no stored credentials, no Referer and no
// Accept-Language; a name and password that stand in the address are sent to
// its own host only and never shown. Redirects are followed ten times, a
// "refresh" in the page is not. What fails in a way that often passes
// (a broken connection, the status 502, 503 or 504) is tried once more.
package fetch

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Options say how a page is fetched.
type Options struct {
	// AllowPrivate lets the address and redirects lead into this machine and
	// its network.
	AllowPrivate bool
	// MaxBytes is the size of the largest page, unpacked and as sent; it must
	// be set.
	MaxBytes int64
	// Timeout is for everything, retry and redirects included; 0 is 5 minutes.
	Timeout time.Duration
	// Stall is how long nothing may come; 0 is 30 seconds.
	Stall time.Duration
	// UserAgent is what the server is told: "narrate/1.0".
	UserAgent string
}

// Page is what an address holds.
type Page struct {
	// URL is where the page was found, after redirects, without credentials
	// and fragment.
	URL string
	// MediaType is the type and, if the server names one, the charset
	// ("text/html; charset=utf-8"); "" where the server does not know the
	// type, or it says less than the content.
	MediaType string
	Data      []byte // not empty, without transfer or content encoding
}

const (
	defaultTimeout = 5 * time.Minute
	defaultStall   = 30 * time.Second
	maxRedirects   = 10
	maxHeader      = 1 << 20
	maxAddress     = 8 << 10
	maxWait        = 5 * time.Second // that a server may ask for before a retry
)

// IsAddress reports whether s is an http or https address and not the name of a
// file.
func IsAddress(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// Public is an address without a name and password, for messages and files. It
// takes any text.
func Public(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if _, port, _ := strings.Cut(rest[at+1:end], ":"); at < 0 && strings.Trim(port, "0123456789") != "" && rest[0] != '[' {
		at = strings.LastIndexByte(rest, '@') // a password with a "/" in it
	}
	return scheme + "://" + rest[at+1:]
}

// Get fetches the page at address. Errors begin with the address, have one line
// and no credentials; a cancelled context gives the context's own error.
func Get(ctx context.Context, address string, o Options) (Page, error) {
	return (&client{Options: o, proxy: http.ProxyFromEnvironment, lookup: net.DefaultResolver.LookupNetIP, pause: time.Second}).get(ctx, address)
}

// client is a Get with what tests replace.
type client struct {
	Options
	proxy  func(*http.Request) (*url.URL, error)
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	pause  time.Duration // before the retry
}

func (c *client) get(ctx context.Context, address string) (Page, error) {
	page, err := c.twice(ctx, address)
	switch {
	case ctx.Err() != nil:
		return Page{}, ctx.Err()
	case err != nil:
		return Page{}, fmt.Errorf("%s: %w", Public(address), err)
	}
	return page, nil
}

// twice tries once more after a failure that often passes.
func (c *client) twice(ctx context.Context, address string) (Page, error) {
	u, err := parse(address)
	if err != nil {
		return Page{}, err
	}
	timeout := cmp.Or(c.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not there after %v", timeout))
	defer cancel()
	hc, closeIdle := c.httpClient()
	defer closeIdle()
	page, err := c.once(ctx, hc, u)
	var passing *passingError
	if !errors.As(err, &passing) || passing.wait > maxWait {
		return page, err
	}
	select {
	case <-time.After(max(c.pause, passing.wait)):
		return c.once(ctx, hc, u)
	case <-ctx.Done():
		return Page{}, err
	}
}

// passingError is a failure that may be over in a moment.
type passingError struct {
	error
	wait time.Duration // that the server asks for
}

func (e *passingError) Unwrap() error { return e.error }

// parse reads and checks the address.
func parse(address string) (*url.URL, error) {
	if len(address) > maxAddress {
		return nil, fmt.Errorf("the address is longer than %d bytes", maxAddress)
	}
	u, err := url.Parse(address)
	if err != nil {
		var reason *url.Error
		if strings.Contains(address, "@") || !errors.As(err, &reason) {
			// The reason could hold a piece of the password.
			return nil, errors.New("not an address; in a name and password, signs must be written as %XX")
		}
		return nil, fmt.Errorf("not an address: %w", reason.Err)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, settle(u)
}

// settle brings the host of an address to ASCII (IDNA) and refuses what no page
// can be fetched from.
func settle(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("narrate fetches http and https addresses only, not %q", short(u.Scheme)+":")
	}
	host := u.Hostname()
	if host == "" {
		return errors.New("the address names no host")
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil && ascii != host {
		u.Host = strings.Replace(u.Host, host, ascii, 1)
		host = ascii
	}
	// A number is an IPv4 address to some systems, however it is written
	// (WHATWG URL, "ends in a number"); here it must be written as it is shown.
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	digits, hex := strings.CutPrefix(last, "0x")
	number := strings.Trim(digits, "0123456789") == "" || hex && strings.Trim(digits, "0123456789abcdef") == ""
	if _, err := netip.ParseAddr(host); err != nil && number {
		return fmt.Errorf("%s is not an IPv4 address such as 192.0.2.1", short(host))
	}
	return nil
}

// httpClient gives a client that follows the rules of the package.
func (c *client) httpClient() (hc *http.Client, closeIdle func()) {
	transport := func() *http.Transport {
		return &http.Transport{
			DisableCompression:     true, // done here, to see what is sent
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeader,
			MaxIdleConns:           4,
			TLSHandshakeTimeout:    cmp.Or(c.Stall, defaultStall),
		}
	}
	g := &guard{client: c, direct: transport(), proxied: transport()}
	dialer := &net.Dialer{Control: g.control}
	g.direct.DialContext = dialer.DialContext
	g.proxied.Proxy = c.proxy
	hc = &http.Client{
		Transport: g,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("redirected more than %d times", maxRedirects)
			}
			req.Header.Del("Referer")
			if first := via[0].URL; req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
				req.URL.User = nil
			}
			return settle(req.URL)
		},
	}
	return hc, func() { g.direct.CloseIdleConnections(); g.proxied.CloseIdleConnections() }
}

// once makes one try.
func (c *client) once(ctx context.Context, hc *http.Client, u *url.URL) (Page, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := cmp.Or(c.Stall, defaultStall)
	waiting := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	defer waiting.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Page{}, err // u is checked: this cannot happen
	}
	req.Header.Set("User-Agent", c.UserAgent)
	req.Header.Set("Accept", "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8, */*;q=0.5")
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := hc.Do(req)
	if err != nil {
		return Page{}, explain(ctx, u, err)
	}
	defer resp.Body.Close() // only read from: nothing is lost if closing fails
	if err := status(resp); err != nil {
		return Page{}, err
	}
	page := Page{}
	if page.MediaType, err = mediaType(resp.Header.Get("Content-Type")); err != nil {
		return Page{}, err
	}
	if resp.ContentLength > c.MaxBytes {
		return Page{}, c.tooLarge()
	}
	if page.Data, err = c.body(resp, func() { waiting.Reset(stall) }); err != nil {
		return Page{}, explain(ctx, u, err)
	}
	if len(page.Data) == 0 {
		return Page{}, errors.New("the page is empty")
	}
	final := *resp.Request.URL
	final.User, final.Fragment, final.RawFragment = nil, "", ""
	page.URL = final.String()
	return page, nil
}

// body reads the whole page and unpacks it; progress is called as something
// comes.
func (c *client) body(resp *http.Response, progress func()) ([]byte, error) {
	sent := &limited{r: resp.Body, left: c.MaxBytes, progress: progress, err: c.tooLarge()}
	var unpacked io.Reader = sent
	switch encoding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(sent)
		if errors.Is(err, io.EOF) && sent.left == c.MaxBytes {
			return nil, nil // an empty page, as any
		}
		if err != nil {
			return nil, broken(err)
		}
		unpacked = &limited{r: z, left: c.MaxBytes, progress: func() {}, err: c.tooLarge()}
	default:
		return nil, fmt.Errorf("the server packs the page as %q, which it was not asked for", short(encoding))
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(unpacked); err != nil {
		return nil, broken(err)
	}
	return b.Bytes(), nil
}

func (c *client) tooLarge() error {
	return fmt.Errorf("the page is larger than %d MiB, the most that narrate reads", c.MaxBytes>>20)
}

// limited reads r and fails with err as it passes the limit.
type limited struct {
	r        io.Reader
	left     int64
	progress func()
	err      error
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.err
	}
	if n > 0 {
		l.progress()
	}
	return n, err
}
