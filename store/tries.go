package store

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

func scanTry(r row) (y schema.Try, err error) {
	var stored storedResult
	err = r.Scan(append([]any{&y.ID, &y.Work.Course, &y.Work.Assignment, &y.Work.Owner, &y.Number, &y.Assignment, &y.Login, &y.Commit, &y.Tree,
		&y.Repository, &y.IntentID, &y.VersionID, instant{&y.ReceivedAt}, &stored}, jobColumns(&y.Job)...)...)
	y.Result = stored.orAdvice(func() string { return "push a new commit to the branch try" })
	return y, err
}

// RecordTry closes the intent of a push to the branch try. It creates the try, with the
// owner's next number, and its job, and moves the owner's other queued tries of the
// assignment to the overtaken lane. A second call for the same intent returns the same try.
// RecordTry reads only the ID of p.Intent. CodeStale: the intent is void.
func (s *SubmissionTables) RecordTry(ctx context.Context, p schema.Push) (y schema.Try, err error) {
	now := s.clock()
	err = s.write(ctx, "record try", func(t *tx) error {
		in, settled, err := t.findIntent(ctx, p.Intent.ID)
		if err != nil {
			return err
		}
		if !settled {
			if err := t.addTry(ctx, in, p, now); err != nil {
				return err
			}
		}
		y, err = one(ctx, t, scanTry, `SELECT y.id, c.code, a.name, y.owner, y.number, y.assignment_id, u.login, y.commit_hash, y.tree_hash,
				y.repository_id, y.intent_id, y.version_id, y.received_at, r.body, j.*
			FROM tries y JOIN assignments a ON a.id = y.assignment_id JOIN courses c ON c.id = a.course_id JOIN users u ON u.id = y.pusher_id
			JOIN job_rows j ON j.id = y.job_id LEFT JOIN results r ON r.job_id = y.job_id
			WHERE y.intent_id = ?`, in.ID)
		return missing(err, "the push %s became no try", in.ID)
	})
	return y, err
}

func (t *tx) addTry(ctx context.Context, in schema.Intent, p schema.Push, now time.Time) error {
	to, err := t.target(ctx, in)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `UPDATE jobs SET lane = ? WHERE state = 'queued' AND lane = ?
		AND id IN (SELECT job_id FROM tries WHERE assignment_id = ? AND owner = ?)`,
		schema.LaneOvertaken, schema.LaneInteractive, to.assignment, to.owner); err != nil {
		return err
	}
	job, err := t.addJob(ctx, schema.Job{Kind: schema.JobTry, VersionID: p.VersionID, CourseID: to.course,
		Owner: to.owner, Lane: schema.LaneInteractive, Flavour: p.Flavour, QueuedAt: now}, false)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `INSERT INTO tries (assignment_id, owner, number, pusher_id, commit_hash, tree_hash, repository_id, intent_id, version_id, received_at, job_id)
		VALUES (?1, ?2, (SELECT coalesce(max(number), 0) + 1 FROM tries WHERE assignment_id = ?1 AND owner = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
		to.assignment, to.owner, in.PusherID, in.New, p.Tree, in.RepositoryID, in.ID, p.VersionID, micros(in.ReceivedAt), job); err != nil {
		return err
	}
	return t.closeIntent(ctx, in.ID)
}

// Tries returns at most limit tries of an owner for an assignment, newest first, with
// summaries of their results.
func (s *SubmissionTables) Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error) {
	return list(ctx, s.reader, scanTry, `SELECT y.id, c.code, a.name, y.owner, y.number, y.assignment_id, u.login, y.commit_hash, y.tree_hash,
			y.repository_id, y.intent_id, y.version_id, y.received_at, r.body, j.*
		FROM tries y JOIN assignments a ON a.id = y.assignment_id JOIN courses c ON c.id = a.course_id JOIN users u ON u.id = y.pusher_id
		JOIN job_rows j ON j.id = y.job_id LEFT JOIN summaries r ON r.job_id = y.job_id
		WHERE y.assignment_id = ? AND y.owner = ? ORDER BY y.number DESC LIMIT ?`, assignment, owner, limit)
}

func scanTryPin(r row) (p schema.TryPin, err error) {
	err = r.Scan(&p.ID, &p.Repository, &p.IntentID)
	return p, err
}

// TryPins returns at most limit tries that were received before a time and have been
// graded, oldest first, starting after a try (0: from the beginning).
func (s *SubmissionTables) TryPins(ctx context.Context, before time.Time, after int64, limit int) ([]schema.TryPin, error) {
	return list(ctx, s.reader, scanTryPin, `SELECT y.id, y.repository_id, y.intent_id FROM tries y JOIN jobs j ON j.id = y.job_id
		WHERE y.id > ? AND y.received_at < ? AND j.state IN ('done', 'failed', 'cancelled') ORDER BY y.id LIMIT ?`, after, micros(before), limit)
}

// TriesSince returns the times of receipt of an owner's tries for an assignment since the
// given time, oldest first. It leaves out tries that the machines failed to grade.
func (s *SubmissionTables) TriesSince(ctx context.Context, assignment int64, owner string, since time.Time) ([]time.Time, error) {
	return list(ctx, s.reader, scanInstant, `SELECT y.received_at FROM tries y JOIN jobs j ON j.id = y.job_id
		WHERE y.assignment_id = ? AND y.owner = ? AND y.received_at > ? AND j.state <> 'failed' ORDER BY y.received_at`, assignment, owner, micros(since))
}

func scanInstant(r row) (at time.Time, err error) {
	err = r.Scan(instant{&at})
	return at, err
}
