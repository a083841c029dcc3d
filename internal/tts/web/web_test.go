package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"narrate/internal/tts"
)

const canary = "sk-canary-0123456789+/abc"

// serve runs a service for one test.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A server notices that the other side has gone only once it has read
		// what that had to say.
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

// ask sends a request with the canary in its header and address.
func ask(t *testing.T, c *Client, url string) (*Response, error) {
	t.Helper()
	return c.Do(t.Context(), &Request{
		URL:     url + "/v1/speak?key=" + canary,
		Header:  http.Header{"authorization": {"Bearer " + canary}, "User-Agent": {"other"}},
		Body:    []byte("hello"),
		Secrets: []Secret{NewSecret(canary)},
	})
}

func TestDo(t *testing.T) {
	connections := atomic.Int64{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Method != http.MethodPost || r.UserAgent() != "narrate" || r.Header.Get("Authorization") != "Bearer "+canary || string(body) != "hello" || r.ContentLength != 5 {
			t.Errorf("got %s %q %q %q", r.Method, r.UserAgent(), r.Header, body)
		}
		w.Header().Set("X-Request-Id", "7")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "you sent %s and %s", r.Header.Get("Authorization"), r.URL.RawQuery)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := client(t, Options{})
	for range 3 {
		resp, err := ask(t, c, s.URL)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Status != 201 || resp.Header.Get("X-Request-Id") != "7" || string(resp.Body) != "you sent Bearer *** and key=***" {
			t.Errorf("got %d %v %q", resp.Status, resp.Header, resp.Body)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for three requests", n)
	}
}

func TestStatus(t *testing.T) {
	for _, test := range []struct {
		status int
		header string
		body   string
		kind   error         // nil: it may pass
		wait   time.Duration // of tts.Later
		want   string
	}{
		{400, "", `{"error":{"message":"input is bad","type":"invalid_request_error","param":"input","code":null}}`, tts.ErrText, 0, `text is not usable: HOST answers 400 Bad Request: "input is bad"`},
		{400, "", `{"error":{"code":"billing_hard_limit_reached"}}`, tts.ErrQuota, 0, "nothing left to use: HOST answers 400"},
		{401, "", `{"error":{"message":"Incorrect API key provided: ` + canary + `. You can find it"}}`, tts.ErrKey, 0, `not authorised: HOST answers 401 Unauthorized: "Incorrect API key provided: ***. You can find it"`},
		{401, "", `{"detail":{"status":"quota_exceeded","message":"This request exceeds your quota."}}`, tts.ErrQuota, 0, `"This request exceeds your quota."`},
		{402, "", "", tts.ErrQuota, 0, "nothing left to use: HOST answers 402 Payment Required"},
		{403, "", "no", tts.ErrKey, 0, `HOST answers 403 Forbidden: "no"`},
		{404, "", `{"detail":"Not Found"}`, tts.ErrVoice, 0, `no such voice: HOST answers 404 Not Found: "Not Found"`},
		{408, "", "", nil, 0, "HOST answers 408"},
		{413, "", "", tts.ErrTooLong, 0, "text is too long: HOST answers 413"},
		{422, "", `{"detail":[{"type":"enum","loc":["body","voice"],"msg":"Input should be 'a'","input":"b"}]}`, tts.ErrText, 0, `"[body voice] Input should be 'a'"`},
		{429, "", `{"error":{"message":"Rate limit reached"}}`, nil, 0, `HOST answers 429 Too Many Requests: "Rate limit reached"`},
		{429, "7", "", nil, 7 * time.Second, "HOST answers 429"},
		{429, "0.5", "", nil, time.Second / 2, "HOST answers 429"},
		{429, "-1", "", nil, 0, "HOST answers 429"},
		{429, "NaN", "", nil, 0, "HOST answers 429"},
		{429, "1e300", "", nil, 365 * 24 * time.Hour, "HOST answers 429"},
		{429, "Mon, 02 Jan 2006 15:04:05 GMT", "", nil, 0, "HOST answers 429"},
		{429, "9", `{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}`, tts.ErrQuota, 0, "nothing left to use: "},
		{429, "9", `{"error":{"message":"Quota exceeded for quota metric 'requests' a minute"}}`, nil, 9 * time.Second, "Quota exceeded for"},
		{500, "", "<html><body>\n<h1>oops</h1>\x1b[2J", nil, 0, `HOST answers 500 Internal Server Error: "<html><body> <h1>oops</h1> [2J"`},
		{503, "30", "", nil, 30 * time.Second, "HOST answers 503 Service Unavailable"},
		{599, "", strings.Repeat("long ", 50000), nil, 0, `HOST answers 599: "long long`},
		{307, "", "", tts.ErrVoice, 0, `answers 307 Temporary Redirect: "it leads to http://elsewhere.example/***; give that address`},
	} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if test.header != "" {
				w.Header().Set("Retry-After", test.header)
			}
			if test.status == 307 {
				w.Header().Set("Location", "http://elsewhere.example/"+canary+"?key="+canary)
			}
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		})
		_, err := ask(t, client(t, Options{}), url)
		if err == nil {
			t.Errorf("%d: no error", test.status)
			continue
		}
		want := strings.ReplaceAll(test.want, "HOST", strings.TrimPrefix(url, "http://"))
		if !strings.Contains(err.Error(), want) || len([]rune(err.Error())) > 320 || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%d: got %v, want %s", test.status, err, want)
		}
		var status *StatusError
		if !errors.As(err, &status) || status.Status != test.status {
			t.Errorf("%d: no StatusError: %v", test.status, err)
		}
		if kind := errors.Unwrap(status); kind != test.kind || tts.Permanent(err) != (test.kind != nil) {
			t.Errorf("%d: kind %v, want %v", test.status, kind, test.kind)
		}
		var later *tts.Later
		if errors.As(err, &later) != (test.kind == nil) || later != nil && (later.Wait != test.wait || later.Busy != (test.status == 429)) {
			t.Errorf("%d: %s: later %+v, want %v", test.status, test.header, later, test.wait)
		}
		unseen(t, err)
	}
	soon := http.Header{"Retry-After": {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}}
	if wait := retryAfter(soon); wait < 58*time.Second || wait > time.Minute {
		t.Errorf("a date in a minute: %v", wait)
	}
	if wait := retryAfter(http.Header{"Retry-After-Ms": {"250"}, "Retry-After": {"1"}}); wait != 250*time.Millisecond {
		t.Errorf("milliseconds: %v", wait)
	}
}

// unseen fails the test where the canary can be seen in any of the values.
func unseen(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, canary) || strings.Contains(s, "sk-canary") {
				t.Errorf("%s shows the key: %s", format, s)
			}
		}
	}
}

// Each way in which an exchange breaks off is an error that may pass, and says
// what it was.
func TestBroken(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	hang := func(r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}
	cut := func(w http.ResponseWriter, text string) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
	short := Options{FirstByte: 150 * time.Millisecond, Connect: 50 * time.Millisecond, Stall: 100 * time.Millisecond, Total: time.Minute}
	for name, test := range map[string]struct {
		options Options
		handle  http.HandlerFunc
		want    string
	}{
		"slow first byte": {short, func(w http.ResponseWriter, r *http.Request) { hang(r) }, "did not answer within 150ms"},
		"stall": {short, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "some")
			w.(http.Flusher).Flush()
			hang(r)
		}, "stopped in the midst of its answer for 100ms"},
		"endless drip": {Options{Total: 200 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		}, "did not finish within 200ms"},
		"cut before the answer": {Options{}, func(w http.ResponseWriter, r *http.Request) { cut(w, "") }, "broke off"},
		"cut in the header":     {Options{}, func(w http.ResponseWriter, r *http.Request) { cut(w, "HTTP/1.1 200 OK\r\nContent-") }, "or broke off"},
		"cut in the body": {Options{}, func(w http.ResponseWriter, r *http.Request) {
			cut(w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		}, "broke off"},
		"cut in a chunk": {Options{}, func(w http.ResponseWriter, r *http.Request) {
			cut(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
		}, "broke off"},
		"not HTTP": {Options{}, func(w http.ResponseWriter, r *http.Request) { cut(w, "220 mail.example ESMTP "+canary+"\r\n") }, "something else than HTTP"},
		"too large": {Options{MaxBody: 1 << 20}, func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(make([]byte, 1<<20+1))
		}, "broken clip: 127.0.0.1:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(t, client(t, test.options), serve(t, test.handle))
			if err == nil || !strings.Contains(err.Error(), test.want) || tts.Permanent(err) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %s", err, test.want)
			}
			// What took its time does not pass with more of it.
			var later *tts.Later
			if passes := name[:3] == "cut"; errors.As(err, &later) != (passes && name != "cut in the header") || later != nil && (later.Absent || later.Busy) {
				t.Errorf("later: %+v", later)
			}
			unseen(t, err)
		})
	}
	resp, err := ask(t, client(t, Options{MaxBody: 1 << 20}), serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(make([]byte, 1<<20))
	}))
	if err != nil || len(resp.Body) != 1<<20 {
		t.Errorf("an answer as large as is allowed: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var later *tts.Later
	if _, err := ask(t, client(t, Options{}), "http://"+address); !errors.As(err, &later) || !later.Absent || !strings.Contains(err.Error(), "nothing answers at "+address) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestCancel(t *testing.T) {
	started := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	if _, err := client(t, Options{}).Do(ctx, &Request{URL: url}); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// No redirect is followed: the other host sees neither key nor text.
func TestRedirect(t *testing.T) {
	asked := false
	other := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, status) })
		if _, err := ask(t, client(t, Options{}), url); !errors.Is(err, tts.ErrVoice) || !strings.Contains(err.Error(), other) {
			t.Errorf("%d: got %v", status, err)
		}
	}
	if asked {
		t.Error("a redirect was followed")
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		url, want string
		kind      error
	}{
		{"http://example.org/v1", "a key is not sent to example.org without encryption", tts.ErrKey},
		{"http://8.8.8.8:80/v1", "a key is not sent", tts.ErrKey},
		{"ftp://example.org/", "not of the form https://host/path", tts.ErrVoice},
		{"https:///v1", "not of the form", tts.ErrVoice},
		{"/v1", "not of the form", tts.ErrVoice},
		{"https://a b/" + canary, "cannot be read", tts.ErrVoice},
	} {
		r := &Request{URL: test.url, Secrets: []Secret{NewSecret(canary)}}
		_, err := client(t, Options{}).Do(t.Context(), r)
		if err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, test.kind) {
			t.Errorf("%s: got %v", test.url, err)
		}
		unseen(t, err, r, *r)
	}
	for host, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "localhost": true, "kokoro": true, "tts.lan": true, "192.168.1.7": true, "10.0.0.1": true, "fd00::1": true, "box.local.": true,
		"example.org": false, "1.1.1.1": false, "2606:4700::1111": false, "localhost.example.org": false, "::ffff:8.8.8.8": false, "": true,
	} {
		if local(host) != want {
			t.Errorf("local(%q) is %v", host, !want)
		}
	}
}

func TestSecret(t *testing.T) {
	s := NewSecret(canary)
	if s.Reveal() != canary || (Secret{}).Reveal() != "" || NewSecret("") != (Secret{}) {
		t.Error("Reveal")
	}
	type holder struct {
		Open   Secret
		hidden Secret
		all    []Secret
		by     map[string]Secret
	}
	h := holder{s, s, []Secret{s}, map[string]Secret{"key": s}}
	unseen(t, s, &s, h, &h, []any{h}, Request{URL: "https://u:" + canary + "@host/?key=" + canary, Header: http.Header{"X": {canary}}, Secrets: h.all})
	if s.String() != "***" || (Secret{}).String() != "" {
		t.Error("String")
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good", "\ufeff"+canary+"\r\n")
	t.Setenv("HOME", dir)
	t.Setenv("TEST_KEY", " "+canary+"\n")
	t.Setenv("TEST_EMPTY", " ")
	t.Setenv("TEST_EMPTY_FILE", good)
	t.Setenv("TEST_BAD", canary+" and more")
	t.Setenv("TEST_LOST_FILE", filepath.Join(dir, "lost"))
	for _, test := range []struct {
		variable, file string
		want           string // of the error; "" is the canary, "none" no key
	}{
		{"TEST_KEY", "", ""},
		{"", good, ""},
		{"", "~/good", ""},
		{"TEST_BAD", good, ""},
		{"TEST_EMPTY", "", ""},
		{"TEST_UNSET", "", "none"},
		{"", "", "none"},
		{"TEST_BAD", "", "the environment variable TEST_BAD holds something else than a key"},
		{"TEST_LOST", "", "the key's file that TEST_LOST_FILE names cannot be read"},
		{"TEST_KEY", filepath.Join(dir, "lost"), "the key's file cannot be read"},
		{"", file("empty", "\n"), "holds no key"},
		{"", file("two", canary+"\n"+canary), "something else than a key"},
		{"", file("binary", canary+"\x00"), "something else than a key"},
		{"", file("long", strings.Repeat("x", maxKey+1)), "something else than a key"},
		{"", dir, "cannot be read"},
	} {
		got, err := FindSecret(test.variable, test.file)
		switch test.want {
		case "", "none":
			if err != nil || test.want == "" && got.Reveal() != canary || test.want != "" && got != (Secret{}) {
				t.Errorf("%s %s: %v", test.variable, test.file, err)
			}
		default:
			if err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, tts.ErrKey) {
				t.Errorf("%s %s: got %v, want %s", test.variable, test.file, err, test.want)
			}
		}
		unseen(t, err, got)
	}
}

// A secret is masked in every form in which it may come back, in what is text
// and what is not.
func TestMask(t *testing.T) {
	m := mask([]Secret{NewSecret(`a"b+c/d&e<f`), NewSecret("none"), {}, NewSecret("a\"b+c/d&e<f-longer")})
	for in, want := range map[string]string{
		`1 a"b+c/d&e<f-longer 2 a"b+c/d&e<f 3`: "1 *** 2 *** 3",
		`{"k":"a\"b+c/d\u0026e\u003cf"}`:       `{"k":"***"}`,
		`?k=a%22b%2Bc%2Fd%26e%3Cf`:             "?k=***",
		"none of it":                           "none of it",
	} {
		if got := m.text(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
		if got := string(m.bytes([]byte("\x00\xff" + in))); got != "\x00\xff"+want {
			t.Errorf("%s: %q", in, got)
		}
	}
	err := m.err(fmt.Errorf(`%w: a"b+c/d&e<f`, tts.ErrKey))
	if err.Error() != "not authorised: ***" || !errors.Is(err, tts.ErrKey) {
		t.Errorf("got %v", err)
	}
}

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{`{"error":{"message":"a"}}`, `{"detail":[{"loc":["body",1],"msg":"b"}]}`, `"x"`, `[[[[[["deep"]]]]]]`, "<html>", "\x00\xff", `{"error":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m := message(body)
		if len([]rune(m)) > maxQuote || strings.ContainsAny(m, "\n\r\x00\x1b") {
			t.Errorf("%q", m)
		}
	})
}
