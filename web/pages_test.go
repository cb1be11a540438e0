package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestHome(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	s := newSite(t, c, nil)
	home := s.as("alice").page("/")
	if got := home.text("h1"); got != "Hello, Alice Archer" {
		t.Errorf("heading %q", got)
	}
	want := []string{"A1: Linked lists comp2402/a1 Due Mon 28 Sep, 23:59 (in 8 days) Partly right 2 / 5 #1 counts after 1 push"}
	if diff := cmp.Diff(want, home.texts("section[aria-labelledby=due] li")); diff != "" {
		t.Error(diff)
	}
	want = []string{"comp2402/a1 #1 Partly right 1 hidden test (5 points) later 2 / 5 Sun 20 Sep, 11:59 1 min ago 0000000"}
	if diff := cmp.Diff(want, home.texts("section[aria-labelledby=recent] tbody tr")); diff != "" {
		t.Error(diff)
	}
	want = []string{"Data structurescomp2402 · student"}
	if diff := cmp.Diff(want, home.texts("section[aria-labelledby=courses] li")); diff != "" {
		t.Error(diff)
	}
}

// TestHomeListsOpenWork shows only assignments that can still be worked on: no unreleased and empty
// ones, which staff see elsewhere, and none that are past due.
func TestHomeListsOpenWork(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.assign(4, "a4", strings.Replace(specA1, "2026-09-28", "2026-09-18", 1))
	s := newSite(t, c, nil)
	want := []string{"A1: Linked lists comp2402/a1 Due Mon 28 Sep, 23:59 (in 8 days) Nothing pushed yet"}
	for _, who := range []string{"alice", "tina"} {
		if diff := cmp.Diff(want, s.as(who).page("/").texts("section[aria-labelledby=due] li")); diff != "" {
			t.Errorf("%s: %s", who, diff)
		}
	}
	if n := len(s.as("alice").page("/comp2402").texts("li.task")); n != 2 {
		t.Errorf("the course lists %d assignments, want 2", n)
	}
}

func TestHomeWithoutCourse(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	home := s.as("root").page("/")
	if got := home.text(".lead"); got != "You are not in a course yet. Your instructor adds you; then it shows up here." {
		t.Errorf("lead %q", got)
	}
}

func TestCourse(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	for who, want := range map[string][]string{
		"alice": {"A1: Linked lists comp2402/a1 Due Mon 28 Sep, 23:59 (in 8 days) Nothing pushed yet"},
		"tina": {
			"A1: Linked lists comp2402/a1 Due Mon 28 Sep, 23:59 (in 8 days) Nothing pushed yet",
			"A2: Not yet comp2402/a2 not released Students see it from Fri 25 Sep, 09:00 Due Mon 12 Oct, 23:59 (in 22 days) Nothing pushed yet",
			"a3 comp2402/a3 No tests have been accepted yet.",
		},
	} {
		if diff := cmp.Diff(want, s.as(who).page("/comp2402").texts("li.task")); diff != "" {
			t.Errorf("%s: %s", who, diff)
		}
	}
}

func TestAssignmentForStudent(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	c.finish(c.submit("alice", 2), brokenResult())
	c.finish(c.submit("bob", 1), gradedResult())
	s := newSite(t, c, nil)
	p := s.as("alice").page("/comp2402/a1")
	if diff := cmp.Diff([]string{"A1: Linked lists"}, p.texts("h1")); diff != "" {
		t.Error(diff)
	}
	commands := []string{
		"git clone ssh://grader@grader.test:2222/comp2402/a1",
		"git remote add grader ssh://grader@grader.test:2222/comp2402/a1", "git push grader main",
	}
	if diff := cmp.Diff(commands, p.texts(".command code")); diff != "" {
		t.Error(diff)
	}
	rows := []string{
		"#2 Did not compile 1 hidden test (5 points) later 0 / 5 Sun 20 Sep, 11:59 1 min ago 0000000",
		"#1 counts Partly right 1 hidden test (5 points) later 2 / 5 Sun 20 Sep, 11:59 1 min ago 0000000",
	}
	if diff := cmp.Diff(rows, p.texts("tbody tr[role=row]")); diff != "" {
		t.Error(diff)
	}
	rules := []string{
		"What countsYour best submission", "Required fileslist.c", "Size of a push10 MiB in at most 500 files",
		"Each test may use10 s of processor time, 256 MiB of memory, 64 processes, 1 MiB of output",
	}
	if diff := cmp.Diff(rules, p.texts("section[aria-labelledby=rules] dl div")); diff != "" {
		t.Error(diff)
	}
	if n := len(p.all("#class")); n != 0 {
		t.Error("a student is shown the class")
	}
}

func TestAssignmentForStaff(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	c.submit("alice", 2)
	c.finish(c.submit("bob", 1), gradedResult())
	s := newSite(t, c, nil)
	for _, who := range []string{"tina", "ines", "root"} {
		p := s.as(who).page("/comp2402/a1")
		want := []string{
			"bob #1 Partly right 7 / 10 Sun 20 Sep, 11:59 1 min ago 0000000",
			"alice #2 Waiting none Sun 20 Sep, 11:59 1 min ago 0000000",
		}
		if diff := cmp.Diff(want, p.texts("section[aria-labelledby=class] tbody tr")); diff != "" {
			t.Errorf("%s: %s", who, diff)
		}
	}
}

func TestAssignmentWithoutTests(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	p := s.as("ines").page("/comp2402/a3")
	if got := p.text("#begin"); got != "No tests have been accepted yet" {
		t.Errorf("heading %q", got)
	}
}

func TestMissingHandout(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	delete(c.files, "handout.md")
	p := newSite(t, c, nil).as("alice").page("/comp2402/a1")
	if got := p.text(".note"); got != "The handout cannot be shown just now." {
		t.Errorf("note %q", got)
	}
}

// TestUnreadableTests stores tests that only another version of grader could read.
func TestUnreadableTests(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	c.assign(4, "a4", specA1)
	c.assignments[0].Active.Source = []byte("title: A1\nfuture: yes\n")
	s := newSite(t, c, nil)
	alice := s.as("alice")
	if got := alice.page("/").texts("section[aria-labelledby=due] code"); len(got) != 1 || got[0] != "comp2402/a4" {
		t.Errorf("due: %q", got)
	}
	if got := alice.page("/comp2402/a1/alice/1").text("#status"); got != "Graded: 2 of 5 points." {
		t.Errorf("status %q", got)
	}
	if got := alice.get("/comp2402/a1").status; got != 404 {
		t.Errorf("status %d, want 404", got)
	}
	mustContain(t, s.as("ines").page("/comp2402/a1").text(".note"), "cannot read the tests")
}

func TestClosedAssignment(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.assign(4, "a0", "title: Old\ndue: 2026-09-01 23:59\ntests:\n  - {name: one, run: ./one, stdout: \"1\", points: 1}\n")
	s := newSite(t, c, nil)
	p := s.as("alice").page("/comp2402/a0")
	if got := p.text(".lead"); got != "Was due Tue 1 Sep, 23:59 (18 days ago) closed" {
		t.Errorf("lead %q", got)
	}
	if got := s.as("bob").page("/").texts("section[aria-labelledby=due] li h3"); len(got) != 1 || got[0] != "A1: Linked lists" {
		t.Errorf("due: %q", got)
	}
}

func TestDroppedStudentCannotHandIn(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	c.dropped = map[int64]bool{c.user("alice").ID: true}
	s := newSite(t, c, nil)
	p := s.as("alice").page("/comp2402/a1")
	if got := p.text("section[aria-labelledby=push] p"); !strings.HasPrefix(got, "You were dropped from comp2402 and cannot hand in work") {
		t.Errorf("hand in: %q", got)
	}
	if forms := p.texts("#upload"); len(forms) != 0 {
		t.Errorf("the page still takes files: %q", forms)
	}
	if got := p.text("table caption"); got != "My submissions" {
		t.Errorf("the earlier work is not listed: %q", got)
	}
}

func TestSubmissionForStudent(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	s := newSite(t, c, nil)
	p := s.as("alice").page("/comp2402/a1/alice/1")
	for selector, want := range map[string]string{
		"title":              "2 / 5: comp2402/a1/alice/1 · grader",
		"#status":            "Graded: 2 of 5 points.",
		"#verdict .headline": "Partly right 2 / 5 points",
		"#advice":            "1 of 2 tests did not pass.",
		".receipt":           "7Q2K-M8DT",
		".got del":           "2",
		".hint":              "Hint: Keep the node before it.",
	} {
		if got := p.text(selector); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	want := []string{"Passed adds to an empty list 2 / 2 points 20 ms, 2 MiB", "Failed removes from the middle 0 / 3 points 20 ms"}
	if diff := cmp.Diff(want, append(p.texts("#tests .line"), p.texts("#tests summary")...)); diff != "" {
		t.Error(diff)
	}
	if len(p.all("[data-events]")) != 0 || len(p.all("noscript")) != 0 {
		t.Error("a finished submission is live")
	}
}

func TestSubmissionForStaff(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	s := newSite(t, c, nil)
	p := s.as("tina").page("/comp2402/a1/alice/1")
	if got := p.text("#verdict .headline"); got != "Partly right 7 / 10 points" {
		t.Errorf("headline %q", got)
	}
	if got := p.texts(".crumbs a"); !slices.Equal(got, []string{"grader", "comp2402", "a1", "alice"}) {
		t.Errorf("crumbs %q", got)
	}
	if got := p.text("h1"); got != "alice: submission 1 A1: Linked lists" {
		t.Errorf("heading %q", got)
	}
	want := []string{"hidden until it is due", "staff only, not counted"}
	if diff := cmp.Diff(want, p.texts("#tests .tag")); diff != "" {
		t.Error(diff)
	}
	if got := p.text("#tests .note"); got != "For staff: Report and process disagree." {
		t.Errorf("note %q", got)
	}
	if got := p.text("#tests .judge"); got != "node 2 was freed twice" {
		t.Errorf("judge's message %q", got)
	}
}

// TestManyFailures checks that only the first tests that did not pass are opened.
func TestManyFailures(t *testing.T) {
	t.Parallel()
	r := gradedResult()
	for range 10 {
		r.Tests = append(r.Tests, r.Tests[1])
	}
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), r)
	p := newSite(t, c, nil).as("alice").page("/comp2402/a1/alice/1")
	if all, open := len(p.all("#tests details")), len(p.all("#tests details[open]")); all != 11 || open != 3 {
		t.Errorf("%d of %d are open, want 3 of 11", open, all)
	}
}

func TestSubmissionEnds(t *testing.T) {
	t.Parallel()
	tests := gradedResult()
	tests.Outcome, tests.Tests = schema.OutcomeGraderError, nil
	perfect := gradedResult()
	perfect.Tests, perfect.Score, perfect.MaxScore = perfect.Tests[:1], schema.NewPoints(2, 1), schema.NewPoints(2, 1)
	for name, one := range map[string]struct {
		state            schema.State
		result           *schema.Result
		headline, status string
	}{
		"all right":       {schema.StateDone, perfect, "All passed 2 / 2 points", "Graded: 2 of 2 points."},
		"not compiling":   {schema.StateDone, brokenResult(), "Did not compile 0 / 5 points", "It did not compile."},
		"broken tests":    {schema.StateDone, tests, "The tests failed, not you", "The tests failed, not you; the staff has been told."},
		"cancelled":       {schema.StateCancelled, nil, "Cancelled", "The staff cancelled this run."},
		"out of attempts": {schema.StateFailed, nil, "Our machines failed", "Our machines failed, not you; the staff has been told."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClassroom(t)
			sub := c.submit("alice", 1)
			sub.Job.State, sub.Result = one.state, one.result
			p := newSite(t, c, nil).as("alice").page("/comp2402/a1/alice/1")
			if got := p.text("#verdict .headline"); got != one.headline {
				t.Errorf("headline %q, want %q", got, one.headline)
			}
			if got := p.text("#status"); got != one.status {
				t.Errorf("status %q, want %q", got, one.status)
			}
		})
	}
}

// TestOnlyStaffSeeWhyMachinesFailed checks that students only read that the machines failed. The reason
// names runners and hosts.
func TestOnlyStaffSeeWhyMachinesFailed(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	sub := c.submit("alice", 1)
	sub.Job.State, sub.Job.Reason = schema.StateFailed, "runner local-7 was lost three times"
	s := newSite(t, c, nil)
	if body := s.as("alice").get("/comp2402/a1/alice/1").body; strings.Contains(body, "local-7") {
		t.Error("the student reads of runner local-7")
	}
	mustContain(t, s.as("tina").get("/comp2402/a1/alice/1").body, "This does not count against you. Runner local-7 was lost three times.")
}

// TestGraderErrorIsExplainedOnce checks the page for a student, whose message of a grader error
// repeats the page's text.
func TestGraderErrorIsExplainedOnce(t *testing.T) {
	t.Parallel()
	r := gradedResult()
	r.Outcome, r.Tests, r.Message = schema.OutcomeGraderError, nil, "driver crashed: signal SIGSEGV"
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), r)
	s := newSite(t, c, nil)
	if n := strings.Count(s.as("alice").get("/comp2402/a1/alice/1").body, "the staff has been told"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
	mustContain(t, s.as("tina").get("/comp2402/a1/alice/1").body, "Driver crashed: signal SIGSEGV. This does not count against you.")
}

func TestLivePageWithoutScript(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	sub := c.submit("alice", 1)
	s := newSite(t, c, nil)
	for _, step := range liveStory()[:6] {
		s.happen(sub, step.event)
	}
	got := s.as("alice").get("/comp2402/a1/alice/1")
	mustContain(t, got.body, `<noscript><meta http-equiv="refresh" content="5"></noscript>`,
		`data-events="/comp2402/a1/alice/1/-/events?job=101&amp;after=6"`)
	p := parsePage(t, got.body)
	if got := p.text("#status"); got != "Running the tests." {
		t.Errorf("status %q", got)
	}
	if got := p.text("#verdict .headline"); got != "Running 2 points so far" {
		t.Errorf("headline %q", got)
	}
	if got := p.text("#verdict .progress"); got != "1 of 2 tests" {
		t.Errorf("progress %q", got)
	}
}

func TestGradedAgain(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.submit("alice", 1).Result = gradedResult()
	p := newSite(t, c, nil).as("alice").page("/comp2402/a1/alice/1")
	if got := p.text(".note"); got != "It is being graded again. Before: partly right, 2 / 5." {
		t.Errorf("note %q", got)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	s := newSite(t, c, nil)
	p := s.as("tina").page("/comp2402/a1/alice")
	if got := p.texts("tbody tr th"); len(got) != 1 || got[0] != "#1 counts" {
		t.Errorf("rows %q", got)
	}
}

// TestTriesAreListed checks that tries are listed below the submissions, with the points that the
// viewer may see, and do not count.
func TestTriesAreListed(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	result := gradedResult()
	work := schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice"}
	c.tries = []schema.Try{
		{ID: 2, Work: work, Number: 2, Assignment: 1, Commit: strings.Repeat("b", 40), ReceivedAt: noon(), Job: schema.Job{State: schema.StateRunning}},
		{ID: 1, Work: work, Number: 1, Assignment: 1, Commit: strings.Repeat("a", 40), ReceivedAt: noon(), Job: schema.Job{State: schema.StateDone}, Result: result},
	}
	s := newSite(t, c, nil)
	p := s.as("alice").page("/comp2402/a1")
	if got := p.texts(".tries tbody th"); len(got) != 2 || got[0] != "2" || got[1] != "1" {
		t.Errorf("tries %q", got)
	}
	if got := p.texts(".tries td.number"); len(got) != 2 || got[0] != "none" || got[1] != "2 / 5" {
		t.Errorf("points %q", got)
	}
	if got := p.text(".tries summary"); got != "The latest 2 tries, not counted" {
		t.Errorf("summary %q", got)
	}
	mustContain(t, p.text("main"), "You have not handed in anything yet, only tried.")
	tina := s.as("tina").page("/comp2402/a1/alice")
	mustContain(t, tina.text("main"), "Nothing has been handed in yet, only tried.")
	if got := tina.texts(".tries tbody th"); len(got) != 2 {
		t.Errorf("staff read %q of an owner who has only tried", got)
	}
	s.as("tina").mustSee(t, "/comp2402/a1/bob", http.StatusNotFound)
	s.as("bob").mustSee(t, "/comp2402/a1/alice", http.StatusNotFound)
	mustContain(t, s.as("bob").page("/comp2402/a1").text("main"), "You have not pushed anything yet.")
	if strings.Contains(p.text("main"), hiddenName) {
		t.Error("the page names a hidden test")
	}
	if got := s.as("bob").page("/comp2402/a1").texts(".tries"); len(got) != 0 {
		t.Errorf("bob reads %q", got)
	}
	c.finish(c.submit("alice", 1), gradedResult())
	if got := s.as("tina").page("/comp2402/a1/alice").texts(".tries tbody th"); len(got) != 2 {
		t.Errorf("staff read %q", got)
	}
}

func TestShorthands(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.as("alice")
	for from, to := range map[string]string{
		"/comp2402/a1/7": "/comp2402/a1/alice/7", "/comp2402/": "/comp2402", "/comp2402/a1/": "/comp2402/a1",
		"/login": "/-/login", "/login/7Q2K": "/-/login/7Q2K", "/login/a%2Fb%3Fc": "/-/login/a%2Fb%3Fc",
	} {
		if got := b.get(from); got.header.Get("Location") != to {
			t.Errorf("%s leads to %q (status %d), want %q", from, got.header.Get("Location"), got.status, to)
		}
	}
}

// TestStaffAreToldWhatIsWrong checks that the pages that staff see first show the problems of which "the
// staff has been told".
func TestStaffAreToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.troubles = []schema.Trouble{{Kind: schema.TroubleWaiting, Flavour: "large", Count: 2}}
	c.stalls = map[string]schema.Stall{"large": {Reason: "no <wall>"}}
	s := newSite(t, c, nil)
	for _, path := range []string{"/", "/comp2402"} {
		if got := s.as("tina").page(path).texts("ul.note li"); !slices.Equal(got, []string{"2 jobs wait, and no runner of flavour large can be started: no <wall>"}) {
			t.Errorf("%s tells the staff %q", path, got)
		}
		if got := s.as("alice").page(path).texts("ul.note li"); len(got) > 0 {
			t.Errorf("%s tells a student %q", path, got)
		}
	}
}
