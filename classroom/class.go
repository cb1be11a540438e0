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
}

// Classes show how a whole class does in an assignment.
type Classes struct {
	store ClassStore

	mu    sync.Mutex
	cells map[int64][]course.ClassCell // of results, which do not change, by job
}

// keptCells is how many results are remembered.
const keptCells = 20_000

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
	cells, err := c.cellsOf(ctx, rows)
	if err != nil {
		return course.Class{}, fmt.Errorf("read results of the class: %w", err)
	}
	return course.NewClass(rows, cells, q), nil
}

// cellsOf returns the cells of the rows' results, reading those that are not remembered.
func (c *Classes) cellsOf(ctx context.Context, rows []schema.ClassRow) (map[int64][]course.ClassCell, error) {
	known, missing := c.remembered(rows)
	if len(missing) == 0 {
		return known, nil
	}
	all, err := c.store.JobOutcomes(ctx, missing)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cells == nil || len(c.cells)+len(all) > keptCells {
		c.cells = make(map[int64][]course.ClassCell)
	}
	for _, one := range all {
		cells := course.ClassCells(one.Cases)
		known[one.Job], c.cells[one.Job] = cells, cells
	}
	return known, nil
}

func (c *Classes) remembered(rows []schema.ClassRow) (known map[int64][]course.ClassCell, missing []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known = make(map[int64][]course.ClassCell, len(rows))
	for _, r := range rows {
		if r.Job == 0 {
			continue
		}
		if cells, ok := c.cells[r.Job]; ok {
			known[r.Job] = cells
		} else {
			missing = append(missing, r.Job)
		}
	}
	return known, missing
}
