package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestSegmentsOfNamesAreRefused(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"nothing": "", "a dot first": ".a", "a dash first": "-a", "two dots": "a..b", "upper case": "A1", "a slash": "a/b",
		"a name of git's": "a1.git", "a blank": "a b", "forty-one characters": strings.Repeat("a", 41), "a newline at the end": "a\n", "not ASCII": "é", "a NUL": "a\x00",
	} {
		if err := schema.Segment("login", s); schema.CodeOf(err) != schema.CodeInvalid || !strings.HasPrefix(err.Error(), "login ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []string{"a", "0", "comp2402", "a.b_c-d", strings.Repeat("a", 40)} {
		if err := schema.Segment("login", s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestPathsWithMisplacedGitSuffix(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"comp2402/a1.git/tests":         "as in comp2402/a1/tests",
		"/comp2402.git/a1":              "as in comp2402/a1",
		"c/a1.git.git":                  "as in c/a1",
		"c/a1.git/students/alice":       "as in c/a1/students/alice",
		"c/a1/students/alice.git/x.git": "as in c/a1/students/alice/x",
	} {
		if _, err := schema.ParseRepositoryPath(s); err == nil || !strings.Contains(err.Error(), "leave .git off, "+want) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if name, err := schema.ParseSubmissionName("comp2402/a1.git"); err != nil || name.Assignment != "a1" {
		t.Errorf("%+v, %v", name, err)
	}
}

func TestReservedNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"api", "login", "healthz", "readyz", "metrics", "favicon.ico", "robots.txt", "-", "Comp"} {
		if err := schema.CourseCode(s); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("course %s: %v", s, err)
		}
	}
	for _, s := range []string{"tests", "students", "course", "-"} {
		if err := schema.OwnerName("assignment", s); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("assignment %s: %v", s, err)
		}
	}
	for _, s := range []string{"comp2402", "queue", "static", "tests", "admin"} {
		if err := schema.CourseCode(s); err != nil {
			t.Error(err)
		}
	}
}

func TestRepositoryPaths(t *testing.T) {
	t.Parallel()
	good := map[string]schema.RepositoryPath{
		"c/a":                  {Kind: schema.RepositoryOwn, Course: "c", Assignment: "a"},
		"/c/a":                 {Kind: schema.RepositoryOwn, Course: "c", Assignment: "a"},
		"/c/a.git":             {Kind: schema.RepositoryOwn, Course: "c", Assignment: "a"},
		"c/a/tests.git":        {Kind: schema.RepositoryTests, Course: "c", Assignment: "a"},
		"c/a/students/alice":   {Kind: schema.RepositoryOwner, Course: "c", Assignment: "a", Owner: "alice"},
		"/c/course":            {Kind: schema.RepositoryCourse, Course: "c"},
		"comp2402/a1.git":      {Kind: schema.RepositoryOwn, Course: "comp2402", Assignment: "a1"},
		"c/a/students/0.x.git": {Kind: schema.RepositoryOwner, Course: "c", Assignment: "a", Owner: "0.x"},
	}
	for s, want := range good {
		got, err := schema.ParseRepositoryPath(s)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{
		"", "/", "c", "//c/a", "c//a", "c/a/", "c/a/b", "c/../a", "c/./a", "c/tests", "c/students", "c/a/students", "c/a/students/tests",
		"c/a/tests/x", "c/course/tests", "c/a/students/alice/3", "C/a", "c/a\n", "c/a;id", "c/$(id)", "--upload-pack=x/a", "c/a.git.git/", "~/c/a",
	} {
		if got, err := schema.ParseRepositoryPath(s); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
	}
}

func TestSubmissionNames(t *testing.T) {
	t.Parallel()
	good := map[string]schema.SubmissionName{
		"c/a":          {Course: "c", Assignment: "a"},
		"c/a/3":        {Course: "c", Assignment: "a", Number: 3},
		"c/a/alice":    {Course: "c", Assignment: "a", Owner: "alice"},
		"c/a/alice/14": {Course: "c", Assignment: "a", Owner: "alice", Number: 14},
		"/c/a/7/2":     {Course: "c", Assignment: "a", Owner: "7", Number: 2},
	}
	for s, want := range good {
		got, err := schema.ParseSubmissionName(s)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", s, err, diff)
		}
		if got.String() != strings.TrimPrefix(s, "/") {
			t.Errorf("%s prints as %s", s, got)
		}
	}
	for _, s := range []string{"", "c", "c/a/", "c/a/alice/0", "c/a/alice/-1", "c/a/alice/03", "c/a/alice/x", "c/a/alice/3/4", "c/tests/3", "c/a/tests", "c/a/99999999999999999999/1x", "c/a/03", "c/a/99999999999999999999"} {
		if got, err := schema.ParseSubmissionName(s); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
	}
}

func FuzzParseRepositoryPath(f *testing.F) {
	for _, s := range []string{"c/a", "/c/a.git", "c/a/tests", "c/a/students/alice", "c/course", "../a", "c/a\x00.git", "c/.git", "a/b.git.git"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		path, err := schema.ParseRepositoryPath(s)
		if err != nil {
			if path != (schema.RepositoryPath{}) || schema.CodeOf(err) != schema.CodeInvalid {
				t.Errorf("refused as %+v, %v", path, err)
			}
			return
		}
		for _, part := range []string{path.Course, path.Assignment, path.Owner} {
			if part != "" && schema.Segment("part", part) != nil {
				t.Errorf("%q has the part %q", s, part)
			}
		}
		if path.Course == "" || (path.Kind == schema.RepositoryOwner) != (path.Owner != "") || (path.Kind == schema.RepositoryCourse) != (path.Assignment == "") {
			t.Errorf("%q is %+v", s, path)
		}
	})
}

func FuzzParseSubmissionName(f *testing.F) {
	for _, s := range []string{"c/a", "c/a/3", "c/a/alice/3", "c/a/alice/03", "/c/a/7", "c/a/alice/99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := schema.ParseSubmissionName(s)
		if err != nil {
			return
		}
		again, err := schema.ParseSubmissionName(name.String())
		if err != nil || again != name {
			t.Errorf("%q is %+v, and that is %+v, %v", s, name, again, err)
		}
	})
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for login, ok := range map[string]bool{"alice": true, "s101": true, "1a": true, "101": false, "tests": false, "operator": false, "server": false, "servers": true, "": false, "A": false} {
		if err := schema.Login(login); (err == nil) != ok {
			t.Errorf("login %q: %v", login, err)
		}
	}
}
