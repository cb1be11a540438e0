package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bytes"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// regrade creates a regrade set of comp1/a1.
func (b *bundle) regrade() schema.Regrade {
	b.t.Helper()
	set, err := b.Regrades.Create(b.t.Context(), b.people["ida"], classroom.NewRegrade{Course: "comp1", Assignment: "a1"})
	check(b.t, err)
	return set
}

// TestTokenMisuse uses credentials that are not accepted. The reply is always 401 and reveals nothing else.
func TestTokenMisuse(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	good := b.token("alice", schema.ScopeRead)
	revoked, err := b.Tokens.Create(t.Context(), b.people["bob"], classroom.NewToken{Name: "gone", Scope: schema.ScopeRead})
	check(t, err)
	_, err = b.Tokens.Revoke(t.Context(), b.people["bob"], "", "gone")
	check(t, err)
	expired, err := b.Tokens.Create(t.Context(), b.people["bob"], classroom.NewToken{Name: "old", Scope: schema.ScopeRead, Life: time.Nanosecond})
	check(t, err)
	disabled := b.token("tina", schema.ScopeRead)
	_, err = b.Accounts.SetDisabled(t.Context(), schema.Operator(), "tina", true)
	check(t, err)
	for what, header := range map[string]string{
		"none": "", "no scheme": good, "basic": "Basic " + good, "empty": "Bearer ", "lower case": "Bearer " + strings.ToLower(good), "cut short": "Bearer " + good[:len(good)-1],
		"of two": "Bearer " + good + ", Bearer " + good, "revoked": "Bearer " + revoked.Secret, "expired": "Bearer " + expired.Secret, "of a disabled account": "Bearer " + disabled,
	} {
		got := b.ask("", http.MethodGet, "/me", nil, "Authorization", header)
		if got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: status %d: %s", what, got.status, got.body)
		}
	}
	// A token in the address would appear in logs, and browsers send cookies with every request.
	b.ask("", http.MethodGet, "/me?token="+good, nil).refused(t, http.StatusUnauthorized, schema.CodeUnauthenticated)
	b.ask("", http.MethodGet, "/me?access_token="+good, nil).refused(t, http.StatusUnauthorized, schema.CodeUnauthenticated)
	b.ask("", http.MethodGet, "/me", nil, "Cookie", "session="+good).refused(t, http.StatusUnauthorized, schema.CodeUnauthenticated, "token create NAME")
}

// TestShapesMatchCommands compares replies of the API with the output of --json.
func TestShapesMatchCommands(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	b.push("bob")
	b.regrade()
	ctx, ida := t.Context(), b.people["ida"]
	_, err := b.Grades.Extend(ctx, ida, classroom.NewExtension{Course: "comp1", Assignment: "a1", Owner: "alice", Days: 2, Reason: "ill"})
	check(t, err)
	_, err = b.Grades.Adjust(ctx, ida, "comp1", "a1", "alice", "-1/2", "no <header>")
	check(t, err)
	printed := func(write func(tables.Writer) error) string {
		var out bytes.Buffer
		check(t, write(tables.Writer{Out: &out, Note: &out, JSON: true, Command: "x"}))
		return out.String()
	}
	for path, write := range map[string]func(w tables.Writer) error{
		"/courses/comp1/roster": func(w tables.Writer) error {
			all, err := b.Courses.Roster(ctx, ida, "comp1")
			check(t, err)
			return w.Roster(all)
		},
		"/courses/comp1/grades": func(w tables.Writer) error {
			all, err := b.Grades.List(ctx, ida, "comp1", "")
			check(t, err)
			return w.Grades(all)
		},
		"/courses/comp1/assignments/a1/extensions": func(w tables.Writer) error {
			all, err := b.Grades.Extensions(ctx, ida, "comp1", "a1")
			check(t, err)
			return w.Extensions(all)
		},
		"/courses/comp1/assignments/a1/adjustments": func(w tables.Writer) error {
			all, err := b.Grades.Adjustments(ctx, ida, "comp1", "a1")
			check(t, err)
			return w.Adjustments(all)
		},
		"/courses/comp1/assignments/a1/regrades/1": func(w tables.Writer) error {
			r, err := b.Regrades.Show(ctx, ida, 1)
			check(t, err)
			return w.Regrade(r)
		},
		"/courses/comp1/assignments/a1/tests": func(w tables.Writer) error {
			all, err := b.Tests.List(ctx, ida, "comp1", "a1")
			check(t, err)
			return w.Tests(all, time.UTC)
		},
		"/courses/comp1/assignments/a1/teams": func(w tables.Writer) error { return w.Teams(nil, "none") },
		"/courses/comp1/assignments/a1/publication": func(w tables.Writer) error {
			is, err := b.Publications.Show(ctx, ida, "comp1", "a1")
			check(t, err)
			return w.Publication(is)
		},
		"/courses/comp1/assignments/a1/submissions": func(w tables.Writer) error {
			all, err := b.Work.Submissions(ctx, ida, classroom.SubmissionPage{Assignment: "comp1/a1"})
			check(t, err)
			return w.Submissions(all)
		},
		"/courses/comp1/audit": func(w tables.Writer) error {
			all, err := b.Audit.Log(ctx, ida, schema.AuditQuery{Course: "comp1", Limit: 100})
			check(t, err)
			return w.Audit(all, time.UTC)
		},
		"/queue": func(w tables.Writer) error { q, err := b.Queue.Show(ctx, ida); check(t, err); return w.Queue(q) },
	} {
		var want, got any
		check(t, json.Unmarshal([]byte(printed(write)), &want))
		answer := b.ask(b.token("ida", schema.ScopeRead), http.MethodGet, path, nil)
		if answer.status != http.StatusOK {
			t.Errorf("%s: status %d: %s", path, answer.status, answer.body)
			continue
		}
		check(t, json.Unmarshal([]byte(answer.body), &got))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-command +API):\n%s", path, diff)
		}
	}
}

// TestSubmissionIsRedacted reads one submission as its owner and as staff.
func TestSubmissionIsRedacted(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	own := read[schema.PublicSubmission](b, "alice", "/courses/comp1/assignments/a1/submissions/alice/1")
	if len(own.Tests) != 1 || own.Score != "2" || own.MaxScore != "2" || own.Hidden == nil || own.Hidden.Tests != 1 || own.Tests[0].JudgeMessage != "" || own.Tests[0].Tampering != "" {
		t.Errorf("alice reads %+v", own)
	}
	staff := read[schema.PublicSubmission](b, "tina", "/courses/comp1/assignments/a1/submissions/alice/1")
	if len(staff.Tests) != 3 || staff.MaxScore != "5" || staff.Hidden != nil || staff.Tests[0].Tampering == "" {
		t.Errorf("tina reads %+v", staff)
	}
	listed := read[[]schema.PublicSubmission](b, "alice", "/courses/comp1/assignments/a1/submissions")
	if diff := cmp.Diff([]schema.PublicSubmission{own}, listed); diff != "" {
		t.Errorf("listed otherwise than shown:\n%s", diff)
	}
	if all := read[[]schema.PublicSubmission](b, "bob", "/courses/comp1/assignments/a1/submissions"); len(all) != 0 {
		t.Errorf("bob reads %+v", all)
	}
	b.ask(b.token("bob", schema.ScopeRead), http.MethodGet, "/courses/comp1/assignments/a1/submissions?owner=alice", nil).refused(t, http.StatusForbidden, schema.CodeForbidden)
}

// ownSections assigns people to sections, given as lines LOGIN,SECTION,ROLE, and limits TAs to their own
// section.
func (b *bundle) ownSections(lines ...string) {
	b.t.Helper()
	b.person("theo", schema.RoleTA)
	_, err := b.People.Import(b.t.Context(), schema.Operator(), classroom.ImportRequest{Course: "comp1", Data: []byte("login,section,role\n" + strings.Join(lines, "\n") + "\n")})
	check(b.t, err)
	c, err := b.store.Course(b.t.Context(), "comp1")
	check(b.t, err)
	in := b.intent(schema.Assignment{Course: c}, schema.RepositoryCourse, "ida")
	_, err = b.Files.Record(b.t.Context(), b.people["ida"], c, schema.Push{Intent: in, Course: c, Tree: strings.Repeat("7", 40)}, []byte("sections: {L1: {}, L2: {}}\nta: {sections: own}\n"))
	check(b.t, err)
}

// TestPaging follows the links from the first page to the last. Each submission must occur once. tina sees
// one section, and theo none.
func TestPaging(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	for range 5 {
		b.push("alice")
		b.push("bob")
	}
	b.ownSections("alice,L1,", "bob,L2,", "tina,L2,ta", "theo,,ta")
	for who, want := range map[string]int{"ida": 10, "alice": 5, "tina": 5, "theo": 0} {
		seen := map[string]bool{}
		path, pages := "/courses/comp1/assignments/a1/submissions?limit=2", 0
		for path != "" {
			got := b.ask(b.token(who, schema.ScopeRead), http.MethodGet, path, nil)
			var all []schema.PublicSubmission
			decode(t, got.body, &all)
			for _, s := range all {
				if seen[s.Name] {
					t.Errorf("%s: %s twice", who, s.Name)
				}
				seen[s.Name] = true
			}
			next, _, found := strings.Cut(strings.TrimPrefix(got.header.Get("Link"), "</api/v1"), ">; rel=\"next\"")
			if path = ""; found {
				path = next
			}
			if pages++; pages > 20 {
				t.Fatal("the pages do not end")
			}
		}
		if len(seen) != want {
			t.Errorf("%s: %d submissions, want %d", who, len(seen), want)
		}
	}
}

// TestETag requests an unchanged and a changed resource again.
func TestETag(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	token, path := b.token("alice", schema.ScopeRead), "/courses/comp1/assignments/a1/submissions"
	first := b.ask(token, http.MethodGet, path, nil)
	tag := first.header.Get("ETag")
	if tag == "" || first.header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("headers %v", first.header)
	}
	for _, match := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
		if again := b.ask(token, http.MethodGet, path, nil, "If-None-Match", match); again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag {
			t.Errorf("%s: status %d: %q", match, again.status, again.body)
		}
	}
	b.push("alice")
	if changed := b.ask(token, http.MethodGet, path, nil, "If-None-Match", tag); changed.status != http.StatusOK || changed.header.Get("ETag") == tag {
		t.Errorf("after a push: status %d", changed.status)
	}
	// People who may not see the resource do not learn whether it changed.
	b.ask(b.token("mallory", schema.ScopeRead), http.MethodGet, path, nil, "If-None-Match", tag).refused(t, http.StatusNotFound, schema.CodeNotFound)
}

// TestReads reads resources that no command prints.
func TestReads(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.graded("alice")
	me := read[map[string]any](b, "alice", "/me")
	if me["login"] != "alice" || me["admin"] != false || me["token"].(map[string]any)["scope"] != "read" || len(me["courses"].([]any)) != 1 {
		t.Errorf("me %v", me)
	}
	if strings.Contains(b.ask(b.token("alice", schema.ScopeRead), http.MethodGet, "/me/tokens", nil).body, "grader_") {
		t.Error("a list shows secrets")
	}
	if all := read[[]map[string]any](b, "root", "/courses"); len(all) != 2 {
		t.Errorf("root's courses %v", all)
	}
	if all := read[[]map[string]any](b, "mallory", "/courses"); len(all) != 1 || all[0]["code"] != "other1" || all[0]["role"] != "instructor" {
		t.Errorf("mallory's courses %v", all)
	}
	a := read[map[string]any](b, "alice", "/courses/comp1/assignments/a1")
	if a["title"] != "First steps" || a["due"] != "2099-09-28T23:59:00-04:00" || a["tests_version"] != 1.0 || a["owner"] != "alice" || a["closed"] == true {
		t.Errorf("assignment %v", a)
	}
	class := read[map[string]any](b, "tina", "/courses/comp1/assignments/a1/grid?size=1&sort=score&down=true")
	if class["enrolled"] != 2.0 || class["missing"] != 1.0 || len(class["students"].([]any)) != 1 || len(class["tests"].([]any)) != 3 {
		t.Errorf("class %v", class)
	}
	student := class["students"].([]any)[0].(map[string]any)
	if student["login"] != "alice" || student["tests"].([]any)[0].(map[string]any)["passed"] != 1.0 || student["grade"].(map[string]any)["final"] != 2.0 {
		t.Errorf("student %v", student)
	}
	b.ask(b.token("tina", schema.ScopeRead), http.MethodGet, "/courses/comp1/assignments/a1/grid?sort=scroe", nil).refused(t, http.StatusBadRequest, schema.CodeInvalid, "use name, section, score, pushes, last")
	sub := "/courses/comp1/assignments/a1/submissions/alice/1"
	if files := read[[]map[string]any](b, "alice", sub+"/files"); len(files) != 1 || files[0]["path"] != "src/hello.c" {
		t.Errorf("files %v", files)
	}
	got := b.ask(b.token("alice", schema.ScopeRead), http.MethodGet, sub+"/files/src/hello.c", nil)
	if got.body != "int main(){}" || got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("Content-Disposition") != "attachment; filename=hello.c" {
		t.Errorf("file %q, %v", got.body, got.header)
	}
	b.ask(b.token("alice", schema.ScopeRead), http.MethodGet, sub+"/files/none", nil).refused(t, http.StatusNotFound, schema.CodeNotFound)
	b.ask(b.token("alice", schema.ScopeRead), http.MethodGet, sub+"/files/big.bin", nil).refused(t, http.StatusUnprocessableEntity, schema.CodeRefused, "larger than 8 MiB")
	if got := b.ask(b.token("alice", schema.ScopeRead), http.MethodGet, sub+"/receipt", nil); !strings.Contains(got.body, "comp1/a1/alice/1") {
		t.Errorf("receipt %s", got.body)
	}
	csv := b.ask(b.token("tina", schema.ScopeRead), http.MethodGet, "/courses/comp1/export?assignment=a1", nil)
	if !strings.Contains(csv.body, "alice") || !strings.HasPrefix(csv.header.Get("Content-Type"), "text/csv") || csv.header.Get("Content-Disposition") != "attachment; filename=comp1-a1-csv.csv" {
		t.Errorf("export %v %s", csv.header, csv.body)
	}
}

// TestDocumentIsOpenAPI checks that the description of the API contains every route and every
// schema that it refers to.
func TestDocumentIsOpenAPI(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	text := b.ask("", http.MethodGet, "/openapi.json", nil).body
	var doc struct {
		OpenAPI    string                               `json:"openapi"`
		Paths      map[string]map[string]map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	check(t, json.Unmarshal([]byte(text), &doc))
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	for _, pattern := range b.api.Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.ReplaceAll(strings.TrimPrefix(path, "/api/v1"), "...", "")
		op := doc.Paths[path][strings.ToLower(method)]
		if op == nil || op["operationId"] == "" || op["summary"] == "" {
			t.Errorf("%s is not described", pattern)
		}
	}
	for _, part := range strings.Split(text, `"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if doc.Components.Schemas[name] == nil {
			t.Errorf("there is no schema %s", name)
		}
	}
	score := doc.Components.Schemas["PublicTest"].(map[string]any)["properties"].(map[string]any)["score"].(map[string]any)
	if score["type"] != "number" {
		t.Errorf("a score is %v", score)
	}
}
