package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// reachStore is the part of the store that reads whose work the staff of a course see.
type reachStore interface {
	memberStore
	// RosterPeople returns the people of a course, by login.
	RosterPeople(ctx context.Context, course int64) ([]schema.RosterPerson, error)
}

// reaches holds the staff of a course as viewers, by the ids of their accounts.
type reaches map[int64]course.Viewer

// readReaches returns the staff of a course with its present settings.
func readReaches(ctx context.Context, store reachStore, code string) (reaches, error) {
	of, err := store.Course(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("find course: %w", err)
	}
	people, err := store.RosterPeople(ctx, of.ID)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	all := make(reaches)
	for _, p := range people {
		if !p.Role.Staff() || p.Dropped {
			continue
		}
		v := course.Viewer{Login: p.Login, Role: p.Role, TA: of.Settings.TA}
		if p.Role == schema.RoleTA && of.Settings.TA.OwnSection {
			if v.Owners, v.Teams, err = store.SectionOwners(ctx, of.ID, p.UserID); err != nil {
				return nil, fmt.Errorf("find sections: %w", err)
			}
		}
		all[p.UserID] = v
	}
	return all, nil
}

// changeReach calls change, which changes the enrolments or the settings of a course. It then ends the
// sessions and streams in the course of staff who see less than before, or of all its staff if they cannot be
// read after the change.
func changeReach(ctx context.Context, store reachStore, revoked *Revocations, of schema.Course, change func() error) error {
	before, err := readReaches(ctx, store, of.Code)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := readReaches(context.WithoutCancel(ctx), store, of.Code)
	for user, was := range before {
		if is := after[user]; err != nil || is.SeesLess(was) {
			revoked.tell(Revocation{User: user, Course: of.ID, Why: "your permissions in " + of.Code + " have changed"})
		}
	}
	return nil
}
