package store

import (
	"context"

	"github.com/grader/grader/schema"
)

func scanAudit(r row) (e schema.AuditEntry, err error) {
	err = r.Scan(instant{&e.At}, &e.Actor, &e.Action, &e.Subject, &e.Detail)
	return e, err
}

// Audit records who did what, for acts that are no method of Store; those that are
// record themselves. A zero At is now.
func (s *Store) Audit(ctx context.Context, e schema.AuditEntry) error {
	if e.At.IsZero() {
		e.At = s.clock()
	}
	return s.write(ctx, "audit", func(t *tx) error { return t.audit(ctx, e) })
}

// AuditLog returns the latest entries, newest first, at most limit.
func (s *Store) AuditLog(ctx context.Context, limit int) ([]schema.AuditEntry, error) {
	return list(ctx, s.reader, scanAudit, `SELECT at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT ?`, limit)
}

// entry is an audit entry of this moment.
func (s *Store) entry(actor, action, subject, detail string) schema.AuditEntry {
	return schema.AuditEntry{At: s.clock(), Actor: actor, Action: action, Subject: subject, Detail: detail}
}

func (t *tx) audit(ctx context.Context, e schema.AuditEntry) error {
	_, err := t.exec(ctx, `INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)`,
		micros(e.At), e.Actor, e.Action, e.Subject, e.Detail)
	return err
}
