package classroom

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// maxAudit is the maximum number of entries that are read at once.
const maxAudit = 10_000

// AuditStore is the part of the store that reads the audit log.
type AuditStore interface {
	memberStore
	// AuditLog returns the entries that a query selects, newest first.
	AuditLog(ctx context.Context, q schema.AuditQuery) ([]schema.AuditEntry, error)
}

// Audit implements reading the audit log.
type Audit struct{ store AuditStore }

// Log returns the entries that a query selects, newest first. An instructor may read the
// entries of one course, an administrator all.
func (a *Audit) Log(ctx context.Context, by schema.Actor, q schema.AuditQuery) ([]schema.AuditEntry, error) {
	entries, _, err := a.Page(ctx, by, q)
	return entries, err
}

// Page returns the same entries as Log, and reports whether older ones follow.
func (a *Audit) Page(ctx context.Context, by schema.Actor, q schema.AuditQuery) (entries []schema.AuditEntry, more bool, err error) {
	if err := a.may(ctx, by, q.Course); err != nil {
		return nil, false, err
	}
	if q.Limit < 1 || q.Limit > maxAudit {
		return nil, false, schema.Errorf(schema.CodeInvalid, "limit %d: use 1 to %d", q.Limit, maxAudit)
	}
	size := q.Limit
	q.Limit++ // the entry after the page shows that more follow
	entries, err = a.store.AuditLog(ctx, q)
	if err != nil || len(entries) <= size {
		return entries, false, err
	}
	return entries[:size], true, nil
}

func (a *Audit) may(ctx context.Context, by schema.Actor, code string) error {
	if by.User.Admin || code == "" {
		return course.MayAdminister(by.User)
	}
	m, err := findMember(ctx, a.store, by, code)
	if err != nil {
		return err
	}
	return course.MayAudit(m.Viewer(), code)
}
