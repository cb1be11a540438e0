package tables

import (
	"fmt"
	"io"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// RegradeSet is the JSON form of a regrade set.
type RegradeSet struct {
	ID     int64                  `json:"id"`
	State  schema.RegradeState    `json:"state"`
	Done   int                    `json:"done"`
	Total  int                    `json:"total"`
	Up     int                    `json:"up"`
	Down   int                    `json:"down"`
	Same   int                    `json:"same"`
	Failed int                    `json:"failed"`
	Flaky  int                    `json:"flaky"`
	Owners []schema.RegradedOwner `json:"owners,omitempty"`
}

// NewRegradeSet returns the JSON form of a new set.
func NewRegradeSet(s schema.Regrade) RegradeSet {
	return RegradeSet{ID: s.ID, State: s.State, Done: s.Done, Total: s.Total, Failed: s.Failed}
}

// PublicRegrade returns the JSON form of a set and its changes.
func PublicRegrade(r classroom.RegradeReport) RegradeSet {
	s := r.Set
	return RegradeSet{s.ID, s.State, s.Done, s.Total, r.Up, r.Down, r.Same, r.Failed, r.Flaky, r.Owners}
}

// RegradeCreated writes a new set.
func (w Writer) RegradeCreated(s schema.Regrade) error {
	return w.Line(NewRegradeSet(s),
		"regrade set %d: %s against version %d; see: %s regrade show %d", s.ID, schema.Count(s.Total, "submission"), s.Version, w.Command, s.ID)
}

// Regrade writes a set and its changes for each owner that it affects.
func (w Writer) Regrade(r classroom.RegradeReport) error {
	s := r.Set
	return w.write(PublicRegrade(r), func(out io.Writer) {
		fmt.Fprintf(out, "regrade set %d of %s against version %d: %s, %d of %d graded\n", s.ID, s.Path, s.Version, s.State, s.Done, s.Total)
		fmt.Fprintf(out, "%d up, %d down, %d the same, %d failed, %d flaky\n", r.Up, r.Down, r.Same, r.Failed, r.Flaky)
		for _, o := range r.Owners {
			regraded(out, o)
		}
	})
}

// regraded writes the changes by a set for an owner, if there are any.
func regraded(out io.Writer, o schema.RegradedOwner) {
	if o.Before.Final == o.After.Final && !o.Flaky && !o.Failed && o.Skipped == "" && len(o.Changes) == 0 {
		return
	}
	fmt.Fprintf(out, "%-20s %s → %s", o.Owner, o.Before.Final, o.After.Final)
	if o.Before.Number != o.After.Number {
		fmt.Fprintf(out, ", submission %d counts instead of %d", o.After.Number, o.Before.Number)
	}
	for _, note := range []struct {
		is   bool
		text string
	}{{o.Flaky, ", flaky"}, {o.Failed, ", failed"}, {o.Skipped != "", ", not undone: " + o.Skipped}} {
		if note.is {
			fmt.Fprint(out, note.text)
		}
	}
	fmt.Fprintln(out)
	for _, change := range o.Changes {
		fmt.Fprintf(out, "    %s: %s%s → %s%s\n", schema.Sanitize(change.Name),
			orAbsent(change.Before), change.BeforePoints, orAbsent(change.After), change.AfterPoints)
	}
}

func orAbsent(o schema.Outcome) string {
	if o == "" {
		return "absent"
	}
	return string(o)
}
