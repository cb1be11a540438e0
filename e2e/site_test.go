package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/chrome"
	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// liveSpec is an assignment whose build runs a script of the student.
const liveSpec = `title: "A2: Shell"
solution: solution/
build: [{name: build, run: sh build.sh}]
limits: {wall: 5m}
tests:
  - {name: answers, run: "sh work.sh", stdout: "right\n", points: 4}
  - {name: says where, run: "sh work.sh where", stdout: "here\n", points: 2}
`

// site is a school whose people also use its pages. They sign in with a link that they
// request over ssh.
type site struct {
	*school
	*chrome.Browser
	line   *chrome.Line
	people map[string]*demo.Person
	pauses []pause // pauses of bob's build
}

// newSite starts a service in this process and a browser whose connection can be cut.
func newSite(t *testing.T) *site {
	t.Helper()
	c := newSchool(t, 4)
	line := chrome.NewLine(t, strings.TrimPrefix(c.server.Web, "http://"))
	s := &site{school: c, line: line, Browser: chrome.Open(t, line.Base()), people: map[string]*demo.Person{}}
	for login, role := range map[string]schema.Role{"ines": schema.RoleInstructor, "tina": schema.RoleTA, "alice": schema.RoleStudent, "bob": schema.RoleStudent} {
		s.people[login] = c.enter(t, login, role)
	}
	return s
}

// become signs a person in with a link from `ssh … login`.
func (s *site) become(t *testing.T, login string) {
	t.Helper()
	said, err := s.people[login].SSH(context.Background(), "login")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`/-/login/(\S+)`).FindStringSubmatch(said.Output)
	if token == nil {
		t.Fatalf("ssh login prints no link:\n%s", said.Output)
	}
	s.SignIn(token[1])
}

// quiet fails the test if the browser complained.
func (s *site) quiet(t *testing.T) {
	t.Helper()
	if all := s.Complaints(); len(all) > 0 {
		t.Errorf("the browser complains: %q", all)
	}
}

// TestSiteStories follows each role's main story through a running service in a real
// browser. The stories build on each other.
func TestSiteStories(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.firstGrading(t)
	s.livePush(t)
	s.lineComment(t)
	s.regrade(t)
}

// firstGrading creates an assignment and submits to it for the first time, using only the
// browser.
func (s *site) firstGrading(t *testing.T) {
	s.become(t, "ines")
	s.Open("/c101")
	s.Press(`a[href="/c101/-/new"]`)
	s.AwaitText("h1", "New assignment")
	s.Type("[name=name]", "a1")
	s.Type("[name=title]", "A1: First steps")
	chrome.Ask[bool](s.Browser, `document.querySelector("[name=language]").value = "python"; true`)
	s.Press("button.primary")
	s.AwaitText("h1", "Version 1")
	s.AwaitText(".standing", "Active")

	s.become(t, "alice")
	s.Open("/")
	s.AwaitText("main", "A1: First steps")
	s.Open("/c101/a1")
	folder := filepath.Join(t.TempDir(), "solution")
	for _, f := range configs.Starter("python") {
		if name, ok := strings.CutPrefix(f.Path, "solution/"); ok {
			check(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755))
			check(t, os.WriteFile(filepath.Join(folder, name), f.Data, 0o600))
		}
	}
	s.Choose("[name=folder]", folder)
	s.Press(`form[enctype] button.primary`)
	s.AwaitText("h1", "Submission 1")
	s.AwaitText("#status", "Graded")
	got := s.submissions(t, "alice", "a1")
	if len(got) != 1 || got[0].Score != got[0].MaxScore {
		t.Errorf("submissions: %v", got)
	}
	s.AwaitText("#verdict", fmt.Sprintf("%s / %s", got[0].Score, got[0].MaxScore))
	s.quiet(t)
}

// livePush pushes in a terminal and follows the build on the page. The page loses its
// connection in the middle, but misses no line.
func (s *site) livePush(t *testing.T) {
	tests := map[string]string{"assignment.yaml": liveSpec, "solution/build.sh": ":\n", "solution/work.sh": "[ \"$1\" = where ] && echo here || echo right\n"}
	dir := t.TempDir()
	check(t, demo.WriteFiles(dir, tests))
	s.set(t, s.people["ines"], "a2", dir)

	s.pauses = []pause{newPause(), newPause(), newPause()}
	script := ""
	for i, p := range append(slices.Clone(s.pauses), pause{"0"}) {
		script += fmt.Sprintf("for i in 1 2 3 4 5; do printf '\\033[31mline %d.%%s\\033[m\\n' $i; done\n%s\n", i, p.line())
	}
	bob := s.people["bob"]
	dir = t.TempDir()
	check(t, demo.WriteFiles(dir, map[string]string{"build.sh": script, "work.sh": "echo right\n"}))
	work, err := bob.Commit(context.Background(), "c101/a2", dir)
	check(t, err)
	push := beginPush(t, bob, work, "c101/a2", "main")
	push.await("submission 1")

	s.become(t, "bob")
	s.Open("/c101/a2/bob/1")
	s.AwaitText("#lines", "line 0.5")
	push.await("line 0.5")
	s.pauses[0].end(t, 1)
	s.AwaitText("#lines", "line 1.5")
	s.line.Cut()
	s.AwaitText("#connection", "The connection is lost")
	s.pauses[1].end(t, 1)
	push.await("line 2.5") // the page misses it
	s.line.Mend()
	s.AwaitText("#lines", "line 2.5")
	var want []string
	for i := range 3 {
		for k := range 5 {
			want = append(want, fmt.Sprintf("line %d.%d", i, k+1))
		}
	}
	// The shell also prints a line for each ended pause.
	got := regexp.MustCompile(`(?m)^line .*`).FindAllString(chrome.Ask[string](s.Browser, `document.querySelector("#lines").textContent`), -1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s.AwaitText("#lines .ansi-red", "line 0.1")
	s.Complaints() // complaints about the lost connection
	s.pauses[2].end(t, 1)
	s.AwaitText("#status", "Graded: 4 of 6 points.")
	s.AwaitText("#build details .ansi-red", "line 0.1")
	s.AwaitText("#build", "line 3.5")
	if said, status := push.end(); status != 0 || !strings.Contains(said, "4 / 6") || strings.Contains(said, "\x1b") {
		t.Errorf("the push ended with %d:\n%s", status, said)
	}
	s.quiet(t)
}

// lineComment finds a failed student on the class's page as a TA, and comments on a line.
// The student reads the comment below the line.
func (s *site) lineComment(t *testing.T) {
	s.become(t, "tina")
	s.Open("/c101/a2/-/grid?show=failing")
	s.AwaitText("table.grid", "bob")
	s.Press(`table.grid a[href="/c101/a2/bob/1"]`)
	s.AwaitText("h1", "bob: submission 1")
	s.Press(`a[href="/c101/a2/bob/1/-/files"]`)
	s.AwaitText("h1", "Files")
	s.Press(`a[href$="/-/files/work.sh"]`)
	s.AwaitText("table.source", "echo right")
	s.Type("[name=line]", "1")
	s.Type("textarea[name=text]", "Read the argument <here>.")
	s.Press(`form.fields button[type=submit]`)
	s.AwaitText(".done", "The comment is made.")

	s.become(t, "bob")
	s.Open("/c101/a2/bob/1/-/files/work.sh")
	s.AwaitText("#L1 + tr .said", "Read the argument <here>.")
	s.quiet(t)
}

// regrade lowers a test's points in the editor, grades again and applies the set.
func (s *site) regrade(t *testing.T) {
	s.become(t, "ines")
	s.Open("/c101/a2/-/tests/files/assignment.yaml")
	chrome.Ask[bool](s.Browser, `document.querySelector("#text").value = document.querySelector("#text").value.replace("points: 4", "points: 3"); true`)
	s.Press("button[value=save]")
	s.AwaitText("h1", "Version 2")
	s.AwaitText(".standing", "Active")
	s.Open("/c101/a2/-/regrades")
	s.Type("[name=reason]", "One test was worth too much")
	s.Press("form.fields button.primary")
	s.AwaitText("#fresh", "Before and after")
	for _, p := range s.pauses {
		p.end(t, 1)
	}
	s.AwaitText(`form[action$="/apply"]`, "Apply")
	s.AwaitText("#fresh table", "bob")
	s.Press(`form[action$="/apply"] button`)
	s.AwaitText(".done", "The regrade set is applied.")

	s.become(t, "bob")
	s.Open("/c101/a2")
	s.AwaitText(".standing", "3 / 5")
	s.AwaitText(".note", "One test was worth too much")
	s.quiet(t)
}
