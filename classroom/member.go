package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Member is an actor with their role in one course.
type Member struct {
	Actor   schema.Actor
	Course  schema.Course
	Role    schema.Role            // "" for an administrator who is not enrolled
	Dropped bool                   // left the course
	Owners  map[string]bool        // students whose work a TA restricted to sections may see; nil: everybody
	Teams   map[course.TeamOf]bool // of these students
}

// Viewer returns the member as a course.Viewer.
func (m Member) Viewer() course.Viewer {
	return course.Viewer{Login: m.Actor.User.Login, Role: m.Role, Admin: m.Actor.User.Admin, Dropped: m.Dropped, TA: m.Course.Settings.TA, Owners: m.Owners, Teams: m.Teams}
}

// memberStore is the part of the store that reads a person's role in a course.
type memberStore interface {
	Course(ctx context.Context, code string) (schema.Course, error)
	Role(ctx context.Context, course, user int64) (schema.Role, error)
	// Dropped reports whether a person of the course was dropped from it.
	Dropped(ctx context.Context, course, user int64) (bool, error)
	// SectionOwners returns the students in a TA's sections, and the teams of these students.
	SectionOwners(ctx context.Context, course, user int64) (map[string]bool, map[course.TeamOf]bool, error)
}

// findMember returns the actor's membership of a course. CodeNotFound: the actor has no
// role in the course, or there is no such course; both have the same message.
func findMember(ctx context.Context, store memberStore, by schema.Actor, code string) (Member, error) {
	m := Member{Actor: by}
	if err := course.MayEnter(by.User); err != nil {
		return m, err
	}
	found, err := store.Course(ctx, code)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound && by.User.Admin:
		return m, err
	case schema.CodeOf(err) == schema.CodeNotFound:
		return m, course.MaySeeCourse(course.Viewer{Login: by.User.Login}, code)
	case err != nil:
		return m, fmt.Errorf("find course: %w", err)
	}
	return memberOf(ctx, store, by, found)
}

// memberOf is findMember for a course that has been read.
func memberOf(ctx context.Context, store memberStore, by schema.Actor, in schema.Course) (Member, error) {
	m := Member{Actor: by, Course: in}
	err := course.MayEnter(by.User)
	if err != nil {
		return m, err
	}
	if m.Role, err = store.Role(ctx, m.Course.ID, by.User.ID); err != nil {
		return m, fmt.Errorf("find role: %w", err)
	}
	if m.Role == schema.RoleStudent {
		if m.Dropped, err = store.Dropped(ctx, m.Course.ID, by.User.ID); err != nil {
			return m, fmt.Errorf("find enrolment: %w", err)
		}
	}
	if m.Role == schema.RoleTA && m.Course.Settings.TA.OwnSection {
		if m.Owners, m.Teams, err = store.SectionOwners(ctx, m.Course.ID, by.User.ID); err != nil {
			return m, fmt.Errorf("find sections: %w", err)
		}
	}
	return m, course.MaySeeCourse(m.Viewer(), in.Code)
}
