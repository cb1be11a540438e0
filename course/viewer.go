package course

import (
	"maps"
	"slices"

	"github.com/grader/grader/schema"
)

// Viewer is the person who reads or acts. Staff see everything; a student sees their own work,
// redacted. An admin counts as an instructor of every course.
type Viewer struct {
	Login string
	Role  schema.Role
	Admin bool
	// Dropped marks a student who left the course. They keep their work and can no longer submit.
	Dropped bool
	TA      schema.TAPermissions // what the course's TAs may do
	// Owners restricts a TA to the work of their sections; nil: everybody's.
	Owners map[string]bool
}

// Staff reports whether the viewer sees hidden tests.
func (v Viewer) Staff() bool { return v.Admin || v.Role.Staff() }

// SeesOwner reports whether a TA's sections include the owner; it returns true for everybody else.
func (v Viewer) SeesOwner(owner string) bool {
	return v.role() != schema.RoleTA || v.Owners == nil || owner == v.Login || v.Owners[owner]
}

// SeenOwners returns the owners that the viewer's lists of work are restricted to, in order; nil:
// all.
func (v Viewer) SeenOwners() []string {
	if v.role() != schema.RoleTA || v.Owners == nil {
		return nil
	}
	owners := slices.Collect(maps.Keys(v.Owners))
	if !v.Owners[v.Login] {
		owners = append(owners, v.Login)
	}
	slices.Sort(owners)
	return owners
}

// SeesLess reports whether a member of a course's staff sees less as v than before: v has a lower role or fewer
// owners.
func (v Viewer) SeesLess(before Viewer) bool {
	switch {
	case v.role() == schema.RoleInstructor || !before.Staff():
		return false
	case v.role() != before.role():
		return true
	case v.Owners == nil:
		return false
	case before.Owners == nil:
		return true
	}
	for owner := range before.Owners {
		if !v.Owners[owner] {
			return true
		}
	}
	return false
}

// role returns the viewer's role in the course. Admins have the role of an instructor.
func (v Viewer) role() schema.Role {
	if v.Admin {
		return schema.RoleInstructor
	}
	return v.Role
}
