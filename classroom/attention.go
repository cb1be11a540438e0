package classroom

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Attention returns the problems that the staff of a course must know, each as a sentence
// with what to do. It returns nothing for students. Messages to students that say "the
// staff has been told" refer to this list.
func (w *Work) Attention(ctx context.Context, m Member) ([]string, error) {
	if !m.Viewer().Staff() {
		return nil, nil
	}
	troubles, err := w.store.Troubles(ctx, m.Course.ID)
	if err != nil {
		return nil, fmt.Errorf("look for troubles: %w", err)
	}
	words := course.Attention(troubles, func(flavour string) schema.Stall { return w.live.Stall(ctx, flavour) })
	away, err := w.downtimes(ctx, m)
	return append(words, away...), err
}

// offerTime is how long after a downtime staff are offered to move due times.
const offerTime = 14 * 24 * time.Hour

// downtimes returns sentences about the downtimes of the server if course.yaml sets outage.
func (w *Work) downtimes(ctx context.Context, m Member) ([]string, error) {
	if m.Course.Settings.Outage == 0 {
		return nil, nil
	}
	now := w.clock()
	all, err := w.store.Downtimes(ctx, now.Add(-offerTime))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	outages, err := w.store.Outages(ctx, m.Course.ID)
	if err != nil {
		return nil, fmt.Errorf("list outages: %w", err)
	}
	assignments, err := w.Assignments(ctx, m)
	if err != nil {
		return nil, err
	}
	var tasks []course.Task
	for _, a := range assignments {
		if a.Spec != nil {
			tasks = append(tasks, course.Task{Name: a.Name, Spec: a.Spec})
		}
	}
	return course.DowntimeWords(m.Course, all, outages, tasks, now), nil
}
