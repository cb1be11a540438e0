package web

import (
	"context"
	"fmt"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/web/view"
)

// task is an assignment that a page shows.
type task struct{ classroom.Assignment }

// newTask logs an assignment that cannot be read. It returns no error, so that the pages of the
// other assignments still work.
func (s *site) newTask(a classroom.Assignment) task {
	if a.Broken != nil {
		s.log.Error("active tests cannot be read", "assignment", a.Path(), "error", a.Broken)
	}
	return task{a}
}

// Title returns the assignment's title, or its name if it has none.
func (t task) Title() string {
	if t.Spec != nil && t.Spec.Title != "" {
		return t.Spec.Title
	}
	return t.Name
}

// due returns when the task is due under the terms.
func (s *site) due(t task, terms course.Terms) view.Due {
	if t.Spec == nil {
		return view.Due{Never: true}
	}
	return view.NewDue(terms.Schedule, s.now(), t.Course.Location())
}

// terms returns the terms that apply to a push of the owner to the task now.
func (s *site) terms(ctx context.Context, t task, owner string) (course.Terms, error) {
	terms, err := s.Results.Terms(ctx, t.ID, owner, s.now())
	if err != nil && t.Broken == nil {
		return terms, fmt.Errorf("terms: %w", err)
	}
	return terms, nil
}
