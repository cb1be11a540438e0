package course

import (
	"time"

	"github.com/grader/grader/schema"
)

// FreeRetries is the number of times that an owner may have one commit graded again after a machine
// failed.
const FreeRetries = 2

// Rerun is a submission to be graded again.
type Rerun struct {
	Name    schema.SubmissionName
	Commit  string
	State   schema.State         // of its latest job
	Logins  []string             // of the owner: one, or the members of a team
	Left    map[string]time.Time // former members of the team, and when they left
	Retries int                  // free retries that the owner has used for the commit
}

// MayRerun decides whether the viewer may have a submission graded again, and whether that uses one
// of the owner's free retries. Staff may once the latest job has ended; the owner may if it failed.
// CodeRefused says why not. CodeNotFound: the submission is not the viewer's.
func MayRerun(a Access, r Rerun) (free bool, err error) {
	if err := MaySee(a, r.Name); err != nil {
		return false, err
	}
	switch {
	case !r.State.Ended():
		return false, schema.Errorf(schema.CodeRefused, "%s is still being graded; wait until it has ended", r.Name)
	case a.Viewer.role() == schema.RoleTA && a.Viewer.TA.NoRerun && !a.Own():
		return false, notTAs(r.Name.Course, "rerun submissions")
	case a.Viewer.Staff():
		return false, nil
	case !a.Own():
		return false, schema.Errorf(schema.CodeForbidden, "you left team %s; its members can have %s graded again", r.Name.Owner, r.Name)
	case r.State == schema.StateCancelled:
		return false, schema.Errorf(schema.CodeRefused, "%s was received and not graded; ask the staff to have it graded", r.Name)
	case r.State != schema.StateFailed:
		return false, schema.Errorf(schema.CodeRefused, "%s was graded; only what our machines failed to grade can be run again: push to try again, or ask the staff", r.Name)
	case r.Retries >= FreeRetries:
		return false, schema.Errorf(schema.CodeRefused, "both free retries of commit %.7s are spent; ask the staff", r.Commit)
	}
	return true, nil
}
