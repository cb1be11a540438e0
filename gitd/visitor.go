package gitd

import (
	"net"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
)

// revokeGrace is how long the sessions of a revoked connection have to show the reason.
const revokeGrace = 2 * time.Second

// visitorKey is the context key of a connection's visitor in the ssh library.
type visitorKey struct{}

// visitor is one connection: first a stranger, then a member with sessions. A connection that
// joins stays a stranger.
type visitor struct {
	server  *Server
	network string
	conn    net.Conn

	mu       sync.Mutex
	timer    *time.Timer // closes the connection: handshake, joining, idleness
	user     int64       // the account of a member, 0 for a stranger
	key      string      // fingerprint of the member's authenticated key
	sessions map[*session]struct{}
	revoked  error // why no more sessions may be opened
	gone     bool  // the connection is closed
	banners  gossh.ServerPreAuthConn
	unknown  []string // offered fingerprints that belong to nobody
}

// begin starts the timer of the handshake.
func (v *visitor) begin(c net.Conn) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.conn, v.sessions = c, make(map[*session]struct{})
	v.timer = time.AfterFunc(v.server.Limits.Handshake, func() { c.Close() })
}

// welcome makes a stranger with an authenticated key a member and starts the idle timer. It returns
// false if the account has too many connections or this one is closed.
func (v *visitor) welcome(user int64, key string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone || !v.server.members.enter(user, v, v.server.Limits.UserConnections) {
		return false
	}
	v.server.strangers.leave(v)
	if v.user != 0 && v.user != user {
		v.server.members.leave(v.user, v)
	}
	v.user, v.key = user, key
	v.timer.Reset(v.server.Limits.Idle)
	v.banners, v.unknown = nil, nil
	return true
}

// mayJoin gives a client with an authenticated unknown key time to send its code. The connection
// still counts as a stranger's.
func (v *visitor) mayJoin() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.timer.Reset(v.server.Limits.Join)
	v.banners, v.unknown = nil, nil
}

// enter counts a session. The error tells the client why the session may not begin.
func (v *visitor) enter(sess *session, limit int) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.revoked != nil:
		return v.revoked
	case len(v.sessions) >= limit:
		return errTooMany
	}
	v.sessions[sess] = struct{}{}
	if v.user != 0 {
		v.timer.Stop()
	}
	return nil
}

// exit removes a session from the count. After the last one the idle timer starts.
func (v *visitor) exit(sess *session) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.sessions, sess)
	if len(v.sessions) == 0 && v.user != 0 && v.revoked == nil {
		v.timer.Reset(v.server.Limits.Idle)
	}
}

// revoke ends all sessions with the cause, refuses new ones, and closes the connection.
func (v *visitor) revoke(cause error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone || v.revoked != nil {
		return
	}
	v.revoked = cause
	for sess := range v.sessions {
		sess.cancel(cause)
	}
	if len(v.sessions) > 0 {
		v.timer.Reset(revokeGrace)
		return
	}
	v.timer.Reset(0)
}

// endSessions ends the sessions that the revocation concerns with the cause.
func (v *visitor) endSessions(r classroom.Revocation, cause error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for sess := range v.sessions {
		if sess.concerns(r) {
			sess.cancel(cause)
		}
	}
}

// closed removes the connection from every count.
func (v *visitor) closed() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gone = true
	v.server.strangers.leave(v)
	v.server.members.leave(v.user, v)
	if v.timer != nil {
		v.timer.Stop()
	}
}
