package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Progress is what a member has reached in an assignment.
type Progress struct {
	course.Progress
	Access course.Access // of the member, to the submission that counts
}

// Progress returns the progress of a member in assignments of their course, in the order of the assignments. It is
// empty for an assignment without a specification.
func (w *Work) Progress(ctx context.Context, m Member, of []Assignment) ([]Progress, error) {
	teams := make(map[int64]string)
	if m.Role == schema.RoleStudent { // staff are never in a team
		var err error
		if teams, err = w.store.TeamsOf(ctx, m.Course.ID, m.Actor.User.Login); err != nil {
			return nil, fmt.Errorf("find teams: %w", err)
		}
	}
	var readable []schema.Assignment
	var owners []string
	for _, a := range of {
		if a.Spec == nil {
			continue
		}
		owner := m.Actor.User.Login
		if team := teams[a.ID]; team != "" {
			owner = team
		}
		readable, owners = append(readable, a.Assignment), append(owners, owner)
	}
	now := w.clock()
	reached, err := w.store.Progress(ctx, readable, owners, now)
	if err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	all := make([]Progress, len(of))
	for i, a := range of {
		if a.Spec == nil {
			continue
		}
		all[i] = Progress{reached[0], course.Access{Viewer: m.Viewer(), Owner: reached[0].Counting, Now: now}}
		reached = reached[1:]
	}
	return all, nil
}

// Accesses is like Access for several works: viewers[i] reads works[i].
func (w *Work) Accesses(ctx context.Context, viewers []course.Viewer, works []course.WorkOf) ([]course.Access, error) {
	owners, err := w.store.Owners(ctx, works)
	if err != nil {
		return nil, fmt.Errorf("find owners: %w", err)
	}
	now := w.clock()
	all := make([]course.Access, len(works))
	for i, of := range works {
		all[i] = course.Access{Viewer: viewers[i], Owner: owners[of], Now: now}
	}
	return all, nil
}
