package schema

import (
	"strconv"
	"time"
)

// Try is a push to the branch try. It is graded against the tests with visible: always and does
// not count.
type Try struct {
	ID         int64
	Work       SubmissionName // its owner and assignment; its Number is 0
	Number     int            // counts per owner and assignment from 1
	Assignment int64
	Login      string // of the pusher
	Commit     string // hex
	Tree       string // hex
	Repository int64
	IntentID   string
	VersionID  int64
	ReceivedAt time.Time
	Job        Job
	Result     *Result
}

// TryPin is the ref that keeps the commit of a try.
type TryPin struct {
	ID         int64 // of the try
	Repository int64
	IntentID   string // names the ref
}

// String returns COURSE/ASSIGNMENT/OWNER and the number of the try.
func (t Try) String() string { return TryName(t.Work, t.Number) }

// TryName returns the name of a try for people: "comp2402/a1/alice try 3".
func TryName(work SubmissionName, number int) string {
	return work.String() + " try " + strconv.Itoa(number)
}
