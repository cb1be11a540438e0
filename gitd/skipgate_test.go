package gitd_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestSkipGateActivatesFailingTests pushes tests whose gate fails, and then pushes with skip-gate.
// The pinned cases stay pinned.
func TestSkipGateActivatesFailingTests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.byPart(always(schema.OutcomePassed), 1)
	b.pushSolution("1").says(t, "active now: version 1")
	b.byPart(always(schema.OutcomePassed), 0)
	b.commit("ida", "tests", map[string]string{"solution/hello.c": "2"})
	b.push("ida", "tests").says(t, "! samples/x/ scores 0, expected 1", "not active: the gate failed")
	b.commit("ida", "tests", map[string]string{"solution/hello.c": "3"})
	r := b.push("ida", "tests", "-o", "skip-gate", "grader", "main")
	r.says(t, "! samples/x/ scores 0, expected 1", "the gate failed and was skipped (-o skip-gate)", "active now: version 3")
	if r.status != 0 {
		t.Errorf("status %d", r.status)
	}
	const words = "! version 3 of the tests of comp1/a1 is active although its gate failed (skip-gate by ida); to see why: log comp1/a1/tests/3"
	for who, told := range map[string]bool{"ida": true, "tina": true, "alice": false} {
		if said := b.ssh(who, "status").all(); strings.Contains(said, words) != told {
			t.Errorf("%s reads\n%s", who, said)
		}
	}
	b.ssh("tina", "log", "comp1/a1/tests/3").says(t, "the gate failed and was skipped (-o skip-gate)", "active now: version 3")
	b.ssh("ida", "audit", "comp1", "--action", "tests.skip-gate").says(t, "ida          ssh    tests.skip-gate   comp1/a1 in comp1: version 1 → version 3 (samples/x/ scores 0, expected 1: greets (failed))")
	b.ssh("tina", "tests", "list", "comp1/a1").says(t, "   3  ", "by ida  solution 2 / 2  active, gate failed (skip-gate)", "rejected", "retired")

	// Passing tests do not need the option, and then it is not reported.
	b.byPart(always(schema.OutcomePassed), 1)
	b.commit("ida", "tests", map[string]string{"solution/hello.c": "4"})
	b.push("ida", "tests", "-o", "skip-gate", "grader", "main").says(t, "samples/x/: 1 / 2, as expected", "active now: version 4")
	if said := b.ssh("ida", "status").all(); strings.Contains(said, "skip-gate") {
		t.Errorf("ida reads\n%s", said)
	}
}

// TestOptionsOfOtherRepositoriesAreRefused tries options that belong to other kinds of
// repositories.
func TestOptionsOfOtherRepositoriesAreRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w", "-o", "skip-gate", "grader", "main").says(t, `refused: push option "skip-gate" is unknown to this repository. Use`, "late", "Nothing was counted.")
	b.push("alice", "w", "-o", "confirm", "grader", "main").says(t, `refused: push option "confirm" is unknown to this repository.`)
	b.commit("ida", "tests", map[string]string{"README": "2"})
	b.push("ida", "tests", "-o", "late", "grader", "main").says(t, `refused: push option "late" is unknown to this repository.`, "skip-gate")
	b.tree("ida", "course", "comp1/course", map[string]string{"course.yaml": "title: C\n"})
	b.push("ida", "course", "-o", "skip-gate", "grader", "main").says(t, `refused: push option "skip-gate" is unknown to this repository.`, "confirm")
	b.push("ida", "course", "-o", "colour", "grader", "main").says(t, "applied now")
}

// TestOldVersionIsActivatedAgain switches between versions over ssh. The session of the next push
// compares with the version that is active then.
func TestOldVersionIsActivatedAgain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.queue.play(gateWithPins("Ring.wraps"))
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{"assignment.yaml": assignmentYAML, "starter/hello.c": ""})
	b.push("ida", "tests").says(t, "active now: version 1")
	b.queue.play(gateWithPins("Ring.wraps", "Ring.grows"))
	b.commit("ida", "tests", map[string]string{"README": "2"})
	b.push("ida", "tests").says(t, "pinned + units/Ring.grows", "active now: version 2")
	r := b.ssh("ida", "tests", "activate", "comp1/a1")
	r.says(t, "version 1 of the tests of comp1/a1 is active; version 2 was", "to grade it again: ssh -p ", "regrade create comp1/a1")
	for _, c := range []struct {
		who, command, says string
		status             int
	}{
		{"ida", "tests activate comp1/a1", "comp1/a1 has no version of its tests before version 1 that was active", 1},
		{"ida", "tests activate comp1/a1 1", "version 1 of the tests of comp1/a1 is active already", 1},
		{"ida", "tests activate comp1/a1 9", "comp1/a1 has no version 9 of its tests", 1},
		{"ida", "tests activate comp1/a1 two", `"two" is not a version number; run tests list to see the versions`, 2},
		{"ida", "tests activate comp1/a9", "there is no assignment comp1/a9 yet", 1},
		{"tina", "tests activate comp1/a1 2", "only instructors of comp1 activate tests", 1},
		{"alice", "tests list comp1/a1", "only the staff of comp1 see its tests", 1},
		{"ida", "tests", "use: tests list or tests activate; see help", 2},
	} {
		r := b.ssh(c.who, strings.Fields(c.command)...)
		if r.says(t, c.says); r.status != c.status {
			t.Errorf("%s: %s: status %d", c.who, c.command, r.status)
		}
	}
	// The next version is compared with version 1, which is active, and not with 2.
	b.queue.play(gateWithPins("Ring.wraps", "Ring.grows", "Ring.shrinks"))
	b.commit("ida", "tests", map[string]string{"README": "3"})
	b.push("ida", "tests").says(t, "pinned + units/Ring.grows", "pinned + units/Ring.shrinks", "active now: version 3")
	b.ssh("ida", "tests", "activate", "comp1/a1", "2", "--json").says(t, `"before": 3`, `"after": 2`, `"grades": []`)
	b.ssh("ida", "log", "comp1/a1/tests/3").says(t, "version 3 passed its gate; another one is active")
	b.ssh("ida", "audit", "comp1", "--action", "tests.activate").says(t, "comp1/a1 in comp1: version 3 → version 2", "comp1/a1 in comp1: version 2 → version 1")
}

// TestActivatedTimesChangeGrades activates an older version of tests with an earlier due date.
func TestActivatedTimesChangeGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const late = "{until: UNTIL, penalty: {percent: 50, per: day}}"
	b.publish(dueIn(t, -1, late) + assignmentYAML)
	b.commit("ida", "tests", map[string]string{"assignment.yaml": dueIn(t, 2, late) + assignmentYAML})
	b.push("ida", "tests").says(t, "active now: version 2")
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	b.push("alice", "w").says(t, "on time", "2 / 2")
	b.ssh("ida", "tests", "activate", "comp1/a1", "1").says(t, "alice a1: 2 → 1")
	b.ssh("ida", "tests", "activate", "comp1/a1", "2").says(t, "alice a1: 1 → 2")
	b.ssh("alice", "status").says(t, "submission 1 counts: 2 / 2")
}
