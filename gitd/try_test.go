package gitd_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd"
	"github.com/grader/grader/schema"
)

func (b *bundle) tries(owner string) []schema.Try {
	b.t.Helper()
	a, err := b.store.Assignment(b.t.Context(), "comp1", "a1")
	check(b.t, err)
	all, err := b.store.Tries(b.t.Context(), a.ID, owner, 1000)
	check(b.t, err)
	return all
}

// TestTry pushes to the branch try before and after the first hand-in. The tries show their results and do not count.
func TestTry(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(strings.Replace(assignmentYAML, "submissions: {", "submissions: {limit: {count: 1, per: day}, ", 1))
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	try := func(args ...string) result {
		t.Helper()
		r := b.push("alice", "w", append(args, "grader", "HEAD:try")...)
		if r.status != 0 || strings.Contains(r.all(), "submission 1") || strings.Contains(r.all(), "receipt") {
			t.Errorf("status %d: %s", r.status, r.all())
		}
		return r
	}
	r := try()
	r.says(t, "COMP1 A1 Hello: try 1 (not handed in)", "pass  2/2  greets", "2 / 2", "This was a try: nothing was handed in, nothing was counted.", "git push "+b.url("comp1/a1")+" HEAD:main", "HEAD -> try")
	if subs := b.submissions("alice"); len(subs) != 0 {
		t.Fatalf("%d submissions", len(subs))
	}
	b.ssh("alice", "status", "comp1/a1").says(t, "nothing handed in")
	b.ssh("alice", "log", "comp1/a1").says(t, "nothing handed in", "try 1  ", "2 / 2", "not counted")
	// The first clone is still the starter.
	b.mustGit("alice", "", "clone", "-q", b.url("comp1/a1"), "clone")
	if _, err := os.Stat(filepath.Join(b.dir, "clone", "hello.c")); err != nil {
		t.Error(err)
	}
	// These tries are the same commit, an amended one, and one after the hand-in.
	try().says(t, "try 2 (not handed in)")
	b.mustGit("alice", "w", "commit", "-q", "--amend", "--allow-empty", "-m", "other")
	try().says(t, "try 3 (not handed in)")
	b.push("alice", "w").says(t, "submission 1 (1 of 1 today)", "2 / 2")
	b.commit("alice", "w", map[string]string{"hello.c": "2"})
	try("-o", "exit-code").says(t, "try 4 (not handed in)")
	try("-o", "nowait").says(t, "try 5", "This was a try")
	b.push("alice", "w", "-o", "dry-run", "grader", "HEAD:try").says(t, "dry run: would be accepted", "HEAD -> try (dry run: would be accepted)")
	b.push("alice", "w").says(t, "1 of 1 submissions today are used")
	b.ssh("alice", "log", "comp1/a1").says(t, "comp1/a1/alice/1", "try 5  ", "try 1  ")
	b.ssh("tina", "log", "comp1/a1/alice").says(t, "try 5  ")
	if r := b.ssh("bob", "log", "comp1/a1/alice"); strings.Contains(r.all(), "try") {
		t.Errorf("bob reads %s", r.all())
	}
	out := b.mustGit("alice", "w", "ls-remote", "grader")
	if strings.Contains(out, "tries") || strings.Contains(out, "heads/try") {
		t.Errorf("refs that are shown: %s", out)
	}
	grades, err := b.room.Grades.List(t.Context(), schema.Operator(), "comp1", "alice")
	check(t, err)
	if len(grades) != 1 || grades[0].Number != 1 || len(b.submissions("alice")) != 1 || len(b.tries("alice")) != 5 {
		t.Errorf("grades %+v, %d submissions, %d tries", grades, len(b.submissions("alice")), len(b.tries("alice")))
	}
}

// TestTryRefusals checks refused tries: files that break the rules, the branch try in other repositories, people who
// were dropped or are not enrolled.
func TestTryRefusals(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"other.c": "1"})
	refused := func(r result, says ...string) {
		t.Helper()
		r.says(t, says...)
		if r.status == 0 {
			t.Errorf("accepted: %s", r.all())
		}
	}
	refused(b.push("alice", "w", "grader", "HEAD:try"), "hello.c is required and missing", "Nothing was counted.", "HEAD -> try (pre-receive hook declined)")
	refused(b.push("ida", "tests", "grader", "HEAD:try"), "only the branch main is graded, and this is try")
	refused(b.push("alice", "w", "-o", "late", "grader", "HEAD:try"), "a try is never late: push it without -o late", "git push "+b.url("comp1/a1")+" HEAD:try")
	refused(b.push("alice", "w", "grader", "HEAD:try2"), "only the branch main is graded, and this is try2")
	refused(b.push("alice", "w", "grader", "HEAD:refs/tries/1"), "only the branch main is graded")
	refused(b.push("alice", "w", "grader", "HEAD:try", "HEAD:main"), "one branch is pushed at a time")
	b.tree("eve", "e", "comp1/a1", map[string]string{"hello.c": "1"})
	refused(b.push("eve", "e", "grader", "HEAD:try"), "comp1 is unknown, or you are not enrolled")
	if r := b.sshAs("grader", "ida", "login,name,role\nbob,Bob,student\n", "roster", "import", "comp1", "--drop-missing"); r.status != 0 {
		t.Fatal(r.all())
	}
	refused(b.push("alice", "w", "grader", "HEAD:try"), "you were dropped from comp1")
	if n := len(b.tries("alice")); n != 0 {
		t.Errorf("%d tries", n)
	}
}

// TestTriesAreBounded makes thirty tries within an hour, and some after that hour.
func TestTriesAreBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	try := func() result { return b.push("alice", "w", "-o", "nowait", "grader", "HEAD:try") }
	first := b.clock.now()
	for range course.MaxTries {
		if r := try(); r.status != 0 {
			t.Fatal(r.all())
		}
	}
	r := try()
	next := first.Add(time.Hour).In(b.course.Location())
	r.says(t, "refused: 30 tries within an hour are used. The next one comes at ", "Nothing was counted.")
	if r.status == 0 || !strings.Contains(r.all(), next.Format("15:04")) && !strings.Contains(r.all(), next.Add(time.Minute).Format("15:04")) {
		t.Errorf("status %d: %s", r.status, r.all())
	}
	b.push("alice", "w").says(t, "submission 1") // tries do not count toward the limit of main
	b.clock.move(61 * time.Minute)
	if r := try(); r.status != 0 {
		t.Error(r.all())
	}
}

// brokenTries is a ledger that cannot record tries for a while.
type brokenTries struct {
	gitd.Ledger
	broken chan struct{} // closed: recording works again
}

func (l brokenTries) RecordTry(ctx context.Context, p schema.Push) (schema.Try, error) {
	select {
	case <-l.broken:
		return l.Ledger.RecordTry(ctx, p)
	default:
		return schema.Try{}, errors.New("the disk is full")
	}
}

// TestTryIsRecordedLater makes the transaction of a try fail. The next start finds the ref of the try and records it.
func TestTryIsRecordedLater(t *testing.T) {
	t.Parallel()
	mended := make(chan struct{})
	b := newBundle(t, func(b *bundle) { b.ledger = brokenTries{b.store, mended} })
	b.publish(assignmentYAML)
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	r := b.push("alice", "w", "grader", "HEAD:try")
	r.says(t, "stored, not yet counted; we keep trying")
	if n := len(b.tries("alice")); r.status != 0 || n != 0 {
		t.Fatalf("status %d, %d tries", r.status, n)
	}
	close(mended)
	b.restart()
	all := b.tries("alice")
	if len(all) != 1 || all[0].Number != 1 || len(b.submissions("alice")) != 0 {
		t.Errorf("tries %+v, %d submissions", all, len(b.submissions("alice")))
	}
	b.push("alice", "w").says(t, "submission 1", "2 / 2")
}

// TestTryOfATeam makes a member of a team push a try.
func TestTryOfATeam(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish("team: {max: 2, formed_by: students}\n" + assignmentYAML)
	b.ssh("alice", "team", "create", "comp1/a1", "blue").says(t, "team blue: alice")
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	b.push("alice", "w", "grader", "HEAD:try").says(t, "try 1 (not handed in)", "2 / 2")
	if n := len(b.tries("blue")); n != 1 {
		t.Errorf("%d tries of the team", n)
	}
	b.ssh("alice", "log", "comp1/a1").says(t, "comp1/a1/blue: nothing handed in", "try 1  ")
}

// TestTryRevealsNoHiddenTests uses a runner that reports hidden tests of a try, which real runners do not do. Nothing
// of them reaches a student.
func TestTryRevealsNoHiddenTests(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.publish(assignmentYAML)
	b.queue.play(func(j schema.Job) ([]schema.Event, schema.Result) {
		events, r := everythingPasses(j)
		for _, visible := range []schema.Visibility{schema.VisibleAfterDue, schema.VisibleAfterPublish, schema.VisibleNever} {
			secret := schema.TestResult{Name: "SECRET " + string(visible), Test: "SECRET", Outcome: schema.OutcomePartial, Score: schema.NewPoints(3117, 100), MaxScore: schema.NewPoints(37, 1),
				Visible: visible, Message: "SECRET", Output: "SECRET"}
			events = append(events, schema.Event{Kind: schema.EventTest, Test: &secret})
			r.Tests = append(r.Tests, secret)
			r.Score, r.MaxScore = r.Score.Add(secret.Score), r.MaxScore.Add(secret.MaxScore)
		}
		return events, r
	})
	b.tree("alice", "w", "comp1/a1", map[string]string{"hello.c": "1"})
	said := b.push("alice", "w", "-o", "verbose", "grader", "HEAD:try").all() + b.ssh("alice", "log", "comp1/a1").all() + b.ssh("alice", "status", "comp1/a1").all()
	for _, secret := range []string{"SECRET", "31.17", "33.17", "62.34", "64.34"} {
		if strings.Contains(said, secret) {
			t.Errorf("alice reads %q in\n%s", secret, said)
		}
	}
	if !strings.Contains(said, "pass  2/2  greets") {
		t.Errorf("alice reads\n%s", said)
	}
}
