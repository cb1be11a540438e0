package gitd

import (
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Transcript renders a job's events as a push shows them, for whoever shows them
// elsewhere.
type Transcript struct{ lines *lines }

// NewTranscript starts a transcript for one viewer, without colour.
func NewTranscript(v course.Viewer) *Transcript { return &Transcript{newLines(v, false)} }

// Event returns the lines of the next event, at most 72 columns each.
func (t *Transcript) Event(e schema.Event) []string { return t.lines.event(e) }
