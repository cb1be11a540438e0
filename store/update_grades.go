package store

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// tally records the points of a job's result and updates the owner's grades. It ignores a
// result that the student is not responsible for.
func (s *grading) tally(ctx context.Context, t *tx, j schema.Job, r schema.Result, now time.Time) error {
	if r.Blame != schema.BlameStudent {
		return nil
	}
	body, err := encode(r.Tally())
	if err != nil {
		return err
	}
	owner, err := one(ctx, t, value[string], `UPDATE submissions SET tally = ? WHERE id = ? AND try_out = 0 RETURNING owner`, body, j.Submission)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // a try-out
	}
	if err != nil {
		return err
	}
	return s.updateGrades(ctx, t, j.CourseID, owner, now)
}

// updateGrades computes the grades of one owner in a course and writes the changed ones.
func (s *grading) updateGrades(ctx context.Context, t *tx, courseID int64, owner string, now time.Time) error {
	h, err := readHistory(ctx, t, courseID)
	if err != nil {
		return err
	}
	linked, err := linkedSeats(ctx, t, courseID, owner)
	if err != nil {
		return err
	}
	if len(linked) > 0 {
		return s.updateLinkedGrades(ctx, t, h, owner, linked, now)
	}
	if err := loadWork(ctx, t, &h, owner); err != nil {
		return err
	}
	return s.writeGrades(ctx, t, h, now)
}

// updateCourseGrades computes the grades of a whole course and writes the changed ones.
func (s *grading) updateCourseGrades(ctx context.Context, t *tx, courseID int64, now time.Time) error {
	h, err := readHistory(ctx, t, courseID)
	if err != nil {
		return err
	}
	if err := loadAllWork(ctx, t, &h); err != nil {
		return err
	}
	all, err := seatsOf(ctx, t, courseID)
	if err != nil {
		return err
	}
	h.seats = newSeats(all)
	return s.writeGrades(ctx, t, h, now)
}

func (s *grading) writeGrades(ctx context.Context, t *tx, h history, now time.Time) error {
	works, bank := s.works(h, now)
	ids := make(map[string]int64, len(h.assignments))
	for _, a := range h.assignments {
		ids[a.Name] = a.ID
	}
	standings, _ := course.Ledger(works, bank)
	for _, standing := range standings {
		if err := putGrade(ctx, t, ids[standing.Assignment], standing, now); err != nil {
			return err
		}
	}
	return dropGrades(ctx, t, h)
}

// dropGrades deletes the grades of people who now have a grade through their team.
func dropGrades(ctx context.Context, t *tx, h history) error {
	for _, w := range h.graded {
		if h.seats.now(w) == "" {
			continue
		}
		if _, err := t.exec(ctx, `DELETE FROM grades WHERE assignment_id = ? AND owner = ?`, w.assignment, w.owner); err != nil {
			return err
		}
	}
	return nil
}

// finishGatePart ends a part of a gate. If the newly active version changes the due time, the
// late policy or the rule that selects the counting submission, it recomputes the course's
// grades.
func (s *grading) finishGatePart(ctx context.Context, t *tx, j schema.Job, now time.Time) error {
	const active = `SELECT * FROM version_rows WHERE assignment_id = (SELECT assignment_id FROM versions WHERE id = ?) AND state = 'active'`
	before, err := list(ctx, t, scanVersion, active, j.VersionID)
	if err != nil {
		return err
	}
	if err := t.closeGate(ctx, j.VersionID, now); err != nil {
		return err
	}
	after, err := list(ctx, t, scanVersion, active, j.VersionID)
	if err != nil || len(before) == 0 || len(after) == 0 || before[0].ID == after[0].ID {
		return err
	}
	_, err = s.replaced(ctx, t, j.CourseID, before[0], after[0], now)
	return err
}

// replaced recomputes the course's grades if the newly active version of tests changes the due
// time, the late policy or the rule that selects the counting submission. It returns the
// changed grades.
func (s *grading) replaced(ctx context.Context, t *tx, courseID int64, before, after schema.Version, now time.Time) ([]schema.GradeChange, error) {
	h, err := readHistory(ctx, t, courseID)
	if err != nil || s.sameTerms(h, before, after) {
		return nil, err
	}
	return s.changes(ctx, t, courseID, now)
}

// sameTerms reports whether two versions give every submission the same grade.
func (s *grading) sameTerms(h history, a, b schema.Version) bool {
	of, errA := s.spec(h, a)
	other, errB := s.spec(h, b)
	if errA != nil || errB != nil {
		return false
	}
	return of.Due.Equal(other.Due) && of.Counts == other.Counts && reflect.DeepEqual(of.Late, other.Late)
}

// spec returns the parsed assignment of a version.
func (s *grading) spec(h history, v schema.Version) (*assignment.Spec, error) {
	return s.specs.Parse(v.ID, v.Source, assignment.Context{Zone: h.zone})
}

// putGrade writes a grade if it differs from the stored one.
func putGrade(ctx context.Context, t *tx, assignment int64, g course.Standing, now time.Time) error {
	seen, err := encode(g.Seen)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO grades (assignment_id, owner, team, number, score, max_score, state, days, tokens, deducted, adjusted, final, seen, anew_at, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET team = excluded.team, number = excluded.number, score = excluded.score, max_score = excluded.max_score, state = excluded.state,
			days = excluded.days, tokens = excluded.tokens, deducted = excluded.deducted, adjusted = excluded.adjusted, final = excluded.final,
			seen = excluded.seen, anew_at = excluded.anew_at, changed_at = excluded.changed_at
		WHERE (grades.team, grades.number, grades.score, grades.max_score, grades.state, grades.days, grades.tokens, grades.deducted, grades.adjusted, grades.final, grades.seen, grades.anew_at)
			IS NOT (excluded.team, excluded.number, excluded.score, excluded.max_score, excluded.state, excluded.days, excluded.tokens, excluded.deducted, excluded.adjusted, excluded.final, excluded.seen, excluded.anew_at)`,
		assignment, g.Owner, g.Of, g.Number, exact{&g.Score}, exact{&g.MaxScore}, g.Lateness.State,
		g.Lateness.Days, g.Lateness.Tokens, exact{&g.Lateness.Deducted}, exact{&g.Adjusted}, exact{&g.Final}, seen, micros(g.Anew), micros(now))
	return err
}
