package course

import (
	"time"

	"github.com/grader/grader/schema"
)

// Action is an action on a repository or a submission that needs permission.
type Action string

// The actions.
const (
	ActionPush      Action = "push"       // to a repository
	ActionFetch     Action = "fetch"      // from a repository
	ActionSee       Action = "see"        // a submission or an assignment
	ActionSeeOthers Action = "see-others" // any owner's work in a course
	ActionRerun     Action = "rerun"      // a submission
)

// MaySeeCourse decides whether the viewer may know about the course; the error is CodeNotFound.
func MaySeeCourse(v Viewer, code string) error {
	switch v.role() {
	case schema.RoleStudent, schema.RoleTA, schema.RoleInstructor:
		return nil
	}
	return schema.Errorf(schema.CodeNotFound, "%s is unknown, or you are not enrolled; ask its staff to enrol you", code)
}

// MayUse decides whether the viewer may push to or fetch from the repository of the path.
// CodeForbidden says why not. CodeNotFound: the viewer is not enrolled (Role ""); strangers may not
// know about a course. CodeRefused: this version does not support it.
func MayUse(v Viewer, action Action, path schema.RepositoryPath) error {
	if err := MaySeeCourse(v, path.Course); err != nil {
		return err
	}
	switch action {
	case ActionPush:
		return mayPush(v, path)
	case ActionFetch:
		return mayFetch(v, path)
	}
	return schema.Errorf(schema.CodeForbidden, "a repository can be pushed to and fetched from, and nothing else")
}

func mayPush(v Viewer, path schema.RepositoryPath) error {
	role := v.role()
	own := path.Course + "/" + path.Assignment
	switch path.Kind {
	case schema.RepositoryOwn:
		if v.Dropped && role == schema.RoleStudent {
			return schema.Errorf(schema.CodeForbidden, "you were dropped from %s and cannot hand in work; what you handed in before stays. Ask its staff if that is a mistake", path.Course)
		}
		return nil
	case schema.RepositoryTests:
		if role != schema.RoleInstructor {
			return schema.Errorf(schema.CodeForbidden, "only instructors of %s push to %s/tests; push your own work to %s", path.Course, own, own)
		}
		return nil
	case schema.RepositoryOwner:
		return schema.Errorf(schema.CodeForbidden, "you cannot push to another person's repository; your own is %s", own)
	case schema.RepositoryCourse:
		if role != schema.RoleInstructor {
			return schema.Errorf(schema.CodeForbidden, "only instructors of %s push to %s/course", path.Course, path.Course)
		}
		return nil
	}
	return schema.Errorf(schema.CodeNotFound, "there is no such repository")
}

func mayFetch(v Viewer, path schema.RepositoryPath) error {
	role := v.role()
	own := path.Course + "/" + path.Assignment
	switch path.Kind {
	case schema.RepositoryOwn:
		return nil
	case schema.RepositoryTests, schema.RepositoryCourse:
		if !role.Staff() {
			return schema.Errorf(schema.CodeForbidden, "only the staff of %s read this repository", path.Course)
		}
		return nil
	case schema.RepositoryOwner:
		if !role.Staff() {
			return schema.Errorf(schema.CodeForbidden, "only the staff of %s read the repositories of students; your own is %s", path.Course, own)
		}
		return mayTouch(v.In(path.Assignment), path.Course, path.Owner)
	}
	return schema.Errorf(schema.CodeNotFound, "there is no such repository")
}

// MaySee decides whether the viewer may see the submission at all; the error is CodeNotFound. A
// name without an owner means the viewer's own submission. A former member may see some submissions
// of the team; MaySeeReceived decides which.
func MaySee(a Access, name schema.SubmissionName) error {
	role := a.Viewer.role()
	_, left := a.Owner.Left[a.Viewer.Login]
	own := name.Owner == "" || a.Own()
	switch {
	case role.Staff() && !own:
		return mayTouch(a.Viewer.In(name.Assignment), name.Course, name.Owner)
	case role.Staff(), role == schema.RoleStudent && (own || left && name.Number > 0):
		return nil
	}
	return noSubmission(name)
}

// MaySeeReceived decides whether the viewer may see a submission received at that time; the error
// is CodeNotFound. A former member of a team may see its submissions from before they left.
func MaySeeReceived(a Access, name schema.SubmissionName, received time.Time) error {
	if err := MaySee(a, name); err != nil {
		return err
	}
	if !a.Viewer.role().Staff() && !a.Had(received) {
		return noSubmission(name)
	}
	return nil
}

func noSubmission(name schema.SubmissionName) error {
	return schema.Errorf(schema.CodeNotFound, "there is no submission %s, or none that you may see", name)
}

// MayList decides whether the viewer may list the submissions of an owner in the course; owner ""
// means everybody. For a team, the viewer must be in its assignment.
func MayList(v Viewer, code, owner string) error {
	switch {
	case v.Staff() && owner == "":
		return nil
	case v.Staff():
		return mayTouch(v, code, owner)
	}
	if owner != "" && owner == v.Login && v.role() == schema.RoleStudent {
		return nil
	}
	return schema.Errorf(schema.CodeForbidden, "only the staff of %s list the submissions of others", code)
}
