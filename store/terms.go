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

// Terms returns the terms for a push of the owner to the assignment at that moment. An
// assignment without an active version has no due date.
func (s *GradeTables) Terms(ctx context.Context, id int64, owner string, now time.Time) (course.Terms, error) {
	q := s.reader
	if err := s.UpdateDueGrades(ctx); err != nil {
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
		if t.Tokens, err = one(ctx, q, value[int], `WITH people (login) AS (
				SELECT m.login FROM seats m JOIN users u ON u.login = m.login JOIN enrolments e ON e.course_id = ?3 AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
				WHERE m.assignment_id = ?1 AND m.team = ?2 AND m.left_at = 0
				UNION ALL SELECT ?2 WHERE NOT EXISTS (SELECT 1 FROM teams WHERE assignment_id = ?1 AND name = ?2))
			SELECT max(0, c.late_tokens - coalesce((SELECT max((
				SELECT coalesce(sum(g.tokens), 0) FROM assignments a JOIN grades g ON g.assignment_id = a.id
				WHERE a.course_id = c.id AND a.id <> ?1 AND (g.owner = p.login
					OR g.owner = (SELECT m.team FROM seats m WHERE m.assignment_id = a.id AND m.login = p.login AND m.left_at = 0)))) FROM people p), 0))
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

// Owner returns the facts that decide how much an owner of work for an assignment may see.
func (s *GradeTables) Owner(ctx context.Context, id int64, owner string) (course.Owner, error) {
	a, err := one(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, id)
	if err != nil {
		return course.Owner{}, missing(err, "there is no assignment %d", id)
	}
	var of course.Owner
	if of.Logins, of.Left, err = ownersOf(ctx, s.reader, id, owner); err != nil {
		return of, err
	}
	spec, err := s.activeSpec(a)
	if err != nil {
		return of, err
	}
	if of.Schedule, err = seeing(ctx, s.reader, a, spec, owner); err != nil {
		return of, err
	}
	p, err := publicationTo(ctx, s.reader, a, of.Logins)
	return p.to(of, id), err
}

// used returns the number of submissions since the given time that count towards a limit:
// waiting ones, and graded ones that the student is responsible for.
func used(ctx context.Context, q querier, assignmentID int64, owner string, since time.Time, freeCompileErrors bool) (int, error) {
	return one(ctx, q, value[int], `SELECT count(*) FROM submissions s JOIN jobs j ON j.id = s.job_id LEFT JOIN summaries r ON r.job_id = s.done_job_id
		WHERE s.assignment_id = ?1 AND s.owner = ?2 AND s.received_at >= ?3 AND s.try_out = 0 AND s.kept = 0
			AND (s.tally IS NOT NULL OR j.state IN ('queued', 'assigned', 'running'))
			AND (?4 = 0 OR coalesce(json_extract(r.body, '$.outcome'), '') <> 'compile-error')`, assignmentID, owner, micros(since), freeCompileErrors)
}

// extended applies the latest section offsets and extensions of some owners, and the course's
// outages, to an assignment's schedule.
func extended(ctx context.Context, q querier, a schema.Assignment, spec *assignment.Spec, owners []string) (course.Schedule, error) {
	h := history{zone: a.Course.Location()}
	names, err := encode(owners)
	if err != nil {
		return course.Schedule{}, err
	}
	offset, err := offsetOf(ctx, q, a.Course, names)
	if err != nil {
		return course.Schedule{}, err
	}
	extensions, err := list(ctx, q, scanExtension, `SELECT assignment_id, owner, due_at, days, by_us, until_at, made_at FROM extensions
		WHERE assignment_id = ? AND ended_at = 0 AND owner IN (SELECT value FROM json_each(?))`, a.ID, names)
	if err != nil {
		return course.Schedule{}, err
	}
	h.outages, err = list(ctx, q, scanOutage, `SELECT start_at, length_us FROM outages WHERE course_id = ? AND ended_at = 0 ORDER BY start_at, id`, a.Course.ID)
	var all []schema.Extension
	for _, e := range extensions {
		all = append(all, e.value.Extension)
	}
	return h.schedule(course.ForSection(spec, h.zone, offset), all), err
}

// seeing returns the schedule that decides when an owner sees results that are hidden until
// the due date. It is the latest schedule of the owner, their team, and all its current and
// former members, because each of them may still be able to submit.
func seeing(ctx context.Context, q querier, a schema.Assignment, spec *assignment.Spec, owner string) (course.Schedule, error) {
	names, err := list(ctx, q, value[string], `WITH mine (team) AS (SELECT team FROM seats WHERE assignment_id = ?1 AND (login = ?2 OR team = ?2))
		SELECT ?2 UNION SELECT team FROM mine UNION SELECT login FROM seats WHERE assignment_id = ?1 AND team IN (SELECT team FROM mine)`, a.ID, owner)
	if err != nil {
		return course.Schedule{}, err
	}
	return extended(ctx, q, a, spec, names)
}

// grade reads an owner's grade for an assignment; Number 0: there is none.
func grade(ctx context.Context, q querier, assignmentID int64, owner string) (schema.Grade, error) {
	g, err := one(ctx, q, scanGrade, `SELECT g.assignment_id, a.name, g.owner, g.team, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM grades g JOIN assignments a ON a.id = g.assignment_id WHERE g.assignment_id = ? AND g.owner = ?`, assignmentID, owner)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Grade{AssignmentID: assignmentID, Owner: owner}, nil
	}
	return g, err
}
