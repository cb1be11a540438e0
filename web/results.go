// Package web serves the site: sign-in, courses, assignments and live submissions. Its pages are
// readable without JavaScript and update live with it.
package web

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/identity"
)

// Accounts is the site's port for accounts, in addition to the classroom. Its methods return
// CodeNotFound if nothing matches.
type Accounts interface {
	// User returns an account by id.
	User(ctx context.Context, id int64) (schema.User, error)
	// Enrolments returns a user's courses, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
}

// Results is the site's port for submissions and grades.
type Results interface {
	// Submission returns one submission with its latest job and result; number 0 is the latest.
	Submission(ctx context.Context, name schema.SubmissionName) (schema.GradedSubmission, error)
	// Submissions returns an owner's submissions, newest first, with summaries of their results.
	Submissions(ctx context.Context, assignment int64, owner string, limit int) ([]schema.GradedSubmission, error)
	// Tries returns an owner's tries for an assignment, newest first, with summaries of their results.
	Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error)
	// Recent returns a user's latest submissions over all courses, with summaries of their results.
	Recent(ctx context.Context, user int64, limit int) ([]schema.GradedSubmission, error)
	// Latest returns the latest submission of each owner for an assignment, newest first, at most
	// limit, with summaries of their results.
	Latest(ctx context.Context, assignment int64, limit int) ([]schema.GradedSubmission, error)
	// Counted returns the submissions that count for grades, by assignment and owner of the submission, with
	// summaries of their results. It leaves out grades for which none counts.
	Counted(ctx context.Context, grades ...schema.Grade) (map[course.WorkOf]schema.GradedSubmission, error)
	// Grade returns an owner's grade for an assignment. Its Number is 0 if no submission counts.
	Grade(ctx context.Context, assignment int64, owner string) (schema.Grade, error)
	// LastRegrade returns what the latest applied regrade set changed in an owner's grade. It returns
	// false if none changed it.
	LastRegrade(ctx context.Context, assignment int64, owner string) (schema.RegradeNotice, bool, error)
	// Terms returns the terms that apply to a push of the owner at the time now.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// Events returns a job's events after seq, at most limit.
	Events(ctx context.Context, job, seq int64, limit int) ([]schema.Event, error)
}

// Live is the site's port to the scheduler; see gitd.Queue for the contract.
type Live interface {
	// Watch streams a job's events after seq.
	Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error)
	// Place returns the place of a queued job.
	Place(job int64) schema.Place
}

// Handouts reads a file of a repository, such as the handout.
type Handouts interface {
	ReadFile(ctx context.Context, repository int64, commit, path string, max int64) ([]byte, error)
}

// Starters are the first files of a tests repository, by language.
type Starters struct {
	Languages []string
	Files     func(language string) []schema.UploadFile
}

// Trees lists the files of a commit.
type Trees interface {
	// Files returns the files of a commit by path. CodeLimit: the number of files exceeds most.
	Files(ctx context.Context, repository int64, commit string, most int) ([]course.TreeEntry, error)
	// Changed returns the sorted paths of the files that differ between two commits. CodeLimit: one
	// of the commits has more than most files.
	Changed(ctx context.Context, repository int64, from, to string, most int) ([]string, error)
}

// SignInService is a service that identifies people.
type SignInService interface {
	// Label returns the name of the service for people.
	Label() string
	// Matching returns the rule that finds the account of an identity.
	Matching() schema.IdentityRule
	// Start returns the service's address at which an attempt begins. CodeUnavailable: the service
	// cannot be reached.
	Start(ctx context.Context, a identity.Attempt) (string, error)
	// Finish returns the identity of the person who returned with the code. CodeRefused: the service
	// does not confirm it.
	Finish(ctx context.Context, a identity.Attempt, code string) (schema.Identity, error)
}

// Uploads receives the files that are handed in on a page.
type Uploads interface {
	// Upload pushes files as one commit of the actor. CodeRefused: the push was refused, and the
	// message says why.
	Upload(ctx context.Context, by schema.Actor, u schema.Upload) (schema.Uploaded, error)
}

// Sessions is the durable store of browser sessions.
type Sessions interface {
	// FindSession returns a session. It returns false if the session has expired or ended.
	FindSession(ctx context.Context, token string) (schema.Session, bool, error)
	// TouchSession records that a session was used now.
	TouchSession(ctx context.Context, token string) error
	// SaveSession stores a session. CodeUnauthenticated: its key or account is no longer valid.
	SaveSession(ctx context.Context, s schema.Session) error
	// DeleteSession ends a session. It returns no error if the session does not exist.
	DeleteSession(ctx context.Context, token string) error
}
