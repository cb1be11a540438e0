package web

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/identity"
	"github.com/grader/grader/web/view"
)

const (
	attemptCookie   = "attempt"        // holds the values of a sign-in attempt
	attemptLifetime = 10 * time.Minute // how long an attempt is valid
)

// signInLinks returns links to the sign-in services.
func (s *site) signInLinks() []view.ServiceLink {
	var links []view.ServiceLink
	for _, name := range slices.Sorted(maps.Keys(s.SignIn)) {
		links = append(links, view.ServiceLink{Name: s.SignIn[name].Label(), Path: "/-/sign-in/" + name})
	}
	return links
}

// startSignIn redirects the browser to a sign-in service. A cookie stores the values that the
// service must return.
func (s *accountPages) startSignIn(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("service")
	service, ok := s.SignIn[name]
	if !ok {
		return s.serveNothing(w, r)
	}
	a := identity.Attempt{Callback: s.callback(name), State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	to, err := service.Start(r.Context(), a)
	if err != nil {
		return err
	}
	s.setAttempt(w, strings.Join([]string{name, a.State, a.Nonce, a.Verifier}, "."), int(attemptLifetime.Seconds()))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// finishSignIn signs in a browser that returns from a sign-in service, with a new session. The
// browser must be the one that started the attempt.
func (s *accountPages) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("service")
	service, ok := s.SignIn[name]
	if !ok {
		return s.serveNothing(w, r)
	}
	in, err := s.signInBy(w, r, name, service)
	if err != nil {
		s.meters.signIn("refused")
		s.log.Info("sign-in failed", "service", name, "error", errors.Join(err, errors.Unwrap(err)))
		return err
	}
	if err := s.beginSession(w, r, in, service.Label()); err != nil {
		return err
	}
	s.meters.signIn("done")
	s.log.Info("signed in", "user", in.User.Login, "service", name)
	http.Redirect(w, r, s.popReturn(w, r), http.StatusSeeOther)
	return nil
}

// signInBy returns the account of the person whom a sign-in service has identified.
func (s *accountPages) signInBy(w http.ResponseWriter, r *http.Request, name string, service SignInService) (schema.SignIn, error) {
	a, ok := s.takeAttempt(w, r, name)
	query := r.URL.Query()
	if !ok || subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		return schema.SignIn{}, schema.Errorf(schema.CodeRefused, "this sign-in began in another browser or more than %s ago; begin again", view.Duration(attemptLifetime))
	}
	if query.Get("error") != "" || query.Get("code") == "" {
		return schema.SignIn{}, schema.Errorf(schema.CodeRefused, "%s did not sign you in; begin again, or sign in with your SSH key", service.Label())
	}
	now := s.now()
	try, ok := s.logins.reserve(clientAddress(r), now)
	if !ok {
		return schema.SignIn{}, tooManySignIns()
	}
	is, err := service.Finish(r.Context(), a, query.Get("code"))
	if err != nil {
		return schema.SignIn{}, err
	}
	in, err := s.Classroom.Accounts.SignInAs(r.Context(), is, service.Matching(), service.Label())
	if err == nil {
		try.CancelAt(now) // only failures count
	}
	return in, err
}

// takeAttempt returns the values of an attempt and deletes their cookie.
func (s *accountPages) takeAttempt(w http.ResponseWriter, r *http.Request, name string) (identity.Attempt, bool) {
	cookie, err := r.Cookie(s.attemptName())
	if err != nil {
		return identity.Attempt{}, false
	}
	s.setAttempt(w, "", -1)
	parts := strings.Split(cookie.Value, ".")
	if len(parts) != 4 || parts[0] != name || slices.Contains(parts, "") {
		return identity.Attempt{}, false
	}
	return identity.Attempt{Callback: s.callback(name), State: parts[1], Nonce: parts[2], Verifier: parts[3]}, true
}

// attemptName returns the cookie's name. Over https no other host or path can set it.
func (s *accountPages) attemptName() string {
	if s.secure {
		return "__Host-" + attemptCookie
	}
	return attemptCookie
}

// setAttempt sets the cookie. The browser must also send it when another site redirects back here.
func (s *accountPages) setAttempt(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.attemptName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// callback returns the address to which a service redirects browsers.
func (s *accountPages) callback(name string) string {
	return s.address() + "/-/sign-in/" + url.PathEscape(name) + "/callback"
}

func tooManySignIns() error {
	return schema.Errorf(schema.CodeLimit, "there were too many sign-in attempts from your address; wait a minute and try again")
}
