package schema

import (
	"strconv"
	"time"
)

// Timeliness says how a receive time relates to an assignment's times.
type Timeliness string

// The timeliness of a submission.
const (
	TimelinessOnTime   Timeliness = "on-time"
	TimelinessLate     Timeliness = "late"
	TimelinessAfterEnd Timeliness = "after-end"
)

// Extension moves an owner's due time for one assignment. Exactly one of Due, Days and By is
// set. Until moves by the same amount unless it is set.
type Extension struct {
	Due   time.Time     // the first instant of the new due minute
	Days  int           // calendar days after the assignment's due
	By    time.Duration // elapsed time after the assignment's due
	Until time.Time     // the first instant of the new last minute
}

// String describes an extension, with times in UTC.
func (e Extension) String() string {
	var words string
	switch {
	case !e.Due.IsZero():
		words = "due " + e.Due.UTC().Format(time.RFC3339)
	case e.Days > 0:
		words = strconv.Itoa(e.Days) + "d"
	default:
		words = e.By.String()
	}
	if !e.Until.IsZero() {
		words += ", until " + e.Until.UTC().Format(time.RFC3339)
	}
	return words
}

// GrantedExtension is an extension with its owner, its reason and the person who granted it.
type GrantedExtension struct {
	Extension
	ID        int64
	Owner     string
	Reason    string
	GrantedBy string // login
	GrantedAt time.Time
	EndedAt   time.Time // when it was removed; zero: active
}

// Outage is a period in which a course's students could not submit.
type Outage struct {
	ID     int64
	Start  time.Time
	Length time.Duration
	Reason string
	By     string // login of the person who confirmed it
	MadeAt time.Time
}

// Downtime is a period in which no server ran.
type Downtime struct{ Start, End time.Time }

// Adjustment holds points that staff added to a grade or subtracted from it.
type Adjustment struct {
	ID     int64
	Owner  string
	Points Points // may be negative
	Reason string
	By     string // login
	MadeAt time.Time
}
