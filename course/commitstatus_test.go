package course

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestCommitStatus(t *testing.T) {
	t.Parallel()
	done := schema.PublicSubmission{
		Name: "comp1/a1/ada/3", Number: 3, State: schema.StateDone, Outcome: schema.OutcomePassed, Score: "17.5", MaxScore: "20",
		Tests: []schema.PublicTest{{Name: "adds", Outcome: schema.OutcomePassed, Score: "10", MaxScore: "10"}, {Name: "adds | `x`\n@team", Outcome: schema.OutcomeFailed, Score: "7.5", MaxScore: "10"}},
	}
	var none schema.Grade
	with := func(change func(*schema.PublicSubmission)) schema.PublicSubmission {
		p := done
		change(&p)
		return p
	}
	for name, c := range map[string]struct {
		p     schema.PublicSubmission
		grade schema.Grade
		state schema.StatusState
		words string
	}{
		"queued":                 {with(func(p *schema.PublicSubmission) { p.State = schema.StateQueued }), none, schema.StatusPending, "submission 3: received, waiting to be graded"},
		"running":                {with(func(p *schema.PublicSubmission) { p.State = schema.StateRunning }), none, schema.StatusPending, "submission 3: being graded"},
		"some failed":            {done, none, schema.StatusFailure, "submission 3: 17.5 of 20 points, 1 of 2 tests passed"},
		"all passed":             {with(func(p *schema.PublicSubmission) { p.Tests = p.Tests[:1] }), none, schema.StatusSuccess, "submission 3: 17.5 of 20 points, 1 of 1 test passed"},
		"adjusted":               {done, schema.Grade{Number: 3, Adjusted: schema.NewPoints(1, 1), Final: schema.NewPoints(37, 2)}, schema.StatusFailure, "submission 3: 17.5 of 20 points, 1 of 2 tests passed, 1 added by staff: final 18.5"},
		"another counts":         {done, schema.Grade{Number: 2, Adjusted: schema.NewPoints(1, 1), Final: schema.NewPoints(37, 2)}, schema.StatusFailure, "submission 3: 17.5 of 20 points, 1 of 2 tests passed"},
		"a former team's counts": {done, schema.Grade{Of: "blue", Number: 3, Adjusted: schema.NewPoints(1, 1)}, schema.StatusFailure, "submission 3: 17.5 of 20 points, 1 of 2 tests passed"},
		"late":                   {with(func(p *schema.PublicSubmission) { p.Late.State = schema.TimelinessLate }), none, schema.StatusFailure, "submission 3: 17.5 of 20 points, 1 of 2 tests passed, late"},
		"some hidden":            {with(func(p *schema.PublicSubmission) { p.Hidden = &schema.Hidden{Tests: 4} }), none, schema.StatusFailure, "submission 3: 17.5 of 20 points, 1 of 2 tests passed; 4 tests shown later"},
		"no compilation":         {with(func(p *schema.PublicSubmission) { p.Outcome = schema.OutcomeCompileError }), none, schema.StatusFailure, "submission 3: does not compile"},
		"our tests":              {with(func(p *schema.PublicSubmission) { p.Outcome = schema.OutcomeGraderError }), none, schema.StatusError, "submission 3: the tests failed, not you; the staff has been told"},
		"our machines":           {with(func(p *schema.PublicSubmission) { p.State, p.Message = schema.StateFailed, "" }), none, schema.StatusError, "submission 3: our machines failed; the staff has been told, and nothing was charged"},
		"a damaged result": {with(func(p *schema.PublicSubmission) {
			p.Outcome, p.Tests = schema.OutcomeInfrastructureError, nil
			p.Message = "the stored result cannot be read; the staff of the course can grade the submission again with the command: rerun comp2402/a1/alice/2"
		}), none, schema.StatusError, "submission 3: the stored result cannot be read; ask the course staff to grade it again"},
		"a damaged result, erased": {with(func(p *schema.PublicSubmission) {
			p.Outcome, p.Message, p.Tests = schema.OutcomeInfrastructureError, "the result could not be read and was erased", nil
		}), none, schema.StatusError, "submission 3: the stored result cannot be read; ask the course staff to grade it again"},
		"kept": {with(func(p *schema.PublicSubmission) {
			p.State, p.Message = schema.StateCancelled, strings.Repeat("received after the end ", 10)
		}), none, schema.StatusFailure,
			"submission 3: received after the end received after the end received after the end received after the end received after the end received a…"},
	} {
		got := CommitStatus(c.p, c.grade, false)
		if got.State != c.state || got.Description != c.words || got.Page != "comp1/a1/ada/3" || len([]rune(got.Description)) > 140 {
			t.Errorf("%s: %s %q; want %s %q", name, got.State, got.Description, c.state, c.words)
		}
	}
	want := "| test | outcome | points |\n| --- | --- | --- |\n| `adds` | passed | 10 of 10 |\n| `adds ¦ 'x' @team` | failed | 7.5 of 10 |\n"
	if diff := cmp.Diff(want, CommitStatus(done, schema.Grade{}, false).Summary); diff != "" {
		t.Error(diff)
	}
}

// TestCommitStatusInPublicRepository checks that the status in a public repository, which everybody
// can read, contains nothing about the grade.
func TestCommitStatusInPublicRepository(t *testing.T) {
	t.Parallel()
	graded := schema.CommitStatus{Page: "c/a/ada/3", State: schema.StatusSuccess, Description: "submission 3: graded; sign in to see the result"}
	for name, c := range map[string]struct {
		state   schema.State
		outcome schema.Outcome
		message string
		want    schema.CommitStatus
	}{
		"passed":           {schema.StateDone, schema.OutcomePassed, "", graded},
		"failed":           {schema.StateDone, schema.OutcomeFailed, "", graded},
		"does not compile": {schema.StateDone, schema.OutcomeCompileError, "ring.c does not compile", graded},
		"grader error":     {schema.StateDone, schema.OutcomeGraderError, "", schema.CommitStatus{Page: graded.Page, State: schema.StatusError, Description: "submission 3: the tests failed, not you; the staff has been told"}},
		"kept":             {schema.StateCancelled, "", "received after the end; 17.5 points count", schema.CommitStatus{Page: graded.Page, State: schema.StatusFailure, Description: "submission 3: not graded"}},
		"our machines":     {schema.StateFailed, "", "17.5 points count", schema.CommitStatus{Page: graded.Page, State: schema.StatusError, Description: "submission 3: our machines failed; the staff has been told, and nothing was charged"}},
	} {
		p := schema.PublicSubmission{
			Name: graded.Page, Number: 3, State: c.state, Outcome: c.outcome, Message: c.message, Score: "17.5", MaxScore: "20", Late: schema.PublicLate{State: schema.TimelinessLate},
			Build: &schema.PublicBuild{Output: "ring.c:12:5: error: expected ';'"}, Tests: []schema.PublicTest{{Name: "adds", Outcome: c.outcome}}, Hidden: &schema.Hidden{Tests: 4},
		}
		if diff := cmp.Diff(c.want, CommitStatus(p, schema.Grade{Number: 3, Final: schema.NewPoints(9, 1), Adjusted: schema.NewPoints(1, 1)}, true)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestRefusedStatus checks refusals that may contain the grade so far, because everybody can read
// the status in a public repository.
func TestRefusedStatus(t *testing.T) {
	t.Parallel()
	late := schema.GitHubStatus{Refused: "a push now is 1 day late; submission 2 counts so far, with 17 of 20 points"}
	unlinked := schema.GitHubStatus{Refused: "GitHub account ada-ng is not linked", Openly: true}
	public := func(s schema.GitHubStatus) schema.GitHubStatus {
		s.Public = true
		return s
	}
	for name, c := range map[string]struct {
		status schema.GitHubStatus
		words  string
	}{
		"private repository":                  {late, late.Refused},
		"public repository":                   {public(late), "the reason is not shown in a public repository; push to the course's server to read it, or ask the course staff"},
		"who pushed, in a public repository":  {public(unlinked), unlinked.Refused},
		"who pushed, in a private repository": {unlinked, unlinked.Refused},
	} {
		want := schema.CommitStatus{State: schema.StatusFailure, Description: "not handed in: " + c.words, Summary: c.words}
		if diff := cmp.Diff(want, RefusedStatus(c.status)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	output := strings.Join([]string{
		"gcc -o ring ring.c", "ring.c: In function 'main':",
		"ring.c:12:5: error: expected ';' before 'return'", "   12 |     return 0", "./src/list.c:3:1: warning: unused variable 'x' [-Wunused-variable]",
		"ring.c:12:5: error: expected ';' before 'return'", "ring.c:11:5: note: declared here", "Main.java:7: error: cannot find symbol", "./main.go:4:2: undefined: x",
		"/usr/include/stdio.h:30:1: error: no", "../tests/secret.c:1:1: error: no", "a/../../b.c:1:1: error: no", "ring.c:0:1: error: no", "ring.c:99999999999:1: error: no", "http://example.org:80: no", "ring.c:5:\x1b[31m error",
	}, "\n")
	want := []schema.Annotation{
		{Path: "ring.c", Line: 12, Message: "expected ';' before 'return'"},
		{Path: "src/list.c", Line: 3, Warning: true, Message: "unused variable 'x' [-Wunused-variable]"},
		{Path: "Main.java", Line: 7, Message: "cannot find symbol"},
		{Path: "main.go", Line: 4, Message: "undefined: x"},
	}
	if diff := cmp.Diff(want, Annotations(output)); diff != "" {
		t.Error(diff)
	}
	var many strings.Builder
	for n := range 1000 {
		many.WriteString("a.c:" + strings.Repeat("1", 1+n%7) + ":1: error: " + strings.Repeat("x", n) + "\n")
	}
	if got := len(Annotations(many.String())); got != maxAnnotations {
		t.Errorf("%d annotations", got)
	}
}
