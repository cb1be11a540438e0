package gitd

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// Accounts looks up people and their keys for the SSH server. Errors are schema.Error: CodeNotFound
// if nothing matches.
type Accounts interface {
	// User returns an account by id.
	User(ctx context.Context, id int64) (schema.User, error)
	// UserByKey returns the account whose active key has the fingerprint, even if the account is
	// disabled.
	UserByKey(ctx context.Context, fingerprint string) (schema.User, error)
	// TouchKey records that an active key was used.
	TouchKey(ctx context.Context, fingerprint string, at time.Time) error
}

// Courses looks up courses, roles and repositories for the SSH server.
type Courses interface {
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Role returns a user's role in a course, "" if there is none.
	Role(ctx context.Context, course, user int64) (schema.Role, error)
	// CourseByID returns a course.
	CourseByID(ctx context.Context, id int64) (schema.Course, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// EnsureAssignment returns the assignment and creates it if it does not exist.
	EnsureAssignment(ctx context.Context, course int64, name string, at time.Time) (schema.Assignment, error)
	// EnsureRepository returns the repository row of that kind and owner and creates it if it does
	// not exist. r.ID is ignored.
	EnsureRepository(ctx context.Context, r schema.Repository) (schema.Repository, error)
	// FindRepository is like EnsureRepository but creates nothing: it returns CodeNotFound.
	FindRepository(ctx context.Context, r schema.Repository) (schema.Repository, error)
	// Repository returns a repository by id.
	Repository(ctx context.Context, id int64) (schema.Repository, error)
}
