package command

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/internal/service"
)

// TestOfflineAdminLogsDamagedResults runs a command without a server on the database of an earlier
// program that has a damaged result.
func TestOfflineAdminLogsDamagedResults(t *testing.T) {
	t.Parallel()
	o := operating{t, filepath.Join(t.TempDir(), "data")}
	o.admin("user", "add", "alice")
	db, err := sql.Open("sqlite", filepath.Join(o.data, service.Database))
	must(t, err)
	for _, text := range []string{
		`INSERT INTO jobs (id, kind, submission_id, version_id, course_id, owner, lane, flavour, queued_at) VALUES (7, 'grade', 1, 1, 1, 'alice', 0, 'standard', 1)`,
		`INSERT INTO results (job_id, body) VALUES (7, '{"tests": 7}')`, `UPDATE outcome_progress SET form = 0`,
	} {
		_, err := db.ExecContext(t.Context(), text)
		must(t, err)
	}
	must(t, db.Close())
	status, out, problem := runCommand(t, "admin", "--data", o.data, "user", "list")
	if status != 0 || !strings.Contains(out, "alice") || strings.Contains(out, "level=") {
		t.Errorf("status %d: %s", status, out)
	}
	for _, want := range []string{"deriving what the pages of classes show", "a stored result cannot be read; no page shows it", "job=7"} {
		if !strings.Contains(problem, want) {
			t.Errorf("the log lacks %q:\n%s", want, problem)
		}
	}
}
