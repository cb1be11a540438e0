package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/grader/grader/schema"
)

func scanReplay(r row) (p schema.Replay, err error) {
	err = r.Scan(&p.Before, &p.Version, &p.Flavour)
	return p, err
}

// Replay queues a job that grades a submission again, behind all pushes, with the tests and
// the flavour of its recorded result. The submission and its grade stay unchanged.
// CodeRefused: the submission has no result. may can refuse the flavour before the job is
// queued.
func (s *QueueTables) Replay(ctx context.Context, by schema.Actor, sub schema.Submission, may func(flavour string) error) (p schema.Replay, err error) {
	now := s.clock()
	err = s.write(ctx, "replay", func(t *tx) error {
		p, err = one(ctx, t, scanReplay, `SELECT j.id, v.number, j.flavour FROM submissions s JOIN jobs j ON j.id = s.done_job_id JOIN versions v ON v.id = j.version_id
			WHERE s.id = ?`, sub.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return schema.Errorf(schema.CodeRefused, "%s has no result to repeat", sub.Name)
		}
		if err != nil {
			return err
		}
		if err := may(p.Flavour); err != nil {
			return err
		}
		before, err := job(ctx, t, p.Before)
		if err != nil {
			return err
		}
		p.Name = sub.Name.String()
		if p.Job, err = t.addJob(ctx, schema.Job{Kind: schema.JobRegrade, Submission: sub.ID, VersionID: before.VersionID, CourseID: before.CourseID,
			Owner: sub.Name.Owner, Lane: schema.LaneRegrade, Flavour: before.Flavour, QueuedAt: now}, false); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "submission.replay", Course: sub.Name.Course, Subject: p.Name, Detail: fmt.Sprintf("job %d", p.Job)})
	})
	return p, err
}

// JobResult returns the result of a job. CodeNotFound: it has none. CodeRefused: it cannot be read.
func (s *QueueTables) JobResult(ctx context.Context, job int64) (schema.Result, error) {
	r, err := one(ctx, s.reader, scanStoredResult, `SELECT body FROM results WHERE job_id = ?`, job)
	if err != nil {
		return schema.Result{}, missing(err, "job %d has no result", job)
	}
	if r.lost() {
		return schema.Result{}, schema.Wrapf(schema.CodeRefused, r.err, "the stored result of job %d cannot be read; grade the submission again with the command rerun", job)
	}
	return *r.result, nil
}
