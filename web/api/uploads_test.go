package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// formOf returns a form with files and its media type.
func formOf(t testing.TB, files map[string]string) (body, media string) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for path, text := range files {
		part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="files"; filename=%q`, path)}})
		check(t, err)
		_, err = part.Write([]byte(text))
		check(t, err)
	}
	check(t, form.Close())
	return out.String(), form.FormDataContentType()
}

// TestHandIn hands in work as a form and as a zip. Each becomes one commit of the person.
func TestHandIn(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token := b.token("alice", schema.ScopeWrite)
	form, media := formOf(t, map[string]string{"src/hello.c": "int main(){}"})
	zip := string(zipOf(t, map[string]string{"a1/hello.c": "int main(){}", "__MACOSX/a1/x": "", "a1/.DS_Store": ""}))
	b.uploads.other = true // the reply must be the submission of these files, not the newest one
	for i, c := range []struct{ query, media, body, path string }{{"", media, form, "src/hello.c"}, {"?replace=true&late=true", "application/zip", zip, "hello.c"}} {
		got := b.ask(token, "POST", "/courses/comp1/assignments/a1/submissions"+c.query, c.body, "Content-Type", c.media)
		if got.status != http.StatusOK {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
		var sub schema.PublicSubmission
		decode(t, got.body, &sub)
		up := b.uploads.all[i]
		if want := fmt.Sprintf("comp1/a1/alice/%d", 2*i+1); sub.Name != want || sub.State != schema.StateQueued {
			t.Errorf("it is %s, %s", sub.Name, sub.State)
		}
		if up.Path != "comp1/a1" || len(up.Files) != 1 || up.Files[0].Path != c.path || up.Replace != (i == 1) || up.Late != (i == 1) || up.Name != "ALICE" {
			t.Errorf("it was pushed as %+v", up)
		}
	}
	waiting := read[[]struct {
		Name  string       `json:"name"`
		State schema.State `json:"state"`
		Place any          `json:"place"`
	}](b, "alice", "/me/waiting")
	if len(waiting) != 4 || waiting[1].Name != "comp1/a1/alice/3" || waiting[0].Place == nil {
		t.Errorf("waiting: %+v", waiting)
	}
}

// TestRefusedUploads sends files that a push could not contain, and files that a push refuses.
func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token := b.token("alice", schema.ScopeWrite)
	many := map[string]string{}
	for i := range 5001 {
		many[fmt.Sprint("f", i)] = ""
	}
	for name, c := range map[string]struct {
		media  string
		body   string
		status int
		words  string
	}{
		"JSON":              {"application/json", "{}", http.StatusBadRequest, "in parts named files, or a zip"},
		"no media type":     {"", "x", http.StatusBadRequest, "in parts named files, or a zip"},
		"a form cut short":  {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nab", http.StatusBadRequest, "incomplete or damaged"},
		"no boundary":       {"multipart/form-data", "x", http.StatusBadRequest, "incomplete or damaged"},
		"a zip that is not": {"application/zip", "PK", http.StatusBadRequest, "is not a readable zip"},
		"an empty zip":      {"application/zip", string(zipOf(t, nil)), http.StatusBadRequest, "choose files"},
		"a way up":          {"application/zip", string(zipOf(t, map[string]string{"../x": "", "a": ""})), http.StatusBadRequest, "cannot be handed in"},
		"many files":        {"application/zip", string(zipOf(t, many)), http.StatusBadRequest, "more than 5000 files"},
		"a bomb":            {"application/zip", string(zipOf(t, map[string]string{"x": strings.Repeat("0", 64<<20+1)})), http.StatusBadRequest, "more than 64 MiB"},
		"a large body":      {"application/zip", strings.Repeat("x", 32<<20+1), http.StatusRequestEntityTooLarge, "larger than 32 MiB"},
		"what is forbidden": {"application/zip", string(zipOf(t, map[string]string{"forbidden.txt": ""})), http.StatusUnprocessableEntity, "forbidden.txt is forbidden"},
	} {
		got := b.ask(token, "POST", "/courses/comp1/assignments/a1/submissions", c.body, "Content-Type", c.media)
		if got.status != c.status || !strings.Contains(got.body, c.words) {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
	}
	if len(b.uploads.all) > 0 {
		t.Errorf("%d were handed in", len(b.uploads.all))
	}
}

// TestUploadsAtOnce sends more uploads at once than one person may. A refused upload is accepted
// after one of the others has ended, as the error message says. Another person is not refused.
func TestUploadsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	alice, bob, ida := b.token("alice", schema.ScopeWrite), b.token("bob", schema.ScopeWrite), b.token("ida", schema.ScopeWrite)
	started, release := make(chan bool), make(chan bool)
	b.uploads.hold = func() {
		started <- true
		<-release
	}
	zip := string(zipOf(t, map[string]string{"hello.c": "x"}))
	replies := make(chan reply, 6)
	send := func(token string) {
		go func() {
			replies <- b.ask(token, "POST", "/courses/comp1/assignments/a1/submissions", zip, "Content-Type", "application/zip")
		}()
	}
	ended := func() {
		t.Helper()
		if got := <-replies; got.status != http.StatusOK {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
	for range 4 {
		send(alice)
		<-started
	}
	send(alice)
	refused := <-replies
	refused.refused(t, http.StatusTooManyRequests, schema.CodeLimit, "4 uploads of yours are still being received; send this one again in 10 seconds")
	if got := refused.header.Get("Retry-After"); got != "10" {
		t.Errorf("Retry-After %q", got)
	}
	if got := b.ask(alice, "GET", "/me", nil); got.status != http.StatusOK {
		t.Errorf("reading meanwhile: status %d: %s", got.status, got.body)
	}
	large := `{"text": "` + strings.Repeat(" ", 1<<20) + `"}`
	b.ask(alice, "POST", "/admin/users", large).refused(t, http.StatusTooManyRequests, schema.CodeLimit, "uploads of yours")
	b.ask(ida, "POST", "/admin/users", large).refused(t, http.StatusForbidden, schema.CodeForbidden)
	release <- true
	ended()
	send(alice)
	<-started
	send(bob)
	<-started
	close(release)
	for range 5 {
		ended()
	}
}

// TestFormWithTooManyParts follows the error message's advice to send a zip.
func TestFormWithTooManyParts(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token := b.token("alice", schema.ScopeWrite)
	files := map[string]string{}
	for i := range 1001 {
		files[fmt.Sprint("f", i)] = ""
	}
	form, media := formOf(t, files)
	const path = "/courses/comp1/assignments/a1/submissions"
	b.ask(token, "POST", path, form, "Content-Type", media).refused(t, http.StatusBadRequest, schema.CodeInvalid, "more than 1000 files; send them as one zip")
	if got := b.ask(token, "POST", path, string(zipOf(t, files)), "Content-Type", "application/zip"); got.status != http.StatusOK || len(b.uploads.all[0].Files) != 1001 {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

// deadlines is a response recorder that records the deadlines of its connection.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// TestSlowBodiesAreAnswered checks that requests with slow bodies leave time to write the reply.
func TestSlowBodiesAreAnswered(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for path, media := range map[string]string{"/courses/comp1/assignments/a1/submissions": "application/zip", "/courses/comp1/roster-import": "application/json", "/admin/users": "application/json"} {
		r := httptest.NewRequest(http.MethodPost, "/api/v1"+path, strings.NewReader("{"))
		r.Header.Set("Authorization", "Bearer "+b.token("ida", schema.ScopeWrite))
		r.Header.Set("Content-Type", media)
		got := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		b.api.ServeHTTP(got, r)
		if got.read.IsZero() || got.write.Sub(got.read) < 10*time.Second {
			t.Errorf("%s: the body may come until %v, the answer must leave until %v", path, got.read, got.write)
		}
	}
}

// TestTestsOverTheAPI creates an assignment, reads it back, and is refused a stale base.
func TestTestsOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ida := b.token("ida", schema.ScopeWrite)
	zip := string(zipOf(t, map[string]string{"a7/assignment.yaml": source, "a7/solution/hello.c": "x"}))
	var made schema.TestsVersion
	b.uploads.other = true
	got := b.ask(ida, "POST", "/courses/comp1/assignments/a7/tests", zip, "Content-Type", "application/zip")
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	decode(t, got.body, &made)
	if made.Number != 1 || made.By != "ida" || b.uploads.all[0].Path != "comp1/a7/tests" || b.uploads.all[0].Files[0].Path == "a7/assignment.yaml" {
		t.Errorf("version %+v, pushed %+v", made, b.uploads.all[0])
	}
	got = b.ask(b.token("tina", schema.ScopeRead), "GET", "/courses/comp1/assignments/a7/tests/2", nil)
	if !strings.Contains(got.body, `"state":"active"`) || !strings.Contains(got.body, `"ended":true`) || !strings.Contains(got.body, `"passed":true`) {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	b.ask(ida, "POST", "/courses/comp1/assignments/a7/tests?base=stale", zip, "Content-Type", "application/zip").refused(t, http.StatusConflict, schema.CodeConflict, "somebody else")
	b.ask(ida, "GET", "/courses/comp1/assignments/a7/tests/9", nil).refused(t, http.StatusNotFound, schema.CodeNotFound)
	b.ask(ida, "GET", "/courses/comp1/assignments/a7/tests/x/files", nil).refused(t, http.StatusNotFound, schema.CodeNotFound, "not a version number")
	b.ask(ida, "POST", "/courses/comp1/assignments/tests/tests", zip, "Content-Type", "application/zip").refused(t, http.StatusBadRequest, schema.CodeInvalid)
}

// TestCourseFileOverTheAPI checks and saves a course.yaml.
func TestCourseFileOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ida := b.token("ida", schema.ScopeWrite)
	b.ask(ida, "PUT", "/courses/comp1/course-file", map[string]any{"text": "late_tokens: x\n"}).refused(t, http.StatusUnprocessableEntity, schema.CodeRefused, "course.yaml:1")
	save := func(dry bool) []schema.Upload {
		t.Helper()
		got := b.ask(ida, "PUT", "/courses/comp1/course-file", map[string]any{"text": "late_tokens: 3\n", "dry_run": dry})
		if got.status != http.StatusOK {
			t.Fatalf("dry run %t: status %d: %s", dry, got.status, got.body)
		}
		return b.uploads.all
	}
	if up := save(true); len(up) != 0 {
		t.Errorf("a dry run pushed %+v", up)
	}
	if up := save(false); len(up) != 1 || up[0].Path != "comp1/course" || up[0].Files[0].Path != "course.yaml" {
		t.Errorf("pushed as %+v", up)
	}
	b.ask(ida, "PUT", "/courses/comp1/course-file", map[string]any{"text": "late_tokens: 3\n", "base": "stale"}).refused(t, http.StatusConflict, schema.CodeConflict)
}

// TestCourseFileChangingGrades removes late days that a submission has used, and follows the advice
// in the error message.
func TestCourseFileChangingGrades(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ida := b.token("ida", schema.ScopeWrite)
	zone, err := time.LoadLocation("America/Toronto")
	check(t, err)
	day := func(n int) string { return time.Now().In(zone).AddDate(0, 0, n).Format("2006-01-02 15:04") }
	lines := strings.SplitN(source, "\n", 3)
	b.publishTests("comp1", "a1", lines[0]+"\n"+fmt.Sprintf("due: %s\nlate: {until: %s, tokens: true, penalty: {percent: 50, per: day}}\n", day(-1)[:11]+"00:00", day(9))+lines[2], "ida")
	if got := b.ask(ida, "PUT", "/courses/comp1/late-days", map[string]any{"late_days": 9}); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	b.graded("alice")
	file := map[string]any{"text": "late_tokens: 0\n"}
	b.ask(ida, "PUT", "/courses/comp1/course-file", file).refused(t, http.StatusUnprocessableEntity, schema.CodeRefused,
		"would change 1 grade: alice a1: 2 → ", "Nothing was saved.", `send "confirm": true`)
	if len(b.uploads.all) > 0 {
		t.Fatalf("pushed %+v", b.uploads.all)
	}
	file["confirm"] = true
	if got := b.ask(ida, "PUT", "/courses/comp1/course-file", file); got.status != http.StatusOK || !strings.Contains(got.body, `"changes":[{`) {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if len(b.uploads.all) != 1 || !b.uploads.all[0].Confirm {
		t.Errorf("pushed %+v", b.uploads.all)
	}
}

// TestCommentsOverTheAPI adds a comment, reads it as the owner, and removes it.
func TestCommentsOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	const path = "/courses/comp1/assignments/a1/submissions/alice/1/comments"
	tina := b.token("tina", schema.ScopeWrite)
	var made tables.Comment
	decode(t, b.ask(tina, "POST", path, map[string]any{"text": "Well done"}).body, &made)
	if all := read[[]tables.Comment](b, "alice", path); len(all) != 1 || all[0] != made || all[0].Text != "Well done" || all[0].By != "tina" {
		t.Errorf("comments %+v", all)
	}
	b.ask(tina, "POST", path, map[string]any{"text": "x", "line": 3}).refused(t, http.StatusBadRequest, schema.CodeInvalid, "of which file")
	if got := b.ask(tina, "DELETE", fmt.Sprint(path, "/", made.ID), nil); got.status != http.StatusNoContent {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if all := read[[]tables.Comment](b, "alice", path); len(all) != 0 {
		t.Errorf("comments %+v", all)
	}
}

// TestSessionsOverTheAPI lists a person's browsers and signs one out. A person cannot end the sessions of
// others.
func TestSessionsOverTheAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	now := b.api.Clock()
	check(t, b.store.SaveSession(t.Context(), schema.Session{Token: "secret", ID: "one", User: b.people["alice"].User.ID, Browser: "Firefox on Linux", Data: []byte("x"), MadeAt: now, UsedAt: now, Expires: now.Add(schema.SessionIdle)}))
	got := b.ask(b.token("alice", schema.ScopeRead), "GET", "/me/sessions", nil)
	if !strings.Contains(got.body, `"id":"one"`) || !strings.Contains(got.body, "Firefox on Linux") || strings.Contains(got.body, "secret") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	b.ask(b.token("bob", schema.ScopeWrite), "DELETE", "/me/sessions/one", nil).refused(t, http.StatusNotFound, schema.CodeNotFound)
	if got := b.ask(b.token("alice", schema.ScopeWrite), "DELETE", "/me/sessions/one", nil); got.status != http.StatusNoContent {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := b.ask(b.token("alice", schema.ScopeRead), "GET", "/me/sessions", nil); got.body != "[]\n" {
		t.Errorf("sessions %s", got.body)
	}
}
