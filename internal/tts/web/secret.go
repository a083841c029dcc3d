package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"narrate/internal/tts"
)

// Secret is a key. However it is printed, it is not seen: the text stands
// behind a pointer, for those who print a struct that holds it.
type Secret struct{ text *string }

// NewSecret makes a Secret; of "", none.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal is the key itself, "" for none.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// masked is what is seen in place of a key.
const masked = "***"

func (s Secret) String() string {
	if s.text == nil {
		return ""
	}
	return masked
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// MarshalText gives String, for JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// maxKey is the longest key; tokens of some services have a few KiB.
const maxKey = 16 << 10

// FindSecret looks for a key: in file, where that is named; else in the
// environment variable, else in the file that the variable with _FILE behind
// its name names. "" for either is none. A key that is nowhere is no Secret and
// no error; one that is there and of no use gives an error that wraps tts.ErrKey
// and does not quote it. "~/" at the start of a file's name is the user's home.
func FindSecret(variable, file string) (Secret, error) {
	from := "file"
	if file == "" && variable != "" {
		if text, ok := os.LookupEnv(variable); ok && strings.TrimSpace(text) != "" {
			return secret(text, "the environment variable "+variable)
		}
		from = "file that " + variable + "_FILE names"
		file = os.Getenv(variable + "_FILE")
	}
	if file == "" {
		return Secret{}, nil
	}
	if rest, ok := strings.CutPrefix(file, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return Secret{}, fmt.Errorf("%w: the key's %s: %w", tts.ErrKey, from, err)
		}
		file = filepath.Join(home, rest)
	}
	f, err := os.Open(file)
	if err != nil {
		return Secret{}, fmt.Errorf("%w: the key's %s cannot be read: %w", tts.ErrKey, from, err)
	}
	defer f.Close() // only read from
	text, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	if err != nil {
		return Secret{}, fmt.Errorf("%w: the key's %s cannot be read: %w", tts.ErrKey, from, err)
	}
	return secret(string(text), "the file "+file)
}

// secret checks a key: what may stand in a header (RFC 9110, section 5.5), on
// one line.
func secret(text, place string) (Secret, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	switch {
	case text == "":
		return Secret{}, fmt.Errorf("%w: %s holds no key", tts.ErrKey, place)
	case len(text) > maxKey, strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return Secret{}, fmt.Errorf("%w: %s holds something else than a key: a key is one line without spaces", tts.ErrKey, place)
	}
	return NewSecret(text), nil
}

// masker replaces secrets.
type masker struct{ words []string }

// shortest is the length from which on a secret is masked: one that is shorter
// ("x", "none") is a word that local servers ask for, and could stand anywhere
// in base64.
const shortest = 8

// mask gives a masker for the secrets, in the forms in which a service may send
// them back.
func mask(secrets []Secret) masker {
	var m masker
	for _, s := range secrets {
		text := s.Reveal()
		if len(text) < shortest {
			continue
		}
		m.words = append(m.words, text, url.QueryEscape(text), url.PathEscape(text))
		if quoted, err := json.Marshal(text); err == nil {
			m.words = append(m.words, string(quoted[1:len(quoted)-1]))
		}
	}
	// The longest first: one may be part of another.
	slices.SortFunc(m.words, func(a, b string) int { return len(b) - len(a) })
	m.words = slices.Compact(m.words)
	return m
}

func (m masker) text(s string) string {
	for _, w := range m.words {
		s = strings.ReplaceAll(s, w, masked)
	}
	return s
}

func (m masker) bytes(b []byte) []byte {
	for _, w := range m.words {
		if bytes.Contains(b, []byte(w)) {
			b = bytes.ReplaceAll(b, []byte(w), []byte(masked))
		}
	}
	return b
}

// err gives the error as it is, where it shows no secret; else its text without
// them and what kind it is.
func (m masker) err(err error) error {
	text := m.text(err.Error())
	if text == err.Error() {
		return err
	}
	for _, kind := range []error{tts.ErrKey, tts.ErrQuota, tts.ErrVoice, tts.ErrTooLong, tts.ErrText, tts.ErrBroken} {
		if errors.Is(err, kind) {
			return hiddenError{text, kind}
		}
	}
	return errors.New(text)
}

// hiddenError is an error whose text was masked.
type hiddenError struct {
	text string
	kind error
}

func (h hiddenError) Error() string { return h.text }
func (h hiddenError) Unwrap() error { return h.kind }

// local reports a host that is reached without leaving the house: this machine,
// a private address (RFC 1918, RFC 4193) or a name of a local network.
func local(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
	}
	name := "." + strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.Count(name, ".") == 1 {
		return true
	}
	for _, domain := range []string{".localhost", ".local", ".lan", ".internal", ".home.arpa"} {
		if strings.HasSuffix(name, domain) {
			return true
		}
	}
	return false
}
