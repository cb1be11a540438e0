package course

import "github.com/grader/grader/schema"

// Viewer is who looks. Staff see everything; a student sees their own, redacted.
// An admin counts as an instructor of every course.
type Viewer struct {
	Login string
	Role  schema.Role
	Admin bool
	// Dropped is a student who left the course: they keep their work, and hand in no more.
	Dropped bool
	TA      schema.TAPermissions // what the course's TAs may do
	// Owners are those whose work a TA sees who is restricted to their sections; nil:
	// everybody's.
	Owners map[string]bool
}

// Staff reports whether the viewer sees hidden tests.
func (v Viewer) Staff() bool { return v.Admin || v.Role.Staff() }

// SeesOwner reports whether the sections of a TA leave the owner to them; true for
// everybody else.
func (v Viewer) SeesOwner(owner string) bool {
	return v.role() != schema.RoleTA || v.Owners == nil || owner == v.Login || v.Owners[owner]
}

// role is what the viewer is in this course, admins included.
func (v Viewer) role() schema.Role {
	if v.Admin {
		return schema.RoleInstructor
	}
	return v.Role
}
