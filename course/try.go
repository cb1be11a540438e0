package course

import (
	"slices"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// MaxTries is how many pushes to the branch try an owner may make for an assignment within TriesPeriod.
const MaxTries = 30

// TriesPeriod is the time in which tries are counted.
const TriesPeriod = time.Hour

// TryLife is how long the repository has a ref for the commit of a try. Its row, its result and its objects stay.
const TryLife = 14 * 24 * time.Hour

// AdmitTry decides whether a push to the branch try of an assignment (COURSE/ASSIGNMENT)
// is accepted. earlier are the times of the owner's tries within TriesPeriod before now,
// oldest first. The error is CodeRefused and says rule, finding and remedy.
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
