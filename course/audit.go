package course

// MayReadAudit decides whether the viewer may read who did what in a course: instructors may.
func MayReadAudit(v Viewer, code string) error {
	return onlyInstructors(v, code, "read the audit log")
}
