package store

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// seated is a person with their section in the roster.
type seated struct{ login, section string }

func scanSeated(r row) (p seated, err error) {
	err = r.Scan(&p.login, &p.section)
	return p, err
}

// SectionOwners returns the students in a TA's sections, and the teams of these students.
func (s *RosterTables) SectionOwners(ctx context.Context, courseID, user int64) (map[string]bool, map[course.TeamOf]bool, error) {
	own, err := list(ctx, s.reader, value[string], `SELECT section FROM enrolments WHERE course_id = ? AND user_id = ?`, courseID, user)
	if err != nil {
		return nil, nil, err
	}
	students, err := list(ctx, s.reader, scanSeated, `SELECT u.login, e.section FROM enrolments e JOIN users u ON u.id = e.user_id
		WHERE e.course_id = ? AND e.role = 'student' AND e.section <> ''`, courseID)
	if err != nil {
		return nil, nil, err
	}
	owners := make(map[string]bool)
	for _, p := range students {
		for _, section := range own {
			if course.ShareSection(section, p.section) {
				owners[p.login] = true
			}
		}
	}
	all, err := list(ctx, s.reader, scanTeamSeat, `SELECT a.name, m.team, m.login FROM assignments a JOIN seats m ON m.assignment_id = a.id
		WHERE a.course_id = ? AND m.left_at = 0`, courseID)
	teams := make(map[course.TeamOf]bool)
	for _, seat := range all {
		if owners[seat.login] {
			teams[seat.team] = true
		}
	}
	return owners, teams, err
}

// teamSeat is a member of a team.
type teamSeat struct {
	team  course.TeamOf
	login string
}

func scanTeamSeat(r row) (t teamSeat, err error) {
	err = r.Scan(&t.team.Assignment, &t.team.Team, &t.login)
	return t, err
}

// offsets returns the delay of each owner's due times in a course. Owners without a delay are
// absent.
func offsets(ctx context.Context, q querier, courseID int64, settings schema.CourseSettings) (map[string]schema.DueOffset, error) {
	if len(settings.Sections) == 0 {
		return nil, nil
	}
	all, err := list(ctx, q, scanSeated, `SELECT u.login, e.section FROM enrolments e JOIN users u ON u.id = e.user_id
		WHERE e.course_id = ? AND e.section <> ''`, courseID)
	later := make(map[string]schema.DueOffset)
	for _, p := range all {
		if o := course.OffsetOf(settings.Sections, p.section); !o.IsZero() {
			later[p.login] = o
		}
	}
	return later, err
}

// SectionOffset returns the delay of one owner's due time. A team gets the latest offset of
// its members.
func (s *RosterTables) SectionOffset(ctx context.Context, a schema.Assignment, owner string) (schema.DueOffset, error) {
	names, err := list(ctx, s.reader, value[string], `SELECT ?2 UNION ALL SELECT login FROM seats WHERE assignment_id = ?1 AND team = ?2 AND left_at = 0`, a.ID, owner)
	if err != nil {
		return schema.DueOffset{}, err
	}
	logins, err := encode(names)
	if err != nil {
		return schema.DueOffset{}, err
	}
	return offsetOf(ctx, s.reader, a.Course, logins)
}

// offsetOf returns the latest offset of some people, given as a JSON list of logins.
func offsetOf(ctx context.Context, q querier, c schema.Course, logins string) (latest schema.DueOffset, err error) {
	if len(c.Settings.Sections) == 0 {
		return latest, nil
	}
	sections, err := list(ctx, q, value[string], `SELECT e.section FROM json_each(?2) n JOIN users u ON u.login = n.value JOIN enrolments e ON e.course_id = ?1 AND e.user_id = u.id`, c.ID, logins)
	for _, section := range sections {
		latest = course.LaterOffset(latest, course.OffsetOf(c.Settings.Sections, section))
	}
	return latest, err
}
