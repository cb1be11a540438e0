package web

import (
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveSessions lists the browsers in which a person is signed in.
func (s *accountPages) serveSessions(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderSessions(w, r, user, nil)
}

func (s *accountPages) renderSessions(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	all, err := s.Classroom.Accounts.Sessions(r.Context(), s.actor(r, user), "")
	if err != nil {
		return err
	}
	page := view.NewSessions(all, s.sessionID(r), s.now())
	page.Frame = s.accountFrame("Signed-in browsers", user, "/-/sessions")
	return s.renderForm(w, r, "sessions", &page.Frame, &page, problem)
}

// endOneSession signs out one browser of the user.
func (s *accountPages) endOneSession(w http.ResponseWriter, r *http.Request, user schema.User) error {
	id := r.PathValue("id")
	if id == s.sessionID(r) {
		return s.signOut(w, r)
	}
	if err := s.Classroom.Accounts.EndSession(r.Context(), s.actor(r, user), "", id); err != nil {
		return s.renderSessions(w, r, user, err)
	}
	return done(w, r, "/-/sessions", "session-ended")
}

// endAllSessions signs out every browser of the user, including this one.
func (s *accountPages) endAllSessions(w http.ResponseWriter, r *http.Request, user schema.User) error {
	if _, err := s.Classroom.Accounts.SignOut(r.Context(), s.actor(r, user), ""); err != nil {
		return s.renderSessions(w, r, user, err)
	}
	return s.leave(w, r)
}
