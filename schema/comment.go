package schema

import (
	"strconv"
	"time"
)

// Comment is a staff comment on a submission. The submission's owners can read it immediately.
type Comment struct {
	ID         int64
	Submission int64  // id
	Number     int    // of the submission
	By         string // login
	File       string // path in the submission; "" is the whole submission
	Line       int    // of the file, from 1; 0 is the whole file
	Text       string // plain text, may have several lines
	MadeAt     time.Time
}

// Place returns the place that a comment refers to: "src/List.java:12", "src/List.java", or "" for
// the whole submission.
func (c Comment) Place() string {
	if c.Line == 0 {
		return c.File
	}
	return c.File + ":" + strconv.Itoa(c.Line)
}
