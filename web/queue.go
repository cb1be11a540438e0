package web

import (
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveQueue shows where one's own work stands, and to staff how the machines do.
func (s *operationsPages) serveQueue(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderQueue(w, r, user, nil)
}

func (s *operationsPages) renderQueue(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	report, err := s.Classroom.Queue.Show(r.Context(), s.actor(r, user))
	if err != nil {
		return err
	}
	mine, err := s.Classroom.Queue.Own(r.Context(), s.actor(r, user))
	if err != nil {
		return err
	}
	page := view.NewQueue(report, mine, user.Admin, s.now())
	page.Refill(r.PathValue("flavour"), formOf(r))
	page.Frame, page.Form = s.newFrame("Queue", &user), formOf(r)
	page.Refresh = true
	return s.renderForm(w, r, "queue", &page.Frame, &page, problem)
}

// moveQueue lets what waits for one flavour wait for another.
func (s *operationsPages) moveQueue(w http.ResponseWriter, r *http.Request, user schema.User) error {
	if _, err := s.Classroom.Queue.Move(r.Context(), s.actor(r, user), r.PostFormValue("from"), r.PostFormValue("to")); err != nil {
		return s.renderQueue(w, r, user, err)
	}
	return done(w, r, "/-/queue", "moved")
}
