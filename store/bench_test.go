package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// seed queues n submissions of an assignment in one transaction. It alternates between the
// given number of owners, who need not exist.
func (b *bundle) seed(a schema.Assignment, owners, n int) {
	b.t.Helper()
	ctx := b.t.Context()
	repo := b.repository(a, schema.RepositoryOwn, "seed")
	pusher := b.user("seeder").ID
	prefix := fmt.Sprintf("seed-%d-", a.ID)
	check(b.t, b.write(ctx, "seed", func(t *tx) error {
		if _, err := t.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4)
			INSERT INTO intents (id, repository_id, pusher_id, ref, old_hash, new_hash, received_at, options, process_group, state)
			SELECT ?1 || i, ?2, ?3, 'refs/heads/main', '', '', ?5 + i, '[]', 0, 'recorded' FROM n`, prefix, repo.ID, pusher, n, b.now.Load()); err != nil {
			return err
		}
		if _, err := t.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?4)
			INSERT INTO submissions (assignment_id, owner, number, pusher_id, commit_hash, tree_hash, repository_id, intent_id, version_id, try_out, receipt, received_at)
			SELECT ?6, 'owner-' || (i % ?8), 1 + i / ?8, ?3, '', '', ?2, ?1 || i, ?7, 0, ?1 || i, ?5 + i FROM n`,
			prefix, repo.ID, pusher, n, b.now.Load(), a.ID, a.Active.ID, owners); err != nil {
			return err
		}
		if _, err := t.Exec(`INSERT INTO jobs (kind, submission_id, version_id, course_id, owner, lane, flavour, queued_at)
			SELECT 'grade', id, version_id, ?2, owner, 0, 'standard', received_at FROM submissions WHERE assignment_id = ?1`, a.ID, a.Course.ID); err != nil {
			return err
		}
		_, err := t.Exec(`UPDATE submissions SET job_id = (SELECT id FROM jobs WHERE submission_id = submissions.id) WHERE assignment_id = ?`, a.ID)
		return err
	}))
	b.pass(time.Duration(n) * time.Microsecond)
}

// percentiles reports the median and the 99th percentile of the durations of calls.
func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func measure(b *testing.B, f func()) {
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		begin := time.Now()
		f()
		took = append(took, time.Since(begin))
	}
	percentiles(b, took)
}

// BenchmarkPush measures the writes of one push: its intent and the submission.
func BenchmarkPush(b *testing.B) {
	x := newBundle(b)
	r := x.repository(x.assignment, schema.RepositoryOwn, "alice")
	measure(b, func() {
		in := x.intent(r, "alice")
		ok(x.RecordSubmission(b.Context(), x.pushed(x.assignment, in)))(b)
	})
}

func BenchmarkRecordSubmission(b *testing.B) {
	for _, queued := range []int{0, 100_000} {
		b.Run(fmt.Sprintf("queued=%d", queued), func(b *testing.B) {
			x := newBundle(b)
			if queued > 0 {
				x.seed(x.assignment, 500, queued)
			}
			r := x.repository(x.assignment, schema.RepositoryOwn, "alice")
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				in := x.intent(r, "alice")
				begin := time.Now()
				ok(x.RecordSubmission(b.Context(), x.pushed(x.assignment, in)))(b)
				took = append(took, time.Since(begin))
			}
			percentiles(b, took)
		})
	}
}

// BenchmarkClaim claims from a queue of several owners in two courses: one with many jobs and
// one with a single job.
func BenchmarkClaim(b *testing.B) {
	for _, size := range []struct{ jobs, owners int }{{100, 20}, {50_000, 500}, {50_000, 50_000}, {100_000, 1000}, {100_000, 1}} {
		b.Run(fmt.Sprintf("queued=%d/owners=%d", size.jobs, size.owners), func(b *testing.B) {
			x := newBundle(b)
			x.seed(x.addAssignment(x.addCourse("small"), "a1"), 1, 1)
			x.seed(x.assignment, size.owners, size.jobs)
			equal(b, x.claim("standard").Owner, "owner-0") // a job of the small course; the next turn is the other course's
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				begin := time.Now()
				j := x.claim("standard")
				took = append(took, time.Since(begin))
				x.finish(j, 1)
				x.push("alice") // replaces the claimed job
			}
			percentiles(b, took)
		})
	}
}

// BenchmarkClaimWhileManyRun claims while ten thousand runners each have a job.
func BenchmarkClaimWhileManyRun(b *testing.B) {
	x := newBundle(b)
	x.seed(x.assignment, 5000, 100_000)
	ok(x.writer.db.Exec(`UPDATE jobs SET state = 'assigned', attempt = 1 WHERE state = 'queued' AND id % 10 = 0`))(b)
	measure(b, func() { x.finish(x.claim("standard"), 1) })
}

func BenchmarkWaiting(b *testing.B) {
	for _, size := range []struct{ jobs, owners, limit int }{{2000, 500, 2000}, {100_000, 500, 50}, {100_000, 50_000, 50}, {100_000, 500, 5000}, {100_000, 50_000, 5000}} {
		b.Run(fmt.Sprintf("queued=%d/owners=%d/limit=%d", size.jobs, size.owners, size.limit), func(b *testing.B) {
			x := newBundle(b)
			x.seed(x.assignment, size.owners, size.jobs)
			measure(b, func() { ok(x.Waiting(b.Context(), "standard", size.limit))(b) })
		})
	}
}

// BenchmarkAppend stores one batch of ten events.
func BenchmarkAppend(b *testing.B) {
	x := newBundle(b)
	x.push("alice")
	j := x.claim("standard")
	events := make([]schema.Event, 10)
	for i := range events {
		events[i] = schema.Event{Kind: schema.EventLine, At: epoch, Text: "gcc -O2 -Wall -o hello hello.c"}
	}
	sent := 0
	measure(b, func() {
		ok(x.Append(b.Context(), j.ID, j.Attempt, sent, events))(b)
		sent += len(events)
	})
}

// BenchmarkReads measures the reads of a push and of a page.
func BenchmarkReads(b *testing.B) {
	x := newBundle(b)
	sub := x.push("alice")
	check(b, x.addKey("alice", schema.Key{Fingerprint: "SHA256:a", Active: true}))
	b.Run("UserByKey", func(b *testing.B) { measure(b, func() { ok(x.UserByKey(b.Context(), "SHA256:a"))(b) }) })
	b.Run("Assignment", func(b *testing.B) { measure(b, func() { ok(x.Assignment(b.Context(), "comp2402", "a1"))(b) }) })
	b.Run("Submission", func(b *testing.B) { measure(b, func() { ok(x.Submission(b.Context(), sub.Name))(b) }) })
}
