package web

import (
	"github.com/grader/grader/web/view"
)

// courseFrame makes the frame of a page of a course. current is the page's path below the course.
func (s *site) courseFrame(title string, m member, current string) view.Frame {
	f := s.newFrame(title, &m.Actor.User)
	f.Tabs = view.CourseTabs(m.Course.Code, m.Viewer(), current)
	if current != "" {
		f.Crumbs = append(f.Crumbs, view.NewCrumb(m.Course.Code, "/"+m.Course.Code))
	}
	return f
}

// taskFrame makes the frame of a page of an assignment. current is the page's path below the
// assignment.
func (s *site) taskFrame(title string, m member, t task, current string) view.Frame {
	f := s.newFrame(title, &m.Actor.User, view.NewCrumb(m.Course.Code, "/"+m.Course.Code))
	f.Tabs = view.AssignmentTabs(t.Assignment.Assignment, m.Viewer(), current)
	if current != "" {
		f.Crumbs = append(f.Crumbs, view.NewCrumb(t.Name, "/"+t.Path()))
	}
	return f
}
