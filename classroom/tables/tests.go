package tables

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Tests writes the versions of an assignment's tests, with times in a zone.
func (w Writer) Tests(all []schema.TestsVersion, zone *time.Location) error {
	if all == nil {
		all = []schema.TestsVersion{}
	}
	return w.write(all, func(out io.Writer) {
		tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, v := range all {
			state := string(v.State)
			if v.Skipped {
				state += ", gate failed (skip-gate)"
			}
			fmt.Fprintf(tab, "%4d\t%s\t%.7s\tby %s\tsolution %s / %s\t%s\n", v.Number, v.ReceivedAt.In(zone).Format(minute), v.Commit, v.By, v.Score, v.MaxScore, state)
		}
		_ = tab.Flush() // the reader may be gone
	})
}

// Activated is the JSON form of a version that was made active again.
type Activated struct {
	Path   string        `json:"path"`
	Before int           `json:"before"`
	After  int           `json:"after"`
	Grades []GradeChange `json:"grades"`
}

// GradeChange is the JSON form of a changed grade.
type GradeChange struct {
	Owner      string      `json:"owner"`
	Assignment string      `json:"assignment"`
	Before     json.Number `json:"before"`
	After      json.Number `json:"after"`
}

// PublicActivated returns the JSON form of a version that was made active again.
func PublicActivated(a schema.ActivatedTests) Activated {
	return Activated{Path: a.Path, Before: a.Before, After: a.After, Grades: PublicGradeChanges(a.Grades)}
}

// PublicGradeChanges returns the JSON form of changed grades.
func PublicGradeChanges(all []schema.GradeChange) []GradeChange {
	public := make([]GradeChange, 0, len(all))
	for _, g := range all {
		public = append(public, GradeChange{g.Owner, g.Assignment, g.Before.Final.Number(), g.After.Final.Number()})
	}
	return public
}

// Activated writes the newly active version of tests, and the changed grades.
func (w Writer) Activated(a schema.ActivatedTests) error {
	shown := PublicActivated(a)
	return w.write(shown, func(out io.Writer) {
		fmt.Fprintf(out, "version %d of the tests of %s is active; version %d was\n", a.After, a.Path, a.Before)
		for _, line := range course.GradeChangeLines(a.Grades) {
			fmt.Fprintf(out, "  %s\n", schema.Sanitize(line))
		}
		fmt.Fprintf(out, "what was graded before keeps its results; to grade it again: %s regrade create %s\n", w.Command, a.Path)
	})
}
