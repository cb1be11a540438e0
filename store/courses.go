package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

func scanCourse(r row) (c schema.Course, err error) {
	err = r.Scan(&c.ID, &c.Code, &c.Title, &c.Zone, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt})
	return c, err
}

// AddCourse makes a course and returns it; c.ID is ignored, a zero CreatedAt is
// now. CodeInvalid: the code or the zone cannot be one. CodeConflict: the code is taken.
func (s *Store) AddCourse(ctx context.Context, actor string, c schema.Course) (added schema.Course, err error) {
	if err := schema.CourseCode(c.Code); err != nil {
		return schema.Course{}, err
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "Local" {
		return schema.Course{}, schema.Errorf(schema.CodeInvalid, "time zone %q is unknown; use a name such as America/Toronto", c.Zone)
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = s.clock()
	}
	others, err := encodeFlavours(c.OtherFlavours)
	if err != nil {
		return schema.Course{}, err
	}
	err = s.write(ctx, "add course", func(t *tx) error {
		added, err = one(ctx, t, scanCourse, `INSERT INTO courses (code, title, zone, flavour, other_flavours, created_at) VALUES (?, ?, ?, ?, ?, ?)
			RETURNING id, code, title, zone, flavour, other_flavours, created_at`, c.Code, c.Title, c.Zone, c.Flavour, others, micros(c.CreatedAt))
		if err != nil {
			return conflict(err, "course %q is there already", c.Code)
		}
		return t.audit(ctx, s.entry(actor, "course.add", c.Code, ""))
	})
	return added, err
}

// SetFlavours gives a course another default flavour and other ones that its
// assignments may name. CodeNotFound: there is no such course.
func (s *Store) SetFlavours(ctx context.Context, actor, code, flavour string, allowed []string) error {
	others, err := encodeFlavours(allowed)
	if err != nil {
		return err
	}
	return s.write(ctx, "set flavours", func(t *tx) error {
		_, err := one(ctx, t, value[int64], `UPDATE courses SET flavour = ?, other_flavours = ? WHERE code = ? RETURNING id`, flavour, others, code)
		if err != nil {
			return missing(err, "there is no course %q", code)
		}
		return t.audit(ctx, s.entry(actor, "course.set", code, strings.Join(append([]string{flavour}, allowed...), " ")))
	})
}

// encodeFlavours is how names stand in other_flavours, in order.
func encodeFlavours(names []string) (string, error) {
	return encode(slices.Compact(slices.Sorted(slices.Values(names))))
}

// Course returns a course by its code.
func (s *Store) Course(ctx context.Context, code string) (schema.Course, error) {
	c, err := one(ctx, s.reader, scanCourse, `SELECT id, code, title, zone, flavour, other_flavours, created_at FROM courses WHERE code = ?`, code)
	return c, missing(err, "there is no course %q", code)
}

// Courses returns every course, by code.
func (s *Store) Courses(ctx context.Context) ([]schema.Course, error) {
	return list(ctx, s.reader, scanCourse, `SELECT id, code, title, zone, flavour, other_flavours, created_at FROM courses ORDER BY code`)
}

// Enrol gives a person a role in a course, or another role than before.
func (s *Store) Enrol(ctx context.Context, actor, code, login string, role schema.Role) error {
	if _, err := schema.ParseRole(string(role)); err != nil {
		return err
	}
	course, err := s.Course(ctx, code)
	if err != nil {
		return err
	}
	user, err := s.UserByLogin(ctx, login)
	if err != nil {
		return err
	}
	return s.write(ctx, "enrol", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO enrolments (course_id, user_id, role) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET role = excluded.role`, course.ID, user.ID, role)
		if err != nil {
			return err
		}
		return t.audit(ctx, s.entry(actor, "course.enrol", code, login+" "+string(role)))
	})
}

func scanEnrolment(r row) (e schema.Enrolment, err error) {
	c, u := &e.Course, &e.User
	err = r.Scan(&c.ID, &c.Code, &c.Title, &c.Zone, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt},
		&u.ID, &u.Login, &u.Name, &u.Email, &u.Admin, instant{&u.CreatedAt}, &e.Role)
	return e, err
}

// Enrolments returns the courses of a user, by code.
func (s *Store) Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error) {
	return list(ctx, s.reader, scanEnrolment, `SELECT c.id, c.code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at,
			u.id, u.login, u.name, u.email, u.admin, u.created_at, e.role
		FROM enrolments e JOIN courses c ON c.id = e.course_id JOIN users u ON u.id = e.user_id
		WHERE e.user_id = ? ORDER BY c.code`, user)
}

// Roster returns everyone in a course, by login.
func (s *Store) Roster(ctx context.Context, course int64) ([]schema.Enrolment, error) {
	return list(ctx, s.reader, scanEnrolment, `SELECT c.id, c.code, c.title, c.zone, c.flavour, c.other_flavours, c.created_at,
			u.id, u.login, u.name, u.email, u.admin, u.created_at, e.role
		FROM enrolments e JOIN courses c ON c.id = e.course_id JOIN users u ON u.id = e.user_id
		WHERE e.course_id = ? ORDER BY u.login`, course)
}

// Role returns a user's role in a course, "" where there is none.
func (s *Store) Role(ctx context.Context, course, user int64) (schema.Role, error) {
	role, err := one(ctx, s.reader, value[schema.Role], `SELECT role FROM enrolments WHERE course_id = ? AND user_id = ?`, course, user)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return role, err
}
