package store

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// randomResult returns a result with families of cases, every outcome, exact fractions, and failures with texts of all
// kinds of characters.
func randomResult() schema.Result {
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent}
	if rand.N(8) == 0 {
		r.Outcome = schema.OutcomeCompileError
		r.Build = &schema.BuildResult{Outcome: schema.OutcomeCompileError, Output: []string{"", "a.c:3:1: error: no ';'", "it broke\n"}[rand.N(3)], Message: "exit status 1"}
	}
	outcomes := []schema.Outcome{schema.OutcomePassed, schema.OutcomePassed, schema.OutcomeFailed, schema.OutcomeCrashed, schema.OutcomeTimeLimit, schema.OutcomeNotRun}
	for i := range rand.N(12) {
		name := fmt.Sprintf("test %d\x00 ü", i%(1+rand.N(6)))
		for range 1 + rand.N(3) {
			t := schema.TestResult{Name: fmt.Sprintf("%s/%d", name, rand.N(9)), Outcome: outcomes[rand.N(len(outcomes))], MaxScore: schema.NewPoints(int64(rand.N(4)), int64(1+rand.N(3)))}
			if rand.N(4) > 0 {
				t.Test = name
			}
			switch rand.N(3) {
			case 0:
				t.Score = t.MaxScore
			case 1:
				t.Score = schema.NewPoints(int64(rand.N(7)-2), 7)
			}
			if t.Outcome == schema.OutcomeCrashed {
				t.Signal = "SIGSEGV"
			}
			if rand.N(3) > 0 {
				t.Message = []string{"expected 1, got 2", "\x1b[1mbold\x1b[0m \u202e", strings.Repeat("ж", 300), "line 1\nline 2", "  \n"}[rand.N(5)]
			}
			r.Tests = append(r.Tests, t)
		}
	}
	return r
}

// wholeResult derives the result of a job from the whole one.
func (b *bundle) wholeResult(job int64) course.ClassResult {
	b.t.Helper()
	return course.NewClassResult(ok(one(b.t.Context(), b.reader, scanResult, `SELECT body FROM results WHERE job_id = ?`, job))(b.t).Outcomes())
}

// outcomesAgree compares the outcomes of all jobs with those derived from whole results.
func (b *bundle) outcomesAgree(want int) {
	b.t.Helper()
	jobs := ok(list(b.t.Context(), b.reader, value[int64], `SELECT r.job_id FROM jobs j JOIN results r ON r.job_id = j.id WHERE j.kind IN ('grade', 'regrade')`))(b.t)
	results := ok(b.ClassResults(b.t.Context(), jobs))(b.t)
	if len(jobs) != want || len(results) != want {
		b.t.Fatalf("%d jobs and %d outcomes, want %d", len(jobs), len(results), want)
	}
	for _, job := range jobs {
		equal(b.t, results[job], b.wholeResult(job))
	}
}

// TestOutcomesAgreeWithWholeResults grades random results, regrades them, applies and undoes the set, and erases a
// student. After each step the outcomes are those of the whole results.
func TestOutcomesAgreeWithWholeResults(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	gradeAll := func(n int) {
		for range n {
			j := b.claim("standard")
			ok(b.Finish(t.Context(), j.ID, j.Attempt, randomResult(), b.tick()))(t)
		}
	}
	for range 40 {
		b.push([]string{"alice", "bob"}[rand.N(2)])
	}
	b.push("alice")
	b.push("bob")
	gradeAll(42)
	b.outcomesAgree(42)
	set := ok(b.CreateRegrade(t.Context(), schema.Operator(), schema.NewRegrade{Assignment: b.assignment, Which: schema.RegradeAll}))(t)
	gradeAll(42)
	b.outcomesAgree(84)
	check(t, b.ApplyRegrade(t.Context(), schema.Operator(), set))
	b.outcomesAgree(84)
	ok(b.UndoRegrade(t.Context(), schema.Operator(), ok(b.Regrade(t.Context(), set.ID))(t)))(t)
	b.outcomesAgree(84)
	before := ok(b.ResultsVersion(t.Context()))(t)
	ok(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))(t)
	b.outcomesAgree(84)
	if after := ok(b.ResultsVersion(t.Context()))(t); after == before {
		t.Error("the version did not change with the results")
	}
}

// TestErasedTextsLeaveOutcomes erases a student whose failures contain a text. No table has it afterwards, including a
// summary from before migration 4.
func TestErasedTextsLeaveOutcomes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for _, login := range []string{"alice", "bob"} {
		b.push(login)
		j := b.claim("standard")
		ok(b.Finish(t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent,
			Tests: []schema.TestResult{{Name: "greets", Outcome: schema.OutcomeFailed, Message: login + "-secret"}}}, b.tick()))(t)
	}
	check(t, b.write(t.Context(), "age summaries", func(t *tx) error {
		_, err := t.exec(b.t.Context(), `UPDATE summaries SET body = (SELECT body FROM results r WHERE r.job_id = summaries.job_id)`)
		return err
	}))
	holding := func(text string) int {
		return ok(one(t.Context(), b.reader, value[int], `SELECT (SELECT count(*) FROM outcomes WHERE instr(CAST(body AS TEXT), ?1)) + (SELECT count(*) FROM outcome_layouts WHERE instr(body, ?1))
			+ (SELECT count(*) FROM summaries WHERE instr(body, ?1)) + (SELECT count(*) FROM results WHERE instr(body, ?1))`, text))(t)
	}
	if n := holding("alice-secret"); n != 3 {
		t.Fatalf("%d rows have the text, want 3", n)
	}
	ok(b.Erase(t.Context(), schema.Operator(), b.user("alice"), "erased-1"))(t)
	if n := holding("alice-secret"); n != 0 {
		t.Errorf("%d rows still have the text", n)
	}
	if n := holding("bob-secret"); n != 3 {
		t.Errorf("%d rows have the other student's text, want 3", n)
	}
}

// TestDamagedOutcomesAreErrors decodes every start of a body, and bodies with a wrong byte. None panics, and only the
// whole body is accepted.
func TestDamagedOutcomesAreErrors(t *testing.T) {
	t.Parallel()
	for range 50 {
		r := course.NewClassResult(randomResult().Outcomes())
		body := ok(encodeOutcomes(r))(t)
		layout := layoutOf(r)
		d := outcomeReader{failures: make(map[failureOf]course.Failure)}
		for n := range body {
			if _, err := d.decode(layout, body[:n]); err == nil {
				t.Fatalf("%d of %d bytes were accepted", n, len(body))
			}
		}
		if _, err := d.decode(layout, append(body[:len(body):len(body)], 0)); err == nil {
			t.Error("a longer body was accepted")
		}
		for n := range body {
			wrong := append([]byte(nil), body...)
			wrong[n] ^= byte(1 + rand.N(255))
			_, _ = d.decode(layout, wrong) // may be another valid body
		}
		equal(t, ok(d.decode(layout, body))(t), r)
	}
}

// forgetOutcomes makes the database one of an earlier program with the given form of outcomes, whose outcomes are
// deleted or wrong.
func (b *bundle) forgetOutcomes(form int) {
	b.t.Helper()
	check(b.t, b.write(b.t.Context(), "forget outcomes", func(t *tx) error {
		ctx := b.t.Context()
		for _, text := range []string{`DELETE FROM outcomes WHERE job_id % 2 = 0`, `UPDATE outcomes SET body = x'ff'`} {
			if _, err := t.exec(ctx, text); err != nil {
				return err
			}
		}
		_, err := t.exec(ctx, `UPDATE outcome_progress SET form = ?, complete = 1, job_id = 7`, form)
		return err
	}))
}

// TestKilledDuringFill kills a process that derives the outcomes of an earlier program's results. The next start
// completes them, and the one after it changes nothing.
func TestKilledDuringFill(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const first, n = 20, 6*outcomeBatch + 7
	for range first {
		b.push("alice")
		j := b.claim("standard")
		ok(b.Finish(t.Context(), j.ID, j.Attempt, randomResult(), b.tick()))(t)
	}
	check(t, b.write(t.Context(), "copy results", func(x *tx) error {
		last := ok(one(t.Context(), x, value[int64], `SELECT max(id) FROM jobs`))(t)
		for i := range int64(n - first) {
			if _, err := x.exec(t.Context(), `INSERT INTO jobs (id, kind, submission_id, version_id, course_id, owner, lane, flavour, queued_at)
				SELECT ?1, kind, submission_id, version_id, course_id, owner, lane, flavour, queued_at FROM jobs WHERE id = ?2`, last+1+i, last-i%first); err != nil {
				return err
			}
			if _, err := x.exec(t.Context(), `INSERT INTO results (job_id, body) SELECT ?1, body FROM results WHERE job_id = ?2`, last+1+i, last-i%first); err != nil {
				return err
			}
		}
		return nil
	}))
	b.forgetOutcomes(outcomeForm - 1)
	from := filepath.Join(t.TempDir(), "earlier.db")
	check(t, b.Backup(t.Context(), from))
	span := whole(t, "fill", from)
	between, tried := 0, 0
	for ; tried < kills(t) || between == 0 && tried < 20*kills(t); tried++ { // a busy machine may move every kill
		file := killed(t, "fill", from, rand.N(span))
		half := ok(openDatabase(t.Context(), file, Options{}))(t)
		if at := ok(one(t.Context(), half.reader, value[int], `SELECT job_id * (form = ?) FROM outcome_progress`, outcomeForm))(t); at > 0 && at < n {
			between++
		}
		check(t, half.Close())
		s := ok(Open(t.Context(), file, Options{}))(t)
		again := *b
		again.Store = s
		again.outcomesAgree(n)
		version := ok(s.ResultsVersion(t.Context()))(t)
		check(t, s.Close())
		s = ok(Open(t.Context(), file, Options{}))(t)
		equal(t, ok(s.ResultsVersion(t.Context()))(t), version)
		check(t, s.Close())
	}
	if between == 0 {
		t.Errorf("none of %d kills was between two batches", tried)
	}
}

// TestDamagedResultsAreSkipped starts after an earlier program that stored results which cannot be decoded; one of them
// was replaced by another grading. The start leaves out these and logs them, with its progress. A later start logs nothing.
func TestDamagedResultsAreSkipped(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	var jobs []int64
	for range 4 {
		b.push("alice")
		j := b.claim("standard")
		ok(b.Finish(t.Context(), j.ID, j.Attempt, randomResult(), b.tick()))(t)
		jobs = append(jobs, j.ID)
	}
	ok(b.Rerun(t.Context(), schema.Operator(), b.latestOf("alice")[2].ID, func(schema.Role, course.Rerun) (bool, error) { return false, nil }, b.tick()))(t)
	b.finish(b.claim("standard"), 9)
	b.forgetOutcomes(outcomeForm - 1)
	check(t, b.write(t.Context(), "damage results", func(x *tx) error {
		for i, body := range []string{`{"tests": 7}`, `{"tests": [`} {
			if _, err := x.exec(t.Context(), `UPDATE results SET body = ? WHERE job_id = ?`, body, jobs[i]); err != nil {
				return err
			}
		}
		return nil
	}))
	file := filepath.Join(t.TempDir(), "earlier.db")
	check(t, b.Backup(t.Context(), file))
	start := func() (string, *Store) {
		var log strings.Builder
		s := ok(Open(t.Context(), file, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}))(t)
		return log.String(), s
	}
	log, s := start()
	for _, want := range []string{"results=5\n", fmt.Sprintf("rerun comp2402/a1/alice/1\" job=%d error", jobs[0]), fmt.Sprintf("no page shows it\" job=%d error", jobs[1]), "results=5 of=5\n"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	got := ok(s.ClassResults(t.Context(), jobs))(t)
	equal(t, got, map[int64]course.ClassResult{jobs[2]: b.wholeResult(jobs[2]), jobs[3]: b.wholeResult(jobs[3])})
	check(t, s.Close())
	log, s = start()
	if log != "" {
		t.Errorf("a later start logs %s", log)
	}
	check(t, s.Close())
}

// TestOutcomeFormHasVersion compares the outcomes of a fixed result with a digest for the current form. A test of package
// course checks the rules.
func TestOutcomeFormHasVersion(t *testing.T) {
	t.Parallel()
	fixed := schema.Result{Tests: []schema.TestResult{
		{Name: "a/1", Test: "a", Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(1, 1), Message: "line 2: expected \"1 3\", got 0x7f /tmp/x/y"},
		{Name: "a/2", Test: "a", Outcome: schema.OutcomePassed, Score: schema.NewPoints(1, 2), MaxScore: schema.NewPoints(1, 1)},
		{Name: "b", Outcome: schema.OutcomeCrashed, Signal: "SIGSEGV"}, {Name: "c", Outcome: schema.OutcomeNotRun},
	}}
	text := ""
	for _, build := range []*schema.BuildResult{nil, {Outcome: schema.OutcomeCompileError, Output: "list.c:3:2: error: expected ';'"}, {Outcome: schema.OutcomeCompileError, Output: "it broke"}} {
		fixed.Build = build
		r := course.NewClassResult(fixed.Outcomes())
		text += ok(encode(layoutOf(r)))(t) + string(ok(encodeOutcomes(r))(t))
	}
	const form, want = 1001, "7c5e6b873e9ac2c6"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16]; outcomeForm != form || got != want {
		t.Errorf("outcomes have digest %s with form %d, want %s with %d: if rules or encoding have changed, increase course.ResultRules or outcomeEncoding, and change this test",
			got, outcomeForm, want, form)
	}
}
