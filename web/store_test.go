package web_test

import (
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
	"github.com/grader/grader/web"
)

// ledger is the real store with helpers that fill it.
type ledger struct {
	*store.Store
	t      *testing.T
	pushes atomic.Int64
}

// must returns a function that returns its value or fails the test.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// newLedger opens a store with comp2402, alice and ines, and an a1 whose tests are accepted.
func newLedger(t *testing.T) (*ledger, schema.Assignment) {
	t.Helper()
	return newLedgerOf(t, specA1)
}

// newLedgerOf is like newLedger, but with another source of a1. It moves the due date to 2099.
func newLedgerOf(t *testing.T, source string) (*ledger, schema.Assignment) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	// Its clock runs, because sessions and links expire by the real time of the browser.
	l := &ledger{Store: must[*store.Store](t)(store.Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), store.Options{Clock: time.Now, ReceiptKey: key})), t: t}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	c := must[schema.Course](t)(l.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp2402", Title: "Data structures", Zone: "America/Toronto", Flavour: "standard"}))
	for login, role := range map[string]schema.Role{"alice": schema.RoleStudent, "ines": schema.RoleInstructor} {
		user := must[schema.User](t)(l.AddUser(t.Context(), schema.Operator(), schema.User{Login: login}))
		if err := l.Enrol(t.Context(), schema.Operator(), c, user, role); err != nil {
			t.Fatal(err)
		}
	}
	a := must[schema.Assignment](t)(l.EnsureAssignment(t.Context(), c.ID, "a1", time.Now()))
	_, _, err = l.RecordCandidate(t.Context(), l.push(a, schema.RepositoryTests, "ines"), []byte(strings.Replace(source, "2026-09-28", "2099-09-28", 1)))
	if err != nil {
		t.Fatal(err)
	}
	l.grade(&schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
	return l, must[schema.Assignment](t)(l.Assignment(t.Context(), "comp2402", "a1"))
}

// push opens an intent and returns the push to record for it.
func (l *ledger) push(a schema.Assignment, kind schema.RepositoryKind, login string) schema.Push {
	l.t.Helper()
	return l.pushOf(a, kind, login, strings.Repeat("c", 40))
}

// pushOf is like push, for a given commit.
func (l *ledger) pushOf(a schema.Assignment, kind schema.RepositoryKind, login, commit string) schema.Push {
	l.t.Helper()
	return l.pushTo(a, kind, login, login, commit, schema.ChannelSSH)
}

// pushTo is like pushOf, for a member of the team that owns the repository.
func (l *ledger) pushTo(a schema.Assignment, kind schema.RepositoryKind, owner, login, commit string, by schema.Channel) schema.Push {
	l.t.Helper()
	enrolled := schema.Repository{Kind: kind, CourseID: a.Course.ID, AssignmentID: a.ID}
	if kind == schema.RepositoryOwn {
		enrolled.Owner = owner
	}
	r := must[schema.Repository](l.t)(l.EnsureRepository(l.t.Context(), enrolled))
	user := must[schema.User](l.t)(l.UserByLogin(l.t.Context(), login))
	in := schema.Intent{
		ID: fmt.Sprintf("%032x", l.pushes.Add(1)), RepositoryID: r.ID, PusherID: user.ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: commit, ReceivedAt: time.Now(), State: schema.IntentOpen, Channel: by,
	}
	if err := l.OpenIntent(l.t.Context(), in); err != nil {
		l.t.Fatal(err)
	}
	p := schema.Push{Intent: in, Tree: strings.Repeat("5", 40), Flavour: "standard", Login: login}
	if a.Active != nil {
		p.VersionID = a.Active.ID
	}
	return p
}

// grade claims the next job and finishes it unless the result is nil.
func (l *ledger) grade(r *schema.Result, events ...schema.Event) schema.Job {
	l.t.Helper()
	job := must[schema.Job](l.t)(l.Claim(l.t.Context(), "runner-1", "standard", time.Now(), time.Minute))
	must[[]schema.Event](l.t)(l.Append(l.t.Context(), job.ID, job.Attempt, 0, append([]schema.Event{{Kind: schema.EventStarted}}, events...)))
	if r != nil {
		must[schema.Event](l.t)(l.Finish(l.t.Context(), job.ID, job.Attempt, *r, time.Now()))
	}
	return job
}

// TestSiteOnRealStore uses the whole site on the real store.
func TestSiteOnRealStore(t *testing.T) {
	t.Parallel()
	l, a := newLedger(t)
	c := newClassroom(t) // the scheduler and the repositories
	s := newSite(t, c, func(server *web.Server) {
		server.Classroom = actions.New(actions.Options{Store: l, Clock: time.Now})
		server.Accounts, server.Results, server.Sessions, server.Clock = l, l, l, time.Now
	})
	sub := must[schema.GradedSubmission](t)(l.RecordSubmission(t.Context(), l.push(a, schema.RepositoryOwn, "alice")))
	alice := must[schema.User](t)(l.UserByLogin(t.Context(), "alice"))
	token := must[string](t)(l.NewLoginToken(t.Context(), schema.Operator(), alice, time.Now().Add(time.Minute)))
	b := s.visitor()
	if got := b.post("/-/login/" + token); got.status != 303 {
		t.Fatalf("sign in: status %d: %s", got.status, got.body)
	}
	if got := s.visitor().post("/-/login/" + token); got.status != 422 {
		t.Errorf("the link works twice: status %d", got.status)
	}
	page := b.page("/" + sub.Name.String())
	if diff := cmp.Diff([]string{"Waiting for a runner: you are next."}, page.texts("#status")); diff != "" {
		t.Error(diff)
	}
	result := gradedResult()
	job := l.grade(nil, schema.Event{Kind: schema.EventTest, Test: &result.Tests[0]})
	if got := b.page("/" + sub.Name.String()).text("#verdict .progress"); got != "1 of 2 tests" {
		t.Errorf("progress %q", got)
	}
	must[schema.Event](t)(l.Finish(t.Context(), job.ID, job.Attempt, *result, time.Now()))
	all := b.listen("/"+sub.Name.String()+"/-/events", "").untilClosed()
	mustContain(t, all[0].data, "Graded: 2 of 5 points.")
	for path, want := range map[string]string{"/": "2 / 5", "/comp2402": "2 / 5", "/comp2402/a1": "2 / 5", "/comp2402/a1/alice": "2 / 5"} {
		mustContain(t, b.get(path).body, want)
	}
	if got := b.post("/-/logout"); got.status != 303 {
		t.Errorf("sign out: status %d", got.status)
	}
	if got := b.get("/comp2402"); got.status != 401 {
		t.Errorf("signed out: status %d", got.status)
	}
}
