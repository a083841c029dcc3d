package web

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"narrate/internal/tts"
)

// The most that is read of an answer that explains an error, and quoted of it.
const (
	maxExplanation = 64 << 10 // bytes
	maxQuote       = 200      // characters
)

// StatusError is an answer with a status other than success. It wraps, as the
// status and the service's own words say, tts.ErrKey, tts.ErrQuota, tts.ErrVoice
// (the address, model or voice does not exist), tts.ErrTooLong or tts.ErrText
// (the service finds fault with the request, and would again), or nothing where
// trying again may help; then it is inside a tts.Later.
type StatusError struct {
	Status  int
	Message string // of the service, at most 200 characters on one line
	Body    []byte // all of it, up to 64 KiB
	host    string
	kind    error
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s answers %d", e.host, e.Status)
	if name := http.StatusText(e.Status); name != "" {
		s += " " + name
	}
	if e.kind != nil && e.Status/100 != 3 { // a redirect is no matter of the voice, which it only counts as
		s = e.kind.Error() + ": " + s
	}
	if e.Message != "" {
		s += fmt.Sprintf(": %q", e.Message)
	}
	return s
}

func (e *StatusError) Unwrap() error { return e.kind }

// HTTPStatus is Status, for those who know errors by their methods alone.
func (e *StatusError) HTTPStatus() int { return e.Status }

// Meaning is the same error with what kind, such as tts.ErrVoice, it stands for,
// where a backend knows better than the status does.
func (e *StatusError) Meaning(kind error) *StatusError {
	c := *e
	c.kind = kind
	return &c
}

// used are the words of services for a quota or a credit that is used up. The
// statuses beside them are 401, 403 and 429, which alone would mean the key or
// the pace: OpenAI "insufficient_quota" and "billing_hard_limit_reached",
// ElevenLabs "quota_exceeded", Azure "Quota Exceeded", Deepgram
// "ASR_PAYMENT_REQUIRED". Google's 429 for too many requests a minute says
// "Quota exceeded for quota metric".
var used = regexp.MustCompile(`(?i)insufficient_quota|billing_hard_limit_reached|quota_exceeded|payment_required|out of call volume quota`)

// failure is the error for an answer that is not one of success, whose body is
// masked already.
func failure(u *url.URL, resp *http.Response, body []byte, m masker) error {
	e := &StatusError{Status: resp.StatusCode, Message: message(body), Body: body, host: u.Host}
	spent := used.Match(body)
	switch code := resp.StatusCode; {
	case code/100 == 3:
		e.kind = tts.ErrVoice
		if e.Message = "it leads elsewhere"; resp.Header.Get("Location") != "" {
			if to, err := u.Parse(resp.Header.Get("Location")); err == nil {
				e.Message = m.text("it leads to " + quote(place(to.String())) + "; give that address, if you trust it")
			}
		}
	case code == http.StatusPaymentRequired, spent && (code == 400 || code == 401 || code == 403 || code == 429):
		e.kind = tts.ErrQuota
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusProxyAuthRequired:
		e.kind = tts.ErrKey
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code == http.StatusGone:
		e.kind = tts.ErrVoice
	case code == http.StatusRequestEntityTooLarge:
		e.kind = tts.ErrTooLong
	case code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooEarly, code == http.StatusTooManyRequests:
	case code/100 == 4:
		e.kind = tts.ErrText
	}
	if e.kind == nil {
		return &tts.Later{Wait: retryAfter(resp.Header), Busy: e.Status == http.StatusTooManyRequests, Err: e}
	}
	return e
}

// retryAfter reads the header (RFC 9110, section 10.2.3), and the one in
// milliseconds that OpenAI and Azure send beside it; 0 is none.
func retryAfter(h http.Header) time.Duration {
	const most = 365 * 24 * time.Hour
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 && ms < 1e9 {
		return time.Duration(ms * float64(time.Millisecond))
	}
	text := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(text, 64); err == nil {
		if !(s > 0) {
			return 0
		}
		return time.Duration(min(s, most.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(time.Until(at).Round(time.Second), 0), most)
}

// message is what a service says in a body: the text of the usual fields of a
// JSON one, else its start.
func message(body []byte) string {
	var v any
	if json.Unmarshal(body, &v) == nil {
		if s := inside(v, 0); s != "" {
			return quote(s)
		}
	}
	if bytes.ContainsRune(body[:min(len(body), 512)], 0) {
		return ""
	}
	return quote(string(body[:min(len(body), 8*maxQuote)]))
}

// inside finds the words in a service's error: {"error": {"message": …}}
// (OpenAI, Google), {"detail": {"message": …}} (ElevenLabs, Kokoro-FastAPI),
// {"detail": [{"loc": …, "msg": …}]} (FastAPI), {"err_msg": …} (Deepgram).
func inside(v any, depth int) string {
	if depth > 4 {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, element := range v {
			if s := inside(element, depth+1); s != "" {
				return s
			}
		}
	case map[string]any:
		for _, key := range []string{"message", "msg", "err_msg", "detail", "error", "title", "status"} {
			s := inside(v[key], depth+1)
			if s == "" {
				continue
			}
			if loc, ok := v["loc"].([]any); ok && key == "msg" {
				s = fmt.Sprint(loc) + " " + s
			}
			return s
		}
	}
	return ""
}

// quote is a text on one line, short enough for a message.
func quote(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if r := []rune(s); len(r) > maxQuote {
		s = string(r[:maxQuote-1]) + "…"
	}
	return s
}

// explain says in plain words why nothing, or not all, came. What passes with
// time is a tts.Later; a service that takes too long is none, since each further
// try would take as long.
func explain(ctx context.Context, u *url.URL, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var (
		outer     *url.Error
		name      *net.DNSError
		authority x509.UnknownAuthorityError
		other     x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		dial      *net.OpError
		timeout   net.Error
	)
	for errors.As(err, &outer) { // it quotes the whole address
		err = outer.Err
		outer = nil
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "malformed MIME"): // net/http has no type for them
		return fmt.Errorf("%s answers with something else than HTTP, or broke off: is the address right?", u.Host)
	case errors.As(err, &name) && name.IsNotFound:
		return &tts.Later{Absent: true, Err: fmt.Errorf("there is no host %s, or no network", u.Hostname())}
	case errors.As(err, &name):
		return passing("the address of the host %s cannot be found out: is there a network?", u.Hostname())
	case errors.As(err, &authority):
		return fmt.Errorf("the certificate of %s is signed by nobody that this machine trusts", u.Host)
	case errors.As(err, &other):
		return fmt.Errorf("the certificate is not for %s", u.Host)
	case errors.As(err, &invalid):
		return fmt.Errorf("the certificate of %s is not valid: %w", u.Host, invalid)
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return fmt.Errorf("%s does not speak https: is the address right?", u.Host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return passing("the connection to %s broke off", u.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return &tts.Later{Absent: true, Err: fmt.Errorf("nothing answers at %s: is the server running?", u.Host)}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &tts.Later{Absent: true, Err: fmt.Errorf("no connection to %s in time", u.Host)}
	case errors.As(err, &dial):
		return &tts.Later{Absent: true, Err: fmt.Errorf("no connection to %s: %w", u.Host, dial.Err)}
	}
	return passing("%s: %w", u.Host, err)
}

func passing(format string, args ...any) error {
	return &tts.Later{Err: fmt.Errorf(format, args...)}
}
