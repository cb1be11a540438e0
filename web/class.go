package web

import (
	"net/http"
	"strconv"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// classPage is the number of students on a page of a class.
const classPage = 50

// serveClass shows the results of a class in an assignment.
func (s *classPages) serveClass(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	q := classQuery(r)
	class, err := s.Classroom.Classes.Show(r.Context(), m, t.Assignment, q)
	if err != nil {
		return hidden("class", err)
	}
	page := view.NewClass("/"+t.Path(), class, q, s.now(), m.Course.Location())
	page.Frame, page.Task = s.taskFrame("Class: "+t.Title(), m, t, "/-/grid"), t.Title()
	return s.render(w, http.StatusOK, "grid", page)
}

// classQuery parses the query of a page of a class. It ignores unknown values.
func classQuery(r *http.Request) course.ClassQuery {
	values := r.URL.Query()
	q := course.ClassQuery{Find: values.Get("find"), Failure: values.Get("failure"), Teams: true, Down: values.Get("down") == "1", Size: classPage}
	switch show := course.ClassShow(values.Get("show")); show {
	case course.ClassMissing, course.ClassFailing, course.ClassLate, course.ClassNone, course.ClassStuck:
		q.Show = show
	}
	switch sort := course.ClassSort(values.Get("sort")); sort {
	case course.SortName, course.SortSection, course.SortScore, course.SortPushes, course.SortLast:
		q.Sort = sort
	}
	if n, err := strconv.Atoi(values.Get("page")); err == nil {
		q.Page = n
	}
	return q
}

// taskOf returns the assignment in the path and the user's membership of its course.
func (s *site) taskOf(r *http.Request, user schema.User) (member, task, error) {
	m, err := s.memberOf(r, user)
	if err != nil {
		return m, task{}, err
	}
	t, err := s.findTask(r.Context(), m, r.PathValue("assignment"))
	return m, t, err
}
