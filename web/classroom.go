package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveCourse shows one course to its members.
func (s *studentPages) serveCourse(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	items, err := s.items(r, m, func(view.Item) bool { return true })
	if err != nil {
		return err
	}
	page := view.Course{
		Frame:  s.courseFrame(m.Course.Title, m, ""),
		Course: m.Course, Role: view.RoleWord(m.Role), Staff: m.Viewer().Staff(), Items: items,
	}
	if page.Attention, err = s.Classroom.Work.Attention(r.Context(), m); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "course", page)
}

// itemsAtOnce is the number of assignments of one page that are read at once. It is less than the
// store's number of readers, so that other pages are not delayed.
const itemsAtOnce = 2

// items lists the wanted ones of the assignments of a course that a member may see.
func (s *studentPages) items(r *http.Request, m member, wanted func(view.Item) bool) ([]view.Item, error) {
	all, err := s.Classroom.Work.Assignments(r.Context(), m)
	if err != nil {
		return nil, err
	}
	items := make([]view.Item, len(all))
	g, ctx := errgroup.WithContext(r.Context())
	g.SetLimit(itemsAtOnce)
	for i, a := range all {
		g.Go(func() (err error) {
			// net/http recovers a panic only in the request's own goroutine.
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic in %s: %v\n%s", a.Path(), p, debug.Stack())
				}
			}()
			items[i], err = s.newItem(ctx, s.newTask(a), m, wanted)
			return err
		})
	}
	err = g.Wait()
	return slices.DeleteFunc(items, func(i view.Item) bool { return !wanted(i) }), err
}

// newItem returns the item of an assignment. An unwanted item has no Pushes and no Standing.
func (s *studentPages) newItem(ctx context.Context, t task, m member, wanted func(view.Item) bool) (view.Item, error) {
	owner, err := s.Classroom.Work.OwnerOf(ctx, m, t.ID)
	if err != nil {
		return view.Item{}, err
	}
	terms, err := s.terms(ctx, t, owner)
	if err != nil {
		return view.Item{}, err
	}
	i := view.Item{
		Path: "/" + t.Path(), Name: t.Name, Title: t.Title(), Course: m.Course.Code,
		Due: s.due(t, terms), Empty: t.Spec == nil, Broken: t.Broken != nil,
	}
	if t.Spec == nil {
		return i, nil
	}
	i.DueAt = terms.Schedule.Due()
	if !course.Released(t.Spec, s.now()) {
		i.Upcoming = view.At(t.Spec.Release, s.now(), m.Course.Location())
	}
	if !wanted(i) {
		return i, nil
	}
	if i.Pushes, err = s.Results.Pushes(ctx, t.ID, owner); err != nil {
		return view.Item{}, fmt.Errorf("count submissions: %w", err)
	}
	i.Standing, err = s.standing(ctx, t, m, owner, terms)
	return i, err
}

// standing returns the standing of an owner, who is the member or their team. terms are the
// owner's.
func (s *site) standing(ctx context.Context, t task, m member, owner string, terms course.Terms) (view.Standing, error) {
	grade, err := s.grade(ctx, t, owner, terms)
	if err != nil {
		return view.Standing{}, err
	}
	counted, err := s.counted(ctx, grade)
	if err != nil {
		return view.Standing{}, err
	}
	access, err := s.Classroom.Work.Access(ctx, m.Viewer(), t.ID, grade.Counting())
	if err != nil {
		return view.Standing{}, err
	}
	var shown *view.Row
	if counted != nil {
		one := view.NewRow(*counted, access, s.now(), m.Course.Location())
		shown = &one
	}
	standing := view.NewStanding(course.RedactGrade(grade, access), shown, terms, s.now())
	regrade, changed, err := s.Results.LastRegrade(ctx, t.ID, owner)
	if err != nil {
		return standing, fmt.Errorf("regrades: %w", err)
	}
	if changed {
		standing.Regrade = view.Sentence(course.RegradeWords(regrade, access, m.Course.Location()))
	}
	return standing, nil
}

// grade returns an owner's grade, which the owner's terms contain unless the tests are broken.
func (s *site) grade(ctx context.Context, t task, owner string, terms course.Terms) (schema.Grade, error) {
	if t.Broken == nil {
		return terms.Grade, nil
	}
	grade, err := s.Results.Grade(ctx, t.ID, owner)
	if err != nil {
		return grade, fmt.Errorf("grade: %w", err)
	}
	return grade, nil
}

// counted returns the submission that counts for a grade, with a summary of its result, or nil if
// none counts. It may be a submission of a team that the owner has left.
func (s *site) counted(ctx context.Context, grade schema.Grade) (*schema.GradedSubmission, error) {
	if grade.Number == 0 {
		return nil, nil
	}
	sub, err := s.Results.Counted(ctx, grade)
	if err != nil {
		return nil, fmt.Errorf("submission that counts: %w", err)
	}
	return &sub, nil
}
