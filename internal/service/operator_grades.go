package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// GradeArgs names an assignment and selects some of its grades.
type GradeArgs struct {
	Course, Assignment string
	Owner              string
	ID                 int64  // of an extension or an adjustment
	Points             string // points to add; may be negative
	Reason             string
	LateDays           int
}

func (o *workOperations) extend(ctx context.Context, n classroom.NewExtension) (classroom.Extended, error) {
	return o.Grades.Extend(ctx, o.by, n)
}

func (o *workOperations) extensions(ctx context.Context, a GradeArgs) ([]schema.GrantedExtension, error) {
	return o.Grades.Extensions(ctx, o.by, a.Course, a.Assignment)
}

func (o *workOperations) endExtension(ctx context.Context, a GradeArgs) (schema.GrantedExtension, error) {
	return o.Grades.EndExtension(ctx, o.by, a.Course, a.Assignment, a.ID)
}

// AddedOutage is an outage, and the number of pushes after the end that are graded because of it.
type AddedOutage struct {
	schema.Outage
	Graded int
}

func (o *courseOperations) outage(ctx context.Context, n classroom.NewOutage) (AddedOutage, error) {
	added, graded, err := o.Grades.Outage(ctx, o.by, n)
	return AddedOutage{added, graded}, err
}

func (o *courseOperations) lateDays(ctx context.Context, a GradeArgs) (None, error) {
	return None{}, o.Grades.SetLateTokens(ctx, o.by, a.Course, a.LateDays)
}

func (o *workOperations) adjust(ctx context.Context, a GradeArgs) (schema.Adjustment, error) {
	return o.Grades.Adjust(ctx, o.by, a.Course, a.Assignment, a.Owner, a.Points, a.Reason)
}

func (o *workOperations) adjustments(ctx context.Context, a GradeArgs) ([]schema.Adjustment, error) {
	return o.Grades.Adjustments(ctx, o.by, a.Course, a.Assignment)
}

func (o *workOperations) endAdjustment(ctx context.Context, a GradeArgs) (schema.Adjustment, error) {
	return o.Grades.EndAdjustment(ctx, o.by, a.Course, a.Assignment, a.ID)
}

func (o *courseOperations) grades(ctx context.Context, a GradeArgs) ([]schema.Grade, error) {
	return o.Grades.List(ctx, o.by, a.Course, a.Owner)
}

func (o *courseOperations) importRoster(ctx context.Context, r classroom.ImportRequest) (classroom.Imported, error) {
	return o.People.Import(ctx, o.by, r)
}

func (o *courseOperations) export(ctx context.Context, r classroom.ExportRequest) (classroom.Exported, error) {
	return o.People.Export(ctx, o.by, r)
}
