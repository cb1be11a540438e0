package service

import "context"

// CopyArgs names the file for a copy of the database.
type CopyArgs struct{ File string }

func (o *Operator) copyDatabase(ctx context.Context, a CopyArgs) (None, error) {
	return None{}, o.store.Backup(ctx, a.File)
}
