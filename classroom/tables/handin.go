package tables

import (
	"time"

	"github.com/grader/grader/schema"
)

// handedIn is the JSON form of a submission that staff handed in.
type handedIn struct {
	Name       string    `json:"name"`
	Commit     string    `json:"commit"`
	ReceivedAt time.Time `json:"received_at"` // in the course's zone
	Kept       bool      `json:"kept"`        // received after the end: not graded
	Receipt    string    `json:"receipt,omitempty"`
}

// HandedIn writes the result of handing in a commit for somebody.
func (w Writer) HandedIn(sub schema.Submission, zone *time.Location) error {
	is := handedIn{sub.Name.String(), sub.Commit, sub.ReceivedAt.In(zone), sub.Kept, sub.Receipt}
	what := "it is graded now"
	if sub.Kept {
		what = "received after the end: kept and not graded. Grant an extension, or hand it in with --received"
	}
	return w.Line(is, "%s: commit %s, received %s; %s", is.Name, is.Commit[:7], is.ReceivedAt.Format("2006-01-02 15:04"), what)
}
