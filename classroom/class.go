package classroom

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ClassStore is what a class is read from.
type ClassStore interface {
	// ClassRows returns the students of the assignment's course and where they stand in it,
	// by login.
	ClassRows(ctx context.Context, a schema.Assignment) ([]schema.ClassRow, error)
	// JobOutcomes returns how the entries of the jobs' results ended; a job without a
	// result is left out.
	JobOutcomes(ctx context.Context, jobs []int64) ([]schema.JobOutcomes, error)
	// LatestJobs returns the jobs of the latest graded submissions to an assignment, at most
	// n of each owner, newest first.
	LatestJobs(ctx context.Context, a schema.Assignment, n int) (map[string][]int64, error)
}

// Classes show how a whole class does in an assignment.
type Classes struct {
	store ClassStore

	mu      sync.Mutex
	results map[int64]course.ClassResult // which do not change, by job
}

// keptResults is how many results are remembered.
const keptResults = 20_000

// stuckWindow is how many of a student's latest submissions are looked at for those who are stuck.
const stuckWindow = 3 * course.StuckAfter

// Show returns one page of a class, for its staff.
func (c *Classes) Show(ctx context.Context, m Member, a Assignment, q course.ClassQuery) (course.Class, error) {
	if err := course.MaySeeGrades(m.Viewer(), m.Course.Code, ""); err != nil {
		return course.Class{}, err
	}
	rows, err := c.store.ClassRows(ctx, a.Assignment)
	if err != nil {
		return course.Class{}, fmt.Errorf("read class: %w", err)
	}
	rows = slices.DeleteFunc(rows, func(r schema.ClassRow) bool { return !m.Viewer().SeesOwner(r.Login) })
	var jobs []int64
	for _, r := range rows {
		if r.Job != 0 {
			jobs = append(jobs, r.Job)
		}
	}
	results, err := c.resultsOf(ctx, jobs)
	if err != nil {
		return course.Class{}, fmt.Errorf("read results of the class: %w", err)
	}
	var stuck map[string]course.Stuck
	if q.Show == course.ClassStuck {
		if stuck, err = c.stuck(ctx, a); err != nil {
			return course.Class{}, fmt.Errorf("read latest results of the class: %w", err)
		}
	}
	return course.NewClass(rows, results, stuck, q), nil
}

// stuck returns who is stuck in an assignment, by the owner of the work.
func (c *Classes) stuck(ctx context.Context, a Assignment) (map[string]course.Stuck, error) {
	latest, err := c.store.LatestJobs(ctx, a.Assignment, stuckWindow)
	if err != nil {
		return nil, err
	}
	var jobs []int64
	for _, of := range latest {
		if len(of) >= course.StuckAfter {
			jobs = append(jobs, of...)
		}
	}
	results, err := c.resultsOf(ctx, jobs)
	if err != nil {
		return nil, err
	}
	stuck := make(map[string]course.Stuck)
	for owner, of := range latest {
		failures := make([][]course.Failure, len(of))
		for i, job := range of {
			failures[i] = results[job].Failures
		}
		if on, pushes, is := course.StuckOn(failures); is {
			stuck[owner] = course.Stuck{Failure: on, Pushes: pushes}
		}
	}
	return stuck, nil
}

// resultsOf returns the jobs' results, reading those that are not remembered.
func (c *Classes) resultsOf(ctx context.Context, jobs []int64) (map[int64]course.ClassResult, error) {
	known, missing := c.remembered(jobs)
	if len(missing) == 0 {
		return known, nil
	}
	all, err := c.store.JobOutcomes(ctx, missing)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.results == nil || len(c.results)+len(all) > keptResults {
		c.results = make(map[int64]course.ClassResult)
	}
	for _, one := range all {
		result := course.ClassResult{Cells: course.ClassCells(one.Cases), Failures: course.Failures(one)}
		known[one.Job], c.results[one.Job] = result, result
	}
	return known, nil
}

func (c *Classes) remembered(jobs []int64) (known map[int64]course.ClassResult, missing []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known = make(map[int64]course.ClassResult, len(jobs))
	for _, job := range jobs {
		if result, ok := c.results[job]; ok {
			known[job] = result
		} else {
			missing = append(missing, job)
		}
	}
	return known, missing
}
