package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

const (
	recentRows     = 10  // submissions on the home page
	maxSubmissions = 200 // of one owner that a page looks at
)

// homePage is what somebody who has signed in sees first.
type homePage struct {
	frame
	Courses []courseLink
	Due     []item
	Recent  table
	Clone   string // an example of the command that starts it all
}

// courseLink leads to a course.
type courseLink struct {
	Path, Code, Title string
	Role              string
	Attention         []string // what is wrong there, for staff
}

// serveHome shows what concerns the person, or how to sign in.
func (s *Server) serveHome(w http.ResponseWriter, r *http.Request) error {
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
	page := homePage{frame: s.newFrame("Home", &user), Clone: "git clone " + repositoryURL(s.SSHAddress, "COURSE/ASSIGNMENT")}
	for _, e := range enrolments {
		m := member{Actor: s.actor(r, user), Course: e.Course, Role: e.Role}
		link := courseLink{Path: "/" + e.Course.Code, Code: e.Course.Code, Title: e.Course.Title, Role: roleWord(e.Role)}
		if link.Attention, err = s.Classroom.Work.Attention(r.Context(), m); err != nil {
			return err
		}
		page.Courses = append(page.Courses, link)
		items, err := s.items(r, m)
		if err != nil {
			return err
		}
		page.Due = append(page.Due, items...)
	}
	page.Due = stillDue(page.Due)
	page.Recent = table{Caption: "My last results", ByTask: true}
	if page.Recent.Rows, err = s.recent(r, user, enrolments); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "home", page)
}

// stillDue keeps what can still be worked on, what is due first first.
func stillDue(items []item) []item {
	items = slices.DeleteFunc(items, func(i item) bool { return i.Due.Past || i.Empty || i.Upcoming.ISO != "" })
	slices.SortStableFunc(items, func(a, b item) int {
		if a.Due.Never != b.Due.Never {
			return map[bool]int{false: -1, true: 1}[a.Due.Never]
		}
		return cmp.Compare(a.dueAt.UnixNano(), b.dueAt.UnixNano())
	})
	return items
}

// recent returns the person's latest submissions in the courses where they still
// are somebody.
func (s *Server) recent(r *http.Request, user schema.User, enrolments []schema.Enrolment) ([]row, error) {
	subs, err := s.Results.Recent(r.Context(), user.ID, recentRows)
	if err != nil {
		return nil, fmt.Errorf("recent submissions: %w", err)
	}
	var rows []row
	for _, sub := range subs {
		i := slices.IndexFunc(enrolments, func(e schema.Enrolment) bool { return e.Course.Code == sub.Name.Course })
		if i < 0 {
			continue
		}
		v := member{Actor: s.actor(r, user), Role: enrolments[i].Role}.Viewer()
		if course.MaySee(v, sub.Name) == nil {
			rows = append(rows, s.newRow(sub, v, enrolments[i].Course.Location()))
		}
	}
	return rows, nil
}

func roleWord(r schema.Role) string {
	switch r {
	case schema.RoleTA:
		return "teaching assistant"
	case "":
		return "administrator"
	}
	return string(r)
}
