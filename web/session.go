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
	sessionLifetime = 14 * 24 * time.Hour // from sign-in, however it is used
	sessionUser     = "user"              // int64: the account
	sessionKey      = "key"               // string: fingerprint of the key that the sign-in link was made by
	sessionID       = "id"                // string: names it to its owner
	sessionWay      = "way"               // string: the sign-in service, "" for a link
	sessionBrowser  = "browser"           // string: such as "Firefox on Linux"
	returnCookie    = "return"            // where to go after signing in
	returnLifetime  = 30 * time.Minute
)

// newSessions makes the session manager on the durable store, which keeps only hashes of the
// cookies' values. scs.New is not used, because it also starts a store in memory whose
// goroutine cannot be stopped reliably.
func newSessions(store Sessions, clock func() time.Time, secure bool) *scs.SessionManager {
	name := "session"
	if secure {
		name = "__Host-session" // no other host or path can plant it
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

// withSession looks up the session of the request's cookie. Sessions change in two
// places only, signing in and out, which write the cookie themselves.
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

// beginSession makes a new session of the user, whose name is in no earlier cookie. way names
// the sign-in service, "" for a link.
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

// sessionID returns what names the session of a request to its owner.
func (s *visitors) sessionID(r *http.Request) string {
	return s.sessions.GetString(r.Context(), sessionID)
}

// user returns who has signed in; CodeUnauthenticated where nobody has, or where
// the account is gone or disabled.
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

// actor is the user, as who acts by this request.
func (s *visitors) actor(r *http.Request, user schema.User) schema.Actor {
	return schema.Actor{User: user, Channel: schema.ChannelWeb, Key: s.sessions.GetString(r.Context(), sessionKey)}
}

// member is somebody's part in one course.
type member = classroom.Member

// memberOf returns what the user is in the course that the path names; it does not
// tell strangers whether there is such a course.
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

// hidden makes every way of not being shown a thing read the same; other errors
// are wrapped with the noun.
func hidden(noun string, err error) error {
	switch schema.CodeOf(err) {
	case schema.CodeNotFound, schema.CodeForbidden, schema.CodeInvalid:
		return errNowhere()
	}
	return fmt.Errorf("%s: %w", noun, err)
}

// rememberReturn notes, for half an hour and in this browser only, which page was
// asked for, so that signing in leads back to it.
func (s *visitors) rememberReturn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || strings.HasSuffix(r.URL.Path, "/-/events") || localPath(r.URL.Path) == "/" {
		return
	}
	s.setReturn(w, url.PathEscape(r.URL.Path), int(returnLifetime.Seconds()))
}

// popReturn gives the noted page back, "/" where there is none, and forgets it.
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

// localPath returns the path if it is one of the site's names, else "/": nothing
// that a browser could take for another host.
func localPath(p string) string {
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for _, part := range parts {
		if part != "-" && schema.Segment("path", part) != nil {
			return "/"
		}
	}
	return "/" + strings.Join(parts, "/")
}
