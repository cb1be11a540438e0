package store

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// rerun is a request to grade a submission again.
type rerun struct {
	id, assignment, course int64
	role                   schema.Role // role of the requester
	facts                  course.Rerun
}

func scanRerun(r row) (e rerun, err error) {
	n := &e.facts.Name
	err = r.Scan(&e.id, &e.assignment, &e.course, &n.Course, &n.Assignment, &n.Owner, &n.Number, &e.facts.Commit, &e.facts.State, &e.role)
	return e, err
}

// Rerun creates a new job for a submission against the active version, unless decide refuses.
// decide gets the requester's role in the course and the state of the submission. It reports
// whether the new job is one of the owner's free retries.
func (s *QueueTables) Rerun(ctx context.Context, by schema.Actor, submission int64, decide func(schema.Role, course.Rerun) (free bool, err error), at time.Time) (j schema.Job, err error) {
	err = s.write(ctx, "rerun", func(t *tx) error {
		e, err := one(ctx, t, scanRerun, `SELECT s.id, s.assignment_id, a.course_id, c.code, a.name, s.owner, s.number, s.commit_hash, j.state, coalesce(e.role, '')
			FROM submissions s JOIN assignments a ON a.id = s.assignment_id JOIN courses c ON c.id = a.course_id
			JOIN jobs j ON j.id = s.job_id LEFT JOIN enrolments e ON e.course_id = c.id AND e.user_id = ?
			WHERE s.id = ?`, by.User.ID, submission)
		if err != nil {
			return missing(err, "there is no such submission")
		}
		if e.facts.Retries, err = one(ctx, t, value[int], `SELECT count(*) FROM submissions s JOIN jobs j ON j.submission_id = s.id
			WHERE s.assignment_id = ? AND s.owner = ? AND s.commit_hash = ? AND j.free_retry = 1`, e.assignment, e.facts.Name.Owner, e.facts.Commit); err != nil {
			return err
		}
		if e.facts.Logins, e.facts.Left, err = ownersOf(ctx, t, e.assignment, e.facts.Name.Owner); err != nil {
			return err
		}
		free, err := decide(e.role, e.facts)
		if err != nil {
			return err
		}
		if j, err = t.rerun(ctx, e, free, at); err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: at, Action: "submission.rerun", Course: e.facts.Name.Course,
			Subject: e.facts.Name.String(), Before: string(e.facts.State), After: string(j.State), Detail: fmt.Sprintf("job %d", j.ID)})
	})
	return j, err
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

func (t *tx) rerun(ctx context.Context, e rerun, free bool, at time.Time) (schema.Job, error) {
	name := e.facts.Name
	v, err := one(ctx, t, scanActive, `SELECT id, flavour FROM versions WHERE assignment_id = ? AND state = 'active'`, e.assignment)
	if err != nil {
		return schema.Job{}, missing(err, "%s/%s has no active version", name.Course, name.Assignment)
	}
	id, err := t.addJob(ctx, schema.Job{Kind: schema.JobGrade, Submission: e.id, VersionID: v.id, CourseID: e.course,
		Owner: name.Owner, Lane: schema.LaneInteractive, Flavour: v.flavour, QueuedAt: at}, free)
	if err != nil {
		return schema.Job{}, err
	}
	if _, err := t.exec(ctx, `UPDATE submissions SET job_id = ? WHERE id = ?`, id, e.id); err != nil {
		return schema.Job{}, err
	}
	return job(ctx, t, id)
}
