package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestStudentMarksASubmission(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, strings.Replace(specA1, "build:", "submissions: {counts: marked, limit: {count: 20, per: day}}\nbuild:", 1))
	first := s.graded("alice", visibleResult(4))
	second := s.graded("alice", visibleResult(2))
	alice := s.signIn("alice")
	p := alice.page("/comp2402/a1")
	if got := p.text(".standing"); got != "Partly right 2 / 5 #2 counts" {
		t.Errorf("standing %q", got)
	}
	if got := len(p.all("tbody form")); got != 1 {
		t.Errorf("%d submissions can be marked, want 1", got)
	}
	p = alice.allowed("/"+first.Name.String()+"/-/mark", nil)
	if diff := cmp.Diff([]string{"This submission counts now."}, p.texts(".done")); diff != "" {
		t.Error(diff)
	}
	if got := p.text(".standing"); got != "Partly right 4 / 5 #1 counts" {
		t.Errorf("standing %q", got)
	}
	const rule = " (the marked submission counts, or else the last)"
	if got := alice.page("/" + first.Name.String()).text(".counting"); got != "This submission counts"+rule {
		t.Errorf("the first: %q", got)
	}
	other := alice.page("/" + second.Name.String())
	if got := other.text(".counting"); got != "#1 counts, with 4 / 5"+rule {
		t.Errorf("the second: %q", got)
	}
	mustContain(t, strings.Join(alice.page("/").texts("section[aria-labelledby=due] li"), ""), "18 of 20 pushes left today")
	for who, want := range map[string]int{"bob": http.StatusNotFound, "tina": http.StatusForbidden, "mallory": http.StatusNotFound} {
		if got := s.signIn(who).submit("/"+first.Name.String()+"/-/mark", nil).status; got != want {
			t.Errorf("%s marks: status %d, want %d", who, got, want)
		}
	}
}

func TestMarkIsRefusedWhereBestCounts(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	sub := s.graded("alice", visibleResult(4))
	alice := s.signIn("alice")
	if n := len(alice.page("/comp2402/a1").all("tbody form")) + len(alice.page("/"+sub.Name.String()).all(".actions form")); n != 0 {
		t.Errorf("%d buttons", n)
	}
	got := alice.submit("/"+sub.Name.String()+"/-/mark", nil)
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "nothing needs to be marked") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

func TestStaffGradeASubmissionAgain(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	sub := s.graded("alice", visibleResult(4))
	path := "/" + sub.Name.String()
	if n := len(s.signIn("alice").page(path).all(".actions form")); n != 0 {
		t.Error("a student is offered what is refused")
	}
	if got := s.signIn("alice").submit(path+"/-/rerun", nil).status; got != http.StatusUnprocessableEntity {
		t.Errorf("status %d", got)
	}
	p := s.signIn("tina").allowed(path+"/-/rerun", nil)
	mustContain(t, p.text(".done"), "It is being graded again.")
	mustContain(t, p.text("#status"), "Waiting for a runner")
	if n := len(p.all(".actions form")); n != 0 {
		t.Error("what is being graded can be graded again")
	}
}

// TestStudentSeesRegradeNotice checks that the pages that a student sees first show a regrade that
// changed a grade.
func TestStudentSeesRegradeNotice(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.finish(c.submit("alice", 1), gradedResult())
	c.regrade = schema.RegradeNotice{At: noon().Add(-time.Hour), Before: schema.NewPoints(1, 1), After: schema.NewPoints(2, 1), Version: 4, Reason: "case 3 was <wrong>"}
	alice := newSite(t, c, nil).as("alice")
	const want = "Regraded 20 Sep: 1 → 2, test version 4, reason: case 3 was <wrong>."
	if got := alice.page("/comp2402/a1").text(".note"); got != want {
		t.Errorf("the assignment says %q", got)
	}
	for _, path := range []string{"/", "/comp2402"} {
		mustContain(t, strings.Join(alice.page(path).texts("li.task"), ""), want)
	}
}

func TestLargeFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	b := s.as("alice")
	for _, size := range []int{64<<10 + 1, 1 << 20} {
		got := b.sendBody("/comp2402/a1/alice/1/-/mark", "application/x-www-form-urlencoded", strings.NewReader("a="+strings.Repeat("x", size-2)))
		if got.status != http.StatusBadRequest || !strings.Contains(got.body, "The form is larger than 64 KiB") {
			t.Errorf("%d bytes: status %d: %s", size, got.status, got.body)
		}
	}
	if got := b.sendBody("/comp2402/a1/alice/1/-/mark", "application/x-www-form-urlencoded", strings.NewReader("a="+strings.Repeat("x", 64<<10-2))); got.status != http.StatusNotFound {
		t.Errorf("64 KiB: status %d", got.status)
	}
}

func TestReceiptIsAFile(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	sub := s.graded("alice", visibleResult(4))
	alice := s.signIn("alice")
	link, _ := attribute(alice.page("/" + sub.Name.String()).all("section[aria-labelledby=receipt] a")[0], "href")
	got := alice.get(link)
	mustContain(t, got.body, "comp2402", "alice", sub.Commit)
	if h := got.header; h.Get("Content-Disposition") != `attachment; filename="comp2402-a1-alice-1.receipt"` || h.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("headers %v", h)
	}
	for who, want := range map[string]int{"tina": http.StatusOK, "bob": http.StatusNotFound, "mallory": http.StatusNotFound, "": http.StatusUnauthorized} {
		b := s.visitor()
		if who != "" {
			b = s.signIn(who)
		}
		if got := b.get(link).status; got != want {
			t.Errorf("%s: status %d, want %d", who, got, want)
		}
	}
}
