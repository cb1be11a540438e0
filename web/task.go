package web

import (
	"context"
	"fmt"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/web/view"
)

// task is an assignment on a page.
type task struct{ classroom.Assignment }

// newTask notes in the log what cannot be read. It must not take the pages of all
// others with it.
func (s *site) newTask(a classroom.Assignment) task {
	if a.Broken != nil {
		s.log.Error("active tests cannot be read", "assignment", a.Path(), "error", a.Broken)
	}
	return task{a}
}

// Title returns what the assignment calls itself, or its name.
func (t task) Title() string {
	if t.Spec != nil && t.Spec.Title != "" {
		return t.Spec.Title
	}
	return t.Name
}

// due tells when the task is due for the owner of the terms.
func (s *site) due(t task, terms course.Terms) view.Due {
	if t.Spec == nil {
		return view.Due{Never: true}
	}
	return view.NewDue(terms.Schedule, s.now(), t.Course.Location())
}

// terms are what a push of the owner to the task would be judged by now.
func (s *site) terms(ctx context.Context, t task, owner string) (course.Terms, error) {
	terms, err := s.Results.Terms(ctx, t.ID, owner, s.now())
	if err != nil && t.Broken == nil {
		return terms, fmt.Errorf("terms: %w", err)
	}
	return terms, nil
}
