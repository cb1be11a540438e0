package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

type addCourseArgs struct {
	Code, Title, Zone, Flavour string
	Others                     []string // flavours that its assignments may name instead
}

func (o *operator) addCourse(ctx context.Context, a addCourseArgs) (none, error) {
	if err := schema.CourseCode(a.Code); err != nil {
		return none{}, err
	}
	if _, err := time.LoadLocation(a.Zone); err != nil || a.Zone == "" || a.Zone == "Local" {
		return none{}, schema.Errorf(schema.CodeInvalid, "time zone %q: use a name such as America/Toronto", a.Zone)
	}
	if err := o.knowsFlavours(append([]string{a.Flavour}, a.Others...)); err != nil {
		return none{}, err
	}
	_, err := o.store.AddCourse(ctx, actor, schema.Course{
		Code: a.Code, Title: a.Title, Zone: a.Zone, Flavour: a.Flavour, OtherFlavours: a.Others, CreatedAt: o.clock(),
	})
	return none{}, err
}

// setCourseArgs names what is to change; nil stays as it is.
type setCourseArgs struct {
	Code    string
	Flavour *string
	Others  *[]string
}

func (o *operator) setCourse(ctx context.Context, a setCourseArgs) (none, error) {
	c, err := o.store.Course(ctx, a.Code)
	if err != nil {
		return none{}, err
	}
	if a.Flavour != nil {
		c.Flavour = *a.Flavour
	}
	if a.Others != nil {
		c.OtherFlavours = *a.Others
	}
	if err := o.knowsFlavours(append([]string{c.Flavour}, c.OtherFlavours...)); err != nil {
		return none{}, err
	}
	return none{}, o.store.SetFlavours(ctx, actor, c.Code, c.Flavour, c.OtherFlavours)
}

// knowsFlavours refuses flavours that the running server has not; without a server
// nobody knows which there will be.
func (o *operator) knowsFlavours(names []string) error {
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

func (o *operator) courses(ctx context.Context, _ none) ([]schema.Course, error) {
	return o.store.Courses(ctx)
}
