package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/grader/grader/schema"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrator applies the migrations to a database.
func migrator(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithTableName("schema_version"), goose.WithGoMigrations(migrateTallies(), migrateRegradeKind(), migrateTryKind()), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

// migrate applies the missing migrations. CodeRefused: the database is newer than this program.
func migrate(ctx context.Context, db *sql.DB) error {
	p, err := migrator(db)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("version of the database: %w", translate(err))
	}
	if current > target {
		return schema.Errorf(schema.CodeRefused, "the database has version %d and was made by a newer grader; this one knows versions up to %d: run the newer program, or restore a backup", current, target)
	}
	if current == target {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", translate(err))
	}
	return nil
}
