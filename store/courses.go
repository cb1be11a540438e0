package store

import (
	"context"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

func scanCourse(r row) (c schema.Course, err error) {
	err = r.Scan(&c.ID, &c.Code, &c.Title, zone{&c.Zone}, &c.Flavour, decoded{&c.OtherFlavours}, instant{&c.CreatedAt}, decoded{&c.Settings})
	return c, err
}

// AddCourse creates a course and returns it; c.ID is ignored, a zero CreatedAt is now.
// CodeInvalid: the code or the zone is invalid. CodeConflict: the code is taken.
func (s *CourseTables) AddCourse(ctx context.Context, by schema.Actor, c schema.Course) (added schema.Course, err error) {
	if err := schema.CourseCode(c.Code); err != nil {
		return schema.Course{}, err
	}
	if _, err := schema.LoadZone(c.Zone); err != nil {
		return schema.Course{}, err
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
			RETURNING id, code, title, zone, flavour, other_flavours, created_at, settings`, c.Code, c.Title, c.Zone, c.Flavour, others, micros(c.CreatedAt))
		if err != nil {
			return conflict(err, "course %q is there already", c.Code)
		}
		e := s.entry("course.add", c.Code)
		e.Course, e.After = c.Code, flavoursOf(c)
		return t.audit(ctx, by, e)
	})
	return added, err
}

// SetFlavours sets a course's default flavour and the other flavours that its assignments may
// name. CodeNotFound: unknown course.
func (s *CourseTables) SetFlavours(ctx context.Context, by schema.Actor, code, flavour string, allowed []string) error {
	others, err := encodeFlavours(allowed)
	if err != nil {
		return err
	}
	return s.write(ctx, "set flavours", func(t *tx) error {
		was, err := one(ctx, t, scanCourse, `SELECT id, code, title, zone, flavour, other_flavours, created_at, settings FROM courses WHERE code = ?`, code)
		if err != nil {
			return missing(err, "there is no course %q", code)
		}
		if _, err := t.exec(ctx, `UPDATE courses SET flavour = ?, other_flavours = ? WHERE id = ?`, flavour, others, was.ID); err != nil {
			return err
		}
		e := s.entry("course.set", code)
		e.Course, e.Before, e.After = code, flavoursOf(was), flavoursOf(schema.Course{Flavour: flavour, OtherFlavours: allowed})
		return t.audit(ctx, by, e)
	})
}

// flavoursOf lists a course's flavours for an audit entry, the default first.
func flavoursOf(c schema.Course) string {
	return strings.Join(append([]string{c.Flavour}, c.OtherFlavours...), " ")
}

// encodeFlavours encodes names for other_flavours, sorted.
func encodeFlavours(names []string) (string, error) {
	return encode(slices.Compact(slices.Sorted(slices.Values(names))))
}

// Course returns a course by its code.
func (s *CourseTables) Course(ctx context.Context, code string) (schema.Course, error) {
	c, err := one(ctx, s.reader, scanCourse, `SELECT id, code, title, zone, flavour, other_flavours, created_at, settings FROM courses WHERE code = ?`, code)
	return c, missing(err, "there is no course %q", code)
}

// CourseByID returns a course by its id.
func (s *CourseTables) CourseByID(ctx context.Context, id int64) (schema.Course, error) {
	c, err := one(ctx, s.reader, scanCourse, `SELECT id, code, title, zone, flavour, other_flavours, created_at, settings FROM courses WHERE id = ?`, id)
	return c, missing(err, "there is no course %d", id)
}

// Courses returns every course, by code.
func (s *CourseTables) Courses(ctx context.Context) ([]schema.Course, error) {
	return list(ctx, s.reader, scanCourse, `SELECT id, code, title, zone, flavour, other_flavours, created_at, settings FROM courses ORDER BY code`)
}
