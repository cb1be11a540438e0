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
