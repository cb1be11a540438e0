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

// StudentGrades returns the grades of some students of a course, by owner and assignment. A team's
// grade is included once for all of its members among the students.
func (s *GradeTables) StudentGrades(ctx context.Context, course int64, logins []string) ([]schema.Grade, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	names, err := encode(logins)
	if err != nil {
		return nil, err
	}
	return list(ctx, s.reader, scanGrade, `SELECT DISTINCT g.assignment_id, a.name, g.owner, g.team, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM json_each(?2) wanted CROSS JOIN assignments a ON a.course_id = ?1
		LEFT JOIN seats m ON m.assignment_id = a.id AND m.login = wanted.value AND m.left_at = 0
		CROSS JOIN grades g ON g.assignment_id = a.id AND g.owner = coalesce(m.team, wanted.value) ORDER BY g.owner, a.name`, course, names)
}

// MaxScores returns the largest maximum score among the grades of each assignment of a course, by
// name. Assignments without grades are left out.
func (s *GradeTables) MaxScores(ctx context.Context, course int64) (map[string]schema.Points, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	type score struct {
		assignment string
		max        schema.Points
	}
	all, err := list(ctx, s.reader, func(r row) (one score, err error) {
		err = r.Scan(&one.assignment, exact{&one.max})
		return one, err
	}, `SELECT DISTINCT a.name, g.max_score FROM assignments a JOIN grades g ON g.assignment_id = a.id WHERE a.course_id = ?`, course)
	largest := make(map[string]schema.Points)
	for _, one := range all {
		if before, known := largest[one.assignment]; !known || one.max.Cmp(before) > 0 {
			largest[one.assignment] = one.max
		}
	}
	return largest, err
}

func gradesOf(ctx context.Context, q querier, course int64, owner string) ([]schema.Grade, error) {
	return list(ctx, q, scanGrade, `SELECT g.assignment_id, a.name, g.owner, g.team, g.number, g.score, g.max_score, g.state, g.days, g.tokens, g.deducted, g.adjusted, g.final, g.seen, g.changed_at
		FROM assignments a JOIN grades g ON g.assignment_id = a.id
		WHERE a.course_id = ?1 AND (?2 = '' OR g.owner = ?2
			OR g.owner = (SELECT m.team FROM seats m WHERE m.assignment_id = a.id AND m.login = ?2 AND m.left_at = 0)) ORDER BY g.owner, a.name`, course, owner)
}
