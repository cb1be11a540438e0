package service

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
	"github.com/grader/grader/store"
)

// forecastAge is the maximum age of the list of assignments.
const forecastAge = time.Minute

// forecast is scheduler.Forecast from the due dates and enrolments in the store.
type forecast struct {
	tasks  func(ctx context.Context) ([]store.Task, error)
	clock  func() time.Time
	logger *slog.Logger

	mu    sync.Mutex
	at    time.Time
	known []upcoming
	specs map[dueKey]time.Time // due dates by version, which never changes, and time zone
}

// dueKey is what a due date depends on.
type dueKey struct {
	version int64
	zone    string
}

// upcoming is an assignment's due date and flavour.
type upcoming struct {
	flavour string
	due     schema.DueDate
}

// Due returns the due dates between from and until of a flavour's assignments.
func (f *forecast) Due(ctx context.Context, flavour string, from, until time.Time) ([]schema.DueDate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.refresh(ctx); err != nil {
		return nil, err
	}
	var soon []schema.DueDate
	for _, u := range f.known {
		if u.flavour == flavour && u.due.At.After(from) && u.due.At.Before(until) {
			soon = append(soon, u.due)
		}
	}
	slices.SortFunc(soon, func(a, b schema.DueDate) int { return a.At.Compare(b.At) })
	return soon, nil
}

// refresh reads the assignments if the list is too old. mu is held.
func (f *forecast) refresh(ctx context.Context) error {
	now := f.clock()
	if !f.at.IsZero() && now.Sub(f.at) < forecastAge {
		return nil
	}
	tasks, err := f.tasks(ctx)
	if err != nil {
		return err
	}
	known, specs := make([]upcoming, 0, len(tasks)), make(map[dueKey]time.Time, len(tasks))
	for _, t := range tasks {
		at, read := f.specs[dueKey{t.Version, t.Course.Zone}]
		if !read {
			at = f.dueOf(t)
		}
		specs[dueKey{t.Version, t.Course.Zone}] = at
		if !at.IsZero() && t.Students > 0 {
			name := strings.ToUpper(t.Course.Code + " " + t.Assignment)
			known = append(known, upcoming{t.Flavour, schema.DueDate{Name: name, At: at, Students: t.Students}})
		}
	}
	f.at, f.known, f.specs = now, known, specs
	return nil
}

// dueOf returns an assignment's due date, or zero if there is none or it cannot be read.
func (f *forecast) dueOf(t store.Task) time.Time {
	spec, err := assignment.Parse(t.Source, assignment.Context{Zone: t.Course.Location(), Flavour: t.Course.Flavour})
	if err != nil {
		f.logger.Warn("due date cannot be read", "course", t.Course.Code, "assignment", t.Assignment, "error", err)
		return time.Time{}
	}
	return spec.Due
}
