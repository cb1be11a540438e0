package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// freeRetries is how often a student may have one commit graded again after our
// machines failed.
const freeRetries = 2

// rerun is a submission that somebody wants graded again.
type rerun struct {
	id, assignment, course int64
	name                   schema.SubmissionName
	commit                 string
	state                  schema.State   // of its latest job
	outcome                schema.Outcome // of its latest job, "" without a result
	role                   schema.Role    // of the asker
	staff                  bool           // the asker is
}

func scanRerun(r row) (e rerun, err error) {
	n := &e.name
	err = r.Scan(&e.id, &e.assignment, &e.course, &n.Course, &n.Assignment, &n.Owner, &n.Number, &e.commit, &e.state, &e.outcome, &e.role)
	return e, err
}

// Rerun makes a new job for a submission against the active version. Staff may
// whenever its latest job has ended; the owner, at most twice per commit, when that
// job failed or ended in an infrastructure-error. CodeRefused says why not;
// CodeNotFound: it is not the asker's.
func (s *Store) Rerun(ctx context.Context, submission int64, by schema.User, at time.Time) (j schema.Job, err error) {
	err = s.write(ctx, "rerun", func(t *tx) error {
		e, err := one(ctx, t, scanRerun, `SELECT s.id, s.assignment_id, a.course_id, c.code, a.name, s.owner, s.number, s.commit_hash, j.state,
				coalesce(json_extract(r.body, '$.outcome'), ''), coalesce(e.role, '')
			FROM submissions s JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id
			JOIN jobs j ON j.id = s.job_id LEFT JOIN results r ON r.job_id = j.id
			LEFT JOIN enrolments e ON e.course_id = c.id AND e.user_id = ?
			WHERE s.id = ?`, by.ID, submission)
		if err != nil {
			return missing(err, "there is no such submission")
		}
		e.staff = by.Admin || e.role.Staff()
		if err := t.mayRerun(ctx, e, by); err != nil {
			return err
		}
		if j, err = t.rerun(ctx, e, at); err != nil {
			return err
		}
		return t.audit(ctx, schema.AuditEntry{At: at, Actor: by.Login, Action: "submission.rerun", Subject: e.name.String()})
	})
	return j, err
}

func (t *tx) mayRerun(ctx context.Context, e rerun, by schema.User) error {
	switch {
	case !e.staff && e.name.Owner != by.Login:
		return schema.Errorf(schema.CodeNotFound, "there is no such submission")
	case !e.state.Ended():
		return schema.Errorf(schema.CodeRefused, "%s is still being graded; wait until it has ended", e.name)
	case e.staff:
		return nil
	case e.state != schema.StateFailed && e.outcome != schema.OutcomeInfrastructureError:
		return schema.Errorf(schema.CodeRefused, "%s was graded; only what our machines failed to grade can be run again: push to try again, or ask the staff", e.name)
	}
	used, err := one(ctx, t, value[int], `SELECT count(*) FROM submissions s JOIN jobs j ON j.submission_id = s.id
		WHERE s.assignment_id = ? AND s.owner = ? AND s.commit_hash = ? AND j.free_retry = 1`, e.assignment, e.name.Owner, e.commit)
	if err != nil {
		return err
	}
	if used >= freeRetries {
		return schema.Errorf(schema.CodeRefused, "both free retries of commit %.7s are spent; ask the staff", e.commit)
	}
	return nil
}

// active is the version that new jobs are graded against.
type active struct {
	id      int64
	flavour string
}

func scanActive(r row) (v active, err error) {
	err = r.Scan(&v.id, &v.flavour)
	return v, err
}

func (t *tx) rerun(ctx context.Context, e rerun, at time.Time) (schema.Job, error) {
	v, err := one(ctx, t, scanActive, `SELECT id, flavour FROM versions WHERE assignment_id = ? AND state = 'active'`, e.assignment)
	if err != nil {
		return schema.Job{}, missing(err, "%s/%s has no active version", e.name.Course, e.name.Assignment)
	}
	id, err := t.addJob(ctx, schema.Job{Kind: schema.JobGrade, Submission: e.id, VersionID: v.id, CourseID: e.course,
		Owner: e.name.Owner, Lane: schema.LaneInteractive, Flavour: v.flavour, QueuedAt: at}, !e.staff)
	if err != nil {
		return schema.Job{}, err
	}
	if _, err := t.exec(ctx, `UPDATE submissions SET job_id = ? WHERE id = ?`, id, e.id); err != nil {
		return schema.Job{}, err
	}
	return job(ctx, t, id)
}
