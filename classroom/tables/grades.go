package tables

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/grader/grader/schema"
)

// Grade is the JSON form of a grade.
type Grade struct {
	Owner      string      `json:"owner"`
	Members    []string    `json:"members,omitempty"` // members of a team
	Assignment string      `json:"assignment"`
	Counts     int         `json:"counts"`         // number of the counting submission; 0: none
	Team       string      `json:"team,omitempty"` // former team of the owner whose submission counts
	Score      json.Number `json:"score"`
	Late       Late        `json:"late"`
	Adjusted   json.Number `json:"adjusted"`
	Final      json.Number `json:"final"`
	Max        json.Number `json:"max"`
}

// Late is the JSON form of the lateness of a counting submission.
type Late struct {
	State    schema.Timeliness `json:"state,omitempty"`
	Days     int               `json:"days"`
	Tokens   int               `json:"tokens"`
	Deducted json.Number       `json:"deducted"`
}

// PublicGrades returns the JSON form of the grades for an assignment, "" for all.
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

// Adjustment is the JSON form of an adjustment.
type Adjustment struct {
	ID     int64       `json:"id"`
	Owner  string      `json:"owner"`
	Points json.Number `json:"points"`
	Reason string      `json:"reason"`
	By     string      `json:"by"`
}

// PublicAdjustment returns the JSON form of an adjustment.
func PublicAdjustment(a schema.Adjustment) Adjustment {
	return Adjustment{a.ID, a.Owner, a.Points.Number(), a.Reason, a.By}
}

// PublicAdjustments returns the JSON form of adjustments.
func PublicAdjustments(all []schema.Adjustment) []Adjustment {
	shown := make([]Adjustment, 0, len(all))
	for _, a := range all {
		shown = append(shown, PublicAdjustment(a))
	}
	return shown
}

// Adjustments writes the points that staff added or subtracted.
func (w Writer) Adjustments(all []schema.Adjustment) error {
	shown := PublicAdjustments(all)
	return w.write(shown, func(out io.Writer) {
		for _, a := range shown {
			fmt.Fprintf(out, "%4d  %-20s %8s  by %s: %s\n", a.ID, a.Owner, a.Points, a.By, schema.Sanitize(a.Reason))
		}
	})
}

// AdjustmentEnded writes that an adjustment was removed.
func (w Writer) AdjustmentEnded(a schema.Adjustment) error {
	return w.Line(PublicAdjustment(a), "adjustment %d of %s is removed", a.ID, a.Owner)
}
