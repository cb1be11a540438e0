package store

import (
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// seats holds the current and former members of teams.
type seats struct {
	current map[work]string        // person to team
	left    map[work][]schema.Seat // of a person, in the order in which they left
	teams   map[work]team
}

// team holds the current and former members of one team.
type team struct {
	seats   []schema.Seat
	current []string // logins
}

func newSeats(all []schema.Seat) seats {
	s := seats{current: make(map[work]string), left: make(map[work][]schema.Seat), teams: make(map[work]team)}
	for _, seat := range all {
		person, of := work{seat.Assignment, seat.Login}, work{seat.Assignment, seat.Team}
		in := s.teams[of]
		in.seats = append(in.seats, seat)
		if seat.Left.IsZero() {
			in.current = append(in.current, seat.Login)
			s.current[person] = seat.Team
		} else {
			s.left[person] = append(s.left[person], seat)
		}
		s.teams[of] = in
	}
	for _, left := range s.left {
		slices.SortStableFunc(left, func(a, b schema.Seat) int { return a.Left.Compare(b.Left) })
	}
	return s
}

// now returns a person's current team, "" for none.
func (s seats) now(person work) string { return s.current[person] }

// linked returns an owner, the teams that they were ever in, and everybody who was ever in
// those teams. If one of them can still submit, the others must not see results that are
// hidden until the due date.
func (s seats) linked(owner work) []string {
	names := []string{owner.owner}
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if team := s.current[owner]; team != "" {
		add(team)
	}
	for _, seat := range s.left[owner] {
		add(seat.Team)
	}
	for _, name := range slices.Clone(names) {
		for _, seat := range s.teams[work{owner.assignment, name}].seats {
			add(seat.Login)
		}
	}
	return names
}

// members returns the people who share a team's late days: its members who are students of the
// course, or all members if none is a student.
func (t team) members() []string {
	var students []string
	for _, seat := range t.seats {
		if seat.Left.IsZero() && seat.Student {
			students = append(students, seat.Login)
		}
	}
	if len(students) == 0 {
		return t.current
	}
	return students
}

// at returns the members just before a moment.
func (t team) at(moment time.Time) []string {
	var logins []string
	for _, seat := range t.seats {
		if seat.Joined.Before(moment) && (seat.Left.IsZero() || !seat.Left.Before(moment)) {
			logins = append(logins, seat.Login)
		}
	}
	return logins
}
