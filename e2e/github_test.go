package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/github/githubtest"
	"github.com/grader/grader/schema"
)

// gitHubSecret signs the announcements of the tests.
const gitHubSecret = "a secret of the tests' webhook"

// hub is a fake GitHub that a classroom's server is linked to.
type hub struct {
	*githubtest.Server
	c *classroom
}

// withGitHub starts a classroom with the organisation c101-f26. The GitHub accounts of the
// students and the instructor are called LOGIN-gh.
func withGitHub(t *testing.T, students ...string) *hub {
	t.Helper()
	h := &hub{Server: githubtest.New(t)}
	dir := t.TempDir()
	config := "github:\n  url: " + h.URL + "\n  webhook_secret_file: " + dir + "/secret\n  token_file: " + dir + "/token\n  organisations:\n    C101-f26: {course: c101}\n"
	for name, text := range map[string]string{"secret": gitHubSecret, "token": githubtest.Token, "grader.yaml": config} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600))
	}
	h.c = (&classroom{t: t, config: filepath.Join(dir, "grader.yaml")}).open(students...)
	for i, login := range append([]string{"ada"}, students...) {
		h.SetUser(login+"-gh", int64(1000+i))
		h.c.admin("github", "link", login, login+"-gh", "--url", h.URL, "--token-file", filepath.Join(dir, "token"))
	}
	return h
}

// announce announces a push by the person with the number, and returns the server's response.
func (h *hub) announce(repository, commit string, id, sender int64, login, delivery string) string {
	h.c.t.Helper()
	a := githubtest.Announcement{Repository: "c101-f26/" + repository, RepositoryID: id, After: commit, SenderID: sender, Sender: login}
	answer, err := http.DefaultClient.Do(a.Request(h.c.t, h.c.server.Web+"/-/github/webhook", delivery, []byte(gitHubSecret)))
	check(h.c.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(h.c.t, err)
	return answer.Status + ": " + strings.TrimSpace(string(text))
}

// awaitStatus waits until the last status of a commit is not pending, and returns all of them.
func (h *hub) awaitStatus(commit string) (all []githubtest.Status) {
	h.c.t.Helper()
	ended := polled(patience, seldom, func() bool {
		all = nil
		for _, s := range h.Statuses() {
			if s.Commit == commit {
				all = append(all, s)
			}
		}
		return len(all) > 0 && all[len(all)-1].State != "pending"
	})
	if !ended {
		h.c.t.Fatalf("commit %s has the statuses %+v", commit, all)
	}
	return all
}

// expect checks the last status of a commit.
func (h *hub) expect(commit, state, words string) {
	h.c.t.Helper()
	all := h.awaitStatus(commit)
	if last := all[len(all)-1]; last.State != state || !strings.Contains(last.Description, words) {
		h.c.t.Errorf("commit %s: %s %q; want %s %q", commit, last.State, last.Description, state, words)
	}
}

func (h *hub) submissions(login string) (all []schema.PublicSubmission) {
	h.c.t.Helper()
	check(h.c.t, json.Unmarshal([]byte(h.c.admin("submissions", "c101/a1", "--login", login, "--json")), &all))
	return all
}

// A push at GitHub is graded like a push to this server, with the same pusher and the time of the
// announcement. A repeated announcement and a restart do not create a second submission. Tests can
// be pushed at GitHub, too.
func TestPushAtGitHub(t *testing.T) {
	t.Parallel()
	h := withGitHub(t, "bob", "cat")
	h.SetUser("eve-gh", 666)

	good := h.Push("c101-f26/a1-bob-gh", "cat", false, map[string]string{"work.sh": "echo right\n"}) // cat is only the author
	before := time.Now()
	if said := h.announce("a1-bob-gh", good, 1, 1001, "bob-gh", "delivery-1"); !strings.HasPrefix(said, "202 Accepted: received "+good[:7]) {
		t.Fatal(said)
	}
	after := time.Now()
	h.expect(good, "success", "submission 1: 2 of 2 points, 2 of 2 tests passed")
	subs := h.submissions("bob")
	if len(subs) != 1 || subs[0].Commit != good || subs[0].ReceivedAt.Before(before.Add(-time.Millisecond)) || subs[0].ReceivedAt.After(after) {
		t.Fatalf("submissions of bob: %+v", subs)
	}

	check(t, h.c.server.Stop())
	h.c.serve()
	if said := h.announce("a1-bob-gh", good, 1, 1001, "bob-gh", "delivery-1"); said != "200 OK: received before" {
		t.Error(said)
	}
	wrong := h.Push("c101-f26/a1-bob-gh", "bob", true, map[string]string{"work.sh": "echo wrong\n"}) // replaces the commit
	h.announce("a1-bob-gh", wrong, 1, 1001, "bob-gh", "delivery-2")
	h.expect(wrong, "failure", "submission 2: 1 of 2 points, 1 of 2 tests passed")

	stolen := h.Push("c101-f26/a1-bob-gh", "cat", false, map[string]string{"work.sh": "echo right # stolen\n"})
	h.announce("a1-bob-gh", stolen, 1, 1002, "cat-gh", "delivery-4")
	h.expect(stolen, "failure", "not handed in: this repository is named after bob-gh")
	strange := h.Push("c101-f26/a1-eve-gh", "eve", false, map[string]string{"work.sh": "echo right\n"})
	h.announce("a1-eve-gh", strange, 2, 666, "eve-gh", "delivery-5")
	h.expect(strange, "failure", "not handed in: GitHub account eve-gh is not linked. Ask the course staff to link it, then push a new commit")
	if all := h.submissions("cat"); len(all) > 0 {
		t.Errorf("submissions of cat: %+v", all)
	}

	files := workTests(strings.Replace(patienceSpec, "Patience", "From GitHub", 1))
	tests := h.Push("c101-f26/a1-tests", "ada", false, files)
	h.announce("a1-tests", tests, 3, 1001, "bob-gh", "delivery-6")
	h.expect(tests, "failure", "not handed in: ")
	h.announce("a1-tests", tests, 3, 1000, "ada-gh", "delivery-7")
	ended := polled(patience, seldom, func() bool {
		all := h.awaitStatus(tests)
		return strings.Contains(all[len(all)-1].Description, "has passed its gate and is active")
	})
	if !ended {
		t.Errorf("statuses of the tests: %+v", h.awaitStatus(tests))
	}
	if all := h.submissions("bob"); len(all) != 2 {
		t.Errorf("submissions of bob: %+v", all)
	}
	if out := h.c.admin("outbox"); out != "everything was delivered\n" {
		t.Errorf("outbox: %s", out)
	}
}
