package scheduler_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/grader/grader/schema"
)

func TestResultIsStoredAndCompleted(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	job := b.push("alice")
	o := d.claim()
	r := graded()
	r.Message = "\x1b[31mred"
	r.Build = &schema.BuildResult{Outcome: schema.OutcomePassed, Message: "\x1b[31m", Output: "\x1b[31mred\x1b[2J"}
	r.Tests = []schema.TestResult{{
		Name: "a", Test: "a", Outcome: schema.OutcomePassed, Visible: schema.VisibleAlways, Output: "\x1b[32mgreen\x1b]0;x\a",
		Score: schema.NewPoints(1, 1), MaxScore: schema.NewPoints(2, 1),
	}}
	r.Provenance = schema.Provenance{Submission: "forged", Tests: "forged", Wall: "forged", Image: "forged", Attempt: 9}
	d.result(o, r).want(t, 204)
	if a := d.result(o, graded()); a.status != 204 && a.status != 401 { // 401: retired meanwhile
		t.Errorf("repeated: %+v", a)
	}
	events, err := b.store.Events(t.Context(), job.ID, 0, 100)
	check(t, err)
	got := events[len(events)-1].Result
	want := schema.Provenance{Submission: o.Submission.Commit, Tests: o.Tests.Commit, Flavour: "standard", Image: "image", Grader: "v1", Wall: "uid", Attempt: 1}
	if got.Provenance != want || strings.Contains(got.Message, "\x1b") || got.FinishedAt.IsZero() || got.StartedAt.IsZero() {
		t.Errorf("result %+v", got)
	}
	if got.Build.Message != "�[31m" || got.Build.Output != "\x1b[31mred�[2J" || got.Tests[0].Output != "\x1b[32mgreen�]0;x�" {
		t.Errorf("only colours of outputs stay: %+v, %+v", got.Build, got.Tests[0])
	}
}

func TestResultIsRefused(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	cases := map[string]func(*schema.Result){
		"the result's outcome is unknown":  func(r *schema.Result) { r.Outcome = "passed" },
		"blames an unknown party":          func(r *schema.Result) { r.Blame = "weather" },
		"not between 0 and its maximum":    func(r *schema.Result) { r.Score = schema.NewPoints(3, 1) },
		"result: its score":                func(r *schema.Result) { r.Score = schema.NewPoints(-1, 1) },
		"only a gate's result may":         func(r *schema.Result) { r.Gate = &schema.GateResult{Passed: true} },
		"the build's outcome is unknown":   func(r *schema.Result) { r.Build = &schema.BuildResult{Outcome: "graded"} },
		"name of an entry":                 func(r *schema.Result) { r.Tests = []schema.TestResult{{}} },
		"a: the test's outcome is unknown": func(r *schema.Result) { r.Tests = []schema.TestResult{{Name: "a", Test: "a"}} },
		"a result may have 20000 entries":  func(r *schema.Result) { r.Tests = make([]schema.TestResult, 20001) },
	}
	for words, change := range cases {
		r := graded()
		change(&r)
		a := d.result(o, r)
		if a.status != 400 && a.status != 429 {
			t.Errorf("%s: answered %d", words, a.status)
		}
		a.want(t, a.status, words)
	}
	if j := b.job(o.Job); j.State != schema.StateAssigned {
		t.Errorf("state %s", j.State)
	}
}

// TestTryHasNoHiddenTests makes a runner report a hidden test of a try.
func TestTryHasNoHiddenTests(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.tryOnce("alice")
	o := d.claim()
	if o.Kind != schema.JobTry || o.Name != "comp2402/a1/alice try 1" || o.Submission.Commit == "" {
		t.Errorf("order %+v", o)
	}
	r := graded()
	r.Tests = append(r.Tests, schema.TestResult{Name: "hidden", Test: "hidden", Outcome: schema.OutcomePassed, Visible: schema.VisibleAfterDue})
	d.result(o, r).want(t, 400, "a try is graded against tests that are visible: always, and no others")
	d.result(o, graded()).want(t, 204)
}

func TestInfrastructureErrorIsGradedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start()
		job := b.push("alice")
		for range schema.MaxAttempts {
			d := b.newDevice()
			r := schema.Result{Outcome: schema.OutcomeInfrastructureError, Blame: schema.BlameInfrastructure, Message: "the machine failed"}
			d.result(d.claim(), r).want(t, 204)
			synctest.Wait()
			if b.pool.has(d.id) {
				t.Error("the failed runner was not retired")
			}
		}
		if j := b.job(job.ID); j.State != schema.StateFailed || j.Reason != "the machine failed" {
			t.Errorf("job %+v", j)
		}
		if got := b.kinds(job.ID); slices.Contains(got, schema.EventStarted) || got[len(got)-1] != schema.EventEnded {
			t.Errorf("events %v", got)
		}
	})
}
