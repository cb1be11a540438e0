package gitd

import (
	"context"
	"time"

	"github.com/grader/grader/schema"
)

// Accounts is what the SSH server asks about people and their keys. Errors are
// schema.Error: CodeNotFound where nothing matches.
type Accounts interface {
	// User returns an account by id.
	User(ctx context.Context, id int64) (schema.User, error)
	// UserByKey returns the account whose active key has the fingerprint.
	UserByKey(ctx context.Context, fingerprint string) (schema.User, error)
	// TouchKey notes that an active key was used.
	TouchKey(ctx context.Context, fingerprint string, at time.Time) error
	// RedeemCode binds a proved key, active, to the account that the one-time code
	// names, and spends the code. CodeRefused: unknown, spent or expired code, or
	// a key that is active elsewhere.
	RedeemCode(ctx context.Context, code string, key schema.Key, at time.Time) (schema.User, error)
	// Keys returns a user's keys, oldest first.
	Keys(ctx context.Context, user int64) ([]schema.Key, error)
	// AddKey adds a key, pending unless key.Active. CodeConflict: it is there already.
	AddKey(ctx context.Context, key schema.Key) error
	// RemoveKey removes a user's key. CodeRefused: it is the last active one.
	RemoveKey(ctx context.Context, user int64, fingerprint string) error
	// NewCode makes a one-time code that binds a key to the account.
	NewCode(ctx context.Context, user int64, expires time.Time) (string, error)
	// NewLoginToken makes the one-time token of a sign-in link.
	NewLoginToken(ctx context.Context, user int64, expires time.Time) (string, error)
}

// Courses is what the SSH server asks about classes.
type Courses interface {
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Course returns a course by its code.
	Course(ctx context.Context, code string) (schema.Course, error)
	// Role returns a user's role in a course, "" where there is none.
	Role(ctx context.Context, course, user int64) (schema.Role, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
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
