package gitd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gliderlabs/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// joinUser is the user name for connecting with an unknown key, to bind it to an account with a
// one-time code.
const joinUser = "join"

// maxBanners is the number of unknown keys of one connection that get an answer.
const maxBanners = 3

// lookupTime bounds a store lookup before the client is authenticated.
const lookupTime = 10 * time.Second

// identity is the owner of an authenticated key. User is zero for a client that connects as
// joinUser.
type identity struct {
	user        schema.User
	fingerprint string
	public      string // authorized_keys form
}

type identityKey struct{}

// identityOf returns the identity that verified stored in the connection.
func identityOf(conn *gossh.ServerConn) (identity, bool) {
	if conn.Permissions == nil {
		return identity{}, false
	}
	who, ok := conn.Permissions.ExtraData[identityKey{}].(identity)
	return who, ok
}

// offered reports whether the client may prove the key. The result is not kept, because a client
// may offer anybody's public key.
func (s *Server) offered(sctx ssh.Context, key ssh.PublicKey) (ok bool) {
	defer func() { ok = !s.recovered("offered key", recover()) && ok }()
	v, found := sctx.Value(visitorKey{}).(*visitor)
	if _, certificate := key.(*gossh.Certificate); certificate || !found {
		return false
	}
	if sctx.User() == joinUser {
		return true
	}
	fingerprint := gossh.FingerprintSHA256(key)
	ctx, cancel := context.WithTimeout(s.base, lookupTime)
	defer cancel()
	_, err := s.Accounts.UserByKey(ctx, fingerprint)
	switch {
	case err == nil:
		return true
	case schema.CodeOf(err) == schema.CodeNotFound:
		s.strange(v, fingerprint)
	default:
		s.Logger.Error("look up key", "error", err)
		v.banner("grader: " + schema.MessageOf(err) + "\n")
	}
	return false
}

// verified turns a proved key into an identity.
func (s *Server) verified(v *visitor, meta gossh.ConnMetadata, key gossh.PublicKey) (perms *gossh.Permissions, err error) {
	defer func() {
		if s.recovered("verified key", recover()) {
			perms, err = nil, schema.Errorf(schema.CodeInternal, "verify key")
		}
	}()
	who := identity{
		fingerprint: gossh.FingerprintSHA256(key),
		public:      strings.TrimSpace(string(gossh.MarshalAuthorizedKey(key))),
	}
	if meta.User() == joinUser {
		v.mayJoin()
	} else if who.user, err = s.admit(v, who.fingerprint); err != nil {
		return nil, err
	}
	return &gossh.Permissions{ExtraData: map[any]any{identityKey{}: who}}, nil
}

// admit makes a visitor with an authenticated key a member. It then looks the key up again: if the
// key was removed before that, the lookup fails, and if it is removed later, the removal ends this
// connection.
func (s *Server) admit(v *visitor, fingerprint string) (schema.User, error) {
	ctx, cancel := context.WithTimeout(s.base, lookupTime)
	defer cancel()
	user, err := s.Accounts.UserByKey(ctx, fingerprint)
	if err != nil {
		return user, fmt.Errorf("verify key: %w", err)
	}
	if err := course.MayEnter(user); err != nil {
		v.banner("grader: " + schema.MessageOf(err) + "\n")
		return user, err
	}
	unknown := v.unknownKeys()
	if !v.welcome(user.ID, fingerprint) {
		v.banner(fmt.Sprintf("grader: you have %d connections open; close some and try again\n", s.Limits.UserConnections))
		return user, schema.Errorf(schema.CodeLimit, "%s has too many connections", user.Login)
	}
	s.companions.add(unknown)
	user, err = s.Accounts.UserByKey(ctx, fingerprint)
	if err == nil {
		err = course.MayEnter(user)
	}
	if err != nil {
		v.conn.Close()
		return user, fmt.Errorf("verify key: %w", err)
	}
	return user, nil
}

// strange tells a client that its key is not registered, and how to register it. It skips keys that
// are known to be offered beside a registered one.
func (s *Server) strange(v *visitor, fingerprint string) {
	if !v.note(fingerprint) || s.companions.has(fingerprint) {
		return
	}
	v.banner(fmt.Sprintf("grader: the key %s is not registered here.\n"+
		"grader: With a one-time code from the course staff, register it by\n"+
		"grader:     %s CODE\n", fingerprint, s.reach(joinUser)))
}

// note records an unknown key. It returns false if the key was recorded before or the limit is
// reached.
func (v *visitor) note(fingerprint string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.unknown) >= maxBanners || slices.Contains(v.unknown, fingerprint) {
		return false
	}
	v.unknown = append(v.unknown, fingerprint)
	return true
}

func (v *visitor) unknownKeys() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.unknown
}

func (v *visitor) banner(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.banners != nil {
		_ = v.banners.SendAuthBanner(text) // ignored: the client may be gone
	}
}

// maxCompanions bounds companions. Beyond it the set is cleared and filled again.
const maxCompanions = 10_000

// companions are unknown keys that were offered beside a registered one. The server does not tell
// their owner about them on each push.
type companions struct {
	mu   sync.Mutex
	keys map[string]struct{}
}

func (c *companions) add(fingerprints []string) {
	if len(fingerprints) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil || len(c.keys) > maxCompanions {
		c.keys = make(map[string]struct{})
	}
	for _, f := range fingerprints {
		c.keys[f] = struct{}{}
	}
}

func (c *companions) has(fingerprint string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.keys[fingerprint]
	return ok
}
