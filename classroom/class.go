package classroom

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ClassStore is the part of the store that Classes uses.
type ClassStore interface {
	// ClassRows returns the students of the assignment's course with their standing, by
	// login.
	ClassRows(ctx context.Context, a schema.Assignment) ([]schema.ClassRow, error)
	// ClassResults returns the results of jobs, by job. It leaves out jobs without a result.
	ClassResults(ctx context.Context, jobs []int64) (map[int64]course.ClassResult, error)
	// ResultsVersion returns a number that changes when results that ClassResults has returned
	// change.
	ResultsVersion(ctx context.Context) (int64, error)
	// LatestJobs returns the jobs of the latest graded submissions of some owners to an
	// assignment, at most n of each owner, newest first.
	LatestJobs(ctx context.Context, a schema.Assignment, owners []string, n int) (map[string][]int64, error)
}

// Classes implements the overview of a class for an assignment.
type Classes struct {
	store   ClassStore
	results classResults
}

// stuckWindow is the number of a student's latest submissions that stuck considers.
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
		if stuck, err = c.stuck(ctx, a, rows); err != nil {
			return course.Class{}, fmt.Errorf("read latest results of the class: %w", err)
		}
	}
	return course.NewClass(rows, results, stuck, q), nil
}

// stuck returns the owners of the rows who are stuck in an assignment. It reads the results of an
// owner from the newest to older ones, as long as all of them share a failure.
func (c *Classes) stuck(ctx context.Context, a Assignment, rows []schema.ClassRow) (map[string]course.Stuck, error) {
	var owners []string
	for _, r := range rows {
		if r.Pushes >= course.StuckAfter {
			owners = append(owners, r.Grade.Owner)
		}
	}
	slices.Sort(owners)
	latest, err := c.store.LatestJobs(ctx, a.Assignment, slices.Compact(owners), course.StuckAfter)
	if err != nil {
		return nil, err
	}
	streaks := make(map[string]*course.Streak)
	for owner, jobs := range latest {
		if len(jobs) >= course.StuckAfter {
			streaks[owner] = &course.Streak{}
		}
	}
	stuck := make(map[string]course.Stuck)
	for back := 0; len(streaks) > 0; back++ {
		if back == course.StuckAfter {
			if err := c.addOlder(ctx, a, latest, slices.Collect(maps.Keys(streaks))); err != nil {
				return nil, err
			}
		}
		var jobs []int64
		for owner := range streaks {
			if back < len(latest[owner]) {
				jobs = append(jobs, latest[owner][back])
			}
		}
		results, err := c.resultsOf(ctx, jobs)
		if err != nil {
			return nil, err
		}
		for owner, s := range streaks {
			if back < len(latest[owner]) && s.Add(results[latest[owner][back]].Failures) {
				continue
			}
			delete(streaks, owner)
			if s.Length >= course.StuckAfter {
				stuck[owner] = course.Stuck{Failure: s.Failure, Pushes: s.Length}
			}
		}
	}
	return stuck, nil
}

// addOlder adds older jobs to the latest ones of some owners, up to stuckWindow. It starts after the
// oldest known job, because an owner may have a newer one by now.
func (c *Classes) addOlder(ctx context.Context, a Assignment, latest map[string][]int64, owners []string) error {
	more, err := c.store.LatestJobs(ctx, a.Assignment, owners, stuckWindow)
	if err != nil {
		return err
	}
	for _, owner := range owners {
		known := latest[owner]
		if at := slices.Index(more[owner], known[len(known)-1]); at >= 0 {
			latest[owner] = append(known, more[owner][at+1:]...)
		}
	}
	return nil
}

// resultsOf returns the jobs' results. It reads results that are not cached from the store.
func (c *Classes) resultsOf(ctx context.Context, jobs []int64) (map[int64]course.ClassResult, error) {
	version, err := c.store.ResultsVersion(ctx) // before the results, so that a change is never missed
	if err != nil {
		return nil, err
	}
	known, missing := c.results.find(version, jobs)
	if len(missing) == 0 {
		return known, nil
	}
	read, err := c.store.ClassResults(ctx, missing)
	if err != nil {
		return nil, err
	}
	c.results.keep(version, read)
	maps.Copy(known, read)
	return known, nil
}
