package store

import (
	"context"

	"github.com/grader/grader/schema"
)

// Queued returns at most limit jobs of a flavour in the order in which they will be
// claimed, each with the name of its subject.
func (s *QueueTables) Queued(ctx context.Context, flavour string, limit int) ([]QueuedJob, error) {
	ids, err := s.Waiting(ctx, flavour, limit)
	if err != nil {
		return nil, err
	}
	jobs := make([]QueuedJob, 0, len(ids))
	for _, id := range ids {
		q, err := s.Subject(ctx, id)
		if schema.CodeOf(err) == schema.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if q.Job.State == schema.StateQueued { // skip a job that was claimed meanwhile
			jobs = append(jobs, q)
		}
	}
	return jobs, nil
}

// QueuedJob is a job with the name of its subject: a submission, a try, or
// COURSE/ASSIGNMENT for a gate.
type QueuedJob struct {
	Job  schema.Job
	Name string
}

func scanSubject(r row) (q QueuedJob, err error) {
	var n schema.SubmissionName
	var try int
	err = r.Scan(append([]any{&n.Course, &n.Assignment, &n.Owner, &n.Number, &try}, jobColumns(&q.Job)...)...)
	q.Name = subjectName(n, try)
	return q, err
}

// subjectName returns the name of a job's subject: a submission, a try (by its number), or
// the tests of an assignment.
func subjectName(n schema.SubmissionName, try int) string {
	if try > 0 {
		return schema.TryName(n, try)
	}
	return n.String()
}

// Subject returns a job with the name of its subject.
func (s *QueueTables) Subject(ctx context.Context, job int64) (QueuedJob, error) {
	q, err := one(ctx, s.reader, scanSubject, `SELECT c.code, a.name, coalesce(s.owner, y.owner, ''), coalesce(s.number, 0), coalesce(y.number, 0), j.*
		FROM job_rows j JOIN versions v ON v.id = j.version_id JOIN assignments a ON a.id = v.assignment_id
		JOIN courses c ON c.id = a.course_id LEFT JOIN submissions s ON s.id = j.submission_id LEFT JOIN tries y ON y.job_id = j.id
		WHERE j.id = ?`, job)
	return q, missing(err, "there is no job %d", job)
}
