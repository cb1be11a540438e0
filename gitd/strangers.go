package gitd

import (
	"net/netip"
	"slices"
	"sync"
)

// strangers holds the connections without an authenticated registered key by network, oldest first.
// A connection that joins stays in it.
type strangers struct {
	mu        sync.Mutex
	byNetwork map[string][]*visitor
}

// enter adds a connection. If its network has reached the limit, enter removes the oldest and
// returns it. Authentication takes only a moment, so only a flood reaches the limit.
func (s *strangers) enter(v *visitor, limit int) (oldest *visitor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byNetwork == nil {
		s.byNetwork = make(map[string][]*visitor)
	}
	all := s.byNetwork[v.network]
	if len(all) >= limit {
		oldest, all = all[0], slices.Clone(all[1:])
	}
	s.byNetwork[v.network] = append(all, v)
	return oldest
}

// leave removes a connection.
func (s *strangers) leave(v *visitor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.byNetwork[v.network]
	if i := slices.Index(all, v); i >= 0 {
		all = slices.Delete(all, i, i+1)
	}
	if s.byNetwork[v.network] = all; len(all) == 0 {
		delete(s.byNetwork, v.network)
	}
}

// heaviest removes and returns the oldest connection of the network that has the most. It returns
// nil if there are none.
func (s *strangers) heaviest() *visitor {
	s.mu.Lock()
	defer s.mu.Unlock()
	var most string
	for network, all := range s.byNetwork {
		if len(all) > len(s.byNetwork[most]) {
			most = network
		}
	}
	all := s.byNetwork[most]
	if len(all) == 0 {
		return nil
	}
	oldest := all[0]
	if s.byNetwork[most] = slices.Clone(all[1:]); len(all) == 1 {
		delete(s.byNetwork, most)
	}
	return oldest
}

// networkOf returns the key under which an address is counted. For IPv6 it is the /64 network,
// which one customer has.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}
