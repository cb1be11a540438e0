package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Member is what an actor is in one course.
type Member struct {
	Actor   schema.Actor
	Course  schema.Course
	Role    schema.Role     // "" for an administrator who is not enrolled
	Dropped bool            // left the course
	Owners  map[string]bool // whose work a TA sees who is restricted to their sections; nil: everybody's
}

// Viewer returns the member in the form that the rules take.
func (m Member) Viewer() course.Viewer {
	return course.Viewer{Login: m.Actor.User.Login, Role: m.Role, Admin: m.Actor.User.Admin, Dropped: m.Dropped, TA: m.Course.Settings.TA, Owners: m.Owners}
}

// memberStore is the part of the store that reads a person's role in a course.
type memberStore interface {
	Course(ctx context.Context, code string) (schema.Course, error)
	Role(ctx context.Context, course, user int64) (schema.Role, error)
	// Dropped reports whether a person of the course was dropped from it.
	Dropped(ctx context.Context, course, user int64) (bool, error)
	// SectionOwners returns the students who are in a section of a TA's.
	SectionOwners(ctx context.Context, course, user int64) (map[string]bool, error)
}

// findMember returns what the actor is in a course. CodeNotFound, in the same words,
// where they are nothing in it and where there is no such course.
func findMember(ctx context.Context, store memberStore, by schema.Actor, code string) (Member, error) {
	m := Member{Actor: by}
	if err := course.MayEnter(by.User); err != nil {
		return m, err
	}
	var err error
	m.Course, err = store.Course(ctx, code)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound && by.User.Admin:
		return m, err
	case schema.CodeOf(err) == schema.CodeNotFound:
		return m, course.MaySeeCourse(course.Viewer{Login: by.User.Login}, code)
	case err != nil:
		return m, fmt.Errorf("find course: %w", err)
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
		if m.Owners, err = store.SectionOwners(ctx, m.Course.ID, by.User.ID); err != nil {
			return m, fmt.Errorf("find sections: %w", err)
		}
	}
	return m, course.MaySeeCourse(m.Viewer(), code)
}
