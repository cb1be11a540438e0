package tables

import (
	"fmt"
	"io"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

const minute = "2006-01-02 15:04"

// Extended writes a granted extension for COURSE/ASSIGNMENT.
func (w Writer) Extended(path string, e classroom.Extended) error {
	return w.write(e, func(out io.Writer) {
		fmt.Fprintf(out, "extension %d: %s is due %s for %s, and ends %s\n", e.ID, path, e.Due.Format(minute), e.Owner, e.End.Format(minute))
		if e.Graded > 0 {
			fmt.Fprintf(out, "%d pushes that were kept after the end are graded now\n", e.Graded)
		}
	})
}

// Extension is the JSON form of an extension.
type Extension struct {
	ID        int64     `json:"id"`
	Owner     string    `json:"owner"`
	Extension string    `json:"extension"`
	Reason    string    `json:"reason"`
	By        string    `json:"by"`
	GrantedAt time.Time `json:"granted_at"`
}

// PublicExtension returns the JSON form of an extension.
func PublicExtension(e schema.GrantedExtension) Extension {
	return Extension{e.ID, e.Owner, e.String(), e.Reason, e.GrantedBy, e.GrantedAt}
}

// PublicExtensions returns the JSON form of extensions.
func PublicExtensions(all []schema.GrantedExtension) []Extension {
	shown := make([]Extension, 0, len(all))
	for _, e := range all {
		shown = append(shown, PublicExtension(e))
	}
	return shown
}

// Extensions writes the extensions of an assignment.
func (w Writer) Extensions(all []schema.GrantedExtension) error {
	shown := PublicExtensions(all)
	return w.write(shown, func(out io.Writer) {
		for _, e := range shown {
			fmt.Fprintf(out, "%4d  %-20s %-30s by %s: %s\n", e.ID, e.Owner, e.Extension, e.By, schema.Sanitize(e.Reason))
		}
	})
}

// ExtensionEnded writes that an extension was removed.
func (w Writer) ExtensionEnded(e schema.GrantedExtension) error {
	return w.Line(PublicExtension(e), "extension %d of %s is taken back", e.ID, e.Owner)
}

// Outage is the JSON form of an outage.
type Outage struct {
	ID      int64     `json:"id"`
	Start   time.Time `json:"start"`
	Seconds float64   `json:"seconds"`
	Reason  string    `json:"reason"`
	Graded  int       `json:"graded"` // number of kept pushes that are graded now, for a new outage
}

// PublicOutage returns the JSON form of an outage.
func PublicOutage(o schema.Outage, graded int) Outage {
	return Outage{o.ID, o.Start, o.Length.Seconds(), o.Reason, graded}
}

// Outage writes a new outage, and the number of kept pushes that are graded now.
func (w Writer) Outage(o schema.Outage, graded int) error {
	return w.Line(PublicOutage(o, graded), "outage %d: what was due then is due %s later", o.ID, o.Length)
}
