package scheduler_test

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const lease = 30 * time.Second

// bundle is a scheduler with its own store, which has one course and one assignment, and with a
// pool that starts no runners.
type bundle struct {
	*scheduler.Scheduler
	t       testing.TB
	store   *store.Store
	jobs    *tapped
	pool    *stubPool
	trees   *stubTrees
	course  schema.Course
	tests   schema.Repository
	version schema.Version
	users   map[string]schema.User
	intents int
	runners int
	dir     string
}

func newBundle(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{t: t, dir: t.TempDir(), pool: &stubPool{alive: map[string]string{}}, trees: &stubTrees{}, users: map[string]schema.User{}}
	var err error
	b.store, err = store.Open(t.Context(), filepath.Join(b.dir, "grader.db"), store.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, b.store.Close()) })
	b.jobs = &tapped{Jobs: b.store}
	b.course, err = b.store.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp2402", Title: "T", Zone: "UTC", Flavour: "standard"})
	check(t, err)
	b.user("ida")
	b.addVersion()
	return b
}

// start starts a scheduler on the bundle's store, as a new process would.
func (b *bundle) start(change ...func(*scheduler.Scheduler)) *bundle {
	b.t.Helper()
	s := &scheduler.Scheduler{
		Jobs: b.jobs, Trees: b.trees, Dir: filepath.Join(b.dir, "cache"), Lease: lease,
		Pools:    map[string]scheduler.Pool{"standard": b.pool},
		Flavours: map[string]schema.Flavour{"standard": {Memory: 1 << 28, Warm: 1, Max: 4}},
		Logger:   slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(s)
	}
	check(b.t, s.Start(b.t.Context()))
	b.Scheduler = s
	b.t.Cleanup(func() { check(b.t, s.Stop(context.Background())) })
	return b
}

func (b *bundle) user(login string) schema.User {
	b.t.Helper()
	if u, ok := b.users[login]; ok {
		return u
	}
	u, err := b.store.AddUser(b.t.Context(), schema.Operator(), schema.User{Login: login})
	check(b.t, err)
	b.users[login] = u
	return u
}

// intent opens an intent of a push to the repository.
func (b *bundle) intent(r schema.Repository, login string) schema.Intent {
	b.t.Helper()
	b.intents++
	in := schema.Intent{ID: fmt.Sprintf("%032x", b.intents), RepositoryID: r.ID, PusherID: b.user(login).ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", b.intents), ReceivedAt: time.Now(), State: schema.IntentOpen}
	check(b.t, b.store.OpenIntent(b.t.Context(), in))
	return in
}

// addVersion adds the assignment a1 with tests that passed their gate.
func (b *bundle) addVersion() {
	b.t.Helper()
	ctx := b.t.Context()
	a, err := b.store.EnsureAssignment(ctx, b.course.ID, "a1", time.Now())
	check(b.t, err)
	b.tests, err = b.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryTests, CourseID: b.course.ID, AssignmentID: a.ID})
	check(b.t, err)
	b.version, _, err = b.store.RecordCandidate(ctx, schema.Push{Intent: b.intent(b.tests, "ida"), Tree: strings.Repeat("7", 40), Flavour: "standard", Login: "ida"}, []byte("title: A1\ntests: [{name: greets, run: ./hello, stdout: hello}]\n"))
	check(b.t, err)
	now := time.Now()
	check(b.t, b.store.AddRunner(ctx, schema.Runner{ID: "first", Flavour: "standard", SecretHash: make([]byte, 32), RegisteredAt: now}))
	j, err := b.store.Claim(ctx, "first", "standard", now, time.Minute)
	check(b.t, err)
	_, err = b.store.Finish(ctx, j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}}, now)
	check(b.t, err)
	check(b.t, b.store.RetireRunner(ctx, "first", now))
}

// push queues a job of the student and wakes the scheduler, if one runs.
func (b *bundle) push(login string) schema.Job {
	b.t.Helper()
	ctx := b.t.Context()
	r, err := b.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryOwn, CourseID: b.course.ID, AssignmentID: b.version.AssignmentID, Owner: login})
	check(b.t, err)
	sub, err := b.store.RecordSubmission(ctx, schema.Push{Intent: b.intent(r, login), Tree: strings.Repeat("5", 40), VersionID: b.version.ID, Flavour: "standard", Login: login})
	check(b.t, err)
	if b.Scheduler != nil {
		b.Wake()
	}
	return sub.Job
}

// tryOnce queues a push to the branch try.
func (b *bundle) tryOnce(login string) schema.Try {
	b.t.Helper()
	ctx := b.t.Context()
	r, err := b.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryOwn, CourseID: b.course.ID, AssignmentID: b.version.AssignmentID, Owner: login})
	check(b.t, err)
	try, err := b.store.RecordTry(ctx, schema.Push{Intent: b.intent(r, login), Tree: strings.Repeat("5", 40), VersionID: b.version.ID, Flavour: "standard", Login: login})
	check(b.t, err)
	b.Wake()
	return try
}

// job reads a job from the store.
func (b *bundle) job(id int64) schema.Job {
	b.t.Helper()
	j, err := b.store.Job(b.t.Context(), id)
	check(b.t, err)
	return j
}

// kinds returns the kinds of a job's stored events.
func (b *bundle) kinds(job int64) []schema.EventKind {
	b.t.Helper()
	events, err := b.store.Events(b.t.Context(), job, 0, 1000)
	check(b.t, err)
	var kinds []schema.EventKind
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// tapped wraps the store with hooks for tests.
type tapped struct {
	scheduler.Jobs
	mu        sync.Mutex
	claims    int
	onClaimed func(schema.Job) // after a claim that found a job
	orderFail error
}

func (j *tapped) Claim(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error) {
	return j.tap(j.Jobs.Claim(ctx, runner, flavour, now, lease))
}

func (j *tapped) ClaimLive(ctx context.Context, runner, flavour string, now time.Time, lease time.Duration) (schema.Job, error) {
	return j.tap(j.Jobs.ClaimLive(ctx, runner, flavour, now, lease))
}

func (j *tapped) tap(job schema.Job, err error) (schema.Job, error) {
	j.mu.Lock()
	j.claims++
	hook := j.onClaimed
	j.mu.Unlock()
	if err == nil && hook != nil {
		hook(job)
	}
	return job, err
}

func (j *tapped) Order(ctx context.Context, job int64) (schema.Order, error) {
	j.mu.Lock()
	fail := j.orderFail
	j.mu.Unlock()
	if fail != nil {
		return schema.Order{}, fail
	}
	return j.Jobs.Order(ctx, job)
}

func (j *tapped) looked() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.claims
}

// heldReads wraps the store so that reads of events wait for release.
type heldReads struct {
	scheduler.Jobs
	release chan struct{}
	reads   atomic.Int64
	fails   atomic.Bool
}

func (h *heldReads) Events(ctx context.Context, job, after int64, limit int) ([]schema.Event, error) {
	h.reads.Add(1)
	<-h.release
	if h.fails.Load() {
		return nil, schema.Errorf(schema.CodeInternal, "disk full")
	}
	return h.Jobs.Events(ctx, job, after, limit)
}

// holdReads starts the scheduler with reads that wait.
func (b *bundle) holdReads() *heldReads {
	b.t.Helper()
	held := &heldReads{Jobs: b.jobs, release: make(chan struct{})}
	b.start(func(s *scheduler.Scheduler) { s.Jobs = held })
	return held
}

// stubTrees serves trees of one file and counts the exports.
type stubTrees struct {
	mu      sync.Mutex
	exports int
	fail    error // after the first bytes
}

func (s *stubTrees) ExportTar(_ context.Context, repository int64, commit string, w io.Writer) error {
	s.mu.Lock()
	s.exports++
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		if _, err := w.Write(make([]byte, 1<<16)); err != nil {
			return err
		}
		return fail
	}
	t := tar.NewWriter(w)
	content := fmt.Sprintf("repository %d, commit %s\n", repository, commit)
	if err := t.WriteHeader(&tar.Header{Name: "file", Mode: 0o644, Size: int64(len(content))}); err != nil {
		return err
	}
	if _, err := io.WriteString(t, content); err != nil {
		return err
	}
	return t.Close()
}

// stubPool starts no runners and records its calls.
type stubPool struct {
	mu      sync.Mutex
	alive   map[string]string // id to flavour
	asked   []int
	retired []string
	failure string

	registered []string // ids passed to Registered
	full       bool
	away       error // error that List returns
	lists      int   // calls of List
	stays      bool  // its runners survive Close, like runners on a cluster
}

func (p *stubPool) Ensure(_ context.Context, _ schema.Flavour, n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, n)
	return nil
}

func (p *stubPool) Registered(runner string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.registered = append(p.registered, runner)
}

func (p *stubPool) Retire(_ context.Context, runner string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.alive, runner)
	p.retired = append(p.retired, runner)
	return nil
}

func (p *stubPool) List(context.Context) ([]scheduler.PoolRunner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lists++
	if p.away != nil {
		return nil, p.away
	}
	runners := []scheduler.PoolRunner{{Flavour: "standard", Failure: p.failure, Full: p.full}}
	for id, flavour := range p.alive {
		runners = append(runners, scheduler.PoolRunner{ID: id, Flavour: flavour, Alive: true, Failure: p.failure})
	}
	return runners, nil
}

func (p *stubPool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stays {
		clear(p.alive)
	}
	return nil
}

func (p *stubPool) last() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) == 0 {
		return -1
	}
	return p.asked[len(p.asked)-1]
}

func (p *stubPool) has(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.alive[id]
	return ok && !slices.Contains(p.retired, id)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
