package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

const (
	sessionLifetime = 14 * 24 * time.Hour // from sign-in, even if the session is used
	sessionUser     = "user"              // int64: the account
	sessionKey      = "key"               // string: fingerprint of the key that created the sign-in link
	sessionID       = "id"                // string: identifies the session to its owner
	sessionWay      = "way"               // string: the sign-in service, "" for a link
	sessionBrowser  = "browser"           // string: such as "Firefox on Linux"
	returnCookie    = "return"            // where to go after signing in
	returnLifetime  = 30 * time.Minute
)

// newSessions returns a session manager on the durable store, which keeps only hashes of the
// cookies' values. It does not use scs.New, which also starts an in-memory store with a goroutine
// that cannot be stopped reliably.
func newSessions(store Sessions, clock func() time.Time, secure bool) *scs.SessionManager {
	name := "session"
	if secure {
		name = "__Host-session" // no other host or path can set it
	}
	return &scs.SessionManager{
		Store: sessionStore{store, clock}, Codec: scs.GobCodec{}, Lifetime: sessionLifetime, HashTokenInStore: true,
		Cookie: scs.SessionCookie{
			Name: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure, Persist: true,
		},
	}
}

// visitors finds the signed-in user of a request.
type visitors struct {
	Accounts Accounts
	sessions *scs.SessionManager
	secure   bool // browsers reach the site over https
}

// withSession loads the session of the request's cookie. Only signing in and out change sessions,
// and they write the cookie themselves.
func (s *visitors) withSession(r *http.Request) (*http.Request, error) {
	token := ""
	if cookie, err := r.Cookie(s.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.sessions.Load(r.Context(), token)
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	return r.WithContext(ctx), nil
}

// beginSession starts a new session for the user. Its token is new, so an earlier cookie cannot be
// used for it. way names the sign-in service, "" for a link.
func (s *visitors) beginSession(w http.ResponseWriter, r *http.Request, in schema.SignIn, way string) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.sessions.Put(r.Context(), sessionUser, in.User.ID)
	s.sessions.Put(r.Context(), sessionKey, in.Key)
	s.sessions.Put(r.Context(), sessionID, rand.Text())
	s.sessions.Put(r.Context(), sessionWay, way)
	s.sessions.Put(r.Context(), sessionBrowser, view.Browser(r.UserAgent()))
	token, expiry, err := s.sessions.Commit(r.Context())
	if err != nil {
		return fmt.Errorf("commit session: %w", err)
	}
	s.sessions.WriteSessionCookie(r.Context(), w, token, expiry)
	return nil
}

// endSession ends the session in the store and deletes the cookie.
func (s *visitors) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.sessions.WriteSessionCookie(r.Context(), w, "", time.Time{})
	return nil
}

// sessionID returns the id that identifies the request's session to its owner.
func (s *visitors) sessionID(r *http.Request) string {
	return s.sessions.GetString(r.Context(), sessionID)
}

// user returns the signed-in user. CodeUnauthenticated: nobody has signed in, or the account is
// deleted or disabled.
func (s *visitors) user(r *http.Request) (schema.User, error) {
	unknown := schema.Errorf(schema.CodeUnauthenticated, "sign in to see this page")
	id := s.sessions.GetInt64(r.Context(), sessionUser)
	if id == 0 {
		return schema.User{}, unknown
	}
	user, err := s.Accounts.User(r.Context(), id)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return schema.User{}, unknown
	case err != nil:
		return schema.User{}, fmt.Errorf("user: %w", err)
	case user.Disabled:
		return schema.User{}, unknown
	}
	return user, nil
}

// actor returns the user as the actor of this request.
func (s *visitors) actor(r *http.Request, user schema.User) schema.Actor {
	return schema.Actor{User: user, Channel: schema.ChannelWeb, Key: s.sessions.GetString(r.Context(), sessionKey)}
}

// member is a person's membership of one course.
type member = classroom.Member

// memberOf returns the user's membership of the course in the path. The error does not tell other
// people whether the course exists.
func (s *site) memberOf(r *http.Request, user schema.User) (member, error) {
	code := r.PathValue("course")
	if schema.Segment("course", code) != nil {
		return member{}, errNowhere()
	}
	m, err := s.Classroom.Work.Member(r.Context(), s.actor(r, user), code)
	if err != nil {
		return member{}, hidden("course", err)
	}
	return m, nil
}

// hidden returns the same error for everything that the user may not see. It wraps other errors
// with the noun.
func hidden(noun string, err error) error {
	switch schema.CodeOf(err) {
	case schema.CodeNotFound, schema.CodeForbidden, schema.CodeInvalid:
		return errNowhere()
	}
	return fmt.Errorf("%s: %w", noun, err)
}

// rememberReturn stores the requested page in a cookie for half an hour, so that signing in
// redirects to it.
func (s *visitors) rememberReturn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/-/events") || localPath(r.URL.Path) == "/" {
		return
	}
	s.setReturn(w, url.PathEscape(r.URL.Path), int(returnLifetime.Seconds()))
}

// popReturn returns the stored page, or "/" if there is none, and deletes the cookie.
func (s *visitors) popReturn(w http.ResponseWriter, r *http.Request) string {
	cookie, err := r.Cookie(returnCookie)
	if err != nil {
		return "/"
	}
	s.setReturn(w, "", -1)
	to, err := url.PathUnescape(cookie.Value)
	if err != nil {
		return "/"
	}
	return localPath(to)
}

func (s *visitors) setReturn(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: returnCookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// localPath returns the path if all its parts are names of the site, else "/". A browser cannot
// mistake the result for another host.
func localPath(p string) string {
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for _, part := range parts {
		if part != "-" && schema.Segment("path", part) != nil {
			return "/"
		}
	}
	return "/" + strings.Join(parts, "/")
}
