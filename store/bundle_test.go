package store

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// bundle is a store with one course, its people, and one assignment with an active version.
type bundle struct {
	*Store
	t          testing.TB
	now        *atomic.Int64 // microseconds; every call of the clock adds one
	course     schema.Course
	assignment schema.Assignment
	users      map[string]schema.User
	intents    int
	source     string // source of the next candidate
}

// plainSource is an assignment without a due date.
const plainSource = "title: A1\ntests:\n  - {name: greets, run: ./hello}\n"

var epoch = time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)

func open(t testing.TB) *bundle {
	t.Helper()
	b := &bundle{t: t, now: new(atomic.Int64), users: make(map[string]schema.User), source: plainSource}
	b.now.Store(epoch.UnixMicro())
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), Options{Clock: b.tick, ReceiptKey: receiptKey(1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b.Store = s
	return b
}

func newBundle(t testing.TB) *bundle {
	t.Helper()
	b := open(t)
	b.course = b.addCourse("comp2402")
	b.enrol("alice", schema.RoleStudent)
	b.enrol("bob", schema.RoleStudent)
	b.enrol("tina", schema.RoleTA)
	b.enrol("ida", schema.RoleInstructor)
	b.assignment = b.addAssignment(b.course, "a1")
	return b
}

// receiptKey returns a key derived from a seed.
func receiptKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func (b *bundle) tick() time.Time { return time.UnixMicro(b.now.Add(1)).UTC() }

func (b *bundle) pass(d time.Duration) { b.now.Add(d.Microseconds()) }

func (b *bundle) addCourse(code string) schema.Course {
	b.t.Helper()
	return ok(b.AddCourse(b.t.Context(), schema.Operator(), schema.Course{Code: code, Title: strings.ToUpper(code), Zone: "America/Toronto", Flavour: "standard"}))(b.t)
}

func (b *bundle) user(login string) schema.User {
	b.t.Helper()
	if u, there := b.users[login]; there {
		return u
	}
	b.users[login] = ok(b.AddUser(b.t.Context(), schema.Operator(), schema.User{Login: login}))(b.t)
	return b.users[login]
}

// actor returns a person who acts over ssh with a key.
func (b *bundle) actor(login, key string) schema.Actor {
	b.t.Helper()
	return schema.Actor{User: b.user(login), Channel: schema.ChannelSSH, Key: key}
}

// last returns the newest audit entry, without its time and id.
func (b *bundle) last() schema.AuditEntry {
	b.t.Helper()
	e := ok(b.AuditLog(b.t.Context(), schema.AuditQuery{Limit: 1}))(b.t)[0]
	e.ID, e.At = 0, time.Time{}
	return e
}

func (b *bundle) enrol(login string, role schema.Role) {
	b.t.Helper()
	check(b.t, b.Enrol(b.t.Context(), schema.Operator(), b.course, b.user(login), role))
}

// addAssignment creates an assignment and pushes tests that pass their gate.
func (b *bundle) addAssignment(c schema.Course, name string) schema.Assignment {
	b.t.Helper()
	a := ok(b.EnsureAssignment(b.t.Context(), c.ID, name, b.tick()))(b.t)
	v, _ := b.candidate(a)
	b.gate(v, schema.GateResult{Passed: true})
	return ok(b.Assignment(b.t.Context(), c.Code, name))(b.t)
}

// intent opens an intent of a push to a repository.
func (b *bundle) intent(r schema.Repository, login string) schema.Intent {
	b.t.Helper()
	b.intents++
	in := schema.Intent{ID: fmt.Sprintf("%032x", b.intents), RepositoryID: r.ID, PusherID: b.user(login).ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", b.intents), ReceivedAt: b.tick(), Options: []string{}, Channel: schema.ChannelWeb, State: schema.IntentOpen}
	check(b.t, b.OpenIntent(b.t.Context(), in))
	return in
}

func (b *bundle) repository(a schema.Assignment, kind schema.RepositoryKind, owner string) schema.Repository {
	b.t.Helper()
	return ok(b.EnsureRepository(b.t.Context(), schema.Repository{Kind: kind, CourseID: a.Course.ID, AssignmentID: a.ID, Owner: owner}))(b.t)
}

func (b *bundle) candidate(a schema.Assignment) (schema.Version, schema.Job) {
	b.t.Helper()
	in := b.intent(b.repository(a, schema.RepositoryTests, ""), "ida")
	v, j, err := b.RecordCandidate(b.t.Context(), schema.Push{Intent: in, Tree: strings.Repeat("7", 40), Flavour: "standard", Login: "ida"}, []byte(b.source))
	check(b.t, err)
	return v, j
}

// gate claims jobs until it has the version's gate, and finishes the gate.
func (b *bundle) gate(v schema.Version, g schema.GateResult) {
	b.t.Helper()
	j := b.claim("standard")
	if j.Kind != schema.JobGate || j.VersionID != v.ID {
		b.t.Fatalf("claimed %+v, want the gate of version %d", j, v.ID)
	}
	ok(b.Finish(b.t.Context(), j.ID, j.Attempt, schema.Result{Outcome: schema.OutcomeGraded, Gate: &g}, b.tick()))(b.t)
}

// push records a student's push to the bundle's assignment.
func (b *bundle) push(login string) schema.GradedSubmission {
	b.t.Helper()
	return b.pushTo(b.assignment, login)
}

func (b *bundle) pushTo(a schema.Assignment, login string) schema.GradedSubmission {
	b.t.Helper()
	in := b.intent(b.repository(a, schema.RepositoryOwn, login), login)
	return ok(b.RecordSubmission(b.t.Context(), b.pushed(a, in)))(b.t)
}

func (b *bundle) pushed(a schema.Assignment, in schema.Intent) schema.Push {
	return schema.Push{Intent: in, Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard"}
}

func (b *bundle) claim(flavour string) schema.Job {
	b.t.Helper()
	return ok(b.Claim(b.t.Context(), "runner-1", flavour, b.tick(), time.Minute))(b.t)
}

// finish finishes a claimed job with a score.
func (b *bundle) finish(j schema.Job, score int64) schema.Event {
	b.t.Helper()
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: schema.NewPoints(score, 1), MaxScore: schema.NewPoints(25, 1)}
	return ok(b.Finish(b.t.Context(), j.ID, j.Attempt, r, b.tick()))(b.t)
}

func (b *bundle) events(job int64) []schema.EventKind {
	b.t.Helper()
	var kinds []schema.EventKind
	for i, e := range ok(b.Events(b.t.Context(), job, 0, 1000))(b.t) {
		if e.Seq != int64(i+1) {
			b.t.Errorf("event %d of job %d has seq %d", i+1, job, e.Seq)
		}
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func ok[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks an error's code and that its message contains the given words.
func refused(t testing.TB, err error, code schema.Code, words ...string) {
	t.Helper()
	if schema.CodeOf(err) != code {
		t.Fatalf("error %v, want code %s", err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
