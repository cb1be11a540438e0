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

// busyClassroom has alice's work waiting and running, and machines that fail.
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
		if n := len(p.all("main form")); n != map[string]int{"root": 1}[who] {
			t.Errorf("%s: %d forms", who, n)
		}
	}
	for _, who := range []string{"ines", "alice"} {
		if got := s.as(who).submit("/-/queue/move", url.Values{"from": {"standard"}, "to": {"standard"}}).status; got != http.StatusForbidden {
			t.Errorf("%s moves the queue: status %d", who, got)
		}
	}
}
