package tables

import (
	"fmt"
	"io"
	"time"

	"github.com/grader/grader/schema"
)

// Entry is the JSON form of an audit entry.
type Entry struct {
	ID      int64          `json:"id"`
	At      time.Time      `json:"at"`
	Actor   string         `json:"actor"`
	Channel schema.Channel `json:"channel"`
	Action  string         `json:"action"`
	Course  string         `json:"course,omitempty"`
	Subject string         `json:"subject"`
	Before  string         `json:"before,omitempty"`
	After   string         `json:"after,omitempty"`
	Detail  string         `json:"detail,omitempty"`
}

// PublicAudit returns the JSON form of entries of the audit log.
func PublicAudit(all []schema.AuditEntry) []Entry {
	public := make([]Entry, 0, len(all))
	for _, e := range all {
		public = append(public, Entry(e))
	}
	return public
}

// Audit writes entries of the audit log, with times in a zone.
func (w Writer) Audit(all []schema.AuditEntry, zone *time.Location) error {
	public := PublicAudit(all)
	return w.write(public, func(out io.Writer) {
		for _, e := range public {
			fmt.Fprintln(out, schema.Sanitize(e.line(zone)))
		}
	})
}

// line formats an entry for people.
func (e Entry) line(zone *time.Location) string {
	text := fmt.Sprintf("%s  %-12s %-5s  %-17s %s", e.At.In(zone).Format(time.DateTime), e.Actor, e.Channel, e.Action, e.Subject)
	if e.Course != "" && e.Course != e.Subject {
		text += " in " + e.Course
	}
	switch {
	case e.Before != "":
		text += ": " + e.Before + " → " + e.After
	case e.After != "":
		text += ": " + e.After
	}
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}
