package store

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
)

// receipts reads the receipts of the bundle's course.
func (b *bundle) receipts() []receipt.Signed {
	b.t.Helper()
	var all []receipt.Signed
	for _, r := range ok(b.Receipts(b.t.Context(), b.course.ID, 0, 1000))(b.t) {
		all = append(all, ok(receipt.Parse(r.Text))(b.t))
	}
	return all
}

func publicKey(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

const dueSource = "title: A1\ndue: 2026-09-14 12:00\nlate: {until: 2026-09-16 12:00, penalty: {percent: 10, per: day}}\ntests:\n  - {name: greets, run: ./hello}\n"

// TestReceiptOfEachPush pushes on time, late, after the end and as staff.
func TestReceiptOfEachPush(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.source = dueSource
	a := b.addAssignment(b.course, "a2") // due 16:00 UTC
	var subs []schema.GradedSubmission
	for _, push := range []struct {
		login string
		wait  time.Duration
	}{{"alice", 0}, {"bob", 24 * time.Hour}, {"alice", 48 * time.Hour}, {"tina", 0}} {
		b.pass(push.wait)
		p := b.pushed(a, b.intent(b.repository(a, schema.RepositoryOwn, push.login), push.login))
		p.TryOut = push.login == "tina"
		subs = append(subs, ok(b.RecordSubmission(t.Context(), p))(t))
	}
	all := b.receipts()
	if len(all) != len(subs) {
		t.Fatalf("%d receipts of %d pushes", len(all), len(subs))
	}
	previous := receipt.Hash("")
	for i, want := range []schema.Timeliness{schema.TimelinessOnTime, schema.TimelinessLate, schema.TimelinessAfterEnd, schema.TimelinessAfterEnd} {
		r, sub := all[i], subs[i]
		equal(t, r.Receipt, receipt.Receipt{Code: sub.Receipt, Submission: sub.Name, Pusher: sub.Login, Commit: sub.Commit, Tree: sub.Tree,
			Received: sub.ReceivedAt, State: want, Previous: previous})
		equal(t, ok(b.Receipt(t.Context(), sub.ID))(t), r.Text())
		previous = r.Hash()
	}
	if !subs[2].Kept || subs[3].Kept {
		t.Errorf("kept: %v, %v", subs[2].Kept, subs[3].Kept)
	}
	chains := ok(receipt.CheckChains(all, publicKey(receiptKey(1))))(t)
	if len(chains) != 1 || !chains[0].Whole {
		t.Errorf("%+v", chains)
	}
	page := ok(b.Receipts(t.Context(), b.course.ID, subs[1].ID, 1))(t)
	if len(page) != 1 || page[0].Submission != subs[2].ID {
		t.Errorf("%+v", page)
	}
}

// TestReceiptChainsOfCourses alternates between the pushes of two courses.
func TestReceiptChainsOfCourses(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	other := b.addAssignment(b.addCourse("comp1"), "a1")
	for range 2 {
		b.push("alice")
		b.pushTo(other, "alice")
	}
	all := b.receipts()
	if len(all) != 2 || all[0].Previous != "" || all[1].Previous != all[0].Hash() {
		t.Errorf("%+v", all)
	}
}

// TestNewChain loses the key and then restores a backup. Each event begins a new chain that
// names the last receipt before it.
func TestNewChain(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	b.push("bob")
	reopen := func(key ed25519.PrivateKey) {
		t.Helper()
		check(t, b.Close())
		*b.Store = *ok(Open(t.Context(), b.path, Options{Clock: b.tick, ReceiptKey: key}))(t)
	}
	reopen(receiptKey(2))
	b.push("alice")
	b.push("bob")
	check(t, b.BreakChains(t.Context()))
	check(t, b.BreakChains(t.Context()))
	b.push("alice")
	b.push("bob")
	all := b.receipts()
	for i, lost := range []bool{false, false, true, false, true, false} {
		if all[i].Lost != lost || i > 0 && all[i].Previous != all[i-1].Hash() {
			t.Errorf("receipt %d: lost %v, previous %s", i, all[i].Lost, all[i].Previous)
		}
	}
	chains := ok(receipt.CheckChains(all, publicKey(receiptKey(1)), publicKey(receiptKey(2))))(t)
	if len(chains) != 3 {
		t.Errorf("%d chains", len(chains))
	}
	reopen(nil)
	sub := b.push("alice")
	_, err := b.Receipt(t.Context(), sub.ID)
	refused(t, err, schema.CodeNotFound, "the submission has no signed receipt")
}

// TestReceiptIsWrittenOnce records the same push twice.
func TestReceiptIsWrittenOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	in := b.intent(b.repository(b.assignment, schema.RepositoryOwn, "alice"), "alice")
	first := ok(b.RecordSubmission(t.Context(), b.pushed(b.assignment, in)))(t)
	again := ok(b.RecordSubmission(t.Context(), b.pushed(b.assignment, in)))(t)
	equal(t, again, first)
	if all := b.receipts(); len(all) != 1 {
		t.Errorf("%d receipts", len(all))
	}
}

// TestClockGoesBack sets the clock back between two pushes: once slightly, so that the second
// push would be on time, and once by more than maxStep.
func TestClockGoesBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		back time.Duration
		want schema.Timeliness
		kept bool // the second push gets the time of the first
	}{
		"nine minutes": {-9 * time.Minute, schema.TimelinessLate, true},
		"an hour":      {-time.Hour, schema.TimelinessOnTime, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.source = dueSource
			a := b.addAssignment(b.course, "a2")
			due := time.Date(2026, 9, 14, 16, 1, 0, 0, time.UTC) // the minute after due
			b.now.Store(due.Add(5 * time.Minute).UnixMicro())
			first := b.pushTo(a, "alice")
			b.pass(tt.back)
			second, other := b.pushTo(a, "alice"), b.pushTo(a, "bob")
			if tt.kept != second.ReceivedAt.Equal(first.ReceivedAt.Add(time.Microsecond)) {
				t.Errorf("received %v after %v", second.ReceivedAt, first.ReceivedAt)
			}
			if !tt.kept && second.ReceivedAt.After(first.ReceivedAt) {
				t.Errorf("received %v", second.ReceivedAt)
			}
			if !other.ReceivedAt.Before(due) {
				t.Errorf("the push of another owner is at %v", other.ReceivedAt)
			}
			for _, r := range b.receipts() {
				if r.Submission == second.Name && r.State != tt.want {
					t.Errorf("state %s, want %s", r.State, tt.want)
				}
			}
		})
	}
}
