package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const maxBytes = 1 << 20

// fetcher gets from servers on this machine, without a proxy and without waits.
func fetcher() *client {
	return &client{
		Options: Options{AllowPrivate: true, MaxBytes: maxBytes, UserAgent: "narrate/test"},
		proxy:   func(*http.Request) (*url.URL, error) { return nil, nil },
		lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			return nil, errors.New("looked up")
		},
	}
}

// serve starts a server that keeps quiet.
func serve(t *testing.T, h http.HandlerFunc) string {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// answers serves the bytes of one answer for each connection.
func answers(t *testing.T, answer string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 4096)) // the request, whatever it is
				_, _ = io.WriteString(c, answer)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func packed(t *testing.T, text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const page = "<p>Am Hafen war es still.</p>"

func TestIsAddress(t *testing.T) {
	for s, want := range map[string]bool{
		"http://a": true, "HTTPS://a/b": true, "http:/a": false, "http:a": false, "ftp://a": false, "file:///a": false,
		"article.md": false, "": false, "https": false, "x/http://a": false,
	} {
		if IsAddress(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]string{
		"https://anna:secret@example.org/a?b@c#d": "https://example.org/a?b@c#d",
		"https://anna@example.org":                "https://example.org",
		"https://anna:se@cret@example.org/":       "https://example.org/",
		"https://anna:se/cret@example.org/a":      "https://example.org/a",
		"https://example.org/@anna":               "https://example.org/@anna",
		"https://example.org:8080/@anna":          "https://example.org:8080/@anna",
		"https://[2001:db8::1]/@anna":             "https://[2001:db8::1]/@anna",
		"https://":                                "https://",
		"notes.txt":                               "notes.txt",
	} {
		if got := Public(address); got != want {
			t.Errorf("%s: got %s", address, got)
		}
	}
}

func TestGet(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{
			"User-Agent": "narrate/test", "Cookie": "", "Referer": "", "Accept-Language": "", "Accept-Encoding": "gzip",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		switch r.URL.Path {
		case "/plain":
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed(t, page))
			return
		case "/moved":
			http.Redirect(w, r, "/plain?type=text/html", http.StatusMovedPermanently)
			return
		case "/many":
			n := r.URL.Query().Get("n")
			if n == "xxxxxxxxxx" {
				http.Redirect(w, r, "/plain", http.StatusFound)
			} else {
				http.Redirect(w, r, "/many?n=x"+n, http.StatusFound)
			}
			return
		default:
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, page)
	})
	for _, test := range []struct{ path, url, mediaType string }{
		{"/plain?type=text/html%3Bcharset=ISO-8859-1", "/plain?type=text/html%3Bcharset=ISO-8859-1", "text/html; charset=ISO-8859-1"},
		{"/plain?type=Text/Markdown%3B+variant=GFM", "/plain?type=Text/Markdown%3B+variant=GFM", "text/markdown"},
		{"/plain?type=application/octet-stream", "/plain?type=application/octet-stream", ""},
		{"/plain?type=nonsense/", "/plain?type=nonsense/", ""},
		{"/packed?type=text/html", "/packed?type=text/html", "text/html"},
		{"/moved#part", "/plain?type=text/html", "text/html"},
		{"/plain?type=text/plain#part", "/plain?type=text/plain", "text/plain"},
		{"/many?n=x", "/plain", ""},
	} {
		got, err := fetcher().get(t.Context(), base+test.path)
		if err != nil || string(got.Data) != page || got.URL != base+test.url || got.MediaType != test.mediaType {
			t.Errorf("%s: got %q %q %q, %v", test.path, got.URL, got.MediaType, got.Data, err)
		}
	}
}

// Credentials go to their own host only, and nothing shows them.
func TestCredentials(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); ok {
			t.Error("another host gets the password")
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, page)
	})
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "anna" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, strings.Replace(other, "://", "://ben:hidden@", 1)+"/", http.StatusFound)
		case "/here":
			http.Redirect(w, r, "page", http.StatusFound)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, page)
		default:
			http.Error(w, "no", http.StatusForbidden)
		}
	})
	own := strings.Replace(base, "://", "://anna:secret@", 1)
	for path, want := range map[string]string{"/page": base + "/page", "/here": base + "/page", "/away": other + "/"} {
		got, err := fetcher().get(t.Context(), own+path)
		if err != nil || got.URL != want {
			t.Errorf("%s: got %q, %v", path, got.URL, err)
		}
	}
	for _, address := range []string{
		own + "/else", strings.Replace(own, "secret", "sec%zzret", 1), strings.Replace(own, "secret", "sec/ret", 1),
		"http://anna:secret@127.0.0.1:1/", "http://anna:secret@2130706433/", "http://anna:secret@/",
	} {
		_, err := fetcher().get(t.Context(), address)
		if err == nil || strings.Contains(err.Error(), "anna") || strings.Contains(err.Error(), "sec") || strings.Contains(err.Error(), "%zz") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestErrors(t *testing.T) {
	var tries atomic.Int32
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		tries.Add(1)
		q := r.URL.Query()
		w.Header().Set("Content-Type", q.Get("type"))
		if after := q.Get("after"); after != "" {
			w.Header().Set("Retry-After", after)
		}
		var status int
		_, err := fmt.Sscan(q.Get("status"), &status)
		switch r.URL.Path {
		case "/status":
			if err != nil {
				t.Error(err)
			}
			w.WriteHeader(status)
		case "/to":
			w.Header().Set("Location", q.Get("url"))
			w.WriteHeader(http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusTemporaryRedirect)
		case "/large":
			w.Header().Set("Content-Length", fmt.Sprint(maxBytes+1))
		case "/endless":
			for block := make([]byte, 1<<16); err != nil; {
				if _, writeErr := w.Write(block); writeErr != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed(t, strings.Repeat("a", 8*maxBytes)))
		case "/cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, page)
		case "/cutpacked":
			w.Header().Set("Content-Encoding", "gzip")
			z := packed(t, strings.Repeat(page, 100))
			_, _ = w.Write(z[:len(z)-5])
		case "/damaged":
			w.Header().Set("Content-Encoding", "gzip")
			z := packed(t, strings.Repeat(page, 100))
			z[len(z)-6]++
			_, _ = w.Write(z)
		case "/notpacked":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, page)
		case "/brotli":
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, page)
		default:
			_, _ = io.WriteString(w, page)
		}
	})
	for _, test := range []struct {
		path, want string
		tries      int32
	}{
		{"/status?status=404", " answers 404 Not Found: there is no such page", 1},
		{"/status?status=410", " answers 410 Gone: there is no such page", 1},
		{"/status?status=401", " answers 401 Unauthorized: the page needs a login", 1},
		{"/status?status=403", " answers 403 Forbidden: the page needs a login", 1},
		{"/status?status=429", " answers 429 Too Many Requests: try again later", 1},
		{"/status?status=429&after=120", ": try again after 2m0s", 1},
		{"/status?status=503&after=3600", " answers 503 Service Unavailable: try again after 1h0m0s", 1},
		{"/status?status=503&after=soon", ": try again later", 2},
		{"/status?status=502", " answers 502 Bad Gateway", 2},
		{"/status?status=500", " answers 500 Internal Server Error", 1},
		{"/status?status=206", " answers 206 Partial Content", 1},
		{"/status?status=799", " answers 799", 1},
		{"/status?status=204", ": the page is empty", 1},
		{"/status?status=200", ": the page is empty", 1},
		{"/page?type=image/png", ": this is an image (image/png), not an article", 1},
		{"/page?type=audio/mpeg", ": this is sound (audio/mpeg), not an article", 1},
		{"/page?type=video/mp4", ": this is a film (video/mp4), not an article", 1},
		{"/page?type=application/pdf", ": this is a PDF file, whose text pdftotext extracts (application/pdf), not an article", 1},
		{"/page?type=application/ld%2Bjson", ": this is data (application/ld+json), not an article", 1},
		{"/page?type=text/css", ": this is a style sheet (text/css), not an article", 1},
		{"/page?type=x/" + strings.Repeat("y", 200), "y…), not an article", 1},
		{"/to?url=file:///etc/passwd", `: narrate fetches http and https addresses only, not "file:"`, 1},
		{"/to?url=http://2130706433/", ": 2130706433 is not an IPv4 address", 1},
		{"/to?url=http://127.0.0.2:1/", ": it leads to 127.0.0.2: no connection to 127.0.0.2: connection refused", 2},
		{"/to?url=" + strings.Repeat("z", 100) + "://a", "…:", 1},
		{"/to", " answers 302 Found", 1},
		{"/loop", ": redirected more than 10 times", 11},
		{"/large", ": the page is larger than 1 MiB", 1},
		{"/endless", ": the page is larger than 1 MiB", 1},
		{"/bomb", ": the page is larger than 1 MiB", 1},
		{"/cut", ": the page broke off before its end", 2},
		{"/cutpacked", ": the page broke off before its end", 2},
		{"/damaged", "gzip: invalid checksum", 1},
		{"/notpacked", "gzip: invalid header", 1},
		{"/brotli", `the server packs the page as "br"`, 1},
	} {
		tries.Store(0)
		c := fetcher()
		got, err := c.get(t.Context(), base+test.path)
		if err == nil || !strings.HasPrefix(err.Error(), base+test.path+": ") || !strings.Contains(err.Error(), test.want) || got.Data != nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", test.path, err)
		}
		if n := tries.Load(); n != test.tries {
			t.Errorf("%s: %d tries", test.path, n)
		}
	}
}

func TestBadAnswers(t *testing.T) {
	for name, test := range map[string]struct{ answer, want string }{
		"nothing":          {"", "the connection to 127.0.0.1 broke off"},
		"no HTTP":          {"220 ready\r\n", "malformed HTTP"},
		"cut in a chunk":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", "broke off before its end"},
		"no last chunk":    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "broke off before its end"},
		"bad chunk":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", "invalid byte in chunk length"},
		"two lengths":      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "Content-Length"},
		"too long headers": {"HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", 2<<20) + "\r\n\r\nabc", "headers exceeded"},
	} {
		_, err := fetcher().get(t.Context(), answers(t, test.answer))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// An old server ends the page by closing.
	got, err := fetcher().get(t.Context(), answers(t, "HTTP/1.0 200 OK\r\n\r\n"+page))
	if err != nil || string(got.Data) != page {
		t.Errorf("HTTP/1.0: got %q, %v", got.Data, err)
	}
}

func TestRetry(t *testing.T) {
	n := 0
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, page)
	})
	got, err := fetcher().get(t.Context(), base)
	if err != nil || string(got.Data) != page {
		t.Errorf("got %q, %v", got.Data, err)
	}
}

func TestTimes(t *testing.T) {
	release := make(chan struct{})
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, page)
			w.(http.Flusher).Flush()
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	for _, path := range []string{"/head", "/body"} {
		c := fetcher()
		c.Stall = 50 * time.Millisecond
		if _, err := c.get(t.Context(), base+path); err == nil || !strings.HasSuffix(err.Error(), ": nothing came for 50ms") {
			t.Errorf("%s: got %v", path, err)
		}
		c = fetcher()
		c.Timeout = 50 * time.Millisecond
		if _, err := c.get(t.Context(), base+path); err == nil || !strings.HasSuffix(err.Error(), ": not there after 50ms") {
			t.Errorf("%s: got %v", path, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := fetcher().get(ctx, base+path); err != context.Canceled {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	if _, err := fetcher().get(t.Context(), s.URL); err == nil || !strings.HasSuffix(err.Error(), ": the certificate of 127.0.0.1 is signed by nobody that this machine trusts") {
		t.Errorf("got %v", err)
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := fetcher().get(t.Context(), strings.Replace(plain, "http:", "https:", 1)); err == nil || !strings.HasSuffix(err.Error(), ": 127.0.0.1 does not speak https at this port") {
		t.Errorf("got %v", err)
	}
}

func TestBadAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"http:///path":                          "the address names no host",
		"http://:80/":                           "the address names no host",
		"http://a b/":                           "not an address: ",
		"http://127.0.0.1:99999/":               "invalid port",
		"http://a:port/":                        "not an address: ",
		"http://[::1/":                          "not an address: ",
		"http://a/\x7f":                         "not an address: ",
		"http://a/%zz":                          "not an address: ",
		"ftp://a/":                              `narrate fetches http and https addresses only, not "ftp:"`,
		"http://127.1/":                         "127.1 is not an IPv4 address",
		"http://0177.0.0.1/":                    "0177.0.0.1 is not an IPv4 address",
		"http://0x7f.0.0.0x1/":                  "is not an IPv4 address",
		"http://017700000001/":                  "is not an IPv4 address",
		"http://127.0.0.1./":                    "is not an IPv4 address",
		"http://1.2.3.4.5/":                     "is not an IPv4 address",
		"http://256.1.1.1/":                     "is not an IPv4 address",
		"http://a/" + strings.Repeat("b", 8192): "the address is longer than 8192 bytes",
	} {
		c := fetcher()
		c.AllowPrivate = false
		if _, err := c.get(t.Context(), address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: got %v", address, err)
		}
	}
	u, err := parse("https://Bücher.example:8080/Straße?q=ä#x")
	if err != nil || u.String() != "https://xn--bcher-kva.example:8080/Stra%C3%9Fe?q=ä" {
		t.Errorf("got %v, %v", u, err)
	}
	if u, err = parse("http://１２７。0.0.1/"); err != nil || u.Host != "127.0.0.1" {
		t.Errorf("got %v, %v", u, err)
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://anna:secret@example.org/a#b", "http://[::1%25lo]:80/", "http://0x7f.1", "http://a:b/c@d", "http://１２７.1/", "://@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if public := Public(address); len(public) > len(address) || Public(public) != public && !strings.Contains(public, "@") {
			t.Errorf("%q: %q", address, public)
		}
		u, err := parse(address)
		if err != nil {
			if u != nil && u.User != nil && u.User.String() != "" && strings.Contains(err.Error(), u.User.String()+"@") {
				t.Errorf("%q: %v", address, err)
			}
			return
		}
		if u.Hostname() == "" || u.Fragment != "" || u.User != nil && strings.Contains(Public(u.String()), u.User.String()+"@") {
			t.Errorf("%q: %v", address, u)
		}
	})
}

func FuzzMediaType(f *testing.F) {
	for _, s := range []string{"text/html; charset=utf-8", "image/png", "text/plain; charset*=utf-8''x", "a/b;;", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got, err := mediaType(header)
		if err != nil && got != "" || strings.ContainsAny(got, "\r\n") {
			t.Errorf("%q: %q, %v", header, got, err)
		}
		if again, err := mediaType(got); again != got || err != nil {
			t.Errorf("%q: %q, then %q, %v", header, got, again, err)
		}
	})
}
