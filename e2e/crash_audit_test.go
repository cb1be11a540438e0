package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// freeze stops the server with SIGSTOP, so that the test can observe its state.
func (c *campaign) freeze() {
	check(c.t, syscall.Kill(c.server.PID(), syscall.SIGSTOP))
	eventually(c.t, "the server is stopped", func() bool { return processState(c.server.PID()) == 'T' })
}

// processState returns the state letter in /proc, or 0 if the process does not exist.
func processState(pid int) byte {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, found := strings.Cut(string(stat), ") ")
	if err != nil || !found {
		return 0
	}
	return rest[0]
}

// audit compares the accepted pushes with the server's answers, its database and the
// repositories.
func (c *campaign) audit(pushers []*pusher) {
	c.t.Helper()
	w := newWatcher(c.classroom, func() bool { return false })
	defer w.close()
	if n := len(w.ledger.openIntents()); n > 0 {
		c.t.Errorf("%d intents are open", n)
	}
	submissions := 0
	for _, p := range pushers[1:] {
		submissions += len(p.accepted)
		if len(p.accepted) > 0 {
			c.waitAll(p)
		}
		c.auditStudent(p)
	}
	c.auditVersions(w.ledger, pushers[0])
	c.auditJobs(w.ledger, submissions, len(pushers[0].accepted))
	for _, p := range pushers {
		c.auditRepository(w, p)
	}
}

// waitAll waits until all of a student's submissions have ended.
func (c *campaign) waitAll(p *pusher) {
	for n := range p.accepted {
		c.wait(p.person.Login, n+1)
	}
}

// auditStudent compares the JSON of a student's submissions with the accepted pushes.
func (c *campaign) auditStudent(p *pusher) {
	c.t.Helper()
	var all []schema.PublicSubmission
	check(c.t, json.Unmarshal([]byte(c.admin("submissions", "c101/a1", "--login", p.person.Login, "--json")), &all))
	var commits []string
	for n, s := range all {
		commits = append(commits, s.Commit)
		if s.Number != n+1 {
			c.t.Errorf("found %s in place of number %d", s.Name, n+1)
		}
		if wrong := p.misgraded(s); wrong != "" {
			c.t.Errorf("%s: %s", s.Name, wrong)
		}
	}
	if diff := cmp.Diff(p.accepted, commits); diff != "" {
		c.t.Errorf("%s: accepted (-) and submitted (+):\n%s\n%s", p.person.Login, diff, strings.Join(p.history, "\n"))
	}
}

// misgraded describes the error in a submission's result, or returns "".
func (p *pusher) misgraded(s schema.PublicSubmission) string {
	if s.State != schema.StateDone || s.Outcome != schema.OutcomeGraded || len(s.Tests) != 2 || s.Provenance == nil {
		return fmt.Sprintf("state %s, outcome %s, %d tests: %s", s.State, s.Outcome, len(s.Tests), s.Message)
	}
	if s.Provenance.Submission != s.Commit {
		return "graded from " + s.Provenance.Submission
	}
	_, says, _ := strings.Cut(strings.TrimSpace(p.says[s.Commit]), "echo ")
	want := schema.OutcomeFailed
	if strings.HasPrefix(says, "right") {
		want, says = schema.OutcomePassed, ""
	}
	if got := s.Tests[0]; got.Outcome != want || !strings.Contains(got.Message+got.Output, says) {
		return fmt.Sprintf("%s with %q; it says %q", got.Outcome, got.Message, says)
	}
	return ""
}

func (c *campaign) auditVersions(l *ledger, p *pusher) {
	commits := l.texts(`SELECT commit_hash FROM versions ORDER BY number`)
	if diff := cmp.Diff(p.accepted, commits); diff != "" {
		c.t.Errorf("tests: accepted (-) and versions (+):\n%s", diff)
	}
	for query, want := range map[string]int{
		`SELECT count(*) FROM versions WHERE state = 'active'`:                                                  1,
		`SELECT count(*) FROM versions WHERE state IN ('candidate', 'rejected')`:                                0,
		`SELECT max(number) - count(*) FROM versions`:                                                           0,
		`SELECT count(*) FROM versions WHERE state = 'active' AND number <> (SELECT max(number) FROM versions)`: 0,
	} {
		if got := l.count(query); got != want {
			c.t.Errorf("%s: %d, not %d", query, got, want)
		}
	}
}

// auditJobs checks that the tables agree: each push has one job, one result and one final
// event.
func (c *campaign) auditJobs(l *ledger, submissions, versions int) {
	gates := versions * schema.GateRuns // the tests have a solution, but no samples and no starter
	for query, want := range map[string]int{
		`SELECT count(*) FROM submissions`:                                    submissions,
		`SELECT count(*) FROM versions`:                                       versions,
		`SELECT count(*) FROM intents WHERE state = 'recorded'`:               submissions + versions,
		`SELECT count(*) FROM jobs WHERE kind = 'grade'`:                      submissions,
		`SELECT count(*) FROM jobs WHERE kind = 'gate'`:                       gates,
		`SELECT count(*) FROM gate_parts`:                                     gates,
		`SELECT count(*) FROM gate_verdicts`:                                  versions,
		`SELECT count(DISTINCT submission_id) FROM jobs WHERE kind = 'grade'`: submissions,
		`SELECT count(DISTINCT version_id) FROM jobs WHERE kind = 'gate'`:     versions,
		`SELECT count(*) FROM jobs WHERE state <> 'done'`:                     0,
		`SELECT count(*) FROM results`:                                        submissions + gates,
		`SELECT count(*) FROM events WHERE kind = 'ended'`:                    submissions + gates,
		`SELECT count(DISTINCT job_id) FROM events WHERE kind = 'ended'`:      submissions + gates,
		`SELECT count(*) FROM submissions WHERE done_job_id IS NOT job_id`:    0,
		`SELECT count(*) FROM submissions s JOIN intents i ON i.id = s.intent_id
			WHERE i.state <> 'recorded' OR i.new_hash <> s.commit_hash`: 0,
		`SELECT coalesce(sum(waiting), 0) FROM queue_courses`:       0,
		`SELECT coalesce(sum(waiting + busy), 0) FROM queue_owners`: 0,
		`SELECT sum(jobs) FROM job_counts`:                          submissions + gates,
		`SELECT jobs FROM job_counts WHERE state = 'done'`:          submissions + gates,
	} {
		if got := l.count(query); got != want {
			c.t.Errorf("%s: %d, not %d", query, got, want)
		}
	}
	c.t.Logf("%d attempts of %d jobs", l.count(`SELECT sum(attempt) FROM jobs`), submissions+gates)
}

// auditRepository compares the refs on disk with the accepted pushes, and runs git fsck.
func (c *campaign) auditRepository(w *watcher, p *pusher) {
	c.t.Helper()
	kind, owner := "own", p.person.Login
	if p.repository == "c101/a1/tests" {
		kind, owner = "tests", ""
	}
	if len(p.accepted) == 0 {
		c.t.Errorf("%s: no push was accepted", p.person.Login)
		return
	}
	dir := repositoryDir(c.data, int64(w.ledger.count(`SELECT id FROM repositories WHERE kind = ? AND owner = ?`, kind, owner)))
	want := map[string]string{"refs/heads/main": p.accepted[len(p.accepted)-1]}
	for _, line := range w.ledger.texts(`SELECT i.id || ' ' || i.new_hash FROM intents i JOIN repositories r ON r.id = i.repository_id
		WHERE i.state = 'recorded' AND r.kind = ? AND r.owner = ?`, kind, owner) {
		id, commit, _ := strings.Cut(line, " ")
		want["refs/submissions/"+id] = commit
	}
	out, err := exec.Command("git", "-C", dir, "-c", "safe.directory=*", "for-each-ref", "--format=%(refname) %(objectname)").Output()
	check(c.t, err)
	got := map[string]string{}
	for line := range strings.Lines(string(out)) {
		ref, commit, _ := strings.Cut(strings.TrimSpace(line), " ")
		got[ref] = commit
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("%s: refs, recorded (-) and on disk (+):\n%s", dir, diff)
	}
	if out, err := exec.Command("git", "-C", dir, "-c", "safe.directory=*", "fsck", "--full", "--strict").CombinedOutput(); err != nil {
		c.t.Errorf("%s: %v\n%s", dir, err, out)
	}
}

// stopped checks that finished pushes leave no descriptors, processes or files in the
// server, and that a stopped server leaves none at all.
func (c *campaign) stopped(pushers []*pusher) {
	c.t.Helper()
	before := c.settledSize()
	c.born = append(c.born, childrenOf(c.server.PID())...)
	for n, p := range pushers[1:] {
		c.pushes(p.person.Login, fmt.Sprint("once more ", n), "1 / 2")
	}
	after := c.settledSize()
	if after.descriptors > before.descriptors+4 || after.children != before.children || after.temp != before.temp {
		c.t.Errorf("the server grew from %+v to %+v", before, after)
	}
	began := time.Now()
	check(c.t, c.server.Stop())
	c.t.Logf("%+v; stopped within %v", after, time.Since(began))
	for _, left := range append(debris(c.temp, c.data), groupsOf(c.born)...) {
		c.t.Errorf("left behind: %s", left)
	}
}

// size holds the numbers of resources that a server uses.
type size struct{ descriptors, children, temp int }

// settledSize waits until the server is idle and every runner is new, and returns the server's
// size.
func (c *campaign) settledSize() size {
	c.t.Helper()
	var now size
	eventually(c.t, "the server is idle", func() bool {
		if !strings.Contains(c.admin("queue"), "0 waiting; 2 ready, 0 busy, 0 starting") {
			return false
		}
		now = size{descriptors: entries(fmt.Sprintf("/proc/%d/fd", c.server.PID())), children: len(childrenOf(c.server.PID())), temp: entries(c.temp)}
		return now.children == 2
	})
	return now
}

func entries(dir string) int {
	all, err := os.ReadDir(dir)
	if err != nil {
		return -1
	}
	return len(all)
}

// childrenOf returns the children of a process, including zombies.
func childrenOf(pid int) []int {
	var all []int
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for field := range strings.FieldsSeq(string(text)) {
			var child int
			if _, err := fmt.Sscan(field, &child); err == nil {
				all = append(all, child)
			}
		}
	}
	slices.Sort(all)
	return all
}
