package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"

	"github.com/grader/grader/schema"
)

// talliesVersion is the migration that adds tallies to earlier submissions.
const talliesVersion = 11

func migrateTallies() *goose.Migration {
	return goose.NewGoMigration(talliesVersion, &goose.GoFunc{RunTx: fillTallies}, nil)
}

// fillTallies computes the missing tallies of submissions graded before this migration. It leaves
// out results that cannot be decoded.
func fillTallies(ctx context.Context, db *sql.Tx) error {
	rows, err := db.QueryContext(ctx, `SELECT s.id, r.body FROM submissions s JOIN summaries r ON r.job_id = s.done_job_id WHERE s.try_out = 0 AND s.tally IS NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	tallies := make(map[int64]schema.Tally)
	for rows.Next() {
		var id int64
		var r storedResult
		if err := rows.Scan(&id, &r); err != nil {
			return err
		}
		if r.result != nil && r.result.Blame == schema.BlameStudent {
			tallies[id] = r.result.Tally()
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for id, tally := range tallies {
		body, err := encode(tally)
		if err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, `UPDATE submissions SET tally = ? WHERE id = ?`, body, id); err != nil {
			return err
		}
	}
	return nil
}

// updateMissingGrades computes the grades of courses with graded submissions but without
// grades. Such courses are older than the table of grades.
func (s *grading) updateMissingGrades(ctx context.Context) error {
	courses, err := list(ctx, s.reader, value[int64], `SELECT c.id FROM courses c
		WHERE EXISTS (SELECT 1 FROM assignments a JOIN submissions s ON s.assignment_id = a.id WHERE a.course_id = c.id AND s.tally IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM assignments a JOIN grades g ON g.assignment_id = a.id WHERE a.course_id = c.id)`)
	if err != nil {
		return err
	}
	for _, id := range courses {
		err := s.write(ctx, "update grades", func(t *tx) error { return s.updateCourseGrades(ctx, t, id, s.clock()) })
		if err != nil {
			return err
		}
	}
	return nil
}
