package gitd_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

func TestMalformedTestsAreRefusedWithTheirPlaces(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{
		"assignment.yaml": "title: A1\ntests:\n  - {name: a, run: [./a], pionts: 2}\n  - {name: b, run: [./b], stdout_file: not/here.txt}\n",
	})
	r := b.push("ida", "tests")
	if r.status == 0 {
		t.Error("status 0")
	}
	r.says(t, "remote: refused: assignment.yaml:3:", "pionts", "points", "remote: refused: assignment.yaml:4:", "not/here.txt",
		"remote: Nothing was counted.", "main -> main (pre-receive hook declined)")
	b.commit("ida", "tests", map[string]string{"assignment.yaml": "\t: {"})
	b.push("ida", "tests").says(t, "refused: assignment.yaml:1:", "Nothing was counted.")
	b.mustGit("ida", "tests", "rm", "-q", "assignment.yaml")
	b.commit("ida", "tests", map[string]string{"README": "x"})
	b.push("ida", "tests").says(t, "assignment.yaml", "Nothing was counted.")
	if a, err := b.store.Assignment(t.Context(), "comp1", "a1"); err != nil || a.Active != nil {
		t.Errorf("active %v, %v", a.Active, err)
	}
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "there is no assignment comp1/a1 yet")
	b.push("ida", "tests", b.url("comp1/a1"), "main").says(t, "comp1/a1 has no accepted tests yet; push them to comp1/a1/tests first")
}

func TestGateDecidesWhichTestsAreActive(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.queue.play(gateWithPins("RingTest.wraps", "RingTest.grows"))
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{"assignment.yaml": assignmentYAML, "starter/hello.c": ""})
	first := b.push("ida", "tests")
	first.says(t, "comp1/a1/tests: candidate 1. commit ", "pinned   units/RingTest.wraps", "active now: version 1")
	if first.status != 0 {
		t.Errorf("status %d", first.status)
	}

	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		return oneTest(j, schema.TestResult{Name: "greets", Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(2, 1), Visible: schema.VisibleNever})
	})
	b.commit("ida", "tests", map[string]string{"solution/hello.c": "wrong"})
	second := b.push("ida", "tests")
	second.says(t, "FAIL  0/2  greets", "solution/: expected 2, got 0", "not active: the gate failed, and students keep the version they", "main -> main")
	if second.status != 1 {
		t.Errorf("status %d of a gate that failed", second.status)
	}
	again := b.push("ida", "tests")
	again.says(t, "nothing new", "solution/: expected 2, got 0", "not active")

	b.queue.play(gateWithPins("RingTest.wraps", "RingTest.shrinks"))
	b.commit("ida", "tests", map[string]string{"solution/hello.c": "right"})
	third := b.push("ida", "tests")
	third.says(t, "pinned   units/RingTest.wraps", "pinned + units/RingTest.shrinks", "no more  units/RingTest.grows", "active now: version 3")
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	if err != nil || a.Active == nil || a.Active.Number != 3 {
		t.Errorf("active %+v, %v", a.Active, err)
	}
	if strings.Contains(third.all(), "receipt") {
		t.Error("a candidate has a receipt")
	}
}

func gateWithPins(names ...string) func(schema.Job) ([]schema.Event, schema.Result) {
	return func(j schema.Job) ([]schema.Event, schema.Result) {
		events, r := everythingPasses(j)
		r.Gate = &schema.GateResult{Passed: true, Pins: schema.Pins{Tests: map[string][]string{"units": names}}}
		return events, r
	}
}

// A candidate is graded on the flavour that its own file names, whatever the version
// that is active names, and on the course's where it names none.
func TestCandidateIsGradedOnItsOwnFlavour(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	check(t, b.store.SetFlavours(t.Context(), schema.Operator(), "comp1", "standard", []string{"large"}))
	flavours := make(chan string, 3)
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		flavours <- j.Flavour
		return gateWithPins("RingTest.wraps")(j)
	})
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{"assignment.yaml": assignmentYAML + "flavour: large\n", "starter/hello.c": ""})
	b.push("ida", "tests").says(t, "active now: version 1")
	b.commit("ida", "tests", map[string]string{"assignment.yaml": assignmentYAML})
	b.push("ida", "tests").says(t, "active now: version 2")
	if first, second := <-flavours, <-flavours; first != "large" || second != "standard" {
		t.Errorf("the gates ran on %s and %s", first, second)
	}
}
