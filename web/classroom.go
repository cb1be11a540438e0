package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// coursePage lists a course's assignments.
type coursePage struct {
	frame
	Course schema.Course
	Role   string
	Staff  bool
	Items  []item
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
	return s.render(w, http.StatusOK, "course", coursePage{
		frame:  s.newFrame(m.Course.Title, &user),
		Course: m.Course, Role: roleWord(m.Role), Staff: m.viewer().Staff(), Items: items,
	})
}

// items lists the assignments of a course that a member may see.
func (s *Server) items(r *http.Request, m member) ([]item, error) {
	all, err := s.Results.Assignments(r.Context(), m.Course.ID)
	if err != nil {
		return nil, fmt.Errorf("assignments: %w", err)
	}
	var items []item
	for _, a := range all {
		t, err := s.visibleTask(a, m)
		if schema.CodeOf(err) == schema.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		i, err := s.newItem(r, t, m)
		if err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, nil
}

func (s *Server) newItem(r *http.Request, t task, m member) (item, error) {
	i := item{
		Path: "/" + t.Path(), Name: t.Name, Title: t.Title(), Course: m.Course.Code,
		Due: s.due(t), Empty: t.Spec == nil, Broken: t.Broken,
	}
	if t.Spec == nil {
		return i, nil
	}
	i.dueAt = t.Spec.Due
	if !course.Released(t.Spec, s.now()) {
		i.Upcoming = s.at(t.Spec.Release, m.Course.Location())
	}
	subs, err := s.Results.Submissions(r.Context(), t.ID, m.User.Login, maxSubmissions)
	if err != nil {
		return item{}, fmt.Errorf("submissions: %w", err)
	}
	i.Pushes = len(subs)
	i.Counted = s.counted(subs, t, m)
	return i, nil
}

// counted returns the submission that counts, nil for none.
func (s *Server) counted(subs []schema.Submission, t task, m member) *row {
	best := course.Better(countsRule(t.Spec), subs)
	if best < 0 {
		return nil
	}
	r := s.newRow(subs[best], m.viewer(), m.Course.Location())
	return &r
}

// countsRule is the assignment's, best where it has none yet.
func countsRule(spec *assignment.Spec) assignment.Counts {
	if spec == nil || spec.Counts == "" {
		return assignment.CountsBest
	}
	return spec.Counts
}
