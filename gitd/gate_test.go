package gitd_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

func TestMalformedTestsAreRefusedWithPositions(t *testing.T) {
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

// TestCandidateIsGradedOnItsOwnFlavour checks that a candidate is graded on the flavour of its own file, whatever
// flavour the active version has. A candidate without a flavour is graded on the course's.
func TestCandidateIsGradedOnItsOwnFlavour(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	check(t, b.store.SetFlavours(t.Context(), schema.Operator(), "comp1", "standard", []string{"large"}))
	flavours := make(chan string, 20)
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		flavours <- fmt.Sprint(j.VersionID, " on ", j.Flavour)
		return gateWithPins("RingTest.wraps")(j)
	})
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{"assignment.yaml": assignmentYAML + "flavour: large\n", "starter/hello.c": ""})
	b.push("ida", "tests").says(t, "active now: version 1")
	b.commit("ida", "tests", map[string]string{"assignment.yaml": assignmentYAML})
	b.push("ida", "tests").says(t, "active now: version 2")
	close(flavours)
	var ran []string
	for flavour := range flavours {
		ran = append(ran, flavour)
	}
	if want := []string{"1 on large", "1 on large", "2 on standard", "2 on standard"}; !slices.Equal(ran, want) {
		t.Errorf("the parts of the gates ran: %v; want %v", ran, want)
	}
}

// solutionYAML has a solution, a sample and a starter, so that its gate has five parts.
const solutionYAML = assignmentYAML + "solution: solution/\nsamples: [{dir: samples/x/, score: 1}]\n"

// pushSolution pushes tests with a solution, a sample and a starter.
func (b *bundle) pushSolution(change string) result {
	b.t.Helper()
	files := map[string]string{"assignment.yaml": solutionYAML, "starter/hello.c": "", "solution/hello.c": change, "samples/x/hello.c": ""}
	if _, err := os.Stat(filepath.Join(b.dir, "tests")); err != nil {
		b.tree("ida", "tests", "comp1/a1/tests", files)
	} else {
		b.commit("ida", "tests", files)
	}
	return b.push("ida", "tests")
}

// byPart ends each part of a gate. outcome returns the outcome of the solution's test. sample is the sample's score.
func (b *bundle) byPart(outcome func(version int64, run int) schema.Outcome, sample int64) {
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		o, err := b.store.Order(context.Background(), j.ID)
		if err != nil {
			panic(err)
		}
		r := schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true, Run: o.Gate.Run}}
		if o.Gate.Run == 0 {
			if o.Gate.Starter {
				r.Gate.Starter = &schema.GateSample{Dir: "starter/", MaxScore: schema.NewPoints(2, 1), Words: "it does not build: no main"}
			} else {
				r.Gate.Samples = []schema.GateSample{{Dir: "samples/x/", Expected: schema.NewPoints(1, 1), Actual: schema.NewPoints(sample, 1), MaxScore: schema.NewPoints(2, 1), Words: "greets (failed)"}}
			}
			return nil, r
		}
		test := schema.TestResult{Name: "greets", Test: "greets", Visible: schema.VisibleAlways, Outcome: outcome(j.VersionID, o.Gate.Run), MaxScore: schema.NewPoints(2, 1)}
		if test.Outcome == schema.OutcomePassed {
			test.Score = test.MaxScore
		} else {
			test.Message, test.Output = "exit status 1", "Error: Unable to access jarfile junit.jar\n0 tests found"
			r.Message = "the reference solution scores 0 of 2; it must score full marks: greets (crashed, 0/2: exit status 1)"
			r.Gate.Passed = false
		}
		events, whole := oneTest(j, test)
		whole.Message, whole.Gate = r.Message, r.Gate
		return events, whole
	})
}

func always(o schema.Outcome) func(int64, int) schema.Outcome {
	return func(int64, int) schema.Outcome { return o }
}

// TestGateSaysWhy checks that the session shows the result of each part and why the push is refused, with the output of the
// failing step. Staff can read it again, students cannot.
func TestGateSaysWhy(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.byPart(always(schema.OutcomePassed), 1)
	b.pushSolution("1").says(t, "the gate grades the solution 3 times, 1 sample, the starter;", "solution: 2 / 2, graded 3 times",
		"samples/x/: 1 / 2, as expected", "starter/: 0 / 2 (it does not build: no main)", "active now: version 1")

	b.byPart(always(schema.OutcomeCrashed), 0)
	bad := b.pushSolution("2")
	why := []string{"FAIL  0/2  greets", "exit status 1", "| Error: Unable to access jarfile junit.jar", "| 0 tests found",
		"samples/x/: expected 1, got 0", "! the reference solution scores 0 of 2; it must score full", "! samples/x/ scores 0, expected 1: greets (failed)",
		"not active: the gate failed", "To read this again: log comp1/a1/tests/2"}
	bad.says(t, why...)
	if bad.status != 1 {
		t.Errorf("status %d", bad.status)
	}
	b.ssh("tina", "log", "comp1/a1/tests/2").says(t, append(why, "candidate 2. commit")...)
	b.ssh("ida", "watch", "comp1/a1/tests").says(t, "candidate 2. commit")
	b.ssh("tina", "log", "comp1/a1/tests").says(t, "comp1/a1/tests/2", "rejected", "comp1/a1/tests/1", "active")
	for _, args := range [][]string{{"log", "comp1/a1/tests/2"}, {"log", "comp1/a1/tests"}, {"watch", "comp1/a1/tests"}} {
		if r := b.ssh("alice", args...); r.status == 0 || strings.Contains(r.all(), "jarfile") || strings.Contains(r.all(), "rejected") {
			t.Errorf("a student's %v says:\n%s", args, r.all())
		}
	}
	b.ssh("tina", "log", "comp1/a1/tests/9").says(t, "there is no version comp1/a1/tests/9 of the tests")
	b.ssh("tina", "log", "comp1/a1/tests/x").says(t, "not a submission")
}

// TestSingleGate checks that a server with single gates grades solution, samples and starter in one job and decides by
// its result.
func TestSingleGate(t *testing.T) {
	t.Parallel()
	b := newBundle(t, func(b *bundle) { b.single = true })
	var parts atomic.Int32
	var wrong atomic.Bool
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		parts.Add(1)
		o, err := b.store.Order(context.Background(), j.ID)
		if err != nil || !o.Gate.Whole() {
			t.Errorf("a part of the gate: %+v, %v", o.Gate, err)
		}
		test := schema.TestResult{Name: "greets", Test: "greets", Visible: schema.VisibleAlways, Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(2, 1)}
		if !wrong.Load() {
			test.Outcome, test.Score = schema.OutcomePassed, test.MaxScore
		}
		events, r := oneTest(j, test)
		r.Message, r.Gate.Samples = "the reference solution scores less", nil
		return events, r
	})
	b.pushSolution("1").says(t, "active now: version 1")
	wrong.Store(true)
	if r := b.pushSolution("2"); r.status != 1 {
		t.Errorf("status %d:\n%s", r.status, r.all())
	}
	if got := parts.Load(); got != 2 {
		t.Errorf("two gates were %d jobs", got)
	}
}

// TestFlakyTestsAreRefusedEveryTime checks that tests that pass in two runs and fail in one are reported as flaky and refused.
// The same tree is refused again, although it would pass this time.
func TestFlakyTestsAreRefusedEveryTime(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.byPart(func(_ int64, run int) schema.Outcome {
		if run == 2 {
			return schema.OutcomeCrashed
		}
		return schema.OutcomePassed
	}, 1)
	b.pushSolution("1").says(t, "! flaky: greets passed in run 1 and run 3, crashed in run 2", "not active")
	b.byPart(always(schema.OutcomePassed), 1)
	again := b.pushSolution("1") // an empty commit
	again.says(t, "candidate 2. commit", "! flaky: greets passed in run 1, run 2, run 3", "crashed in run 2 of", "version 1, which is the same", "not active")
	if again.status != 1 {
		t.Errorf("status %d", again.status)
	}
	b.pushSolution("2").says(t, "active now: version 3")
}

// TestGateComparesWithPreviousVersion checks that a gate shows tests that are new, removed, or worth a different number of
// points.
func TestGateComparesWithPreviousVersion(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.byPart(always(schema.OutcomePassed), 1)
	b.pushSolution("1").says(t, "active now: version 1")
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		three := schema.NewPoints(3, 1)
		events, r := oneTest(j, schema.TestResult{Name: "greets", Outcome: schema.OutcomePassed, Score: three, MaxScore: three, Visible: schema.VisibleAlways})
		r.Tests = append(r.Tests, schema.TestResult{Name: "leaves", Outcome: schema.OutcomePassed, Score: three, MaxScore: three})
		r.Score, r.MaxScore, r.Gate = schema.NewPoints(6, 1), schema.NewPoints(6, 1), &schema.GateResult{Passed: true}
		return events, r
	})
	b.pushSolution("2").says(t, "beside version 1: 6 points, were 2", "points   greets (3, was 2)", "new      leaves (3)", "active now: version 2")
	b.byPart(always(schema.OutcomePassed), 1)
	b.pushSolution("3").says(t, "beside version 2: 2 points, were 6", "gone     leaves (3)")
}

// TestGateFailedByMachinesIsRetried pushes again, as advised, after a gate failed because of the machines.
func TestGateFailedByMachinesIsRetried(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.byPart(always(schema.OutcomePassed), 1)
	b.queue.hold(true)
	b.tree("ida", "tests", "comp1/a1/tests", map[string]string{"assignment.yaml": assignmentYAML, "starter/hello.c": ""})
	b.push("ida", "tests", "-o", "nowait", "grader", "main").says(t, "candidate 1. commit")
	now := b.clock.now()
	for range schema.MaxAttempts {
		j, err := b.store.Claim(t.Context(), "runner", "standard", now, time.Minute)
		check(t, err)
		_, err = b.store.Release(t.Context(), j.ID, j.Attempt, "node 7 was lost", now)
		check(t, err)
	}
	b.queue.hold(false)
	watched := b.ssh("ida", "watch", "comp1/a1/tests/1")
	watched.says(t, "our machines failed, so that nothing is decided", "run 1 of the solution: node 7 was lost", "Push again to try once more.")
	b.push("ida", "tests").says(t, "nothing new", "active now: version 1")
}
