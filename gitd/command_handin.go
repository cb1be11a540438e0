package gitd

import (
	"context"

	"github.com/grader/grader/classroom"
)

// submitFor hands in a commit for a student or a team.
func (s *staffCommands) submitFor(ctx context.Context, c *staffCall) (err error) {
	n := classroom.NewHandIn{Owner: c.args[1], Commit: c.args[2], Received: c.text("received"), Reason: c.text("reason")}
	if n.Course, n.Assignment, err = classroom.ParseAssignment(c.args[0]); err != nil {
		return err
	}
	sub, err := s.Classroom.HandIns.Submit(ctx, c.actor, n)
	if err != nil {
		return err
	}
	m, err := s.Classroom.Work.Member(ctx, c.actor, n.Course)
	if err != nil {
		return err
	}
	return c.reply.HandedIn(sub.Submission, m.Course.Location())
}

// exportArchive writes the submission that counts of each owner as a tar or a zip.
func (s *staffCommands) exportArchive(ctx context.Context, c *staffCall) (err error) {
	q := classroom.ArchiveRequest{At: c.text("at")}
	if q.Course, q.Assignment, err = classroom.ParseAssignment(c.args[0]); err != nil {
		return err
	}
	archive, err := s.Classroom.Archives.Gather(ctx, c.actor, q)
	if err != nil {
		return err
	}
	return archive.Write(ctx, s.Repos, c.reply.Out, c.is("zip"))
}
