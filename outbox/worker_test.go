package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const kind = "test"

// bench is a worker on a real store. Its clock stands still until a test moves it.
type bench struct {
	*outbox.Worker
	store *store.Store
	at    time.Time
	mu    sync.Mutex
	sent  []string // "KEY BODY" of the attempts, oldest first
	// answer returns the receiver's answer to an attempt; nil: it accepts.
	answer func(schema.OutboxEntry) error
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{at: time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)}
	b.open(t, filepath.Join(t.TempDir(), "grader.db"))
	b.Worker = &outbox.Worker{Store: b.store, Clock: b.clock, Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
		Senders: map[string]outbox.Sender{kind: outbox.SenderFunc(b.send)}}
	return b
}

func (b *bench) open(t *testing.T, path string) {
	t.Helper()
	s, err := store.Open(t.Context(), path, store.Options{Clock: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b.store = s
}

func (b *bench) clock() time.Time { return b.at }

func (b *bench) send(_ context.Context, e schema.OutboxEntry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, e.Key+" "+string(e.Body))
	if b.answer == nil {
		return nil
	}
	return b.answer(e)
}

func (b *bench) add(t *testing.T, key, receiver, body string) {
	t.Helper()
	if err := b.store.Enqueue(t.Context(), schema.Outgoing{Kind: kind, Key: key, Receiver: receiver, Body: []byte(body)}); err != nil {
		t.Fatal(err)
	}
}

// deliver runs the worker once. It returns how long from now the next entry is due, "never" if none is waiting.
func (b *bench) deliver(t *testing.T) string {
	t.Helper()
	next, err := b.Deliver(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	if next.IsZero() {
		return "never"
	}
	return next.Sub(b.at).String()
}

// told returns what was sent since the last call.
func (b *bench) told() []string {
	sent := b.sent
	b.sent = nil
	return sent
}

func (b *bench) expect(t *testing.T, when string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, b.told()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
}

func (b *bench) waiting(t *testing.T) []schema.OutboxEntry {
	t.Helper()
	all, err := b.store.Outbox(t.Context(), 5000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestReceiverAway checks that a receiver that does not answer is tried less and less often, once for all its entries.
// Other receivers get their entries in the meantime.
func TestReceiverAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(e schema.OutboxEntry) error {
		if e.Receiver == "away" {
			return schema.Errorf(schema.CodeUnavailable, "no answer")
		}
		return nil
	}
	b.add(t, "a", "away", "1")
	b.add(t, "b", "away", "1")
	b.add(t, "c", "there", "1")
	for i, want := range []string{"5s", "10s", "20s", "40s", "1m20s", "2m40s", "5m20s", "10m40s", "15m0s", "15m0s"} {
		if got := b.deliver(t); got != want {
			t.Errorf("after %d failures the wait is %s, want %s", i+1, got, want)
		}
		if sent, most := len(b.told()), 1; i > 0 && sent > most {
			t.Errorf("%d attempts at once", sent)
		}
		d, _ := time.ParseDuration(want)
		b.at = b.at.Add(d)
	}
	if left := b.waiting(t); len(left) != 2 || left[0].Receiver != "away" {
		t.Errorf("left: %+v", left)
	}
	b.answer = nil
	for b.deliver(t) != "never" { // the entry that failed last waits on its own
		b.at = b.at.Add(15 * time.Minute)
	}
	got := b.told()
	slices.Sort(got)
	if diff := cmp.Diff([]string{"a 1", "b 1"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestJitter checks that jitter shortens a wait by at most a half.
func TestJitter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Random = func() float64 { return 0.999 }
	b.answer = func(schema.OutboxEntry) error { return errors.New("odd") }
	b.add(t, "a", "r", "1")
	if got := b.deliver(t); got != "2.5025s" {
		t.Errorf("the wait is %s", got)
	}
}

// TestReceiverAsksForPause checks that a pause that the receiver asks for lasts exactly as long, and does not count as
// a failure.
func TestReceiverAsksForPause(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	until := b.at.Add(57 * time.Minute)
	b.answer = func(schema.OutboxEntry) error {
		return fmt.Errorf("limit: %w", &outbox.Later{Until: until, Reason: "429"})
	}
	b.add(t, "a", "r", "1")
	b.add(t, "b", "r", "1")
	if got := b.deliver(t); got != "57m0s" {
		t.Fatalf("next in %s", got)
	}
	b.expect(t, "first", "a 1")
	b.at = until.Add(-time.Second)
	if got := b.deliver(t); got != "1s" || len(b.sent) > 0 {
		t.Errorf("next in %s, sent %v", got, b.sent)
	}
	if e := b.waiting(t)[0]; e.Attempts != 0 || e.Failures != 0 {
		t.Errorf("%d attempts, %d failures", e.Attempts, e.Failures)
	}
	b.at, b.answer = until, nil
	if got := b.deliver(t); got != "never" {
		t.Errorf("next in %s", got)
	}
	b.expect(t, "after the pause", "a 1", "b 1")
}

// TestPauseInThePast checks that a pause that is already over does not make the worker spin.
func TestPauseInThePast(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(schema.OutboxEntry) error { return &outbox.Later{Until: b.at.Add(-time.Hour)} }
	b.add(t, "a", "r", "1")
	if got := b.deliver(t); got != "1s" {
		t.Errorf("next in %s", got)
	}
}

// TestNewestOfAKeyIsLast checks that only the newest of several entries with one key is delivered, even if it comes
// while an older one is being delivered.
func TestNewestOfAKeyIsLast(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, "a", "r", "pending")
	b.add(t, "b", "r", "pending")
	b.add(t, "a", "r", "success")
	b.deliver(t)
	b.expect(t, "replaced while it waits", "a success", "b pending")

	b.add(t, "a", "r", "pending")
	b.answer = func(e schema.OutboxEntry) error {
		if string(e.Body) == "pending" {
			b.add(t, "a", "r", "failure")
		}
		return nil
	}
	b.deliver(t)
	b.expect(t, "replaced while it is delivered", "a pending", "a failure")

	b.add(t, "a", "r", "pending")
	b.answer = func(e schema.OutboxEntry) error {
		if string(e.Body) == "pending" {
			b.add(t, "a", "r", "error")
			return errors.New("no answer to pending")
		}
		return nil
	}
	b.deliver(t)
	b.expect(t, "replaced while its delivery fails", "a pending", "a error")
	if left := b.waiting(t); len(left) > 0 {
		t.Errorf("left: %+v", left)
	}
}

// TestRefusedEntry checks that an entry that a receiver refuses is kept with the reason, does not delay others, and can
// be retried.
func TestRefusedEntry(t *testing.T) {
	t.Parallel()
	for _, code := range []schema.Code{schema.CodeRefused, schema.CodeInvalid, schema.CodeNotFound, schema.CodeConflict} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.answer = func(e schema.OutboxEntry) error {
				if e.Key == "bad" {
					return schema.Errorf(code, "there is no such thing")
				}
				return nil
			}
			b.add(t, "bad", "r", "1")
			b.add(t, "good", "r", "1")
			if got := b.deliver(t); got != "never" {
				t.Errorf("next in %s", got)
			}
			b.expect(t, "both", "bad 1", "good 1")
			left := b.waiting(t)
			if len(left) != 1 || left[0].LastError != "there is no such thing" || !left[0].FailedAt.Equal(b.at) {
				t.Fatalf("left: %+v", left)
			}
			if n, err := b.store.RetryOutbox(t.Context(), schema.Operator(), kind); n != 1 || err != nil {
				t.Errorf("%d retried, %v", n, err)
			}
			b.answer = nil
			b.deliver(t)
			b.expect(t, "retried", "bad 1")
		})
	}
}

// TestDroppedEntry drops an entry at its second attempt. It is removed and not given up, the log says
// why, and other entries go on.
func TestDroppedEntry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var log bytes.Buffer
	b.Logger = slog.New(slog.NewTextHandler(&log, nil))
	b.answer = func(e schema.OutboxEntry) error {
		switch {
		case e.Key == "good":
			return nil
		case e.Attempts == 1:
			return errors.New("broken pipe")
		}
		return fmt.Errorf("send: %w", &outbox.Dropped{Reason: "the topic is switched off"})
	}
	b.add(t, "unwanted", "r", "1")
	b.add(t, "good", "r", "1")
	for next := b.deliver(t); next != "never"; next = b.deliver(t) {
		d, _ := time.ParseDuration(next)
		b.at = b.at.Add(d)
	}
	if left := b.waiting(t); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	if diff := cmp.Diff([]string{"unwanted 1", "good 1", "unwanted 1"}, b.sent); diff != "" {
		t.Error(diff)
	}
	if got := log.String(); !strings.Contains(got, `level=INFO msg="outbox entry dropped" kind=test key=unwanted receiver=r reason="the topic is switched off"`) || strings.Contains(got, "given up") {
		t.Errorf("logged %s", got)
	}
}

// TestPoisonedEntry checks that an entry that always fails or panics does not delay the others, and is given up after a
// week.
func TestPoisonedEntry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(e schema.OutboxEntry) error {
		if e.Key == "bad" {
			panic("nil map")
		}
		return nil
	}
	b.add(t, "bad", "r", "1")
	b.add(t, "good", "r", "1")
	start := b.at
	for next := b.deliver(t); next != "never"; next = b.deliver(t) {
		d, _ := time.ParseDuration(next)
		b.at = b.at.Add(d)
	}
	if !slices.Contains(b.sent[:2], "good 1") {
		t.Errorf("the first attempts: %v", b.sent[:2])
	}
	left := b.waiting(t)
	if len(left) != 1 || left[0].LastError != "panic: nil map" || left[0].FailedAt.IsZero() {
		t.Errorf("left: %+v", left)
	}
	if d := b.at.Sub(start); d < 7*24*time.Hour || d > 7*24*time.Hour+15*time.Minute {
		t.Errorf("it was given up after %v", d)
	}
}

// TestRepetitionIsKnown checks that an interrupted attempt is repeated with the same token, and says that it is a
// repetition. The token changes with the content.
func TestRepetitionIsKnown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add(t, "a", "r", "1")
	first, _, err := b.store.TakeOutgoing(t.Context(), kind, nil, b.at) // the server is killed after this
	if err != nil || first.Attempts != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	var again schema.OutboxEntry
	b.answer = func(e schema.OutboxEntry) error { again = e; return errors.New("fails") }
	b.deliver(t)
	if again.Attempts != 2 || again.Token != first.Token {
		t.Errorf("attempt %d, token %s, the first was %s", again.Attempts, again.Token, first.Token)
	}
	b.add(t, "a", "r", "2")
	b.deliver(t)
	if again.Attempts != 1 || again.Token == first.Token {
		t.Errorf("new content: attempt %d, token %s", again.Attempts, again.Token)
	}
}

// TestEntryWithDueTime checks that an entry is delivered when it is due and not before, and that a later entry does not
// delay an earlier one.
func TestEntryWithDueTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e := schema.Outgoing{Kind: kind, Key: "digest", Receiver: "r", Body: []byte("1"), Due: b.at.Add(time.Hour)}
	if err := b.store.Enqueue(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	b.add(t, "now", "r", "1")
	if got := b.deliver(t); got != "1h0m0s" {
		t.Errorf("next in %s", got)
	}
	b.expect(t, "at once", "now 1")
	b.at = b.at.Add(time.Hour)
	b.deliver(t)
	b.expect(t, "an hour later", "digest 1")
}

// TestStartAndStop checks that a running worker delivers new entries, and stops while an attempt hangs. The entry
// stays.
func TestStartAndStop(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sent, hang := make(chan string), make(chan struct{})
	b.Senders = map[string]outbox.Sender{kind: outbox.SenderFunc(func(ctx context.Context, e schema.OutboxEntry) error {
		if e.Key == "hangs" {
			close(hang)
			<-ctx.Done()
			return ctx.Err()
		}
		sent <- e.Key
		return nil
	})}
	b.Start(t.Context())
	b.store.WhenOutgoing(b.Wake)
	for _, key := range []string{"a", "b"} {
		b.add(t, key, "r", "1")
		if got := <-sent; got != key {
			t.Errorf("sent %s, want %s", got, key)
		}
	}
	b.add(t, "hangs", "r", "1")
	<-hang
	for range 2 {
		if err := b.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if left := b.waiting(t); len(left) != 1 || left[0].Key != "hangs" || !left[0].FailedAt.IsZero() {
		t.Errorf("left: %+v", left)
	}
}

// TestHangingReceiver checks that a receiver that hangs does not delay the entries of others, even those that are
// enqueued while it hangs.
func TestHangingReceiver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sent, hang, release := make(chan string, 1), make(chan struct{}), make(chan struct{})
	b.Senders = map[string]outbox.Sender{kind: outbox.SenderFunc(func(_ context.Context, e schema.OutboxEntry) error {
		if e.Receiver == "hangs" {
			close(hang)
			<-release
		}
		sent <- e.Key
		return nil
	})}
	b.Start(t.Context())
	b.store.WhenOutgoing(b.Wake)
	b.add(t, "a", "hangs", "1")
	<-hang
	b.add(t, "b", "quick", "1")
	if got := <-sent; got != "b" {
		t.Errorf("sent %s", got)
	}
	close(release)
	if got := <-sent; got != "a" {
		t.Errorf("sent %s", got)
	}
	if err := b.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestKindInOrder checks that in a kind that keeps its order, an entry that fails delays only the later entries of its
// own receiver.
func TestKindInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.InOrder = map[string]bool{kind: true}
	b.answer = func(e schema.OutboxEntry) error {
		if e.Key == "a1" && e.Attempts < 3 {
			return errors.New("odd")
		}
		return nil
	}
	b.add(t, "a1", "a", "1")
	b.at = b.at.Add(time.Second)
	b.add(t, "a2", "a", "1")
	b.add(t, "b1", "b", "1")
	if got := b.deliver(t); got != "5s" {
		t.Errorf("next in %s", got)
	}
	got := b.told()
	slices.Sort(got)
	if diff := cmp.Diff([]string{"a1 1", "b1 1"}, got); diff != "" {
		t.Error(diff)
	}
	for _, wait := range []time.Duration{5 * time.Second, 10 * time.Second} {
		b.at = b.at.Add(wait)
		b.deliver(t)
	}
	b.expect(t, "later", "a1 1", "a1 1", "a2 1")
}
