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
	// Owners restricts a TA to the work of these students, who are in their sections, and of Teams; nil: everybody's.
	Owners map[string]bool
	// Teams are the teams of these students. A team's name alone does not identify it, because another assignment
	// may have a team with the same name.
	Teams map[TeamOf]bool

	assignment string // see In
}

// TeamOf identifies a team in a course.
type TeamOf struct {
	Assignment string // name
	Team       string
}

// In returns the viewer for questions about owners of work for one assignment of the course. Without it, a TA who is
// restricted to sections sees no team.
func (v Viewer) In(assignment string) Viewer {
	v.assignment = assignment
	return v
}

// Staff reports whether the viewer sees hidden tests.
func (v Viewer) Staff() bool { return v.Admin || v.Role.Staff() }

// SeesOwner reports whether a TA's sections include the owner of work for the viewer's assignment; it returns true for
// everybody else.
func (v Viewer) SeesOwner(owner string) bool {
	return v.role() != schema.RoleTA || v.Owners == nil || owner == v.Login || v.Owners[owner] || v.Teams[TeamOf{v.assignment, owner}]
}

// seesNamed reports whether the viewer sees work of an owner with that name for any assignment.
func (v Viewer) seesNamed(owner string) bool {
	if v.SeesOwner(owner) {
		return true
	}
	for team := range v.Teams {
		if team.Team == owner {
			return true
		}
	}
	return false
}

// SeenOwners returns the owners that the viewer's lists of work for their assignment are restricted to, in order; nil:
// all.
func (v Viewer) SeenOwners() []string {
	if v.role() != schema.RoleTA || v.Owners == nil {
		return nil
	}
	owners := slices.Collect(maps.Keys(v.Owners))
	for team := range v.Teams {
		if team.Assignment == v.assignment {
			owners = append(owners, team.Team)
		}
	}
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
	for team := range before.Teams {
		if !v.Teams[team] {
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
