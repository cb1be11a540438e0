package gitd

import (
	"net"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// visitorKey is where the ssh library keeps a connection's visitor.
type visitorKey struct{}

// visitor is one connection: a stranger first, then somebody, with sessions.
type visitor struct {
	address string
	conn    net.Conn
	leave   func() // the count of strangers; once

	mu       sync.Mutex
	timer    *time.Timer // closes the connection: handshake, then idleness
	idle     time.Duration
	sessions int
	banners  gossh.ServerPreAuthConn
	unknown  []string // fingerprints that were offered and belong to nobody
}

// newVisitor starts the clock of the handshake.
func newVisitor(address string, l Limits, leave func()) *visitor {
	return &visitor{address: address, idle: l.Idle, leave: sync.OnceFunc(leave)}
}

func (v *visitor) begin(c net.Conn, handshake time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.conn = c
	v.timer = time.AfterFunc(handshake, func() { c.Close() })
}

// proved ends the handshake; the clock of idleness starts.
func (v *visitor) proved() {
	v.leave()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.timer.Reset(v.idle)
	v.banners, v.unknown = nil, nil
}

// enter counts a session, or returns false.
func (v *visitor) enter(limit int) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sessions >= limit {
		return false
	}
	v.sessions++
	v.timer.Stop()
	return true
}

func (v *visitor) exit() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sessions--; v.sessions == 0 {
		v.timer.Reset(v.idle)
	}
}

func (v *visitor) closed() {
	v.leave()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.timer != nil {
		v.timer.Stop()
	}
}
