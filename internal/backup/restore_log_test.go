package backup_test

import (
	"bytes"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/internal/backup"
)

// TestRestoreLogsDamagedResults restores a backup of an earlier program that has a damaged result.
func TestRestoreLogsDamagedResults(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.push("alice")
	db, err := sql.Open("sqlite", filepath.Join(s.data, "grader.db"))
	check(t, err)
	for _, text := range []string{
		`INSERT INTO results (job_id, body) SELECT id, '{"tests": 7}' FROM jobs WHERE kind = 'grade'`,
		`UPDATE submissions SET done_job_id = job_id`, `UPDATE outcome_progress SET form = 0`,
	} {
		_, err := db.ExecContext(t.Context(), text)
		check(t, err)
	}
	check(t, db.Close())
	var log strings.Builder
	_, err = backup.Restore(t.Context(), bytes.NewReader(s.backup(nil)), filepath.Join(t.TempDir(), "new"), keys(), nil, slog.New(slog.NewTextHandler(&log, nil)))
	check(t, err)
	for _, want := range []string{"deriving what the pages of classes show", "with the command: rerun comp1/a1/alice/1"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, &log)
		}
	}
}
