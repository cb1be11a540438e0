package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

func scanClassRow(r row) (c schema.ClassRow, err error) {
	g := &c.Grade
	err = r.Scan(&c.Login, &c.Name, &c.Section, &c.Dropped, &c.Pushes, instant{&c.Last}, &c.Number, &c.Job, &g.Owner, &g.Of, &g.Number,
		exact{&g.Score}, exact{&g.MaxScore}, &g.State, &g.Days, &g.Tokens, exact{&g.Deducted}, exact{&g.Adjusted}, exact{&g.Final})
	return c, err
}

// ClassRows returns the students of the assignment's course, including dropped ones, with their
// standing, by login. A team's work appears as its members' work. The number of an owner's latest
// submission is also the number of their submissions, because none is ever deleted. It need not be
// the one that was received last, because staff can hand in a commit that was pushed earlier.
func (s *GradeTables) ClassRows(ctx context.Context, a schema.Assignment) ([]schema.ClassRow, error) {
	if err := s.UpdateDueGrades(ctx); err != nil {
		return nil, err
	}
	rows, err := list(ctx, s.reader, scanClassRow, `SELECT u.login, u.name, e.section, e.dropped,
			coalesce((SELECT max(number) FROM submissions INDEXED BY submissions_latest WHERE assignment_id = ?1 AND owner = coalesce(m.team, u.login)), 0),
			coalesce((SELECT max(received_at) FROM submissions INDEXED BY submissions_received WHERE assignment_id = ?1 AND owner = coalesce(m.team, u.login)), 0),
			coalesce(s.number, 0), coalesce(s.done_job_id, 0), coalesce(m.team, u.login), coalesce(g.team, ''), coalesce(g.number, 0), coalesce(g.score, '0'), coalesce(g.max_score, '0'),
			coalesce(g.state, ''), coalesce(g.days, 0), coalesce(g.tokens, 0), coalesce(g.deducted, '0'), coalesce(g.adjusted, '0'), coalesce(g.final, '0')
		FROM enrolments e JOIN users u ON u.id = e.user_id
		LEFT JOIN seats m ON m.assignment_id = ?1 AND m.login = u.login AND m.left_at = 0
		LEFT JOIN grades g ON g.assignment_id = ?1 AND g.owner = coalesce(m.team, u.login)
		LEFT JOIN submissions s INDEXED BY submissions_latest ON s.assignment_id = ?1 AND s.owner = iif(coalesce(g.team, '') <> '', g.team, coalesce(m.team, u.login))
			AND s.number = iif(coalesce(g.number, 0) > 0, g.number, (SELECT max(number) FROM submissions WHERE assignment_id = ?1 AND owner = coalesce(m.team, u.login)))
		WHERE e.course_id = ?2 AND e.role = 'student'`, a.ID, a.Course.ID)
	slices.SortFunc(rows, func(a, b schema.ClassRow) int { return strings.Compare(a.Login, b.Login) })
	return rows, err
}

// LatestJobs returns the jobs of the latest graded submissions of some owners to an assignment, at
// most n of each owner, newest first. Owners without a graded submission are left out.
func (s *GradeTables) LatestJobs(ctx context.Context, a schema.Assignment, owners []string, n int) (map[string][]int64, error) {
	names, err := encode(owners)
	if err != nil {
		return nil, err
	}
	type ofOwner struct {
		owner string
		jobs  []int64
	}
	all, err := list(ctx, s.reader, func(r row) (one ofOwner, err error) {
		err = r.Scan(&one.owner, newestFirst{&one.jobs})
		return one, err
	}, `SELECT wanted.value, (SELECT group_concat(number || ' ' || done_job_id) FROM (
			SELECT number, done_job_id FROM submissions INDEXED BY submissions_latest
			WHERE assignment_id = ?1 AND owner = wanted.value AND try_out = 0 AND done_job_id IS NOT NULL ORDER BY number DESC LIMIT ?3))
		FROM json_each(?2) wanted`, a.ID, names, n)
	if err != nil {
		return nil, err
	}
	latest := make(map[string][]int64)
	for _, one := range all {
		if len(one.jobs) > 0 {
			latest[one.owner] = one.jobs
		}
	}
	return latest, nil
}

// newestFirst scans a list of submissions, each as "NUMBER JOB", into their jobs, ordered by number from the
// largest. Sorting here is faster than in SQLite, which would sort separately for each owner. NULL is no job.
type newestFirst struct{ into *[]int64 }

// Scan implements sql.Scanner.
func (l newestFirst) Scan(src any) error {
	*l.into = nil
	if src == nil {
		return nil
	}
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("list of submissions: %T in the column", src)
	}
	type graded struct{ number, job int64 }
	var all []graded
	for one := range strings.SplitSeq(text, ",") {
		number, job, _ := strings.Cut(one, " ")
		n, bad := strconv.ParseInt(number, 10, 64)
		id, worse := strconv.ParseInt(job, 10, 64)
		if err := errors.Join(bad, worse); err != nil {
			return fmt.Errorf("list of submissions: %w", err)
		}
		all = append(all, graded{n, id})
	}
	slices.SortFunc(all, func(a, b graded) int { return cmp.Compare(b.number, a.number) })
	for _, one := range all {
		*l.into = append(*l.into, one.job)
	}
	return nil
}
