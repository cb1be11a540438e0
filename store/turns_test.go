package store

import (
	"fmt"
	"testing"

	"github.com/grader/grader/schema"
)

// Under a steady stream of pushes exactly every eighth claim is a gate.
func TestGateDoesNotStarve(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	other := b.addCourse("other")
	for i := range 3 {
		b.candidate(ok(b.EnsureAssignment(t.Context(), other.ID, fmt.Sprintf("a%d", i), b.tick()))(t))
	}
	for i := range 40 {
		b.push(fmt.Sprintf("student-%d", i))
	}
	foretold := ok(b.Waiting(t.Context(), "standard", 30))(t)
	var gates []int
	for i := range 30 {
		b.push(fmt.Sprintf("late-%d", i)) // the stream continues
		j := b.claim("standard")
		if j.Kind == schema.JobGate {
			gates = append(gates, i)
		}
		if foretold[i] != j.ID && i == 0 {
			t.Errorf("claim %d: job %d, foretold was %d", i, j.ID, foretold[i])
		}
	}
	equal(t, gates, []int{7, 15, 23})
	b.sameCounts()
}

// Jobs of a removed flavour are moved to another one.
func TestQueueIsMovedToAnotherFlavour(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	running := b.push("alice")
	b.claim("standard")
	first, second := b.push("alice"), b.push("bob")
	_, gate := b.candidate(b.assignment)
	_, err := b.MoveQueue(t.Context(), schema.Operator(), "standard", "standard")
	refused(t, err, schema.CodeInvalid, "two different")
	equal(t, ok(b.MoveQueue(t.Context(), schema.Operator(), "standard", "large"))(t), 3)
	b.sameCounts()
	equal(t, len(ok(b.Waiting(t.Context(), "standard", 10))(t)), 0)
	equal(t, ok(b.Waiting(t.Context(), "large", 10))(t), []int64{gate.ID, second.Job.ID, first.Job.ID})
	equal(t, ok(b.Job(t.Context(), running.Job.ID))(t).Flavour, "standard")
	equal(t, b.last(), schema.AuditEntry{Actor: "operator", Channel: schema.ChannelAdmin, Action: "queue.move",
		Subject: "standard", Before: "standard", After: "large", Detail: "3 jobs"})
}

// A student with a thousand pushes and a course with very many jobs do not delay a single
// push in another course. That push is the first or second claim.
func TestCrowdDoesNotDelaySinglePush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	second := b.addAssignment(b.course, "a2")
	b.seed(b.assignment, 1, 1000) // all of one student
	b.seed(second, 400, 20_000)
	third := b.addAssignmentBeside(b.addCourse("small"), "a1")
	for i := range 20 {
		push := b.pushTo(third, fmt.Sprintf("single-%d", i))
		equal(t, ok(b.Waiting(t.Context(), "standard", 1))(t), []int64{push.Job.ID})
		equal(t, b.claim("standard").ID, push.Job.ID)
		b.finish(ok(b.Job(t.Context(), push.Job.ID))(t), 1)
		b.claim("standard") // a job of the large course, which has more and more running jobs
	}
	for range 500 { // within the course, students with one push come before the student with a thousand
		b.claim("standard")
	}
	flood := 0
	for _, j := range ok(b.Active(t.Context()))(t) {
		if j.VersionID == b.assignment.Active.ID {
			flood++
		}
	}
	if flood > 5 {
		t.Errorf("the student who floods has %d jobs on runners while 400 others have one or two", flood)
	}
	b.sameCounts()
}

// addAssignmentBeside creates an assignment with a gate that passes while other jobs wait.
func (b *bundle) addAssignmentBeside(c schema.Course, name string) schema.Assignment {
	b.t.Helper()
	a := ok(b.EnsureAssignment(b.t.Context(), c.ID, name, b.tick()))(b.t)
	v, gate := b.candidate(a)
	_, err := b.writer.db.Exec(`UPDATE jobs SET lane = 0 WHERE id = ?`, gate.ID)
	check(b.t, err)
	b.gate(v, schema.GateResult{Passed: true})
	return ok(b.Assignment(b.t.Context(), c.Code, name))(b.t)
}

// A prediction with a limit is a prefix of the whole prediction.
func TestWaitingIsPrefixOfQueue(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.seed(b.assignment, 7, 300)
	b.seed(b.addAssignmentBeside(b.addCourse("small"), "a1"), 3, 150)
	whole := ok(b.Waiting(t.Context(), "standard", 1000))(t)
	equal(t, len(whole), 450)
	for _, limit := range []int{1, 2, 33, 64, 449} {
		equal(t, ok(b.Waiting(t.Context(), "standard", limit))(t), whole[:limit:limit])
	}
}
