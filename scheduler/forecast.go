package scheduler

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/grader/grader/schema"
)

// Forecast provides the upcoming due dates.
type Forecast interface {
	// Due returns the due dates after from and before until whose pushes will need runners of the
	// flavour, soonest first, each with the number of people who may push.
	Due(ctx context.Context, flavour string, from, until time.Time) ([]schema.DueDate, error)
}

const (
	// horizon is how far ahead due dates are looked up. Later ones do not need runners yet.
	horizon = 3 * time.Hour
	// lead is how long before the expected pushes their runners are started.
	lead = 5 * time.Minute
	// pushesEach is how many times one student pushes in the last hours before a due date.
	pushesEach = 3
	// fade is the time before the due date over which the pushes decrease by the factor e.
	fade = 30 * time.Minute
)

// rush returns the expected rate, in pushes per second, of the due dates after the lead. More
// students push as a due date approaches.
func rush(due []schema.DueDate, now time.Time) float64 {
	var rate float64
	for _, d := range due {
		left := d.At.Sub(now)
		if left <= 0 || left > horizon {
			continue
		}
		left = max(0, left-lead)
		rate += float64(d.Students) * pushesEach / fade.Seconds() * math.Exp(-left.Seconds()/fade.Seconds())
	}
	return rate
}

// dueWords describes a due date: "COMP2402 A1 is due in 20 min with 130 students".
func dueWords(d schema.DueDate, now time.Time) string {
	return fmt.Sprintf("%s is due in %s with %s", d.Name, roughly(d.At.Sub(now)), plural(d.Students, [2]string{"student", "students"}))
}
