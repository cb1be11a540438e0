package view

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

// Group is one entry of the list of tests: a single test, or the passing cases of a family. Two or
// more cases share a line.
type Group struct {
	ID    string // of the element that holds it
	Name  string // of the family
	Mark  Mark
	Tests []Test

	key        groupKey
	score, max schema.Points
	cpu        time.Duration
}

// groupKey identifies the group of a test. Tests with the zero value are not grouped.
type groupKey struct {
	family   string
	unpinned bool
}

// newGroup starts a group with its first test.
func newGroup(place int, t Test) *Group {
	g := &Group{ID: fmt.Sprintf("test-group-%d", place), Name: t.key.family, Mark: t.Mark, key: t.key}
	g.add(t)
	return g
}

func (g *Group) add(t Test) {
	g.Tests = append(g.Tests, t)
	g.score, g.max, g.cpu = g.score.Add(t.score), g.max.Add(t.max), g.cpu+t.cpu
}

// Folded reports whether the group is shown as one line for several tests.
func (g *Group) Folded() bool { return len(g.Tests) > 1 }

// First returns the first test, which is the only one unless the group is folded.
func (g *Group) First() Test { return g.Tests[0] }

// Line returns the line that stands for a folded group.
func (g *Group) Line() Test {
	one := Test{
		Name: fmt.Sprintf("%s: %d cases", g.Name, len(g.Tests)), Mark: g.Mark, Points: pointsOf(g.score, g.max),
		InProcess: g.Tests[0].InProcess, Unpinned: g.key.unpinned, StudentsDo: g.Tests[0].StudentsDo,
	}
	if g.cpu > 0 {
		one.Time = Duration(g.cpu)
	}
	return one
}

// Addition is the change of the list when a test is added: a new entry, an entry that becomes
// folded, or one more case in a folded entry.
type Addition struct {
	New   *Group
	Fold  *Group
	Grown *Group
	Test  *Test // the test that was added
}

// Groups holds the entries of the list of tests, in the order of their first tests.
type Groups struct {
	List  []*Group
	byKey map[groupKey]*Group
}

// add adds a test to the list.
func (g *Groups) add(t Test) Addition {
	if found := g.byKey[t.key]; found != nil {
		found.add(t)
		if len(found.Tests) == 2 {
			return Addition{Fold: found, Test: &t}
		}
		return Addition{Grown: found, Test: &t}
	}
	one := newGroup(len(g.List), t)
	g.List = append(g.List, one)
	if t.key != (groupKey{}) {
		if g.byKey == nil {
			g.byKey = make(map[groupKey]*Group)
		}
		g.byKey[t.key] = one
	}
	return Addition{New: one, Test: &t}
}

func pointsOf(score, of schema.Points) string { return score.String() + " / " + of.String() }
