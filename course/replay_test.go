package course_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestCompareResults(t *testing.T) {
	t.Parallel()
	result := func(change func(*schema.Result)) schema.Result {
		r := schema.Result{
			Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(2, 1), MaxScore: schema.NewPoints(3, 1),
			Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Duration: time.Second},
			Tests: []schema.TestResult{
				{Name: "adds", Outcome: schema.OutcomePassed, Score: schema.NewPoints(2, 1), MaxScore: schema.NewPoints(2, 1), Wall: time.Second, Memory: 1},
				{Name: "removes", Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(1, 1), Message: "expected 1, got 2"},
			},
			Provenance: schema.Provenance{Submission: "c", Tests: "t", Flavour: "standard", Image: "i1", Grader: "v1", Wall: "uid", Attempt: 1},
			StartedAt:  time.Unix(1, 0), FinishedAt: time.Unix(2, 0),
		}
		if change != nil {
			change(&r)
		}
		return r
	}
	for name, tt := range map[string]struct {
		change      func(*schema.Result)
		differences []schema.Difference
		environment []schema.Difference
	}{
		"nothing": {nil, nil, nil},
		"times, memory and attempt": {func(r *schema.Result) {
			r.Build.Duration, r.Tests[0].Wall, r.Tests[0].CPU, r.Tests[0].Memory = 5, 6, 7, 8
			r.StartedAt, r.FinishedAt, r.Provenance.Attempt = time.Unix(9, 0), time.Unix(10, 0), 2
		}, nil, nil},
		"a case and the score": {func(r *schema.Result) {
			r.Score = schema.NewPoints(3, 1)
			r.Tests[1] = schema.TestResult{Name: "removes", Outcome: schema.OutcomePassed, Score: schema.NewPoints(1, 1), MaxScore: schema.NewPoints(1, 1)}
		}, []schema.Difference{
			{What: "score", Before: "2", After: "3"}, {What: "removes: outcome", Before: "failed", After: "passed"},
			{What: "removes: score", Before: "0", After: "1"}, {What: "removes: message", Before: "expected 1, got 2"},
		}, nil},
		"a case more and one less": {func(r *schema.Result) {
			r.Tests[1].Name = "sorts"
		}, []schema.Difference{
			{What: "removes: outcome", Before: "failed", After: "absent"}, {What: "sorts: outcome", Before: "absent", After: "failed"},
		}, nil},
		"the toolchain": {func(r *schema.Result) {
			r.Provenance.Image, r.Provenance.Grader = "i2", "v2"
		}, nil, []schema.Difference{{What: "image", Before: "i1", After: "i2"}, {What: "grader", Before: "v1", After: "v2"}}},
		"no build": {func(r *schema.Result) {
			r.Build = nil
		}, []schema.Difference{{What: "build: outcome", Before: "passed", After: "absent"}}, nil},
		"the build's output": {func(r *schema.Result) {
			r.Build.Output = "warning"
		}, []schema.Difference{{What: "build: output", After: "warning"}}, nil},
		"coloured output": {func(r *schema.Result) {
			r.Build.Output, r.Tests[1].Output = "\x1b[1;31merror:\x1b[m no ;", "\x1b[32mok\x1b[m"
		}, []schema.Difference{{What: "build: output", After: "error: no ;"}, {What: "removes: output", After: "ok"}}, nil},
	} {
		got := course.CompareResults(result(nil), result(tt.change))
		if got.Same != (len(tt.differences) == 0) {
			t.Errorf("%s: same %v", name, got.Same)
		}
		for _, pair := range [][2][]schema.Difference{{tt.differences, got.Differences}, {tt.environment, got.Environment}} {
			if len(pair[0])+len(pair[1]) == 0 {
				continue
			}
			if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
	}
}

// TestCompareColours compares outputs that differ only in their colours.
func TestCompareColours(t *testing.T) {
	t.Parallel()
	before := schema.Result{Build: &schema.BuildResult{Output: "\x1b[31mred\x1b[m"}}
	after := schema.Result{Build: &schema.BuildResult{Output: "\x1b[32mred\x1b[m"}}
	want := []schema.Difference{{What: "build: output", Before: "red", After: "red (in other colours)"}}
	if diff := cmp.Diff(want, course.CompareResults(before, after).Differences); diff != "" {
		t.Error(diff)
	}
}
