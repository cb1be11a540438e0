package web

import (
	"fmt"
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveWelcome explains how to sign in. It also serves people who have signed in.
func (s *accountPages) serveWelcome(w http.ResponseWriter, r *http.Request) error {
	return s.renderWelcome(w, http.StatusOK, false)
}

func (s *site) renderWelcome(w http.ResponseWriter, status int, wanted bool) error {
	return s.render(w, status, "welcome", view.Welcome{
		Frame: s.newFrame("Sign in", nil), Login: view.SSHCommand(s.SSHAddress, "login"), Wanted: wanted, Services: s.signInLinks(),
	})
}

// askToSignIn gives every request without a session the same reply, whatever its path.
func (s *site) askToSignIn(w http.ResponseWriter, r *http.Request) {
	s.rememberReturn(w, r)
	if err := s.renderWelcome(w, http.StatusUnauthorized, true); err != nil {
		s.log.Error("sign-in page failed", "error", err)
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
	}
}

// serveLogin shows a button and changes nothing, because mail scanners and link previews open links
// and must not use up the sign-in.
func (s *accountPages) serveLogin(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, "login", view.Login{
		Frame: s.newFrame("Sign in", nil), Path: "/-/login/" + r.PathValue("token"),
	})
}

// redeemLogin redeems the sign-in link and signs the browser in with a new session.
func (s *accountPages) redeemLogin(w http.ResponseWriter, r *http.Request) error {
	now := s.now()
	try, ok := s.logins.reserve(clientAddress(r), now)
	if !ok {
		s.meters.signIn("limited")
		return tooManySignIns()
	}
	in, err := s.Classroom.Accounts.SignIn(r.Context(), r.PathValue("token"))
	if err != nil {
		s.meters.signIn("refused")
		return refusedLogin(err)
	}
	try.CancelAt(now) // only failures count
	if err := s.beginSession(w, r, in, ""); err != nil {
		return refusedLogin(err)
	}
	s.meters.signIn("done")
	s.log.Info("signed in", "user", in.User.Login)
	http.Redirect(w, r, s.popReturn(w, r), http.StatusSeeOther)
	return nil
}

// refusedLogin returns the same error for links that never existed, were used or have expired.
func refusedLogin(err error) error {
	switch schema.CodeOf(err) {
	case schema.CodeRefused, schema.CodeNotFound, schema.CodeInvalid, schema.CodeUnauthenticated:
		return schema.Errorf(schema.CodeRefused, "this sign-in link has been used or is too old; ask for a new one with the ssh command")
	}
	return fmt.Errorf("redeem login: %w", err)
}

// signOut ends the session and its streams, and deletes the cookie.
func (s *accountPages) signOut(w http.ResponseWriter, r *http.Request) error {
	user, err := s.user(r)
	if err == nil {
		err = s.Classroom.Accounts.EndSession(r.Context(), s.actor(r, user), "", s.sessionID(r))
	}
	switch schema.CodeOf(err) {
	case "", schema.CodeUnauthenticated, schema.CodeNotFound: // or it had ended already
		return s.leave(w, r)
	}
	return err
}

// leave deletes the cookie of a session that has ended.
func (s *accountPages) leave(w http.ResponseWriter, r *http.Request) error {
	if err := s.endSession(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
