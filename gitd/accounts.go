package gitd

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// Accounts is what the SSH server asks about people and their keys besides what the
// classroom does. Errors are schema.Error: CodeNotFound if nothing matches.
type Accounts interface {
	// User returns an account by id.
	User(ctx context.Context, id int64) (schema.User, error)
	// UserByKey returns the account whose active key has the fingerprint, a disabled one too.
	UserByKey(ctx context.Context, fingerprint string) (schema.User, error)
	// TouchKey notes that an active key was used.
	TouchKey(ctx context.Context, fingerprint string, at time.Time) error
}

// Courses is what the SSH server asks about classes.
type Courses interface {
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Role returns a user's role in a course, "" if there is none.
	Role(ctx context.Context, course, user int64) (schema.Role, error)
	// CourseByID returns a course.
	CourseByID(ctx context.Context, id int64) (schema.Course, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// EnsureAssignment returns the assignment, made if it is not there.
	EnsureAssignment(ctx context.Context, course int64, name string, at time.Time) (schema.Assignment, error)
	// EnsureRepository returns the repository row of that kind and owner, made if
	// it is not there; r.ID is ignored.
	EnsureRepository(ctx context.Context, r schema.Repository) (schema.Repository, error)
	// FindRepository is EnsureRepository without making: CodeNotFound.
	FindRepository(ctx context.Context, r schema.Repository) (schema.Repository, error)
	// Repository returns a repository by id.
	Repository(ctx context.Context, id int64) (schema.Repository, error)
}
