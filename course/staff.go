package course

import (
	"strings"

	"github.com/grader/grader/schema"
)

// MayExtend decides whether the viewer may grant or remove an extension. Instructors may, and TAs
// if course.yaml allows it.
func MayExtend(v Viewer, code, owner string) error {
	if v.role() == schema.RoleTA && v.TA.Extensions {
		return mayTouch(v, code, owner)
	}
	return onlyInstructors(v, code, "grant extensions")
}

// MayChangeTimes decides whether the viewer may confirm an outage or set late days:
// instructors may.
func MayChangeTimes(v Viewer, code string) error {
	return onlyInstructors(v, code, "record outages and set late days")
}

// MayAdjust decides whether the viewer may add points to an owner's grade or subtract them.
// Instructors may, and TAs unless course.yaml forbids it.
func MayAdjust(v Viewer, code, owner string) error {
	if err := MaySeeCourse(v, code); err != nil {
		return err
	}
	switch {
	case !v.Staff():
		return schema.Errorf(schema.CodeForbidden, "only the staff of %s adjust grades", code)
	case v.role() == schema.RoleTA && v.TA.NoAdjust:
		return notTAs(code, "adjust grades")
	}
	return mayTouch(v, code, owner)
}

// notTAs returns the error for a TA if course.yaml leaves an action to instructors.
func notTAs(code, do string) error {
	return schema.Errorf(schema.CodeForbidden, "the TAs of %s do not %s (course.yaml says so); ask an instructor", code, do)
}

// mayTouch rejects a TA who is restricted to their own sections if the owner is in none of them.
func mayTouch(v Viewer, code, owner string) error {
	if v.SeesOwner(owner) {
		return nil
	}
	return schema.Errorf(schema.CodeForbidden, "%s is in none of your sections of %s; ask an instructor", owner, code)
}

// MaySeeGrades decides whether the viewer may see the grades of an owner. Staff may. owner "" means
// everybody whose work the viewer sees. Teams of several assignments may have the owner's name; a list still leaves
// out those that the viewer does not see.
func MaySeeGrades(v Viewer, code, owner string) error {
	if err := MaySeeCourse(v, code); err != nil {
		return err
	}
	if !v.Staff() {
		return schema.Errorf(schema.CodeForbidden, "only the staff of %s see everybody's grades", code)
	}
	if owner == "" {
		return nil
	}
	if v.seesNamed(owner) {
		return nil
	}
	return mayTouch(v, code, owner)
}

// MayImportRoster decides whether the viewer may change the people of a course with a roster file:
// instructors may.
func MayImportRoster(v Viewer, code string) error { return onlyInstructors(v, code, "import rosters") }

func onlyInstructors(v Viewer, code, do string) error {
	if err := MaySeeCourse(v, code); err != nil {
		return err
	}
	if v.role() != schema.RoleInstructor {
		return schema.Errorf(schema.CodeForbidden, "only instructors of %s %s", code, do)
	}
	return nil
}

// Mark is a submission that its owner wants to count.
type Mark struct {
	Name  schema.SubmissionName
	Rule  string // submissions.counts of the assignment
	Kept  bool   // it was received after the end
	Ended bool   // the owner's time is over
}

// MayMark decides whether the viewer may mark a submission. After the end nobody may, because
// hidden results must not decide which one counts.
func MayMark(a Access, m Mark) error {
	if err := MaySee(a, m.Name); err != nil {
		return err
	}
	switch {
	case a.Viewer.Staff() || !a.Own():
		return schema.Errorf(schema.CodeForbidden, "only %s marks a submission of theirs", m.Name.Owner)
	case m.Rule != "marked":
		return schema.Errorf(schema.CodeRefused, "in %s/%s the %s submission counts; nothing needs to be marked", m.Name.Course, m.Name.Assignment, m.Rule)
	case m.Kept:
		return schema.Errorf(schema.CodeRefused, "%s came after the end and is not graded; mark another one", m.Name)
	case m.Ended:
		return schema.Errorf(schema.CodeRefused, "%s/%s is closed; ask the course staff if another submission should count", m.Name.Course, m.Name.Assignment)
	}
	return nil
}

// MaySubmitFor decides whether the viewer may submit work for somebody else: instructors may.
func MaySubmitFor(v Viewer, code string) error {
	return onlyInstructors(v, code, "hand in work for others")
}

// MayRegrade decides whether the viewer may grade a class again: instructors may.
func MayRegrade(v Viewer, code string) error { return onlyInstructors(v, code, "make regrade sets") }

// MayAudit decides whether the viewer may read the audit log of a course: instructors may.
func MayAudit(v Viewer, code string) error { return onlyInstructors(v, code, "read its audit log") }

// MayActivate decides whether the viewer may activate another version of tests: instructors
// may, if it was active or passed its gate.
func MayActivate(v Viewer, path string, active, next schema.Version) error {
	code, _, _ := strings.Cut(path, "/")
	if err := onlyInstructors(v, code, "activate tests"); err != nil {
		return err
	}
	switch next.State {
	case schema.VersionActive:
		return schema.Errorf(schema.CodeRefused, "version %d of the tests of %s is active already", next.Number, path)
	case schema.VersionCandidate:
		return schema.Errorf(schema.CodeRefused, "the gate of version %d of the tests of %s has not ended", next.Number, path)
	case schema.VersionRejected:
		return schema.Errorf(schema.CodeRefused, "version %d of the tests of %s did not pass its gate: log %s/tests/%d says why. To make it active all the same, push it with -o %s",
			next.Number, path, path, next.Number, schema.SkipGate)
	}
	return nil
}
