package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
)

// guard sends a request directly, to an address that is not private, or to the
// proxy that the environment names for it.
type guard struct {
	*client
	direct, proxied *http.Transport
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	proxy, err := g.proxy(req)
	if err != nil {
		return nil, fmt.Errorf("the proxy of the environment: %w", err)
	}
	if proxy == nil {
		return g.direct.RoundTrip(req)
	}
	if err := g.checkTarget(req.Context(), req.URL.Hostname()); err != nil {
		return nil, err
	}
	return g.proxied.RoundTrip(req)
}

// control looks at the address that a connection is about to be made to. The
// dialer calls it for each that it tries, after names are resolved, so that
// nothing can change in between.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("a connection to %s: %w", address, err)
	}
	return g.checkAddr(ap.Addr())
}

func (g *guard) checkAddr(addr netip.Addr) error {
	if what := private(addr); what != "" && !g.AllowPrivate {
		return &privateError{addr.String(), what}
	}
	return nil
}

// checkTarget looks at a host that a proxy is asked for. Where this machine
// cannot resolve the name, the proxy has the last word.
func (g *guard) checkTarget(ctx context.Context, host string) error {
	if g.AllowPrivate {
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return g.checkAddr(addr)
	}
	name := "." + strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.Count(name, ".") == 1 {
		return &privateError{host, "a name of the local network"}
	}
	for _, domain := range []string{"localhost", "local", "internal", "home.arpa"} {
		if strings.HasSuffix(name, "."+domain) {
			return &privateError{host, "a name of the local network"}
		}
	}
	addrs, err := g.lookup(ctx, "ip", host)
	var unresolved *net.DNSError
	if err != nil && !errors.As(err, &unresolved) {
		return err
	}
	for _, addr := range addrs {
		if err := g.checkAddr(addr); err != nil {
			return err
		}
	}
	return nil
}

// privateError refuses a connection.
type privateError struct{ where, what string }

func (e *privateError) Error() string {
	return fmt.Sprintf("%s is %s, which narrate fetches from only with --allow-private", e.where, e.what)
}

// ranges are the addresses that do not lead to a host of the public Internet:
// the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its
// updates) and the multicast ranges.
var ranges = func() []addressRange {
	var all []addressRange
	for _, r := range []struct{ prefix, what string }{
		{"0.0.0.0/8", "this machine itself"},
		{"10.0.0.0/8", privateNetwork},
		{"100.64.0.0/10", "an address of the provider's own network"}, // RFC 6598
		{"127.0.0.0/8", "this machine itself"},
		{"169.254.0.0/16", linkLocal},
		{"172.16.0.0/12", privateNetwork},
		{"192.0.0.0/24", reserved},
		{"192.0.2.0/24", documentation},
		{"192.88.99.0/24", "a relay from IPv6"}, // RFC 7526
		{"192.168.0.0/16", privateNetwork},
		{"198.18.0.0/15", "an address for measurements"}, // RFC 2544
		{"198.51.100.0/24", documentation},
		{"203.0.113.0/24", documentation},
		{"224.0.0.0/4", multicast},
		{"240.0.0.0/4", reserved},
		{"::/128", "this machine itself"},
		{"::1/128", "this machine itself"},
		{"64:ff9b:1::/48", "a relay to IPv4"}, // RFC 8215; that of RFC 6052 is unpacked
		{"2001::/23", reserved},               // Teredo, ORCHID, benchmarking …
		{"2001:db8::/32", documentation},
		{"2002::/16", "a relay to IPv4"}, // 6to4, RFC 7526
		{"3fff::/20", documentation},     // RFC 9637
		{"fc00::/7", privateNetwork},
		{"fe80::/10", linkLocal},
		{"fec0::/10", privateNetwork}, // RFC 3879
		{"ff00::/8", multicast},
	} {
		all = append(all, addressRange{netip.MustParsePrefix(r.prefix), r.what})
	}
	return all
}()

type addressRange struct {
	prefix netip.Prefix
	what   string
}

const (
	privateNetwork = "an address of a private network"
	linkLocal      = "an address of the local link"
	reserved       = "a reserved address"
	documentation  = "an address for documentation"
	multicast      = "a multicast address"
)

var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
)

// private says what an address is that is not a host of the public Internet's;
// "" for one that is. An IPv4 address inside an IPv6 one counts as itself.
func private(addr netip.Addr) string {
	addr = addr.WithZone("").Unmap()
	if nat64.Contains(addr) {
		b := addr.As16()
		addr = netip.AddrFrom4([4]byte(b[12:]))
	}
	for _, r := range ranges {
		if r.prefix.Contains(addr) {
			return r.what
		}
	}
	if !addr.IsValid() || addr.Is6() && !globalUnicast.Contains(addr) {
		return reserved
	}
	return ""
}
