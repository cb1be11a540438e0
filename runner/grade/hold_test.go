package grade

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// trialOf returns a trial of a report test that needs no wall.
func trialOf(points assignment.PointRule, pins ...string) *trial {
	test := assignment.Test{Name: "units", Kind: assignment.KindReport, Report: assignment.ReportJUnit, Points: points, Visible: schema.VisibleAlways, Hint: "h"}
	s := newSession(&Grader{}, Job{}, &assignment.Spec{}, silent{})
	s.pins = map[string][]string{"units": pins}
	return &trial{session: s, test: &test, subject: &subject{}}
}

// heldAs formats results.
func heldAs(results []schema.TestResult) []string {
	var lines []string
	for _, r := range results {
		line := fmt.Sprintf("%s %s %s/%s", r.Name, r.Outcome, r.Score, r.MaxScore)
		if r.Unpinned {
			line += " unpinned"
		}
		if r.Message != "" {
			line += ": " + r.Message
		}
		if r.Tampering != "" {
			line += " !! " + r.Tampering
		}
		if !r.InProcess || (r.Hint == "h") == (r.Outcome == schema.OutcomePassed) && !r.Unpinned {
			line += " (in process, hint)"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestHold(t *testing.T) {
	t.Parallel()
	of := func(v report.Verdict, names ...string) (list []report.Case) {
		for _, n := range names {
			list = append(list, report.Case{Name: n, Verdict: v})
		}
		return list
	}
	total := assignment.PointRule{Total: schema.NewPoints(6, 1)}
	half := schema.NewPoints(1, 2)
	one := schema.NewPoints(1, 1)
	const again = ": this name stands more often in the report than it should, so it is worth nothing"
	for _, test := range []struct {
		name   string
		points assignment.PointRule
		pins   []string
		got    reading
		want   []string
	}{
		{"all there", total, []string{"a", "b"}, reading{files: 1, cases: of(report.Passed, "b", "a")},
			[]string{"units/a passed 3/3", "units/b passed 3/3"}},
		{"one fails, the status says so", total, []string{"a", "b"}, reading{cases: append(of(report.Passed, "a"), of(report.Failed, "b")...), run: sandbox.Result{Exit: 1}},
			[]string{"units/a passed 3/3", "units/b failed 0/3"}},
		{"one missing", total, []string{"a", "b"}, reading{cases: of(report.Passed, "a")},
			[]string{"units/a passed 3/3 !! the program ended with status 0, as exit(0) does, and 1 pinned cases are missing from its report", "units/b missing 0/3: not reported: the program ended itself (exit status 0) before the tests were done"}},
		{"one skipped", total, []string{"a", "b"}, reading{cases: append(of(report.Passed, "a"), of(report.Skipped, "b")...), run: sandbox.Result{Exit: 1}},
			[]string{"units/a passed 3/3", "units/b missing 0/3: skipped"}},
		{"one that is skipped, as by the reference", total, []string{"a"}, reading{cases: append(of(report.Passed, "a"), of(report.Skipped, "later")...)},
			[]string{"units/a passed 6/6"}},
		{"one too many", total, []string{"a"}, reading{cases: of(report.Passed, "a", "extra")},
			[]string{"units/a passed 6/6", "units/extra passed 0/0 unpinned"}},
		{"twice", total, []string{"a", "b"}, reading{cases: of(report.Passed, "a", "b", "a")},
			[]string{"units/a failed 0/3" + again + " !! 1 names stand more than once in the report", "units/b passed 3/3"}},
		{"repeats as in the reference", total, []string{"a", "a#2"}, reading{cases: append(of(report.Failed, "a"), of(report.Passed, "a")...), run: sandbox.Result{Exit: 1}},
			[]string{"units/a failed 0/3", "units/a#2 passed 3/3"}},
		{"repeats, one less", total, []string{"a", "a#2"}, reading{cases: of(report.Passed, "a"), run: sandbox.Result{Exit: 1}, end: ending{exit: 1, message: "exit status 1"}},
			[]string{"units/a passed 3/3", "units/a#2 missing 0/3: not reported: the program ended with exit status 1"}},
		{"repeats, one more", total, []string{"a", "a#2"}, reading{cases: of(report.Passed, "a", "a", "a"), run: sandbox.Result{Exit: 1}, end: ending{message: "exit status 1"}},
			[]string{"units/a failed 0/3" + again + " !! 2 names stand more than once in the report", "units/a#2 failed 0/3" + again}},
		{"points by name", assignment.PointRule{Default: &one, ByPattern: map[string]schema.Points{"Ring*": half, "Ring.x": one}}, []string{"Ring.x", "Ring.y", "z"},
			reading{cases: of(report.Passed, "Ring.x", "Ring.y", "z")}, []string{"units/Ring.x passed 1/1", "units/Ring.y passed 0.5/0.5", "units/z passed 1/1"}},
		{"a limit keeps what is there", total, []string{"a", "b"},
			reading{cases: of(report.Passed, "a"), run: sandbox.Result{Limit: sandbox.LimitCPU}, end: ending{outcome: schema.OutcomeTimeLimit, message: "time limit of 2 s exceeded"}},
			[]string{"units/a passed 3/3", "units/b missing 0/3: not reported: time limit of 2 s exceeded"}},
		{"a crash keeps what is there", total, []string{"a", "b"},
			reading{cases: of(report.Passed, "a"), run: sandbox.Result{Signal: syscall.SIGSEGV}, end: ending{outcome: schema.OutcomeCrashed, signal: "SIGSEGV", message: "ended by SIGSEGV"}},
			[]string{"units/a passed 3/3", "units/b missing 0/3: not reported: the program was ended by SIGSEGV"}},
		{"all passed, but the process did not", total, []string{"a"}, reading{cases: of(report.Passed, "a"), run: sandbox.Result{Exit: 3}, end: ending{message: "exit status 3"}},
			[]string{"units/a passed 6/6 !! every case of the report passed, and yet: exit status 3"}},
		{"a report that cannot be read", total, []string{"a"}, reading{files: 2, cases: of(report.Passed, "a"), problems: []string{"x.xml: xml: no report in it"}},
			[]string{"units/a passed 6/6 !! a report cannot be read: x.xml: xml: no report in it"}},
		{"nothing pinned", total, nil, reading{cases: of(report.Passed, "a")},
			[]string{"units/a passed 0/0 unpinned", "units grader-error 0/6: the reference solution reported no case (in process, hint)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, heldAs(trialOf(test.points, test.pins...).hold(test.got))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPinsOfAReport(t *testing.T) {
	t.Parallel()
	got := pinsOf([]report.Case{{Name: "a", Verdict: report.Passed}, {Name: "b", Verdict: report.Skipped}, {Name: "a", Verdict: report.Failed}, {Name: "c", Verdict: report.Passed}})
	if diff := cmp.Diff([]string{"a", "a#2", "c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestScoring(t *testing.T) {
	t.Parallel()
	entry := func(name string, score, most int64) schema.TestResult {
		r := schema.TestResult{Name: name, Outcome: schema.OutcomePassed, Score: schema.NewPoints(score, 1), MaxScore: schema.NewPoints(most, 1)}
		if score < most {
			r.Outcome = schema.OutcomeFailed
		}
		return r
	}
	run := func(rule assignment.Scoring, entries ...schema.TestResult) (lines []string) {
		s := newScoring(&assignment.Test{Score: rule}, func(r schema.TestResult) {
			lines = append(lines, fmt.Sprintf("%s %s %s/%s %s", r.Name, r.Outcome, r.Score, r.MaxScore, r.Message))
		})
		for _, e := range entries {
			s.add(e)
		}
		s.end()
		return lines
	}
	for _, test := range []struct {
		name string
		got  []string
		want []string
	}{
		{"sum", run(assignment.ScoreSum, entry("a", 2, 2), entry("b", 0, 2)), []string{"a passed 2/2 ", "b failed 0/2 "}},
		{"all, all pass", run(assignment.ScoreAll, entry("a", 2, 2), entry("b", 2, 2)), []string{"a passed 2/2 ", "b passed 2/2 "}},
		{"all, one fails", run(assignment.ScoreAll, entry("a", 2, 2), entry("b", 1, 2)), []string{"a passed 0/2 no points: all or nothing, and b did not pass", "b failed 0/2 no points: all or nothing, and b did not pass"}},
		{"all, one worth nothing fails", run(assignment.ScoreAll, entry("a", 2, 2), schema.TestResult{Name: "b", Outcome: schema.OutcomeFailed}), []string{"a passed 0/2 no points: all or nothing, and b did not pass", "b failed 0/0 "}},
		{"min", run(assignment.ScoreMin, entry("a", 4, 4), entry("b", 1, 2), entry("c", 3, 4)), []string{"a passed 2/4 scored as the weakest case, b", "b failed 1/2 ", "c failed 2/4 scored as the weakest case, b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
