package api

import (
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// assignmentInfo is an assignment for a member of its course. Its times apply to the member's own
// work and are in the course's zone.
type assignmentInfo struct {
	Assignment string    `json:"assignment"`
	Path       string    `json:"path"` // COURSE/ASSIGNMENT
	Title      string    `json:"title"`
	Tests      int       `json:"tests_version,omitempty"` // absent: no version has been accepted yet
	Unreadable bool      `json:"unreadable,omitempty"`    // for staff: this program cannot read the accepted version
	Owner      string    `json:"owner"`                   // owner of the person's work: the person or their team
	Release    time.Time `json:"release,omitzero"`
	Due        time.Time `json:"due,omitzero"` // the last minute
	End        time.Time `json:"end,omitzero"` // the last minute that is graded
	Closed     bool      `json:"closed,omitempty"`
	Counts     string    `json:"counts,omitempty"`   // which submission counts: best, last or marked
	Standing   string    `json:"standing,omitempty"` // in words: remaining late days and pushes
}

// person is one entry of a course's roster.
type person struct {
	Login     string      `json:"login"`
	StudentID string      `json:"student_id,omitempty"`
	Name      string      `json:"name"`
	Email     string      `json:"email"`
	Role      schema.Role `json:"role"`
	Section   string      `json:"section,omitempty"`
	Dropped   bool        `json:"dropped,omitempty"`
}

// times holds the late days and outages of a course.
type times struct {
	LateDays int             `json:"late_days"` // of each student
	Outages  []tables.Outage `json:"outages"`
}

func (a *API) courseRoutes() []route {
	return []route{
		list("/courses", "listCourses", "The courses that the person is in; all of them for administrators", listCourses, func(c courseInfo) string { return c.Code }),
		get("/courses/{course}", "getCourse", "A course, and for its staff what they must know", showCourse),
		list("/courses/{course}/assignments", "listAssignments", "The assignments of a course", listAssignments, func(a assignmentInfo) string { return a.Assignment }),
		get("/courses/{course}/assignments/{assignment}", "getAssignment", "An assignment, with the person's own times", showAssignment),
		list("/courses/{course}/roster", "getRoster", "Who is in a course, and as what; for staff", showRoster, func(e tables.Enrolment) string { return e.Login }),
		list("/courses/{course}/people", "listPeople", "The people of a course with their ids and sections; for staff", listPeople, func(p person) string { return p.Login }),
		list("/courses/{course}/grades", "listGrades", "Grades: the person's own, or for staff everybody's", listGrades, func(g tables.Grade) string { return g.Owner + "/" + g.Assignment },
			parameter{name: "owner", kind: "string", help: "only those of this person or team"}),
		file("/courses/{course}/export", "exportGrades", "Grades as a file that a platform imports; for staff", "text/csv", exportGrades,
			parameter{name: "format", kind: "string", help: "brightspace, canvas, moodle, blackboard or csv; csv if absent"},
			parameter{name: "assignment", kind: "string", help: "only this assignment"}, parameter{name: "dropped", kind: "boolean", help: "with those who have left the course"}),
		get("/courses/{course}/times", "getTimes", "Late days and outages of a course; for instructors", showTimes),
		get("/courses/{course}/audit", "listCourseAudit", "Who did what in a course, newest first; for instructors", listCourseAudit, auditQuery()...),
	}
}

// member returns the person's membership of the course in the path.
func (c *call) member() (classroom.Member, error) {
	return c.Classroom.Work.Member(c.ctx(), c.by, c.path("course"))
}

func listCourses(c *call) ([]courseInfo, error) {
	courses, err := enrolled(c)
	if err != nil || !c.by.User.Admin {
		return courses, err
	}
	roles := make(map[string]schema.Role)
	for _, is := range courses {
		roles[is.Code] = is.Role
	}
	all, err := c.Classroom.Courses.List(c.ctx(), c.by)
	courses = courses[:0]
	for _, one := range all {
		courses = append(courses, newCourseInfo(one, roles[one.Code]))
	}
	return courses, err
}

func showCourse(c *call) (courseInfo, error) {
	m, err := c.member()
	if err != nil {
		return courseInfo{}, err
	}
	is := newCourseInfo(m.Course, m.Role)
	is.Dropped = m.Dropped
	is.Attention, err = c.Classroom.Work.Attention(c.ctx(), m)
	return is, err
}

func listAssignments(c *call) ([]assignmentInfo, error) {
	m, err := c.member()
	if err != nil {
		return nil, err
	}
	all, err := c.Classroom.Work.Assignments(c.ctx(), m)
	if err != nil {
		return nil, err
	}
	shown := make([]assignmentInfo, 0, len(all))
	for _, one := range all {
		is, err := newAssignmentInfo(c, m, one)
		if err != nil {
			return nil, err
		}
		shown = append(shown, is)
	}
	return shown, nil
}

// task returns the assignment in the path, and the person's membership of its course.
func (c *call) task() (classroom.Member, classroom.Assignment, error) {
	m, err := c.member()
	if err != nil {
		return m, classroom.Assignment{}, err
	}
	is, err := c.Classroom.Work.Assignment(c.ctx(), m, c.path("assignment"))
	return m, is, err
}

func showAssignment(c *call) (assignmentInfo, error) {
	m, is, err := c.task()
	if err != nil {
		return assignmentInfo{}, err
	}
	return newAssignmentInfo(c, m, is)
}

func newAssignmentInfo(c *call, m classroom.Member, a classroom.Assignment) (is assignmentInfo, err error) {
	is = assignmentInfo{Assignment: a.Name, Path: a.Path(), Title: a.Name, Unreadable: a.Broken != nil}
	if is.Owner, err = c.Classroom.Work.OwnerOf(c.ctx(), m, a.ID); err != nil || a.Spec == nil {
		return is, err
	}
	now, zone := c.Clock(), m.Course.Location()
	terms, err := c.Results.Terms(c.ctx(), a.ID, is.Owner, now)
	if err != nil {
		return is, err
	}
	is.Tests, is.Counts, is.Standing, is.Closed = a.Active.Number, string(a.Spec.Counts), terms.Status(now), terms.Schedule.Ended(now)
	if a.Spec.Title != "" {
		is.Title = a.Spec.Title
	}
	if !a.Spec.Release.IsZero() {
		is.Release = a.Spec.Release.In(zone)
	}
	if due := terms.Schedule.Due(); !due.IsZero() {
		is.Due, is.End = due.In(zone), terms.Schedule.End().Add(-time.Minute).In(zone)
	}
	return is, nil
}

func showRoster(c *call) ([]tables.Enrolment, error) {
	all, err := c.Classroom.Courses.Roster(c.ctx(), c.by, c.path("course"))
	return tables.PublicRoster(all), err
}

func listPeople(c *call) ([]person, error) {
	all, err := c.Classroom.People.List(c.ctx(), c.by, c.path("course"))
	people := make([]person, 0, len(all))
	for _, p := range all {
		if p.Enrolled {
			people = append(people, person{p.Login, p.StudentID, p.Name, p.Email, p.Role, p.Section, p.Dropped})
		}
	}
	return people, err
}

func listGrades(c *call) ([]tables.Grade, error) {
	owner := c.text("owner")
	if owner == "" {
		m, err := c.member()
		if err != nil {
			return nil, err
		}
		if !m.Viewer().Staff() {
			owner = c.by.User.Login
		}
	}
	all, err := c.Classroom.Grades.List(c.ctx(), c.by, c.path("course"), owner)
	return tables.PublicGrades(all, ""), err
}

func exportGrades(c *call) (document, error) {
	r := classroom.ExportRequest{Course: c.path("course"), Assignment: c.text("assignment"), Format: c.text("format"), Dropped: c.is("dropped")}
	if r.Format == "" {
		r.Format = "csv"
	}
	exported, err := c.Classroom.People.Export(c.ctx(), c.by, r)
	name := r.Course
	if r.Assignment != "" {
		name += "-" + r.Assignment
	}
	return document{media: "text/csv; charset=utf-8", name: strings.ReplaceAll(name, "/", "-") + "-" + r.Format + ".csv", data: exported.Data}, err
}

func showTimes(c *call) (times, error) {
	is, err := c.Classroom.Grades.Times(c.ctx(), c.by, c.path("course"))
	shown := times{LateDays: is.LateDays, Outages: []tables.Outage{}}
	for _, o := range is.Outages {
		shown.Outages = append(shown.Outages, tables.PublicOutage(o, 0))
	}
	return shown, err
}

func listCourseAudit(c *call) ([]tables.Entry, error) { return auditOf(c, c.path("course")) }

// classPage is one page of a class's results in an assignment.
type classPage struct {
	Tests    []classTest    `json:"tests"`
	Students []classStudent `json:"students"`
	Found    int            `json:"found"` // students on all pages
	Page     int            `json:"page"`
	Pages    int            `json:"pages"`
	Enrolled int            `json:"enrolled"`
	Missing  int            `json:"missing"` // enrolled students who have pushed nothing
	Counted  int            `json:"counted"` // enrolled students with a submission that counts
	Scores   []classScores  `json:"scores"`
}

// classTest is a test with the class's results.
type classTest struct {
	Name   string `json:"name"`
	Of     int    `json:"of"` // results that include the test
	Passed int    `json:"passed"`
}

// classStudent is a student with the test results of their submission that counts.
type classStudent struct {
	Login   string       `json:"login"`
	Name    string       `json:"name"`
	Section string       `json:"section,omitempty"`
	Pushes  int          `json:"pushes"`
	Last    time.Time    `json:"last,omitzero"`
	Number  int          `json:"number"` // of the submission whose tests are shown
	Grade   tables.Grade `json:"grade"`
	Stuck   *classStuck  `json:"stuck,omitempty"` // only for show=stuck
	Tests   []*classCell `json:"tests"`           // in the order of the page's tests; null: the result does not include the test
}

// classStuck is the failure that a student's latest submissions have in common.
type classStuck struct {
	Failure string `json:"failure"` // its key in listFailures
	Test    string `json:"test"`
	Text    string `json:"text"`
	Pushes  int    `json:"pushes"` // consecutive submissions with this failure
}

// classCell is the result of a submission in the cases of one test.
type classCell struct {
	Passed int     `json:"passed"`
	Cases  int     `json:"cases"`
	Score  float64 `json:"score"`
	Max    float64 `json:"max"`
}

// classScores is one bar of the histogram of final scores: from ≤ score < to.
type classScores struct {
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	Students int     `json:"students"`
}

// classQuery returns the parameters that select students of a class.
func classQuery() []parameter {
	return []parameter{
		option("show", "only those students", "missing", "failing", "late", "none", "stuck"),
		{name: "failure", kind: "string", help: "only those who have this failure, by the key that listFailures gives it"},
		option("sort", "by login if absent", "name", "section", "score", "pushes", "last"),
		{name: "down", kind: "boolean", help: "the other way round"},
		{name: "find", kind: "string", help: "in logins, names and sections"},
		{name: "page", kind: "integer", help: "from 1"},
		{name: "size", kind: "integer", help: "students on a page, at most 200; 50 if absent"},
	}
}

func showClass(c *call) (classPage, error) {
	m, is, err := c.task()
	if err != nil {
		return classPage{}, err
	}
	q := course.ClassQuery{Show: course.ClassShow(c.text("show")), Sort: course.ClassSort(c.text("sort")), Down: c.is("down"), Find: c.text("find"), Failure: c.text("failure"),
		Page: c.number("page", 1), Size: min(max(c.number("size", 50), 1), 200)}
	class, err := c.Classroom.Classes.Show(c.ctx(), m, is, q)
	if err != nil {
		return classPage{}, err
	}
	if class.Page < class.Pages {
		c.follow("page", number(class.Page+1))
	}
	return newClassPage(class), nil
}

func newClassPage(class course.Class) classPage {
	p := classPage{Tests: []classTest{}, Students: []classStudent{}, Scores: []classScores{}, Found: class.Found.Sum(), Page: class.Page, Pages: class.Pages,
		Enrolled: class.Enrolled, Missing: class.Missing, Counted: class.Counted}
	for _, t := range class.Tests {
		p.Tests = append(p.Tests, classTest{schema.Sanitize(t.Name), t.Of, t.Passed})
	}
	for _, b := range class.Bins {
		p.Scores = append(p.Scores, classScores{float(b.From), float(b.To), b.Students})
	}
	for _, s := range class.Students {
		one := classStudent{Login: s.Login, Name: s.Name, Section: s.Section, Pushes: s.Pushes, Last: s.Last, Number: s.Number, Tests: []*classCell{},
			Grade: tables.PublicGrades([]schema.Grade{s.Grade}, "")[0]}
		if stuck := s.Stuck; stuck.Pushes > 0 {
			one.Stuck = &classStuck{stuck.Key, schema.Sanitize(stuck.Test), schema.Sanitize(stuck.Text), stuck.Pushes}
		}
		for _, cell := range s.Cells {
			if cell == nil {
				one.Tests = append(one.Tests, nil)
			} else {
				one.Tests = append(one.Tests, &classCell{cell.Passed, cell.Cases, float(cell.Score), float(cell.Max)})
			}
		}
		p.Students = append(p.Students, one)
	}
	return p
}
