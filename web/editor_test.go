package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
	"github.com/grader/grader/web"
)

// shelf holds the files of each commit of the repositories. An upload becomes a commit on the newest one, and a
// candidate, a submission or a version of course.yaml in the real store.
type shelf struct {
	*ledger
	actions *actions.Classroom
	commits map[string]map[string]string
	last    map[string]string // COURSE/ASSIGNMENT → its newest commit
	uploads []schema.Upload
}

func (s *shelf) ReadFile(_ context.Context, _ int64, commit, path string, most int64) ([]byte, error) {
	text, ok := s.commits[commit][path]
	switch {
	case !ok:
		return nil, schema.Errorf(schema.CodeNotFound, "there is no file %q", path)
	case int64(len(text)) > most:
		return nil, schema.Errorf(schema.CodeLimit, "too large")
	}
	return []byte(text), nil
}

func (s *shelf) Files(_ context.Context, _ int64, commit string, _ int) ([]course.TreeEntry, error) {
	var all []course.TreeEntry
	for path, text := range s.commits[commit] {
		all = append(all, course.TreeEntry{Mode: "100644", Path: path, Size: int64(len(text))})
	}
	return all, nil
}

func (s *shelf) Changed(_ context.Context, _ int64, from, to string, _ int) ([]string, error) {
	changed := map[string]bool{}
	for _, pair := range [][2]string{{from, to}, {to, from}} {
		for path, text := range s.commits[pair[0]] {
			if other, ok := s.commits[pair[1]][path]; !ok || other != text {
				changed[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(changed)), nil
}

// Upload implements web.Uploads.
func (s *shelf) Upload(ctx context.Context, by schema.Actor, u schema.Upload) (schema.Uploaded, error) {
	task := strings.TrimSuffix(u.Path, "/tests")
	if task == u.Path && !strings.HasSuffix(task, "/course") {
		task = "work for " + u.Path // pages do not edit it
	}
	if u.Base != s.last[task] {
		return schema.Uploaded{}, schema.Errorf(schema.CodeConflict, "somebody else saved a newer version meanwhile")
	}
	s.uploads = append(s.uploads, u)
	files := maps.Clone(s.commits[u.Base])
	if files == nil {
		files = map[string]string{}
	}
	for _, path := range u.Removed {
		delete(files, path)
	}
	for _, f := range u.Files {
		files[f.Path] = string(f.Data)
	}
	commit := fmt.Sprintf("%040x", len(s.commits)+1)
	s.commits[commit], s.last[task] = files, commit
	code, name, _ := strings.Cut(strings.TrimSuffix(u.Path, "/tests"), "/")
	c, err := s.Course(ctx, code)
	if err != nil {
		return schema.Uploaded{}, err
	}
	if name == "course" {
		p := s.pushTo(schema.Assignment{Course: c}, schema.RepositoryCourse, "", by.User.Login, commit, by.Channel)
		v, err := s.actions.Files.Record(ctx, by, c, p, []byte(files[assignment.CourseFilename]))
		return schema.Uploaded{Version: v.Number}, err
	}
	a, err := s.Assignment(ctx, code, name)
	if schema.CodeOf(err) == schema.CodeNotFound {
		a, err = s.EnsureAssignment(ctx, c.ID, name, time.Now())
	}
	if err != nil {
		return schema.Uploaded{}, err
	}
	if !strings.HasSuffix(u.Path, "/tests") {
		sub, err := s.RecordSubmission(ctx, s.pushTo(a, schema.RepositoryOwn, by.User.Login, by.User.Login, commit, by.Channel))
		return schema.Uploaded{Submission: sub.Name}, err
	}
	p := s.pushTo(a, schema.RepositoryTests, "", by.User.Login, commit, by.Channel)
	v, _, err := s.RecordCandidate(ctx, p, []byte(files["assignment.yaml"]))
	return schema.Uploaded{Version: v.Number}, err
}

// specCases has a family of cases.
const specCases = `title: "A1: Linked lists"
due: 2026-09-28 23:59
solution: solution/
tests:
  - {name: sums, run: ./sum, cases: "io/*.in", points: 4}
`

// newShelf returns a site whose a1 has a family of cases.
func newShelf(t *testing.T) (*realSite, *shelf) {
	t.Helper()
	return newShelfOf(t, specCases)
}

// newShelfOf is like newShelf, but with another source of a1. a1 has the files of specCases.
func newShelfOf(t *testing.T, source string) (*realSite, *shelf) {
	t.Helper()
	first := strings.Repeat("c", 40)
	files := map[string]string{
		"assignment.yaml": strings.Replace(source, "2026-09-28", "2099-09-28", 1), "solution/sum.c": "int main(void) { return 0; }\n",
		"io/1.in": "1 2\n", "io/1.out": "3\n", "picture.png": "\x89PNG\x00", "windows.txt": "one\r\ntwo\r\n",
	}
	keep := &shelf{commits: map[string]map[string]string{first: files}, last: map[string]string{"comp2402/a1": first}}
	s := newRealSite(t, source, func(server *web.Server) {
		keep.actions = actions.New(actions.Options{Store: server.Results.(*ledger), Clock: server.Clock, Trees: handedIn{Handouts: keep}, Notices: server.Classroom.Notices.Channels()})
		server.Classroom = keep.actions
		server.Trees, server.Handouts, server.Uploads = keep, keep, keep
		server.Starters = web.Starters{Languages: configs.StarterLanguages(), Files: configs.Starter}
	})
	keep.ledger = s.ledger
	return s, keep
}

const editor = "/comp2402/a1/-/tests"

// TestEditedFileIsACandidate saves a file, follows its gate and sees the changes.
func TestEditedFileIsACandidate(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	ines := s.signIn("ines")
	page := ines.page(editor + "/files/io/1.out")
	if got := page.all("textarea")[0].FirstChild.Data; got != "3\n" {
		t.Errorf("the form holds %q", got)
	}
	base, _ := attribute(page.all("input[name=base]")[0], "value")
	version := ines.allowed(editor+"/files/io/1.out", url.Values{"act": {"save"}, "base": {base}, "text": {"4\r\n"}})
	if got := version.text(".standing .mark"); got != "Being checked" {
		t.Errorf("the new version is %q", got)
	}
	want := schema.Upload{
		Path: "comp2402/a1/tests", Base: base, Name: "ines", Message: "Change io/1.out",
		Files: []schema.UploadFile{{Path: "io/1.out", Data: []byte("4\n")}}, At: keep.uploads[0].At,
	}
	if diff := cmp.Diff([]schema.Upload{want}, keep.uploads); diff != "" {
		t.Error(diff)
	}
	failed := gradedResult()
	failed.Gate = &schema.GateResult{}
	failed.Message = "the solution must score full marks"
	failed.Tests[1].Output = "<b>3</b>\n"
	s.ledger.grade(failed)
	version = ines.page(editor + "/versions/2")
	if got := version.text(".standing .mark"); got != "Rejected" {
		t.Errorf("after its gate the version is %q", got)
	}
	mustContain(t, version.text("main"), "the solution must score full marks", "<b>3</b>", "Changes since version 1", "- 3", "+ 4")
	if got := ines.page(editor).texts("section[aria-labelledby=versions] tbody tr"); len(got) != 2 || !strings.Contains(got[0], "rejected by its gate") {
		t.Errorf("versions: %q", got)
	}
}

// TestMistakesAreNotSaved sees the place of every mistake in the form and while typing.
func TestMistakesAreNotSaved(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	ines := s.signIn("ines")
	broken := strings.Replace(specCases, "points: 4", "pionts: 4", 1)
	for _, act := range []string{"save", "check"} {
		got := ines.submit(editor+"/files/assignment.yaml", url.Values{"act": {act}, "text": {broken}})
		page := parsePage(t, got.body)
		if said := page.text(".problem li"); !strings.Contains(said, `assignment.yaml, line 5, column 48: unknown key "pionts"`) {
			t.Errorf("%s: %q", act, said)
		}
		if text := page.all("textarea")[0].FirstChild.Data; text != broken {
			t.Errorf("%s: what was written is lost: %q", act, text)
		}
	}
	got := ines.submit(editor+"/validate", url.Values{"path": {"assignment.yaml"}, "text": {broken}})
	var reply struct {
		Problems []struct {
			File         string
			Line, Column int
			Message      string
		}
	}
	if err := json.Unmarshal([]byte(got.body), &reply); err != nil || len(reply.Problems) != 1 || reply.Problems[0].Line != 5 || reply.Problems[0].Column != 48 {
		t.Errorf("validate: %v: %s", err, got.body)
	}
	if got := ines.submit(editor+"/validate", url.Values{"path": {"assignment.yaml"}, "text": {specCases}}); strings.TrimSpace(got.body) != `{"problems":[]}` {
		t.Errorf("validate what is right: %s", got.body)
	}
	// The page reports a file that assignment.yaml needs and that is missing.
	got = ines.submit(editor+"/delete", url.Values{"path": {"io/1.out"}})
	mustContain(t, got.body, "io/1.in&#34; has no answer beside it")
	if got := ines.submit(editor+"/files/assignment.yaml", url.Values{"act": {"check"}, "text": {specCases}}); !strings.Contains(got.body, "The files can be read.") {
		t.Errorf("check what is right: %s", got.body)
	}
	if len(keep.uploads) > 0 {
		t.Errorf("saved: %+v", keep.uploads)
	}
}

// TestSavingOverAnother saves from a page that shows an older commit, and is refused.
func TestSavingOverAnother(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	ines := s.signIn("ines")
	old := keep.last["comp2402/a1"]
	ines.allowed(editor+"/files/io/1.in", url.Values{"act": {"save"}, "base": {old}, "text": {"9 9"}})
	got := ines.submit(editor+"/files/io/1.in", url.Values{"act": {"save"}, "base": {old}, "text": {"7 7"}})
	if got.status != http.StatusConflict {
		t.Errorf("status %d", got.status)
	}
	page := parsePage(t, got.body)
	mustContain(t, page.text(".problem"), "Somebody else saved a newer version")
	if text := page.all("textarea")[0].FirstChild.Data; text != "7 7" {
		t.Errorf("what was written is lost: %q", text)
	}
}

// TestCaseByForm adds the two files of a case, and refuses invalid ones.
func TestCaseByForm(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	ines := s.signIn("ines")
	ines.allowed(editor+"/case", url.Values{"test": {"sums"}, "name": {"negative"}, "input": {"-1 2\r\n"}, "output": {"1"}})
	want := []schema.UploadFile{{Path: "io/negative.in", Data: []byte("-1 2\n")}, {Path: "io/negative.out", Data: []byte("1\n")}}
	if diff := cmp.Diff(want, keep.uploads[0].Files); diff != "" {
		t.Error(diff)
	}
	for name, form := range map[string]url.Values{
		"a name that is taken": {"test": {"sums"}, "name": {"1"}},
		"a name with a path":   {"test": {"sums"}, "name": {"../solution/x"}},
		"no name":              {"test": {"sums"}},
		"an unknown test":      {"test": {"other"}, "name": {"x"}},
	} {
		if got := ines.submit(editor+"/case", form); got.status < 400 || got.status >= 500 || !strings.Contains(got.body, "Nothing was changed.") {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	if len(keep.uploads) != 1 {
		t.Errorf("%d uploads", len(keep.uploads))
	}
}

// TestFilesOfEveryKind keeps the line ends of a file, and does not edit files that are not text.
func TestFilesOfEveryKind(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	ines := s.signIn("ines")
	ines.allowed(editor+"/files/windows.txt", url.Values{"act": {"save"}, "text": {"one\r\nthree\r\n"}})
	if got := string(keep.uploads[0].Files[0].Data); got != "one\r\nthree\r\n" {
		t.Errorf("saved %q", got)
	}
	mustContain(t, ines.get(editor+"/files/picture.png").body, "This file is not text.")
	if got := ines.submit(editor+"/files/io/1.in", url.Values{"act": {"save"}, "text": {"1 2\r\n"}}); !strings.Contains(got.body, "nothing was changed") && !strings.Contains(got.body, "Nothing was changed") {
		t.Errorf("what is as it was: status %d", got.status)
	}
	for _, path := range []string{"nosuch", "../x", "a//b", ".git/config"} {
		ines.mustSee(t, editor+"/files/"+url.PathEscape(path), http.StatusNotFound)
		if got := ines.submit(editor+"/open", url.Values{"path": {path}}); path != "nosuch" && got.status != http.StatusBadRequest {
			t.Errorf("open %q: status %d", path, got.status)
		}
	}
	ines.allowed(editor+"/files/notes.txt", url.Values{"act": {"save"}, "text": {"<script>alert(1)</script>"}})
	ines.allowed(editor+"/delete", url.Values{"path": {"notes.txt"}})
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, name := range []string{"2.in", "2.out"} {
		part := must2(form.CreateFormFile("files", name))(t)
		fmt.Fprintln(part, "5")
	}
	if err := form.WriteField("into", "io/"); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	if got := ines.sendBody(editor+"/upload", form.FormDataContentType(), &body); got.status != http.StatusSeeOther {
		t.Fatalf("upload: status %d: %s", got.status, got.body)
	}
	if got := slices.Sorted(maps.Keys(keep.commits[keep.last["comp2402/a1"]])); !slices.Contains(got, "io/2.out") || slices.Contains(got, "notes.txt") {
		t.Errorf("files: %q", got)
	}
}

// TestAssignmentMadeByForm creates an assignment of every language, which must be readable.
func TestAssignmentMadeByForm(t *testing.T) {
	t.Parallel()
	s, keep := newShelf(t)
	ines := s.signIn("ines")
	for i, language := range configs.StarterLanguages() {
		name := fmt.Sprintf("b%d", i)
		page := ines.allowed("/comp2402/-/new", url.Values{"name": {name}, "title": {`B: "Total" <b>`}, "due": {"2099-10-01T18:00"}, "language": {language}})
		mustContain(t, page.text("h1"), "Version 1")
		source := keep.commits[keep.last["comp2402/"+name]]["assignment.yaml"]
		mustContain(t, source, `title: "B: \"Total\" <b>"`, "\ndue: 2099-10-01 18:00\n")
	}
	for name, form := range map[string]url.Values{
		"a name that is taken": {"name": {"a1"}, "language": {"c"}},
		"a reserved name":      {"name": {"tests"}, "language": {"c"}},
		"no name":              {"language": {"c"}},
		"no language":          {"name": {"x"}, "language": {"cobol"}},
		"no date":              {"name": {"x"}, "language": {"c"}, "due": {"soon"}},
	} {
		if got := ines.submit("/comp2402/-/new", form); got.status < 400 || got.status >= 500 {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
}

// TestVersionIsActivatedAgain activates the first version again.
func TestVersionIsActivatedAgain(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	ines := s.signIn("ines")
	ines.allowed(editor+"/files/io/1.in", url.Values{"act": {"save"}, "text": {"9 9"}})
	s.ledger.grade(&schema.Result{Outcome: schema.OutcomeGraded, Gate: &schema.GateResult{Passed: true}})
	if got := ines.page(editor + "/versions/2").text(".standing .mark"); got != "Active" {
		t.Fatalf("version 2 is %q", got)
	}
	page := ines.allowed(editor+"/versions/1/activate", nil)
	if page.text(".standing .mark") != "Active" || page.text(".done") != "That version is active again." {
		t.Errorf("version 1: %q", page.text("main"))
	}
}

// must2 is like must, without the type argument.
func must2[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
