package load

import (
	"context"
	"math"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// pace converts real time to simulated time.
type pace struct {
	start  time.Time // the simulated time at which the simulation starts
	opened time.Time // the real time of the same moment
	speed  float64
}

// simulated returns the simulated time at a real time.
func (p pace) simulated(at time.Time) time.Time {
	return p.start.Add(time.Duration(float64(at.Sub(p.opened)) * p.speed))
}

// paced is the forecast of a simulation that is faster than real time. The scheduler passes
// times of its own clock; paced returns due dates at their distance in simulated time. It
// multiplies the number of students by the speed, because their pushes arrive faster by that
// factor.
type paced struct {
	scheduler.Forecast
	pace pace
}

// Due implements scheduler.Forecast.
func (f paced) Due(ctx context.Context, flavour string, from, until time.Time) ([]schema.DueDate, error) {
	now := f.pace.simulated(from)
	due, err := f.Forecast.Due(ctx, flavour, now, now.Add(until.Sub(from)))
	for i := range due {
		due[i].At = from.Add(due[i].At.Sub(now))
		due[i].Students = int(math.Round(float64(due[i].Students) * f.pace.speed))
	}
	return due, err
}
