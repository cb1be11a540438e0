package command

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
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

// TestErasureIsCompletedLater erases a person as a server does that is killed before it removes the
// person's repositories. Erasing the alias removes them.
func TestErasureIsCompletedLater(t *testing.T) {
	t.Parallel()
	o := operating{t, filepath.Join(t.TempDir(), "data")}
	o.admin("course", "add", "comp2402", "--title", "T")
	o.admin("user", "add", "alice")
	o.admin("enrol", "comp2402", "alice", "--role", "student")
	st, err := store.Open(t.Context(), filepath.Join(o.data, service.Database), store.Options{})
	must(t, err)
	c, err := st.Course(t.Context(), "comp2402")
	must(t, err)
	a, err := st.EnsureAssignment(t.Context(), c.ID, "a1", time.Now())
	must(t, err)
	row, err := st.EnsureRepository(t.Context(), schema.Repository{Kind: schema.RepositoryOwn, CourseID: c.ID, AssignmentID: a.ID, Owner: "alice"})
	must(t, err)
	killed, err := classroom.New(classroom.Options{Store: st}).Erasures.Erase(t.Context(), schema.Operator(), "alice", true)
	must(t, err)
	must(t, st.Close())
	dir := filepath.Join(o.data, service.Repositories, "0", strconv.FormatInt(row.ID, 10)+".git")
	must(t, os.MkdirAll(dir, 0o700))
	again := read[classroom.Erased](o, "erase", killed.Alias, "--force")
	if !slices.Equal(again.Repositories, []int64{row.ID}) {
		t.Errorf("erased again: %+v, want repository %d", again, row.ID)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory of the repository: %v", err)
	}
}
