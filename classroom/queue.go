package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// QueueStore is the part of the store that the actions on the queue use.
type QueueStore interface {
	// Depths returns the number of waiting jobs in each non-empty lane, by flavour and lane.
	Depths(ctx context.Context) ([]schema.QueueDepth, error)
	// Enrolments returns a user's courses, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Unfinished returns the submissions of a user and of their teams with jobs that have not ended, newest
	// first.
	Unfinished(ctx context.Context, user int64) ([]schema.GradedSubmission, error)
	// MoveQueue moves the waiting jobs of a flavour to another one, in one transaction with
	// the audit entry, and returns their number.
	MoveQueue(ctx context.Context, by schema.Actor, from, to string) (int, error)
}

// Queue implements the actions on the queue of jobs.
type Queue struct {
	store    QueueStore
	live     Live
	flavours map[string]schema.Flavour // of the running server; nil: not known
}

// Move moves the waiting jobs of a flavour to another one and returns their number.
func (q *Queue) Move(ctx context.Context, by schema.Actor, from, to string) (int, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return 0, err
	}
	if err := knownFlavour(q.flavours, to); err != nil {
		return 0, err
	}
	moved, err := q.store.MoveQueue(ctx, by, from, to)
	if err == nil {
		q.live.Wake()
	}
	return moved, err
}

// QueueReport is the part of the queue that a person may see.
type QueueReport struct {
	Waiting []schema.QueueDepth
	Staff   bool                  // the actor is an administrator or staff of some course; only then the fields below are set
	Pools   []schema.PoolState    // by flavour
	Runners []schema.RunnerState  // by id
	May     map[string]PoolRights // of the actor, by flavour
}

// PoolRights says what a person may change of a pool.
type PoolRights struct {
	Control bool // the person may control the pool
	Mode    bool // the person may change the mode; false for others if an administrator set it
	Size    bool // the person may change the numbers of runners; false for others if an administrator set them
}

// Show returns the numbers of waiting jobs and, for staff of any course, the states of pools and runners.
func (q *Queue) Show(ctx context.Context, by schema.Actor) (QueueReport, error) {
	if err := course.MayEnter(by.User); err != nil {
		return QueueReport{}, err
	}
	enrolments, err := q.store.Enrolments(ctx, by.User.ID)
	if err != nil {
		return QueueReport{}, fmt.Errorf("list courses: %w", err)
	}
	var report QueueReport
	if report.Waiting, err = q.store.Depths(ctx); err != nil {
		return report, fmt.Errorf("read queue: %w", err)
	}
	report.Staff = course.MaySeePools(by.User, enrolments) == nil
	if !report.Staff {
		return report, nil
	}
	report.Runners = q.live.RunnerStates()
	report.Pools, err = q.live.PoolStates(ctx)
	report.May = make(map[string]PoolRights)
	for _, p := range report.Pools {
		report.May[p.Flavour.Name] = rightsOn(p, by, enrolments)
	}
	return report, err
}

func rightsOn(p schema.PoolState, by schema.Actor, enrolments []schema.Enrolment) PoolRights {
	may := course.MayControlPool(by, enrolments, p.Flavour.Name) == nil
	return PoolRights{
		Control: may,
		Mode:    may && course.MaySetPoolMode(by, p.Control) == nil,
		Size:    may && course.MaySizePool(by, p.Control) == nil,
	}
}

// OwnWork is an unfinished submission of a person or of their team.
type OwnWork struct {
	schema.GradedSubmission
	Place schema.Place // while it is queued
}

// Own returns the actor's waiting and running submissions, newest first, with their places in the queue.
func (q *Queue) Own(ctx context.Context, by schema.Actor) ([]OwnWork, error) {
	if err := course.MayEnter(by.User); err != nil {
		return nil, err
	}
	unfinished, err := q.store.Unfinished(ctx, by.User.ID)
	if err != nil {
		return nil, fmt.Errorf("list unfinished submissions: %w", err)
	}
	var own []OwnWork
	for _, sub := range unfinished {
		one := OwnWork{GradedSubmission: sub}
		if sub.Job.State == schema.StateQueued {
			one.Place = q.live.Place(sub.Job.ID)
		}
		own = append(own, one)
	}
	return own, nil
}
