package service

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/schema"
)

// term is a service with the course comp1 and a clock that the test moves. alice and bob are students, tina is a TA,
// ida an instructor. The test provides the results of jobs.
type term struct {
	*Service
	t     *testing.T
	dir   string
	now   atomic.Int64
	keys  map[string]ssh.Signer
	users map[string]schema.User
	jars  map[string]http.CookieJar
	a1    schema.Assignment
}

// The assignment is due on Monday noon and ends on Wednesday noon.
const termSource = `title: Hidden tests
due: 2026-09-14 12:00
late: {until: 2026-09-16 12:00, penalty: {percent: 10}}
submissions: {counts: last}
tests:
  - {name: open, run: ./a, points: 3}
  - {name: SECRET-DUE-name, run: ./a, visible: after_due, points: 37}
  - {name: SECRET-PUB-name, run: ./a, visible: after_publish, points: 43}
  - {name: SECRET-NEVER-name, run: ./a, visible: never}
`

func newTerm(t *testing.T) *term {
	t.Helper()
	dir, err := os.MkdirTemp("", "v") // a short path: unix sockets have 107 bytes
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.WriteFile(filepath.Join(dir, "grader"), nil, 0o700))
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "grader-hook"), "github.com/grader/grader/hooks/grader-hook").CombinedOutput(); err != nil {
		t.Fatalf("build grader-hook: %v\n%s", err, out)
	}
	m := &term{t: t, dir: dir, keys: map[string]ssh.Signer{}, users: map[string]schema.User{}, jars: map[string]http.CookieJar{}}
	m.now.Store(time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC).UnixMicro())
	config := configs.Default()
	standard := config.Flavours["standard"]
	standard.Warm = 0
	config.Flavours["standard"] = standard
	m.Service = &Service{
		Data: filepath.Join(dir, "data"), SSH: "127.0.0.1:0", Web: "127.0.0.1:0", Metrics: "127.0.0.1:0", Bin: dir, Config: config, Version: "v0",
		Logger: slog.New(slog.DiscardHandler), Clock: func() time.Time { return time.UnixMicro(m.now.Add(1)).UTC() },
	}
	must(t, m.Start(t.Context()))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		must(t, m.Stop(ctx))
	})
	// No pool has runners of this flavour, because the test acts as the runner.
	c := got(m.store.AddCourse(t.Context(), schema.Operator(), schema.Course{Code: "comp1", Title: "First", Zone: "UTC", Flavour: "by-hand"}))(t)
	for login, role := range map[string]schema.Role{"alice": schema.RoleStudent, "bob": schema.RoleStudent, "tina": schema.RoleTA, "ida": schema.RoleInstructor} {
		m.enrol(c, login, role)
	}
	m.addTests(c)
	return m
}

func (m *term) enrol(c schema.Course, login string, role schema.Role) {
	m.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(m.t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	must(m.t, err)
	must(m.t, os.WriteFile(filepath.Join(m.dir, login), pem.EncodeToMemory(block), 0o600))
	m.keys[login] = got(ssh.NewSignerFromKey(private))(m.t)
	public := string(ssh.MarshalAuthorizedKey(m.keys[login].PublicKey()))
	_, err = m.Operator().AddUser(m.t.Context(), classroom.NewUser{Login: login, Keys: []string{public}})
	must(m.t, err)
	m.users[login] = got(m.store.UserByLogin(m.t.Context(), login))(m.t)
	must(m.t, m.store.Enrol(m.t.Context(), schema.Operator(), c, m.users[login], role))
}

func (m *term) addTests(c schema.Course) {
	m.t.Helper()
	ctx := m.t.Context()
	a := got(m.store.EnsureAssignment(ctx, c.ID, "a1", m.Clock()))(m.t)
	row := got(m.store.EnsureRepository(ctx, schema.Repository{Kind: schema.RepositoryTests, CourseID: c.ID, AssignmentID: a.ID}))(m.t)
	in := schema.Intent{ID: strings.Repeat("7", 32), RepositoryID: row.ID, PusherID: m.users["ida"].ID, Ref: "refs/heads/main",
		Old: strings.Repeat("0", 40), New: strings.Repeat("7", 40), ReceivedAt: m.Clock(), State: schema.IntentOpen}
	must(m.t, m.store.OpenIntent(ctx, in))
	_, _, err := m.store.RecordCandidate(ctx, schema.Push{Intent: in, Tree: strings.Repeat("7", 40), Flavour: "by-hand"}, []byte(termSource))
	must(m.t, err)
	m.grade(schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
	m.a1 = got(m.store.Assignment(ctx, "comp1", "a1"))(m.t)
}

// secret returns the result of a test with recognisable texts.
func secret(name string, visible schema.Visibility, score, most int64) schema.TestResult {
	return schema.TestResult{
		Name: name + "-name", Test: name + "-name", Outcome: schema.OutcomePartial, Visible: visible,
		Score: schema.NewPoints(score, 100), MaxScore: schema.NewPoints(most, 1),
		Output: name + "-output\n", Message: name + "-message", Hint: name + "-hint", JudgeMessage: name + "-judge", CPU: 7777 * time.Millisecond, Wall: 8888 * time.Millisecond,
	}
}

// secrets returns a result with a test of every visibility. Its points differ from all other numbers.
func secrets() schema.Result {
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Build: &schema.BuildResult{Outcome: schema.OutcomePassed}, Tests: []schema.TestResult{
		{Name: "open", Test: "open", Outcome: schema.OutcomePartial, Visible: schema.VisibleAlways, Score: schema.NewPoints(225, 100), MaxScore: schema.NewPoints(3, 1), Message: "OPEN-message"},
		secret("SECRET-DUE", schema.VisibleAfterDue, 3117, 37), secret("SECRET-PUB", schema.VisibleAfterPublish, 4123, 43), secret("SECRET-NEVER", schema.VisibleNever, 4719, 53),
	}}
	for _, t := range r.Tests[:3] {
		r.Score, r.MaxScore = r.Score.Add(t.Score), r.MaxScore.Add(t.MaxScore)
	}
	return r
}

// tells returns the texts that reveal the tests of a visibility: their names and texts, their points, and every sum of
// points that includes them.
func tells() map[schema.Visibility][]string {
	return map[schema.Visibility][]string{
		schema.VisibleAfterDue:     {"SECRET-DUE", "31.17", "33.42", "72.4", "74.65"},
		schema.VisibleAfterPublish: {"SECRET-PUB", "41.23", "43.48", "72.4", "74.65"},
		schema.VisibleNever:        {"SECRET-NEVER", "47.19", "49.44", "121.84"},
	}
}

// grade grades the next job in place of a runner.
func (m *term) grade(r schema.Result) {
	m.t.Helper()
	ctx := m.t.Context()
	j := got(m.store.Claim(ctx, "by-hand", "by-hand", m.Clock(), time.Hour))(m.t)
	events := []schema.Event{{Kind: schema.EventStarted, Text: "by-hand runner"}}
	for i := range r.Tests {
		events = append(events, schema.Event{Kind: schema.EventTest, Test: &r.Tests[i]})
	}
	for i, e := range events {
		got(m.store.Append(ctx, j.ID, j.Attempt, i, []schema.Event{e}))(m.t)
		m.scheduler.Notify(j.ID)
	}
	got(m.store.Finish(ctx, j.ID, j.Attempt, r, m.Clock()))(m.t)
	m.scheduler.Notify(j.ID)
}

// git runs git in alice's clone and returns its whole output.
func (m *term) git(args ...string) string {
	m.t.Helper()
	work := filepath.Join(m.dir, "work")
	must(m.t, os.MkdirAll(work, 0o700))
	c := exec.CommandContext(m.t.Context(), "git", args...)
	c.Dir = work
	c.Env = append(os.Environ(), "HOME="+m.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_SSH_COMMAND=ssh -F none -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i "+filepath.Join(m.dir, "alice"))
	out, _ := c.CombinedOutput() // refused output is checked, too
	return string(out)
}

// push pushes new work as alice without waiting for its grading.
func (m *term) push(content string) string {
	m.t.Helper()
	m.git("init", "-q", "-b", "main")
	must(m.t, os.WriteFile(filepath.Join(m.dir, "work", "a.c"), []byte(content), 0o600))
	m.git("add", "a.c")
	m.git("commit", "-q", "-m", content)
	return m.git("push", "-o", "nowait", "ssh://grader@"+m.SSHAddress()+"/comp1/a1", "HEAD:main")
}

// say runs a command over ssh and returns its whole output.
func (m *term) say(login, command string) string {
	m.t.Helper()
	c := got(ssh.Dial("tcp", m.SSHAddress(), &ssh.ClientConfig{User: "grader", Auth: []ssh.AuthMethod{ssh.PublicKeys(m.keys[login])}, HostKeyCallback: ssh.InsecureIgnoreHostKey()}))(m.t)
	defer func() { _ = c.Close() }()
	session := got(c.NewSession())(m.t)
	defer func() { _ = session.Close() }()
	out, _ := session.CombinedOutput(command) // refused output is checked, too
	return string(out)
}

// get reads a page of the site, with its headers.
func (m *term) get(login, path string) string {
	m.t.Helper()
	client := &http.Client{Jar: m.jars[login], Transport: &http.Transport{DisableKeepAlives: true}}
	answer := got(client.Do(got(http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.WebURL()+path, nil))(m.t)))(m.t)
	defer answer.Body.Close()
	body := got(io.ReadAll(answer.Body))(m.t)
	return fmt.Sprint(answer.Header) + string(body)
}

// signIn signs a browser in. It is called repeatedly, because sessions end when the clock moves.
func (m *term) signIn(login string) {
	m.t.Helper()
	token := got(m.store.NewLoginToken(m.t.Context(), schema.Actor{User: m.users[login], Channel: schema.ChannelSSH, Key: ssh.FingerprintSHA256(m.keys[login].PublicKey())},
		m.users[login], m.Clock().Add(time.Hour)))(m.t)
	m.jars[login] = got(cookiejar.New(nil))(m.t)
	client := &http.Client{Jar: m.jars[login], Transport: &http.Transport{DisableKeepAlives: true}}
	request := got(http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.WebURL()+"/-/login/"+token, nil))(m.t)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	answer := got(client.Do(request))(m.t)
	answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		m.t.Fatalf("%s cannot sign in: %s", login, answer.Status)
	}
}

// asJSON returns the reply of an action as JSON.
func asJSON[R any](reply R, err error) string {
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(reply) // the types can be encoded
	return b.String() + fmt.Sprint(err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}
