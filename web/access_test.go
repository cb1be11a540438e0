package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// everyone returns a person in each role of comp2402.
func everyone() []string { return []string{"", "mallory", "bob", "alice", "tina", "ines", "root"} }

// TestAccess requests every page as each person. A hidden page looks exactly like a missing one.
func TestAccess(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	c.submit("alice", 2)
	s := newSite(t, c, nil)
	const students, staff = "bob alice tina ines root", "tina ines root"
	pages := map[string]string{ // path → people who see it
		"/":                               "mallory " + students,
		"/comp2402":                       students,
		"/comp2402/a1":                    students,
		"/comp2402/a2":                    staff, // not released
		"/comp2402/a3":                    staff, // no tests yet
		"/comp2402/a9":                    "",
		"/comp2402/tests":                 "",
		"/comp2402/a1/alice":              "alice " + staff,
		"/comp2402/a1/nobody":             "",
		"/comp2402/a1/alice/1":            "alice " + staff,
		"/comp2402/a1/alice/2":            "alice " + staff,
		"/comp2402/a1/alice/9":            "",
		"/comp2402/a1/alice/01":           "",
		"/comp2402/a1/alice/1/-/events":   "alice " + staff,
		"/comp2402/a1/alice/9/-/events":   "",
		"/secret101":                      "mallory root",
		"/nothing101":                     "",
		"/COMP2402":                       "",
		"/comp2402/a1/alice/1/more/parts": "",
	}
	missing := s.as("alice").get("/nothing101").body
	for _, who := range everyone() {
		b := s.as(who)
		for path, seers := range pages {
			got := b.get(path)
			switch {
			case who == "" && path == "/":
				if got.status != http.StatusOK || !strings.Contains(got.body, "Sign in with your SSH key") {
					t.Errorf("nobody at /: status %d", got.status)
				}
			case who == "":
				if got.status != http.StatusUnauthorized {
					t.Errorf("nobody at %s: status %d, want 401", path, got.status)
				}
			case strings.Contains(" "+seers+" ", " "+who+" "):
				if got.status != http.StatusOK {
					t.Errorf("%s at %s: status %d, want 200", who, path, got.status)
				}
			case got.status != http.StatusNotFound || got.body != missing:
				t.Errorf("%s at %s: status %d, want the same 404 as for what is not there", who, path, got.status)
			}
		}
	}
}

// TestNamesOfEveryShape requests pages with invalid names.
func TestNamesOfEveryShape(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.as("alice")
	for _, path := range []string{
		"/comp2402/a1/alice/-1", "/comp2402/a1/alice/1e9", "/comp2402/a1/alice/99999999999999999999", "/comp2402/a1/%2e%2e/1",
		"/comp2402/a1/alice%2F1/1", "/comp2402/%00", "/comp2402/a1/alice/1%00", "/comp2402/a1/alice/1/", "/%E2%80%AE", "/-/static/../comp2402",
		"/comp2402/a1/" + strings.Repeat("a", 5000), "/-/static/site.css", "/-/static/", "/-/login/", "/-/events",
	} {
		if got := b.get(path); got.status != http.StatusNotFound && got.status != http.StatusTemporaryRedirect && got.status != http.StatusMovedPermanently {
			t.Errorf("%.60s: status %d", path, got.status)
		}
	}
}

// TestHiddenStaysHidden searches the pages and streams of a student and of a stranger for the name and output of hidden
// tests.
func TestHiddenStaysHidden(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	live := c.submit("alice", 2)
	s := newSite(t, c, nil)
	r := gradedResult()
	s.happen(live, schema.Event{Kind: schema.EventStarted})
	for i := range r.Tests {
		s.happen(live, schema.Event{Kind: schema.EventTest, Test: &r.Tests[i]})
	}
	paths := []string{"/", "/comp2402", "/comp2402/a1", "/comp2402/a1/alice", "/comp2402/a1/alice/1", "/comp2402/a1/alice/1/-/events", "/comp2402/a1/alice/2"}
	look := func(who, from, body string) {
		for _, secret := range []string{hiddenName, hiddenOutput, neverName, "report and process disagree", "node 2 was freed twice"} {
			if strings.Contains(strings.ToLower(body), strings.ToLower(secret)) {
				t.Errorf("%s is shown %q by %s", who, secret, from)
			}
		}
	}
	for _, who := range []string{"", "mallory", "bob", "alice"} {
		b := s.as(who)
		for _, path := range paths {
			look(who, path, b.get(path).body)
		}
	}
	stream := s.as("alice").listen("/comp2402/a1/alice/2/-/events", "")
	s.happen(live, schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: r})
	for _, m := range stream.untilClosed() {
		look("alice", "the stream", m.data)
	}
	staff := s.as("tina").get("/comp2402/a1/alice/1").body
	mustContain(t, staff, hiddenName, hiddenOutput, neverName)
}
