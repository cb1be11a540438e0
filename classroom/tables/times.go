package tables

import (
	"fmt"
	"io"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

const minute = "2006-01-02 15:04"

// Extended writes an extension that was granted for COURSE/ASSIGNMENT.
func (w Writer) Extended(path string, e classroom.Extended) error {
	return w.write(e, func(out io.Writer) {
		fmt.Fprintf(out, "extension %d: %s is due %s for %s, and ends %s\n", e.ID, path, e.Due.Format(minute), e.Owner, e.End.Format(minute))
		if e.Graded > 0 {
			fmt.Fprintf(out, "%d pushes that were kept after the end are graded now\n", e.Graded)
		}
	})
}

// extension is an extension in the form that scripts read.
type extension struct {
	ID        int64     `json:"id"`
	Owner     string    `json:"owner"`
	Extension string    `json:"extension"`
	Reason    string    `json:"reason"`
	By        string    `json:"by"`
	GrantedAt time.Time `json:"granted_at"`
}

func newExtension(e schema.GrantedExtension) extension {
	return extension{e.ID, e.Owner, e.String(), e.Reason, e.GrantedBy, e.GrantedAt}
}

// Extensions writes the extensions of an assignment.
func (w Writer) Extensions(all []schema.GrantedExtension) error {
	shown := make([]extension, 0, len(all))
	for _, e := range all {
		shown = append(shown, newExtension(e))
	}
	return w.write(shown, func(out io.Writer) {
		for _, e := range shown {
			fmt.Fprintf(out, "%4d  %-20s %-30s by %s: %s\n", e.ID, e.Owner, e.Extension, e.By, schema.Sanitize(e.Reason))
		}
	})
}

// ExtensionEnded says that an extension was taken back.
func (w Writer) ExtensionEnded(e schema.GrantedExtension) error {
	return w.Line(newExtension(e), "extension %d of %s is taken back", e.ID, e.Owner)
}

// outage is an outage in the form that scripts read.
type outage struct {
	ID      int64     `json:"id"`
	Start   time.Time `json:"start"`
	Seconds float64   `json:"seconds"`
	Reason  string    `json:"reason"`
	Graded  int       `json:"graded"`
}

// Outage writes an outage that was recorded, and how many kept pushes are graded now.
func (w Writer) Outage(o schema.Outage, graded int) error {
	return w.Line(outage{o.ID, o.Start, o.Length.Seconds(), o.Reason, graded}, "outage %d: what was due then is due %s later", o.ID, o.Length)
}
