package store

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

func scanPushedCommit(r row) (p schema.PushedCommit, err error) {
	err = r.Scan(&p.Repository, &p.Commit, &p.Owner, &p.PusherID, &p.Pusher, &p.TryOut)
	return p, err
}

// PushedCommits returns the commits with a prefix that were pushed to an assignment,
// including tries, latest first.
func (s *SubmissionTables) PushedCommits(ctx context.Context, assignment int64, prefix string) ([]schema.PushedCommit, error) {
	return list(ctx, s.reader, scanPushedCommit, `SELECT p.repository_id, p.commit_hash, p.owner, p.pusher_id, u.login, p.try_out FROM (
			SELECT repository_id, commit_hash, owner, pusher_id, try_out, received_at FROM submissions WHERE assignment_id = ?1
			UNION ALL SELECT repository_id, commit_hash, owner, pusher_id, 0, received_at FROM tries WHERE assignment_id = ?1) p
		JOIN users u ON u.id = p.pusher_id WHERE substr(p.commit_hash, 1, length(?2)) = ?2 ORDER BY p.received_at DESC`, assignment, prefix)
}

// SubmitFor creates a submission from a commit that staff hand in for an owner, with its
// job, its receipt and a comment that explains it. The commit must be pinned already. The
// owner's other pushes keep their places in the queue.
func (s *SubmissionTables) SubmitFor(ctx context.Context, by schema.Actor, h schema.HandIn) (sub schema.GradedSubmission, err error) {
	now := s.clock()
	err = s.write(ctx, "submit for an owner", func(t *tx) error {
		a := h.Assignment
		in := schema.Intent{ID: h.Intent, RepositoryID: h.Source.Repository, PusherID: h.Source.PusherID, New: h.Source.Commit, ReceivedAt: h.Received}
		if _, err := t.exec(ctx, `INSERT INTO intents (id, repository_id, pusher_id, ref, old_hash, new_hash, received_at, options, process_group, channel, state)
			VALUES (?1, ?2, ?3, 'refs/heads/main', ?4, ?4, ?5, '[]', 0, ?6, 'recorded')`, in.ID, in.RepositoryID, in.PusherID, in.New, micros(in.ReceivedAt), by.Channel); err != nil {
			return err
		}
		to := target{course: a.Course.ID, assignment: a.ID, kind: schema.RepositoryOwn, owner: h.Owner, login: h.Source.Pusher}
		version, err := one(ctx, t, scanActive, `SELECT id, flavour FROM versions WHERE assignment_id = ? AND state = 'active'`, a.ID)
		if err != nil {
			return err
		}
		p := schema.Push{Intent: in, Tree: h.Tree, VersionID: version.id, Flavour: version.flavour}
		id, err := t.addSubmission(ctx, to, in, p)
		if err != nil {
			return err
		}
		state, err := s.timeliness(ctx, t, to, in.ReceivedAt)
		if err != nil {
			return err
		}
		if err := s.queue(ctx, t, to, p, id, state == schema.TimelinessAfterEnd); err != nil {
			return err
		}
		if sub, err = one(ctx, t, scanSubmission, `SELECT * FROM submission_rows WHERE id = ?`, id); err != nil {
			return err
		}
		if err := s.addReceipt(ctx, t, a.Course.ID, sub.Submission, state); err != nil {
			return err
		}
		return noteHandIn(ctx, t, by, h, sub.Submission, now)
	})
	return sub, err
}

// noteHandIn adds a comment for the owner and an audit entry.
func noteHandIn(ctx context.Context, t *tx, by schema.Actor, h schema.HandIn, sub schema.Submission, now time.Time) error {
	received := sub.ReceivedAt.In(h.Assignment.Course.Location()).Format("2006-01-02 15:04")
	words := fmt.Sprintf("Handed in for %s by the course staff, as received %s: %s", h.Owner, received, h.Reason)
	if _, err := t.exec(ctx, `INSERT INTO comments (submission_id, actor, file, line, comment, made_at) VALUES (?, ?, '', 0, ?, ?)`,
		sub.ID, by.User.Login, words, micros(now)); err != nil {
		return err
	}
	return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "submission.submit-for", Course: sub.Name.Course, Subject: sub.Name.String(),
		After: "commit " + sub.Commit + " of " + h.Source.Owner + ", received " + received, Detail: h.Reason})
}
