package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// coursePage lists a course's assignments.
type coursePage struct {
	frame
	Course schema.Course
	Role   string
	Staff  bool
	Items  []item
	// Attention is what is wrong in the course, for staff.
	Attention []string
}

// item is an assignment in a list.
type item struct {
	Path, Name, Title string
	Course            string
	Due               due
	Upcoming          moment // when it will be released: staff see it before
	Broken            bool   // what was accepted cannot be read: staff see it
	Empty             bool   // no tests have been accepted yet: staff see it
	Pushes            int
	Counted           *row // what counts for the person, as things stand
	dueAt             time.Time
}

// serveCourse shows one course to its members.
func (s *Server) serveCourse(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	items, err := s.items(r, m)
	if err != nil {
		return err
	}
	page := coursePage{
		frame:  s.newFrame(m.Course.Title, &user),
		Course: m.Course, Role: roleWord(m.Role), Staff: m.Viewer().Staff(), Items: items,
	}
	if page.Attention, err = s.Classroom.Work.Attention(r.Context(), m); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "course", page)
}

// items lists the assignments of a course that a member may see.
func (s *Server) items(r *http.Request, m member) ([]item, error) {
	all, err := s.Classroom.Work.Assignments(r.Context(), m)
	if err != nil {
		return nil, err
	}
	var items []item
	for _, a := range all {
		i, err := s.newItem(r, s.newTask(a), m)
		if err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, nil
}

func (s *Server) newItem(r *http.Request, t task, m member) (item, error) {
	terms, err := s.terms(r.Context(), t, m.Actor.User.Login)
	if err != nil {
		return item{}, err
	}
	i := item{
		Path: "/" + t.Path(), Name: t.Name, Title: t.Title(), Course: m.Course.Code,
		Due: s.due(t, terms), Empty: t.Spec == nil, Broken: t.Broken != nil,
	}
	if t.Spec == nil {
		return i, nil
	}
	i.dueAt = terms.Schedule.Due()
	if !course.Released(t.Spec, s.now()) {
		i.Upcoming = s.at(t.Spec.Release, m.Course.Location())
	}
	subs, err := s.Results.Submissions(r.Context(), t.ID, m.Actor.User.Login, maxSubmissions)
	if err != nil {
		return item{}, fmt.Errorf("submissions: %w", err)
	}
	i.Pushes = len(subs)
	counted, err := s.counted(r.Context(), t, m.Actor.User.Login)
	if err != nil {
		return item{}, err
	}
	if counted != nil {
		shown := s.newRow(*counted, m.Viewer(), m.Course.Location())
		i.Counted = &shown
	}
	return i, nil
}

// counted returns the owner's submission that counts, nil for none.
func (s *Server) counted(ctx context.Context, t task, owner string) (*schema.Submission, error) {
	grade, err := s.Results.Grade(ctx, t.ID, owner)
	if err != nil || grade.Number == 0 {
		return nil, err
	}
	sub, err := s.Results.Submission(ctx, schema.SubmissionName{Course: t.Course.Code, Assignment: t.Name, Owner: owner, Number: grade.Number})
	if err != nil {
		return nil, fmt.Errorf("submission that counts: %w", err)
	}
	return &sub, nil
}
