package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestClassGrid(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	s.graded("alice", brokenResult())
	s.graded("tina", visibleResult(5)) // a try-out of staff is not a grade
	for _, who := range []string{"tina", "ines", "root"} {
		p := s.signIn(who).page("/comp2402/a1/-/grid")
		for selector, want := range map[string][]string{
			"tbody th": {"alice", "bob"}, "td.good": {"✓ 2"}, "td.bad": {"✗ 0/3"}, "td.cell-none": {"no result", "no result"},
			"td.number": {"2 / 5", "2", "none", "0"}, ".test-name": {"adds to an empty list", "removes from the middle"}, ".test-head .soft": {"100 % pass", "0 % pass"},
		} {
			if diff := cmp.Diff(want, p.texts(".grid "+selector)); diff != "" {
				t.Errorf("%s: %s: %s", who, selector, diff)
			}
		}
		mustContain(t, p.text("main"), "1 of 2 students pushed, and something counts for 1.")
		if diff := cmp.Diff([]string{"Class"}, p.texts(".tabs [aria-current=page]")); diff != "" {
			t.Error(diff)
		}
	}
	if got := s.signIn("ines").page("/comp2402/a1/-/grid?show=missing").texts(".grid tbody th"); len(got) != 1 || got[0] != "bob" {
		t.Errorf("nothing pushed: %q", got)
	}
	for who, want := range map[string]int{"alice": http.StatusNotFound, "mallory": http.StatusNotFound} {
		if got := s.signIn(who).get("/comp2402/a1/-/grid"); got.status != want || strings.Contains(got.body, "bob") {
			t.Errorf("%s: status %d", who, got.status)
		}
	}
}

// TestClassGridWithStrangeQueries requests the class with invalid queries. Unknown values are ignored.
func TestClassGridWithStrangeQueries(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	ines := s.signIn("ines")
	for _, query := range []string{"page=-1", "page=99999999999999999999", "page=7", "sort=password", "show=nothing", "down=2", "%zz", "sort[]=a"} {
		if got := ines.page("/comp2402/a1/-/grid?" + query).texts(".grid tbody th"); len(got) != 2 {
			t.Errorf("%s: %q", query, got)
		}
	}
	body := ines.get("/comp2402/a1/-/grid?find=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&sort=name").body
	if strings.Contains(body, "<script>alert") {
		t.Error("what was looked for becomes part of the page")
	}
	mustContain(t, body, "No student matches.")
}

func TestClassGridShowsTestNamesAsText(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	r := visibleResult(2)
	r.Tests[0].Name, r.Tests[1].Name = `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`
	s.graded("alice", r)
	p := s.signIn("tina").page("/comp2402/a1/-/grid")
	if n := len(p.all("main img")) + len(p.all(".grid svg")); n != 0 {
		t.Error("a test's name becomes an element")
	}
	mustContain(t, strings.Join(p.texts(".test-name"), " "), "<img src=x onerror=alert(1)>", `"><svg onload=alert(1)>`)
}

// TestClassFailures groups failures by cause and lists the students with a failure and those who are stuck.
func TestClassFailures(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	for n := range 4 {
		r := visibleResult(2)
		r.Tests[1].Message = fmt.Sprintf("<b>line %d</b> in /tmp/x%d", n, n)
		s.graded("alice", r)
	}
	other := visibleResult(2)
	other.Tests[1].Message = "<b>line 77</b> in /tmp/elsewhere"
	s.graded("bob", other)
	tina := s.signIn("tina")
	p := tina.page("/comp2402/a1/-/grid")
	if diff := cmp.Diff([]string{"2 students removes from the middle <b>line N</b> in PATH"}, p.texts(".failures li")); diff != "" {
		t.Error(diff)
	}
	link, _ := attribute(p.all(".failures li a")[0], "href")
	p = tina.page(link)
	if diff := cmp.Diff([]string{"alice", "bob"}, p.texts(".grid tbody th")); diff != "" {
		t.Error(diff)
	}
	mustContain(t, p.text(".note"), "Only those who fail removes from the middle")
	p = tina.page(link + "&show=stuck")
	if diff := cmp.Diff([]string{"alice"}, p.texts(".grid tbody th")); diff != "" {
		t.Error(diff)
	}
	mustContain(t, p.text(".stuck"), "removes from the middle: <b>line N</b> in PATH, 4 submissions in a row")
	if got := tina.page("/comp2402/a1/-/grid?failure=0123456789abcdef").texts(".grid tbody th"); len(got) != 2 {
		t.Errorf("an unknown failure lists %q", got)
	}
}

// TestClassOfTeams shows a team as one row with its members.
func TestClassOfTeams(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1+"team: {max: 2, formed_by: students}\n")
	s.signIn("ines").allowed("/comp2402/a1/-/teams/create", url.Values{"team": {"reds"}, "logins": {"alice bob"}})
	p := s.signIn("tina").page("/comp2402/a1/-/grid")
	if diff := cmp.Diff([]string{"reds"}, p.texts(".grid tbody th")); diff != "" {
		t.Error(diff)
	}
	mustContain(t, p.texts(".grid tbody td")[0], "team")
	mustContain(t, p.text("main"), "0 of 2 students pushed")
	if got := p.text(".filters .soft"); got != "1 team" {
		t.Errorf("found %q, want 1 team", got)
	}
	carl := must[schema.User](t)(s.ledger.AddUser(t.Context(), schema.Operator(), schema.User{Login: "carl"}))
	if err := s.ledger.Enrol(t.Context(), schema.Operator(), s.assignment.Course, carl, schema.RoleStudent); err != nil {
		t.Fatal(err)
	}
	s.gradedOf("reds", "alice", visibleResult(2))
	s.graded("carl", visibleResult(2))
	for query, want := range map[string]string{"": "1 team and 1 student", "?find=carl": "1 student", "?find=reds": "1 team", "?find=nobody": "0 students"} {
		p = s.signIn("tina").page("/comp2402/a1/-/grid" + query)
		if got := p.text(".filters .soft"); got != want {
			t.Errorf("%q lists %q, want %q", query, got, want)
		}
		if got := p.text(".failures li a"); got != "1 team and 1 student" {
			t.Errorf("%q: the failure is of %q", query, got)
		}
	}
	mustContain(t, strings.Join(p.texts(".plot title"), ""), "points: 1 team and 1 student", "points: 0 students")
}
