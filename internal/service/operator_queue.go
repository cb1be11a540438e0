package service

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// serves reports whether the running server has the flavour. It returns true if no server runs.
func (o *machineOperations) serves(flavour string) bool {
	if o.live == nil {
		return true
	}
	_, ok := o.live.flavours[flavour]
	return ok
}

// QueueArgs is the number of waiting jobs to list for each flavour.
type QueueArgs struct{ Limit int }

// maxQueue is the maximum number of listed waiting jobs of a flavour.
const maxQueue = 5000

// QueueReport is the state of pools, lanes and the next jobs.
type QueueReport struct {
	Pools       []tables.Pool        `json:"pools"`
	Waiting     []LaneReport         `json:"waiting"`
	Next        []QueuedReport       `json:"next"`
	Jobs        map[schema.State]int `json:"jobs"`
	OpenIntents int                  `json:"open_intents"` // pushes that are not resolved yet
}

// LaneReport is the number of jobs that wait in a lane of a flavour.
type LaneReport struct {
	Flavour  string `json:"flavour"`
	Lane     string `json:"lane"` // push, gate, overtaken or regrade
	Waiting  int    `json:"waiting"`
	Stranded bool   `json:"stranded,omitempty"` // the flavour is not in the configuration
}

// QueuedReport is one waiting job.
type QueuedReport struct {
	Flavour string    `json:"flavour"`
	Place   int       `json:"place"` // from 1
	Job     int64     `json:"job"`
	Name    string    `json:"name"`
	Lane    string    `json:"lane"`
	Since   time.Time `json:"since"`
	Seconds int       `json:"seconds"`           // waiting time
	Attempt int       `json:"attempt,omitempty"` // number of runners that the job was assigned to
	Reason  string    `json:"reason,omitempty"`  // why it is queued again
}

func (o *machineOperations) queue(ctx context.Context, a QueueArgs) (QueueReport, error) {
	if err := course.MayAdminister(o.by.User); err != nil { // the reply names submissions of every course
		return QueueReport{}, err
	}
	if a.Limit < 0 || a.Limit > maxQueue {
		return QueueReport{}, schema.Errorf(schema.CodeInvalid, "limit %d: use 0 to %d", a.Limit, maxQueue)
	}
	health, err := o.store.Health(ctx)
	if err != nil {
		return QueueReport{}, err
	}
	report := QueueReport{Jobs: health.Jobs, OpenIntents: health.OpenIntents, Pools: []tables.Pool{}, Waiting: []LaneReport{}, Next: []QueuedReport{}}
	flavours := make(map[string]bool)
	for _, d := range health.Queue {
		flavours[d.Flavour] = true
		report.Waiting = append(report.Waiting, LaneReport{Flavour: d.Flavour, Lane: d.Lane.String(), Waiting: d.Waiting, Stranded: !o.serves(d.Flavour)})
	}
	for _, name := range slices.Sorted(maps.Keys(flavours)) {
		jobs, err := o.store.Queued(ctx, name, a.Limit)
		if err != nil {
			return report, err
		}
		report.Next = append(report.Next, newQueued(name, jobs, o.clock())...)
	}
	if o.live != nil {
		report.Pools, err = o.pools(ctx, None{})
	}
	return report, err
}

func newQueued(flavour string, jobs []store.QueuedJob, now time.Time) []QueuedReport {
	var all []QueuedReport
	for i, q := range jobs {
		all = append(all, QueuedReport{Flavour: flavour, Place: i + 1, Job: q.Job.ID, Name: q.Name, Lane: q.Job.Lane.String(), Since: q.Job.QueuedAt,
			Seconds: int(now.Sub(q.Job.QueuedAt).Seconds()), Attempt: q.Job.Attempt, Reason: q.Job.Reason})
	}
	return all
}
