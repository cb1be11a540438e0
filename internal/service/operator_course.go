package service

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
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
