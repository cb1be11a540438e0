package load

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

// seat is a student in a course.
type seat struct {
	course int
	login  string
	name   string
	due    time.Duration // due time of their work after the start, with their extension
}

// seats returns the students of all courses, from the rosters or as many as the plan says. The
// index of a student is their number in the simulation.
func (p Plan) seats() []seat {
	var all []seat
	extended := make(map[int]int)
	add := func(course int, login, name string) {
		due := p.due(course)
		if extended[course] < p.Extended {
			extended[course]++
			due += p.Extension
		}
		all = append(all, seat{course: course, login: login, name: name, due: due})
	}
	for course, rows := range p.Rosters {
		for _, row := range rows {
			if isStudent(row) {
				add(course, row.Login, row.Name)
			}
		}
	}
	if len(p.Rosters) == 0 {
		for i := range p.Students {
			add(i%p.Courses, fmt.Sprintf("student-%d-%d", i%p.Courses+1, i+1), "")
		}
	}
	return all
}

// isStudent reports whether a row of a roster is a student who can push.
func isStudent(row schema.RosterRow) bool {
	return row.Login != "" && !row.Dropped && (row.Role == "" || row.Role == schema.RoleStudent)
}

// crowded returns the students of the crowded course.
func (p Plan) crowded() []seat {
	if p.Crowded == 0 {
		return nil
	}
	all := make([]seat, p.Students)
	for i := range all {
		all[i] = seat{course: p.Courses, login: fmt.Sprintf("student-%d-%d", p.Courses+1, i+1)}
	}
	return all
}

// due returns the due time of a course's assignment, relative to the start.
func (p Plan) due(course int) time.Duration {
	if len(p.Dues) == 0 {
		return p.Over
	}
	return p.Dues[min(course, len(p.Dues)-1)]
}

// enrolled sets the numbers of students and courses from the rosters. CodeInvalid: a roster has no
// students.
func (p Plan) enrolled() (Plan, error) {
	if len(p.Rosters) == 0 {
		return p, nil
	}
	p.Courses, p.Students = len(p.Rosters), 0
	for i, rows := range p.Rosters {
		students := 0
		for _, row := range rows {
			if isStudent(row) {
				students++
			}
		}
		if students == 0 {
			return p, schema.Errorf(schema.CodeInvalid, "roster %d: it has no students; use a roster with at least one", i+1)
		}
		p.Students += students
	}
	return p, nil
}

// public returns the plan without the names of people.
func (p Plan) public() Plan {
	p.Rosters = nil
	return p
}
