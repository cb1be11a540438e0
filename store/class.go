package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanClassRow(r row) (c schema.ClassRow, err error) {
	g := &c.Grade
	err = r.Scan(&c.Login, &c.Name, &c.Section, &c.Dropped, &c.Pushes, instant{&c.Last}, &c.Number, &c.Job, &g.Owner, &g.Of, &g.Number,
		exact{&g.Score}, exact{&g.MaxScore}, &g.State, &g.Days, &g.Tokens, exact{&g.Deducted}, exact{&g.Adjusted}, exact{&g.Final})
	return c, err
}

// ClassRows returns the students of the assignment's course, including dropped ones, with their
// standing, by login. A team's work appears as its members' work.
func (s *GradeTables) ClassRows(ctx context.Context, a schema.Assignment) ([]schema.ClassRow, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	return list(ctx, s.reader, scanClassRow, `SELECT u.login, u.name, e.section, e.dropped, coalesce(p.pushes, 0), coalesce(p.last, 0),
			coalesce(s.number, 0), coalesce(s.done_job_id, 0), o.owner, coalesce(g.team, ''), coalesce(g.number, 0), coalesce(g.score, '0'), coalesce(g.max_score, '0'),
			coalesce(g.state, ''), coalesce(g.days, 0), coalesce(g.tokens, 0), coalesce(g.deducted, '0'), coalesce(g.adjusted, '0'), coalesce(g.final, '0')
		FROM enrolments e JOIN users u ON u.id = e.user_id
		JOIN (SELECT p.login, coalesce(m.team, p.login) AS owner FROM users p LEFT JOIN seats m ON m.assignment_id = ?1 AND m.login = p.login AND m.left_at = 0) o ON o.login = u.login
		LEFT JOIN (SELECT owner, count(*) AS pushes, max(number) AS number, max(received_at) AS last
			FROM submissions WHERE assignment_id = ?1 GROUP BY owner) p ON p.owner = o.owner
		LEFT JOIN grades g ON g.assignment_id = ?1 AND g.owner = o.owner
		LEFT JOIN submissions s ON s.assignment_id = ?1 AND s.owner = iif(coalesce(g.team, '') <> '', g.team, o.owner)
			AND s.number = CASE WHEN coalesce(g.number, 0) > 0 THEN g.number ELSE p.number END
		WHERE e.course_id = ?2 AND e.role = 'student' ORDER BY u.login`, a.ID, a.Course.ID)
}

// JobOutcomes returns the outcomes of the entries of the jobs' results. Jobs without a result
// are left out.
func (s *GradeTables) JobOutcomes(ctx context.Context, jobs []int64) ([]schema.JobOutcomes, error) {
	ids, err := encode(jobs)
	if err != nil {
		return nil, err
	}
	return list(ctx, s.reader, func(r row) (schema.JobOutcomes, error) {
		var of schema.JobOutcomes
		var result struct {
			Tests []schema.CaseOutcome `json:"tests"`
			Build *schema.BuildResult  `json:"build"`
		}
		err := r.Scan(&of.Job, decoded{&result})
		of.Cases, of.Build = result.Tests, result.Build
		return of, err
	}, `SELECT r.job_id, r.body FROM json_each(?) wanted CROSS JOIN results r ON r.job_id = wanted.value`, ids)
}

// LatestJobs returns the jobs of the latest graded submissions to an assignment, at most n of
// each owner, newest first.
func (s *GradeTables) LatestJobs(ctx context.Context, a schema.Assignment, n int) (map[string][]int64, error) {
	type ofOwner struct {
		owner string
		job   int64
	}
	all, err := list(ctx, s.reader, func(r row) (one ofOwner, err error) {
		err = r.Scan(&one.owner, &one.job)
		return one, err
	}, `SELECT owner, done_job_id FROM (
			SELECT owner, number, done_job_id, row_number() OVER (PARTITION BY owner ORDER BY number DESC) AS place
			FROM submissions WHERE assignment_id = ? AND try_out = 0 AND done_job_id IS NOT NULL)
		WHERE place <= ? ORDER BY owner, number DESC`, a.ID, n)
	if err != nil {
		return nil, err
	}
	latest := make(map[string][]int64)
	for _, one := range all {
		latest[one.owner] = append(latest[one.owner], one.job)
	}
	return latest, nil
}
