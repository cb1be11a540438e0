package course

import "github.com/grader/grader/schema"

// MaySeePools decides whether a person may see the state of the runners: the staff of any
// course and administrators may.
func MaySeePools(by schema.User, enrolments []schema.Enrolment) error {
	for _, e := range enrolments {
		if e.Role.Staff() {
			return nil
		}
	}
	return MayAdminister(by)
}

// MayControlPool decides whether an actor may pause, drain and resize the pool of a flavour.
// Administrators may, and instructors of a course whose assignments may run on it. MaySetPoolMode
// and MaySizePool decide about each change. The error is CodeForbidden.
func MayControlPool(by schema.Actor, enrolments []schema.Enrolment, flavour string) error {
	for _, e := range enrolments {
		if e.Role == schema.RoleInstructor && e.Course.Allows(flavour) && !by.User.Disabled {
			return nil
		}
	}
	return asAdministrator(by, schema.Errorf(schema.CodeForbidden, "only an administrator, or an instructor of a course that uses the flavour %s, may do that; ask one of them", schema.Sanitize(flavour)))
}

// MaySetPoolMode decides whether an actor who may control a pool may change its mode. Only
// administrators may change a mode that an administrator set; for others the error is CodeRefused.
func MaySetPoolMode(by schema.Actor, now schema.PoolControl) error {
	if !now.AdminMode {
		return nil
	}
	return asAdministrator(by, schema.Errorf(schema.CodeRefused, "an administrator set the flavour %s to %s; ask an administrator to change that", now.Flavour, now.Mode))
}

// MaySizePool decides whether an actor who may control a pool may change its numbers of runners.
// Only administrators may change numbers that an administrator set; for others the error is
// CodeRefused.
func MaySizePool(by schema.Actor, now schema.PoolControl) error {
	if !now.AdminSize {
		return nil
	}
	return asAdministrator(by, schema.Errorf(schema.CodeRefused, "an administrator set the runners of the flavour %s (%s); ask an administrator to change that", now.Flavour, now.Size()))
}

// MayHaveRunners decides whether an actor who may change the numbers of runners may set this maximum.
// Only administrators may exceed the configuration; for others the error is CodeRefused. A nil most
// means the configured maximum.
func MayHaveRunners(by schema.Actor, configured schema.Flavour, most *int) error {
	if most == nil || *most <= configured.Max {
		return nil
	}
	return asAdministrator(by, schema.Errorf(schema.CodeRefused, "the configuration allows at most %d runners of the flavour %s; set at most that, or ask an administrator for more", configured.Max, configured.Name))
}

// asAdministrator returns nil if the actor acts as an administrator. For an administrator whose token lacks
// the scope, the error is CodeForbidden and names the scope. For everybody else it is others.
func asAdministrator(by schema.Actor, others error) error {
	if MayAdminister(by.User) != nil {
		return others
	}
	return MayActAsAdministrator(by)
}
