package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Terms returns the terms for a push of the owner to the assignment at that moment. An
// assignment without an active version has no due date.
func (s *GradeTables) Terms(ctx context.Context, id int64, owner string, now time.Time) (course.Terms, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return course.Terms{}, err
	}
	a, err := one(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, id)
	if err != nil {
		return course.Terms{}, missing(err, "there is no assignment %d", id)
	}
	works := []work{{id, owner}}
	h, err := readTimes(ctx, s.reader, a.Course, works)
	if err != nil {
		return course.Terms{}, err
	}
	all, err := s.terms(ctx, s.reader, h, []schema.Assignment{a}, works, now)
	if err != nil {
		return course.Terms{Name: a.Path()}, err
	}
	return all[0], nil
}

// terms returns the terms of works for assignments of one course, in their order. h has their times.
func (s *grading) terms(ctx context.Context, q querier, h history, of []schema.Assignment, works []work, now time.Time) ([]course.Terms, error) {
	specs := make([]*assignment.Spec, len(of))
	all := make([]course.Terms, len(of))
	for i, a := range of {
		var err error
		if specs[i], err = s.activeSpec(a); err != nil {
			return nil, err
		}
		all[i] = course.Terms{Name: a.Path(), Schedule: h.pushTimes(specs[i], works[i]), Limit: specs[i].Limit}
	}
	grades, err := gradesOfWorks(ctx, q, works)
	if err != nil {
		return nil, err
	}
	pushes, err := countPushes(ctx, q, works)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Grade, all[i].Kept = grades[i], pushes[i].kept
	}
	if err := leftTokens(ctx, q, h, specs, works, all); err != nil {
		return nil, err
	}
	return all, usedLimits(ctx, q, h, works, all, now)
}

// gradesOfWorks reads the grades of works; Number 0: there is none.
func gradesOfWorks(ctx context.Context, q querier, works []work) ([]schema.Grade, error) {
	wanted, err := encodeWorks(works)
	if err != nil {
		return nil, err
	}
	rows, err := list(ctx, q, scanGrade, `SELECT g.assignment_id, a.name, g.owner, g.team, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM json_each(?) w CROSS JOIN grades g ON g.assignment_id = w.value ->> 0 AND g.owner = w.value ->> 1 JOIN assignments a ON a.id = g.assignment_id`, wanted)
	if err != nil {
		return nil, err
	}
	known := make(map[work]schema.Grade, len(rows))
	for _, g := range rows {
		known[work{g.AssignmentID, g.Owner}] = g
	}
	grades := make([]schema.Grade, len(works))
	for i, w := range works {
		grades[i] = schema.Grade{AssignmentID: w.assignment, Owner: w.owner}
		if g, is := known[w]; is {
			grades[i] = g
		}
	}
	return grades, nil
}

// spentTokens is the number of late days that a person's work for an assignment has spent.
type spentTokens struct {
	login      string
	assignment int64
	tokens     int
}

func scanSpentTokens(r row) (s spentTokens, err error) {
	err = r.Scan(&s.login, &s.assignment, &s.tokens)
	return s, err
}

// leftTokens sets the late days that each owner has left for an assignment. A team has as many as the member
// who has spent the most on other assignments.
func leftTokens(ctx context.Context, q querier, h history, specs []*assignment.Spec, works []work, all []course.Terms) error {
	var people []string
	for i, w := range works {
		if late := specs[i].Late; late != nil && late.Tokens > 0 {
			people = append(people, h.people(w).Logins...)
			all[i].Tokens = late.Tokens
		}
	}
	if !slices.ContainsFunc(all, func(t course.Terms) bool { return t.Tokens > 0 }) {
		return nil
	}
	slices.Sort(people)
	logins, err := encode(slices.Compact(people))
	if err != nil {
		return err
	}
	bank, err := one(ctx, q, value[int], `SELECT late_tokens FROM courses WHERE id = ?`, h.course)
	if err != nil {
		return err
	}
	rows, err := list(ctx, q, scanSpentTokens, `SELECT n.value, a.id, g.tokens FROM json_each(?2) n CROSS JOIN assignments a ON a.course_id = ?1
		CROSS JOIN grades g ON g.assignment_id = a.id AND g.tokens > 0
			AND g.owner IN (n.value, (SELECT m.team FROM seats m WHERE m.assignment_id = a.id AND m.login = n.value AND m.left_at = 0))`, h.course, logins)
	if err != nil {
		return err
	}
	for i, w := range works {
		most := 0
		for _, login := range h.people(w).Logins {
			most = max(most, spentElsewhere(rows, login, w.assignment))
		}
		all[i].Tokens = min(all[i].Tokens, max(0, bank-most))
	}
	return nil
}

// spentElsewhere returns the late days that a person has spent on other assignments.
func spentElsewhere(rows []spentTokens, login string, assignment int64) (sum int) {
	for _, s := range rows {
		if s.login == login && s.assignment != assignment {
			sum += s.tokens
		}
	}
	return sum
}

// usedLimits sets the number of submissions that count towards each limit in its current period: waiting ones, and
// graded ones that the student is responsible for.
func usedLimits(ctx context.Context, q querier, h history, works []work, all []course.Terms, now time.Time) error {
	var limited [][5]any // index, assignment, owner, start of the period, whether compile errors are free
	for i, w := range works {
		if limit := all[i].Limit; limit.Count > 0 {
			start, _ := course.LimitPeriod(limit.Per, h.zone, now)
			limited = append(limited, [5]any{i, w.assignment, w.owner, micros(start), limit.FreeCompileErrors})
		}
	}
	if len(limited) == 0 {
		return nil
	}
	wanted, err := encode(limited)
	if err != nil {
		return err
	}
	rows, err := list(ctx, q, func(r row) (u indexed[int], err error) {
		err = r.Scan(&u.at, &u.value)
		return u, err
	}, `SELECT w.value ->> 0, (SELECT count(*) FROM submissions s JOIN jobs j ON j.id = s.job_id LEFT JOIN summaries r ON r.job_id = s.done_job_id
			WHERE s.assignment_id = w.value ->> 1 AND s.owner = w.value ->> 2 AND s.received_at >= w.value ->> 3 AND s.try_out = 0 AND s.kept = 0
				AND (s.tally IS NOT NULL OR j.state IN ('queued', 'assigned', 'running'))
				AND (NOT w.value ->> 4 OR coalesce(r.outcome, '') <> 'compile-error'))
		FROM json_each(?) w`, wanted)
	for _, u := range rows {
		all[u.at].Used = u.value
	}
	return err
}

// Owner returns the facts that decide how much an owner of work for an assignment may see.
func (s *GradeTables) Owner(ctx context.Context, id int64, owner string) (course.Owner, error) {
	a, err := one(ctx, s.reader, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, id)
	if err != nil {
		return course.Owner{}, missing(err, "there is no assignment %d", id)
	}
	w := work{id, owner}
	h, err := readTimes(ctx, s.reader, a.Course, []work{w})
	if err != nil {
		return course.Owner{}, err
	}
	spec, err := s.activeSpec(a)
	if err != nil {
		return h.people(w), err
	}
	if err := h.readPublications(ctx, s.reader, a.Course, []work{w}); err != nil {
		return course.Owner{}, err
	}
	return h.owner(spec, w), nil
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
