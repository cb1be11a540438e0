package gitd

import (
	"net"
	"sync"
)

// conns holds the open connections. It includes connections in their handshake, which the library
// does not track. After closeAll none can be added.
type conns struct {
	mu     sync.Mutex
	closed bool
	all    map[net.Conn]struct{}
	open   sync.WaitGroup
}

func (a *conns) add(c net.Conn) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	if a.all == nil {
		a.all = make(map[net.Conn]struct{})
	}
	a.all[c] = struct{}{}
	a.open.Add(1)
	return true
}

// remove removes a connection.
func (a *conns) remove(c net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.all[c]; ok {
		delete(a.all, c)
		a.open.Done()
	}
}

// closeAll closes every connection and waits until all are removed.
func (a *conns) closeAll() {
	for _, c := range a.list() {
		c.Close()
	}
	a.open.Wait()
}

func (a *conns) list() []net.Conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	all := make([]net.Conn, 0, len(a.all))
	for c := range a.all {
		all = append(all, c)
	}
	return all
}
