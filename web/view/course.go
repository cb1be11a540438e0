package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Home is the home page of a signed-in user.
type Home struct {
	Frame
	Courses []CourseLink
	Due     []Item
	Recent  Table
	Clone   string // an example of the git clone command
}

// CourseLink is a link to a course.
type CourseLink struct {
	Path, Code, Title string
	Role              string
	Attention         []string // problems of the course, for staff
}

// Course is the page of a course with its assignments.
type Course struct {
	Frame
	Course    schema.Course
	Role      string
	Staff     bool
	Items     []Item
	Attention []string // problems of the course, for staff
}

// Item is one assignment of a list.
type Item struct {
	Path, Name, Title string
	Course            string
	Due               Due
	DueAt             time.Time // zero: never
	Upcoming          Moment    // when it will be released; only staff see it before
	Broken            bool      // the accepted version cannot be read; only staff see it
	Empty             bool      // no tests have been accepted yet; only staff see it
	Pushes            int
	Standing          Standing // of the person
}

// StillDue reports whether the assignment can still be worked on.
func (i Item) StillDue() bool { return !i.Due.Past && !i.Empty && i.Upcoming.ISO == "" }

// SortByDue orders items by due time, those without one last.
func SortByDue(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		if a.Due.Never != b.Due.Never {
			return map[bool]int{false: -1, true: 1}[a.Due.Never]
		}
		return cmp.Compare(a.DueAt.UnixNano(), b.DueAt.UnixNano())
	})
}

// Standing describes which of a person's submissions counts for an assignment.
type Standing struct {
	Counted *Row   // the submission that counts, nil for none
	Late    string // "1 day late", "" if it is not
	Changes string // why the grade differs from the score: "2 off for lateness: final 15"
	Left    string // "2 late days left; 17 of 20 pushes left today"
	Regrade string // what a regrade set changed: "regraded 3 Oct: 17 → 19, …"
}

// NewStanding returns the standing for a grade. counted is its submission, nil if none counts.
func NewStanding(g schema.Grade, counted *Row, terms course.Terms, now time.Time) Standing {
	s := Standing{Counted: counted, Left: terms.Left(now)}
	if counted == nil {
		return s
	}
	if g.State == schema.TimelinessLate {
		s.Late = Count(g.Days, "day") + " late"
		if g.Tokens > 0 {
			s.Late += ", " + Count(g.Tokens, "late day") + " spent"
		}
	}
	s.Changes = strings.TrimPrefix(course.Changes(g), ", ")
	return s
}
