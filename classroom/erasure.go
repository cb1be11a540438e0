package classroom

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ErasureStore is the part of the store that exporting and erasing a person use.
type ErasureStore interface {
	// UserByLogin returns an account by its login. CodeNotFound: unknown login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Keys returns a user's keys, oldest first.
	Keys(ctx context.Context, user int64) ([]schema.Key, error)
	// NoticeDestinations returns the notice destinations of a user, oldest first.
	NoticeDestinations(ctx context.Context, user int64) ([]schema.NoticeDestination, error)
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// RosterPeople returns the people of a course, by login.
	RosterPeople(ctx context.Context, course int64) ([]schema.RosterPerson, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// Terms returns the terms for a push of the owner at that moment.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// AllSubmissions returns at most limit submissions to an assignment, oldest first,
	// starting after a submission (0: from the beginning). If owners is nil, it returns
	// submissions of every owner.
	AllSubmissions(ctx context.Context, assignment int64, owners []string, after int64, limit int) ([]schema.GradedSubmission, error)
	// Tries returns at most limit tries of an owner for an assignment, newest first, with
	// summaries of their results.
	Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error)
	// OwnerComments returns the comments on all submissions of an owner for an assignment.
	OwnerComments(ctx context.Context, assignment int64, owner string) ([]schema.Comment, error)
	// Grades returns the grades of a course, by owner and assignment; owner "" means everybody.
	Grades(ctx context.Context, course int64, owner string) ([]schema.Grade, error)
	// SeatsOf returns the seats that a person has or had in teams of an assignment.
	SeatsOf(ctx context.Context, assignment int64, login string) ([]schema.Seat, error)
	// GitHubAccounts returns the accounts at GitHub that are linked to an account.
	GitHubAccounts(ctx context.Context, user int64) ([]schema.GitHubAccount, error)
	// AuditLog returns the entries that a query selects, newest first.
	AuditLog(ctx context.Context, q schema.AuditQuery) ([]schema.AuditEntry, error)
	// Erase replaces a person by an alias everywhere, and returns the person's
	// repositories. CodeRefused: work of the person is being graded.
	Erase(ctx context.Context, by schema.Actor, user schema.User, alias string) ([]int64, error)
}

// Erasures implements the actions on all data about one person.
type Erasures struct {
	store   ErasureStore
	clock   func() time.Time
	revoked *Revocations
}

// Erased is the result of erasing a person. The caller removes the directories of the
// repositories.
type Erased struct {
	Alias        string  `json:"alias"`
	Repositories []int64 `json:"repositories"`
}

// Erase replaces a person by an alias. It keeps grades, and deletes the name, address,
// keys, receipts, texts of results and repositories. CodeRefused: the person can still hand
// in work and force is false, or work is being graded.
func (e *Erasures) Erase(ctx context.Context, by schema.Actor, login string, force bool) (Erased, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return Erased{}, err
	}
	user, err := e.store.UserByLogin(ctx, login)
	if err != nil {
		return Erased{}, err
	}
	if user.ID == by.User.ID {
		return Erased{}, schema.Errorf(schema.CodeRefused, "%s is your own account; let another administrator erase it", login)
	}
	if !force {
		if err := e.closed(ctx, user); err != nil {
			return Erased{}, err
		}
	}
	done := Erased{Alias: "erased-" + strings.ToLower(rand.Text()[:10])}
	if done.Repositories, err = e.store.Erase(ctx, by, user, done.Alias); err != nil {
		return Erased{}, err
	}
	e.revoked.tell(Revocation{User: user.ID, Why: "the account was erased"})
	return done, nil
}

// closed returns an error if the person can still hand in work in a course.
func (e *Erasures) closed(ctx context.Context, user schema.User) error {
	enrolments, err := e.store.Enrolments(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("find courses: %w", err)
	}
	for _, enrolment := range enrolments {
		all, err := e.store.Assignments(ctx, enrolment.Course.ID)
		if err != nil {
			return fmt.Errorf("list assignments: %w", err)
		}
		for _, a := range all {
			if a.Active == nil {
				continue
			}
			now := e.clock()
			terms, err := e.store.Terms(ctx, a.ID, user.Login, now)
			if err != nil {
				return fmt.Errorf("read terms: %w", err)
			}
			if !terms.Schedule.Ended(now) {
				return schema.Errorf(schema.CodeRefused, "%s is in %s, where %s is still open; wait until it has ended, or erase with --force", user.Login, a.Course.Code, a.Name)
			}
		}
	}
	return nil
}
