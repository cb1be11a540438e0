package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/grader/grader/schema"
)

// target is the repository that receives a push, with its course and assignment.
type target struct {
	course, assignment int64
	kind               schema.RepositoryKind
	owner              string
	login              string // of the pusher
}

func scanTarget(r row) (p target, err error) {
	err = r.Scan(&p.course, &p.assignment, &p.kind, &p.owner, &p.login)
	return p, err
}

func (t *tx) target(ctx context.Context, in schema.Intent) (target, error) {
	return one(ctx, t, scanTarget, `SELECT r.course_id, coalesce(r.assignment_id, 0), r.kind, r.owner, u.login
		FROM repositories r, users u WHERE r.id = ? AND u.id = ?`, in.RepositoryID, in.PusherID)
}

// RecordSubmission closes the intent. It assigns the owner's next number, creates the
// submission, its job, its signed receipt and its first event, and moves the owner's other
// queued pushes of the assignment to the overtaken lane. A second call for the same intent
// returns the same submission. RecordSubmission reads only the ID of p.Intent; the rest comes
// from the stored intent. CodeStale: the intent is void.
func (s *SubmissionTables) RecordSubmission(ctx context.Context, p schema.Push) (sub schema.GradedSubmission, err error) {
	err = s.write(ctx, "record submission", func(t *tx) error {
		in, settled, err := t.findIntent(ctx, p.Intent.ID)
		if err != nil {
			return err
		}
		if !settled {
			sub, err = s.record(ctx, t, in, p)
			return err
		}
		sub, err = one(ctx, t, scanSubmission, `SELECT * FROM submission_rows WHERE intent_id = ?`, in.ID)
		return missing(err, "the push %s became no submission", in.ID)
	})
	return sub, err
}

func (s *SubmissionTables) record(ctx context.Context, t *tx, in schema.Intent, p schema.Push) (schema.GradedSubmission, error) {
	to, err := t.target(ctx, in)
	if err != nil {
		return schema.GradedSubmission{}, err
	}
	if in.ReceivedAt, err = t.notBeforeLast(ctx, to, in.ReceivedAt); err != nil {
		return schema.GradedSubmission{}, err
	}
	id, err := t.addSubmission(ctx, to, in, p)
	if err != nil {
		return schema.GradedSubmission{}, err
	}
	state, err := s.timeliness(ctx, t, to, in.ReceivedAt)
	if err != nil {
		return schema.GradedSubmission{}, err
	}
	kept := state == schema.TimelinessAfterEnd && !p.TryOut
	if !kept {
		if err := t.overtake(ctx, to); err != nil {
			return schema.GradedSubmission{}, err
		}
	}
	if err := s.queue(ctx, t, to, p, id, kept); err != nil {
		return schema.GradedSubmission{}, err
	}
	sub, err := one(ctx, t, scanSubmission, `SELECT * FROM submission_rows WHERE id = ?`, id)
	if err != nil {
		return sub, err
	}
	if err := s.addReceipt(ctx, t, to.course, sub.Submission, state); err != nil {
		return sub, err
	}
	if err := s.auditUpload(ctx, t, in, to, sub.Submission); err != nil {
		return sub, err
	}
	return sub, t.closeIntent(ctx, in.ID)
}

// auditUpload writes an audit entry for a submission from a page or the API. Pushes with git are frequent and get
// no entry; the submission and its receipt record them.
func (s *SubmissionTables) auditUpload(ctx context.Context, t *tx, in schema.Intent, to target, sub schema.Submission) error {
	if in.Channel != schema.ChannelWeb && in.Channel != schema.ChannelAPI {
		return nil
	}
	before := "none"
	if sub.Name.Number > 1 {
		before = "#" + strconv.Itoa(sub.Name.Number-1)
	}
	e := s.entry("submission.upload", sub.Name.String())
	e.Course, e.Before, e.After, e.Detail = sub.Name.Course, before, "#"+strconv.Itoa(sub.Name.Number), "commit "+sub.Commit
	return t.audit(ctx, schema.Actor{User: schema.User{Login: to.login}, Channel: in.Channel}, e)
}

// queue creates a new submission's job. The job of a kept submission is cancelled at once.
func (s *SubmissionTables) queue(ctx context.Context, t *tx, to target, p schema.Push, id int64, kept bool) error {
	now := s.clock()
	job, err := t.addJob(ctx, schema.Job{Kind: schema.JobGrade, Submission: id, VersionID: p.VersionID, CourseID: to.course,
		Owner: to.owner, Lane: schema.LaneInteractive, Flavour: p.Flavour, QueuedAt: now}, false)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `UPDATE submissions SET job_id = ?, kept = ? WHERE id = ?`, job, kept, id); err != nil {
		return err
	}
	if kept {
		return t.cancel(ctx, job, wordsKept, now)
	}
	return nil
}

// maxStep is the largest step back of the clock between two pushes of an owner that
// notBeforeLast corrects.
const maxStep = 10 * time.Minute

// notBeforeLast returns the time of receipt of a push, which is not before the owner's previous
// push: after a small step back of the clock a late push must not become timely. If the
// previous time is more than maxStep ahead, the earlier clock was wrong, and the push keeps its
// own time.
func (t *tx) notBeforeLast(ctx context.Context, to target, received time.Time) (time.Time, error) {
	at, err := one(ctx, t, value[int64], `SELECT received_at FROM submissions WHERE assignment_id = ? AND owner = ? ORDER BY number DESC LIMIT 1`, to.assignment, to.owner)
	if errors.Is(err, sql.ErrNoRows) {
		return received, nil
	}
	if err != nil {
		return received, err
	}
	if last := time.UnixMicro(at).UTC(); !received.After(last) && last.Sub(received) <= maxStep {
		return last.Add(time.Microsecond), nil
	}
	return received, nil
}

// wordsKept explains why a push after the end has no result.
const wordsKept = "received after the end: kept but not graded; it counts only if your instructor grants an extension"

// timeliness returns whether an owner's push is on time, late or after the end. It runs in
// the transaction, so that it sees an extension granted meanwhile.
func (s *SubmissionTables) timeliness(ctx context.Context, t *tx, to target, received time.Time) (schema.Timeliness, error) {
	a, err := one(ctx, t, scanAssignment, `SELECT * FROM assignment_rows WHERE id = ?`, to.assignment)
	if err != nil {
		return "", err
	}
	_, schedule, err := s.scheduleOf(ctx, t, a, to.owner)
	return schedule.Judge(received, schema.Points{}, schema.Points{}, 0).State, err
}

// cancel ends a queued job without a result.
func (t *tx) cancel(ctx context.Context, job int64, reason string, now time.Time) error {
	if _, err := t.exec(ctx, `UPDATE jobs SET state = 'cancelled', reason = ?, ended_at = ? WHERE id = ?`, reason, micros(now), job); err != nil {
		return err
	}
	_, err := t.addEvent(ctx, job, schema.Event{Kind: schema.EventEnded, State: schema.StateCancelled, At: now, Text: reason})
	return err
}

// addSubmission inserts the submission's row with a unique receipt code.
func (t *tx) addSubmission(ctx context.Context, to target, in schema.Intent, p schema.Push) (int64, error) {
	for {
		id, err := one(ctx, t, value[int64], `INSERT INTO submissions
				(assignment_id, owner, number, pusher_id, commit_hash, tree_hash, repository_id, intent_id, version_id, try_out, receipt, received_at)
			VALUES (?1, ?2, (SELECT coalesce(max(number), 0) + 1 FROM submissions WHERE assignment_id = ?1 AND owner = ?2),
				?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
			ON CONFLICT (receipt) DO NOTHING RETURNING id`,
			to.assignment, to.owner, in.PusherID, in.New, p.Tree, in.RepositoryID, in.ID, p.VersionID, p.TryOut, groups(2), micros(in.ReceivedAt))
		if !errors.Is(err, sql.ErrNoRows) { // no row: the 40 random bits were taken, so draw again
			return id, err
		}
	}
}

// overtake moves the owner's queued interactive jobs of the assignment behind everybody's live
// pushes; they are graded later.
func (t *tx) overtake(ctx context.Context, to target) error {
	_, err := t.exec(ctx, `UPDATE jobs SET lane = ? WHERE state = 'queued' AND lane = ?
		AND id IN (SELECT job_id FROM submissions WHERE assignment_id = ? AND owner = ? AND job_id IS NOT NULL)`,
		schema.LaneOvertaken, schema.LaneInteractive, to.assignment, to.owner)
	return err
}

// addJob queues a job and stores its first event.
func (t *tx) addJob(ctx context.Context, j schema.Job, freeRetry bool) (int64, error) {
	id, err := one(ctx, t, value[int64], `INSERT INTO jobs (kind, submission_id, version_id, course_id, owner, lane, flavour, queued_at, free_retry)
		VALUES (?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		j.Kind, j.Submission, j.VersionID, j.CourseID, j.Owner, j.Lane, j.Flavour, micros(j.QueuedAt), freeRetry)
	if err != nil {
		return 0, err
	}
	_, err = t.addEvent(ctx, id, schema.Event{Kind: schema.EventQueued, At: j.QueuedAt})
	return id, err
}
