package view

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

// CourseFile is the page with the form of course.yaml.
type CourseFile struct {
	Frame
	Path     string
	Base     string // commit of the text, "" for none
	Text     string
	Nonce    string // of the editor's styles
	May      bool
	Checked  bool // it was checked and has no mistakes
	Confirm  bool // not saved, because its author has not confirmed the changes
	Problems []Problem
	Changes  Listing // grades that the text would change
	Versions Listing
}

// List fills in the list of versions.
func (c *CourseFile) List(versions []schema.CourseVersion, now time.Time, zone *time.Location) {
	c.Versions = Listing{Caption: "Versions", Heads: []string{"Version", "By", "Received", ""}, Empty: "There is none yet."}
	for _, v := range versions {
		says := ""
		if !v.Applied {
			says = "not applied: it could not be read"
		}
		c.Versions.Rows = append(c.Versions.Rows, ListRow{Cells: []ListCell{Text(fmt.Sprintf("Version %d", v.Number)), Text(v.Pusher), When(At(v.ReceivedAt, now, zone)), Text(says)}})
	}
}

// NewGradeChanges lists changes of grades.
func NewGradeChanges(all []schema.GradeChange) Listing {
	list := Listing{Caption: "Grades that change", Heads: []string{"Student", "Assignment", "Before", "After"}, Empty: "No grade changes."}
	for _, c := range all {
		list.Rows = append(list.Rows, ListRow{Cells: []ListCell{Text(c.Owner), Text(c.Assignment), Text(c.Before.Final.String()), Text(c.After.Final.String())}})
	}
	return list
}
