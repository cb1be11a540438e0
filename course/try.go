package course

import (
	"slices"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// MaxTries is the maximum number of pushes to the branch try by an owner for an assignment within
// TriesPeriod.
const MaxTries = 30

// TriesPeriod is the period in which tries are counted.
const TriesPeriod = time.Hour

// TryLife is how long the repository keeps a ref for the commit of a try. The try's row, result and
// objects stay.
const TryLife = 14 * 24 * time.Hour

// AdmitTry decides whether a push to the branch try of an assignment (COURSE/ASSIGNMENT) is
// accepted. earlier holds the times of the owner's tries within TriesPeriod before now, oldest
// first. The error is CodeRefused and contains the rule, the finding and the remedy.
func AdmitTry(spec *assignment.Spec, name string, earlier []time.Time, now time.Time, zone *time.Location) error {
	switch {
	case spec.NoTry:
		return refuse(FindingTry, "%s takes no tries (submissions.try: false). Push to main to hand in", name)
	case !slices.ContainsFunc(spec.Tests, func(t assignment.Test) bool { return t.Visible == schema.VisibleAlways }):
		return refuse(FindingTry, "%s has no test that a try may run: all are hidden for now. Push to main to hand in", name)
	case len(earlier) >= MaxTries:
		next := earlier[len(earlier)-MaxTries].Add(TriesPeriod)
		return refuse(FindingLimit, "%d tries within an hour are used. The next one comes at %s", MaxTries, moment(next.In(zone), now.In(zone)))
	}
	return nil
}
