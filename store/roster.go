package store

import (
	"context"
	"errors"
	"strconv"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// errDryRun rolls back a transaction that only previews its changes.
var errDryRun = errors.New("dry run")

// ImportRoster creates the accounts and enrolments of a roster, in one transaction with its
// audit entry, and returns the change of each person. Importing the same roster again changes
// nothing.
func (s *RosterTables) ImportRoster(ctx context.Context, by schema.Actor, i schema.RosterImport) (changes []schema.RosterChange, err error) {
	err = s.write(ctx, "import roster", func(t *tx) error {
		people, err := rosterPeople(ctx, t, i.Course.ID)
		if err != nil {
			return err
		}
		names, err := list(ctx, t, value[string], `SELECT DISTINCT t.name FROM assignments a JOIN teams t ON t.assignment_id = a.id WHERE a.course_id = ?`, i.Course.ID)
		if err != nil {
			return err
		}
		changes = course.RefuseTeamNames(course.PlanRoster(people, i.Rows, i.DropMissing), names, i.Course.Code)
		if i.DryRun {
			return errDryRun
		}
		for n := range changes {
			if err := s.applyRoster(ctx, t, by, i, &changes[n]); err != nil {
				return err
			}
		}
		if err := s.regroup(ctx, t, i.Course); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: s.clock(), Action: "roster.import", Course: i.Course.Code, Subject: i.Course.Code, After: counted(changes)})
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return changes, err
}

// regroup recomputes a course's grades after somebody's section changed, because due times
// and visibility may depend on the section.
func (s *RosterTables) regroup(ctx context.Context, t *tx, c schema.Course) error {
	sectioned, err := readSectioned(ctx, t, c)
	if err != nil || !sectioned {
		return err
	}
	_, err = s.recompute(ctx, t, c.ID, "", s.clock())
	return err
}

// readSectioned reports whether sections affect grades in the course.
func readSectioned(ctx context.Context, t *tx, c schema.Course) (bool, error) {
	if len(c.Settings.Sections) > 0 {
		return true, nil
	}
	return one(ctx, t, value[bool], `SELECT EXISTS (SELECT 1 FROM assignments a JOIN publications p ON p.assignment_id = a.id WHERE a.course_id = ? AND p.section <> '')`, c.ID)
}

// counted lists the number of changes of each kind.
func counted(changes []schema.RosterChange) string {
	n := make(map[schema.RosterKind]int)
	for _, c := range changes {
		n[c.Kind]++
	}
	words := ""
	for _, kind := range []schema.RosterKind{schema.RosterAdded, schema.RosterChanged, schema.RosterUnchanged, schema.RosterDropped, schema.RosterMissing, schema.RosterRefused} {
		if n[kind] > 0 {
			words += ", " + strconv.Itoa(n[kind]) + " " + string(kind)
		}
	}
	return words[min(2, len(words)):]
}

func (s *RosterTables) applyRoster(ctx context.Context, t *tx, by schema.Actor, i schema.RosterImport, c *schema.RosterChange) error {
	switch c.Kind {
	case schema.RosterAdded, schema.RosterChanged:
	case schema.RosterDropped:
		_, err := t.exec(ctx, `UPDATE enrolments SET dropped = 1 WHERE course_id = ? AND user_id = ?`, i.Course.ID, c.UserID)
		return err
	default:
		return nil
	}
	row := c.Row
	if c.UserID == 0 {
		user, err := addUser(ctx, t, schema.User{Login: row.Login, Name: row.Name, Email: row.Email, CreatedAt: s.clock()}, nil)
		if err != nil {
			return err
		}
		c.UserID = user.ID
		if c.Code, err = s.addCode(ctx, t, grant{user: user.ID, madeBy: by.Key, expires: i.Expires}); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `UPDATE users SET name = ?, email = ?, student_id = ? WHERE id = ?`, row.Name, row.Email, row.StudentID, c.UserID)
	if err != nil {
		return conflict(err, "line %d: id %q is somebody else's", row.Line, row.StudentID)
	}
	_, err = t.exec(ctx, `INSERT INTO enrolments (course_id, user_id, role, section) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET role = excluded.role, section = excluded.section, dropped = 0`, i.Course.ID, c.UserID, row.Role, row.Section)
	return err
}

// RosterPeople returns the people of a course in the form of its roster, by login, including
// dropped ones.
func (s *RosterTables) RosterPeople(ctx context.Context, courseID int64) ([]schema.RosterPerson, error) {
	return list(ctx, s.reader, scanRosterPerson, `SELECT u.id, u.login, u.student_id, u.name, u.email, 1, e.role, e.section, e.dropped
		FROM enrolments e JOIN users u ON u.id = e.user_id WHERE e.course_id = ? ORDER BY u.login`, courseID)
}

// rosterPeople returns every account with its enrolment in the course.
func rosterPeople(ctx context.Context, t *tx, courseID int64) ([]schema.RosterPerson, error) {
	return list(ctx, t, scanRosterPerson, `SELECT u.id, u.login, u.student_id, u.name, u.email,
			e.user_id IS NOT NULL, coalesce(e.role, ''), coalesce(e.section, ''), coalesce(e.dropped, 0)
		FROM users u LEFT JOIN enrolments e ON e.user_id = u.id AND e.course_id = ? ORDER BY u.login`, courseID)
}

func scanRosterPerson(r row) (p schema.RosterPerson, err error) {
	err = r.Scan(&p.UserID, &p.Login, &p.StudentID, &p.Name, &p.Email, &p.Enrolled, &p.Role, &p.Section, &p.Dropped)
	return p, err
}
