package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

const lateA1 = "late: {until: 2099-10-05 23:59, tokens: true, penalty: {percent: 10, per: day}}\nbuild:"

func TestInstructorGrantsAnExtension(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	ines := s.signIn("ines")
	const path = "/comp2402/a1/-/extensions"
	p := ines.page(path)
	mustContain(t, p.text("main"), "Nobody has an extension.", "Due Mon 28 Sep 2099, 23:59")
	p = ines.allowed(path, url.Values{"owner": {"alice"}, "by": {"2d"}, "reason": {"ill <b>today</b>"}})
	mustContain(t, p.text(".done"), "The extension is granted.")
	if row := p.texts(".listing tbody tr"); len(row) != 1 || !strings.HasPrefix(row[0], "alice2 days moreill <b>today</b>ines") {
		t.Errorf("rows %q", row)
	}
	mustContain(t, s.signIn("alice").page("/comp2402/a1").text(".lead"), "Due Wed 30 Sep 2099, 23:59")
	mustContain(t, s.signIn("bob").page("/comp2402/a1").text(".lead"), "Due Mon 28 Sep 2099, 23:59")
	end, _ := attribute(p.all(".listing form")[0], "action")
	p = ines.allowed(end, nil)
	mustContain(t, p.text(".done"), "The extension is taken back.")
	mustContain(t, s.signIn("alice").page("/comp2402/a1").text(".lead"), "Due Mon 28 Sep 2099, 23:59")
}

// TestFormsShowErrors checks that a page shows the error of a refused form above it and keeps the
// form's values.
func TestFormsShowErrors(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	ines := s.signIn("ines")
	for name, one := range map[string]struct {
		path   string
		values url.Values
		status int
		want   string
		field  string
	}{
		"nobody":           {"/comp2402/a1/-/extensions", url.Values{"owner": {"zoe"}, "by": {"2d"}}, 404, "zoe", "owner"},
		"no student":       {"/comp2402/a1/-/extensions", url.Values{"owner": {"tina"}, "by": {"2d"}}, 400, "Tina is not a student of comp2402.", "owner"},
		"no time":          {"/comp2402/a1/-/extensions", url.Values{"owner": {"alice"}}, 400, "Say either a new due time", "owner"},
		"both times":       {"/comp2402/a1/-/extensions", url.Values{"owner": {"alice"}, "by": {"2d"}, "due": {"2099-12-01T10:00"}}, 400, "Say either a new due time", "by"},
		"earlier":          {"/comp2402/a1/-/extensions", url.Values{"owner": {"alice"}, "due": {"2098-12-01T10:00"}}, 400, "it would change nothing", "due"},
		"no length":        {"/comp2402/a1/-/extensions", url.Values{"owner": {"alice"}, "by": {"soon"}}, 400, "is not a length of time", "by"},
		"no points":        {"/comp2402/a1/-/adjustments", url.Values{"owner": {"alice"}, "points": {"many"}, "reason": {"x"}}, 400, "is not a number of points", "points"},
		"zero points":      {"/comp2402/a1/-/adjustments", url.Values{"owner": {"alice"}, "points": {"0"}, "reason": {"x"}}, 400, "changes nothing", "points"},
		"no reason":        {"/comp2402/a1/-/adjustments", url.Values{"owner": {"alice"}, "points": {"1"}, "reason": {"  "}}, 400, "needs a reason", "points"},
		"no version":       {"/comp2402/a1/-/regrades", url.Values{"version": {"two"}, "owners": {"alice"}}, 400, "is not a test version", "version"},
		"unknown version":  {"/comp2402/a1/-/regrades", url.Values{"version": {"9"}}, 404, "9", "version"},
		"unknown section":  {"/comp2402/a1/-/regrades", url.Values{"section": {"Lab 9"}}, 404, "Nobody in comp2402 is in section", "section"},
		"unknown owner":    {"/comp2402/a1/-/regrades", url.Values{"owners": {"zoe"}}, 404, "is not in comp2402", "owners"},
		"outage to come":   {"/comp2402/-/times/outage", url.Values{"start": {"2099-01-01T10:00"}, "length": {"2h"}}, 400, "confirmed when it is over", "start"},
		"negative days":    {"/comp2402/-/times/late-days", url.Values{"late_days": {"-1"}}, 400, "from 0 to 100", ""},
		"half a late day":  {"/comp2402/-/times/late-days", url.Values{"late_days": {"1.5"}}, 400, "a whole number", ""},
		"a day of no year": {"/comp2402/-/times/outage", url.Values{"start": {"yesterday"}, "length": {"2h"}}, 400, "yesterday", "start"},
	} {
		got := ines.submit(one.path, one.values)
		if got.status != one.status {
			t.Errorf("%s: status %d, want %d\n%s", name, got.status, one.status, got.body)
			continue
		}
		p := parsePage(t, got.body)
		mustContain(t, strings.ToLower(p.text(".problem")), strings.ToLower(one.want))
		if one.field == "" {
			continue
		}
		if kept, _ := attribute(p.all("[name=" + one.field + "]")[0], "value"); kept != one.values.Get(one.field) {
			t.Errorf("%s: the form has %q, not %q", name, kept, one.values.Get(one.field))
		}
	}
	mustContain(t, ines.page("/comp2402/a1/-/extensions").text("main"), "Nobody has an extension.")
}

func TestTAAdjustsAGrade(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	tina := s.signIn("tina")
	const path = "/comp2402/a1/-/adjustments"
	p := tina.allowed(path, url.Values{"owner": {"alice"}, "points": {"−1/2"}, "reason": {"no header"}})
	row := p.texts(".listing tbody tr")
	if len(row) != 1 || !strings.HasPrefix(row[0], "alice−0.5no headertina") {
		t.Errorf("rows %q", row)
	}
	alice := s.signIn("alice")
	if got := alice.page("/comp2402/a1").text(".standing"); got != "Partly right 2 / 5 #1 counts 0.5 taken off by staff: final 1.5" {
		t.Errorf("standing %q", got)
	}
	if got := alice.page("/comp2402/a1/alice/1").text(".counting"); got != "This submission counts 0.5 taken off by staff: final 1.5 (the best submission counts)" {
		t.Errorf("counting %q", got)
	}
	if got := s.signIn("tina").page("/comp2402/a1/-/grid").texts("td.number"); got[0] != "1.5 / 5" {
		t.Errorf("grid %q", got)
	}
	end, _ := attribute(p.all(".listing form")[0], "action")
	if got := alice.submit(end, nil).status; got != http.StatusNotFound {
		t.Errorf("a student removes it: status %d", got)
	}
	tina.allowed(end, nil)
	if got := alice.page("/comp2402/a1").text(".standing"); got != "Partly right 2 / 5 #1 counts" {
		t.Errorf("standing %q", got)
	}
}

func TestLateDaysAndOutages(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, strings.Replace(specA1, "build:", lateA1, 1))
	ines := s.signIn("ines")
	const path = "/comp2402/-/times"
	p := ines.allowed(path+"/late-days", url.Values{"late_days": {"3"}})
	mustContain(t, p.text(".done"), "The number of late days is set.")
	if got, _ := attribute(p.all("[name=late_days]")[0], "value"); got != "3" {
		t.Errorf("late days %q", got)
	}
	mustContain(t, strings.Join(s.signIn("alice").page("/").texts("li.task"), ""), "3 late days left")
	start := time.Now().Add(-3 * time.Hour).In(s.assignment.Course.Location()).Format("2006-01-02T15:04")
	p = ines.allowed(path+"/outage", url.Values{"start": {start}, "length": {"90m"}, "reason": {"power cut"}})
	row := p.texts(".listing tbody tr")
	if len(row) != 1 || !strings.Contains(row[0], "1 h 30 minpower cutines") {
		t.Errorf("rows %q", row)
	}
	for who, want := range map[string]int{"tina": http.StatusNotFound, "alice": http.StatusNotFound} {
		b := s.signIn(who)
		if got := b.get(path).status; got != want {
			t.Errorf("%s: status %d", who, got)
		}
		if got := b.submit(path+"/late-days", url.Values{"late_days": {"9"}}).status; got != want {
			t.Errorf("%s sets late days: status %d", who, got)
		}
	}
}

// TestRegradeSet creates a set, views its effects, applies it and undoes it.
func TestRegradeSet(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	s.graded("bob", visibleResult(2))
	ines := s.signIn("ines")
	p := ines.allowed("/comp2402/a1/-/regrades", url.Values{"which": {"counted"}, "reason": {"case 2 was wrong"}})
	mustContain(t, p.text("main"), "It is being graded, behind all pushes.", "0 of 2 graded", "The regrade set is made.")
	if n := len(p.all("button.primary")); n != 0 {
		t.Error("a set that is not graded can be applied")
	}
	better := visibleResult(5)
	better.Tests[1].Outcome, better.Tests[1].Score = schema.OutcomePassed, schema.NewPoints(3, 1)
	s.ledger.grade(better)
	s.ledger.grade(visibleResult(2))
	path := "/comp2402/a1/-/regrades/1"
	p = ines.page(path)
	mustContain(t, p.text("main"), "It is graded. Students see nothing of it until it is applied.", "1 rise, 0 fall, 1 stay", "1 owner has no difference.")
	alice := s.signIn("alice")
	if got := alice.page("/comp2402/a1").text(".standing"); got != "Partly right 2 / 5 #1 counts" {
		t.Errorf("before it is applied a student reads %q", got)
	}
	if diff := cmp.Diff([]string{"2", "5"}, p.texts(".listing tbody td.number")); diff != "" {
		t.Error(diff)
	}
	mustContain(t, p.text(".listing tbody"), "removes from the middle: failed → passed")
	p = ines.allowed(path+"/apply", nil)
	mustContain(t, p.text("main"), "The regrade set is applied.")
	mustContain(t, alice.page("/comp2402/a1").text("main"), "2 → 5, test version 1, reason: case 2 was wrong.")
	if got := ines.submit(path+"/discard", nil); got.status < 400 {
		t.Errorf("what is applied can be discarded: status %d", got.status)
	}
	p = ines.allowed(path+"/undo", nil)
	mustContain(t, p.text("main"), "The regrade set is undone.")
	if got := alice.page("/comp2402/a1").text(".standing"); got != "Partly right 2 / 5 #1 counts" {
		t.Errorf("after it is undone a student reads %q", got)
	}
	for _, who := range []string{"tina", "alice", "mallory"} {
		for _, action := range []string{"", "/apply", "/discard", "/undo"} {
			got := s.signIn(who).do(map[bool]string{true: "GET", false: "POST"}[action == ""], path+action, http.Header{"Sec-Fetch-Site": {"same-origin"}})
			if got.status != http.StatusNotFound {
				t.Errorf("%s at %s: status %d", who, path+action, got.status)
			}
		}
	}
	for _, strange := range []string{"/comp2402/a1/-/regrades/0", "/comp2402/a1/-/regrades/2", "/comp2402/a1/-/regrades/x", "/comp2402/a1/-/regrades/-1", fmt.Sprintf("/comp2402/a1/-/regrades/%d0", int64(1)<<62)} {
		if got := ines.get(strange).status; got != http.StatusNotFound {
			t.Errorf("%s: status %d", strange, got)
		}
	}
}
