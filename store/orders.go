package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanOrder(r row) (o schema.Order, err error) {
	var name schema.SubmissionName
	var try int
	sub, tests := &o.Submission, &o.Tests
	err = r.Scan(&o.Job, &o.Attempt, &o.Kind, &o.Flavour.Name, &name.Course, &name.Assignment, &name.Owner, &name.Number, &try,
		&sub.Repository, &sub.Commit, &sub.Tree, &tests.Repository, &tests.Commit, &tests.Tree, zone{&o.Zone}, decoded{&o.Limits}, decoded{&o.Pins}, decoded{&o.Gate}, instant{&o.ReceivedAt}, &o.Lane)
	o.Protocol, o.Name = schema.Protocol, subjectName(name, try)
	o.Background = o.Lane == schema.LaneRegrade
	return o, err
}

// Order returns the data that a runner needs for a claimed job. It sets only the name of the
// flavour and no lease; the scheduler adds the rest.
func (s *QueueTables) Order(ctx context.Context, job int64) (schema.Order, error) {
	o, err := one(ctx, s.reader, scanOrder, `SELECT j.id, j.attempt, j.kind, j.flavour,
			c.code, a.name, coalesce(s.owner, y.owner, ''), coalesce(s.number, 0), coalesce(y.number, 0),
			coalesce(s.repository_id, y.repository_id, 0), coalesce(s.commit_hash, y.commit_hash, ''), coalesce(s.tree_hash, y.tree_hash, ''),
			v.repository_id, v.commit_hash, v.tree_hash, c.zone, v.limits, v.pins, p.body, coalesce(s.received_at, y.received_at, 0), j.lane
		FROM jobs j JOIN versions v ON v.id = j.version_id JOIN assignments a ON a.id = v.assignment_id
		JOIN courses c ON c.id = a.course_id LEFT JOIN submissions s ON s.id = j.submission_id
		LEFT JOIN tries y ON y.job_id = j.id
		LEFT JOIN gate_parts p ON p.job_id = j.id
		WHERE j.id = ?`, job)
	return o, missing(err, "there is no job %d", job)
}
