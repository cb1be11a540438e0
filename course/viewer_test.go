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
