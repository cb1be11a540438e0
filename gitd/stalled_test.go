package gitd_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/gitd"
	"github.com/grader/grader/schema"
)

// stalledLedger is a ledger whose writes do not return until its release.
type stalledLedger struct {
	gitd.Ledger
	released chan struct{}
	recorded chan struct{} // receives a value after each record
	deaf     bool          // to the end of the caller's context, as a commit is while the disk syncs
}

func (l *stalledLedger) stall(ctx context.Context) error {
	ended := ctx.Done()
	if l.deaf {
		ended = nil
	}
	select {
	case <-l.released:
		return nil
	case <-ended:
		return context.Cause(ctx)
	}
}

func (l *stalledLedger) RecordSubmission(ctx context.Context, p schema.Push) (schema.GradedSubmission, error) {
	if err := l.stall(ctx); err != nil {
		return schema.GradedSubmission{}, err
	}
	sub, err := l.Ledger.RecordSubmission(ctx, p)
	l.recorded <- struct{}{}
	return sub, err
}

func (l *stalledLedger) RecordTry(ctx context.Context, p schema.Push) (schema.Try, error) {
	if err := l.stall(ctx); err != nil {
		return schema.Try{}, err
	}
	try, err := l.Ledger.RecordTry(ctx, p)
	l.recorded <- struct{}{}
	return try, err
}

func (l *stalledLedger) VoidIntent(ctx context.Context, intent string) error {
	if err := l.stall(ctx); err != nil {
		return err
	}
	return l.Ledger.VoidIntent(ctx, intent)
}

// newStalled returns a server whose ledger stalls, and the function that ends the stall. The time limit for recording is
// over at once. git's is shorter than the stall, so that a push that depends on it loses its connection.
func newStalled(t *testing.T, deaf bool) (*bundle, *stalledLedger, func()) {
	l := &stalledLedger{released: make(chan struct{}), recorded: make(chan struct{}, 10), deaf: deaf}
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": ""})
	l.Ledger, b.ledger = b.ledger, l
	b.limits.Record, b.limits.Unpack = time.Millisecond, 20*time.Second
	b.restart()
	release := sync.OnceFunc(func() { close(l.released) })
	t.Cleanup(release) // before the server stops
	return b, l, release
}

// TestStalledStoreTellsStudentThatPushIsStored pushes while the store does not return. The student reads at the time limit
// that the push is stored. It is recorded and graded when the store works again.
func TestStalledStoreTellsStudentThatPushIsStored(t *testing.T) {
	t.Parallel()
	for name, deaf := range map[string]bool{"waits for its turn": false, "syncs the disk": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, l, release := newStalled(t, deaf)
			r := b.push("alice", "w")
			r.says(t, "stored, not yet counted; we keep trying.", "Push again to watch.", "main -> main")
			if r.status != 0 {
				t.Errorf("status %d", r.status)
			}
			release()
			<-l.recorded
			b.push("alice", "w").says(t, "grader: nothing new", "submission 1", "2 / 2")
			if n := len(b.submissions("alice")); n != 1 {
				t.Errorf("%d submissions", n)
			}
		})
	}
}

// TestStalledStoreTellsStudentThatTryIsStored does the same with a try.
func TestStalledStoreTellsStudentThatTryIsStored(t *testing.T) {
	t.Parallel()
	b, l, release := newStalled(t, true)
	b.push("alice", "w", "grader", "HEAD:try").says(t, "stored, not yet counted; we keep trying.", "HEAD -> try")
	release()
	<-l.recorded
	b.ssh("alice", "log", "comp1/a1").says(t, "try 1")
}

// TestStalledStoreTellsStudentThatPushIsRefused pushes what the hook refuses while the store does not return.
func TestStalledStoreTellsStudentThatPushIsRefused(t *testing.T) {
	t.Parallel()
	b, _, _ := newStalled(t, true)
	b.commit("alice", "w", map[string]string{"a.o": ""})
	r := b.push("alice", "w")
	r.says(t, "a.o", "Nothing was counted.", "[remote rejected]")
	if r.status == 0 {
		t.Error("status 0")
	}
}
