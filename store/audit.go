package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanAudit(r row) (e schema.AuditEntry, err error) {
	err = r.Scan(&e.ID, instant{&e.At}, &e.Actor, &e.Channel, &e.Action, &e.Course, &e.Subject, &e.Before, &e.After, &e.Detail)
	return e, err
}

// AuditLog returns the entries that a query selects, newest first.
func (s *OperationTables) AuditLog(ctx context.Context, q schema.AuditQuery) ([]schema.AuditEntry, error) {
	return list(ctx, s.reader, scanAudit, `SELECT id, at, actor, channel, action, course, subject, before_value, after_value, detail FROM audit
		WHERE (?1 = '' OR course = ?1) AND (?2 = '' OR actor = ?2) AND (?3 = '' OR action = ?3 OR action LIKE ?3 || '.%')
			AND (?4 = '' OR subject = ?4) AND at >= ?5 AND (?7 = 0 OR id < ?7)
		ORDER BY id DESC LIMIT ?6`, q.Course, q.Actor, q.Action, q.Subject, micros(q.Since), q.Limit, q.Before)
}

// audit writes an actor's entry in the transaction of the change.
func (t *tx) audit(ctx context.Context, by schema.Actor, e schema.AuditEntry) error {
	_, err := t.exec(ctx, `INSERT INTO audit (at, actor, channel, action, course, subject, before_value, after_value, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		micros(e.At), by.User.Login, by.Channel, e.Action, e.Course, e.Subject, e.Before, e.After, e.Detail)
	if err != nil {
		return err
	}
	return t.didAPIRequest(ctx, by.Request)
}

// entry is an audit entry with the current time.
func (s *database) entry(action, subject string) schema.AuditEntry {
	return schema.AuditEntry{At: s.clock(), Action: action, Subject: subject}
}

// valued is entry with the old and the new value.
func (s *database) valued(action, subject, before, after string) schema.AuditEntry {
	e := s.entry(action, subject)
	e.Before, e.After = before, after
	return e
}

// RecordImageRemoval writes the audit entry of a removed image of an autograder.
func (s *QueueTables) RecordImageRemoval(ctx context.Context, by schema.Actor, image string) error {
	return s.write(ctx, "record image removal", func(t *tx) error { return t.audit(ctx, by, s.entry("image.remove", image)) })
}
