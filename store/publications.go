package store

import (
	"context"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// published is an assignment with a section that it is published for, or "" for everybody.
type published struct {
	assignment int64
	section    string
}

func scanPublished(r row) (p published, err error) {
	err = r.Scan(&p.assignment, &p.section)
	return p, err
}

// publication holds the sections that a course's assignments are published for.
type publication struct {
	rule     schema.PublishRule
	sections map[int64][]string // by assignment
	of       map[string]string  // section, by login; nil if no section was published separately
}

// publications reads the publications of a course's assignments.
func publications(ctx context.Context, q querier, courseID int64, rule schema.PublishRule) (publication, error) {
	p := publication{rule: rule, sections: make(map[int64][]string)}
	all, err := list(ctx, q, scanPublished, `SELECT p.assignment_id, p.section FROM assignments a JOIN publications p ON p.assignment_id = a.id WHERE a.course_id = ?`, courseID)
	if err != nil {
		return p, err
	}
	for _, one := range all {
		p.sections[one.assignment] = append(p.sections[one.assignment], one.section)
	}
	if !slices.ContainsFunc(all, func(one published) bool { return one.section != "" }) {
		return p, nil
	}
	people, err := list(ctx, q, scanSeated, `SELECT u.login, e.section FROM enrolments e JOIN users u ON u.id = e.user_id
		WHERE e.course_id = ? AND e.section <> ''`, courseID)
	p.of = make(map[string]string, len(people))
	for _, one := range people {
		p.of[one.login] = one.section
	}
	return p, err
}

// to sets the publication fields of an owner of work for an assignment. A team sees only
// assignments that are published for all of its members.
func (p publication) to(o course.Owner, assignment int64) course.Owner {
	o.Published = course.PublishedTo(p.sections[assignment], "")
	for i, login := range o.Logins {
		o.Published = course.PublishedTo(p.sections[assignment], p.of[login]) && (i == 0 || o.Published)
	}
	o.PublishedAtEnd = p.rule == schema.PublishAfterDue
	return o
}

// Published returns the sections that an assignment is published for, by name; "" means
// everybody.
func (s *CourseTables) Published(ctx context.Context, assignment int64) ([]string, error) {
	return sectionsPublished(ctx, s.reader, assignment)
}

func sectionsPublished(ctx context.Context, q querier, assignment int64) ([]string, error) {
	return list(ctx, q, value[string], `SELECT section FROM publications WHERE assignment_id = ? ORDER BY section`, assignment)
}

// Publish publishes an assignment for a section, "" for everybody, and recomputes the course's
// grades. CodeRefused: it is already published for them.
func (s *CourseTables) Publish(ctx context.Context, by schema.Actor, a schema.Assignment, section string) error {
	return s.publish(ctx, by, a, section, true)
}

// Unpublish reverses Publish. CodeRefused: it is not published for them.
func (s *CourseTables) Unpublish(ctx context.Context, by schema.Actor, a schema.Assignment, section string) error {
	return s.publish(ctx, by, a, section, false)
}

func (s *CourseTables) publish(ctx context.Context, by schema.Actor, a schema.Assignment, section string, on bool) error {
	now := s.clock()
	return s.write(ctx, "publish", func(t *tx) error {
		before, err := sectionsPublished(ctx, t, a.ID)
		if err != nil {
			return err
		}
		after, err := course.Republish(a.Path(), before, section, on)
		if err != nil {
			return err
		}
		if err := putPublished(ctx, t, by, a, after, now); err != nil {
			return err
		}
		if err := s.updateCourseGrades(ctx, t, a.Course.ID, now); err != nil {
			return err
		}
		if err := t.tellGitHubAgain(ctx, now, a.Course.ID, a.ID, ""); err != nil {
			return err
		}
		action := "grade.unpublish"
		if on {
			action = "grade.publish"
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: action, Course: a.Course.Code, Subject: a.Path(),
			Before: course.PublishedWords(before), After: course.PublishedWords(after)})
	})
}

// putPublished replaces the sections that an assignment is published for.
func putPublished(ctx context.Context, t *tx, by schema.Actor, a schema.Assignment, sections []string, now time.Time) error {
	is, err := encode(sections)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM publications WHERE assignment_id = ? AND section NOT IN (SELECT value FROM json_each(?))`, a.ID, is); err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO publications (assignment_id, section, actor, made_at) SELECT ?1, value, ?2, ?3 FROM json_each(?4) WHERE true ON CONFLICT DO NOTHING`,
		a.ID, by.User.Login, micros(now), is)
	return err
}
