package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// upload sends a form with one file.
func (b *browser) upload(path, field, text string, values url.Values) reply {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name := range values {
		if err := form.WriteField(name, values.Get(name)); err != nil {
			b.t.Fatal(err)
		}
	}
	if field != "" {
		part, err := form.CreateFormFile(field, "class.csv")
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.sendBody(path, form.FormDataContentType(), &body)
}

// again returns the hidden fields of a page's form, as a browser sends them.
func (p *page) again() url.Values {
	values := url.Values{}
	for _, n := range p.all("main form input[type=hidden]") {
		name, _ := attribute(n, "name")
		value, _ := attribute(n, "value")
		values.Set(name, value)
	}
	return values
}

const newRoster = "login,name,student_id,section\nzoe,Zoë <Müller>,100100,Lab 1\nbob,Bob Beam,100200,Lab 2\n,Nobody,,\n"

func TestRosterIsPreviewedAndImported(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	ines := s.signIn("ines")
	const path = "/comp2402/-/roster"
	got := ines.upload(path+"/import", "file", newRoster, url.Values{"drop_missing": {"1"}})
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	preview := parsePage(t, got.body)
	if got := preview.text("h1"); got != "What the import would do" {
		t.Errorf("heading %q", got)
	}
	if diff := cmp.Diff([]string{"added1", "changed1", "dropped1", "refused1"}, preview.texts(".counts div")); diff != "" {
		t.Error(diff)
	}
	if n := len(ines.page(path).all(".listing tbody tr")); n != 4 {
		t.Errorf("%d people after a preview, want 4", n)
	}
	if strings.Contains(got.body, "One-time codes") {
		t.Error("a preview gives codes away")
	}
	got = ines.upload(path+"/import", "", "", preview.again())
	imported := parsePage(t, got.body)
	if got := imported.text("h1"); got != "The roster is imported" {
		t.Fatalf("heading %q", got)
	}
	codes := imported.text("#codes-text")
	if !strings.HasPrefix(codes, "login,code zoe,") {
		t.Errorf("codes %q", codes)
	}
	roster := ines.page(path)
	if got := strings.Join(roster.texts(".listing tbody tr"), "\n"); !strings.Contains(got, "zoeZoë <Müller>studentLab 1100100") || !strings.Contains(got, "alicestudent has left") {
		t.Errorf("roster:\n%s", got)
	}
	if got := ines.page(path + "?find=lab+2").texts(".listing tbody th"); len(got) != 1 || got[0] != "bob" {
		t.Errorf("found %q", got)
	}
}

func TestRosterProblems(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	ines := s.signIn("ines")
	const path = "/comp2402/-/roster"
	for name, one := range map[string]struct {
		text   string
		values url.Values
		want   string
	}{
		"no file":         {"", nil, "choose the file"},
		"no roster":       {"Kennung;Vorname\nang;Ada\n", nil, "names no column with an id"},
		"a damaged copy":  {"", url.Values{"data": {"%%%"}}, "the copy of the file is damaged"},
		"a column of air": {newRoster, url.Values{"columns": {"login"}}, `"login" names no column`},
		"digits":          {newRoster, url.Values{"pad": {"nine"}}, "is not a number of digits"},
	} {
		field := "file"
		if one.text == "" {
			field = ""
		}
		got := ines.upload(path+"/import", field, one.text, one.values)
		if got.status != http.StatusBadRequest || !strings.Contains(strings.ToLower(parsePage(t, got.body).text(".problem")), one.want) {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
	}
	// Following the advice of the message in the form must work.
	got := ines.upload(path+"/import", "file", "Kennung;Vorname\nang;Ada\n", url.Values{"columns": {"login=Kennung\nfirst_name=Vorname"}})
	mustContain(t, got.body, "What the import would do", "ang")
	if got := ines.upload(path+"/import", "file", strings.Repeat("x", 8<<20+1), nil); got.status != http.StatusBadRequest || !strings.Contains(got.body, "At most 8 MiB are read") && !strings.Contains(got.body, "at most 8 MiB are read") {
		t.Errorf("a large file: status %d", got.status)
	}
}

func TestRolesAreSet(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	ines := s.signIn("ines")
	const path = "/comp2402/-/roster"
	p := ines.allowed(path+"/enrol", url.Values{"login": {"mallory"}, "role": {"ta"}})
	mustContain(t, strings.Join(p.texts(".listing tbody tr"), "\n"), "malloryteaching assistant")
	p = ines.allowed(path+"/unenrol", url.Values{"login": {"mallory"}})
	if strings.Contains(p.text(".listing"), "mallory") {
		t.Error("mallory is still there")
	}
	for name, values := range map[string]url.Values{"nobody": {"login": {"nobody"}, "role": {"ta"}}, "no role": {"login": {"bob"}, "role": {"king"}}} {
		if got := ines.submit(path+"/enrol", values); got.status < 400 || got.status > 404 || !strings.Contains(got.body, "Nothing was changed.") {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	tina := s.signIn("tina")
	if n := len(tina.page(path).all("main form[method=post]")); n != 0 {
		t.Errorf("a TA has %d forms", n)
	}
	if got := tina.submit(path+"/enrol", url.Values{"login": {"tina"}, "role": {"instructor"}}); got.status != http.StatusForbidden {
		t.Errorf("a TA makes herself an instructor: status %d", got.status)
	}
}

func TestGradesOfACourse(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	s.graded("bob", visibleResult(5))
	p := s.signIn("alice").page("/comp2402/-/grades")
	if diff := cmp.Diff([]string{"a1#12 / 52"}, p.texts(".listing tbody tr")); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(p.text("main"), "bob") {
		t.Error("alice is shown bob's grade")
	}
	p = s.signIn("tina").page("/comp2402/-/grades")
	if diff := cmp.Diff([]string{"alice2", "bob5"}, p.texts(".grid tbody tr")); diff != "" {
		t.Error(diff)
	}
	if got := s.signIn("tina").page("/comp2402/-/grades?find=bob").texts(".grid tbody tr"); len(got) != 1 {
		t.Errorf("found %q", got)
	}
}

// TestGradesOfTeams shows a team's grade for each of its members, and for one who has left. Each of them leads to the
// team's submission.
func TestGradesOfTeams(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1+"team: {max: 2, formed_by: students}\n")
	const teams, grades = "/comp2402/a1/-/teams", "/comp2402/-/grades"
	s.signIn("ines").allowed(teams+"/create", url.Values{"team": {"reds"}, "logins": {"alice bob"}})
	sub := "/" + s.gradedOf("reds", "alice", visibleResult(2)).Name.String()
	tina, bob := s.signIn("tina"), s.signIn("bob")
	shows := func(when string) {
		t.Helper()
		p := tina.page(grades)
		if diff := cmp.Diff([]string{"alice2", "bob2"}, p.texts(".grid tbody tr")); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
		links := p.all(".grid tbody td a")
		if len(links) != 2 {
			t.Errorf("%s: %d grades lead to a submission, want 2", when, len(links))
		}
		for _, link := range links {
			if got, _ := attribute(link, "href"); got != sub {
				t.Errorf("%s: a grade leads to %s, want %s", when, got, sub)
			}
		}
		if got := bob.page(grades).all(".listing tbody tr a[href=" + sub + "]"); len(got) != 1 {
			t.Errorf("%s: bob's grades have %d links to %s", when, len(got), sub)
		}
	}
	shows("as members")
	bob.allowed(teams+"/leave", nil)
	shows("after bob has left")
	bob.page(sub)
}

func TestGradesAreExported(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	tina := s.signIn("tina")
	const path = "/comp2402/-/exports"
	tina.page(path)
	got := tina.upload(path, "", "", url.Values{"format": {"csv"}})
	if got.status != http.StatusOK || got.header.Get("Content-Disposition") != `attachment; filename="comp2402-csv.csv"` {
		t.Fatalf("status %d, %v", got.status, got.header)
	}
	mustContain(t, got.body, "login,student_id,name,email,section,a1\r\nalice,,,,,2\r\nbob,,,,,")
	// Filling in a file first shows its warnings and then offers the file.
	const theirs = "login,Labor\r\nalice,\r\nzoe,\r\n"
	if got := tina.upload(path, "fill", theirs, url.Values{"format": {"csv"}}); got.status != http.StatusBadRequest || !strings.Contains(got.body, "the file has no column for a1") && !strings.Contains(got.body, "The file has no column for a1") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	got = tina.upload(path, "fill", theirs, url.Values{"format": {"csv"}, "columns": {"a1=Labor"}})
	p := parsePage(t, got.body)
	mustContain(t, p.text("main"), "1 cell is filled in.", "nobody in the course is zoe")
	got = tina.upload(path, "", "", p.again())
	if got.body != "login,Labor\r\nalice,2\r\nzoe,\r\n" {
		t.Errorf("the file: %q", got.body)
	}
	for name, values := range map[string]url.Values{
		"no format": {}, "an unknown format": {"format": {"excel"}}, "no assignment": {"format": {"csv"}, "assignment": {"a9"}}, "a path": {"format": {"csv"}, "assignment": {"../../x\"\r\n"}},
	} {
		if got := tina.upload(path, "", "", values); got.status != http.StatusBadRequest && got.status != http.StatusNotFound {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	for _, who := range []string{"alice", "mallory"} {
		if got := s.signIn(who).upload(path, "", "", url.Values{"format": {"csv"}}); got.status != http.StatusNotFound || strings.Contains(got.body, "bob") {
			t.Errorf("%s: status %d", who, got.status)
		}
	}
}

func TestAuditLogOfACourse(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	s.graded("alice", visibleResult(2))
	s.signIn("tina").allowed("/comp2402/a1/-/adjustments", url.Values{"owner": {"alice"}, "points": {"+1"}, "reason": {"<i>tidy</i>"}})
	ines := s.signIn("ines")
	p := ines.page("/comp2402/-/audit")
	var found bool
	for _, row := range p.texts(".listing tbody tr") {
		found = found || strings.Contains(row, "tinaweb") && strings.Contains(row, "<i>tidy</i>")
	}
	if !found {
		t.Errorf("nobody reads that tina adjusted a grade on the site: %q", p.texts(".listing tbody tr"))
	}
	if rows := ines.page("/comp2402/-/audit?actor=nobody").texts(".listing tbody tr"); len(rows) != 0 {
		t.Errorf("rows %q", rows)
	}
	for _, who := range []string{"tina", "alice", "mallory"} {
		if got := s.signIn(who).get("/comp2402/-/audit").status; got != http.StatusNotFound {
			t.Errorf("%s: status %d", who, got)
		}
	}
}

// TestRosterIsPaged checks that the roster of a large class has several pages and misses nobody.
func TestRosterIsPaged(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	var text strings.Builder
	text.WriteString("login,name\n")
	for i := range 150 {
		fmt.Fprintf(&text, "s%03d,Student %d\n", i, i)
	}
	ines := s.signIn("ines")
	if got := ines.upload("/comp2402/-/roster/import", "file", text.String(), url.Values{"confirmed": {"1"}}); got.status != http.StatusOK {
		t.Fatalf("status %d", got.status)
	}
	seen := map[string]bool{}
	for path := "/comp2402/-/roster"; path != ""; {
		p := ines.page(path)
		for _, login := range p.texts(".listing tbody th") {
			seen[login] = true
		}
		path = ""
		if next := p.all("a[rel=next]"); len(next) == 1 {
			path, _ = attribute(next[0], "href")
		}
	}
	if len(seen) != 154 {
		t.Errorf("%d people on all pages, want 154", len(seen))
	}
}
