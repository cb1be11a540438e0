package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
	"github.com/grader/grader/web/api"
)

// bundle is an API on its own store. alice and bob are students of comp1, tina is a TA, ida an
// instructor, and root an administrator. mallory is an instructor of other1 only. a1 has accepted
// tests, some of them hidden.
type bundle struct {
	*classroom.Classroom
	t       *testing.T
	store   *store.Store
	live    *live
	server  *httptest.Server
	api     *api.API
	people  map[string]schema.Actor
	tokens  map[string]string // LOGIN SCOPE → secret
	pushes  int
	uploads *uploads
	answers *answers
	began   chan struct{}  // receives when the operations "wait" and "block" begin
	ended   chan struct{}  // receives when they end
	channel schema.Channel // channel of pushes; "" is SSH
	close   func()         // ends the streams, as when the site stops
}

const source = `title: First steps
due: 2099-09-28 23:59
tests:
  - {name: greets, run: ./hello, stdout: "hi\n", points: 2}
  - {name: secret corner, run: ./hello, stdout: "hidden output 77\n", points: 3, visible: after_due}
  - {name: never shown, run: ./hello, stdout: "x\n", visible: never}
`

// hidden lists words of the hidden tests.
var hidden = []string{"secret corner", "hidden output 77", "never shown", "judge says so", "report and process disagree"}

func newBundle(t *testing.T) *bundle {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	check(t, err)
	b := &bundle{t: t, began: make(chan struct{}, 99), ended: make(chan struct{}, 99), live: newLive(), people: map[string]schema.Actor{}, tokens: map[string]string{}}
	b.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), store.Options{ReceiptKey: key})
	check(t, err)
	t.Cleanup(func() { check(t, b.store.Close()) })
	b.Classroom = classroom.New(classroom.Options{Store: b.store, Live: b.live, Flavours: map[string]schema.Flavour{"standard": {Name: "standard", Max: 8}}, ReceiptKey: "ssh-ed25519 AAAA grader-receipts\n", Notices: classroom.NoticeChannels{Mail: true}})
	b.uploads = &uploads{bundle: b}
	closing := make(chan struct{})
	b.close = sync.OnceFunc(func() { close(closing) })
	b.answers = &answers{Store: b.store}
	b.start(closing)
	t.Cleanup(b.close)
	for _, code := range []string{"comp1", "other1"} {
		_, err := b.Courses.Add(t.Context(), schema.Operator(), classroom.NewCourse{Code: code, Title: "Title of " + code, Zone: "America/Toronto", Flavour: "standard"})
		check(t, err)
	}
	for login, role := range map[string]schema.Role{"alice": "student", "bob": "student", "tina": "ta", "ida": "instructor", "root": "", "mallory": ""} {
		b.person(login, role)
	}
	check(t, b.Courses.Enrol(t.Context(), schema.Operator(), "other1", "mallory", schema.RoleInstructor))
	b.publishTests("comp1", "a1", source, "ida")
	return b
}

// start starts the API on the store. A second call stands for a restart of the server.
func (b *bundle) start(closing <-chan struct{}) {
	b.t.Helper()
	var err error
	b.api, err = api.New(api.Options{
		Classroom: b.Classroom, Accounts: b.store, Results: b.store, Live: b.live, Files: files{}, Contents: files{}, Uploads: b.uploads, Requests: b.answers, Operations: &operations{b},
		Clock: time.Now, Logger: slog.New(slog.DiscardHandler), Version: "v0.1.0", Closing: closing,
	})
	check(b.t, err)
	b.t.Cleanup(func() { b.api.Close(context.Background()) })
	b.server = httptest.NewServer(b.api)
	b.t.Cleanup(b.server.Close)
}

// answers stores the requests with an Idempotency-Key. If lose is set, it stores no answers, as if
// the process were killed before that.
type answers struct {
	*store.Store
	lose  bool
	begun atomic.Int64 // requests that were stored
}

func (a *answers) BeginAPIRequest(ctx context.Context, q schema.APIRequest) (schema.APIRequest, bool, error) {
	a.begun.Add(1)
	return a.Store.BeginAPIRequest(ctx, q)
}

func (a *answers) AnswerAPIRequest(ctx context.Context, id int64, refused bool, answer []byte) error {
	if a.lose {
		return errors.New("killed")
	}
	return a.Store.AnswerAPIRequest(ctx, id, refused, answer)
}

func (b *bundle) person(login string, role schema.Role) {
	b.t.Helper()
	_, err := b.Accounts.AddUser(b.t.Context(), schema.Operator(), classroom.NewUser{Login: login, Name: strings.ToUpper(login), Admin: login == "root"})
	check(b.t, err)
	user, err := b.store.UserByLogin(b.t.Context(), login)
	check(b.t, err)
	b.people[login] = schema.Actor{User: user, Channel: schema.ChannelSSH}
	if role != "" {
		check(b.t, b.Courses.Enrol(b.t.Context(), schema.Operator(), "comp1", login, role))
	}
}

// publishTests pushes tests that pass their gate, and returns the number of the version.
func (b *bundle) publishTests(code, name, text, by string) int {
	b.t.Helper()
	c, err := b.store.Course(b.t.Context(), code)
	check(b.t, err)
	a, err := b.store.EnsureAssignment(b.t.Context(), c.ID, name, time.Now())
	check(b.t, err)
	v, _, err := b.store.RecordCandidate(b.t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryTests, by), Tree: strings.Repeat("7", 40), Flavour: "standard"}, []byte(text))
	check(b.t, err)
	b.grade(schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
	return v.Number
}

func (b *bundle) intent(a schema.Assignment, kind schema.RepositoryKind, login string) schema.Intent {
	b.t.Helper()
	row := schema.Repository{Kind: kind, CourseID: a.Course.ID, AssignmentID: a.ID}
	if kind == schema.RepositoryOwn {
		row.Owner = login
	}
	row, err := b.store.EnsureRepository(b.t.Context(), row)
	check(b.t, err)
	b.pushes++
	in := schema.Intent{ID: fmt.Sprintf("%032x", b.pushes), RepositoryID: row.ID, PusherID: b.people[login].User.ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: fmt.Sprintf("%040x", b.pushes), ReceivedAt: time.Now(), State: schema.IntentOpen, Channel: b.channel}
	check(b.t, b.store.OpenIntent(b.t.Context(), in))
	return in
}

// push records a submission of login to comp1/a1.
func (b *bundle) push(login string) schema.GradedSubmission {
	b.t.Helper()
	a, err := b.store.Assignment(b.t.Context(), "comp1", "a1")
	check(b.t, err)
	sub, err := b.store.RecordSubmission(b.t.Context(), schema.Push{Intent: b.intent(a, schema.RepositoryOwn, login), Tree: strings.Repeat("5", 40), VersionID: a.Active.ID, Flavour: "standard", Login: login})
	check(b.t, err)
	return sub
}

// grade finishes the next job with a result.
func (b *bundle) grade(r schema.Result) {
	b.t.Helper()
	j, err := b.store.Claim(b.t.Context(), "runner", "standard", time.Now(), time.Hour)
	check(b.t, err)
	_, err = b.store.Append(b.t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted, Text: "standard"}})
	check(b.t, err)
	_, err = b.store.Finish(b.t.Context(), j.ID, j.Attempt, r, time.Now())
	check(b.t, err)
}

// result returns a runner's result: one test passed, and a hidden test failed.
func result() schema.Result {
	points := func(n int64) schema.Points { return schema.NewPoints(n, 1) }
	return schema.Result{
		Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: points(2), MaxScore: points(5), Build: &schema.BuildResult{Outcome: schema.OutcomePassed, Output: "cc -o hello"},
		Tests: []schema.TestResult{
			{Name: "greets", Test: "greets", Outcome: schema.OutcomePassed, Score: points(2), MaxScore: points(2), Visible: schema.VisibleAlways, Output: "hi\n<b>&", JudgeMessage: "judge says so", Tampering: "report and process disagree"},
			{Name: "secret corner", Test: "secret corner", Outcome: schema.OutcomeFailed, MaxScore: points(3), Visible: schema.VisibleAfterDue, Output: "hidden output 77", Message: "hidden output 77"},
			{Name: "never shown", Test: "never shown", Outcome: schema.OutcomeFailed, MaxScore: points(1), Visible: schema.VisibleNever},
		},
		StartedAt: time.Now(), FinishedAt: time.Now(),
	}
}

// graded pushes for a person and grades the push.
func (b *bundle) graded(login string) schema.GradedSubmission {
	b.t.Helper()
	sub := b.push(login)
	b.grade(result())
	return sub
}

// token returns a token of a person with a scope, or "" for nobody.
func (b *bundle) token(login string, scope schema.Scope) string {
	b.t.Helper()
	if login == "" {
		return ""
	}
	key := login + "-" + string(scope)
	if b.tokens[key] == "" {
		made, err := b.Tokens.Create(b.t.Context(), b.people[login], classroom.NewToken{Name: key, Scope: scope})
		check(b.t, err)
		b.tokens[key] = made.Secret
	}
	return b.tokens[key]
}

// highest returns a token with the widest scope that a person can have.
func (b *bundle) highest(login string) string {
	if login == "root" {
		return b.token(login, schema.ScopeAdmin)
	}
	return b.token(login, schema.ScopeWrite)
}

// reply is a response of the API.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with a token. A string body is sent unchanged, any other as JSON.
func (b *bundle) ask(token, method, path string, body any, headers ...string) reply {
	b.t.Helper()
	var data []byte
	switch is := body.(type) {
	case nil:
	case string:
		data = []byte(is)
	default:
		var err error
		data, err = json.Marshal(is)
		check(b.t, err)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+api.Prefix+path, bytes.NewReader(data))
	check(b.t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.server.Client().Do(req)
	check(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(b.t, err)
	return reply{res.StatusCode, res.Header, string(text)}
}

// read requests a path as a person and decodes the response.
func read[T any](b *bundle, login, path string) (v T) {
	b.t.Helper()
	got := b.ask(b.token(login, schema.ScopeRead), http.MethodGet, path, nil)
	if got.status != http.StatusOK {
		b.t.Fatalf("GET %s by %s: status %d: %s", path, login, got.status, got.body)
	}
	decode(b.t, got.body, &v)
	return v
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// problem is an error of the API as clients decode it.
type problem struct {
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Detail string      `json:"detail"`
	Code   schema.Code `json:"code"`
}

// refused fails the test unless a reply is a problem with the status, code and words.
func (r reply) refused(t testing.TB, status int, code schema.Code, words ...string) {
	t.Helper()
	if r.status != status || r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, %s: %s; want status %d", r.status, r.header.Get("Content-Type"), r.body, status)
		return
	}
	var p problem
	decode(t, r.body, &p)
	if p.Status != status || p.Code != code || p.Title != http.StatusText(status) {
		t.Errorf("problem %+v, want code %s", p, code)
	}
	for _, w := range words {
		if !strings.Contains(p.Detail, w) {
			t.Errorf("it says %q, want %q", p.Detail, w)
		}
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// live is a scheduler whose events come from the tests.
type live struct {
	mu      sync.Mutex
	watches map[int64]chan schema.Event
	watched chan int64
	place   schema.Place
}

func newLive() *live {
	return &live{watches: map[int64]chan schema.Event{}, watched: make(chan int64, 100)}
}

func (l *live) Wake() {}

func (l *live) PoolStates(context.Context) ([]schema.PoolState, error) {
	return []schema.PoolState{{Flavour: schema.Flavour{Name: "standard", CPU: 2}, Busy: 1}}, nil
}

// Control implements classroom.Live.
func (l *live) Control(schema.PoolControl) {}

func (l *live) RunnerStates() []schema.RunnerState {
	return []schema.RunnerState{{Runner: schema.Runner{ID: "local-1", Flavour: "standard"}, Phase: "busy", Since: time.Now(), Job: 1}}
}

func (l *live) Stall(context.Context, string) schema.Stall { return schema.Stall{} }

func (l *live) Place(int64) schema.Place {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.place
}

// Watch returns a channel for one reader of a job. Tests send to it.
func (l *live) Watch(_ context.Context, job, _ int64) (<-chan schema.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watches[job] = make(chan schema.Event, 100)
	l.watched <- job
	return l.watches[job], nil
}

// happen waits for a reader of the job and sends it an event.
func (l *live) happen(t testing.TB, job int64, e schema.Event) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watches[job] == nil {
		t.Fatalf("nobody watches job %d", job)
	}
	l.watches[job] <- e
}

// operations implements two operations of grader admin.
type operations struct{ *bundle }

func (o *operations) Describe(name string) (api.Operation, error) {
	switch name {
	case "users", "wait":
		return api.Operation{Scope: schema.ScopeRead}, nil
	case "user.sign-out":
		return api.Operation{Scope: schema.ScopeAdmin}, nil
	case "image.remove":
		return api.Operation{Scope: schema.ScopeAdmin, Outside: true}, nil
	case "block", "large":
		return api.Operation{Scope: schema.ScopeWrite}, nil
	}
	return api.Operation{}, schema.Errorf(schema.CodeNotFound, "there is no operation %q", name)
}

func (o *operations) Run(ctx context.Context, by schema.Actor, name string, _ []byte) ([]byte, error) {
	switch name {
	case "wait", "block":
		o.began <- struct{}{}
		<-ctx.Done()
		o.ended <- struct{}{}
		return nil, context.Cause(ctx)
	case "large":
		return json.Marshal(strings.Repeat("x", 70_000))
	case "image.remove":
		return nil, schema.Errorf(schema.CodeUnavailable, "the daemon does not answer")
	case "users":
		all, err := o.Accounts.Users(ctx, by)
		if err != nil {
			return nil, err
		}
		return json.Marshal(len(all))
	}
	ended, err := o.Accounts.SignOut(ctx, by, "")
	if err != nil {
		return nil, err
	}
	return json.Marshal(ended)
}

// files implements the repositories.
type files struct{}

func (files) Files(context.Context, int64, string, int) ([]course.TreeEntry, error) {
	return []course.TreeEntry{{Path: "src/hello.c", Size: 12}}, nil
}

func (files) ReadFile(_ context.Context, _ int64, _, path string, most int64) ([]byte, error) {
	switch {
	case path == "big.bin":
		return nil, schema.Errorf(schema.CodeLimit, "the file has more than %d bytes", most)
	case path != "src/hello.c":
		return nil, schema.Errorf(schema.CodeNotFound, "there is no file %s", path)
	}
	return []byte("int main(){}"), nil
}

// uploads records and pushes uploads.
type uploads struct {
	*bundle
	mu    sync.Mutex
	all   []schema.Upload
	other bool   // another push to the same repository immediately follows each upload
	hold  func() // called before each upload, unless nil
	fail  error  // returned instead of each upload, unless nil
}

func (u *uploads) Upload(ctx context.Context, by schema.Actor, up schema.Upload) (is schema.Uploaded, err error) {
	if u.hold != nil {
		u.hold()
	}
	if u.fail != nil {
		return is, u.fail
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range up.Files {
		if f.Path == "forbidden.txt" {
			return is, schema.Errorf(schema.CodeRefused, "the file forbidden.txt is forbidden")
		}
	}
	if up.Base == "stale" {
		return is, schema.Errorf(schema.CodeConflict, "somebody else has changed this")
	}
	u.all = append(u.all, up)
	u.channel = by.Channel
	defer func() { u.channel = "" }()
	switch code, rest, _ := strings.Cut(up.Path, "/"); {
	case strings.HasSuffix(rest, "/tests"):
		name := strings.TrimSuffix(rest, "/tests")
		is.Version = u.publishTests(code, name, source, by.User.Login)
		if u.other {
			u.publishTests(code, name, source, by.User.Login)
		}
	case rest == "course":
		c, err := u.store.Course(ctx, code)
		check(u.t, err)
		p := schema.Push{Intent: u.intent(schema.Assignment{Course: c}, schema.RepositoryCourse, by.User.Login), Tree: strings.Repeat("7", 40)}
		v, err := u.Files.Record(ctx, by, c, p, up.Files[0].Data)
		check(u.t, err)
		is.Version = v.Number
	default:
		is.Submission = u.push(by.User.Login).Name
		if u.other {
			u.push(by.User.Login)
		}
	}
	return is, nil
}

// zipOf returns a zip of files.
func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		check(t, err)
		_, err = f.Write([]byte(text))
		check(t, err)
	}
	check(t, w.Close())
	return out.Bytes()
}
