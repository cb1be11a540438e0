package course

import "github.com/grader/grader/schema"

// Viewer is who looks. Staff see everything; a student sees their own, redacted.
// An admin counts as an instructor of every course.
type Viewer struct {
	Login string
	Role  schema.Role
	Admin bool
}

// Staff reports whether the viewer sees hidden tests.
func (v Viewer) Staff() bool { return v.Admin || v.Role.Staff() }

// role is what the viewer is in this course, admins included.
func (v Viewer) role() schema.Role {
	if v.Admin {
		return schema.RoleInstructor
	}
	return v.Role
}
