package course_test

import (
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestMayRerun(t *testing.T) {
	t.Parallel()
	name := schema.SubmissionName{Course: "c", Assignment: "a", Owner: "alice", Number: 1}
	alice, bob := course.Viewer{Login: "alice", Role: schema.RoleStudent}, course.Viewer{Login: "bob", Role: schema.RoleStudent}
	tina, gone := course.Viewer{Login: "tina", Role: schema.RoleTA}, course.Viewer{Login: "alice"}
	for what, c := range map[string]struct {
		who     course.Viewer
		state   schema.State
		retries int
		code    schema.Code
		free    bool
	}{
		"the owner, failed":             {alice, schema.StateFailed, 0, "", true},
		"the owner, failed again":       {alice, schema.StateFailed, 1, "", true},
		"the owner, failed once more":   {alice, schema.StateFailed, 2, schema.CodeRefused, false},
		"the owner, graded":             {alice, schema.StateDone, 0, schema.CodeRefused, false},
		"the owner, kept":               {alice, schema.StateCancelled, 0, schema.CodeRefused, false},
		"the owner, running":            {alice, schema.StateRunning, 0, schema.CodeRefused, false},
		"another":                       {bob, schema.StateFailed, 0, schema.CodeNotFound, false},
		"the owner, no longer enrolled": {gone, schema.StateFailed, 0, schema.CodeNotFound, false},
		"staff, graded":                 {tina, schema.StateDone, 9, "", false},
		"staff, kept":                   {tina, schema.StateCancelled, 0, "", false},
		"staff, queued":                 {tina, schema.StateQueued, 0, schema.CodeRefused, false},
	} {
		free, err := course.MayRerun(course.OwnedBy(c.who, "alice"), course.Rerun{Name: name, Commit: "0123456789", State: c.state, Retries: c.retries})
		if schema.CodeOf(err) != c.code || free != c.free {
			t.Errorf("%s: free %v, %v; want %v, code %q", what, free, err, c.free, c.code)
		}
	}
}

func TestMayRemoveKey(t *testing.T) {
	t.Parallel()
	alice, bob := schema.User{ID: 1, Login: "alice"}, schema.User{ID: 2, Login: "bob"}
	root, disabled := schema.User{ID: 3, Login: "root", Admin: true}, schema.User{ID: 1, Login: "alice", Disabled: true}
	for what, c := range map[string]struct {
		by, of schema.User
		active bool
		left   int
		code   schema.Code
	}{
		"one of two":              {alice, alice, true, 1, ""},
		"the last":                {alice, alice, true, 0, schema.CodeRefused},
		"a pending one":           {alice, alice, false, 0, ""},
		"another's":               {bob, alice, true, 1, schema.CodeForbidden},
		"the last, by an admin":   {root, alice, true, 0, ""},
		"an admin's own last":     {root, root, true, 0, schema.CodeRefused},
		"by the operator":         {schema.Operator().User, alice, true, 0, ""},
		"by a disabled account":   {disabled, disabled, true, 1, schema.CodeRefused},
		"the operator's, by none": {schema.User{}, schema.User{}, true, 1, schema.CodeForbidden},
	} {
		if err := course.MayRemoveKey(c.by, c.of, course.KeyRemoval{Fingerprint: "SHA256:k", Active: c.active, Left: c.left}); schema.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", what, err, c.code)
		}
	}
}
