package web

import (
	"net/http"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveQueue shows a person's own submissions in the queue and, to staff, the state of the runners.
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

// moveQueue moves the waiting jobs of one flavour to another.
func (s *operationsPages) moveQueue(w http.ResponseWriter, r *http.Request, user schema.User) error {
	if _, err := s.Classroom.Queue.Move(r.Context(), s.actor(r, user), r.PostFormValue("from"), r.PostFormValue("to")); err != nil {
		return s.renderQueue(w, r, user, err)
	}
	return done(w, r, "/-/queue", "moved")
}
