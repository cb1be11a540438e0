package web

import (
	"cmp"
	"net/http"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveOperations shows staff plots of how busy the queues were.
func (s *operationsPages) serveOperations(w http.ResponseWriter, r *http.Request, user schema.User) error {
	over := cmp.Or(r.URL.Query().Get("over"), "day")
	span, err := classroom.ParseOver(over)
	if err != nil {
		return err
	}
	all, err := s.Classroom.Operations.History(r.Context(), s.actor(r, user), span)
	if err != nil {
		return hidden("measurements", err)
	}
	page := view.NewOperations(all, over, span, s.now())
	page.Frame = s.newFrame("Operations", &user, view.NewCrumb("Queue", "/-/queue"))
	return s.render(w, http.StatusOK, "operations", &page)
}
