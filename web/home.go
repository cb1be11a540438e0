package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

const (
	recentRows     = 10  // submissions on the home page
	maxSubmissions = 200 // of one owner that a page reads
)

// serveHome shows a person's own assignments and submissions, or how to sign in.
func (s *studentPages) serveHome(w http.ResponseWriter, r *http.Request) error {
	user, err := s.user(r)
	if schema.CodeOf(err) == schema.CodeUnauthenticated {
		return s.renderWelcome(w, http.StatusOK, false)
	}
	if err != nil {
		return err
	}
	enrolments, err := s.Accounts.Enrolments(r.Context(), user.ID)
	if err != nil {
		return fmt.Errorf("enrolments: %w", err)
	}
	page := view.Home{Frame: s.newFrame("Home", &user), Clone: "git clone " + view.RepositoryURL(s.SSHAddress, "COURSE/ASSIGNMENT")}
	for _, e := range enrolments {
		m := member{Actor: s.actor(r, user), Course: e.Course, Role: e.Role}
		link := view.CourseLink{Path: "/" + e.Course.Code, Code: e.Course.Code, Title: e.Course.Title, Role: view.RoleWord(e.Role)}
		if link.Attention, err = s.Classroom.Work.Attention(r.Context(), m); err != nil {
			return err
		}
		page.Courses = append(page.Courses, link)
		items, err := s.items(r.Context(), m, view.Item.StillDue)
		if err != nil {
			return err
		}
		page.Due = append(page.Due, items...)
	}
	view.SortByDue(page.Due)
	page.Recent = view.Table{Caption: "My last results", ByTask: true}
	if page.Recent.Rows, err = s.recent(r, user, enrolments); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "home", page)
}

// recent returns the person's latest submissions in the courses in which they still have a role.
func (s *studentPages) recent(r *http.Request, user schema.User, enrolments []schema.Enrolment) ([]view.Row, error) {
	subs, err := s.Results.Recent(r.Context(), user.ID, recentRows)
	if err != nil {
		return nil, fmt.Errorf("recent submissions: %w", err)
	}
	var shown []schema.GradedSubmission
	var viewers []course.Viewer
	var zones []*time.Location
	var works []course.WorkOf
	for _, sub := range subs {
		i := slices.IndexFunc(enrolments, func(e schema.Enrolment) bool { return e.Course.Code == sub.Name.Course })
		if i < 0 {
			continue
		}
		shown, zones = append(shown, sub), append(zones, enrolments[i].Course.Location())
		viewers = append(viewers, member{Actor: s.actor(r, user), Role: enrolments[i].Role}.Viewer())
		works = append(works, course.WorkOf{Assignment: sub.Assignment, Owner: sub.Name.Owner})
	}
	accesses, err := s.Classroom.Work.Accesses(r.Context(), viewers, works)
	if err != nil {
		return nil, err
	}
	var rows []view.Row
	for i, sub := range shown {
		if course.MaySee(accesses[i], sub.Name) == nil {
			rows = append(rows, view.NewRow(sub, accesses[i], s.now(), zones[i]))
		}
	}
	return rows, nil
}
