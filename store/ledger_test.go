package store

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestIntents(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	r := b.repository(b.assignment, schema.RepositoryOwn, "alice")
	in := b.intent(r, "alice")
	refused(t, b.OpenIntent(t.Context(), schema.Intent{ID: "other", RepositoryID: r.ID, PusherID: in.PusherID}), schema.CodeConflict, "not recorded yet")
	equal(t, ok(b.OpenIntents(t.Context(), 0))(t), []schema.Intent{in})
	equal(t, ok(b.OpenIntents(t.Context(), r.ID))(t), []schema.Intent{in})
	equal(t, len(ok(b.OpenIntents(t.Context(), r.ID+1))(t)), 0)
	check(t, b.VoidIntent(t.Context(), in.ID))
	check(t, b.VoidIntent(t.Context(), in.ID))
	_, err := b.RecordSubmission(t.Context(), b.pushed(b.assignment, in))
	refused(t, err, schema.CodeStale, "never happened")
	_, err = b.RecordSubmission(t.Context(), b.pushed(b.assignment, schema.Intent{ID: "unknown"}))
	refused(t, err, schema.CodeNotFound)
	sub := b.push("alice")
	refused(t, b.VoidIntent(t.Context(), sub.IntentID), schema.CodeStale)
}

func TestRecordSubmission(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, "alice"), "alice")
	p := b.pushed(b.assignment, in)
	sub := ok(b.RecordSubmission(t.Context(), p))(t)
	if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(sub.Receipt) {
		t.Errorf("receipt %q", sub.Receipt)
	}
	equal(t, []string{sub.Commit, sub.Tree, sub.IntentID}, []string{in.New, p.Tree, in.ID})
	equal(t, sub.ReceivedAt, in.ReceivedAt)
	equal(t, b.events(sub.Job.ID), []schema.EventKind{schema.EventQueued})
	equal(t, len(ok(b.OpenIntents(t.Context(), 0))(t)), 0)

	// After a crash before the answer was read, the same push is recorded again with the
	// few facts that are known then.
	again := ok(b.RecordSubmission(t.Context(), schema.Push{Intent: schema.Intent{ID: in.ID}}))(t)
	equal(t, again, sub)
	equal(t, len(ok(b.AllSubmissions(t.Context(), b.assignment.ID, nil, 0, 1000))(t)), 1)
	equal(t, len(ok(b.Waiting(t.Context(), "standard", 10))(t)), 1)

	next := b.push("alice")
	equal(t, next.Name.Number, 2)
	equal(t, b.push("bob").Name.Number, 1)
	equal(t, ok(b.Job(t.Context(), sub.Job.ID))(t).Lane, schema.LaneOvertaken)
	equal(t, ok(b.Job(t.Context(), next.Job.ID))(t).Lane, schema.LaneInteractive)
}

func TestRecordIsAtomic(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, "alice"), "alice")
	p := b.pushed(b.assignment, in)
	p.VersionID = 999 // an invalid foreign key, late in the transaction
	if _, err := b.RecordSubmission(t.Context(), p); schema.CodeOf(err) != schema.CodeInternal {
		t.Fatalf("error %v", err)
	}
	equal(t, len(ok(b.OpenIntents(t.Context(), 0))(t)), 1)
	b.sameCounts()
	p.VersionID = b.assignment.Active.ID
	equal(t, ok(b.RecordSubmission(t.Context(), p))(t).Name.Number, 1)
}

func TestPushesAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const people = 16
	pushes := make([]schema.Push, people)
	for i := range pushes {
		login := fmt.Sprintf("student-%d", i/4)
		name := fmt.Sprintf("a-%d", i%4)
		a := b.assignment
		if i%4 > 0 {
			a = b.addAssignment(b.course, name+login[8:])
		}
		pushes[i] = b.pushed(a, b.intent(b.repository(a, schema.RepositoryOwn, login), login))
	}
	var all sync.WaitGroup
	for _, p := range pushes {
		for range 2 { // once for the push session and once for the retrier
			all.Go(func() {
				if _, err := b.RecordSubmission(t.Context(), p); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	equal(t, len(ok(b.Waiting(t.Context(), "standard", 100))(t)), people)
	b.sameCounts()
}

func TestReadingSubmissions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	one, two, bobs := b.push("alice"), b.push("alice"), b.push("bob")
	names := func(subs []schema.GradedSubmission) string {
		var all []string
		for _, s := range subs {
			all = append(all, strings.TrimPrefix(s.Name.String(), "comp2402/a1/"))
		}
		return strings.Join(all, " ")
	}
	_, err := b.Submission(t.Context(), schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: 3})
	refused(t, err, schema.CodeNotFound, "comp2402/a1/alice/3")
	_, err = b.SubmissionByCommit(t.Context(), b.assignment.ID, "bob", one.Commit)
	refused(t, err, schema.CodeNotFound)
	latest := one.Name
	latest.Number = 0
	equal(t, ok(b.Submission(t.Context(), latest))(t).ID, two.ID)
	equal(t, ok(b.SubmissionFacts(t.Context(), latest))(t), two.Submission)
	equal(t, ok(b.SubmissionFacts(t.Context(), one.Name))(t), one.Submission)
	_, err = b.SubmissionFacts(t.Context(), schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: 3})
	refused(t, err, schema.CodeNotFound, "comp2402/a1/alice/3")
	equal(t, ok(b.SubmissionByCommit(t.Context(), b.assignment.ID, "alice", one.Commit))(t).ID, one.ID)
	equal(t, names(ok(b.Submissions(t.Context(), b.assignment.ID, "alice", 10))(t)), "alice/2 alice/1")
	equal(t, names(ok(b.Submissions(t.Context(), b.assignment.ID, "alice", 1))(t)), "alice/2")
	equal(t, names(ok(b.Recent(t.Context(), b.user("bob").ID, 10))(t)), "bob/1")
	equal(t, names(ok(b.Latest(t.Context(), b.assignment.ID, 10))(t)), "bob/1 alice/2")
	equal(t, names(ok(b.Latest(t.Context(), b.assignment.ID, 1))(t)), "bob/1")
	equal(t, names(ok(b.AllSubmissions(t.Context(), b.assignment.ID, nil, 0, 1000))(t)), "alice/1 alice/2 bob/1")
	equal(t, names(ok(b.AllSubmissions(t.Context(), b.assignment.ID, []string{"bob"}, 0, 1000))(t)), "bob/1")
	equal(t, bobs.Result == nil, true)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	active := b.assignment.Active
	equal(t, active.State, schema.VersionActive)
	older, olderGate := b.candidate(b.assignment)
	newer, _ := b.candidate(b.assignment)
	equal(t, []int{older.Number, newer.Number}, []int{2, 3})
	equal(t, olderGate.Owner, "ida")
	claimed := b.claim("standard")
	pins := schema.Pins{Tests: map[string][]string{"units": {"A.a", "A.b"}}}
	b.gate(newer, schema.GateResult{Passed: true, Pins: pins})
	now := ok(b.Assignment(t.Context(), "comp2402", "a1"))(t).Active
	equal(t, now.ID, newer.ID)
	equal(t, now.Pins, pins)
	equal(t, ok(b.Version(t.Context(), active.ID))(t).State, schema.VersionRetired)

	// The older candidate's gate ends later. It passed, but the newer version stays active.
	ok(b.Finish(t.Context(), claimed.ID, 1, schema.Result{Gate: &schema.GateResult{Passed: true}}, b.tick()))(t)
	equal(t, ok(b.Version(t.Context(), older.ID))(t).State, schema.VersionRetired)
	equal(t, ok(b.Assignment(t.Context(), "comp2402", "a1"))(t).Active.ID, newer.ID)

	bad, gate := b.candidate(b.assignment)
	b.gate(bad, schema.GateResult{})
	rejected := ok(b.VersionByCommit(t.Context(), b.assignment.ID, bad.Commit))(t)
	equal(t, rejected.State, schema.VersionRejected)
	equal(t, ok(b.Gate(t.Context(), bad.ID))(t).Jobs[0].Job.ID, gate.ID)
	_, err := b.VersionByCommit(t.Context(), b.assignment.ID, "none")
	refused(t, err, schema.CodeNotFound)
	_, err = b.Gate(t.Context(), 999)
	refused(t, err, schema.CodeNotFound)
}

// A machine failure decides nothing, and the gate is retried.
func TestFailedGateIsRetried(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	v, _ := b.candidate(b.assignment)
	b.failJob("lost")
	gate := ok(b.Gate(t.Context(), v.ID))(t)
	if gate.Version.State != schema.VersionCandidate || !gate.Failed() || !gate.Ended() || gate.Verdict != nil {
		t.Errorf("the gate is %+v", gate)
	}
	gate = ok(b.RetryGate(t.Context(), v.ID, b.tick()))(t)
	if gate.Failed() || gate.Ended() || len(gate.Jobs) != 1 {
		t.Errorf("tried again, the gate is %+v", gate)
	}
	ok(b.RetryGate(t.Context(), v.ID, b.tick()))(t) // no failed part to retry
	b.gate(v, schema.GateResult{Passed: true})
	equal(t, ok(b.Version(t.Context(), v.ID))(t).State, schema.VersionActive)
	_, err := b.Claim(t.Context(), "runner-1", "standard", b.tick(), time.Minute)
	refused(t, err, schema.CodeNotFound)
}

func TestRecordCandidateIsIdempotent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryTests, ""), "ida")
	p := schema.Push{Intent: in, Tree: "7", Flavour: "standard"}
	v, j, err := b.RecordCandidate(t.Context(), p, []byte("title: x\n"))
	check(t, err)
	v2, j2, err := b.RecordCandidate(t.Context(), p, []byte("title: x\n"))
	check(t, err)
	equal(t, v2, v)
	equal(t, j2, j)
	equal(t, string(v.Source), "title: x\n")
	equal(t, v.ReceivedAt, in.ReceivedAt)
}

func TestOrdersOfGradeAndGate(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	j := b.claim("standard")
	want := schema.Order{Protocol: schema.Protocol, Job: j.ID, Attempt: 1, Kind: schema.JobGrade, Name: "comp2402/a1/alice/1",
		Submission: schema.Tree{Repository: sub.Repository, Commit: sub.Commit, Tree: sub.Tree},
		Tests:      schema.Tree{Repository: b.assignment.Active.RepositoryID, Commit: b.assignment.Active.Commit, Tree: b.assignment.Active.Tree},
		ReceivedAt: sub.ReceivedAt, Zone: "America/Toronto", Flavour: schema.Flavour{Name: "standard"}}
	equal(t, ok(b.Order(t.Context(), j.ID))(t), want)
	v, gate := b.candidate(b.assignment)
	want = schema.Order{Protocol: schema.Protocol, Job: gate.ID, Kind: schema.JobGate, Lane: schema.LaneGate, Name: "comp2402/a1",
		Tests: schema.Tree{Repository: v.RepositoryID, Commit: v.Commit, Tree: v.Tree}, Zone: "America/Toronto", Flavour: schema.Flavour{Name: "standard"}}
	equal(t, ok(b.Order(t.Context(), gate.ID))(t), want)
	_, err := b.Order(t.Context(), 999)
	refused(t, err, schema.CodeNotFound)
}

func TestEnsureIsIdempotent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	missing := schema.Repository{Kind: schema.RepositoryCourse, CourseID: b.course.ID}
	_, err := b.FindRepository(t.Context(), missing)
	refused(t, err, schema.CodeNotFound)
	_, err = b.EnsureAssignment(t.Context(), b.course.ID, "tests", epoch)
	refused(t, err, schema.CodeInvalid)
	var all sync.WaitGroup
	ids, works := make([]int64, 8), make([]int64, 8)
	for i := range ids {
		all.Go(func() {
			r, err := b.EnsureRepository(t.Context(), missing)
			a, err2 := b.EnsureAssignment(t.Context(), b.course.ID, "a9", epoch)
			if err != nil || err2 != nil {
				t.Error(err, err2)
			}
			ids[i], works[i] = r.ID, a.ID
		})
	}
	all.Wait()
	for i := range ids {
		equal(t, []int64{ids[i], works[i]}, []int64{ids[0], works[0]})
	}
	missing.ID = ids[0]
	equal(t, ok(b.Repository(t.Context(), ids[0]))(t), missing)
	equal(t, ok(b.FindRepository(t.Context(), missing))(t), missing)
	a := ok(b.Assignment(t.Context(), "comp2402", "a9"))(t)
	equal(t, a.Active == nil, true)
	equal(t, a.CreatedAt, epoch)
	_, err = b.Assignment(t.Context(), "comp2402", "a10")
	refused(t, err, schema.CodeNotFound, "comp2402/a10")
	equal(t, len(ok(b.Assignments(t.Context(), b.course.ID))(t)), 2)
}

// lose releases a claimed job for lost runners until it fails.
func (b *bundle) lose(j schema.Job) {
	b.t.Helper()
	for range schema.MaxAttempts - 1 {
		ok(b.Release(b.t.Context(), j.ID, j.Attempt, "the runner was lost", b.tick()))(b.t)
		j = b.claim("standard")
	}
	ok(b.Release(b.t.Context(), j.ID, j.Attempt, "the runner was lost", b.tick()))(b.t)
}

// rerun grades a submission again with a rule that allows everything.
func (b *bundle) rerun(login string, sub schema.GradedSubmission) schema.Job {
	b.t.Helper()
	free := func(schema.Role, course.Rerun) (bool, error) { return false, nil }
	return ok(b.Rerun(b.t.Context(), b.actor(login, "SHA256:"+login), sub.ID, free, b.tick()))(b.t)
}

func TestFinishRefusesInfrastructureError(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	j := b.claim("standard")
	_, err := b.Finish(t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeInfrastructureError, Blame: schema.BlameInfrastructure}, b.tick())
	refused(t, err, schema.CodeInvalid, "is released, not finished")
	equal(t, ok(b.Submission(t.Context(), sub.Name))(t).Job.State.Ended(), false)
	b.finish(j, 3)
}

func TestRerunReportsFacts(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	var told course.Rerun
	var role schema.Role
	no := schema.Errorf(schema.CodeRefused, "not now")
	decide := func(free bool, err error) func(schema.Role, course.Rerun) (bool, error) {
		return func(r schema.Role, facts course.Rerun) (bool, error) {
			role, told = r, facts
			return free, err
		}
	}
	before := b.last()
	_, err := b.Rerun(t.Context(), b.actor("bob", "SHA256:b"), sub.ID, decide(false, no), b.tick())
	refused(t, err, schema.CodeRefused, "not now")
	equal(t, told, course.Rerun{Name: sub.Name, Commit: sub.Commit, State: schema.StateQueued, Logins: []string{"alice"}})
	equal(t, role, schema.RoleStudent)
	equal(t, b.last(), before) // a refused action leaves no entry
	b.lose(b.claim("standard"))
	for n := range 2 {
		j := ok(b.Rerun(t.Context(), b.actor("alice", "SHA256:a"), sub.ID, decide(true, nil), b.tick()))(t)
		equal(t, told, course.Rerun{Name: sub.Name, Commit: sub.Commit, State: schema.StateFailed, Logins: []string{"alice"}, Retries: n})
		equal(t, b.last(), schema.AuditEntry{Actor: "alice", Channel: schema.ChannelSSH, Action: "submission.rerun", Course: "comp2402",
			Subject: "comp2402/a1/alice/1", Before: "failed", After: "queued", Detail: fmt.Sprintf("job %d", j.ID)})
		b.lose(b.claim("standard"))
	}
	_, err = b.Rerun(t.Context(), b.actor("eve", "SHA256:e"), sub.ID, decide(false, no), b.tick())
	refused(t, err, schema.CodeRefused)
	equal(t, []any{role, told.Retries}, []any{schema.Role(""), 2})
	_, err = b.Rerun(t.Context(), b.actor("alice", "SHA256:a"), 999, decide(true, nil), epoch)
	refused(t, err, schema.CodeNotFound)
}

func TestRerunUsesActiveVersion(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	b.finish(b.claim("standard"), 3)
	v, _ := b.candidate(b.assignment)
	b.gate(v, schema.GateResult{Passed: true})
	j := b.rerun("tina", sub)
	equal(t, []any{j.VersionID, j.Lane, j.State, j.Owner}, []any{v.ID, schema.LaneInteractive, schema.StateQueued, "alice"})
	now := ok(b.Submission(t.Context(), sub.Name))(t)
	equal(t, now.Job.ID, j.ID)
	equal(t, now.Result.Score, schema.NewPoints(3, 1)) // until the new result is stored
	equal(t, now.VersionID, sub.VersionID)
	b.finish(b.claim("standard"), 9)
	equal(t, ok(b.Submission(t.Context(), sub.Name))(t).Result.Score, schema.NewPoints(9, 1))
}
