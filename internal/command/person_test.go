package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
)

// TestPersonFromTheTerminal exports and erases a person in a directory without a server.
func TestPersonFromTheTerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := operating{t, filepath.Join(dir, "data")}
	key := filepath.Join(dir, "alice.pub")
	must(t, os.WriteFile(key, []byte(laptopKey), 0o600))
	o.admin("course", "add", "comp2402", "--title", "T")
	o.admin("user", "add", "alice", "--name", "Alice Archer", "--email", "archer@uni.example", "--key", key)
	o.admin("enrol", "comp2402", "alice", "--role", "student")
	out := filepath.Join(dir, "alice.json")
	o.admin("export", "person", "alice", "--output", out)
	text, err := os.ReadFile(out)
	must(t, err)
	for _, want := range []string{`"email": "archer@uni.example"`, `"comment": "alice@laptop"`, `"course": "comp2402"`, `"action": "course.enrol"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	erased := read[classroom.Erased](o, "erase", "alice")
	if !strings.HasPrefix(erased.Alias, "erased-") || len(erased.Repositories) != 0 {
		t.Errorf("%+v", erased)
	}
	o.refused(1, `no account "alice"`, "export", "person", "alice")
	o.refused(1, `no account "alice"`, "erase", "alice")
	if log := o.admin("audit"); strings.Contains(log, "alice") || strings.Contains(log, "Archer") || !strings.Contains(log, "user.erase") {
		t.Errorf("the audit log: %s", log)
	}
	if said := o.admin("erase", erased.Alias); !strings.HasPrefix(said, "erased; the grades are those of erased-") {
		t.Errorf("it says %q", said)
	}
	// The command for exporting a course still accepts its arguments.
	if said := o.admin("export", "comp2402", "--format", "csv"); strings.Contains(said, "alice") {
		t.Errorf("it says %q", said)
	}
}
