// Package gradebook writes grades in the formats that learning platforms import, and fills
// grades into files that a platform exported.
package gradebook

import (
	"github.com/grader/grader/schema"
)

// Book holds the grades of a course or of some of its assignments.
type Book struct {
	Assignments []Assignment
	People      []Person
}

// Assignment is a column of a gradebook.
type Assignment struct {
	Name     string        // of its path: "a1"
	Title    string        // "A1: Linked lists"
	MaxScore schema.Points // 0: not known, because nobody has a grade
}

// Person is a row of a gradebook.
type Person struct {
	Login, StudentID, Name, Email, Section string
	Grades                                 map[string]Grade // grades by assignment name
}

// Grade is a cell of a gradebook.
type Grade struct {
	Final schema.Points
	Note  string // for the person: "2 off for lateness"
}

// Format is the file format of a platform.
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

// label returns the heading of an assignment's new column. Canvas drops columns with words such
// as "Final Score" in the title; see instructure/canvas-lms lib/gradebook_importer.rb.
func (a Assignment) label() string {
	if a.Title != "" {
		return a.Title
	}
	return a.Name
}

// cell returns a person's grade as text, or "" (not 0) if there is none.
func (p Person) cell(a Assignment) string {
	if g, ok := p.Grades[a.Name]; ok {
		return g.Final.String()
	}
	return ""
}
