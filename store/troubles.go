package store

import (
	"context"
	"slices"

	"github.com/grader/grader/schema"
)

// maxTroubles is the maximum number of listed troubles of one kind.
const maxTroubles = 50

func scanWaiting(r row) (t schema.Trouble, err error) {
	t.Kind = schema.TroubleWaiting
	err = r.Scan(&t.Flavour, &t.Count)
	return t, err
}

func scanFailed(r row) (t schema.Trouble, err error) {
	n := &t.Submission
	t.Kind, t.Count = schema.TroubleFailed, 1
	err = r.Scan(&n.Course, &n.Assignment, &n.Owner, &n.Number, &t.Reason)
	return t, err
}

func scanBroken(r row) (t schema.Trouble, err error) {
	n := &t.Submission
	t.Kind = schema.TroubleBroken
	var latest int64
	err = r.Scan(&n.Course, &n.Assignment, &n.Owner, &n.Number, &t.Count, &latest)
	return t, err
}

func scanUngated(r row) (t schema.Trouble, err error) {
	t.Kind = schema.TroubleUngated
	err = r.Scan(&t.Submission.Course, &t.Submission.Assignment, &t.Submission.Owner, &t.Count)
	return t, err
}

// Troubles returns the problems that the staff of a course must know: jobs that cannot run,
// by flavour; submissions with machine failures, newest first, until they are run again or
// their owner pushes again; assignments whose active tests failed on submissions; and
// assignments whose active tests did not pass their gate.
func (s *OperationTables) Troubles(ctx context.Context, course int64) ([]schema.Trouble, error) {
	waiting, err := list(ctx, s.reader, scanWaiting, `SELECT flavour, sum(waiting) FROM queue_courses
		WHERE course_id = ? GROUP BY flavour ORDER BY flavour`, course)
	if err != nil {
		return nil, err
	}
	failed, err := list(ctx, s.reader, scanFailed, `SELECT c.code, a.name, s.owner, s.number, j.reason
		FROM jobs j JOIN submissions s ON s.id = j.submission_id AND s.job_id = j.id
		JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id
		WHERE j.course_id = ? AND j.state = 'failed' AND NOT EXISTS (
			SELECT 1 FROM submissions n WHERE n.assignment_id = s.assignment_id AND n.owner = s.owner AND n.number > s.number)
		ORDER BY j.ended_at DESC, j.id DESC LIMIT ?`, course, maxTroubles)
	if err != nil {
		return nil, err
	}
	broken, err := list(ctx, s.reader, scanBroken, `SELECT c.code, a.name, s.owner, s.number, count(*), max(j.id) -- whose row the others are of
		FROM summaries b INDEXED BY summaries_broken CROSS JOIN jobs j ON j.id = b.job_id JOIN submissions s ON s.id = j.submission_id AND s.done_job_id = j.id
		JOIN versions v ON v.id = j.version_id AND v.state = 'active'
		JOIN assignments a ON a.id = v.assignment_id JOIN courses c ON c.id = a.course_id
		WHERE b.outcome = 'grader-error' AND j.course_id = ?
		GROUP BY a.id ORDER BY a.name LIMIT ?`, course, maxTroubles)
	if err != nil {
		return nil, err
	}
	ungated, err := list(ctx, s.reader, scanUngated, `SELECT c.code, a.name, u.login, v.number FROM assignments a JOIN courses c ON c.id = a.course_id
		JOIN versions v ON v.assignment_id = a.id AND v.state = 'active' JOIN gate_verdicts g ON g.version_id = v.id JOIN users u ON u.id = v.pusher_id
		WHERE a.course_id = ? AND CASE WHEN json_valid(g.body) THEN json_extract(g.body, '$.skipped') END ORDER BY a.name LIMIT ?`, course, maxTroubles)
	return slices.Concat(waiting, failed, broken, ungated), err
}
