package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// wordy returns a result with texts of n tests.
func wordy(tests int) schema.Result {
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, MaxScore: schema.NewPoints(int64(tests), 1), StartedAt: epoch, FinishedAt: epoch,
		Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Output: strings.Repeat("gcc -O2 ", 500)}, Message: "well"}
	for i := range tests {
		name := fmt.Sprintf("test %d", i)
		r.Tests = append(r.Tests, schema.TestResult{Name: name, Test: name, Outcome: schema.OutcomeFailed, MaxScore: schema.NewPoints(1, 1),
			Visible: schema.VisibleAlways, Output: strings.Repeat("expected 1, got 2\n", 200), Message: "line 1"})
	}
	return r
}

// Lists contain points but no texts. A single submission contains everything.
func TestListsHoldSummaries(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	j := b.claim("standard")
	ok(b.Finish(t.Context(), j.ID, j.Attempt, wordy(2), b.tick()))(t)
	whole := ok(b.Submission(t.Context(), sub.Name))(t)
	equal(t, *whole.Result, wordy(2))
	brief := whole
	short := wordy(2).Summary()
	brief.Result = &short
	for name, listed := range map[string][]schema.GradedSubmission{
		"an owner's": ok(b.Submissions(t.Context(), b.assignment.ID, "alice", 10))(t),
		"recent":     ok(b.Recent(t.Context(), b.user("alice").ID, 10))(t),
		"latest":     ok(b.Latest(t.Context(), b.assignment.ID, 1000))(t),
	} {
		t.Run(name, func(t *testing.T) { equal(t, listed, []schema.GradedSubmission{brief}) })
	}
	text := ok(encode(short))(t)
	for _, words := range []string{"gcc", "expected", "line 1", "well", "test 0"} {
		if strings.Contains(text, words) {
			t.Errorf("a summary holds %q: %s", words, text)
		}
	}
	equal(t, len(short.Tests), 2)
	equal(t, ok(b.AllSubmissions(t.Context(), b.assignment.ID, nil, 0, 10))(t), []schema.GradedSubmission{whole})
}

func TestSubmissionPages(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.seed(b.assignment, 3, 20)
	var counts []int
	for _, owners := range [][]string{nil, {"owner-1"}, {"owner-0", "owner-2"}, {}} {
		whole := ok(b.AllSubmissions(t.Context(), b.assignment.ID, owners, 0, 1000))(t)
		var paged []schema.GradedSubmission
		after := int64(0)
		for {
			page := ok(b.AllSubmissions(t.Context(), b.assignment.ID, owners, after, 6))(t)
			if len(page) == 0 {
				break
			}
			paged, after = slices.Concat(paged, page), page[len(page)-1].ID
		}
		equal(t, paged, whole)
		counts = append(counts, len(whole))
	}
	equal(t, counts[0], 20)
	equal(t, counts[1]+counts[2], 20)
	equal(t, counts[3], 0)
}

// BenchmarkLatest lists a class of five hundred, like a staff page.
func BenchmarkLatest(b *testing.B) {
	x := newBundle(b)
	x.seed(x.assignment, 500, 500)
	for range 500 {
		j := x.claim("standard")
		ok(x.Finish(b.Context(), j.ID, j.Attempt, wordy(20), x.tick()))(b)
	}
	b.Run("summaries", func(b *testing.B) {
		for b.Loop() {
			equal(b, len(ok(x.Latest(b.Context(), x.assignment.ID, 1000))(b)), 500)
		}
	})
	b.Run("whole results", func(b *testing.B) {
		for b.Loop() {
			equal(b, len(ok(x.AllSubmissions(b.Context(), x.assignment.ID, nil, 0, 500))(b)), 500)
		}
	})
}
