package classroom_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// scriptedClass is a class whose jobs have scripted outcomes. It records which results are read.
type scriptedClass struct {
	*store.Store
	latest   map[string][]int64
	messages map[int64]string // of the one case of a job; "": it passed
	read     map[int64]int
}

func (s *scriptedClass) ClassRows(context.Context, schema.Assignment) ([]schema.ClassRow, error) {
	var rows []schema.ClassRow
	for owner, jobs := range s.latest {
		rows = append(rows, schema.ClassRow{Login: owner, Pushes: len(jobs), Number: len(jobs), Job: jobs[0], Grade: schema.Grade{Owner: owner}})
	}
	return rows, nil
}

// LatestJobs returns a newer job before the others from the second call on, as if every owner had pushed meanwhile.
func (s *scriptedClass) LatestJobs(_ context.Context, _ schema.Assignment, owners []string, n int) (map[string][]int64, error) {
	latest := make(map[string][]int64)
	for _, owner := range owners {
		jobs := s.latest[owner]
		if n > course.StuckAfter {
			jobs = append([]int64{1000}, jobs...)
		}
		latest[owner] = jobs[:min(n, len(jobs))]
	}
	return latest, nil
}

func (s *scriptedClass) ClassResults(_ context.Context, jobs []int64) (map[int64]course.ClassResult, error) {
	all := make(map[int64]course.ClassResult)
	for _, job := range jobs {
		s.read[job]++
		one := schema.CaseOutcome{Name: "a", Test: "a", Outcome: schema.OutcomePassed}
		if message := s.messages[job]; message != "" {
			one.Outcome, one.Message = schema.OutcomeFailed, message
		}
		all[job] = course.NewClassResult(schema.JobOutcomes{Cases: []schema.CaseOutcome{one}})
	}
	return all, nil
}

// TestStuckReadsOnlyNeededResults looks for students who are stuck. The lookup stops reading a student's results at the
// first one with another failure, and reads no result twice.
func TestStuckReadsOnlyNeededResults(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	s := &scriptedClass{Store: b.store, latest: map[string][]int64{}, messages: map[int64]string{}, read: map[int64]int{}}
	histories := map[string][]string{ // newest first
		"passes": {"", "x", "x", "x", "x", "x"},
		"varies": {"x", "y", "x", "x", "x", "x"},
		"stuck":  {"x", "x", "x", "x", "x", "y", "x", "x"},
		"always": {"y", "y", "y", "y"},
		"new":    {"y", "y", "y"},
	}
	job, owners := int64(0), map[int64]string{}
	for owner, messages := range histories {
		for i, message := range messages {
			job++
			s.latest[owner] = append(s.latest[owner], job)
			s.messages[job], owners[job] = message, fmt.Sprintf("%s %d", owner, i)
		}
	}
	classes := classroom.New(classroom.Options{Store: s, Clock: b.now}).Classes
	m, err := b.Work.Member(t.Context(), b.actors["ida"], "comp1")
	check(t, err)
	a, err := b.Work.Assignment(t.Context(), m, "a1")
	check(t, err)
	for range 2 {
		class, err := classes.Show(t.Context(), m, a, course.ClassQuery{Show: course.ClassStuck, Size: 10})
		check(t, err)
		got := map[string]int{}
		for _, one := range class.Students {
			got[one.Login] = one.Stuck.Pushes
		}
		if diff := cmp.Diff(map[string]int{"stuck": 5, "always": 4}, got); diff != "" {
			t.Error(diff)
		}
	}
	read := map[string]int{}
	for job, times := range s.read {
		read[owners[job]] = times
	}
	want := map[string]int{"passes 0": 1, "varies 0": 1, "varies 1": 1, "new 0": 1}
	for i := range 6 {
		want[fmt.Sprintf("stuck %d", i)] = 1
	}
	for i := range 4 {
		want[fmt.Sprintf("always %d", i)] = 1
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Error(diff)
	}
}
