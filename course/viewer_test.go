package course_test

import (
	"slices"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TestSeenOwners compares the owners that lists are restricted to with SeesOwner.
func TestSeenOwners(t *testing.T) {
	t.Parallel()
	section := map[string]bool{"bob": true, "alice": true}
	for name, c := range map[string]struct {
		viewer course.Viewer
		want   []string
	}{
		"TA of a section":      {course.Viewer{Login: "tina", Role: schema.RoleTA, Owners: section}, []string{"alice", "bob", "tina"}},
		"TA in the section":    {course.Viewer{Login: "bob", Role: schema.RoleTA, Owners: section}, []string{"alice", "bob"}},
		"TA of no section":     {course.Viewer{Login: "tina", Role: schema.RoleTA, Owners: map[string]bool{}}, []string{"tina"}},
		"TA of everybody":      {course.Viewer{Login: "tina", Role: schema.RoleTA}, nil},
		"instructor":           {course.Viewer{Login: "ida", Role: schema.RoleInstructor, Owners: section}, nil},
		"TA who administrates": {course.Viewer{Login: "root", Role: schema.RoleTA, Admin: true, Owners: section}, nil},
	} {
		got := c.viewer.SeenOwners()
		if !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, owner := range []string{"alice", "bob", "carol", c.viewer.Login} {
			if seen := got == nil || slices.Contains(got, owner); seen != c.viewer.SeesOwner(owner) {
				t.Errorf("%s: SeesOwner(%s) is %t", name, owner, !seen)
			}
		}
	}
}

// TestSeesLess changes the role and the sections of staff.
func TestSeesLess(t *testing.T) {
	t.Parallel()
	owners := func(all ...string) map[string]bool {
		is := make(map[string]bool)
		for _, owner := range all {
			is[owner] = true
		}
		return is
	}
	all, one, both := course.Viewer{Role: schema.RoleTA}, course.Viewer{Role: schema.RoleTA, Owners: owners("alice")}, course.Viewer{Role: schema.RoleTA, Owners: owners("alice", "bob")}
	other, none := course.Viewer{Role: schema.RoleTA, Owners: owners("bob")}, course.Viewer{Role: schema.RoleTA, Owners: owners()}
	student, instructor := course.Viewer{Role: schema.RoleStudent}, course.Viewer{Role: schema.RoleInstructor}
	for name, c := range map[string]struct {
		before, now course.Viewer
		want        bool
	}{
		"same role":                       {all, all, false},
		"TA becomes student":              {all, student, true},
		"TA leaves":                       {all, course.Viewer{}, true},
		"TA becomes instructor":           {one, instructor, false},
		"instructor becomes TA":           {instructor, all, true},
		"student becomes TA":              {student, none, false},
		"administrator becomes a student": {instructor, course.Viewer{Role: schema.RoleStudent, Admin: true}, false},
		"restricted to sections":          {all, both, true},
		"no longer restricted":            {one, all, false},
		"another section":                 {one, other, true},
		"another section in addition":     {one, both, false},
		"one section fewer":               {both, one, true},
		"no section any more":             {one, none, true},
	} {
		if got := c.now.SeesLess(c.before); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestTeamsBelongToAnAssignment restricts a TA to a team of one assignment, while another assignment has a team with the
// same name.
func TestTeamsBelongToAnAssignment(t *testing.T) {
	t.Parallel()
	v := course.Viewer{Login: "tina", Role: schema.RoleTA, Owners: map[string]bool{"alice": true}, Teams: map[course.TeamOf]bool{{Assignment: "a1", Team: "blue"}: true}}
	for assignment, want := range map[string][]string{"a1": {"alice", "blue", "tina"}, "a2": {"alice", "tina"}, "": {"alice", "tina"}} {
		in := v.In(assignment)
		if got := in.SeenOwners(); !slices.Equal(got, want) {
			t.Errorf("%q: sees %q, want %q", assignment, got, want)
		}
		name := schema.SubmissionName{Course: "c", Assignment: assignment, Owner: "blue", Number: 1}
		path := schema.RepositoryPath{Kind: schema.RepositoryOwner, Course: "c", Assignment: assignment, Owner: "blue"}
		for what, err := range map[string]error{
			"see":   course.MaySee(course.OwnedBy(v, "blue2"), name),
			"fetch": course.MayUse(v, course.ActionFetch, path), "comment": course.MayComment(in, "c", "blue"), "adjust": course.MayAdjust(in, "c", "blue"),
		} {
			if (err == nil) != (assignment == "a1") {
				t.Errorf("%s in %q: %v", what, assignment, err)
			}
		}
	}
	if err := course.MaySeeGrades(v, "c", "blue"); err != nil {
		t.Error(err)
	}
	if err := course.MaySeeGrades(v, "c", "red"); schema.CodeOf(err) != schema.CodeForbidden {
		t.Error(err)
	}
	fewer := v
	fewer.Teams = map[course.TeamOf]bool{{Assignment: "a2", Team: "blue"}: true}
	if !fewer.SeesLess(v) || v.SeesLess(v) {
		t.Error("a team of another assignment is not less than the team")
	}
}
