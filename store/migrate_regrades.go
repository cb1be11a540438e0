package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

// regradeKindVersion is the migration that adds the job kind regrade.
const regradeKindVersion = 14

func migrateRegradeKind() *goose.Migration {
	return goose.NewGoMigration(regradeKindVersion, &goose.GoFunc{RunTx: allowRegrades}, nil)
}

func allowRegrades(ctx context.Context, db *sql.Tx) error {
	return checkJobs(ctx, db, [][2]string{
		{"CHECK (kind IN ('grade', 'gate'))", "CHECK (kind IN ('grade', 'gate', 'regrade'))"},
		{"CHECK ((kind = 'grade') = (submission_id IS NOT NULL))", "CHECK ((kind <> 'gate') = (submission_id IS NOT NULL))"},
	})
}

// checkJobs replaces CHECK constraints of the table jobs. SQLite cannot alter them, and the
// table cannot be copied, because other tables refer to it. So checkJobs edits the text of
// the table's definition. https://www.sqlite.org/lang_altertable.html, "Making Other Kinds
// Of Table Schema Changes", allows this for changes that no stored row can violate.
func checkJobs(ctx context.Context, db *sql.Tx, replace [][2]string) error {
	var version int
	if err := db.QueryRowContext(ctx, `PRAGMA schema_version`).Scan(&version); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `PRAGMA writable_schema = ON`); err != nil {
		return err
	}
	for _, check := range replace {
		changed, err := db.ExecContext(ctx, `UPDATE sqlite_schema SET sql = replace(sql, ?1, ?2) WHERE type = 'table' AND name = 'jobs' AND instr(sql, ?1) > 0`, check[0], check[1])
		if err != nil {
			return err
		}
		if n, err := changed.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("the definition of the table jobs is not as expected: %d changed, %w", n, err)
		}
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA schema_version = %d`, version+1)); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, `PRAGMA writable_schema = RESET`)
	return err
}
