package scheduler

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/grader/grader/schema"
)

// Forecast tells what is known to come.
type Forecast interface {
	// Due returns the due dates after from and before until whose pushes will want
	// runners of the flavour, soonest first, each with how many people may push.
	Due(ctx context.Context, flavour string, from, until time.Time) ([]schema.DueDate, error)
}

const (
	// horizon is how far ahead due dates are looked up: before that they ask for nothing.
	horizon = 3 * time.Hour
	// lead is how long before pushes come their runners are started.
	lead = 5 * time.Minute
	// pushesEach is how often one student pushes in the last hours before a due date.
	pushesEach = 3
	// fade is how much earlier there are fewer of them by the factor e.
	fade = 30 * time.Minute
)

// rush is how many pushes a second the due dates will bring within the lead: the
// nearer one is, the more of its students push.
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

// dueWords say what is due: "COMP2402 A1 is due in 20 min with 130 students".
func dueWords(d schema.DueDate, now time.Time) string {
	return fmt.Sprintf("%s is due in %s with %s", d.Name, roughly(d.At.Sub(now)), plural(d.Students, [2]string{"student", "students"}))
}
