package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	loginBurst     = 20               // failed sign-ins that an address may make in a burst
	loginInterval  = 10 * time.Second // until the address may make one more
	limitedAddress = 4096             // addresses that are remembered
)

// limiter bounds the failed sign-ins of each address, and its own memory.
type limiter struct {
	mu        sync.Mutex
	byAddress map[string]*rate.Limiter
}

func newLimiter() *limiter {
	return &limiter{byAddress: map[string]*rate.Limiter{}}
}

// reserve reserves one attempt for an address. CancelAt(now) on the reservation returns the
// attempt. reserve returns false if the address has no attempt left.
func (l *limiter) reserve(address string, now time.Time) (*rate.Reservation, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.bucket(networkOf(address), now)
	try := bucket.ReserveN(now, 1)
	if try.DelayFrom(now) > 0 {
		try.CancelAt(now)
		return nil, false
	}
	return try, true
}

func (l *limiter) bucket(key string, now time.Time) *rate.Limiter {
	if bucket, ok := l.byAddress[key]; ok {
		return bucket
	}
	if len(l.byAddress) >= limitedAddress {
		l.forget(now)
	}
	bucket := rate.NewLimiter(rate.Every(loginInterval), loginBurst)
	l.byAddress[key] = bucket
	return bucket
}

// forget deletes the addresses that have all their attempts again. If the table is still full, it
// deletes all addresses, because limits do not stop an attacker with that many.
func (l *limiter) forget(now time.Time) {
	for key, bucket := range l.byAddress {
		if bucket.TokensAt(now) >= loginBurst {
			delete(l.byAddress, key)
		}
	}
	if len(l.byAddress) >= limitedAddress {
		clear(l.byAddress)
	}
}

// networkOf returns the IPv4 address, or the /64 prefix of an IPv6 address, because one customer
// has a whole /64.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}
