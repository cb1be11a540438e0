package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// busySite has a class of 60 with every page of staff filled.
func busySite(t *testing.T) *realSite {
	t.Helper()
	s := newRealSite(t, strings.Replace(specA1, "build:", lateA1, 1))
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
	return s
}

// staffPages are the pages that only staff see, by name.
func staffPages() map[string]string {
	return map[string]string{
		"grid": "/comp2402/a1/-/grid", "extensions": "/comp2402/a1/-/extensions?owner=alice", "adjustments": "/comp2402/a1/-/adjustments",
		"regrades": "/comp2402/a1/-/regrades", "regrade": "/comp2402/a1/-/regrades/1", "roster": "/comp2402/-/roster", "times": "/comp2402/-/times",
		"exports": "/comp2402/-/exports", "audit": "/comp2402/-/audit", "grades": "/comp2402/-/grades", "queue": "/-/queue",
	}
}

// TestStaffScreenshots keeps pictures of the pages for staff, as TestScreenshots does.
func TestStaffScreenshots(t *testing.T) {
	s := busySite(t)
	ines := must[schema.User](t)(s.ledger.UserByLogin(t.Context(), "ines"))
	token := must[string](t)(s.ledger.NewLoginToken(t.Context(), schema.Operator(), ines, time.Now().Add(time.Hour)))
	c := openChrome(t, s.base())
	c.signIn(token)
	dir := t.ArtifactDir()
	for name, path := range staffPages() {
		c.shoot(dir, path, name)
	}
	if said := c.heard(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}
