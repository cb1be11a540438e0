package course_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// passes and fails return an entry of a run of the solution.
func passes(name string) schema.TestResult {
	return schema.TestResult{Name: name, Test: name, Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2)}
}

func fails(name, why string) schema.TestResult {
	return schema.TestResult{Name: name, Test: name, Outcome: schema.OutcomeFailed, MaxScore: points(2), Message: why + "\nand more"}
}

// ran returns a run of the solution with these entries.
func ran(run int, message string, tests ...schema.TestResult) schema.GateJob {
	r := schema.Result{Outcome: schema.OutcomeGraded, Message: message, Tests: tests, Gate: &schema.GateResult{Passed: message == "", Run: run}}
	for _, t := range tests {
		r.Score, r.MaxScore = r.Score.Add(t.Score), r.MaxScore.Add(t.MaxScore)
	}
	return schema.GateJob{Version: 4, Job: schema.Job{State: schema.StateDone}, Part: schema.GatePart{Run: run}, Result: &r}
}

// pinning returns a run with the cases of its reports.
func pinning(run int, cases []string, trace schema.ReportTrace) schema.GateJob {
	j := ran(run, "", passes("units/a"))
	j.Result.Gate.Pins = schema.Pins{Tests: map[string][]string{"units": cases}, Reports: map[string]schema.ReportTrace{"units": trace}}
	return j
}

// sampled returns the part of a gate that graded samples.
func sampled(samples ...schema.GateSample) schema.GateJob {
	j := ran(0, "")
	j.Part = schema.GatePart{Samples: []string{"samples/"}}
	j.Result.Gate.Samples = samples
	for _, s := range samples {
		j.Result.Gate.Passed = j.Result.Gate.Passed && s.Fault() == ""
	}
	return j
}

func of(version int, jobs ...schema.GateJob) []schema.GateJob {
	for i := range jobs {
		jobs[i].Version = version
	}
	return jobs
}

func on(image string, j schema.GateJob) schema.GateJob {
	j.Result.Provenance.Image = image
	return j
}

func TestGateVerdict(t *testing.T) {
	t.Parallel()
	const lost = "the reference solution scores 0 of 2; it must score full marks: greets (failed, 0/2: no)"
	steady := func() []schema.GateJob {
		return []schema.GateJob{ran(1, "", passes("greets")), ran(2, "", passes("greets")), ran(3, "", passes("greets"))}
	}
	with := func(more ...schema.GateJob) []schema.GateJob { return append(steady(), more...) }
	for name, c := range map[string]struct {
		jobs, earlier []schema.GateJob
		want          []string
	}{
		"all runs pass": {steady(), nil, nil},
		"all runs fail": {[]schema.GateJob{ran(1, lost, fails("greets", "no")), ran(2, lost, fails("greets", "no")), ran(3, lost, fails("greets", "no"))}, nil, []string{lost}},
		"one run fails": {[]schema.GateJob{ran(1, "", passes("greets")), ran(2, lost, fails("greets", "no")), ran(3, "", passes("greets"))}, nil,
			[]string{"flaky: greets passed in run 1 and run 3, failed in run 2 (no)"}},
		"two tests differ, one alike": {[]schema.GateJob{ran(1, "", passes("a"), passes("b"), passes("c")), ran(2, lost, passes("a"), fails("b", "x"), passes("c")), ran(3, lost, passes("a"), passes("b"), fails("c", "y"))}, nil,
			[]string{"flaky: b passed in run 1 and run 3, failed in run 2 (x)", "flaky: c passed in run 1 and run 2, failed in run 3 (y)"}},
		"another score":                {[]schema.GateJob{ran(1, "", partial("a", 1)), ran(2, "", partial("a", 2))}, nil, []string{"flaky: a partial (1/3) in run 1, partial (2/3) in run 2"}},
		"what earns nothing":           {[]schema.GateJob{ran(1, "", extra("a", schema.OutcomePassed)), ran(2, "", extra("a", schema.OutcomeFailed))}, nil, nil},
		"the same tree failed once":    {steady(), of(3, ran(1, "", passes("greets")), ran(2, lost, fails("greets", "no"))), []string{"flaky: greets passed in run 1, run 2, run 3 and run 1 of version 3, which is the same, failed in run 2 of version 3, which is the same (no)"}},
		"the same tree, another image": {steady(), of(3, on("old", ran(2, lost, fails("greets", "no")))), nil},
		"the same tree, another sample score": {with(sampled(sample("samples/x/", 5, 5))), of(3, sampled(sample("samples/x/", 5, 4))),
			[]string{"flaky: samples/x/ scores 5 now and 4 in version 3, which is the same"}},
		"a sample scores otherwise": {with(sampled(sample("samples/x/", 5, 4), sample("samples/y/", 1, 1))), nil, []string{"samples/x/ scores 4, expected 5: greets (failed)"}},
		"the tests fail on a sample": {with(sampled(schema.GateSample{Dir: "samples/x/", Broken: "checker: exit status 3"})), nil,
			[]string{"samples/x/: the tests themselves fail on it: checker: exit status 3"}},
		"the tests fail on the starter": {with(startered(schema.GateSample{Dir: "starter/", Broken: "checker: exit status 3"})), nil,
			[]string{"starter/: the tests themselves fail on it: checker: exit status 3"}},
		"no sample could be graded":          {with(broken("prepare failed: exit status 1")), nil, []string{"prepare failed: exit status 1"}},
		"none, for the sake of the solution": {[]schema.GateJob{ran(1, lost, fails("greets", "no")), broken("the reference solution does not build")}, nil, []string{lost}},
		"a whole gate with a bad sample": {[]schema.GateJob{whole("samples/x/ scores 4, expected 5: greets (failed)", sample("samples/x/", 5, 4))}, nil,
			[]string{"samples/x/ scores 4, expected 5: greets (failed)"}},
		"a result without words": {[]schema.GateJob{{Result: &schema.Result{}}}, nil, []string{"the gate ended without saying what is wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := course.JudgeGate(c.jobs, c.earlier)
			if diff := cmp.Diff(c.want, got.Reasons); diff != "" || got.Passed != (len(c.want) == 0) {
				t.Errorf("passed %t, reasons (-want +got):\n%s", got.Passed, diff)
			}
		})
	}
}

func partial(name string, score int64) schema.TestResult {
	return schema.TestResult{Name: name, Outcome: schema.OutcomePartial, Score: points(score), MaxScore: points(3)}
}

func extra(name string, o schema.Outcome) schema.TestResult {
	return schema.TestResult{Name: name, Outcome: o, Unpinned: true}
}

func sample(dir string, expected, actual int64) schema.GateSample {
	return schema.GateSample{Dir: dir, Expected: points(expected), Actual: points(actual), MaxScore: points(5), Words: "greets (failed)"}
}

func startered(s schema.GateSample) schema.GateJob {
	j := sampled()
	j.Part, j.Result.Gate.Starter, j.Result.Gate.Passed = schema.GatePart{Starter: true}, &s, false
	return j
}

func broken(message string) schema.GateJob {
	j := sampled()
	j.Result.Message, j.Result.Gate = message, &schema.GateResult{}
	return j
}

func whole(message string, s schema.GateSample) schema.GateJob {
	j := ran(0, message, passes("greets"))
	j.Result.Gate.Samples = []schema.GateSample{s}
	return j
}

// TestDifferentPinsAreRefused checks that a push is rejected with the difference if the pinned
// cases differ between gradings of the solution.
func TestDifferentPinsAreRefused(t *testing.T) {
	t.Parallel()
	same := schema.ReportTrace{Files: map[string]int{"r.xml": 1}, Totals: true, Summary: true, Attested: true, Noted: []string{"sys._getframe"}}
	change := func(f func(*schema.ReportTrace)) schema.ReportTrace {
		other := same
		f(&other)
		return other
	}
	cases := []string{"T.a", "T.b"}
	for name, c := range map[string]struct {
		cases []string
		trace schema.ReportTrace
		want  string
	}{
		"nothing":                    {cases, same, ""},
		"the order of the cases":     {[]string{"T.b", "T.a"}, same, ""},
		"calls into its own process": {cases, change(func(r *schema.ReportTrace) { r.Noted = []string{"gc.get_objects"} }), ""},
		"a case's name":              {[]string{"T.a", "tmp-17.b"}, same, "units: the names of the cases differ in two gradings of the solution: T.b only in run 1, tmp-17.b only in run 3. Give cases names that do not change"},
		"the number of cases":        {[]string{"T.a"}, same, "units: the names of the cases differ in two gradings of the solution: T.b only in run 1. Give cases names that do not change"},
		"many names":                 {strings.Split("a b c d e f g", " "), same, "units: the names of the cases differ in two gradings of the solution: T.a, T.b only in run 1, a, b, c, d, e and 2 more only in run 3. Give cases names that do not change"},
		"a file's name": {cases, change(func(r *schema.ReportTrace) { r.Files = map[string]int{"x.xml": 1} }),
			"units: the files of the reports differ in two gradings of the solution: r.xml only in run 1, x.xml only in run 3. Give reports names that do not change"},
		"how often a file is written": {cases, change(func(r *schema.ReportTrace) { r.Files = map[string]int{"r.xml": 3} }),
			"units: r.xml is not written alike in two gradings of the solution: once in run 1, 3 times in run 3"},
		"totals":        {cases, change(func(r *schema.ReportTrace) { r.Totals = false }), "units: the totals that the report states of itself are right in run 1 and not in run 3"},
		"closing words": {cases, change(func(r *schema.ReportTrace) { r.Summary = false }), "units: the framework's closing words agree with the report in run 1 and not in run 3"},
		"its signature": {cases, change(func(r *schema.ReportTrace) { r.Attested = false }), "units: the framework signs its report in run 1 and not in run 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := course.JudgeGate([]schema.GateJob{pinning(1, cases, same), pinning(2, cases, same), pinning(3, c.cases, c.trace)}, nil)
			if got := strings.Join(v.Reasons, "\n"); got != c.want || v.Passed != (c.want == "") {
				t.Errorf("passed %t, refused with %q\n  want %q", v.Passed, got, c.want)
			}
			if diff := cmp.Diff(cases, v.Pins.Tests["units"]); diff != "" {
				t.Errorf("pinned (-want +got):\n%s", diff)
			}
		})
	}
	v := course.JudgeGate([]schema.GateJob{pinning(1, cases, same), pinning(2, cases, change(func(r *schema.ReportTrace) { r.Noted = []string{"gc.get_objects"} }))}, nil)
	if diff := cmp.Diff([]string{"gc.get_objects", "sys._getframe"}, v.Pins.Reports["units"].Noted); diff != "" {
		t.Errorf("calls that are allowed (-want +got):\n%s", diff)
	}
	// The gradings before the samples count too.
	beside := sampled()
	beside.Result.Gate.Pins = schema.Pins{Tests: map[string][]string{"units": {"T.a"}}}
	v = course.JudgeGate([]schema.GateJob{pinning(1, cases, same), beside}, nil)
	if v.Passed || !strings.Contains(v.Reasons[0], "T.b only in run 1") {
		t.Errorf("passed %t, %q", v.Passed, v.Reasons)
	}
}

func TestGateParts(t *testing.T) {
	t.Parallel()
	solution := []schema.GatePart{{Run: 1}, {Run: 2}, {Run: 3}}
	many := assignment.Spec{Solution: "solution/"}
	for range 20 {
		many.Samples = append(many.Samples, assignment.Sample{Dir: "s/"})
	}
	for name, c := range map[string]struct {
		spec assignment.Spec
		want []schema.GatePart
	}{
		"tests alone":        {assignment.Spec{}, []schema.GatePart{{Run: 1}}},
		"a solution":         {assignment.Spec{Solution: "solution/"}, solution},
		"a starter":          {assignment.Spec{Solution: "solution/", Starter: "starter/"}, append(solution[:3:3], schema.GatePart{Starter: true})},
		"samples, a starter": {assignment.Spec{Starter: "starter/", Samples: []assignment.Sample{{Dir: "a/"}, {Dir: "b/"}}}, []schema.GatePart{{Run: 1}, {Samples: []string{"a/"}}, {Samples: []string{"b/"}}, {Starter: true}}},
	} {
		if diff := cmp.Diff(c.want, course.GateParts(&c.spec)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	parts, samples := course.GateParts(&many), 0
	for _, p := range parts {
		samples += len(p.Samples)
	}
	if len(parts) != 3+8 || samples != 20 {
		t.Errorf("20 samples are %d parts with %d samples", len(parts), samples)
	}
}
