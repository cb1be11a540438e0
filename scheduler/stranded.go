package scheduler

import (
	"context"
	"fmt"
	"slices"

	"github.com/grader/grader/schema"
)

// Stranded returns the number of waiting jobs in each lane of flavours without runners, because
// they were removed from the configuration.
func (s *Scheduler) Stranded(ctx context.Context) ([]schema.QueueDepth, error) {
	s.prepare()
	return s.overview.stranded(ctx)
}

func (s *overview) stranded(ctx context.Context) ([]schema.QueueDepth, error) {
	depths, err := s.Jobs.Depths(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(depths, func(d schema.QueueDepth) bool {
		_, served := s.Flavours[d.Flavour]
		return served
	}), nil
}

// strandedWords returns the message for a student who waits for such a flavour.
func strandedWords(flavour string) string {
	return fmt.Sprintf("no runners of flavour %s are set up now; your push is kept, and the staff has been told", flavour)
}

// logStranded logs the waiting jobs of removed flavours if they have changed.
func (s *overview) logStranded(ctx context.Context, before []schema.QueueDepth) ([]schema.QueueDepth, error) {
	now, err := s.stranded(ctx)
	if err != nil || slices.Equal(now, before) {
		return now, err
	}
	for _, d := range now {
		s.Logger.Error("jobs wait for a flavour that is not in the configuration; put it back, or move them: grader admin queue move FROM TO",
			"flavour", d.Flavour, "lane", d.Lane.String(), "waiting", d.Waiting)
	}
	return now, nil
}
