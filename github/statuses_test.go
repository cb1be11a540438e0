package github_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/github"
	"github.com/grader/grader/github/githubtest"
	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// graded is a classroom in which a test sets the status of each commit.
type graded map[string]schema.CommitStatus

func (g graded) Status(_ context.Context, s schema.GitHubStatus) (schema.CommitStatus, error) {
	return g[s.Commit], nil
}

// OpenStatus removes points from the description.
func (g graded) OpenStatus(_ context.Context, s schema.GitHubStatus) (schema.CommitStatus, error) {
	is := g[s.Commit]
	if before, _, found := strings.Cut(is.Description, ": 20 of 20 points"); found {
		is.Description, is.Summary, is.Annotations = before+": graded", "", nil
	}
	return is, nil
}

func (graded) Target(context.Context, string, string, schema.GitHubPush, course.GitHubNames) (classroom.GitHubTarget, error) {
	return classroom.GitHubTarget{}, nil
}

func (graded) Follow(context.Context, schema.GitHubCommit, classroom.GitHubTarget) error { return nil }

func (graded) Became(context.Context, schema.GitHubCommit, classroom.GitHubTarget, time.Time) (schema.GitHubStatus, error) {
	return schema.GitHubStatus{}, nil
}

// desk is an outbox that writes statuses to a GitHub server. Its clock stands still.
type desk struct {
	*outbox.Worker
	t     *testing.T
	store *store.Store
	hub   *githubtest.Server
	is    graded
	at    time.Time
}

func newDesk(t *testing.T, credentials func(hub *githubtest.Server, clock func() time.Time) github.Credentials) *desk {
	t.Helper()
	d := &desk{t: t, hub: githubtest.New(t), is: graded{}, at: time.Now()}
	clock := func() time.Time { return d.at }
	var err error
	if d.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), store.Options{Clock: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	d.Worker = &outbox.Worker{Store: d.store, Clock: clock, Random: func() float64 { return 0.5 }, Logger: slog.New(slog.DiscardHandler), Senders: map[string]outbox.Sender{
		schema.OutgoingGitHubStatus: github.NewStatusSender(github.StatusSender{
			Host: d.hub.URL, Credentials: credentials(d.hub, clock), Classroom: d.is, Told: d.store, Site: func() string { return "https://grader.test" }, Clock: clock,
		}),
	}}
	return d
}

func byToken(*githubtest.Server, func() time.Time) github.Credentials {
	return github.Token(githubtest.Token)
}

// byApp uses an App with a new key.
func byApp(t *testing.T) func(hub *githubtest.Server, clock func() time.Time) github.Credentials {
	return func(hub *githubtest.Server, clock func() time.Time) github.Credentials {
		key := rsaKey(t)
		hub.SetApp("12345", &key.PublicKey, clock)
		text := pemOf(t, "RSA PRIVATE KEY", key)
		app, err := github.NewApp(hub.URL, "12345", text, nil, clock)
		if err != nil {
			t.Fatal(err)
		}
		return app
	}
}

func commitNo(n int) string { return fmt.Sprintf("%040x", n+1) }

// set sets a commit's status and enqueues it.
func (d *desk) set(n int, is schema.CommitStatus) {
	d.t.Helper()
	d.is[commitNo(n)] = is
	c := schema.GitHubCommit{Repository: "comp2402-f26/a1-student", RepositoryID: 99, Commit: commitNo(n)}
	if err := d.store.EnqueueGitHubStatus(d.t.Context(), schema.GitHubStatus{GitHubCommit: c}); err != nil {
		d.t.Fatal(err)
	}
}

// run delivers entries for that long.
func (d *desk) run(long time.Duration) {
	d.t.Helper()
	for end := d.at.Add(long); d.at.Before(end); {
		next, err := d.Deliver(d.t.Context(), schema.OutgoingGitHubStatus)
		if err != nil {
			d.t.Fatal(err)
		}
		if next.IsZero() {
			return
		}
		if !next.After(d.at) {
			d.t.Fatalf("next attempt at %v, and it is %v", next, d.at)
		}
		d.at = next
	}
}

var (
	pending = schema.CommitStatus{State: schema.StatusPending, Description: "submission 1: received, waiting to be graded", Page: "comp2402/a1/ada/1"}
	success = schema.CommitStatus{State: schema.StatusSuccess, Description: "submission 1: 20 of 20 points, 8 of 8 tests passed", Page: "comp2402/a1/ada/1"}
)

// TestThousandStatusesAfterOutage makes GitHub unreachable for an hour while 1,000 statuses are
// enqueued, each pending and then final. After that GitHub allows 200 requests in ten minutes. Each
// commit gets its last state, and none gets it twice.
func TestThousandStatusesAfterOutage(t *testing.T) {
	t.Parallel()
	d := newDesk(t, byToken)
	const commits = 1000
	away := d.at.Add(time.Hour)
	var window time.Time
	left := 0
	allowed := func(*http.Request) (int, http.Header) {
		if d.at.Before(away) {
			return http.StatusBadGateway, nil
		}
		if d.at.Sub(window) >= 10*time.Minute {
			window, left = d.at, 200
		}
		if left == 0 {
			reset := window.Add(10*time.Minute).Unix() + 1
			return http.StatusTooManyRequests, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strconv.FormatInt(reset, 10)}}
		}
		left--
		return 0, nil
	}
	d.hub.Refuse(allowed)
	for n := range commits {
		d.set(n, pending)
	}
	d.run(30 * time.Minute)
	for n := range commits {
		d.set(n, success)
	}
	d.run(away.Sub(d.at))
	if asked := d.hub.Requests(); asked > 30 {
		t.Errorf("%d requests while GitHub was away", asked)
	}
	before := d.hub.Requests()
	d.run(3 * time.Hour)
	if left, err := d.store.Outbox(t.Context(), 10); err != nil || len(left) > 0 {
		t.Fatalf("left: %+v, %v", left, err)
	}
	got := map[string][]string{}
	for _, s := range d.hub.Statuses() {
		got[s.Commit] = append(got[s.Commit], s.State)
	}
	for n := range commits {
		if diff := cmp.Diff([]string{"success"}, got[commitNo(n)]); diff != "" {
			t.Fatalf("commit %d: %s", n, diff)
		}
	}
	unchanged := d.hub.Unchanged() // a question about the repository precedes each status
	if refused := d.hub.Requests() - before - unchanged - 1 - commits; refused > 20 || unchanged < commits-1 {
		t.Errorf("%d requests were refused, and %d answers were unchanged", refused, unchanged)
	}
}

func TestStatusAsWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t, byToken)
	d.set(0, pending)
	d.run(time.Hour)
	d.set(0, pending) // nothing new
	d.run(time.Hour)
	d.set(0, success)
	d.run(time.Hour)
	want := []githubtest.Status{
		{Repository: "comp2402-f26/a1-student", Commit: commitNo(0), State: "pending", Description: pending.Description, TargetURL: "https://grader.test/comp2402/a1/ada/1", Context: "grader"},
		{Repository: "comp2402-f26/a1-student", Commit: commitNo(0), State: "success", Description: success.Description, TargetURL: "https://grader.test/comp2402/a1/ada/1", Context: "grader"},
	}
	if diff := cmp.Diff(want, d.hub.Statuses()); diff != "" {
		t.Error(diff)
	}
	if runs := d.hub.CheckRuns(); len(runs) > 0 {
		t.Errorf("check runs without an App: %+v", runs)
	}
}

// TestRateLimits checks GitHub's limits in each form in which GitHub reports them.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		header func(now time.Time) http.Header
		wait   time.Duration
	}{
		"primary": {403, func(now time.Time) http.Header {
			return http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Limit": {"5000"}, "X-Ratelimit-Reset": {strconv.FormatInt(now.Add(40*time.Minute).Unix(), 10)}}
		}, 40 * time.Minute},
		"secondary":                   {403, func(time.Time) http.Header { return http.Header{"Retry-After": {"90"}} }, 90 * time.Second},
		"secondary by 429":            {429, func(time.Time) http.Header { return http.Header{"Retry-After": {"77"}} }, 77 * time.Second},
		"429 that says nothing":       {429, func(time.Time) http.Header { return nil }, time.Minute},
		"429 with a negative wait":    {429, func(time.Time) http.Header { return http.Header{"Retry-After": {"-5"}} }, time.Minute},
		"429 with a date as the wait": {429, func(time.Time) http.Header { return http.Header{"Retry-After": {"tomorrow"}} }, time.Minute},
	} {
		for refused, what := range []string{"the question", "the status"} {
			t.Run(name+", "+what, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, byToken)
				start := d.at
				asked := 0
				d.hub.Refuse(func(*http.Request) (int, http.Header) {
					if asked++; asked != refused+1 {
						return 0, nil
					}
					return c.status, c.header(d.at)
				})
				d.set(0, success)
				d.set(1, success)
				d.run(2 * time.Hour)
				if waited := d.at.Sub(start); waited < c.wait-time.Second || waited > c.wait+time.Second {
					t.Errorf("waited %v, want %v", waited, c.wait)
				}
				if got := len(d.hub.Statuses()); got != 2 || d.hub.Requests() != 5+refused { // a question precedes each status
					t.Errorf("%d statuses by %d requests", got, d.hub.Requests())
				}
			})
		}
	}
}

// TestStatusThatIsRefused checks that a permanent failure is kept with its reason and does not delay others.
func TestStatusThatIsRefused(t *testing.T) {
	t.Parallel()
	for status, words := range map[int]string{404: "answers 404", 422: "answers 422", 403: "answers 403"} {
		d := newDesk(t, byToken)
		d.hub.Refuse(func(r *http.Request) (int, http.Header) {
			if strings.HasSuffix(r.URL.Path, commitNo(0)) {
				return status, nil
			}
			return 0, nil
		})
		d.set(0, success)
		d.set(1, success)
		d.run(time.Hour)
		left, err := d.store.Outbox(t.Context(), 10)
		if err != nil || len(left) != 1 || left[0].FailedAt.IsZero() || !strings.Contains(left[0].LastError, words) || len(d.hub.Statuses()) != 1 {
			t.Errorf("%d: left %+v, %v; statuses %+v", status, left, err, d.hub.Statuses())
		}
	}
}

// TestStatusWithoutToken checks that no status is lost while an App is not installed or suspended.
func TestStatusWithoutToken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404, 422} {
		d := newDesk(t, byApp(t))
		mended := d.at.Add(2 * time.Hour)
		d.hub.Refuse(func(r *http.Request) (int, http.Header) {
			if d.at.Before(mended) && (strings.HasSuffix(r.URL.Path, "/installation") || strings.HasSuffix(r.URL.Path, "/access_tokens")) {
				return status, nil
			}
			return 0, nil
		})
		d.set(0, success)
		d.run(4 * time.Hour)
		left, err := d.store.Outbox(t.Context(), 10)
		if err != nil || len(left) > 0 || len(d.hub.Statuses()) != 1 {
			t.Errorf("%d: left %+v, %v; statuses %+v", status, left, err, d.hub.Statuses())
		}
	}
}

// TestCheckRun checks that a check run has the messages of the compiler, 50 in a request. If an
// attempt is interrupted between requests, the next one completes the run without duplicates.
func TestCheckRun(t *testing.T) {
	t.Parallel()
	broken := schema.CommitStatus{State: schema.StatusFailure, Description: "submission 1: does not compile", Page: "comp2402/a1/ada/1"}
	for n := range 120 {
		broken.Annotations = append(broken.Annotations, schema.Annotation{Path: "ring.c", Line: n + 1, Warning: n%2 == 1, Message: fmt.Sprint("message ", n)})
	}
	for name, interrupted := range map[string]string{"whole": "", "interrupted after the status": "/check-runs", "interrupted after 50 annotations": "/check-runs/1"} {
		for _, by := range []int{http.StatusBadGateway, http.StatusTooManyRequests} {
			t.Run(fmt.Sprint(name, " by ", by), func(t *testing.T) {
				t.Parallel()
				d := newDesk(t, byApp(t))
				failed := interrupted == ""
				d.hub.Refuse(func(r *http.Request) (int, http.Header) {
					if !failed && strings.HasSuffix(r.URL.Path, interrupted) {
						failed = true
						return by, nil
					}
					return 0, nil
				})
				d.set(0, broken)
				d.run(time.Hour)
				if all := d.hub.Statuses(); len(all) != 1 || all[0].State != "failure" {
					t.Errorf("statuses %+v", all)
				}
				runs := d.hub.CheckRuns()
				if len(runs) != 1 {
					t.Fatalf("check runs %+v", runs)
				}
				run := runs[0]
				if run.Conclusion != "failure" || run.Title != broken.Description || run.Commit != commitNo(0) || len(run.Annotations) != 120 {
					t.Errorf("%+v with %d annotations", run, len(run.Annotations))
				}
				for n, a := range run.Annotations {
					if want := (githubtest.Annotation{Path: "ring.c", Line: n + 1, Level: []string{"failure", "warning"}[n%2], Message: fmt.Sprint("message ", n)}); a != want {
						t.Fatalf("annotation %d is %+v", n, a)
					}
				}
			})
		}
	}
}

// TestWritesPerMinute checks that no minute has more writes than GitHub allows, however many
// requests one status needs.
func TestWritesPerMinute(t *testing.T) {
	t.Parallel()
	broken := schema.CommitStatus{State: schema.StatusFailure, Description: "submission 1: does not compile"}
	for n := range 190 {
		broken.Annotations = append(broken.Annotations, schema.Annotation{Path: "ring.c", Line: n + 1, Message: "no"})
	}
	for name, c := range map[string]struct {
		credentials func(*githubtest.Server, func() time.Time) github.Credentials
		is          schema.CommitStatus
		commits     int
		writes      int // writes of each status
	}{
		"statuses":                    {byToken, success, 200, 1},
		"check runs":                  {byApp(t), success, 100, 2},
		"check runs with much to say": {byApp(t), broken, 40, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.credentials)
			var at []time.Time
			d.hub.Refuse(func(r *http.Request) (int, http.Header) {
				if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/access_tokens") {
					at = append(at, d.at)
				}
				return 0, nil
			})
			for n := range c.commits {
				d.set(n, c.is)
			}
			d.run(time.Hour)
			if len(at) != c.commits*c.writes {
				t.Errorf("%d requests, want %d", len(at), c.commits*c.writes)
			}
			for i := 60; i < len(at); i++ {
				if within := at[i].Sub(at[i-60]); within < time.Minute {
					t.Fatalf("61 requests within %v", within)
				}
			}
			if took := at[len(at)-1].Sub(at[0]); took > time.Duration(len(at))*time.Minute/40 {
				t.Errorf("%d requests took %v", len(at), took)
			}
		})
	}
}

// TestStatusInRepositoryThatBecamePublic writes statuses with points while no announcement says that the repository is
// public. GitHub is asked before each.
func TestStatusInRepositoryThatBecamePublic(t *testing.T) {
	t.Parallel()
	const points, open, name = "submission 1: 20 of 20 points, 8 of 8 tests passed", "submission 1: graded", "comp2402-f26/a1-student"
	refuse := func(status int) func(*http.Request) (int, http.Header) {
		return func(r *http.Request) (int, http.Header) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+name) {
				return status, nil
			}
			return 0, nil
		}
	}
	for what, c := range map[string]struct {
		visibility string
		refuse     int
		is         schema.CommitStatus
		want       []string
	}{
		"private":                         {"private", 0, success, []string{points}},
		"public":                          {"public", 0, success, []string{open}},
		"internal":                        {"internal", 0, success, []string{open}},
		"not found":                       {"private", http.StatusNotFound, success, []string{open}},
		"forbidden":                       {"private", http.StatusForbidden, success, []string{open}},
		"unauthenticated":                 {"private", http.StatusUnauthorized, success, []string{open}},
		"GitHub fails":                    {"private", http.StatusBadGateway, success, nil},
		"the limit is reached":            {"private", http.StatusTooManyRequests, success, nil},
		"pending, which is not asked for": {"public", http.StatusNotFound, pending, []string{pending.Description}},
	} {
		for kind, credentials := range map[string]func(*githubtest.Server, func() time.Time) github.Credentials{"token": byToken, "app": byApp(t)} {
			d := newDesk(t, credentials)
			d.hub.SetVisibility(name, c.visibility)
			if c.refuse != 0 {
				d.hub.Refuse(refuse(c.refuse))
			}
			d.set(0, c.is)
			d.run(time.Hour)
			var got []string
			for _, s := range d.hub.Statuses() {
				got = append(got, s.Description)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s: %s", what, kind, diff)
			}
			for _, run := range d.hub.CheckRuns() {
				if strings.Contains(run.Title+run.Summary, "points") != (c.want[0] == points) {
					t.Errorf("%s: check run %+v", what, run)
				}
			}
			d.hub.Refuse(nil)
			d.run(2 * time.Hour)
			if left, err := d.store.Outbox(t.Context(), 10); err != nil || len(left) > 0 {
				t.Errorf("%s, %s: left %+v, %v", what, kind, left, err)
			}
		}
	}
}

// TestVisibilityIsAskedAgain changes a repository between the statuses of its commits. An unchanged answer is 304.
func TestVisibilityIsAskedAgain(t *testing.T) {
	t.Parallel()
	const name = "comp2402-f26/a1-student"
	d := newDesk(t, byToken)
	for n, visibility := range []string{"private", "private", "public", "public", "internal", "private"} {
		d.hub.SetVisibility(name, visibility)
		d.set(n, success)
		d.run(time.Hour)
		all := d.hub.Statuses()
		if len(all) != n+1 || strings.Contains(all[n].Description, "points") != (visibility == "private") {
			t.Fatalf("commit %d, %s: %+v", n, visibility, all[len(all)-1])
		}
	}
	if n := d.hub.Unchanged(); n != 2 {
		t.Errorf("%d answers were unchanged, want 2", n)
	}
	d.hub.SetVisibility(name, "public")
	d.set(2, success) // it has the status for everybody
	d.run(time.Hour)
	if n := len(d.hub.Statuses()); n != 6 {
		t.Errorf("%d statuses, want 6", n)
	}
}
