package schema

import "time"

// Timeliness says where a receive time stands against an assignment's times.
type Timeliness string

// The timeliness of a submission.
const (
	TimelinessOnTime   Timeliness = "on-time"
	TimelinessLate     Timeliness = "late"
	TimelinessAfterEnd Timeliness = "after-end"
)

// Extension moves an owner's due for one assignment. Exactly one of Due, Days and By
// is set. Until is moved by the same amount, unless it is set.
type Extension struct {
	Due   time.Time     // the first instant of the new due minute
	Days  int           // calendar days after the assignment's due
	By    time.Duration // elapsed time after the assignment's due
	Until time.Time     // the first instant of the new last minute
}
