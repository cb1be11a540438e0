package store

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// damages returns bodies of results that cannot be decoded. The last two are JSON.
func damages() []string {
	return []string{`{"tests": [`, `{"outcome": 7, "tests": []}`, `{"outcome": "graded", "tests": 7}`}
}

// damage replaces the stored result of a job and its summary.
func (b *bundle) damage(job int64, body string) {
	b.t.Helper()
	b.execute(`UPDATE results SET body = ? WHERE job_id = ?`, body, job)
	b.execute(`UPDATE summaries SET body = ? WHERE job_id = ?`, body, job)
}

// execute executes one statement.
func (b *bundle) execute(text string, values ...any) {
	b.t.Helper()
	check(b.t, b.write(b.t.Context(), "execute", func(t *tx) error {
		_, err := t.exec(b.t.Context(), text, values...)
		return err
	}))
}

// gradeOnce grades a push of alice.
func (b *bundle) gradeOnce(score int64) schema.GradedSubmission {
	b.t.Helper()
	sub := b.push("alice")
	b.finish(b.claim("standard"), score)
	return ok(b.Submission(b.t.Context(), sub.Name))(b.t)
}

// TestDamagedResultIsReplaced reads a damaged result in every way, and follows the advice in its message. Then every
// reader gets the new result.
func TestDamagedResultIsReplaced(t *testing.T) {
	t.Parallel()
	for _, body := range damages() {
		b := newBundle(t)
		whole := b.gradeOnce(5)
		sub := b.gradeOnce(7)
		b.damage(sub.Job.ID, body)
		read := map[string]func() ([]schema.GradedSubmission, error){
			"Submission": func() ([]schema.GradedSubmission, error) {
				s, err := b.Submission(t.Context(), sub.Name)
				return []schema.GradedSubmission{s}, err
			},
			"SubmissionByCommit": func() ([]schema.GradedSubmission, error) {
				s, err := b.SubmissionByCommit(t.Context(), b.assignment.ID, "alice", sub.Commit)
				return []schema.GradedSubmission{s}, err
			},
			"AllSubmissions": func() ([]schema.GradedSubmission, error) {
				return b.AllSubmissions(t.Context(), b.assignment.ID, nil, 0, 10)
			},
			"Submissions": func() ([]schema.GradedSubmission, error) {
				return b.Submissions(t.Context(), b.assignment.ID, "alice", 10)
			},
			"Recent": func() ([]schema.GradedSubmission, error) { return b.Recent(t.Context(), b.user("alice").ID, 10) },
			"Latest": func() ([]schema.GradedSubmission, error) { return b.Latest(t.Context(), b.assignment.ID, 10) },
		}
		shown := func(name string) (results []schema.Result) {
			for _, s := range ok(read[name]())(t) {
				if s.ID == sub.ID {
					results = append(results, *s.Result)
				} else if s.Result.Score.Cmp(whole.Result.Score) != 0 {
					t.Errorf("%s: another submission has the result %+v", name, s.Result)
				}
			}
			return results
		}
		want := schema.Result{Outcome: schema.OutcomeInfrastructureError, Blame: schema.BlameInfrastructure,
			Message: "the stored result cannot be read; the staff of the course can grade the submission again with the command: rerun comp2402/a1/alice/2"}
		for name := range read {
			equal(t, shown(name), []schema.Result{want})
		}
		events := ok(b.Events(t.Context(), sub.Job.ID, 0, 10))(t)
		if last := events[len(events)-1]; last.Kind != schema.EventEnded || last.Result.Outcome != want.Outcome {
			t.Errorf("the last event is %+v", last)
		}
		_, err := b.JobResult(t.Context(), sub.Job.ID)
		refused(t, err, schema.CodeRefused, fmt.Sprintf("the stored result of job %d cannot be read; grade the submission again with the command rerun", sub.Job.ID))

		_, advised, _ := strings.Cut(want.Message, "rerun ")
		again := ok(b.SubmissionFacts(t.Context(), ok(schema.ParseSubmissionName(advised))(t)))(t)
		ok(b.Rerun(t.Context(), b.actor("ida", ""), again.ID, func(schema.Role, course.Rerun) (bool, error) { return false, nil }, b.tick()))(t)
		b.finish(b.claim("standard"), 9)
		for name := range read {
			if all := shown(name); len(all) != 1 || all[0].Outcome != schema.OutcomeGraded || all[0].Score.Cmp(schema.NewPoints(9, 1)) != 0 {
				t.Errorf("%s after the rerun: %+v", name, all)
			}
		}
	}
}

// TestDamagedTryAndGate reads a try and a gate whose results are damaged. The gate is rejected and not left open.
func TestDamagedTryAndGate(t *testing.T) {
	t.Parallel()
	for _, body := range damages() {
		b := newBundle(t)
		try := b.try("alice")
		b.finish(b.claim("standard"), 5)
		b.damage(try.Job.ID, body)
		const words = "the stored result cannot be read; "
		all := ok(b.Tries(t.Context(), b.assignment.ID, "alice", 10))(t)
		if all[0].Result.Message != words+"push a new commit to the branch try" {
			t.Errorf("try %+v", all[0].Result)
		}
		version, gate := b.candidate(b.assignment)
		b.gate(version, schema.GateResult{Passed: true})
		b.damage(gate.ID, body)
		jobs := ok(gateJobs(t.Context(), b.reader, version.ID))(t)
		if len(jobs) != 1 || jobs[0].Result.Message != words+"push the tests again" {
			t.Errorf("gate %+v", jobs)
		}
		again, _ := b.candidate(b.assignment) // is compared with the damaged gate
		b.gate(again, schema.GateResult{Passed: true})
		if active := ok(b.Assignment(t.Context(), "comp2402", "a1"))(t).Active; active.ID != again.ID {
			t.Errorf("version %d is active, want %d", active.Number, again.Number)
		}
	}
}

// TestRegradeOverDamagedResult regrades submissions of which one has a damaged result. The set is complete and replaces it.
func TestRegradeOverDamagedResult(t *testing.T) {
	t.Parallel()
	for _, body := range damages() {
		b := newBundle(t)
		b.gradeOnce(5)
		sub := b.gradeOnce(7)
		b.damage(sub.Job.ID, body)
		set := ok(b.CreateRegrade(t.Context(), schema.Operator(), schema.NewRegrade{Assignment: b.assignment, Which: schema.RegradeAll}))(t)
		b.finish(b.claim("standard"), 9)
		b.finish(b.claim("standard"), 9)
		if set = ok(b.Regrade(t.Context(), set.ID))(t); set.State != schema.RegradeStaged || set.Failed != 0 {
			t.Fatalf("set %+v", set)
		}
		check(t, b.ApplyRegrade(t.Context(), schema.Operator(), set))
		if got := ok(b.Submission(t.Context(), sub.Name))(t); got.Result.Score.Cmp(schema.NewPoints(9, 1)) != 0 {
			t.Errorf("result %+v", got.Result)
		}
	}
}

// TestEraseDamaged erases a person whose result, result of a try, waiting pushes at GitHub and destination of notices
// cannot be decoded.
func TestEraseDamaged(t *testing.T) {
	t.Parallel()
	for _, body := range damages() {
		b := newBundle(t)
		sub := b.gradeOnce(5)
		try := b.try("alice")
		b.finish(b.claim("standard"), 5)
		text := strings.Replace(body, `"tests"`, `"message": "alice-secret", "tests"`, 1)
		b.damage(sub.Job.ID, text)
		b.damage(try.Job.ID, text)
		for _, kind := range []string{schema.OutgoingGitHubPush, schema.OutgoingGitHubStatus} {
			check(t, b.Enqueue(t.Context(), schema.Outgoing{Kind: kind, Key: kind, Receiver: "r", Body: []byte(`{"repository": "o/a1-alice", "sender_id": "alice-secret"}`)}))
		}
		ok(b.AddNoticeDestination(t.Context(), b.actor("alice", ""), schema.NoticeDestination{Channel: schema.NoticeMail, Address: "alice-secret@example.org"}, course.MayAddDestination))(t)
		b.execute(`UPDATE notice_destinations SET topics = '7'`)
		before := ok(b.ResultsVersion(t.Context()))(t)
		ok(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))(t)
		b.searched([]string{"alice"})
		if after := ok(b.ResultsVersion(t.Context()))(t); after == before {
			t.Error("the version did not change with the results")
		}
		user := ok(b.UserByLogin(t.Context(), "erased-1"))(t)
		name := sub.Name
		name.Owner = "erased-1"
		for range 2 { // the second time, nothing is left to do
			b.erasedResult(name, try.Job.ID)
			b.forgetOutcomes(0)
			check(t, b.fillOutcomes(t.Context()))
			b.erasedResult(name, try.Job.ID)
			ok(b.Erase(t.Context(), schema.Operator(), user, "erased-1"))(t)
		}
	}
}

// erasedResult checks what remains of the damaged results of a submission and of a try after the erasure of their owner.
func (b *bundle) erasedResult(name schema.SubmissionName, try int64) {
	b.t.Helper()
	ctx := b.t.Context()
	want := schema.Result{Outcome: schema.OutcomeInfrastructureError, Blame: schema.BlameInfrastructure, Message: "the result could not be read and was erased"}
	one := ok(b.Submission(ctx, name))(b.t)
	listed := ok(b.Submissions(ctx, b.assignment.ID, name.Owner, 10))(b.t)
	tries := ok(b.Tries(ctx, b.assignment.ID, name.Owner, 10))(b.t)
	equal(b.t, []*schema.Result{one.Result, listed[0].Result, tries[0].Result}, []*schema.Result{&want, &want, &want})
	for _, viewer := range []course.Viewer{{Login: "ida", Role: schema.RoleInstructor}, {Login: name.Owner, Role: schema.RoleStudent}} {
		page := view.NewReport(&view.Subject{Submission: one, Access: course.OwnedBy(viewer, name.Owner), Zone: time.UTC})
		if page.Status != "The result could not be read and was erased." || page.Mark.Word != "Our machines failed" || page.Score != "" || page.Max != "" {
			b.t.Errorf("the page for %s says %q, %q, %q of %q", viewer.Login, page.Status, page.Mark.Word, page.Score, page.Max)
		}
	}
	if left := ok(b.ClassResults(ctx, []int64{one.Job.ID}))(b.t); len(left) != 0 {
		b.t.Errorf("outcomes %+v", left)
	}
	for _, job := range []int64{one.Job.ID, try} {
		_, err := b.JobResult(ctx, job)
		refused(b.t, err, schema.CodeRefused, fmt.Sprintf("the stored result of job %d cannot be read", job))
	}
}

// TestDamagedSummary reads and replaces summaries that are damaged while their results are whole.
func TestDamagedSummary(t *testing.T) {
	t.Parallel()
	for _, body := range damages() {
		b := newBundle(t)
		b.activate("submissions: {limit: {count: 9, per: assignment, compile_errors: free}}\n" + b.source)
		sub := b.gradeOnce(5)
		b.execute(`UPDATE summaries SET body = ? WHERE job_id = ?`, body, sub.Job.ID)
		if used := ok(b.Terms(t.Context(), b.assignment.ID, "alice", b.tick()))(t).Used; used != 1 {
			t.Errorf("%d submissions count towards the limit, want 1", used)
		}
		for _, login := range []string{"bob", "carol", "alice"} {
			b.push(login)
			b.finishBroken(b.claim("standard"))
		}
		b.execute(`UPDATE gate_verdicts SET body = '{"skipped": '`)
		broken := schema.Trouble{Kind: schema.TroubleBroken, Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: 2}, Count: 3}
		equal(t, ok(b.Troubles(t.Context(), b.course.ID))(t), []schema.Trouble{broken})
		ok(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))(t)
		scores := make(map[string]schema.Points)
		for _, s := range ok(b.Submissions(t.Context(), b.assignment.ID, "erased-1", 10))(t) {
			scores[s.Name.String()] = s.Result.Score
		}
		equal(t, scores, map[string]schema.Points{"comp2402/a1/erased-1/1": schema.NewPoints(5, 1), "comp2402/a1/erased-1/2": {}})
	}
}

// TestDamagedOutcomes reads the class with damaged outcomes and layouts. They are derived from the results, and logged;
// a job without a readable result is left out.
func TestDamagedOutcomes(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"body":         `UPDATE outcomes SET body = x'ff'`,
		"empty body":   `UPDATE outcomes SET body = x''`,
		"layout":       `UPDATE outcome_layouts SET body = '[{"test": 7}]'`,
		"other layout": `UPDATE outcome_layouts SET body = '[]'`,
	} {
		var log strings.Builder
		b := newBundle(t)
		b.logger = slog.New(slog.NewTextHandler(&log, nil))
		var jobs []int64
		for _, message := range []string{"got 1", "none"} {
			sub := b.push("alice")
			j := b.claim("standard")
			ok(b.Finish(t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent,
				Tests: []schema.TestResult{{Name: "greets", Outcome: schema.OutcomeFailed, Message: message}}}, b.tick()))(t)
			jobs = append(jobs, sub.Job.ID)
		}
		want := b.wholeResult(jobs[0])
		b.execute(damage)
		b.damage(jobs[1], damages()[0])
		for range 3 { // logged once for each job
			got := ok(b.ClassResults(t.Context(), jobs))(t)
			equal(t, got, map[int64]course.ClassResult{jobs[0]: want})
		}
		if n := strings.Count(log.String(), "stored outcomes cannot be read"); n != 2 {
			t.Errorf("%s: %d lines in the log:\n%s", name, n, &log)
		}
	}
}

// TestEraseForgetsRepositories erases a person with repositories at GitHub: with commits, with a refused push that waits,
// and announced only. Nothing holds their ids; the repositories of others stay known.
func TestEraseForgetsRepositories(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	push := func(id int64, name string, public bool) schema.GitHubCommit {
		c := schema.GitHubCommit{Repository: "o/" + name, RepositoryID: id, Commit: fmt.Sprintf("%040x", id), Public: public}
		ok(b.ReceiveGitHubPush(t.Context(), schema.GitHubPush{GitHubCommit: c, Delivery: fmt.Sprint("d", id), SenderID: id, ReceivedAt: b.tick(), PushedAt: time.Unix(id, 0)}))(t)
		return c
	}
	accept := func(c schema.GitHubCommit, owner string) {
		check(t, b.AddGitHubCommit(t.Context(), c, b.assignment.ID, owner))
		b.execute(`DELETE FROM outbox WHERE receiver = ?`, fmt.Sprint(c.RepositoryID))
	}
	accept(push(71, "a1-alice", true), "alice")
	e := push(72, "a2-alice", false)
	b.execute(`INSERT INTO outbox_pauses (kind, receiver, until_at, failures) VALUES (?, ?, 9, 1)`, schema.OutgoingGitHubPush, fmt.Sprint(e.RepositoryID))
	accept(push(81, "a1-bob", false), "bob")
	push(82, "a2-bob", false)
	for id, public := range map[int64]bool{73: false, 83: true} { // nothing was pushed, so nobody knows whose they are
		ok(b.ReceiveGitHubVisibility(t.Context(), schema.GitHubVisibility{Delivery: fmt.Sprint("v", id), RepositoryID: id, Public: public, ReceivedAt: b.tick()}))(t)
	}
	ok(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))(t)
	ids := ok(list(t.Context(), b.reader, value[int64], `SELECT repository_id FROM github_repositories
		UNION SELECT repository_id FROM github_deliveries UNION SELECT repository_id FROM github_commits UNION SELECT CAST(receiver AS INTEGER) FROM outbox_pauses ORDER BY 1`))(t)
	equal(t, ids, []int64{0, 81, 82, 83})
	for id, public := range map[int64]bool{71: true, 72: true, 81: false, 82: false, 83: true} {
		if got := ok(b.PublicAtGitHub(t.Context(), id))(t); got != public {
			t.Errorf("repository %d: public %v, want %v", id, got, public)
		}
	}
	if fresh := ok(b.ReceiveGitHubPush(t.Context(), schema.GitHubPush{GitHubCommit: schema.GitHubCommit{RepositoryID: 71}, Delivery: "d71", ReceivedAt: b.tick()}))(t); fresh {
		t.Error("a repeated delivery counts as new")
	}
}
