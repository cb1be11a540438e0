package gitd_test

import (
	"strings"
	"testing"
	"time"
)

// TestNearNamesAreSuggested uses names in another case or with a typing mistake, with git and ssh. The answer suggests the
// right name, unless the person may not see it.
func TestNearNamesAreSuggested(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("ida", "hidden", "comp1/b2/tests", map[string]string{"assignment.yaml": "release: " + time.Now().AddDate(0, 0, 9).Format("2006-01-02") + " 09:00\n" + assignmentYAML, "starter/x": ""})
	b.push("ida", "hidden").says(t, "active now")
	b.tree("alice", "w", "comp1/A1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "there is no repository /comp1/A1; did you mean comp1/a1?")
	for path, want := range map[string]string{"comp1/a11": "did you mean comp1/a1?", "comp1/a2": "did you mean comp1/a1?", "COMP1/a1": "did you mean comp1/a1?"} {
		run(t, b.git("alice", "", "clone", b.url(path), "no")).says(t, "fatal: remote error: ", want)
	}
	b.ssh("alice", "log", "comp1/a11").says(t, "did you mean comp1/a1?")
	for _, path := range []string{"comp1/b3", "comp1/B2", "comp9/A1"} {
		if r := run(t, b.git("alice", "", "clone", b.url(path), "no")); r.status == 0 || strings.Contains(r.all(), "did you mean") {
			t.Errorf("%s: %s", path, r.all())
		}
	}
	if r := run(t, b.git("eve", "", "clone", b.url("comp1/A1"), "no")); r.status == 0 || strings.Contains(r.all(), "did you mean") {
		t.Errorf("whoever is not enrolled reads %s", r.all())
	}
}

func TestHelpListsStaffCommandsToStaff(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.ssh("tina", "help").says(t, "log COURSE/ASSIGNMENT/LOGIN[/N]", "rerun COURSE/ASSIGNMENT/LOGIN/N", "students/LOGIN refs/submissions/N")
	if r := b.ssh("alice", "help"); strings.Contains(r.all(), "LOGIN") {
		t.Errorf("a student reads %s", r.all())
	}
}
