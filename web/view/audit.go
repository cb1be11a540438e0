package view

import (
	"time"

	"github.com/grader/grader/schema"
)

// Audit is the page of a course's audit log.
type Audit struct {
	Frame
	Path string
	Form Form
	List Listing
	Most bool // there are older entries
}

// NewAudit lists entries of the audit log.
func NewAudit(all []schema.AuditEntry, now time.Time, zone *time.Location) Listing {
	l := Listing{Caption: "Audit log", Heads: []string{"When", "Who", "By", "Action", "What", "Change"}, Empty: "No entries match."}
	for _, e := range all {
		l.Rows = append(l.Rows, ListRow{Cells: []ListCell{
			When(At(e.At, now, zone)), Text(e.Actor), Text(string(e.Channel)), {Text: e.Action, Code: true}, Text(e.Subject), Text(changeWords(e)),
		}})
	}
	return l
}

func changeWords(e schema.AuditEntry) string {
	words := e.After
	if e.Before != "" {
		words = e.Before + " → " + e.After
	}
	if words != "" && e.Detail != "" {
		words += "; "
	}
	return words + e.Detail
}
