package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/grader/grader/schema"
)

// Enrol gives a person a role in a course, or changes the role. It enrols a dropped person
// again and keeps their section.
func (s *RosterTables) Enrol(ctx context.Context, by schema.Actor, c schema.Course, user schema.User, role schema.Role) error {
	return s.enrol(ctx, by, c, user, role, nil)
}

// EnrolIn is Enrol with a section, "" for none. If sections affect grades, it recomputes
// the course's grades.
func (s *RosterTables) EnrolIn(ctx context.Context, by schema.Actor, c schema.Course, user schema.User, role schema.Role, section string) error {
	return s.enrol(ctx, by, c, user, role, &section)
}

// enrol keeps the current section if section is nil.
func (s *RosterTables) enrol(ctx context.Context, by schema.Actor, c schema.Course, user schema.User, role schema.Role, section *string) error {
	if _, err := schema.ParseRole(string(role)); err != nil {
		return err
	}
	return s.write(ctx, "enrol", func(t *tx) error {
		was, err := t.role(ctx, c.ID, user.ID)
		if err != nil {
			return err
		}
		if err := noTeam(ctx, t, c, user.Login); err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO enrolments (course_id, user_id, role, section) VALUES (?1, ?2, ?3, coalesce(?4, ''))
			ON CONFLICT DO UPDATE SET role = excluded.role, section = coalesce(?4, section), dropped = 0`, c.ID, user.ID, role, section)
		if err != nil {
			return err
		}
		e := s.entry("course.enrol", user.Login)
		e.Course, e.Before, e.After = c.Code, string(was), string(role)
		if section != nil {
			e.Detail = "section " + *section
			if err := s.regroup(ctx, t, c); err != nil {
				return err
			}
		}
		return t.audit(ctx, by, e)
	})
}

// Unenrol ends a person's enrolment; their work stays. CodeNotFound: they are not enrolled.
func (s *RosterTables) Unenrol(ctx context.Context, by schema.Actor, c schema.Course, user schema.User) error {
	return s.write(ctx, "unenrol", func(t *tx) error {
		was, err := one(ctx, t, value[string], `DELETE FROM enrolments WHERE course_id = ? AND user_id = ? RETURNING role`, c.ID, user.ID)
		if err != nil {
			return missing(err, "%s is not enrolled in %s", user.Login, c.Code)
		}
		e := s.entry("course.unenrol", user.Login)
		e.Course, e.Before = c.Code, was
		return t.audit(ctx, by, e)
	})
}

func scanEnrolment(r row) (e schema.Enrolment, err error) {
	c, u := &e.Course, &e.User
	err = r.Scan(&c.ID, &c.Code, &c.Title, zone{&c.Zone}, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt}, decoded{&c.Settings},
		&u.ID, &u.Login, &u.Name, &u.Email, &u.Admin, &u.Disabled, instant{&u.CreatedAt}, &e.Role)
	return e, err
}

// Enrolments returns the courses of a user, by code.
func (s *RosterTables) Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error) {
	return list(ctx, s.reader, scanEnrolment, `SELECT c.id, c.code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at, c.settings,
			u.id, u.login, u.name, u.email, u.admin, u.disabled, u.created_at, e.role
		FROM enrolments e JOIN courses c ON c.id = e.course_id JOIN users u ON u.id = e.user_id
		WHERE e.user_id = ? ORDER BY c.code`, user)
}

// Roster returns everyone in a course, by login.
func (s *RosterTables) Roster(ctx context.Context, course int64) ([]schema.Enrolment, error) {
	return list(ctx, s.reader, scanEnrolment, `SELECT c.id, c.code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at, c.settings,
			u.id, u.login, u.name, u.email, u.admin, u.disabled, u.created_at, e.role
		FROM enrolments e JOIN courses c ON c.id = e.course_id JOIN users u ON u.id = e.user_id
		WHERE e.course_id = ? ORDER BY u.login`, course)
}

// Role returns a user's role in a course, "" if they have none.
func (s *RosterTables) Role(ctx context.Context, course, user int64) (schema.Role, error) {
	return role(ctx, s.reader, course, user)
}

// Dropped reports whether a person was dropped from the course.
func (s *RosterTables) Dropped(ctx context.Context, course, user int64) (bool, error) {
	n, err := one(ctx, s.reader, value[int], `SELECT count(*) FROM enrolments WHERE course_id = ? AND user_id = ? AND dropped = 1`, course, user)
	return n > 0, err
}

func (t *tx) role(ctx context.Context, course, user int64) (schema.Role, error) {
	return role(ctx, t, course, user)
}

func role(ctx context.Context, q querier, course, user int64) (schema.Role, error) {
	r, err := one(ctx, q, value[schema.Role], `SELECT role FROM enrolments WHERE course_id = ? AND user_id = ?`, course, user)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return r, err
}
