package service

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// channels returns all ways to read about alice's submission N. Add new ways to read results here.
func (m *term) channels() map[string]func(login string, n int) string {
	name := func(n int) string { return "comp1/a1/alice/" + strconv.Itoa(n) }
	actor := func(login string) schema.Actor { return schema.Actor{User: m.users[login], Channel: schema.ChannelWeb} }
	all := map[string]func(login string, n int) string{
		"JSON of submissions": func(login string, _ int) string {
			return asJSON(m.classroom.Work.Submissions(m.t.Context(), actor(login), classroom.SubmissionPage{Assignment: "comp1/a1", Login: "alice"}))
		},
		"JSON of everybody's submissions": func(login string, _ int) string {
			return asJSON(m.classroom.Work.Submissions(m.t.Context(), actor(login), classroom.SubmissionPage{Assignment: "comp1/a1"}))
		},
		"JSON of grades": func(login string, _ int) string {
			return asJSON(m.classroom.Grades.List(m.t.Context(), actor(login), "comp1", "alice"))
		},
		"status at GitHub": func(login string, n int) string {
			if login == "bob" {
				return "" // these people cannot read alice's repository
			}
			return asJSON(m.classroom.GitHub.Status(m.t.Context(), schema.GitHubStatus{Submission: schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice", Number: n}}))
		},
		"export": func(login string, _ int) string {
			return asJSON(m.classroom.People.Export(m.t.Context(), actor(login), classroom.ExportRequest{Course: "comp1", Format: "csv"}))
		},
	}
	for _, command := range []string{
		"", "status", "status comp1", "status comp1/a1", "log comp1/a1", "log comp1/a1/N", "watch comp1/a1", "watch comp1/a1/N", "log comp1/a1/alice", "log comp1/a1/alice/N", "log comp1/a1/tests",
		"receipt comp1/a1/N", "mark comp1/a1/N", "submissions comp1/a1", "submissions comp1/a1 --login alice --json", "grades comp1", "grades comp1 --owner alice --json",
		"adjustments comp1/a1", "comments comp1/a1/alice/N", "export archive comp1/a1", "extensions comp1/a1", "export comp1 --format csv", "export comp1 --format json", "tests list comp1/a1",
		"export comp1/a1 --format brightspace", "export comp1/a1 --format canvas", "export comp1/a1 --format moodle", "export comp1/a1 --format blackboard",
		"comments comp1/a1 --json", "team comp1/a1", "roster comp1 --json", "queue --json", "audit comp1 --json", "regrade show 1 --json", "whoami", "help",
	} {
		all["ssh "+command] = func(login string, n int) string {
			return m.say(login, strings.ReplaceAll(command, "N", strconv.Itoa(n)))
		}
	}
	for _, path := range []string{
		"/", "/comp1", "/comp1/a1", "/comp1/a1/alice", "/N", "/N?tests=failing", "/N/-/events", "/N/-/receipt", "/N/-/files", "/N/-/files/a.c", "/comp1/a1/-/grid", "/comp1/a1/-/extensions", "/comp1/-/times", "/-/queue", "/comp1/a1/-/adjustments", "/comp1/a1/-/regrades",
		"/comp1/-/grades", "/comp1/-/exports", "/comp1/-/audit", "/comp1/-/roster", "/comp1/a1/-/teams", "/comp1/a1/-/publication", "/comp1/-/settings", "/-/tokens", "/-/sessions",
	} {
		all["page "+path] = func(login string, n int) string { return m.get(login, strings.Replace(path, "N", name(n), 1)) }
	}
	for _, path := range m.apiPaths() {
		all["API "+path] = func(login string, n int) string {
			_, text := m.ask(m.token(login, schema.ScopeRead), http.MethodGet, strings.ReplaceAll(path, "{number}", strconv.Itoa(n)), "")
			return text
		}
	}
	all["archive of what counts"] = func(login string, _ int) string {
		return asJSON(m.classroom.Archives.Gather(m.t.Context(), actor(login), classroom.ArchiveRequest{Course: "comp1", Assignment: "a1"}))
	}
	return all
}

// apiPaths returns all GET paths in the HTTP API's own description, filled in for alice's
// work. {number} stays as a placeholder for the submission.
func (m *term) apiPaths() []string {
	m.t.Helper()
	_, text := m.ask("", http.MethodGet, "/openapi.json", "")
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	must(m.t, json.Unmarshal([]byte(text), &document))
	fill := strings.NewReplacer("{course}", "comp1", "{assignment}", "a1", "{owner}", "alice", "{login}", "alice", "{path}", "a.c", "{id}", "1", "{version}", "1", "{format}", "csv", "{team}", "blue")
	paths := []string{"/courses/comp1/grades?owner=alice", "/courses/comp1/assignments/a1/submissions?owner=alice"}
	for path, methods := range document.Paths {
		if _, reads := methods["get"]; !reads || strings.HasSuffix(path, "/openapi.json") {
			continue
		}
		path = fill.Replace(strings.TrimPrefix(path, "/api/v1"))
		if strings.Contains(strings.ReplaceAll(path, "{number}", ""), "{") {
			m.t.Fatalf("the test does not know what to ask for in %s", path)
		}
		paths = append(paths, path)
	}
	if len(paths) < 25 {
		m.t.Fatalf("the API shows only %q", paths)
	}
	return paths
}

// live returns the ways in which alice can follow a job while it is graded.
func (m *term) live() map[string]func(n int) string {
	return map[string]func(n int) string{
		"push again": func(int) string { return m.git("push", "ssh://grader@"+m.SSHAddress()+"/comp1/a1", "HEAD:main") },
		"push again, verbose": func(int) string {
			return m.git("push", "-o", "verbose", "ssh://grader@"+m.SSHAddress()+"/comp1/a1", "HEAD:main")
		},
		"watch": func(n int) string { return m.say("alice", "watch comp1/a1/"+strconv.Itoa(n)) },
		"log":   func(n int) string { return m.say("alice", "log comp1/a1/"+strconv.Itoa(n)) },
		"API events": func(n int) string {
			_, text := m.ask(m.token("alice", schema.ScopeRead), http.MethodGet, "/courses/comp1/assignments/a1/submissions/alice/"+strconv.Itoa(n)+"/events", "")
			return text
		},
		"events": func(n int) string { return m.get("alice", "/comp1/a1/alice/"+strconv.Itoa(n)+"/-/events?after=0") },
	}
}

// TestHiddenTestsAreNotShown reads every channel as each person before the due date, in the late period, after the end,
// and after publishing and unpublishing. It searches the bytes for hidden results. Staff can always read them, which
// proves that the search works.
func TestHiddenTestsAreNotShown(t *testing.T) {
	t.Parallel()
	m := newTerm(t)
	at := func(day, hour int) { m.now.Store(time.Date(2026, 9, day, hour, 0, 0, 0, time.UTC).UnixMicro()) }
	publish := func(do func(*classroom.Publications) error) { must(t, do(m.classroom.Publications)) }
	number := 0
	for _, phase := range []struct {
		name   string
		begin  func()
		hidden []schema.Visibility
		pushes bool
	}{
		{"before due", func() {}, []schema.Visibility{schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever}, true},
		{"late", func() { at(15, 9) }, []schema.Visibility{schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever}, true},
		{"after the end", func() { at(16, 13) }, []schema.Visibility{schema.VisibleAfterPublish, schema.VisibleNever}, false},
		{"published", func() {
			publish(func(p *classroom.Publications) error {
				_, err := p.Publish(t.Context(), schema.Operator(), "comp1", "a1", "")
				return err
			})
		}, []schema.Visibility{schema.VisibleNever}, false},
		{"unpublished", func() {
			publish(func(p *classroom.Publications) error {
				_, err := p.Unpublish(t.Context(), schema.Operator(), "comp1", "a1", "")
				return err
			})
		}, []schema.Visibility{schema.VisibleAfterPublish, schema.VisibleNever}, false},
		{"extended", func() {
			_, err := m.classroom.Grades.Extend(t.Context(), schema.Operator(), classroom.NewExtension{Course: "comp1", Assignment: "a1", Owner: "alice", Days: 3})
			must(t, err)
		}, []schema.Visibility{schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever}, true},
	} {
		phase.begin()
		for login := range m.users {
			m.signIn(login)
		}
		if phase.pushes {
			number++
			m.hides(phase.name, "the push", m.push("int main(void) { return "+strconv.Itoa(number)+"; }\n"), phase.hidden)
			m.followed(phase.name, number, phase.hidden)
		}
		m.read(phase.name, number, phase.hidden)
	}
}

// followed grades a submission while alice follows it in every way.
func (m *term) followed(phase string, n int, hidden []schema.Visibility) {
	m.t.Helper()
	var all sync.WaitGroup
	for name, follow := range m.live() {
		all.Go(func() {
			text := follow(n)
			m.hides(phase, "live "+name, text, hidden)
			if !strings.Contains(text, "OPEN-message") && !strings.Contains(text, "open") {
				m.t.Errorf("%s, live %s shows no test:\n%s", phase, name, text)
			}
		})
	}
	m.grade(secrets())
	all.Wait()
	m.tried(phase, hidden)
}

// tried grades a push to the branch try while alice follows it. The result has tests of every visibility, like the
// result of a runner that runs too many tests.
func (m *term) tried(phase string, hidden []schema.Visibility) {
	m.t.Helper()
	said := make(chan string, 1)
	go func() {
		said <- m.git("push", "-o", "verbose", "ssh://grader@"+m.SSHAddress()+"/comp1/a1", "+HEAD:try")
	}()
	for {
		if waiting := got(m.store.Waiting(m.t.Context(), "by-hand", 1))(m.t); len(waiting) > 0 {
			break
		}
		select {
		case text := <-said:
			m.t.Errorf("%s: the try was not queued:\n%s", phase, text)
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	m.grade(secrets())
	text := <-said
	m.hides(phase, "live push to try", text, hidden)
	if !strings.Contains(text, "OPEN-message") {
		m.t.Errorf("%s: the try shows no test:\n%s", phase, text)
	}
}

// read reads every channel as each person.
func (m *term) read(phase string, n int, hidden []schema.Visibility) {
	m.t.Helper()
	everything := []schema.Visibility{schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever}
	found := map[string]bool{}
	for name, read := range m.channels() {
		m.hides(phase, name+" as alice", read("alice", n), hidden)
		m.hides(phase, name+" as bob", read("bob", n), everything)
		for _, login := range []string{"tina", "ida"} {
			for _, v := range everything {
				found[login+" "+string(v)] = found[login+" "+string(v)] || strings.Contains(read(login, n), tells()[v][0])
			}
		}
	}
	for _, login := range []string{"tina", "ida"} {
		for _, v := range everything {
			if !found[login+" "+string(v)] {
				m.t.Errorf("%s: %s reads nothing of tests that are visible: %s", phase, login, v)
			}
		}
	}
	shown := m.channels()["page /N"]("alice", n)
	for _, v := range everything[:2] {
		if visible := !slices.Contains(hidden, v); visible != strings.Contains(shown, tells()[v][0]) {
			m.t.Errorf("%s: alice's page shows tests that are visible: %s: %v", phase, v, !visible)
		}
	}
}

// hides fails the test if a text reveals hidden tests.
func (m *term) hides(phase, channel, text string, hidden []schema.Visibility) {
	m.t.Helper()
	for _, v := range hidden {
		for _, tell := range tells()[v] {
			if i := strings.Index(text, tell); i >= 0 {
				m.t.Errorf("%s, %s tells %q of a test that is visible: %s: …%s…", phase, channel, tell, v, text[max(0, i-60):min(len(text), i+60)])
			}
		}
	}
}
