// Package gradebook writes grades as learning platforms import them, and fills grades
// into a file that a platform exported.
package gradebook

import (
	"github.com/grader/grader/schema"
)

// Book is the grades of a course or of some of its assignments.
type Book struct {
	Assignments []Assignment
	People      []Person
}

// Assignment is a column of a gradebook.
type Assignment struct {
	Name     string        // of its path: "a1"
	Title    string        // "A1: Linked lists"
	MaxScore schema.Points // 0: not known, since nobody has a grade
}

// Person is a row of a gradebook.
type Person struct {
	Login, StudentID, Name, Email, Section string
	Grades                                 map[string]Grade // by the assignment's name
}

// Grade is a cell of a gradebook.
type Grade struct {
	Final schema.Points
	Note  string // for the person: "2 off for lateness"
}

// Format names a platform's form.
type Format string

// The formats.
const (
	Brightspace Format = "brightspace"
	Canvas      Format = "canvas"
	Moodle      Format = "moodle"
	Blackboard  Format = "blackboard"
	CSV         Format = "csv"
)

// ParseFormat parses a format's name; the error is CodeInvalid.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case Brightspace, Canvas, Moodle, Blackboard, CSV:
		return f, nil
	}
	return "", schema.Errorf(schema.CodeInvalid, "format %q is unknown; use brightspace, canvas, moodle, blackboard, csv or json", s)
}

// label is what an assignment is called in a new column. Canvas drops columns whose
// title holds words such as "Final Score"; see instructure/canvas-lms lib/gradebook_importer.rb.
func (a Assignment) label() string {
	if a.Title != "" {
		return a.Title
	}
	return a.Name
}

// cell is a person's grade as text, "" if there is none: never 0.
func (p Person) cell(a Assignment) string {
	if g, ok := p.Grades[a.Name]; ok {
		return g.Final.String()
	}
	return ""
}
