package service

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// FlavourUse describes how a course uses a flavour.
type FlavourUse struct {
	Course      string   `json:"course"`
	Flavour     string   `json:"flavour"`
	Default     bool     `json:"default"`     // assignments without a flavour run on it
	Assignments []string `json:"assignments"` // assignments whose active tests run on it
}

// Words describes the uses of a flavour: "its default, and that of a1, a2".
func (u FlavourUse) Words() string {
	names := strings.Join(u.Assignments, ", ")
	switch {
	case u.Default && names != "":
		return "its default, on which run " + names
	case u.Default:
		return "its default"
	case names != "":
		return "on which run " + names
	}
	return "which its assignments may name"
}

// Waits reports whether pushes would wait without the flavour. If it returns false, no assignment uses
// the flavour yet.
func (u FlavourUse) Waits() bool { return u.Default || len(u.Assignments) > 0 }

func (o *machineOperations) flavourUses(ctx context.Context, _ None) ([]FlavourUse, error) {
	if err := course.MayAdminister(o.by.User); err != nil {
		return nil, err
	}
	return flavourUses(ctx, o.store)
}

// flavourUses returns every flavour that a course needs, by course and flavour.
func flavourUses(ctx context.Context, st *store.Store) ([]FlavourUse, error) {
	courses, err := st.Courses(ctx)
	if err != nil {
		return nil, err
	}
	tasks, err := st.Tasks(ctx)
	if err != nil {
		return nil, err
	}
	uses := []FlavourUse{}
	for _, c := range courses {
		uses = append(uses, usesOf(c, tasks)...)
	}
	return uses, nil
}

// usesOf returns the flavours that one course needs.
func usesOf(c schema.Course, tasks []store.Task) []FlavourUse {
	byName := map[string]*FlavourUse{}
	use := func(name string) *FlavourUse {
		if byName[name] == nil {
			byName[name] = &FlavourUse{Course: c.Code, Flavour: name, Default: name == c.Flavour, Assignments: []string{}}
		}
		return byName[name]
	}
	use(c.Flavour)
	for _, name := range c.OtherFlavours {
		use(name)
	}
	for _, task := range tasks {
		if task.Course.ID == c.ID {
			u := use(task.Flavour)
			u.Assignments = append(u.Assignments, task.Assignment)
		}
	}
	var uses []FlavourUse
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		uses = append(uses, *byName[name])
	}
	return uses
}
