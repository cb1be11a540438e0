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

// MayControlPool decides whether a person may pause, drain and resize the pool of a flavour.
// Administrators may, and instructors of a course whose assignments may run on it. MaySetPoolMode
// and MaySizePool decide about each change. The error is CodeForbidden.
func MayControlPool(by schema.User, enrolments []schema.Enrolment, flavour string) error {
	if MayAdminister(by) == nil {
		return nil
	}
	for _, e := range enrolments {
		if e.Role == schema.RoleInstructor && e.Course.Allows(flavour) && !by.Disabled {
			return nil
		}
	}
	return schema.Errorf(schema.CodeForbidden, "only an administrator, or an instructor of a course that uses the flavour %s, may do that; ask one of them", schema.Sanitize(flavour))
}

// MaySetPoolMode decides whether a person who may control a pool may change its mode. Only
// administrators may change a mode that an administrator set; for others the error is CodeRefused.
func MaySetPoolMode(by schema.User, now schema.PoolControl) error {
	if !now.AdminMode || MayAdminister(by) == nil {
		return nil
	}
	return schema.Errorf(schema.CodeRefused, "an administrator set the flavour %s to %s; ask an administrator to change that", now.Flavour, now.Mode)
}

// MaySizePool decides whether a person who may control a pool may change its numbers of runners.
// Only administrators may change numbers that an administrator set; for others the error is
// CodeRefused.
func MaySizePool(by schema.User, now schema.PoolControl) error {
	if !now.AdminSize || MayAdminister(by) == nil {
		return nil
	}
	return schema.Errorf(schema.CodeRefused, "an administrator set the runners of the flavour %s (%s); ask an administrator to change that", now.Flavour, now.Size())
}

// MayHaveRunners decides whether a person who may change the numbers of runners may set this maximum.
// Only administrators may exceed the configuration; for others the error is CodeRefused. A nil most
// means the configured maximum.
func MayHaveRunners(by schema.User, configured schema.Flavour, most *int) error {
	if most == nil || *most <= configured.Max || MayAdminister(by) == nil {
		return nil
	}
	return schema.Errorf(schema.CodeRefused, "the configuration allows at most %d runners of the flavour %s; set at most that, or ask an administrator for more", configured.Max, configured.Name)
}
