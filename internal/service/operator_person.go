package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// PersonArgs names a person.
type PersonArgs struct {
	Login string
	Force bool // erase even if the person can still hand in work
}

func (o *accountOperations) exportPerson(ctx context.Context, a PersonArgs) (classroom.Person, error) {
	return o.Erasures.Export(ctx, o.by, a.Login)
}

// erase erases a person, and then the person's repositories. If that fails, the alias can
// be erased again.
func (o *accountOperations) erase(ctx context.Context, a PersonArgs) (classroom.Erased, error) {
	done, err := o.Erasures.Erase(ctx, o.by, a.Login, a.Force)
	if err != nil {
		return done, err
	}
	for _, id := range done.Repositories {
		if err := o.repos.Remove(ctx, id); err != nil {
			return done, schema.Wrapf(schema.CodeUnavailable, err, "%s is now %s, but repository %d could not be removed: %s; try again: grader admin erase %s --force",
				a.Login, done.Alias, id, err, done.Alias)
		}
	}
	return done, nil
}
