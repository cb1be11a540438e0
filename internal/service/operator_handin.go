package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// HandedIn is a submission that staff handed in, and the time zone of its course.
type HandedIn struct {
	Submission schema.Submission
	Zone       string
}

func (o *workOperations) submitFor(ctx context.Context, n classroom.NewHandIn) (HandedIn, error) {
	sub, err := o.HandIns.Submit(ctx, o.by, n)
	if err != nil {
		return HandedIn{}, err
	}
	m, err := o.Work.Member(ctx, o.by, n.Course)
	return HandedIn{sub.Submission, m.Course.Zone}, err
}

func (o *workOperations) archive(ctx context.Context, q classroom.ArchiveRequest) (classroom.Archive, error) {
	return o.Archives.Gather(ctx, o.by, q)
}
