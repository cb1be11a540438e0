package course

import (
	"time"

	"github.com/grader/grader/schema"
)

// coarse rounds a measured time up for students: to a hundredth of a second below a second, to a
// tenth below ten seconds, and to seconds above. A program could use an exact duration to reveal
// data that its author may not learn.
func coarse(d time.Duration) time.Duration {
	step := time.Second
	switch {
	case d <= 0:
		return 0
	case d < time.Second:
		step = 10 * time.Millisecond
	case d < 10*time.Second:
		step = 100 * time.Millisecond
	}
	return (d + step - 1) / step * step
}

// visibleEnd returns the end of grading that a student sees: the end of the visible tests, to the
// second. The real end would reveal how long the hidden tests took.
func visibleEnd(r schema.Result, shown []schema.TestResult) time.Time {
	end := r.BuiltAt
	if end.IsZero() {
		end = r.StartedAt
	}
	if end.IsZero() {
		return r.FinishedAt
	}
	var took time.Duration
	for _, t := range shown {
		took += t.Wall
	}
	return end.Add((took + time.Second - 1).Truncate(time.Second))
}
