package gitd

import (
	"net"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
)

// revokeGrace is how long the sessions of a connection that is ended have to say why.
const revokeGrace = 2 * time.Second

// visitorKey is where the ssh library keeps a connection's visitor.
type visitorKey struct{}

// visitor is one connection: a stranger first, then a member, with sessions. Whoever
// comes to join stays a stranger.
type visitor struct {
	server  *Server
	network string
	conn    net.Conn

	mu       sync.Mutex
	timer    *time.Timer // closes the connection: handshake, joining, idleness
	user     int64       // the account of a member, 0 for a stranger
	key      string      // fingerprint of the key that a member proved
	sessions map[*session]struct{}
	revoked  error // why no session may be opened any more
	gone     bool  // the connection is closed
	banners  gossh.ServerPreAuthConn
	unknown  []string // fingerprints that were offered and belong to nobody
}

// begin starts the clock of the handshake.
func (v *visitor) begin(c net.Conn) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.conn, v.sessions = c, make(map[*session]struct{})
	v.timer = time.AfterFunc(v.server.Limits.Handshake, func() { c.Close() })
}

// welcome makes a stranger who has proved a key a member, and starts the clock of
// idleness; false: the account has too many connections, or this one is closed.
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

// mayJoin gives somebody who has proved a key that belongs to nobody the time to say
// their code. The connection still counts as a stranger's.
func (v *visitor) mayJoin() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.timer.Reset(v.server.Limits.Join)
	v.banners, v.unknown = nil, nil
}

// enter counts a session in; the error, for the client, says why not.
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

// exit counts a session out; after the last, the clock of idleness starts.
func (v *visitor) exit(sess *session) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.sessions, sess)
	if len(v.sessions) == 0 && v.user != 0 && v.revoked == nil {
		v.timer.Reset(v.server.Limits.Idle)
	}
}

// revoke ends all sessions with the cause, opens no others, and closes the connection.
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

// endSessions ends those in a course with the cause, or those that work on the work that
// the revocation names.
func (v *visitor) endSessions(r classroom.Revocation, cause error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for sess := range v.sessions {
		if sess.concerns(r) {
			sess.cancel(cause)
		}
	}
}

// closed takes the connection out of every count.
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
