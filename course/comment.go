package course

import "github.com/grader/grader/schema"

// MayComment decides whether the viewer may comment on an owner's work. Instructors may, and TAs
// unless course.yaml forbids it.
func MayComment(v Viewer, code, owner string) error {
	if err := MaySeeCourse(v, code); err != nil {
		return err
	}
	switch {
	case !v.Staff():
		return schema.Errorf(schema.CodeForbidden, "only the staff of %s comment on work", code)
	case v.role() == schema.RoleTA && v.TA.NoComment:
		return notTAs(code, "comment on work")
	}
	return mayTouch(v, code, owner)
}

// MayRemoveComment decides whether the viewer may remove a comment. Instructors may, and its author
// if they may still comment.
func MayRemoveComment(v Viewer, code, owner, author string) error {
	if err := MayComment(v, code, owner); err != nil {
		return err
	}
	if v.role() != schema.RoleInstructor && v.Login != author {
		return schema.Errorf(schema.CodeForbidden, "only %s and instructors of %s remove this comment", author, code)
	}
	return nil
}
