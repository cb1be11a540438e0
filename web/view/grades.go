package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Extensions is the page of an assignment's extensions, with the form that grants one.
type Extensions struct {
	Frame
	Path, Task string
	Due        Due // of the assignment, without extensions
	Zone       string
	May        bool // the viewer may grant extensions
	Form       Form
	List       Listing
}

// NewExtensions lists extensions. path is that of the page; may is whether the viewer may revoke
// them.
func NewExtensions(path string, all []schema.GrantedExtension, may bool, now time.Time, zone *time.Location) Listing {
	l := Listing{Caption: "Extensions", Heads: []string{"Student", "Gives", "Reason", "Granted by", "Granted"}, Empty: "Nobody has an extension."}
	for _, e := range all {
		row := ListRow{Cells: []ListCell{Text(e.Owner), Text(extensionWords(e.Extension, zone)), Text(e.Reason), Text(e.GrantedBy), When(At(e.GrantedAt, now, zone))}}
		switch {
		case !e.EndedAt.IsZero():
			row.Cells[1].Text += " (taken back)"
		case may:
			row.Action = &RowAction{Path: path + "/" + strconv.FormatInt(e.ID, 10) + "/end", Label: "Take back", Says: "Take back the extension of " + e.Owner}
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

// extensionWords describes an extension: "due 2026-10-01 18:00", "2 days more".
func extensionWords(e schema.Extension, zone *time.Location) string {
	const layout = "2006-01-02 15:04"
	words := ""
	switch {
	case !e.Due.IsZero():
		words = "due " + e.Due.In(zone).Format(layout)
	case e.Days > 0:
		words = Count(e.Days, "day") + " more"
	default:
		words = Duration(e.By) + " more"
	}
	if !e.Until.IsZero() {
		words += ", until " + e.Until.In(zone).Format(layout)
	}
	return words
}

// Adjustments is the page of an assignment's adjustments of grades, with the form that adds one.
type Adjustments struct {
	Frame
	Path, Task string
	May        bool
	Form       Form
	List       Listing
}

// NewAdjustments lists adjustments.
func NewAdjustments(path string, all []schema.Adjustment, may bool, now time.Time, zone *time.Location) Listing {
	l := Listing{Caption: "Adjustments", Heads: []string{"Student", "Points", "Reason", "By", "When"}, Empty: "No grade is adjusted."}
	for _, a := range all {
		row := ListRow{Cells: []ListCell{Text(a.Owner), Text(signed(a.Points)), Text(a.Reason), Text(a.By), When(At(a.MadeAt, now, zone))}}
		if may {
			row.Action = &RowAction{Path: path + "/" + strconv.FormatInt(a.ID, 10) + "/end", Label: "Remove", Says: "Remove the adjustment of " + a.Owner}
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

func signed(p schema.Points) string {
	if p.Sign() > 0 {
		return "+" + p.String()
	}
	return strings.Replace(p.String(), "-", "−", 1)
}

// Times is the page of a course's outages and late days.
type Times struct {
	Frame
	Path     string
	Zone     string
	LateDays int
	Form     Form
	List     Listing
}

// NewOutages lists outages.
func NewOutages(all []schema.Outage, now time.Time, zone *time.Location) Listing {
	l := Listing{Caption: "Outages", Heads: []string{"Began", "Lasted", "Reason", "Recorded by", "Recorded"}, Empty: "There are none."}
	for _, o := range all {
		l.Rows = append(l.Rows, ListRow{Cells: []ListCell{
			When(At(o.Start, now, zone)), Text(Duration(o.Length)), Text(o.Reason), Text(o.By), When(At(o.MadeAt, now, zone)),
		}})
	}
	return l
}
