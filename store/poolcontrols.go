package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/grader/grader/schema"
)

func scanPoolControl(r row) (c schema.PoolControl, err error) {
	err = r.Scan(&c.Flavour, &c.Mode, &c.Reason, &c.Warm, &c.Max, &c.By, instant{&c.ChangedAt}, &c.AdminMode, &c.AdminSize)
	return c, err
}

// PoolControls returns the stored settings of pools, by flavour. A flavour without an entry
// is open and uses its configuration.
func (s *QueueTables) PoolControls(ctx context.Context) ([]schema.PoolControl, error) {
	return list(ctx, s.reader, scanPoolControl, `SELECT flavour, mode, reason, warm, max, by_login, changed_at, admin_mode, admin_size FROM pool_controls ORDER BY flavour`)
}

// ChangePool changes the stored settings of a flavour's pool, in one transaction with its
// audit entry. If change returns an error, nothing is written.
func (s *QueueTables) ChangePool(ctx context.Context, by schema.Actor, flavour, action string, change func(*schema.PoolControl) error) (c schema.PoolControl, err error) {
	err = s.write(ctx, "change pool", func(t *tx) error {
		c, err = one(ctx, t, scanPoolControl, `SELECT flavour, mode, reason, warm, max, by_login, changed_at, admin_mode, admin_size FROM pool_controls WHERE flavour = ?`, flavour)
		if errors.Is(err, sql.ErrNoRows) {
			c, err = schema.PoolControl{Flavour: flavour, Mode: schema.PoolOpen}, nil
		}
		if err != nil {
			return err
		}
		before := c
		if err := change(&c); err != nil {
			return err
		}
		e := s.entry(action, flavour)
		e.Before, e.After, e.Detail = string(before.Mode)+", "+before.Size(), string(c.Mode)+", "+c.Size(), c.Reason
		c.By, c.ChangedAt = by.User.Login, e.At
		if _, err := t.exec(ctx, `INSERT OR REPLACE INTO pool_controls (flavour, mode, reason, warm, max, by_login, changed_at, admin_mode, admin_size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Flavour, c.Mode, c.Reason, c.Warm, c.Max, c.By, micros(c.ChangedAt), c.AdminMode, c.AdminSize); err != nil {
			return err
		}
		return t.audit(ctx, by, e)
	})
	return c, err
}
