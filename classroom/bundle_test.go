package classroom_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// bundle holds the actions on a new store, with one course and its people: alice and bob
// are students, tina a TA, ida an instructor; eve is enrolled nowhere and root an
// administrator. a1 is released, with tests that passed their gate.
type bundle struct {
	*classroom.Classroom
	t          *testing.T
	store      *store.Store
	clock      *atomic.Int64 // microseconds
	course     schema.Course
	actors     map[string]schema.Actor
	woken      atomic.Int64
	revoked    []classroom.Revocation
	pushes     int
	controlled []schema.PoolControl // settings passed to the scheduler
	mode       schema.PoolMode      // of the flavour standard
	stalled    string               // reason why no runner of the flavour standard can be started
}

var epoch = time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)

const released = `title: A1
tests:
  - {name: greets, run: ./hello, stdout: "hi\n", points: 2}
`

func newBundle(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{t: t, clock: new(atomic.Int64), actors: map[string]schema.Actor{"operator": schema.Operator()}}
	b.clock.Store(epoch.UnixMicro())
	var err error
	b.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), store.Options{Clock: b.now})
	check(t, err)
	t.Cleanup(func() { check(t, b.store.Close()) })
	b.Classroom = classroom.New(classroom.Options{Store: b.store, Live: b, Flavours: map[string]schema.Flavour{"standard": {}, "large": {}}, Clock: b.now,
		Notices: classroom.NoticeChannels{Mail: true, Webhooks: true}})
	t.Cleanup(b.Revoked.Listen(func(r classroom.Revocation) { b.revoked = append(b.revoked, r) }))
	b.course, err = b.Courses.Add(t.Context(), schema.Operator(), classroom.NewCourse{Code: "comp1", Title: "First", Zone: "UTC", Flavour: "standard"})
	check(t, err)
	for login, role := range map[string]schema.Role{"alice": schema.RoleStudent, "bob": schema.RoleStudent, "tina": schema.RoleTA, "ida": schema.RoleInstructor, "eve": "", "root": ""} {
		b.person(login, role)
	}
	b.assignment("a1", released)
	return b
}

func (b *bundle) now() time.Time { return time.UnixMicro(b.clock.Add(1)).UTC() }

func (b *bundle) pass(d time.Duration) { b.clock.Add(d.Microseconds()) }

// Wake implements classroom.Live.
func (b *bundle) Wake() { b.woken.Add(1) }

func (b *bundle) PoolStates(context.Context) ([]schema.PoolState, error) {
	return []schema.PoolState{{Flavour: schema.Flavour{Name: "standard"}, Busy: 1, Stalled: b.stalled, Control: schema.PoolControl{Mode: b.mode}}}, nil
}

// Control implements classroom.Live.
func (b *bundle) Control(c schema.PoolControl) { b.controlled = append(b.controlled, c) }

func (b *bundle) RunnerStates() []schema.RunnerState { return []schema.RunnerState{{Phase: "busy"}} }

// Stall implements classroom.Live. The flavour large does not exist.
func (b *bundle) Stall(_ context.Context, flavour string) schema.Stall {
	return schema.Stall{Missing: flavour == "large"}
}

// Watch implements classroom.Live. Every job ends at once. Place implements classroom.Live.
// The number of jobs ahead of a job is its id.
func (b *bundle) Place(job int64) schema.Place { return schema.Place{Ahead: int(job)} }

func (b *bundle) Watch(context.Context, int64, int64) (<-chan schema.Event, error) {
	ended := make(chan schema.Event)
	close(ended)
	return ended, nil
}

// person creates an account with one active key, and enrols it.
func (b *bundle) person(login string, role schema.Role) {
	b.t.Helper()
	_, err := b.Accounts.AddUser(b.t.Context(), schema.Operator(), classroom.NewUser{Login: login, Admin: login == "root", Keys: []string{publicKey(b.t, login)}})
	check(b.t, err)
	user, err := b.store.UserByLogin(b.t.Context(), login)
	check(b.t, err)
	keys, err := b.store.Keys(b.t.Context(), user.ID)
	check(b.t, err)
	b.actors[login] = schema.Actor{User: user, Channel: schema.ChannelSSH, Key: keys[0].Fingerprint}
	if role != "" {
		check(b.t, b.Courses.Enrol(b.t.Context(), schema.Operator(), "comp1", login, role))
	}
}

// assignment pushes tests that pass their gate.
func (b *bundle) assignment(name, source string) schema.Assignment {
	b.t.Helper()
	a, err := b.store.EnsureAssignment(b.t.Context(), b.course.ID, name, b.now())
	check(b.t, err)
	_, _, err = b.store.RecordCandidate(b.t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryTests, "ida"), Tree: strings.Repeat("7", 40), Flavour: "standard"}, []byte(source))
	check(b.t, err)
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
	a, err = b.store.Assignment(b.t.Context(), "comp1", name)
	check(b.t, err)
	return a
}

func (b *bundle) intent(a schema.Assignment, kind schema.RepositoryKind, login string, options ...string) schema.Intent {
	b.t.Helper()
	row := schema.Repository{Kind: kind, CourseID: a.Course.ID, AssignmentID: a.ID}
	if kind == schema.RepositoryOwn {
		row.Owner = login
	}
	row, err := b.store.EnsureRepository(b.t.Context(), row)
	check(b.t, err)
	b.pushes++
	in := schema.Intent{ID: fmt.Sprintf("%032x", b.pushes), RepositoryID: row.ID, PusherID: b.actors[login].User.ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", b.pushes), ReceivedAt: b.now(), State: schema.IntentOpen, Options: options}
	check(b.t, b.store.OpenIntent(b.t.Context(), in))
	return in
}

// push records a submission by the login to a1.
func (b *bundle) push(login string) schema.GradedSubmission {
	b.t.Helper()
	return b.pushTo("a1", login)
}

func (b *bundle) pushTo(name, login string) schema.GradedSubmission {
	b.t.Helper()
	a, err := b.store.Assignment(b.t.Context(), "comp1", name)
	check(b.t, err)
	sub, err := b.store.RecordSubmission(b.t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryOwn, login), Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard"})
	check(b.t, err)
	return sub
}

// claim assigns the next job to a runner.
func (b *bundle) claim() schema.Job {
	b.t.Helper()
	j, err := b.store.Claim(b.t.Context(), "runner", "standard", b.now(), time.Hour)
	check(b.t, err)
	return j
}

// grade finishes the next job with a result.
func (b *bundle) grade(r schema.Result) {
	b.t.Helper()
	j := b.claim()
	_, err := b.store.Append(b.t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}})
	check(b.t, err)
	_, err = b.store.Finish(b.t.Context(), j.ID, j.Attempt, r, b.now())
	check(b.t, err)
}

// lose releases the next job for lost runners until it fails.
func (b *bundle) lose() {
	b.t.Helper()
	for range schema.MaxAttempts {
		j := b.claim()
		_, err := b.store.Release(b.t.Context(), j.ID, j.Attempt, "the runner was lost", b.now())
		check(b.t, err)
	}
}

// last returns the newest audit entry.
func (b *bundle) last() schema.AuditEntry {
	b.t.Helper()
	log, err := b.Audit.Log(b.t.Context(), schema.Operator(), schema.AuditQuery{Limit: 1})
	check(b.t, err)
	return log[0]
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails the test unless the error has the code and contains the words.
func refused(t testing.TB, err error, code schema.Code, words ...string) {
	t.Helper()
	if schema.CodeOf(err) != code {
		t.Errorf("error %v (%q), want code %q", err, schema.CodeOf(err), code)
		return
	}
	for _, w := range words {
		if !strings.Contains(schema.MessageOf(err), w) {
			t.Errorf("it says %q, want %q", schema.MessageOf(err), w)
		}
	}
}
