package web_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/chrome"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

// busySite returns a site with a class of 60 and data on every page for staff.
func busySite(t *testing.T) *realSite {
	t.Helper()
	keep := &shelf{commits: map[string]map[string]string{strings.Repeat("c", 40): busyTests()}, last: map[string]string{"comp2402/a1": strings.Repeat("c", 40)}}
	s := newRealSite(t, strings.Replace(specA1, "build:", lateA1, 1)+"team: {max: 2, formed_by: students}\n", func(server *web.Server) {
		real := server.Results.(*ledger)
		keep.ledger = real
		server.Classroom = actions.New(actions.Options{Store: real, Clock: server.Clock, Trees: handedIn{Handouts: keep}, Notices: actions.NoticeChannels{Mail: true, Webhooks: true}})
		server.Trees, server.Handouts, server.Uploads = keep, keep, keep
		server.Starters = web.Starters{Languages: configs.StarterLanguages(), Files: configs.Starter}
	})
	var roster strings.Builder
	roster.WriteString("login,name,student_id,section\n")
	for i := range 60 {
		fmt.Fprintf(&roster, "s%02d,Student Number %d,1002%02d,Lab %d\n", i, i, i, i%3+1)
	}
	ines := s.signIn("ines")
	if got := ines.upload("/comp2402/-/roster/import", "file", roster.String(), url.Values{"confirmed": {"1"}}); got.status != http.StatusOK {
		t.Fatalf("status %d", got.status)
	}
	s.graded("alice", visibleResult(2))
	s.graded("alice", brokenResult())
	for i := range 25 {
		s.graded(fmt.Sprintf("s%02d", i), visibleResult(int64(i%6)))
	}
	ines.allowed("/comp2402/a1/-/extensions", url.Values{"owner": {"alice"}, "by": {"2d"}, "reason": {"ill"}})
	ines.allowed("/comp2402/a1/-/adjustments", url.Values{"owner": {"s03"}, "points": {"+1"}, "reason": {"good comments"}})
	start := time.Now().Add(-3 * time.Hour).In(s.assignment.Course.Location()).Format("2006-01-02T15:04")
	ines.allowed("/comp2402/-/times/outage", url.Values{"start": {start}, "length": {"90m"}, "reason": {"power cut"}})
	ines.allowed("/comp2402/a1/-/regrades", url.Values{"owners": {"alice s03"}, "reason": {"case 2 was wrong"}})
	better := visibleResult(5)
	better.Tests[1].Outcome, better.Tests[1].Score = schema.OutcomePassed, schema.NewPoints(3, 1)
	s.ledger.grade(better)
	s.ledger.grade(visibleResult(3))
	s.signIn("s01").allowed("/comp2402/a1/-/teams/create", url.Values{"team": {"reds"}})
	ines.allowed("/comp2402/a1/alice/1/-/comments", url.Values{"text": {"Good names, and a clear loop."}})
	ines.allowed("/comp2402/a1/alice/1/-/comments", url.Values{"text": {"What if the list is empty?"}, "file": {"list.c"}, "line": {"2"}})
	ines.allowed("/comp2402/a1/-/tests/files/io/1.out", url.Values{"act": {"save"}, "text": {"1\r\n4\r\n"}})
	failed := gradedResult()
	failed.Message, failed.Gate = "the solution must score full marks, and has 5 of 10 points", &schema.GateResult{}
	s.ledger.grade(failed)
	s.subscribed("ines")
	return s
}

// busyTests returns the tests repository of a1.
func busyTests() map[string]string {
	return map[string]string{
		"assignment.yaml": strings.Replace(specA1, "2026-09-28", "2099-09-28", 1), "handout.md": handoutA1, "list.c": "int main(void) {\n\treturn 0;\n}\n",
		"io/1.in": "1 3\n", "io/1.out": "1\n3\n", "solution/list.c": "int main(void) {\n\treturn 0;\n}\n",
	}
}

// staffPages returns the pages that only staff see, by name.
func staffPages() map[string]string {
	return map[string]string{
		"grid": "/comp2402/a1/-/grid", "extensions": "/comp2402/a1/-/extensions?owner=alice", "adjustments": "/comp2402/a1/-/adjustments",
		"regrades": "/comp2402/a1/-/regrades", "regrade": "/comp2402/a1/-/regrades/1", "roster": "/comp2402/-/roster", "times": "/comp2402/-/times",
		"exports": "/comp2402/-/exports", "audit": "/comp2402/-/audit", "grades": "/comp2402/-/grades", "queue": "/-/queue",
		"sessions": "/-/sessions", "tests": "/comp2402/a1/-/tests", "notifications": "/-/notifications", "edit": "/comp2402/a1/-/tests/files/assignment.yaml", "version": "/comp2402/a1/-/tests/versions/2",
		"new": "/comp2402/-/new", "publication": "/comp2402/a1/-/publication", "teams": "/comp2402/a1/-/teams", "settings": "/comp2402/-/settings",
		"assignment-staff": "/comp2402/a1", "submission-staff": "/comp2402/a1/alice/1", "file": "/comp2402/a1/alice/1/-/files/list.c",
	}
}

// TestStaffScreenshots saves pictures of the pages for staff, like TestScreenshots.
func TestStaffScreenshots(t *testing.T) {
	s := busySite(t)
	ines := must[schema.User](t)(s.ledger.UserByLogin(t.Context(), "ines"))
	token := must[string](t)(s.ledger.NewLoginToken(t.Context(), schema.Operator(), ines, time.Now().Add(time.Hour)))
	c := openWindow(t, s.base())
	c.SignIn(token)
	dir := t.ArtifactDir()
	for name, path := range staffPages() {
		c.shoot(dir, path, name)
	}
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

// TestKeyboardReachesStaffPages visits the controls of the pages for staff with only the Tab key, on a
// desktop and on a phone.
func TestKeyboardReachesStaffPages(t *testing.T) {
	s := busySite(t)
	if err := s.ledger.Measure(t.Context(), time.Now(), []schema.Measurement{{Flavour: "standard", Waiting: 3, Busy: 1, Max: 2}}); err != nil {
		t.Fatal(err)
	}
	c := s.instructor()
	pages := append(slices.Sorted(maps.Values(staffPages())), "/-/operations", "/comp2402/a1/-/grid?show=stuck", "/comp2402")
	c.Open("/comp2402/a1/-/grid")
	pages = append(pages, chrome.Ask[string](c.Browser, `document.querySelector('a[href*="failure="]').getAttribute("href")`))
	for _, width := range []int64{1280, 390} {
		c.Do("dress", media("light"), chromedp.EmulateViewport(width, 844))
		for _, path := range pages {
			c.mustWalk(path)
		}
	}
}
