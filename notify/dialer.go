package notify

import (
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/grader/grader/schema"
)

// connectTimeout bounds the time to connect to a webhook.
const connectTimeout = 10 * time.Second

// publicDialer connects only to public addresses. It checks the address after the name was
// resolved, so that a name cannot resolve to another address after the check.
func publicDialer() *net.Dialer {
	return &net.Dialer{Timeout: connectTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !isPublic(at.Addr()) {
			return schema.Errorf(schema.CodeRefused, "webhooks may not call %s, which is not a public address", address)
		}
		return nil
	}}
}

// isPublic reports whether an address is reachable from the whole Internet and belongs to one
// machine. It rejects addresses of IANA's registries of special-purpose addresses (RFC 6890),
// multicast addresses, and IPv6 addresses that represent IPv4 addresses.
func isPublic(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) { // only these are assigned for the Internet
		return false
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, special := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
	} {
		if netip.MustParsePrefix(special).Contains(a) {
			return false
		}
	}
	return true
}
