package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanGrade(r row) (g schema.Grade, err error) {
	err = r.Scan(&g.AssignmentID, &g.Assignment, &g.Owner, &g.Of, &g.Number, exact{&g.Score}, exact{&g.MaxScore}, &g.State,
		&g.Days, &g.Tokens, exact{&g.Deducted}, exact{&g.Adjusted}, exact{&g.Final}, decoded{&g.Seen}, instant{&g.ChangedAt})
	return g, err
}

// Grade returns an owner's grade for an assignment; Number 0: no submission counts.
func (s *GradeTables) Grade(ctx context.Context, assignment int64, owner string) (schema.Grade, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return schema.Grade{}, err
	}
	return grade(ctx, s.reader, assignment, owner)
}

// Grades returns the grades of a course, by owner and assignment; owner "" means everybody.
// A person's grades include those of their teams.
func (s *GradeTables) Grades(ctx context.Context, course int64, owner string) ([]schema.Grade, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	return gradesOf(ctx, s.reader, course, owner)
}

func gradesOf(ctx context.Context, q querier, course int64, owner string) ([]schema.Grade, error) {
	return list(ctx, q, scanGrade, `SELECT g.assignment_id, a.name, g.owner, g.team, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM assignments a JOIN grades g ON g.assignment_id = a.id
		WHERE a.course_id = ?1 AND (?2 = '' OR g.owner = ?2
			OR g.owner = (SELECT m.team FROM seats m WHERE m.assignment_id = a.id AND m.login = ?2 AND m.left_at = 0)) ORDER BY g.owner, a.name`, course, owner)
}
