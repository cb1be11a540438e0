package gitd_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/gitd"
	"github.com/grader/grader/schema"
)

// brokenLedger is a ledger whose writes fail for a while.
type brokenLedger struct {
	gitd.Ledger
	opening, recording atomic.Bool // true: the operation fails
	recorded           chan struct{}
}

func (l *brokenLedger) OpenIntent(ctx context.Context, in schema.Intent) error {
	if l.opening.Load() {
		return schema.Errorf(schema.CodeUnavailable, "the database cannot be written right now")
	}
	return l.Ledger.OpenIntent(ctx, in)
}

func (l *brokenLedger) RecordSubmission(ctx context.Context, p schema.Push) (schema.GradedSubmission, error) {
	if l.recording.Load() {
		return schema.GradedSubmission{}, schema.Errorf(schema.CodeUnavailable, "the database cannot be written right now")
	}
	sub, err := l.Ledger.RecordSubmission(ctx, p)
	l.recorded <- struct{}{}
	return sub, err
}

func newBroken(t *testing.T) (*bundle, *brokenLedger) {
	l := &brokenLedger{recorded: make(chan struct{}, 10)}
	b := newBundle(t, func(b *bundle) { l.Ledger, b.ledger = b.ledger, l })
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	return b, l
}

func TestReadOnlyDatabaseRefusesPush(t *testing.T) {
	t.Parallel()
	b, l := newBroken(t)
	l.opening.Store(true)
	r := b.push("alice", "w")
	if r.status == 0 {
		t.Error("status 0")
	}
	r.says(t, "refused: the database cannot be written right now. Nothing was counted.", "main -> main (try again later)")
	l.opening.Store(false)
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
}

// TestUnrecordedPushIsRetried fails to record a push after git has moved the ref. The student reads that, nothing is lost, and
// the retrier records the push later.
func TestUnrecordedPushIsRetried(t *testing.T) {
	t.Parallel()
	b, l := newBroken(t)
	l.recording.Store(true)
	r := b.push("alice", "w")
	r.says(t, "stored, not yet counted; we keep trying.", "main -> main")
	if r.status != 0 {
		t.Errorf("status %d", r.status)
	}
	l.recording.Store(false)
	<-l.recorded
	b.push("alice", "w").says(t, "grader: nothing new", "submission 1", "2 / 2")
	if n := len(b.submissions("alice")); n != 1 {
		t.Errorf("%d submissions", n)
	}
}

// TestRestartRecordsAcceptedPushes simulates a crash after git moved the ref and before the push
// was recorded. The restart records the push once, with its original time of receipt.
func TestRestartRecordsAcceptedPushes(t *testing.T) {
	t.Parallel()
	b, l := newBroken(t)
	l.recording.Store(true)
	b.push("alice", "w").says(t, "stored, not yet counted")
	open, err := b.store.OpenIntents(t.Context(), 0)
	if err != nil || len(open) != 1 {
		t.Fatalf("open intents %v, %v", open, err)
	}
	b.restart()
	if n := len(b.submissions("alice")); n != 0 {
		t.Fatalf("%d submissions while the database cannot be written", n)
	}
	l.recording.Store(false)
	b.restart()
	subs := b.submissions("alice")
	if len(subs) != 1 || !subs[0].ReceivedAt.Equal(open[0].ReceivedAt) {
		t.Errorf("submissions %+v, intent of %v", subs, open[0].ReceivedAt)
	}
	b.restart()
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
}

// TestRestartVoidsUnacceptedPushes checks that an intent whose ref did not move is closed, because
// the push never happened.
func TestRestartVoidsUnacceptedPushes(t *testing.T) {
	t.Parallel()
	b, _ := newBroken(t)
	b.push("alice", "w").says(t, "submission 1")
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	row, err := b.store.FindRepository(t.Context(), schema.Repository{Kind: schema.RepositoryOwn, CourseID: a.Course.ID, AssignmentID: a.ID, Owner: "alice"})
	check(t, err)
	alice, err := b.store.UserByKey(t.Context(), b.fingerprint("alice"))
	check(t, err)
	check(t, b.store.OpenIntent(t.Context(), schema.Intent{
		ID: strings.Repeat("a", 32), RepositoryID: row.ID, PusherID: alice.ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: strings.Repeat("1", 40), ReceivedAt: time.Now(),
	}))
	b.restart()
	if open, err := b.store.OpenIntents(t.Context(), 0); err != nil || len(open) != 0 {
		t.Errorf("open intents %v, %v", open, err)
	}
	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	b.push("alice", "w").says(t, "submission 2")
}

// TestTipWithoutSubmissionGetsOne checks that pushing again hands in a commit of main that no
// record names, as happens after a database is restored from an older backup.
func TestTipWithoutSubmissionGetsOne(t *testing.T) {
	t.Parallel()
	b, _ := newBroken(t)
	b.push("alice", "w").says(t, "submission 1")
	a, err := b.store.Assignment(t.Context(), "comp1", "a1")
	check(t, err)
	row, err := b.store.FindRepository(t.Context(), schema.Repository{Kind: schema.RepositoryOwn, CourseID: a.Course.ID, AssignmentID: a.ID, Owner: "alice"})
	check(t, err)
	path, err := b.repos.Path(row.ID)
	check(t, err)
	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	b.mustGit("alice", "w", "push", "-q", path, "main")
	b.push("alice", "w").says(t, "grader: nothing new", "submission 2", "2 / 2")
}

func TestStartErrors(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	second := b.config()
	second.Addr = b.address
	err := second.Start(t.Context())
	if schema.CodeOf(err) != schema.CodeConflict || !strings.Contains(err.Error(), "cannot listen on "+b.address+": another program has that port") {
		t.Errorf("port in use: %v", err)
	}
	third := b.config()
	third.HostKey = filepath.Join(b.dir, "open")
	check(t, os.WriteFile(third.HostKey, []byte("x"), 0o644))
	if err := third.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "is open to others (-rw-r--r--); make it 0600") {
		t.Errorf("open host key: %v", err)
	}
	info, err := os.Stat(filepath.Join(b.dir, "hostkey"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("host key %v, %v", info.Mode(), err)
	}
}
