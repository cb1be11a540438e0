package tables

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/grader/grader/schema"
)

// Grade is a grade in the form that scripts read.
type Grade struct {
	Owner      string      `json:"owner"`
	Members    []string    `json:"members,omitempty"` // of a team
	Assignment string      `json:"assignment"`
	Counts     int         `json:"counts"`         // number of the submission; 0: none
	Team       string      `json:"team,omitempty"` // whose submission counts, where the owner has left that team
	Score      json.Number `json:"score"`
	Late       Late        `json:"late"`
	Adjusted   json.Number `json:"adjusted"`
	Final      json.Number `json:"final"`
	Max        json.Number `json:"max"`
}

// Late is how late a submission that counts is, in the form that scripts read.
type Late struct {
	State    schema.Timeliness `json:"state,omitempty"`
	Days     int               `json:"days"`
	Tokens   int               `json:"tokens"`
	Deducted json.Number       `json:"deducted"`
}

// PublicGrades returns the grades for an assignment, "" for all.
func PublicGrades(all []schema.Grade, assignment string) []Grade {
	grades := make([]Grade, 0, len(all))
	for _, g := range all {
		if assignment != "" && g.Assignment != assignment {
			continue
		}
		grades = append(grades, Grade{
			g.Owner, g.Members, g.Assignment, g.Number, g.Of, g.Score.Number(), Late{g.State, g.Days, g.Tokens, g.Deducted.Number()},
			g.Adjusted.Number(), g.Final.Number(), g.MaxScore.Number(),
		})
	}
	return grades
}

// Grades writes the grades of a course.
func (w Writer) Grades(all []schema.Grade) error {
	return w.write(PublicGrades(all, ""), func(out io.Writer) {
		for _, g := range all {
			fmt.Fprintf(out, "%-20s %-16s submission %-4d %8s of %-8s %s\n", g.Owner, g.Assignment, g.Number, g.Final, g.MaxScore, g.State)
		}
	})
}

// Adjustment is an adjustment in the form that scripts read.
type Adjustment struct {
	ID     int64       `json:"id"`
	Owner  string      `json:"owner"`
	Points json.Number `json:"points"`
	Reason string      `json:"reason"`
	By     string      `json:"by"`
}

// PublicAdjustment returns an adjustment in the form that scripts read.
func PublicAdjustment(a schema.Adjustment) Adjustment {
	return Adjustment{a.ID, a.Owner, a.Points.Number(), a.Reason, a.By}
}

// PublicAdjustments returns adjustments in the form that scripts read.
func PublicAdjustments(all []schema.Adjustment) []Adjustment {
	shown := make([]Adjustment, 0, len(all))
	for _, a := range all {
		shown = append(shown, PublicAdjustment(a))
	}
	return shown
}

// Adjustments writes points that staff added or took off.
func (w Writer) Adjustments(all []schema.Adjustment) error {
	shown := PublicAdjustments(all)
	return w.write(shown, func(out io.Writer) {
		for _, a := range shown {
			fmt.Fprintf(out, "%4d  %-20s %8s  by %s: %s\n", a.ID, a.Owner, a.Points, a.By, schema.Sanitize(a.Reason))
		}
	})
}

// AdjustmentEnded says that an adjustment was removed.
func (w Writer) AdjustmentEnded(a schema.Adjustment) error {
	return w.Line(PublicAdjustment(a), "adjustment %d of %s is removed", a.ID, a.Owner)
}
