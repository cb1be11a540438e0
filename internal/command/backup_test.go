package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/internal/backup"
)

// TestBackupFromTheTerminal backs up a directory without a running server, to a file and to
// standard output, and restores both.
func TestBackupFromTheTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := operating{t, filepath.Join(dir, "data")}
	o.admin("course", "add", "comp2402", "--title", "T")
	file := filepath.Join(dir, "grader.tar")
	if said := o.admin("backup", file); said != "" {
		t.Errorf("it says %q", said)
	}
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	o.refused(1, "is there already; name a new file", "backup", file)
	must(t, os.WriteFile(file+"2.partial", nil, 0o600))
	o.refused(1, "another backup is being written, or was interrupted; remove it", "backup", file+"2")
	must(t, os.Remove(file+"2.partial")) // follows the advice of the message
	o.admin("backup", file+"2")
	o.refused(1, "no such file or directory", "backup", filepath.Join(dir, "not", "grader.tar"))
	if left, err := filepath.Glob(filepath.Join(o.data, "backup-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}

	restored := filepath.Join(dir, "restored")
	restore := func(stdin string, words ...string) (int, string) {
		var out, problem bytes.Buffer
		status := run(append([]string{"grader", "restore"}, words...), strings.NewReader(stdin), &out, &problem)
		return status, out.String() + problem.String()
	}
	if status, said := restore("", file, "--data", restored); status != 0 || !strings.HasPrefix(said, "restored 0 pushes in 0 repositories, as they were at 20") {
		t.Errorf("status %d: %s", status, said)
	}
	if courses := (operating{t, restored}).admin("roster", "comp2402"); courses != "" {
		t.Errorf("roster %q", courses)
	}
	status, said := restore(o.admin("backup", "-"), "-", "--data", filepath.Join(dir, "piped"), "--json")
	var report backup.Report
	must(t, json.Unmarshal([]byte(said), &report))
	if status != 0 || report.MadeAt.IsZero() {
		t.Errorf("status %d: %s", status, said)
	}
	for name, tt := range map[string]struct {
		words  []string
		status int
		want   string
	}{
		"used directory": {[]string{file, "--data", restored}, 1, "is not empty: it holds "},
		"no directory":   {[]string{file}, 2, "--data is needed"},
		"no file":        {[]string{file + ".not", "--data", filepath.Join(dir, "x")}, 2, "no such file"},
	} {
		if status, said := restore("", tt.words...); status != tt.status || !strings.Contains(said, tt.want) {
			t.Errorf("%s: status %d, said %q", name, status, said)
		}
	}
}
