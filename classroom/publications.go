package classroom

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// PublicationStore is the part of the store that publishing grades uses.
type PublicationStore interface {
	memberStore
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// RosterPeople returns the people of a course, by login.
	RosterPeople(ctx context.Context, course int64) ([]schema.RosterPerson, error)
	// Owner returns the facts that decide how much an owner of work for an assignment may see.
	Owner(ctx context.Context, assignment int64, owner string) (course.Owner, error)
	// Published returns the sections that an assignment is published for; "" means everybody.
	Published(ctx context.Context, assignment int64) ([]string, error)
	// Publish publishes an assignment for one section, or for everybody if section is
	// empty. CodeRefused: it is already published for them.
	Publish(ctx context.Context, by schema.Actor, a schema.Assignment, section string) error
	// Unpublish reverses Publish. CodeRefused: the assignment is not published for them.
	Unpublish(ctx context.Context, by schema.Actor, a schema.Assignment, section string) error
}

// Publications implements the actions that show tests with "visible: after_publish" to
// students, and hide them again.
type Publications struct {
	store PublicationStore
	clock func() time.Time
}

// Publication holds the sections that an assignment is published for.
type Publication struct {
	Assignment string   `json:"assignment"` // COURSE/ASSIGNMENT
	Everybody  bool     `json:"everybody"`
	Sections   []string `json:"sections"` // empty if Everybody is set or the assignment is not published
	// StillOpen lists the students who can still submit, among those for whom Publish has just
	// published the assignment.
	StillOpen []string `json:"still_open,omitempty"`
}

// Publish publishes an assignment for one section, or for everybody if section is empty.
func (p *Publications) Publish(ctx context.Context, by schema.Actor, code, name, section string) (Publication, error) {
	m, a, err := p.find(ctx, by, code, name, section)
	if err == nil {
		err = p.store.Publish(ctx, by, a, section)
	}
	if err != nil {
		return Publication{}, err
	}
	is, err := p.show(ctx, a)
	if err != nil {
		return is, err
	}
	is.StillOpen, err = p.stillOpen(ctx, m.Course, a, section)
	return is, err
}

// Unpublish hides the tests that Publish showed to the section, or to everybody.
func (p *Publications) Unpublish(ctx context.Context, by schema.Actor, code, name, section string) (Publication, error) {
	_, a, err := p.find(ctx, by, code, name, section)
	if err == nil {
		err = p.store.Unpublish(ctx, by, a, section)
	}
	if err != nil {
		return Publication{}, err
	}
	return p.show(ctx, a)
}

// Show returns the sections that an assignment is published for. Only staff may call it.
func (p *Publications) Show(ctx context.Context, by schema.Actor, code, name string) (Publication, error) {
	m, err := findMember(ctx, p.store, by, code)
	if err == nil {
		err = course.MaySeeGrades(m.Viewer(), code, "")
	}
	if err != nil {
		return Publication{}, err
	}
	a, err := p.store.Assignment(ctx, code, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return Publication{}, noAssignment(m, name)
	case err != nil:
		return Publication{}, fmt.Errorf("find assignment: %w", err)
	}
	return p.show(ctx, a)
}

func (p *Publications) show(ctx context.Context, a schema.Assignment) (Publication, error) {
	is := Publication{Assignment: a.Path(), Sections: []string{}}
	sections, err := p.store.Published(ctx, a.ID)
	if err != nil {
		return is, fmt.Errorf("read publication: %w", err)
	}
	if is.Everybody = slices.Contains(sections, ""); !is.Everybody {
		is.Sections = append(is.Sections, sections...)
	}
	return is, nil
}

// find returns an assignment whose grades the actor may publish, and checks that the course
// has such a section.
func (p *Publications) find(ctx context.Context, by schema.Actor, code, name, section string) (Member, schema.Assignment, error) {
	m, err := findMember(ctx, p.store, by, code)
	if err == nil {
		err = course.MayPublish(m.Viewer(), code)
	}
	if err != nil {
		return m, schema.Assignment{}, err
	}
	a, err := p.store.Assignment(ctx, code, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return m, a, noAssignment(m, name)
	case err != nil:
		return m, a, fmt.Errorf("find assignment: %w", err)
	case section == "":
		return m, a, nil
	}
	people, err := p.inSection(ctx, m.Course, section)
	if err == nil && len(people) == 0 {
		err = schema.Errorf(schema.CodeNotFound, "no student of %s is in section %q", code, section)
	}
	return m, a, err
}

// inSection returns the students of a section, "" for all.
func (p *Publications) inSection(ctx context.Context, c schema.Course, section string) ([]string, error) {
	people, err := p.store.RosterPeople(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	var logins []string
	for _, who := range people {
		if who.Role == schema.RoleStudent && (section == "" || course.ShareSection(section, who.Section)) {
			logins = append(logins, who.Login)
		}
	}
	return logins, nil
}

// stillOpen returns the students of a section who can still submit.
func (p *Publications) stillOpen(ctx context.Context, c schema.Course, a schema.Assignment, section string) ([]string, error) {
	people, err := p.inSection(ctx, c, section)
	if err != nil {
		return nil, err
	}
	var open []string
	now := p.clock()
	for _, login := range people {
		of, err := p.store.Owner(ctx, a.ID, login)
		if err != nil {
			return nil, fmt.Errorf("find owner: %w", err)
		}
		if !of.Schedule.End().IsZero() && !of.Schedule.Ended(now) {
			open = append(open, login)
		}
	}
	return open, nil
}
