package fetch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestPrivate(t *testing.T) {
	for _, s := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1.2.3.4",
		"100::1", "2001::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:102:304::1", "3fff::1", "5f00::1",
		"fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "4000::1", "ff02::1%lo",
	} {
		if private(netip.MustParseAddr(s)) == "" {
			t.Errorf("%s is taken for public", s)
		}
	}
	for _, s := range []string{
		"1.1.1.1", "9.255.255.255", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "223.255.255.255",
		"2606:4700::1111", "2a00:1450::1", "2001:4860::8888", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
	} {
		if what := private(netip.MustParseAddr(s)); what != "" {
			t.Errorf("%s is taken for %s", s, what)
		}
	}
	if private(netip.Addr{}) == "" {
		t.Error("no address is taken for public")
	}
}

// Nothing leads into this machine's network: no spelling, name or redirect.
func TestRefusesPrivate(t *testing.T) {
	asked := false
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = true
		_, _ = io.WriteString(w, page)
	})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.0.0.2", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
		"[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "１２７.0.0.1", "LOCALHOST", "10.255.255.1", "169.254.169.254",
	} {
		c := fetcher()
		c.AllowPrivate = false
		_, err := c.get(t.Context(), "http://"+host+":"+port+"/")
		var refused *privateError
		if !errors.As(err, &refused) && host != "LOCALHOST" && host != "localhost" || err == nil {
			t.Errorf("%s: got %v", host, err)
		}
		if refused != nil && !strings.Contains(err.Error(), "only with --allow-private") {
			t.Errorf("%s: got %v", host, err)
		}
	}
	if asked {
		t.Error("the server was asked")
	}
	// Each connection of a chain of redirects is looked at: here from one that
	// is let through, by an address that is allowed for the test.
	open := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, base+"/secret", http.StatusFound) })
	c := fetcher()
	c.AllowPrivate = false
	hc, closeIdle := c.httpClient()
	defer closeIdle()
	g := hc.Transport.(*guard)
	guarded := g.direct.DialContext
	g.direct.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == strings.TrimPrefix(open, "http://") {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		return guarded(ctx, network, address)
	}
	u, err := parse(open)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.once(t.Context(), hc, u)
	if err == nil || err.Error() != "127.0.0.1 is this machine itself, which narrate fetches from only with --allow-private" || asked {
		t.Errorf("a redirect: got %v", err)
	}
}

// A proxy is asked for public hosts only, and may itself be private.
func TestProxy(t *testing.T) {
	var asked string
	proxyURL, err := url.Parse(serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, page)
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		address string
		allow   bool
		want    string // of the error
		asked   string // of the proxy
	}{
		{"http://example.org/a", false, "", "http://example.org/a"},
		{"http://unknown.example/a", false, "", "http://unknown.example/a"},
		{"http://1.1.1.1/a", false, "", "http://1.1.1.1/a"},
		{"http://inside.example/a", false, "10.1.2.3 is an address of a private network", ""},
		{"http://half.example/a", false, "127.0.0.1 is this machine itself", ""},
		{"http://127.0.0.1/a", false, "127.0.0.1 is this machine itself", ""},
		{"http://[::1]/a", false, "::1 is this machine itself", ""},
		{"http://localhost/a", false, "localhost is a name of the local network", ""},
		{"http://wiki/a", false, "wiki is a name of the local network", ""},
		{"http://wiki./a", false, "is a name of the local network", ""},
		{"http://printer.LOCAL/a", false, "is a name of the local network", ""},
		{"http://example.org/moved", false, "it leads to 10.0.0.1: 10.0.0.1 is an address of a private network", "http://example.org/moved"},
		{"http://inside.example/a", true, "", "http://inside.example/a"},
		{"http://wiki/a", true, "", "http://wiki/a"},
	} {
		c := fetcher()
		c.AllowPrivate = test.allow
		c.proxy = http.ProxyURL(proxyURL)
		c.lookup = func(_ context.Context, _, host string) ([]netip.Addr, error) {
			addrs := map[string][]netip.Addr{
				"example.org":    {netip.MustParseAddr("1.1.1.1")},
				"inside.example": {netip.MustParseAddr("10.1.2.3")},
				"half.example":   {netip.MustParseAddr("1.1.1.1"), netip.MustParseAddr("::ffff:127.0.0.1")},
			}[host]
			if addrs == nil {
				return nil, &net.DNSError{Name: host, IsNotFound: true}
			}
			return addrs, nil
		}
		asked = ""
		got, err := c.get(t.Context(), test.address)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) || asked != test.asked || err == nil && string(got.Data) != page {
			t.Errorf("%s: got %q, %v, asked %q", test.address, got.Data, err, asked)
		}
	}
	c := fetcher()
	c.proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("bad") }
	if _, err := c.get(t.Context(), "http://example.org/"); err == nil || !strings.Contains(err.Error(), "the proxy of the environment: bad") {
		t.Errorf("got %v", err)
	}
}
