package web_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
	want := []string{"A1: Linked lists comp2402/a1 Due Mon 28 Sep 2026, 23:59 (in 8 days) Partly right 2 / 5 after 1 push"}
	if diff := cmp.Diff(want, home.texts("section[aria-labelledby=due] li")); diff != "" {
		t.Error(diff)
	}
	want = []string{"comp2402/a1 #1 Partly right 2 / 51 hidden test (5 points) later Sun 20 Sep 2026, 11:59 1 min ago"}
	if diff := cmp.Diff(want, home.texts("section[aria-labelledby=recent] tbody tr")); diff != "" {
		t.Error(diff)
	}
}
