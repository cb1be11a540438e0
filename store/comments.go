package store

import (
	"context"
	"fmt"

	"github.com/grader/grader/schema"
)

func scanComment(r row) (c schema.Comment, err error) {
	err = r.Scan(&c.ID, &c.Submission, &c.Number, &c.By, &c.File, &c.Line, &c.Text, instant{&c.MadeAt})
	return c, err
}

// AddComment stores a comment on a submission. It reads only File, Line and Text of c.
func (s *SubmissionTables) AddComment(ctx context.Context, by schema.Actor, sub schema.Submission, c schema.Comment) (added schema.Comment, err error) {
	now := s.clock()
	err = s.write(ctx, "add comment", func(t *tx) error {
		added, err = one(ctx, t, scanComment, `INSERT INTO comments (submission_id, actor, file, line, comment, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
			RETURNING id, submission_id, (SELECT number FROM submissions WHERE id = ?1), actor, file, line, comment, made_at`,
			sub.ID, by.User.Login, c.File, c.Line, c.Text, micros(now))
		if err != nil {
			return err
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "submission.comment", Course: sub.Name.Course, Subject: sub.Name.String(), After: c.Text, Detail: commentDetail(added)})
	})
	return added, err
}

// commentDetail names a comment in the audit log.
func commentDetail(c schema.Comment) string {
	if place := c.Place(); place != "" {
		return fmt.Sprintf("comment %d on %s", c.ID, place)
	}
	return fmt.Sprintf("comment %d", c.ID)
}

// RemoveComment removes a comment from a submission. CodeNotFound: the submission has no
// such comment.
func (s *SubmissionTables) RemoveComment(ctx context.Context, by schema.Actor, sub schema.Submission, id int64) (removed schema.Comment, err error) {
	now := s.clock()
	err = s.write(ctx, "remove comment", func(t *tx) error {
		removed, err = one(ctx, t, scanComment, `UPDATE comments SET ended_at = ? WHERE id = ? AND submission_id = ? AND ended_at = 0
			RETURNING id, submission_id, (SELECT number FROM submissions WHERE id = submission_id), actor, file, line, comment, made_at`, micros(now), id, sub.ID)
		if err != nil {
			return missing(err, "%s has no comment %d", sub.Name, id)
		}
		return t.audit(ctx, by, schema.AuditEntry{At: now, Action: "submission.uncomment", Course: sub.Name.Course, Subject: sub.Name.String(), Before: removed.Text, Detail: commentDetail(removed)})
	})
	return removed, err
}

// Comments returns the comments on a submission. Comments on the whole submission come
// first; the others are sorted by file and line, then by creation.
func (s *SubmissionTables) Comments(ctx context.Context, submission int64) ([]schema.Comment, error) {
	return list(ctx, s.reader, scanComment, `SELECT c.id, c.submission_id, s.number, c.actor, c.file, c.line, c.comment, c.made_at
		FROM comments c JOIN submissions s ON s.id = c.submission_id
		WHERE c.submission_id = ? AND c.ended_at = 0 ORDER BY c.file, c.line, c.id`, submission)
}

// OwnerComments returns the comments on all submissions of an owner for an assignment,
// sorted by submission number, then like Comments.
func (s *SubmissionTables) OwnerComments(ctx context.Context, assignment int64, owner string) ([]schema.Comment, error) {
	return list(ctx, s.reader, scanComment, `SELECT c.id, c.submission_id, s.number, c.actor, c.file, c.line, c.comment, c.made_at
		FROM submissions s JOIN comments c ON c.submission_id = s.id
		WHERE s.assignment_id = ? AND s.owner = ? AND c.ended_at = 0 ORDER BY s.number, c.file, c.line, c.id`, assignment, owner)
}
