package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
	"github.com/grader/grader/web"
)

// TestPublicationByPage publishes an assignment for everybody and hides it again.
func TestPublicationByPage(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	ines := s.signIn("ines")
	const path = "/comp2402/a1/-/publication"
	mustContain(t, ines.page(path).text("main"), "Published for nobody.")
	page := ines.allowed(path, url.Values{"act": {"publish"}})
	mustContain(t, page.text("main"), "The assignment is published for them.", "Published for everybody.")
	if got := ines.submit(path, url.Values{"act": {"publish"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("published twice: status %d", got.status)
	}
	if got := ines.submit(path, url.Values{"act": {"publish"}, "section": {"nowhere"}}); got.status != http.StatusNotFound {
		t.Errorf("an unknown section: status %d", got.status)
	}
	mustContain(t, ines.allowed(path, url.Values{"act": {"unpublish"}}).text("main"), "Published for nobody.")
	if forms := s.signIn("tina").page(path).all("main form"); len(forms) > 0 {
		t.Errorf("a TA is offered %d forms", len(forms))
	}
}

// TestTeamsByPage creates a team as a student and invites another student, who joins and leaves.
func TestTeamsByPage(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1+"team: {max: 2, formed_by: students}\n")
	alice, bob, ines := s.signIn("alice"), s.signIn("bob"), s.signIn("ines")
	const path = "/comp2402/a1/-/teams"
	if link, _ := attribute(alice.page("/comp2402/a1").all("a[href=" + path + "]")[0], "href"); link != path {
		t.Error("the assignment does not lead to its teams")
	}
	alice.allowed(path+"/create", url.Values{"team": {"reds"}})
	alice.allowed(path+"/invite", url.Values{"logins": {"bob"}})
	mustContain(t, bob.page(path).text("main"), "reds", "invited: bob", "Join")
	mustContain(t, bob.allowed(path+"/accept", url.Values{"team": {"reds"}}).text("main"), "The teams have changed.", "alice, bob")
	mustContain(t, ines.page(path).text("main"), "alice, bob")
	bob.allowed(path+"/leave", nil)
	if got := bob.page(path).text("main"); strings.Contains(got, "reds") {
		t.Errorf("after leaving: %q", got)
	}
	if got := bob.submit(path+"/add", url.Values{"team": {"reds"}, "logins": {"bob"}}); got.status != http.StatusForbidden {
		t.Errorf("a student adds themselves: status %d", got.status)
	}
	ines.allowed(path+"/add", url.Values{"team": {"reds"}, "logins": {"bob"}})
	mustContain(t, bob.page(path).text("main"), "alice, bob")
	bob.mustSee(t, path+"/nothing", http.StatusNotFound)
}

// TestFormerMemberSeesNothingLater hands in work as a team of two, and again after bob has left. Bob may see the
// first submission, but neither the number nor the points of the second.
func TestFormerMemberSeesNothingLater(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1+"team: {max: 2, formed_by: students}\n")
	alice, bob := s.signIn("alice"), s.signIn("bob")
	const teams = "/comp2402/a1/-/teams"
	s.signIn("ines").allowed(teams+"/create", url.Values{"team": {"reds"}, "logins": {"alice bob"}})
	first := "/" + s.gradedOf("reds", "alice", visibleResult(1)).Name.String()
	if got := bob.page(first).text(".counting"); got != "This submission counts (the best submission counts)" {
		t.Errorf("as a member: %q", got)
	}
	bob.allowed(teams+"/leave", nil)
	second := "/" + s.gradedOf("reds", "alice", visibleResult(4)).Name.String()
	mustContain(t, alice.page(first).text(".counting"), "#2 counts, with 4 / 5")
	tina := s.signIn("tina")
	mustContain(t, tina.page(first).text(".counting"), "#2 counts, with 4 / 5")
	p := bob.page(first)
	if got := p.texts(".counting"); len(got) > 0 {
		t.Errorf("after leaving: %q", got)
	}
	for _, path := range []string{first, first + "/-/files", first + "/-/files/handout.md"} {
		if got := bob.page(path).all(".crumbs a[href=/comp2402/a1/reds]"); len(got) > 0 {
			t.Errorf("%s leads a former member to a page that they may not see", path)
		}
		if got := tina.page(path).all(".crumbs a[href=/comp2402/a1/reds]"); len(got) != 1 {
			t.Errorf("%s has %d links to the team for a TA, want 1", path, len(got))
		}
	}
	for _, path := range []string{"/", "/comp2402", "/comp2402/a1", "/comp2402/-/grades", first, first + "/-/files"} {
		if got := bob.get(path); got.status != http.StatusOK || strings.Contains(got.body, "4 / 5") || strings.Contains(got.body, second) {
			t.Errorf("%s: status %d, or it shows the second submission", path, got.status)
		}
	}
	for _, path := range []string{second, "/comp2402/a1/reds", second + "/-/files", second + "/-/receipt", second + "/-/events"} {
		bob.mustSee(t, path, http.StatusNotFound)
	}
}

// TestCommentsByPage comments on a submission and on a line. Among students, only the owner may
// read the comments.
func TestCommentsByPage(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1, func(server *web.Server) {
		real := server.Results.(*ledger)
		server.Classroom = actions.New(actions.Options{Store: real, Clock: server.Clock, Trees: handedIn{Handouts: server.Handouts}})
	})
	sub := "/" + s.graded("alice", visibleResult(2)).Name.String()
	tina, alice, bob := s.signIn("tina"), s.signIn("alice"), s.signIn("bob")
	page := tina.allowed(sub+"/-/comments", url.Values{"text": {"<b>Nice</b> work"}})
	mustContain(t, page.text("main"), "The comment is made.", "<b>Nice</b> work")
	page = tina.allowed(sub+"/-/comments", url.Values{"text": {"Why?"}, "file": {"handout.md"}, "line": {"3"}})
	if got := page.text("table.source .remark .message"); got != "Why?" {
		t.Errorf("beside the line: %q", got)
	}
	mustContain(t, alice.page(sub).text("main"), "<b>Nice</b> work", "handout.md:3", "Why?")
	if forms := alice.page(sub).all("section[aria-labelledby=comments] form"); len(forms) > 0 {
		t.Errorf("the owner is offered %d forms", len(forms))
	}
	bob.mustSee(t, sub, http.StatusNotFound)
	for name, form := range map[string]url.Values{
		"no text": {"text": {" "}}, "no such line": {"text": {"x"}, "file": {"handout.md"}, "line": {"4000"}},
		"no such file": {"text": {"x"}, "file": {"../x"}}, "no number": {"text": {"x"}, "file": {"handout.md"}, "line": {"x"}},
	} {
		if got := tina.submit(sub+"/-/comments", form); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	if got := alice.submit(sub+"/-/comments", url.Values{"text": {"me too"}}); got.status != http.StatusForbidden {
		t.Errorf("the owner comments: status %d", got.status)
	}
	remove, _ := attribute(tina.page(sub).all(".said form")[0], "action")
	if got := alice.submit(remove, nil); got.status != http.StatusForbidden {
		t.Errorf("the owner removes: status %d", got.status)
	}
	if got := tina.allowed(remove, nil).text("main"); strings.Contains(got, "Nice") {
		t.Errorf("it is still there: %q", got)
	}
}

// changingCourse is a store in which every course.yaml changes a grade.
type changingCourse struct{ *ledger }

// PreviewCourse implements classroom.FileStore.
func (changingCourse) PreviewCourse(context.Context, schema.Course, assignment.CourseFile) ([]schema.GradeChange, error) {
	return []schema.GradeChange{{Owner: "alice", Assignment: "a1", Before: schema.Grade{Final: schema.NewPoints(7, 1)}, After: schema.Grade{Final: schema.NewPoints(5, 1)}}}, nil
}

// TestCourseFileChangingGradesByPage saves a course.yaml that changes a grade, with the button that
// the error message names.
func TestCourseFileChangingGradesByPage(t *testing.T) {
	t.Parallel()
	var pushed []schema.Upload
	s := newRealSite(t, specA1, func(server *web.Server) { server.Uploads = recorder{&pushed} })
	s.server.Classroom.Files = actions.New(actions.Options{Store: changingCourse{s.ledger}, Clock: time.Now}).Files
	ines := s.signIn("ines")
	const path = "/comp2402/-/settings"
	text := url.Values{"act": {"save"}, "text": {"late_tokens: 2\r\n"}}
	refused := ines.submit(path, text)
	if refused.status != http.StatusUnprocessableEntity { // the same as over the API
		t.Errorf("status %d", refused.status)
	}
	page := parsePage(t, refused.body)
	mustContain(t, page.text(".problem"), "Nothing was saved: course.yaml would change 1 grade.")
	mustContain(t, page.text("main"), "alice", "a1", "7", "5")
	button := page.all("button.primary")[0]
	if got := page.text("button.primary"); got != "Save and change these grades" || len(pushed) > 0 {
		t.Fatalf("button %q, pushed %+v", got, pushed)
	}
	value, _ := attribute(button, "value")
	text.Set("act", value)
	if got := ines.submit(path, text); got.status != http.StatusSeeOther || len(pushed) != 1 || !pushed[0].Confirm {
		t.Errorf("status %d, pushed %+v", got.status, pushed)
	}
}

// TestCourseFileByPage checks and saves a course.yaml.
func TestCourseFileByPage(t *testing.T) {
	t.Parallel()
	var pushed []schema.Upload
	s := newRealSite(t, specA1, func(server *web.Server) { server.Uploads = recorder{&pushed} })
	ines := s.signIn("ines")
	const path = "/comp2402/-/settings"
	got := ines.submit(path, url.Values{"act": {"save"}, "text": {"late_tokens: 2\r\nlate_tokns: 1\r\n"}})
	mustContain(t, parsePage(t, got.body).text(".problem"), "course.yaml, line 2, column 1")
	mustContain(t, parsePage(t, ines.submit(path, url.Values{"act": {"check"}, "text": {"late_tokens: 2\r\n"}}).body).text("main"), "The file can be read.", "No grade changes.")
	example, _ := attribute(ines.page(path).all("textarea")[0], "placeholder")
	mustContain(t, parsePage(t, ines.submit(path, url.Values{"act": {"check"}, "text": {example}}).body).text("main"), "The file can be read.")
	if len(pushed) > 0 {
		t.Fatalf("pushed %+v", pushed)
	}
	if got := ines.submit(path, url.Values{"act": {"save"}, "text": {"late_tokens: 2\r\n"}}); got.status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	if len(pushed) != 1 || pushed[0].Path != "comp2402/course" || string(pushed[0].Files[0].Data) != "late_tokens: 2\n" {
		t.Errorf("pushed %+v", pushed)
	}
	if _, readonly := attribute(s.signIn("tina").page(path).all("textarea")[0], "readonly"); !readonly {
		t.Error("a TA may write")
	}
}
