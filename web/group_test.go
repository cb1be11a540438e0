package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// familyResult returns a result with a single passed test and a family of cases, one for each
// letter of outcomes.
func familyResult(outcomes string) *schema.Result {
	two := schema.NewPoints(2, 1)
	r := &schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent}
	r.Tests = append(r.Tests, schema.TestResult{Name: "greets", Test: "greets", Outcome: schema.OutcomePassed, Score: two, MaxScore: two, Visible: schema.VisibleAlways})
	for i, c := range outcomes {
		t := schema.TestResult{
			Name: fmt.Sprintf("numbers/%d", i+1), Test: "numbers", Outcome: schema.OutcomePassed, Score: two, MaxScore: two,
			Visible: schema.VisibleAlways, CPU: 10 * time.Millisecond, Wall: 10 * time.Millisecond,
		}
		if c == 'F' {
			t.Outcome, t.Score, t.Message = schema.OutcomeFailed, schema.Points{}, "wrong"
		}
		r.Tests = append(r.Tests, t)
	}
	for _, t := range r.Tests {
		r.Score, r.MaxScore = r.Score.Add(t.Score), r.MaxScore.Add(t.MaxScore)
	}
	return r
}

const theTest = "/comp2402/a1/alice/1"

func TestPassingCasesFold(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), familyResult(".F.F."))
	p := newSite(t, c, nil).as("alice").page(theTest)
	want := []string{"Passed numbers: 3 cases 6 / 6 points 30 ms", "Failed numbers/2 0 / 2 points 10 ms", "Failed numbers/4 0 / 2 points 10 ms"}
	if diff := cmp.Diff(want, p.texts("#tests summary")); diff != "" {
		t.Error(diff)
	}
	if got := len(p.all("#tests .fold li")); got != 3 {
		t.Errorf("%d cases in the fold, want 3", got)
	}
	if got := len(p.all("#tests .fold[open]")); got != 0 {
		t.Error("passing cases are unfolded")
	}
	if got := p.texts("#tests .line"); len(got) != 4 || got[0] != "Passed greets 2 / 2 points" || got[1] != "Passed numbers/1 2 / 2 points 10 ms" {
		t.Errorf("lines %q", got)
	}
}

func TestSinglePassingCaseIsShownAlone(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), familyResult("."))
	p := newSite(t, c, nil).as("alice").page(theTest)
	if got := p.texts("#tests .line"); len(got) != 2 || len(p.all(".fold")) != 0 {
		t.Errorf("lines %q", got)
	}
}

// TestOnlyFailures follows the filter, which is a link and works without JavaScript. The page says
// so if everything passed.
func TestOnlyFailures(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), familyResult(".F.F."))
	c.finish(c.submit("alice", 2), familyResult("..."))
	b := newSite(t, c, nil).as("alice")
	link, _ := attribute(b.page(theTest).all(".filter a")[0], "href")
	p := b.page(link)
	want := []string{"Failed numbers/2 0 / 2 points 10 ms", "Failed numbers/4 0 / 2 points 10 ms"}
	if diff := cmp.Diff(want, p.texts("#tests li")); diff == "" || len(p.all("#tests li")) != 2 {
		t.Errorf("listed: %q", p.texts("#tests li"))
	}
	if diff := cmp.Diff(want, p.texts("#tests summary")); diff != "" {
		t.Error(diff)
	}
	if back, _ := attribute(p.all(".filter a")[0], "href"); back != theTest {
		t.Errorf("the way back is %q", back)
	}
	if got := b.page("/comp2402/a1/alice/2?tests=failing").text("#tests-note"); got != "Every test passed." {
		t.Errorf("note %q", got)
	}
}

// TestLiveCasesFold checks that the patches of a live page add up to the list of a finished page.
func TestLiveCasesFold(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 5)
	b := s.as("alice")
	all, failing := b.listen(live, ""), b.listen(live+"?tests=failing", "")
	r := familyResult(".F..")
	for i := range r.Tests {
		s.happen(sub, schema.Event{Kind: schema.EventTest, Test: &r.Tests[i]})
	}
	s.happen(sub, schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: r})
	var said strings.Builder
	for _, m := range all.untilClosed() {
		said.WriteString(m.data)
	}
	mustContain(t, said.String(),
		`<template data-append="tests"><li class="test good" id="test-group-0">`, // greets
		`<template data-append="tests"><li class="test good" id="test-group-1">`, // numbers/1
		`<template data-append="tests"><li class="test bad" id="test-group-2">`,  // numbers/2
		`<template data-replace="test-group-1"><details class="fold">`,           // numbers/3
		`<template data-append="test-group-1-cases"><li class="test good">`,      // numbers/4
		`<template data-replace="test-group-1-line">`, "numbers: 3 cases")
	if strings.Contains(said.String(), `data-replace="tests"`) {
		t.Error("the end replaces tests that the page has already")
	}
	said.Reset()
	for _, m := range failing.untilClosed() {
		said.WriteString(m.data)
	}
	if n := strings.Count(said.String(), `data-append="tests"`); n != 1 || !strings.Contains(said.String(), "numbers/2") {
		t.Errorf("%d tests were added to the failures, want numbers/2 alone", n)
	}
}
