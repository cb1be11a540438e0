package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// busyClassroom returns a classroom with waiting and running work of alice, and failing machines.
func busyClassroom(t *testing.T) *classroom {
	t.Helper()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	waiting := c.submit("alice", 2)
	c.submit("bob", 1)
	c.places[waiting.Job.ID] = schema.Place{Ahead: 3, Estimate: 4 * time.Second}
	c.depths = []schema.QueueDepth{{Flavour: "standard", Lane: schema.LaneInteractive, Waiting: 5}, {Flavour: "standard", Lane: schema.LaneRegrade, Waiting: 600}}
	c.pools = []schema.PoolState{{
		Flavour: schema.Flavour{Name: "standard", Warm: 1, Max: 8}, Wanted: 8, Busy: 7, Waiting: 605, Reason: "605 jobs wait", Failure: "no <memory> left",
		Failures: []schema.PoolFailure{{Why: "no <memory> left", Times: 3, First: noon().Add(-time.Hour), Last: noon().Add(-5 * time.Minute)}},
	}}
	c.runners = []schema.RunnerState{{Runner: schema.Runner{ID: "local-7", Flavour: "standard", Host: "host-of-runners"}, Phase: "busy", Since: noon().Add(-time.Minute), Job: 17}}
	return c
}

func TestQueueForStudents(t *testing.T) {
	t.Parallel()
	s := newSite(t, busyClassroom(t), nil)
	alice := s.as("alice")
	p := alice.page("/-/queue")
	if diff := cmp.Diff([]string{"comp2402/a1/alice/2WaitingWaiting for a runner: 3 ahead of you, about 4 s."}, p.texts("li.task")); diff != "" {
		t.Error(diff)
	}
	mustContain(t, p.text("main"), "Waiting: 605 jobs for a runner of flavour standard.")
	for _, secret := range []string{"local-7", "host-of-runners", "<memory>", "bob", "Regrade"} {
		if strings.Contains(p.text("main"), secret) {
			t.Errorf("alice reads %q", secret)
		}
	}
	if got := s.as("mallory").page("/-/queue").text("#mine"); got != "My work" {
		t.Errorf("heading %q", got)
	}
	if got := s.visitor().get("/-/queue").status; got != http.StatusUnauthorized {
		t.Errorf("nobody: status %d", got)
	}
}

func TestQueueForStaff(t *testing.T) {
	t.Parallel()
	s := newSite(t, busyClassroom(t), nil)
	for _, who := range []string{"tina", "ines", "root"} {
		p := s.as(who).page("/-/queue")
		mustContain(t, p.text("main"), "Nothing of yours waits or runs.", "The last runner could not start: No <memory> left.", "5 min ago: no <memory> left (3 times in a row)", "605 jobs wait.", "8, of 1 to 8")
		if diff := cmp.Diff([]string{"standardpush5", "standardregrade600"}, p.texts("section[aria-labelledby=waiting] tbody tr")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"local-7standardbusy1 min agohost-of-runners17"}, p.texts("section[aria-labelledby=runners] tbody tr")); diff != "" {
			t.Error(diff)
		}
		if n := len(p.all("main form")); n != map[string]int{"root": 3, "ines": 2}[who] {
			t.Errorf("%s: %d forms", who, n)
		}
	}
	for _, who := range []string{"ines", "alice"} {
		if got := s.as(who).submit("/-/queue/move", url.Values{"from": {"standard"}, "to": {"standard"}}).status; got != http.StatusForbidden {
			t.Errorf("%s moves the queue: status %d", who, got)
		}
	}
}

// TestPoolForms pauses and resizes a pool with the forms of the page. Administrators may use them, and instructors of courses that use the
// flavour.
func TestPoolForms(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	root := s.signIn("root")
	if page := root.allowed("/-/pools/standard/mode", url.Values{"mode": {"draining"}, "reason": {"new image"}}); page.text(".done") != "No job of that flavour starts. Running jobs go on, and idle runners end." {
		t.Errorf("drained: %q", page.text("main"))
	}
	root.allowed("/-/pools/standard/size", url.Values{"warm": {""}, "max": {" 3 "}})
	kept := must[[]schema.PoolControl](t)(s.ledger.PoolControls(t.Context()))
	if len(kept) != 1 || kept[0].Mode != schema.PoolDraining || kept[0].Reason != "new image" || kept[0].Warm != nil || *kept[0].Max != 3 || kept[0].By != "root" {
		t.Errorf("kept: %+v", kept)
	}
	if got := root.submit("/-/pools/standard/size", url.Values{"max": {"many"}}); got.status != http.StatusBadRequest || !strings.Contains(got.body, "write a whole number") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	ines := s.signIn("ines")
	for path, sent := range map[string]url.Values{"/-/pools/standard/mode": {"mode": {"open"}}, "/-/pools/standard/size": {"max": {"2"}}} {
		if got := ines.submit(path, sent); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "ask an administrator to change that") {
			t.Errorf("%s of ines, which root set: status %d", path, got.status)
		}
	}
	root.allowed("/-/pools/standard/mode", url.Values{"mode": {"open"}})
	ines.allowed("/-/pools/standard/mode", url.Values{"mode": {"paused"}})
	for who, path := range map[string]string{"tina": "/-/pools/standard/mode", "ines": "/-/pools/large/mode"} {
		if got := s.signIn(who).submit(path, url.Values{"mode": {"open"}}); got.status != http.StatusForbidden {
			t.Errorf("%s at %s: status %d, want 403", who, path, got.status)
		}
	}
}

// TestQueuePageShowsControls checks that the page shows the settings of a pool, and forms to people
// who may control it.
func TestQueuePageShowsControls(t *testing.T) {
	t.Parallel()
	c := busyClassroom(t)
	two := 2
	c.pools[0].Control = schema.PoolControl{Flavour: "standard", Mode: schema.PoolPaused, Reason: "new <image>", Max: &two}
	s := newSite(t, c, nil)
	root := s.as("root")
	mustContain(t, root.page("/-/queue").text("main"), "The staff has paused grading (new <image>); you keep your place.", "Flavour standard")
	field := func(p *page, name string) string {
		value, _ := attribute(p.all("input[name=" + name + "]")[0], "value")
		return value
	}
	if got := field(root.page("/-/queue"), "reason"); got != "new <image>" {
		t.Errorf("the reason is filled in as %q", got)
	}
	long := strings.Repeat("x", 121)
	for path, sent := range map[string]url.Values{
		"/-/pools/standard/size": {"warm": {"2"}, "max": {"many"}}, "/-/pools/standard/mode": {"mode": {"paused"}, "reason": {long}},
	} {
		got := parsePage(t, root.submit(path, sent).body)
		for name, values := range sent {
			field := got.all("[name=" + name + "]")
			if name == "mode" {
				field = got.all("option[value=paused][selected]")
			}
			if value, _ := attribute(field[0], "value"); value != values[0] {
				t.Errorf("%s: after the refusal, %s is %q, want %q", path, name, value, values[0])
			}
		}
	}
	forms := func(of map[string]int) {
		t.Helper()
		for who, want := range of {
			if n := strings.Count(s.as(who).get("/-/queue").body, `action="/-/pools/standard/`); n != want {
				t.Errorf("%s has %d forms, want %d", who, n, want)
			}
		}
	}
	forms(map[string]int{"root": 2, "ines": 2, "tina": 0, "alice": 0})
	c.pools[0].Control.AdminMode = true
	forms(map[string]int{"root": 2, "ines": 1, "tina": 0})
	mustContain(t, s.as("ines").page("/-/queue").text("main"), "An administrator set the mode; ask an administrator to change it.")
	c.pools[0].Control.AdminSize = true
	forms(map[string]int{"root": 2, "ines": 0, "tina": 0})
}
