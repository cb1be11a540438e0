package gitd

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// head returns the first lines that a push shows.
func (s *follower) head(ctx context.Context, sub *schema.Submission, t *target) []string {
	h := transcript.Head{
		Course: t.path.Course, Title: t.assignment.Name, Number: sub.Name.Number, TryOut: sub.TryOut,
		Received: sub.ReceivedAt, Now: s.Clock().In(t.zone()), Commit: sub.Commit, Kept: sub.Kept,
	}
	h.Team = s.teamOf(ctx, sub)
	if t.spec == nil {
		return h.Lines()
	}
	if t.spec.Title != "" {
		h.Title = t.spec.Title
	}
	terms, err := s.Ledger.Terms(ctx, sub.Assignment, sub.Name.Owner, sub.ReceivedAt)
	if err != nil {
		s.logInternal("read terms", err)
		return h.Lines()
	}
	h.Timing = course.TimingOf(t.spec, terms.Schedule, sub.ReceivedAt, terms.Tokens).Words
	if !sub.TryOut && !sub.Kept {
		h.Use = terms.Use()
	}
	h.Regraded = s.regradedSince(ctx, sub, t)
	return h.Lines()
}

// teamOf returns the name of a submission's team, "" for a person's submission.
func (s *follower) teamOf(ctx context.Context, sub *schema.Submission) string {
	team, err := s.Classroom.Work.Team(ctx, sub.Assignment, sub.Name.Owner)
	if err != nil {
		s.logInternal("find team", err)
	}
	if team == nil {
		return ""
	}
	return course.TeamWords(*team)
}

// regradedSince describes a regrade set that was applied since the owner's previous submission. It
// returns "" if there was none.
func (s *follower) regradedSince(ctx context.Context, sub *schema.Submission, t *target) string {
	notice, changed, err := s.Ledger.LastRegrade(ctx, sub.Assignment, sub.Name.Owner)
	if err != nil {
		s.logInternal("read regrades", err)
		return ""
	}
	if !changed || sub.Name.Number < 2 {
		return ""
	}
	before := sub.Name
	before.Number--
	earlier, err := s.Ledger.SubmissionFacts(ctx, before)
	if err != nil || !notice.At.After(earlier.ReceivedAt) || notice.At.After(sub.ReceivedAt) {
		return ""
	}
	return course.RegradeWords(notice, course.OwnedBy(t.viewer, sub.Name.Owner), t.zone())
}

// foot returns the lines that say where to find the result later.
func (s *follower) foot(sub *schema.Submission) []string {
	return transcript.Foot(s.page(sub.Name.String()), sub.Receipt)
}
