package service

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// AddCourseArgs is a course to make.
type AddCourseArgs struct {
	Code, Title, Zone, Flavour string
	Others                     []string // flavours that its assignments may name instead
}

// AddCourse makes a course.
func (o *Operator) AddCourse(ctx context.Context, a AddCourseArgs) (None, error) {
	if err := schema.CourseCode(a.Code); err != nil {
		return None{}, err
	}
	if _, err := time.LoadLocation(a.Zone); err != nil || a.Zone == "" || a.Zone == "Local" {
		return None{}, schema.Errorf(schema.CodeInvalid, "time zone %q: use a name such as America/Toronto", a.Zone)
	}
	if err := o.knowsFlavours(append([]string{a.Flavour}, a.Others...)); err != nil {
		return None{}, err
	}
	_, err := o.store.AddCourse(ctx, actor, schema.Course{
		Code: a.Code, Title: a.Title, Zone: a.Zone, Flavour: a.Flavour, OtherFlavours: a.Others, CreatedAt: o.clock(),
	})
	return None{}, err
}

// SetCourseArgs names what is to change; nil stays as it is.
type SetCourseArgs struct {
	Code    string
	Flavour *string
	Others  *[]string
}

func (o *Operator) setCourse(ctx context.Context, a SetCourseArgs) (None, error) {
	c, err := o.store.Course(ctx, a.Code)
	if err != nil {
		return None{}, err
	}
	if a.Flavour != nil {
		c.Flavour = *a.Flavour
	}
	if a.Others != nil {
		c.OtherFlavours = *a.Others
	}
	if err := o.knowsFlavours(append([]string{c.Flavour}, c.OtherFlavours...)); err != nil {
		return None{}, err
	}
	return None{}, o.store.SetFlavours(ctx, actor, c.Code, c.Flavour, c.OtherFlavours)
}

// knowsFlavours refuses flavours that the running server has not; without a server
// nobody knows which there will be.
func (o *Operator) knowsFlavours(names []string) error {
	if o.live == nil {
		return nil
	}
	for _, name := range names {
		if _, ok := o.live.flavours[name]; !ok {
			return schema.Errorf(schema.CodeInvalid, "flavour %q is not in the configuration; use %s", name,
				strings.Join(slices.Sorted(maps.Keys(o.live.flavours)), ", "))
		}
	}
	return nil
}

func (o *Operator) courses(ctx context.Context, _ None) ([]schema.Course, error) {
	return o.store.Courses(ctx)
}

// FlavourUse is a flavour that a course needs, and what for.
type FlavourUse struct {
	Course      string   `json:"course"`
	Flavour     string   `json:"flavour"`
	Default     bool     `json:"default"`     // assignments that name none run on it
	Assignments []string `json:"assignments"` // whose accepted tests run on it
}

// Words say what a flavour is needed for: "its default, and that of a1, a2".
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

// Waits reports whether pushes wait without the flavour; else an assignment only may name it.
func (u FlavourUse) Waits() bool { return u.Default || len(u.Assignments) > 0 }

// flavourUses returns every flavour that a course needs, by course and flavour.
func (o *Operator) flavourUses(ctx context.Context, _ None) ([]FlavourUse, error) {
	courses, err := o.store.Courses(ctx)
	if err != nil {
		return nil, err
	}
	tasks, err := o.store.Tasks(ctx)
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
