package course

import (
	"testing"

	"github.com/grader/grader/schema"
)

func TestGitHubRepositoryNames(t *testing.T) {
	t.Parallel()
	names := GitHubNames{
		Course: "comp1", Known: []string{"a1", "lab", "lab-2"}, Assignments: map[string]string{"Lab-One": "a1"}, Tests: map[string]string{"A1-autograder": "a1"},
	}
	student, teacher := Viewer{Login: "ada", Role: schema.RoleStudent}, Viewer{Login: "ida", Role: schema.RoleInstructor}
	for name, want := range map[string]GitHubRepository{
		"a1-ada-ng":     {Assignment: "a1", Owner: "ada-ng"},
		"A1-Ada-Ng":     {Assignment: "a1", Owner: "ada-ng"},
		"lab-2-ada":     {Assignment: "lab-2", Owner: "ada"}, // the longest matching assignment
		"lab-ada":       {Assignment: "lab", Owner: "ada"},
		"lab-one-ada":   {Assignment: "a1", Owner: "ada"},
		"a1-autograder": {Assignment: "a1", Tests: true},
		"a1-tests":      {Assignment: "a1", Tests: true},
		"lab-2-tests":   {Assignment: "lab-2", Tests: true},
		"new-tests":     {Assignment: "new", Tests: true}, // the first tests of an assignment
	} {
		for _, v := range []Viewer{student, teacher} {
			if got, err := names.Repository(name, v); err != nil || got != want {
				t.Errorf("%s by %s: %+v, %v; want %+v", name, v.Login, got, err, want)
			}
		}
	}
	// The name matches work for a1 and the first tests of a new assignment.
	for _, c := range []struct {
		name string
		v    Viewer
		want GitHubRepository
	}{
		{"a1-bonus-tests", teacher, GitHubRepository{Assignment: "a1-bonus", Tests: true}},
		{"a1-bonus-tests", Viewer{Login: "root", Admin: true}, GitHubRepository{Assignment: "a1-bonus", Tests: true}},
		{"a1-bonus-tests", Viewer{Login: "tina", Role: schema.RoleTA}, GitHubRepository{Assignment: "a1", Owner: "bonus-tests"}},
		{"a1-bonus-tests", student, GitHubRepository{Assignment: "a1", Owner: "bonus-tests"}},
		{"lab-one-extra-tests", teacher, GitHubRepository{Assignment: "lab-one-extra", Tests: true}},
		{"lab-one-tests", teacher, GitHubRepository{Assignment: "a1", Tests: true}}, // a prefix of the configuration
	} {
		if got, err := names.Repository(c.name, c.v); err != nil || got != c.want {
			t.Errorf("%s by %s: %+v, %v; want %+v", c.name, c.v.Login, got, err, c.want)
		}
	}
	for _, name := range []string{"", "a1", "a1-", "-ada", "b1-ada", "website", "tests", "-tests", "Not_a..name-tests"} {
		if got, err := names.Repository(name, teacher); schema.CodeOf(err) != schema.CodeRefused {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
}

func TestMayPushAs(t *testing.T) {
	t.Parallel()
	owners := GitHubOwners{"ada", "ada-ng", "team-7"}
	student, staff := Viewer{Login: "ada", Role: schema.RoleStudent}, Viewer{Login: "tina", Role: schema.RoleTA}
	for _, c := range []struct {
		viewer Viewer
		owner  string
		may    bool
	}{
		{student, "ada-ng", true}, {student, "Ada-Ng", true}, {student, "team-7", true}, {student, "ada", true},
		{student, "bob", false}, {student, "ada-ng-2", false}, {student, "", false}, {staff, "bob", true},
	} {
		if err := owners.MayPushAs(c.viewer, GitHubRepository{Assignment: "a1", Owner: c.owner}); (err == nil) != c.may {
			t.Errorf("%s to the repository of %q: %v", c.viewer.Login, c.owner, err)
		}
	}
}
