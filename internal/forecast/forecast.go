// Package forecast gives the next due dates to the scheduler, which starts runners before the pushes arrive.
package forecast

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// maxAge is the maximum age of the list of assignments.
const maxAge = time.Minute

// Forecast implements scheduler.Forecast with the due dates and enrolments in the store.
// Set the exported fields before the first call.
type Forecast struct {
	Tasks  func(ctx context.Context) ([]store.Task, error) // Store.Tasks
	Clock  func() time.Time
	Logger *slog.Logger

	mu    sync.Mutex
	at    time.Time
	known []upcoming
	// broken holds the versions whose due date could not be read, so that the error is logged once.
	broken map[int64]bool
}

// upcoming is an assignment's due date and flavour.
type upcoming struct {
	flavour string
	due     schema.DueDate
}

// Due returns the due dates between from and until of a flavour's assignments.
func (f *Forecast) Due(ctx context.Context, flavour string, from, until time.Time) ([]schema.DueDate, error) {
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
func (f *Forecast) refresh(ctx context.Context) error {
	now := f.Clock()
	if !f.at.IsZero() && now.Sub(f.at) < maxAge {
		return nil
	}
	tasks, err := f.Tasks(ctx)
	if err != nil {
		return err
	}
	var known []upcoming
	broken := make(map[int64]bool)
	for _, t := range tasks {
		if t.Broken != nil {
			if broken[t.Version] = true; !f.broken[t.Version] {
				f.Logger.Warn("due date cannot be read", "course", t.Course.Code, "assignment", t.Assignment, "error", t.Broken)
			}
			continue
		}
		for _, due := range t.Dues {
			due.Name = strings.ToUpper(t.Course.Code + " " + t.Assignment)
			known = append(known, upcoming{t.Flavour, due})
		}
	}
	f.at, f.known, f.broken = now, known, broken
	return nil
}
