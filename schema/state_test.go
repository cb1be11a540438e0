package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestTransitionsMatchDiagram(t *testing.T) {
	t.Parallel()
	states := []schema.State{schema.StateQueued, schema.StateAssigned, schema.StateRunning, schema.StateDone, schema.StateCancelled, schema.StateFailed}
	want := map[schema.State]string{
		schema.StateQueued: "assigned cancelled failed ", schema.StateAssigned: "queued running cancelled failed ",
		schema.StateRunning: "queued done cancelled failed ", schema.StateDone: "", schema.StateCancelled: "", schema.StateFailed: "",
	}
	got := map[schema.State]string{}
	for _, from := range states {
		got[from] = ""
		for _, to := range states {
			if schema.CanFollow(from, to) {
				got[from] += string(to) + " "
			}
		}
		if from.Ended() != (got[from] == "") {
			t.Errorf("%s ended: %v", from, from.Ended())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transitions (-want +got):\n%s", diff)
	}
}

func TestRolesAreParsedStrictly(t *testing.T) {
	t.Parallel()
	for s, staff := range map[string]bool{"student": false, "ta": true, "instructor": true} {
		if role, err := schema.ParseRole(s); err != nil || role.Staff() != staff {
			t.Errorf("%s: %v, staff %v", s, err, role.Staff())
		}
	}
	for _, s := range []string{"", "TA", "admin", "student "} {
		if role, err := schema.ParseRole(s); schema.CodeOf(err) != schema.CodeInvalid || role.Staff() {
			t.Errorf("%q: %q, %v", s, role, err)
		}
	}
}

func TestEventsFromRunners(t *testing.T) {
	t.Parallel()
	for kind, want := range map[schema.EventKind]bool{
		schema.EventStarted: true, schema.EventLine: true, schema.EventBuild: true, schema.EventTest: true,
		schema.EventQueued: false, schema.EventAssigned: false, schema.EventRequeued: false, schema.EventEnded: false, "": false,
	} {
		if kind.FromRunner() != want {
			t.Errorf("%q from a runner: %v", kind, kind.FromRunner())
		}
	}
}
