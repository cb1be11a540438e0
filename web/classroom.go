package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/grader/grader/classroom"
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
	items, err := s.items(r.Context(), m, func(view.Item) bool { return true })
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

// items lists the wanted ones of the assignments of a course that a member may see.
func (s *studentPages) items(ctx context.Context, m member, wanted func(view.Item) bool) ([]view.Item, error) {
	all, err := s.Classroom.Work.Assignments(ctx, m)
	if err != nil {
		return nil, err
	}
	reached, err := s.Classroom.Work.Progress(ctx, m, all)
	if err != nil {
		return nil, err
	}
	var items []view.Item
	var of []classroom.Progress // of the items
	var grades []schema.Grade
	for i, a := range all {
		if item := s.newItem(s.newTask(a), m, reached[i]); wanted(item) {
			items, of = append(items, item), append(of, reached[i])
			grades = append(grades, reached[i].Terms.Grade)
		}
	}
	counted, err := s.Results.Counted(ctx, grades...)
	if err != nil {
		return nil, fmt.Errorf("submissions that count: %w", err)
	}
	for i, p := range of {
		if items[i].Empty {
			continue
		}
		var sub *schema.GradedSubmission
		if is, known := counted[countingWork(p.Terms.Grade)]; known {
			sub = &is
		}
		items[i].Standing = s.newStanding(m, p.Terms.Grade, p.Terms, p.Access, sub, p.Regrade)
	}
	return items, nil
}

// newItem returns the item of an assignment, without its standing.
func (s *studentPages) newItem(t task, m member, p classroom.Progress) view.Item {
	i := view.Item{
		Path: "/" + t.Path(), Name: t.Name, Title: t.Title(), Course: m.Course.Code,
		Due: s.due(t, p.Terms), Empty: t.Spec == nil, Broken: t.Broken != nil,
	}
	if t.Spec == nil {
		return i
	}
	i.DueAt, i.Pushes = p.Terms.Schedule.Due(), p.Pushes
	if !course.Released(t.Spec, s.now()) {
		i.Upcoming = view.At(t.Spec.Release, s.now(), m.Course.Location())
	}
	return i
}

// countingWork returns the work whose submission counts for a grade.
func countingWork(g schema.Grade) course.WorkOf {
	return course.WorkOf{Assignment: g.AssignmentID, Owner: g.Counting()}
}

// standing returns the standing of an owner, who is the member or their team. terms are the
// owner's, and counted is the submission that counts for the grade.
func (s *site) standing(ctx context.Context, t task, m member, owner string, terms course.Terms, grade schema.Grade, counted *schema.GradedSubmission) (view.Standing, error) {
	access, err := s.Classroom.Work.Access(ctx, m.Viewer(), t.ID, grade.Counting())
	if err != nil {
		return view.Standing{}, err
	}
	regrade, changed, err := s.Results.LastRegrade(ctx, t.ID, owner)
	if err != nil {
		return view.Standing{}, fmt.Errorf("regrades: %w", err)
	}
	last := &regrade
	if !changed {
		last = nil
	}
	return s.newStanding(m, grade, terms, access, counted, last), nil
}

// newStanding returns the standing with a grade. counted is the submission that counts, and regrade the last change
// of the grade by a regrade set; both may be nil.
func (s *site) newStanding(m member, grade schema.Grade, terms course.Terms, access course.Access, counted *schema.GradedSubmission, regrade *schema.RegradeNotice) view.Standing {
	var shown *view.Row
	if counted != nil {
		one := view.NewRow(*counted, access, s.now(), m.Course.Location())
		shown = &one
	}
	standing := view.NewStanding(course.RedactGrade(grade, access), shown, terms, s.now())
	if regrade != nil {
		standing.Regrade = view.Sentence(course.RegradeWords(*regrade, access, m.Course.Location()))
	}
	return standing
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

// counted returns an owner's grade, and the submission that counts for it, with a summary of its result, or nil if
// none counts. It may be a submission of a team that the owner has left.
func (s *site) counted(ctx context.Context, t task, owner string, terms course.Terms) (schema.Grade, *schema.GradedSubmission, error) {
	grade, err := s.grade(ctx, t, owner, terms)
	if err != nil {
		return grade, nil, err
	}
	all, err := s.Results.Counted(ctx, grade)
	if err != nil {
		return grade, nil, fmt.Errorf("submission that counts: %w", err)
	}
	sub, known := all[countingWork(grade)]
	if !known {
		return grade, nil, nil
	}
	return grade, &sub, nil
}
