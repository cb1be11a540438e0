package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Terms returns what a push of the owner to the assignment is judged by at that
// moment. An assignment without an active version is never due.
func (s *Store) Terms(ctx context.Context, id int64, owner string, now time.Time) (course.Terms, error) {
	q := s.reader
	if err := s.SettleDue(ctx); err != nil {
		return course.Terms{}, err
	}
	a, err := one(ctx, q, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, id)
	if err != nil {
		return course.Terms{}, missing(err, "there is no assignment %d", id)
	}
	t := course.Terms{Name: a.Path()}
	spec, schedule, err := s.scheduleOf(ctx, q, a, owner)
	if err != nil {
		return t, err
	}
	t.Schedule, t.Limit = schedule, spec.Limit
	if t.Grade, err = grade(ctx, q, id, owner); err != nil {
		return t, err
	}
	if spec.Late != nil && spec.Late.Tokens > 0 {
		if t.Tokens, err = one(ctx, q, value[int], `SELECT max(0, c.late_tokens - coalesce((
				SELECT sum(g.tokens) FROM assignments a JOIN grades g ON g.assignment_id = a.id WHERE a.course_id = c.id AND a.id <> ?1 AND g.owner = ?2), 0))
			FROM courses c WHERE c.id = ?3`, id, owner, a.Course.ID); err != nil {
			return t, err
		}
		t.Tokens = min(t.Tokens, spec.Late.Tokens)
	}
	if t.Limit.Count > 0 {
		start, _ := course.LimitPeriod(t.Limit.Per, a.Course.Location(), now)
		if t.Used, err = used(ctx, q, id, owner, start, t.Limit.FreeCompileErrors); err != nil {
			return t, err
		}
	}
	t.Kept, err = one(ctx, q, value[int], `SELECT count(*) FROM submissions WHERE assignment_id = ? AND owner = ? AND kept = 1`, id, owner)
	return t, err
}

// Owner returns what decides what an owner of work for an assignment may see.
func (s *Store) Owner(ctx context.Context, id int64, owner string) (course.Owner, error) {
	a, err := one(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, id)
	if err != nil {
		return course.Owner{}, missing(err, "there is no assignment %d", id)
	}
	of := course.Owner{Logins: []string{owner}}
	if _, of.Schedule, err = s.scheduleOf(ctx, s.reader, a, owner); err != nil {
		return of, err
	}
	p, err := publicationTo(ctx, s.reader, a, owner)
	return p.to(of, id, owner), err
}

// used counts the submissions since then that use a limit: those that are graded by the
// student's doing, and those that wait.
func used(ctx context.Context, q querier, assignmentID int64, owner string, since time.Time, freeCompileErrors bool) (int, error) {
	return one(ctx, q, value[int], `SELECT count(*) FROM submissions s JOIN jobs j ON j.id = s.job_id LEFT JOIN summaries r ON r.job_id = s.done_job_id
		WHERE s.assignment_id = ?1 AND s.owner = ?2 AND s.received_at >= ?3 AND s.try_out = 0 AND s.kept = 0
			AND (s.tally IS NOT NULL OR j.state IN ('queued', 'assigned', 'running'))
			AND (?4 = 0 OR coalesce(json_extract(r.body, '$.outcome'), '') <> 'compile-error')`, assignmentID, owner, micros(since), freeCompileErrors)
}

// scheduleOf returns the active specification of an assignment and the owner's schedule
// by it.
func (s *Store) scheduleOf(ctx context.Context, q querier, a schema.Assignment, owner string) (*assignment.Spec, course.Schedule, error) {
	zone := a.Course.Location()
	spec := new(assignment.Spec)
	if a.Active != nil {
		parsed, err := s.specs.Parse(a.Active.ID, a.Active.Source, assignment.Context{Zone: zone})
		if err != nil {
			return nil, course.Schedule{}, err
		}
		spec = parsed
	}
	if spec.Due.IsZero() {
		return spec, course.ScheduleOf(spec, zone, nil, nil), nil
	}
	offset, err := offsetOf(ctx, q, a.Course, owner)
	if err != nil {
		return nil, course.Schedule{}, err
	}
	spec = course.ForSection(spec, zone, offset)
	extensions, err := list(ctx, q, scanExtension, `SELECT assignment_id, owner, due_at, days, by_us, until_at FROM extensions
		WHERE assignment_id = ? AND owner = ? AND ended_at = 0`, a.ID, owner)
	if err != nil {
		return nil, course.Schedule{}, err
	}
	h := history{zone: zone}
	h.outages, err = list(ctx, q, scanOutage, `SELECT start_at, length_us FROM outages WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, a.Course.ID)
	return spec, h.schedule(spec, grouped(extensions)[work{a.ID, owner}]), err
}

// grade reads an owner's grade for an assignment; without one Number is 0.
func grade(ctx context.Context, q querier, assignmentID int64, owner string) (schema.Grade, error) {
	g, err := one(ctx, q, scanGrade, `SELECT g.assignment_id, a.name, g.owner, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM grades g JOIN assignments a ON a.id = g.assignment_id WHERE g.assignment_id = ? AND g.owner = ?`, assignmentID, owner)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Grade{AssignmentID: assignmentID, Owner: owner}, nil
	}
	return g, err
}
