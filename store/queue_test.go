package store

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// sameCounts compares the counters that triggers maintain with the rows.
func (b *bundle) sameCounts() {
	b.t.Helper()
	for name, texts := range map[string][2]string{
		"courses": {
			`SELECT group_concat(flavour || lane || course_id || waiting, ' ' ORDER BY flavour, lane, course_id) FROM queue_courses`,
			`SELECT group_concat(flavour || lane || course_id || n, ' ' ORDER BY flavour, lane, course_id) FROM
				(SELECT flavour, lane, course_id, count(*) AS n FROM jobs WHERE state = 'queued' GROUP BY 1, 2, 3)`},
		"owners": {
			`SELECT group_concat(concat_ws(',', flavour, lane, course_id, owner, busy, waiting, head), ' ' ORDER BY flavour, lane, course_id, owner) FROM queue_owners`,
			`SELECT group_concat(concat_ws(',', flavour, lane, course_id, owner, busy, waiting, head), ' ' ORDER BY flavour, lane, course_id, owner) FROM
				(SELECT flavour, lane, course_id, owner, count(*) AS waiting, min(queued_at) AS head,
					(SELECT count(*) FROM jobs b WHERE b.course_id = j.course_id AND b.owner = j.owner AND b.state IN ('assigned', 'running')) AS busy
				FROM jobs j WHERE state = 'queued' GROUP BY 1, 2, 3, 4)`},
		"busy": {
			`SELECT group_concat(concat_ws(',', course_id, busy), ' ' ORDER BY course_id) FROM queue_busy WHERE busy <> 0`,
			`SELECT group_concat(concat_ws(',', course_id, n), ' ' ORDER BY course_id) FROM
				(SELECT course_id, count(*) AS n FROM jobs WHERE state IN ('assigned', 'running') GROUP BY 1)`},
		"states": {
			`SELECT group_concat(state || jobs, ' ' ORDER BY state) FROM job_counts WHERE jobs <> 0`,
			`SELECT group_concat(state || n, ' ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM jobs GROUP BY 1)`},
	} {
		kept := ok(one(b.t.Context(), b.reader, value[*string], texts[0]))(b.t)
		there := ok(one(b.t.Context(), b.reader, value[*string], texts[1]))(b.t)
		if fmt.Sprint(deref(kept)) != fmt.Sprint(deref(there)) {
			b.t.Errorf("%s: kept %q, there is %q", name, deref(kept), deref(there))
		}
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestClaimFromEmptyQueue(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	_, err := b.Claim(t.Context(), "r", "standard", b.tick(), time.Minute)
	refused(t, err, schema.CodeNotFound, "no job is queued")
	b.push("alice")
	_, err = b.Claim(t.Context(), "r", "large", b.tick(), time.Minute)
	refused(t, err, schema.CodeNotFound)
}

func TestFairShare(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	small := b.addAssignment(b.addCourse("small"), "a1")
	b.enrol("carol", schema.RoleStudent)
	second := b.addAssignment(b.course, "a2")
	alice1, alice2 := b.push("alice"), b.pushTo(second, "alice")
	bob := b.push("bob")
	carol := b.pushTo(small, "carol")
	want := []int64{carol.Job.ID, bob.Job.ID, alice1.Job.ID, alice2.Job.ID}
	equal(t, ok(b.Waiting(t.Context(), "standard", 10))(t), want)
	equal(t, ok(b.Waiting(t.Context(), "standard", 2))(t), want[:2])
	var got []int64
	for range want {
		got = append(got, b.claim("standard").ID)
	}
	equal(t, got, want)
	b.sameCounts()
}

func TestLanes(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	old, older := b.push("alice"), b.push("bob")
	_, gate := b.candidate(b.assignment)
	recent := b.push("alice")
	want := []int64{older.Job.ID, recent.Job.ID, gate.ID, old.Job.ID}
	equal(t, ok(b.Waiting(t.Context(), "standard", 10))(t), want)
	for _, id := range want {
		equal(t, b.claim("standard").ID, id)
	}
	b.sameCounts()
}

func TestClaimLiveLeavesRegrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice", 1)
	set := ok(b.CreateRegrade(t.Context(), schema.Operator(), schema.NewRegrade{Assignment: b.assignment, Which: schema.RegradeAll}))(t)
	_, err := b.ClaimLive(t.Context(), "r", "standard", b.tick(), time.Minute)
	refused(t, err, schema.CodeNotFound, "no job is queued")
	push := b.push("bob")
	equal(t, ok(b.ClaimLive(t.Context(), "r", "standard", b.tick(), time.Minute))(t).ID, push.Job.ID)
	equal(t, b.claim("standard").Kind, schema.JobRegrade)
	equal(t, set.Total, 1)
	b.sameCounts()
}

// TestWaitingPredictsClaims makes random pushes, claims and ends, and then claims the rest in
// the predicted order.
func TestWaitingPredictsClaims(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			random := rand.New(rand.NewPCG(seed, 1))
			work := []schema.Assignment{b.assignment, b.addAssignment(b.course, "a2"), b.addAssignment(b.addCourse("small"), "a1")}
			for range 80 {
				b.play(random, work)
			}
			b.sameCounts()
			want := ok(b.Waiting(t.Context(), "standard", 1000))(t)
			var got []int64
			for range want {
				got = append(got, b.claim("standard").ID)
			}
			equal(t, got, want)
			b.sameCounts()
		})
	}
}

// play makes one random change of a queue.
func (b *bundle) play(random *rand.Rand, work []schema.Assignment) {
	b.t.Helper()
	ctx := b.t.Context()
	active := ok(b.Active(ctx))(b.t)
	switch n := random.IntN(10); {
	case n < 5:
		b.pushTo(work[random.IntN(len(work))], fmt.Sprintf("student-%d", random.IntN(6)))
	case n < 6:
		b.candidate(work[random.IntN(len(work))])
	case n < 8:
		if _, err := b.Claim(ctx, "r", "standard", b.tick(), time.Minute); err != nil {
			refused(b.t, err, schema.CodeNotFound)
		}
	case len(active) == 0:
	case n < 9:
		j := active[random.IntN(len(active))]
		ok(b.Release(ctx, j.ID, j.Attempt, "lost", b.tick()))(b.t)
	default:
		b.finish(active[random.IntN(len(active))], 1)
	}
}

func TestEachJobIsClaimedOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	const jobs, runners = 60, 8
	b.seed(b.assignment, 30, jobs)
	var mu sync.Mutex
	claimed := make(map[int64]int)
	var all sync.WaitGroup
	for r := range runners {
		all.Go(func() {
			for {
				j, err := b.Claim(t.Context(), fmt.Sprint("runner-", r), "standard", b.tick(), time.Minute)
				if schema.CodeOf(err) == schema.CodeNotFound {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				claimed[j.ID]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	equal(t, len(claimed), jobs)
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("job %d was claimed %d times", id, n)
		}
	}
	b.sameCounts()
}

func TestReleaseKeepsPlaceInQueue(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	first := b.push("alice")
	j := b.claim("standard")
	b.push("bob")
	e := ok(b.Release(t.Context(), j.ID, 1, "the runner vanished", b.tick()))(t)
	equal(t, e.Kind, schema.EventRequeued)
	equal(t, e.Text, "the runner vanished")
	again := ok(b.Job(t.Context(), j.ID))(t)
	equal(t, again.State, schema.StateQueued)
	equal(t, again.QueuedAt, first.Job.QueuedAt)
	equal(t, again.Reason, "the runner vanished")
	equal(t, b.claim("standard").ID, first.Job.ID)
}

func TestJobFailsAfterThreeLostRunners(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	for attempt := 1; attempt <= schema.MaxAttempts+2; attempt++ {
		j := b.claim("standard")
		equal(t, j.Attempt, attempt)
		if attempt == 2 || attempt == 3 { // restarts of the server do not count as failed attempts
			ok(b.Return(t.Context(), j.ID, attempt, "restarted", b.tick()))(t)
			continue
		}
		e := ok(b.Release(t.Context(), j.ID, attempt, "lost", b.tick()))(t)
		if last := attempt == schema.MaxAttempts+2; last != (e.Kind == schema.EventEnded) {
			t.Fatalf("attempt %d: %+v", attempt, e)
		}
	}
	sub = ok(b.Submission(t.Context(), sub.Name))(t)
	equal(t, sub.Job.State, schema.StateFailed)
	equal(t, sub.Job.Reason, "lost")
	if sub.Result != nil {
		t.Error("a failed job has a result")
	}
	b.sameCounts()
}

func TestStaleAttemptsWriteNothing(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	j := b.claim("standard")
	ok(b.Release(t.Context(), j.ID, 1, "lost", b.tick()))(t)
	for _, when := range []string{"queued again", "assigned again", "ended"} {
		_, err := b.Append(t.Context(), j.ID, 1, 0, []schema.Event{{Kind: schema.EventStarted}})
		refused(t, err, schema.CodeStale)
		_, err = b.Finish(t.Context(), j.ID, 1, schema.Result{}, b.tick())
		refused(t, err, schema.CodeStale)
		_, err = b.Release(t.Context(), j.ID, 1, "again", b.tick())
		refused(t, err, schema.CodeStale)
		_, err = b.Return(t.Context(), j.ID, 1, "again", b.tick())
		refused(t, err, schema.CodeStale)
		refused(t, b.Extend(t.Context(), j.ID, 1, b.tick()), schema.CodeStale)
		switch when {
		case "queued again":
			b.claim("standard")
		case "assigned again":
			b.finish(ok(b.Job(t.Context(), j.ID))(t), 3)
		}
	}
	equal(t, b.events(j.ID), []schema.EventKind{schema.EventQueued, schema.EventAssigned, schema.EventRequeued, schema.EventAssigned, schema.EventEnded})
}

func TestAppendDropsRepeatsAndRefusesGaps(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	j := b.claim("standard")
	line := func(text string) schema.Event { return schema.Event{Kind: schema.EventLine, Text: text} }
	stored := ok(b.Append(t.Context(), j.ID, 1, 0, []schema.Event{line("a"), line("b")}))(t)
	equal(t, []int64{stored[0].Seq, stored[1].Seq}, []int64{3, 4})
	running := ok(b.Job(t.Context(), j.ID))(t)
	equal(t, running.State, schema.StateRunning)
	stored = ok(b.Append(t.Context(), j.ID, 1, 1, []schema.Event{line("b"), line("c")}))(t)
	equal(t, len(stored), 1)
	equal(t, stored[0].Text, "c")
	equal(t, stored[0].Attempt, 1)
	equal(t, len(ok(b.Append(t.Context(), j.ID, 1, 0, []schema.Event{line("a")}))(t)), 0)
	_, err := b.Append(t.Context(), j.ID, 1, 4, []schema.Event{line("e")})
	refused(t, err, schema.CodeConflict)
	_, err = b.Append(t.Context(), j.ID, 1, 3, []schema.Event{line(string(make([]byte, maxEvent)))})
	refused(t, err, schema.CodeLimit)
	equal(t, ok(b.Job(t.Context(), j.ID))(t).StartedAt, running.StartedAt)

	ok(b.Release(t.Context(), j.ID, 1, "lost", b.tick()))(t)
	b.claim("standard")
	stored = ok(b.Append(t.Context(), j.ID, 2, 0, []schema.Event{line("a")}))(t)
	equal(t, stored[0].Attempt, 2)
	equal(t, len(ok(b.Events(t.Context(), j.ID, 0, 3))(t)), 3)
	equal(t, ok(b.Events(t.Context(), j.ID, 4, 1))(t)[0].Text, "c")
}

func TestFinishIsIdempotent(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	j := b.claim("standard")
	first := b.finish(j, 17)
	second := b.finish(j, 3)
	equal(t, second, first)
	equal(t, b.events(j.ID), []schema.EventKind{schema.EventQueued, schema.EventAssigned, schema.EventEnded})
	events := ok(b.Events(t.Context(), j.ID, 2, 10))(t)
	equal(t, events, []schema.Event{first})
}

func TestLeases(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	j := b.claim("standard")
	equal(t, len(ok(b.Expired(t.Context(), j.LeaseUntil))(t)), 0)
	equal(t, len(ok(b.Expired(t.Context(), j.LeaseUntil.Add(time.Microsecond)))(t)), 1)
	check(t, b.Extend(t.Context(), j.ID, 1, j.LeaseUntil.Add(time.Minute)))
	equal(t, len(ok(b.Expired(t.Context(), j.LeaseUntil.Add(time.Second)))(t)), 0)
	b.pass(3 * time.Second)
	ok(b.Append(t.Context(), j.ID, 1, 0, []schema.Event{{Kind: schema.EventStarted}}))(t)
	begun := ok(b.Job(t.Context(), j.ID))(t).StartedAt
	ended := b.finish(j, 1)
	equal(t, len(ok(b.Active(t.Context()))(t)), 0)
	gates := time.Duration(0) // duration of the assignment's own gate, almost zero
	mean := ok(b.MeanDuration(t.Context(), "standard"))(t)
	if want := (ended.At.Sub(begun) + gates) / 2; mean > want+time.Millisecond || mean < want-time.Millisecond {
		t.Errorf("mean %v, want about %v", mean, want)
	}
	equal(t, ok(b.MeanDuration(t.Context(), "large"))(t), time.Duration(0))
}

func TestRunners(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	r := schema.Runner{ID: "r1", Flavour: "standard", SecretHash: hash("s"), Host: "h", Image: "i", Wall: "uid", Version: "v", RegisteredAt: epoch}
	check(t, b.AddRunner(t.Context(), r))
	refused(t, b.AddRunner(t.Context(), r), schema.CodeConflict, "r1")
	equal(t, ok(b.RunnerBySecret(t.Context(), hash("s")))(t), r)
	_, err := b.RunnerBySecret(t.Context(), hash("t"))
	refused(t, err, schema.CodeUnauthenticated)
	b.push("alice")
	j := ok(b.Claim(t.Context(), "r1", "standard", b.tick(), time.Minute))(t)
	equal(t, ok(b.Runners(t.Context()))(t)[0].Job, j.ID)
	check(t, b.RetireRunner(t.Context(), "r1", b.tick()))
	check(t, b.RetireRunner(t.Context(), "r1", b.tick()))
	_, err = b.RunnerBySecret(t.Context(), hash("s"))
	refused(t, err, schema.CodeUnauthenticated)
	equal(t, len(ok(b.Runners(t.Context()))(t)), 0)
}
