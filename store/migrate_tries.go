package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

// tryKindVersion is the migration that adds the job kind try.
const tryKindVersion = 30

func migrateTryKind() *goose.Migration {
	return goose.NewGoMigration(tryKindVersion, &goose.GoFunc{RunTx: allowTries}, nil)
}

func allowTries(ctx context.Context, db *sql.Tx) error {
	return checkJobs(ctx, db, [][2]string{
		{"CHECK (kind IN ('grade', 'gate', 'regrade'))", "CHECK (kind IN ('grade', 'gate', 'regrade', 'try'))"},
		{"CHECK ((kind <> 'gate') = (submission_id IS NOT NULL))", "CHECK ((kind NOT IN ('gate', 'try')) = (submission_id IS NOT NULL))"},
	})
}
