package course_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func points(n int64) schema.Points { return schema.NewPoints(n, 1) }

// student returns the access of a student to their own work before the due date.
func student() course.Access {
	return course.OwnedBy(course.Viewer{Login: "alice", Role: schema.RoleStudent}, "alice")
}

func staff() (all []course.Access) {
	for _, v := range []course.Viewer{
		{Login: "tom", Role: schema.RoleTA}, {Login: "ida", Role: schema.RoleInstructor},
		{Login: "root", Admin: true}, {Login: "root", Admin: true, Role: schema.RoleStudent},
	} {
		all = append(all, course.OwnedBy(v, "alice"))
	}
	return all
}

// mixed returns a result with a test of every visibility. Its totals exclude the test with visible:
// never.
func mixed() schema.Result {
	return schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: points(9), MaxScore: points(17),
		Gate: &schema.GateResult{Passed: true},
		Tests: []schema.TestResult{
			{Name: "shown", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2), Visible: schema.VisibleAlways, Output: "out", Tampering: "two reports", JudgeMessage: "SECRET-0"},
			{Name: "later", Outcome: schema.OutcomePassed, Score: points(3), MaxScore: points(5), Visible: schema.VisibleAfterDue, Output: "SECRET-1"},
			{Name: "published", Outcome: schema.OutcomePassed, Score: points(4), MaxScore: points(10), Visible: schema.VisibleAfterPublish, Message: "SECRET-2"},
			{Name: "calibration", Outcome: schema.OutcomeFailed, Score: points(7), MaxScore: points(70), Visible: schema.VisibleNever, Hint: "SECRET-3"},
			{Name: "of another version", Outcome: schema.OutcomeFailed, Visible: "sometimes", Hint: "SECRET-4"},
		},
	}
}

func TestStudentSeesOnlyWhatIsVisible(t *testing.T) {
	t.Parallel()
	full := mixed()
	got, hidden := course.Redact(full, student())
	want := schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: points(2), MaxScore: points(2),
		Tests: []schema.TestResult{{Name: "shown", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2), Visible: schema.VisibleAlways, Output: "out"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("redacted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(schema.Hidden{Tests: 2, Points: "15", Until: []schema.Visibility{schema.VisibleAfterDue, schema.VisibleAfterPublish}}, hidden); diff != "" {
		t.Errorf("hidden (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(mixed(), full); diff != "" {
		t.Errorf("Redact changed its argument:\n%s", diff)
	}
}

func TestViewerWithoutRoleSeesNoMoreThanStudent(t *testing.T) {
	t.Parallel()
	for _, v := range []course.Viewer{{}, {Login: "eve"}, {Login: "eve", Role: "owner"}} {
		got, _ := course.Redact(mixed(), course.OwnedBy(v, "alice"))
		if len(got.Tests) != 1 {
			t.Errorf("%+v sees %d tests", v, len(got.Tests))
		}
	}
}

func TestStaffSeeEveryEntry(t *testing.T) {
	t.Parallel()
	for _, v := range staff() {
		got, hidden := course.Redact(mixed(), v)
		if diff := cmp.Diff(mixed(), got); diff != "" || hidden.Tests != 0 {
			t.Errorf("%+v: hidden %d, redacted (-want +got):\n%s", v, hidden.Tests, diff)
		}
	}
}

func TestFaultsOfOthersHaveFixedMessages(t *testing.T) {
	t.Parallel()
	const secret = "assert equal(f(3), 7)"
	broken := schema.Result{
		Outcome: schema.OutcomeGraderError, Blame: schema.BlameGrader, Message: "checker printed " + secret,
		Tests: []schema.TestResult{{Name: "a", Outcome: schema.OutcomeGraderError, Visible: schema.VisibleAlways, Output: secret, Message: secret}},
	}
	got, _ := course.Redact(broken, student())
	const words = "the tests failed, not you; the staff has been told"
	if got.Message != words || got.Tests[0].Message != words || got.Tests[0].Output != "" {
		t.Errorf("a student reads %+v", got)
	}
	if got, _ := course.Redact(broken, staff()[0]); !strings.Contains(got.Message, secret) {
		t.Errorf("staff reads %+v", got)
	}
}

func TestVisibleTotalIsNeverNegative(t *testing.T) {
	t.Parallel()
	r := schema.Result{
		Outcome: schema.OutcomeGraded, Score: points(1), MaxScore: points(5),
		Tests: []schema.TestResult{
			{Name: "tidy", Score: points(-4), Visible: schema.VisibleAlways},
			{Name: "hidden", Score: points(5), MaxScore: points(5), Visible: schema.VisibleAfterDue},
		},
	}
	if got, _ := course.Redact(r, student()); got.Score.Sign() != 0 {
		t.Errorf("score %s", got.Score)
	}
}

func TestEventsAreRedactedLikeResults(t *testing.T) {
	t.Parallel()
	full := mixed()
	for i := range full.Tests {
		e := schema.Event{Seq: int64(i), Kind: schema.EventTest, Test: &full.Tests[i]}
		got, ok := course.RedactEvent(e, student())
		if ok != (i == 0) {
			t.Errorf("test %q: sent %v", full.Tests[i].Name, ok)
		}
		if payload, _ := json.Marshal(got); strings.Contains(string(payload), "SECRET") || strings.Contains(string(payload), "two reports") {
			t.Errorf("test %q: sent %s", full.Tests[i].Name, payload)
		}
		if got, ok := course.RedactEvent(e, staff()[0]); !ok || got.Test != e.Test {
			t.Errorf("test %q: staff got %v, %v", full.Tests[i].Name, got, ok)
		}
	}
	ended := schema.Event{Seq: 9, Kind: schema.EventEnded, Result: &full}
	got, ok := course.RedactEvent(ended, student())
	if payload, _ := json.Marshal(got); !ok || strings.Contains(string(payload), "SECRET") || len(got.Result.Tests) != 1 {
		t.Errorf("the end was sent as %s, %v", payload, ok)
	}
	if diff := cmp.Diff(mixed(), full); diff != "" {
		t.Errorf("RedactEvent changed its argument:\n%s", diff)
	}
	failed := schema.Event{Seq: 9, Kind: schema.EventEnded, State: schema.StateFailed, Text: "runner local-7 was lost"}
	if got, ok := course.RedactEvent(failed, student()); !ok || strings.Contains(got.Text, "local-7") || got.Text == "" {
		t.Errorf("a failure was sent as %+v, %v", got, ok)
	}
	line := schema.Event{Seq: 2, Kind: schema.EventLine, Text: "a.c:1: error"}
	if got, ok := course.RedactEvent(line, student()); !ok || got.Text != line.Text {
		t.Errorf("a line was sent as %+v, %v", got, ok)
	}
}

// submission returns a graded submission of alice.
func submission() schema.GradedSubmission {
	r := schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(50, 3), MaxScore: points(25),
		Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Duration: 1204 * time.Millisecond, Output: "ok \x1b[31mred"},
		Tests: []schema.TestResult{
			{Name: "adds", Test: "adds", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2), Visible: schema.VisibleAlways,
				CPU: 11 * time.Millisecond, Wall: 12 * time.Millisecond, Memory: 2101248, Output: "a\x00b", Message: "m\u202e"},
			{Name: "crashes", Outcome: schema.OutcomeCrashed, MaxScore: points(1), Visible: schema.VisibleAlways, ExitStatus: 3},
			{Name: "dies", Outcome: schema.OutcomeCrashed, MaxScore: points(1), Visible: schema.VisibleAlways, Signal: "SIGSEGV"},
			{Name: "never", Outcome: schema.OutcomePassed, Visible: schema.VisibleNever, Tampering: "x", JudgeMessage: "y\x00"},
		},
		Dropped:    []string{"conftest.py\x07"},
		Provenance: schema.Provenance{Submission: "3f9a", Tests: "77c0", Flavour: "standard", Image: "sha256:0", Grader: "v0.1.0", Wall: "namespace", Attempt: 1},
		StartedAt:  moment(9), BuiltAt: moment(10), FinishedAt: moment(11),
	}
	return schema.GradedSubmission{
		Submission: schema.Submission{
			Name: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: 3}, Login: "alice", Commit: "3f9a2c1",
			Receipt: "7Q2K-M8DT", ReceivedAt: time.Date(2026, 9, 29, 3, 41, 7, 512_999_999, time.UTC),
		},
		Grading: schema.Grading{Job: schema.Job{State: schema.StateDone, QueuedAt: moment(8)}, Result: &r},
	}
}

// moment returns the time that many seconds after 23:41 in the course's zone.
func moment(s int) time.Time { return time.Date(2026, 9, 29, 3, 41, s, 0, time.UTC) }

func report(t *testing.T, s schema.GradedSubmission, v course.Access) string {
	t.Helper()
	zone, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(course.Report(s, v, zone), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReportMatchesScriptContract(t *testing.T) {
	t.Parallel()
	const want = `{
 "name": "comp2402/a1/alice/3",
 "number": 3,
 "owner": "alice",
 "login": "alice",
 "commit": "3f9a2c1",
 "received_at": "2026-09-28T23:41:07.512-04:00",
 "state": "done",
 "outcome": "graded",
 "blame": "student",
 "late": {
  "days": 0,
  "deducted": 0
 },
 "score": 16.666667,
 "max_score": 25,
 "build": {
  "outcome": "passed",
  "duration_ms": 1204,
  "output": "ok red"
 },
 "tests": [
  {
   "name": "adds",
   "outcome": "passed",
   "score": 2,
   "max_score": 2,
   "visible": "always",
   "cpu_ms": 20,
   "wall_ms": 20,
   "memory_bytes": 2101248,
   "output": "a�b",
   "message": "m�"
  },
  {
   "name": "crashes",
   "outcome": "crashed",
   "score": 0,
   "max_score": 1,
   "visible": "always",
   "cpu_ms": 0,
   "wall_ms": 0,
   "memory_bytes": 0,
   "output": "",
   "message": "",
   "exit_status": 3
  },
  {
   "name": "dies",
   "outcome": "crashed",
   "score": 0,
   "max_score": 1,
   "visible": "always",
   "cpu_ms": 0,
   "wall_ms": 0,
   "memory_bytes": 0,
   "output": "",
   "message": "",
   "signal": "SIGSEGV"
  }
 ],
 "dropped": [
  "conftest.py�"
 ],
 "receipt": "7Q2K-M8DT",
 "provenance": {
  "submission": "3f9a",
  "tests": "77c0",
  "flavour": "standard",
  "image": "sha256:0",
  "grader": "v0.1.0",
  "wall": "namespace",
  "attempt": 1
 },
 "times": {
  "queued_at": "2026-09-28T23:41:08-04:00",
  "started_at": "2026-09-28T23:41:09-04:00",
  "built_at": "2026-09-28T23:41:10-04:00",
  "finished_at": "2026-09-28T23:41:11-04:00"
 }
}`
	if diff := cmp.Diff(want, report(t, submission(), student())); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestStaffReadHiddenEntriesAndTampering(t *testing.T) {
	t.Parallel()
	text := report(t, submission(), staff()[0])
	if !strings.Contains(text, `"name": "never"`) || !strings.Contains(text, `"tampering": "x"`) || !strings.Contains(text, `"judge_message": "y�"`) || !strings.Contains(text, `"max_score": 25`) {
		t.Errorf("staff reads %s", text)
	}
}

func TestReportCountsHiddenTests(t *testing.T) {
	t.Parallel()
	s, r := submission(), mixed()
	s.Result = &r
	text := report(t, s, student())
	if !strings.Contains(text, "\"hidden\": {\n  \"tests\": 2,\n  \"points\": 15,\n  \"until\": [\n   \"after_due\",\n   \"after_publish\"\n  ]\n }") || strings.Contains(text, "SECRET") {
		t.Errorf("report %s", text)
	}
}

func TestReportOfRunningSubmission(t *testing.T) {
	t.Parallel()
	for _, state := range []schema.State{schema.StateQueued, schema.StateAssigned, schema.StateRunning} {
		s := submission()
		s.Job.State = state
		text := report(t, s, staff()[0])
		for _, part := range []string{`"outcome"`, `"blame"`, `"build"`, `"provenance"`} {
			if strings.Contains(text, part) {
				t.Errorf("%s: has %s", state, part)
			}
		}
		for _, part := range []string{`"score": 0`, `"max_score": 0`, `"tests": []`, `"state": "` + string(state) + `"`} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: lacks %s", state, part)
			}
		}
	}
}

func TestReportOfJobWithoutResult(t *testing.T) {
	t.Parallel()
	s := submission()
	s.Result = nil
	s.Job = schema.Job{State: schema.StateFailed, Reason: "runner local-7 was lost three times"}
	text := report(t, s, student())
	if !strings.Contains(text, `"outcome": "infrastructure-error"`) || !strings.Contains(text, `"blame": "infrastructure"`) || strings.Contains(text, "local-7") {
		t.Errorf("a student reads %s", text)
	}
	if text := report(t, s, staff()[0]); !strings.Contains(text, "local-7 was lost three times") {
		t.Errorf("staff reads %s", text)
	}
	s.Job = schema.Job{State: schema.StateCancelled, Reason: "cancelled by \x1bida"}
	if text := report(t, s, student()); !strings.Contains(text, "cancelled by �ida") || strings.Contains(text, `"outcome"`) {
		t.Errorf("a student reads %s", text)
	}
	s.Job = schema.Job{State: schema.StateDone}
	if text := report(t, s, student()); !strings.Contains(text, `"tests": []`) {
		t.Errorf("done without a result reads %s", text)
	}
}
