package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// status gives the error of an answer that is not a whole page.
func status(resp *http.Response) error {
	code := resp.StatusCode
	switch code {
	case http.StatusOK, http.StatusNonAuthoritativeInfo:
		return nil
	case http.StatusNoContent, http.StatusResetContent:
		return errors.New("the page is empty")
	}
	text := fmt.Sprintf("the server at %s answers %d", resp.Request.URL.Host, code)
	if name := http.StatusText(code); name != "" {
		text += " " + name
	}
	wait := retryAfter(resp.Header.Get("Retry-After"))
	later := ": try again later"
	if wait > 0 {
		later = ": try again after " + wait.String()
	}
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		text += ": the page needs a login, or is not for programs; save it in a browser and narrate the file"
	case http.StatusNotFound, http.StatusGone:
		text += ": there is no such page"
	case http.StatusTooManyRequests:
		text += later
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return &passingError{errors.New(text + later), wait}
	}
	return errors.New(text)
}

// retryAfter reads the header (RFC 9110, section 10.2.3); 0 is none.
func retryAfter(header string) time.Duration {
	const most = 365 * 24 * time.Hour
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, most)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(time.Until(at).Round(time.Second), 0), most)
}

// pages are the media types that an article can have. Those that say less than
// the content are false.
var pages = map[string]bool{
	"text/html":             true,
	"application/xhtml+xml": true,
	"text/plain":            true,
	"text/markdown":         true,
	"text/x-markdown":       true,
	"application/epub+zip":  true,
	"application/ssml+xml":  true,

	"application/vnd.oasis.opendocument.text":                                 true,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": true,
	"application/octet-stream":                                                false,
	"binary/octet-stream":                                                     false,
	"application/zip":                                                         false,
	"application/x-zip-compressed":                                            false,
	"application/xml":                                                         false,
	"text/xml":                                                                false,
}

// mediaType reads a Content-Type. Its error is for what is surely no article.
func mediaType(header string) (string, error) {
	name, params, err := mime.ParseMediaType(header)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return "", nil // none, or none that can be read: the content tells
	}
	told, known := pages[name]
	switch {
	case !known:
		return "", fmt.Errorf("this is %s (%s), not an article", kind(name), short(name))
	case !told:
		return "", nil
	}
	if charset := params["charset"]; charset != "" {
		return mime.FormatMediaType(name, map[string]string{"charset": charset}), nil
	}
	return name, nil
}

// kind says in plain words what a media type is.
func kind(name string) string {
	top, sub, _ := strings.Cut(name, "/")
	switch {
	case top == "image":
		return "an image"
	case top == "audio":
		return "sound"
	case top == "video":
		return "a film"
	case top == "font":
		return "a font"
	case sub == "pdf":
		return "a PDF file, whose text pdftotext extracts"
	case sub == "json" || strings.HasSuffix(sub, "+json"):
		return "data"
	case sub == "javascript" || sub == "ecmascript" || sub == "wasm":
		return "a program"
	case sub == "css":
		return "a style sheet"
	case sub == "gzip" || sub == "x-tar" || sub == "x-7z-compressed" || sub == "vnd.rar" || sub == "x-xz":
		return "an archive"
	}
	return "a file of another kind"
}

// short cuts what a server says to the length of a message.
func short(s string) string {
	const most = 80
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// broken says that a page broke off or is damaged.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // a packed page of no bytes
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &passingError{errors.New("the page broke off before its end"), 0}
	}
	return err
}

// explain says in plain words why nothing, or not all, came.
func explain(ctx context.Context, u *url.URL, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	host := u.Hostname()
	var outer *url.Error
	for errors.As(err, &outer) {
		// It names the address of the hop that failed.
		if hop, parseErr := url.Parse(outer.URL); parseErr == nil && hop.Hostname() != "" {
			host = hop.Hostname()
		}
		err, outer = outer.Err, nil
	}
	lead := ""
	if host != u.Hostname() {
		lead = "it leads to " + short(host) + ": "
	}
	var (
		refused   *privateError
		passing   *passingError
		name      *net.DNSError
		authority x509.UnknownAuthorityError
		other     x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		dial      *net.OpError
	)
	switch {
	case errors.As(err, &passing):
		return err
	case errors.As(err, &refused):
		return fmt.Errorf("%s%w", lead, refused)
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Errorf("%sthere is no host %s", lead, short(host))
	case errors.As(err, &name):
		return &passingError{fmt.Errorf("%sthe address of the host %s cannot be found out: is there a network?", lead, short(host)), 0}
	case errors.As(err, &authority):
		return fmt.Errorf("%sthe certificate of %s is signed by nobody that this machine trusts", lead, short(host))
	case errors.As(err, &other):
		return fmt.Errorf("%sthe certificate is not for %s", lead, short(host))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%sthe certificate of %s has expired, or this machine's clock is wrong", lead, short(host))
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return fmt.Errorf("%s%s does not speak https at this port", lead, short(host))
	case errors.As(err, &alert), errors.As(err, &invalid):
		return fmt.Errorf("%sno secure connection to %s: %w", lead, short(host), err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &passingError{fmt.Errorf("%sthe connection to %s broke off", lead, short(host)), 0}
	case errors.As(err, &dial):
		return &passingError{fmt.Errorf("%sno connection to %s: %w", lead, short(host), innermost(dial)), 0}
	}
	return fmt.Errorf("%s%w", lead, err)
}

// innermost is the system's own reason, without the addresses around it.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
