package github

import (
	"context"

	"github.com/google/go-github/v60/github"

	"github.com/grader/grader/schema"
)

// writeCheck writes the check run of an ended grading, with annotations. The entry's token is the
// run's external id, so that a run that an interrupted attempt created is completed.
func (s *StatusSender) writeCheck(ctx context.Context, e schema.OutboxEntry, t *target, is schema.CommitStatus) error {
	run, err := s.findCheck(ctx, e, t)
	if err != nil {
		return err
	}
	annotations, first := annotationsOf(is), 0
	if run == nil {
		batch := annotations[:min(len(annotations), maxAnnotations)]
		run, _, err = t.api.api.Checks.CreateCheckRun(ctx, t.owner, t.repository, github.CreateCheckRunOptions{
			Name: contextName, HeadSHA: t.commit, DetailsURL: s.page(is), ExternalID: github.String(e.Token),
			Status: github.String("completed"), Conclusion: github.String(conclusion(is.State)), CompletedAt: &github.Timestamp{Time: s.Clock()},
			Output: output(is, batch),
		})
		if err != nil {
			return t.failed(err)
		}
		first, t.wrote = len(batch), true
	} else {
		first = min(run.GetOutput().GetAnnotationsCount(), len(annotations))
	}
	for ; first < len(annotations); first += maxAnnotations {
		batch := annotations[first:min(first+maxAnnotations, len(annotations))]
		if _, _, err := t.api.api.Checks.UpdateCheckRun(ctx, t.owner, t.repository, run.GetID(), github.UpdateCheckRunOptions{Name: contextName, Output: output(is, batch)}); err != nil {
			return t.failed(err)
		}
		t.wrote = true
	}
	return nil
}

// findCheck returns the check run that an earlier attempt created, nil if there is none.
func (s *StatusSender) findCheck(ctx context.Context, e schema.OutboxEntry, t *target) (*github.CheckRun, error) {
	if e.Attempts < 2 {
		return nil, nil
	}
	runs, _, err := t.api.api.Checks.ListCheckRunsForRef(ctx, t.owner, t.repository, t.commit, &github.ListCheckRunsOptions{CheckName: github.String(contextName), Filter: github.String("all"), ListOptions: github.ListOptions{PerPage: 100}})
	if err != nil {
		return nil, t.failed(err)
	}
	for _, run := range runs.CheckRuns {
		if run.GetExternalID() == e.Token {
			return run, nil
		}
	}
	return nil, nil
}

func conclusion(s schema.StatusState) string {
	switch s {
	case schema.StatusSuccess:
		return "success"
	case schema.StatusFailure:
		return "failure"
	}
	return "neutral" // an error of ours is not a failure of the student
}

func output(is schema.CommitStatus, annotations []*github.CheckRunAnnotation) *github.CheckRunOutput {
	summary := is.Summary
	if summary == "" {
		summary = is.Description
	}
	return &github.CheckRunOutput{Title: github.String(is.Description), Summary: github.String(schema.Excerpt(summary, 60_000)), Annotations: annotations}
}

func annotationsOf(is schema.CommitStatus) []*github.CheckRunAnnotation {
	all := make([]*github.CheckRunAnnotation, 0, len(is.Annotations))
	for _, a := range is.Annotations {
		level := "failure"
		if a.Warning {
			level = "warning"
		}
		all = append(all, &github.CheckRunAnnotation{
			Path: github.String(a.Path), StartLine: github.Int(a.Line), EndLine: github.Int(a.Line), AnnotationLevel: github.String(level), Message: github.String(a.Message),
		})
	}
	return all
}
