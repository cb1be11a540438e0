package store

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// latestOf returns the submissions of an owner, newest first.
func (b *bundle) latestOf(owner string) []schema.GradedSubmission {
	b.t.Helper()
	return ok(b.Submissions(b.t.Context(), b.assignment.ID, owner, 1000))(b.t)
}

// TestClassAgreesWithSubmissions pushes in a random order and grades some pushes. Staff hand in earlier commits. The rows of the class and the latest
// jobs agree with the lists of each student's submissions.
func TestClassAgreesWithSubmissions(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.enrol("carol", schema.RoleStudent) // pushes nothing
	for range 30 {
		owner := []string{"alice", "bob", "tina"}[rand.N(3)]
		p := b.pushed(b.assignment, b.intent(b.repository(b.assignment, schema.RepositoryOwn, owner), owner))
		p.TryOut = owner == "tina"
		ok(b.RecordSubmission(t.Context(), p))(t)
		if rand.N(3) > 0 {
			b.finish(b.claim("standard"), int64(rand.N(25)))
		}
	}
	for _, owner := range []string{"alice", "bob"} {
		b.push(owner)
		early := b.latestOf(owner)[0]
		b.pass(time.Hour)
		b.push(owner)
		ok(b.SubmitFor(t.Context(), b.actor("ida", ""), schema.HandIn{Assignment: b.assignment, Owner: owner, Intent: "early-" + owner, Tree: early.Tree, Received: early.ReceivedAt, Reason: "it was there",
			Source: schema.PushedCommit{Repository: early.Repository, Commit: early.Commit, Owner: owner, PusherID: early.PusherID, Pusher: owner}}))(t)
	}
	for _, row := range ok(b.ClassRows(t.Context(), b.assignment))(t) {
		subs := b.latestOf(row.Login)
		if row.Pushes != len(subs) {
			t.Errorf("%s has %d pushes, want %d", row.Login, row.Pushes, len(subs))
		}
		if len(subs) == 0 {
			continue
		}
		last := slices.MaxFunc(subs, func(a, b schema.GradedSubmission) int { return a.ReceivedAt.Compare(b.ReceivedAt) }).ReceivedAt
		if row.Last != last {
			t.Errorf("%s pushed last at %v, want %v", row.Login, row.Last, last)
		}
		shown := subs[0]
		grade := ok(b.Grade(t.Context(), b.assignment.ID, row.Login))(t)
		if grade.Number > 0 {
			shown = subs[len(subs)-grade.Number]
		}
		if row.Number != shown.Name.Number || (row.Job == 0) != (shown.Result == nil) || row.Grade.Final.Cmp(grade.Final) != 0 {
			t.Errorf("%s has row %+v, want %s and %+v", row.Login, row, shown.Name, grade)
		}
	}
	for _, n := range []int{1, 4, 100} {
		want := map[string][]int64{}
		for _, owner := range []string{"alice", "bob"} {
			for _, sub := range b.latestOf(owner) {
				if sub.Result != nil && len(want[owner]) < n {
					want[owner] = append(want[owner], sub.Job.ID)
				}
			}
		}
		// Tina's pushes are try-outs. Nobody asks for Ida's.
		equal(t, ok(b.LatestJobs(t.Context(), b.assignment, []string{"alice", "bob", "carol", "tina"}, n))(t), want)
	}
	equal(t, ok(b.LatestJobs(t.Context(), b.assignment, nil, 1))(t), map[string][]int64{})
}
